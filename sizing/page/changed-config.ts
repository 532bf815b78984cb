/** The configuration of a plan with a what-if question's changes written into it, in the full form; what a run measured is written in as well. */
import { groupPart, topicId } from '../../results/plan-ids.ts';
import type { PlanQuantity } from '../../results/plan-record.ts';
import type { SizedTopic, SizingInputs } from '../sizing-inputs.ts';
import { CERTAINTY_ID, changedInputs, type Changes } from './controls.ts';
import { givenText } from './given-text.ts';
import { writeMeasured, type Draft } from './measured-config.ts';

/** A configuration as plain data. */
export type ConfigData = Readonly<Record<string, unknown>>;

export function changedConfig(config: ConfigData, inputs: SizingInputs, changes: Changes): ConfigData {
  const draft = structuredClone(config) as Draft;
  const now = changedInputs(inputs, changes);
  writeMeasured(draft, now);
  const topics = draft['topics'] as Record<string, Draft>;
  for (const topic of now.topics) changeTopic(topics[topic.name] as Draft, topic, { changes, factor: now.loadFactor.value });
  changeCluster(draft, now, changes);
  return draft;
}

function changeTopic(draft: Draft, topic: SizedTopic, { changes, factor }: { changes: Changes; factor: number }): void {
  const at = topicId(topic.name);
  const text = (id: string): string | undefined => changes.get(`${at}.${id}`);
  // A throughput was read with the sizes of then: those that runs measured came later.
  const isRateMoved = draft['throughput'] === undefined ? text('rate.peak') !== undefined || text('rate.average') !== undefined || factor !== 1 : topic.compressionRatio.source === 'measured' || [...changes.keys()].some((id) => id.startsWith(`${at}.`));
  if (isRateMoved) setRate(draft, topic, factor);
  if (text('record.size') !== undefined) draft['recordSize'] = text('record.size');
  setCompression(draft, topic, text('compression'));
  const retention = text('retention') ?? text('retention.local');
  if (retention !== undefined) {
    const parts = draft['retention'];
    const isParted = typeof parts === 'object' && parts !== null && !('value' in parts);
    draft['retention'] = isParted ? { ...parts, [text('retention.local') === undefined ? 'time' : 'local']: retention } : retention;
  }
  for (const { name } of topic.groups) setGroup(draft['groups'] as Draft, name, text(`${groupPart(name)}.consumer.rate`));
  if (text('partition.rate') !== undefined) draft['partitionRate'] = text('partition.rate');
  const [zipf, hottest] = [text('key.zipf'), text('key.hottest')];
  if (zipf !== undefined || hottest !== undefined) draft['key'] = { ...(draft['key'] as Draft), ...(zipf === undefined ? { hottest } : { zipf }) };
  // The one is the other's default, so that both are said.
  if (text('replication.factor') !== undefined || text('min.insync.replicas') !== undefined) Object.assign(draft, { replicationFactor: String(topic.replicationFactor.value), minInsyncReplicas: String(topic.minInsyncReplicas.value) });
  if (text('batch.size') !== undefined) draft['producer'] = { ...(draft['producer'] as Draft | undefined), batchSize: text('batch.size') };
}

/** In records/s; the factor of the short form has no place of its own. */
function setRate(draft: Draft, { peakRate, averageRate }: SizedTopic, factor: number): void {
  delete draft['throughput'];
  delete draft['throughputIs'];
  const rateText = ({ value, low, high }: PlanQuantity): unknown => {
    const [middle, from, to] = [value, low, high].map((each) => givenText(each * factor, 'records/s'));
    return low === high ? middle : { value: middle, low: from, high: to };
  };
  draft['rate'] = averageRate.id === peakRate.id ? rateText(peakRate) : { average: rateText(averageRate), peak: rateText(peakRate) };
}

function setCompression(draft: Draft, { producer }: SizedTopic, ratio: string | undefined): void {
  if (ratio === undefined) return;
  const parts = typeof draft['compression'] === 'object' ? (draft['compression'] as Draft) : { codec: producer.compression };
  draft['compression'] = { ...parts, ratio };
}

function setGroup(groups: Draft, name: string, text: string | undefined): void {
  if (text === undefined) return;
  const group = groups[name];
  if (typeof group !== 'object' || group === null || 'value' in group) groups[name] = text;
  else {
    const { serviceTime: _, ...rest } = group as Draft;
    groups[name] = { ...rest, rate: text };
  }
}

const HARDWARE: Readonly<Record<string, string>> = { utilization: 'utilization', 'utilization.degraded': 'utilizationDegraded', 'broker.disk': 'disk', 'broker.disk.throughput': 'diskThroughput', 'broker.cores': 'cores' };

function changeCluster(draft: Draft, { cluster }: SizingInputs, changes: Changes): void {
  if (changes.has(CERTAINTY_ID)) draft['certainty'] = changes.get(CERTAINTY_ID);
  for (const [id, key] of [['growth.perYear', 'perYear'], ['growth.horizon', 'horizon']] as const) if (changes.has(id)) draft['growth'] = { ...(draft['growth'] as Draft), [key]: changes.get(id) };
  const hardware: Draft = Object.fromEntries(Object.entries(HARDWARE).flatMap(([id, key]) => (changes.has(id) ? [[key, changes.get(id)]] : [])));
  const { networkInBytesPerSecond: into, networkOutBytesPerSecond: out } = cluster;
  if (changes.has(into.id) || changes.has(out.id)) hardware['network'] = into.value === out.value ? givenText(out.value, 'bytes/s') : { in: givenText(into.value, 'bytes/s'), out: givenText(out.value, 'bytes/s') };
  if (Object.keys(hardware).length === 0) return;
  const before = draft['hardware'];
  draft['hardware'] = { ...(typeof before === 'string' ? { profile: before } : (before as Draft | undefined)), ...hardware };
}
