/** Settings of a topic against those of the plan, each with what changing it does. */
import { topicId } from '../../results/plan-ids.ts';
import type { PlannedTopic } from '../../results/plan-record.ts';
import { counted, durationText, decimalBytesText } from '../../results/render/number-text.ts';
import type { LiveTopic } from './live-cluster.ts';
import type { DiffContext, RankedDifference } from './diff-context.ts';

/** Kafka's topic default: batches stay as their producer made them. */
const AS_SENT = 'producer';

/** What the plan sets, and what it takes for granted. */
export function plannedConfigs({ properties, producerProperties }: PlannedTopic): Record<string, string> {
  return { 'unclean.leader.election.enable': 'false', 'compression.type': producerProperties['compression.type'] === 'none' ? AS_SENT : (producerProperties['compression.type'] ?? AS_SENT), ...properties };
}

export function configDifferences({ commands }: DiffContext, topic: PlannedTopic, live: LiveTopic): RankedDifference[] {
  return Object.entries(plannedConfigs(topic)).flatMap(([property, wanted]): RankedDifference[] => {
    const found = live.configs[property];
    const planned = property === 'compression.type' ? AS_SENT : wanted;
    if (found !== undefined && (isSame(property, found, wanted) || isSame(property, found, planned))) return [];
    const step = property !== 'min.insync.replicas' ? 'config' : Number(planned) < Number(found) ? 'min-isr-lower' : 'min-isr-raise';
    return [{
      step,
      id: `${topicId(topic.name)}.${property}`,
      what: `${property} of ${topic.name}`,
      live: found === undefined ? 'not known to the cluster' : valueText(property, found),
      planned: valueText(property, planned),
      remedy: found === undefined ? 'The cluster has no such property: it is of another release, or without that feature.' : `Set it; it holds at once, without a restart.`,
      risk: riskOf({ property, planned, found: found ?? '', live }),
      commands: found === undefined ? [] : [commands.setConfig(topic.name, property, planned)],
    }];
  });
}

function isSame(property: string, found: string, planned: string): boolean {
  if (property !== 'cleanup.policy') return found.toLowerCase() === planned.toLowerCase();
  const policies = (list: string): string => list.split(',').map((each) => each.trim()).toSorted().join();
  return policies(found) === policies(planned);
}

function riskOf({ property, planned, found, live }: { property: string; planned: string; found: string; live: LiveTopic }): string {
  switch (property) {
    case 'min.insync.replicas':
      return minIsrRisk({ planned: Number(planned), found: Number(found), live });
    case 'retention.ms':
    case 'retention.bytes':
    case 'local.retention.ms':
      return isShorter(planned, found) ? 'What is older or larger is deleted at the next check (log.retention.check.interval.ms, 5 minutes), for good.' : 'The logs grow until the longer retention is full: that much disk must be there.';
    case 'cleanup.policy':
      return planned.includes('compact') && !found.includes('compact') ? 'Records without a key are refused from then on, and of each key only the newest stays.' : 'Records are deleted by age and size from then on, whether newer ones of their key exist or not.';
    case 'remote.storage.enable':
      return planned === 'true' ? 'Refused unless the brokers have remote.log.storage.system.enable=true and a RemoteStorageManager; it cannot be turned off again without losing what is remote, or fetching it back.' : 'What is remote must be fetched back or is lost (remote.log.delete.on.disable).';
    case 'compression.type':
      return 'None; with the present value the brokers unpack and pack each batch again, on processors that the plan does not have.';
    case 'unclean.leader.election.enable':
      return planned === 'true' ? 'A replica that lags may come to lead, and acknowledged records are lost.' : 'While no in-sync replica is alive, a partition stays without a leader; that is the price of losing nothing.';
    default:
      return 'Readers and writers notice nothing.';
  }
}

function minIsrRisk({ planned, found, live }: { planned: number; found: number; live: LiveTopic }): string {
  if (planned < found) return 'From then on an acknowledged record may be on fewer brokers.';
  const below = live.partitions.filter(({ inSyncReplicas }) => inSyncReplicas.length < planned).length;
  if (below === 0) return `Writes with acks=all are refused while fewer than ${planned} replicas are in sync; at present all partitions have as many.`;
  return `Writes with acks=all to ${counted(below, 'partition')} would be refused at once: fewer than ${planned} replicas are in sync there. Mend that first.`;
}

/** -1 is without a limit. */
function isShorter(planned: string, found: string): boolean {
  const limit = (text: string): number => (Number(text) < 0 ? Number.POSITIVE_INFINITY : Number(text));
  return limit(planned) < limit(found);
}

function valueText(property: string, value: string): string {
  if (property.endsWith('.ms')) return Number(value) < 0 ? 'no limit (-1)' : `${value} (${durationText(Number(value) / 1000)})`;
  if (property.endsWith('.bytes')) return Number(value) < 0 ? 'no limit (-1)' : `${value} (${decimalBytesText(Number(value))})`;
  return value;
}
