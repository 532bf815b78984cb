/** A plan held against a live cluster: every difference, in the order in which acting on them is safe. Pure. */
import type { PlanDiff } from '../../results/plan-diff/plan-diff.ts';
import { topicId } from '../../results/plan-ids.ts';
import type { Plan, PlannedTopic } from '../../results/plan-record.ts';
import { counted } from '../../results/render/number-text.ts';
import { PlanFigures } from '../export/plan-figures.ts';
import { balanceDifferences } from './balance.ts';
import { configDifferences, plannedConfigs } from './config-differences.ts';
import { brokersOf, inOrder, type DiffContext, type RankedDifference } from './diff-context.ts';
import { KafkaCommands, type CommandTarget } from './kafka-commands.ts';
import type { LiveCluster, LiveTopic } from './live-cluster.ts';
import { reassignmentJson, withReplicationFactor } from './reassignment.ts';

export function planDiff(plan: Plan, live: LiveCluster, target: CommandTarget): PlanDiff {
  const context: DiffContext = { plan, live, commands: new KafkaCommands(target), throttle: throttleOf(plan) };
  const { topics } = plan.shape;
  const found = [...brokerDifferences(context), ...topics.flatMap((topic) => topicDifferences(context, topic)), ...balanceDifferences(context)];
  return {
    schemaVersion: 1,
    plan: plan.name,
    bootstrap: target.bootstrap,
    clusterId: live.clusterId,
    brokers: brokersOf(plan, live),
    brokersPlanned: plan.shape.brokers,
    compared: 2 + topics.reduce((sum, topic) => sum + 4 + Object.keys(plannedConfigs(topic)).length, 0),
    differences: inOrder(found),
    notes: notesOf(context),
  };
}

function throttleOf(plan: Plan): number {
  const figures = new PlanFigures(plan);
  const free = (load: string): number => figures.value(`${load}.allowed`) - figures.value(`${load}.used`);
  return Math.max(1_000_000, Math.floor(Math.min(free('net.ingress'), free('net.egress'), free('disk.write'))));
}

function brokerDifferences({ plan, live }: DiffContext): RankedDifference[] {
  const { brokers, zones } = plan.shape;
  const alive = live.brokers.length;
  const differences: RankedDifference[] = [];
  if (alive < brokers) {
    differences.push({
      step: 'brokers', id: 'brokers', what: 'brokers alive', live: String(alive), planned: String(brokers),
      remedy: `Start ${counted(brokers - alive, 'more broker')} (--export broker.properties or strimzi).`,
      risk: 'A new broker holds nothing until replicas are moved onto it; until then the others carry everything, with less left over for the loss of one than planned.',
      commands: [],
    });
  }
  const named = new Set(live.brokers.map(({ rack }) => rack).filter((rack) => rack !== null));
  if (zones > 1 && named.size < zones) {
    differences.push({
      step: 'brokers', id: 'zones', what: 'zones that brokers name (broker.rack)', live: String(named.size), planned: String(zones),
      remedy: `Set broker.rack on each broker, ${zones} values in all, and restart them one at a time.`,
      risk: 'Replicas that are there stay where they are; only new topics, and moves, tell zones apart.',
      commands: [],
    });
  }
  return differences;
}

function topicDifferences(context: DiffContext, topic: PlannedTopic): RankedDifference[] {
  const live = context.live.topics.find(({ name }) => name === topic.name);
  if (live === undefined) return [missingTopic(context, topic)];
  return [...healthDifferences(live), ...replicaDifferences(context, topic, live), ...configDifferences(context, topic, live), ...partitionDifferences(context, topic, live)];
}

function missingTopic({ live, commands }: DiffContext, topic: PlannedTopic): RankedDifference {
  const { name, partitions, replicationFactor, properties } = topic;
  const short = replicationFactor - live.brokers.length;
  return {
    step: 'topic', id: `${topicId(name)}.topic`, what: `topic ${name}`, live: 'absent', planned: `${partitions} partitions x ${replicationFactor}`,
    remedy: `Make it${short > 0 ? `, once ${counted(short, 'more broker')} ${short === 1 ? 'is' : 'are'} there` : ''}.${properties['remote.storage.enable'] === 'true' ? ' Brokers refuse it unless they have remote.log.storage.system.enable=true and a RemoteStorageManager.' : ''}`,
    risk: 'None for what is there. Where brokers make topics by themselves (auto.create.topics.enable), a producer may make it first, with their defaults.',
    commands: [commands.createTopic(name, topic)],
  };
}

function healthDifferences({ name, partitions }: LiveTopic): RankedDifference[] {
  const leaderless = partitions.filter(({ leaderId }) => leaderId < 0);
  const behind = partitions.filter(({ replicas, inSyncReplicas }) => inSyncReplicas.length < replicas.length);
  if (behind.length === 0 && leaderless.length === 0) return [];
  const absent = [...new Set(behind.flatMap(({ replicas, inSyncReplicas }) => replicas.filter((id) => !inSyncReplicas.includes(id))))].toSorted((a, b) => a - b);
  return [{
    step: 'health', id: `${topicId(name)}.in-sync`, what: `partitions of ${name} with all replicas in sync`,
    live: String(partitions.length - behind.length), planned: String(partitions.length),
    remedy: `Bring ${absent.length === 1 ? `broker ${absent[0]}` : `brokers ${absent.join(', ')}`} back or let ${absent.length === 1 ? 'it' : 'them'} catch up, before anything is moved.`,
    risk: leaderless.length === 0 ? 'Another broker that fails meanwhile may stop writes, or take the last copy with it.' : `${counted(leaderless.length, 'partition')} of it ${leaderless.length === 1 ? 'has' : 'have'} no leader: neither reads nor writes work there.`,
    commands: [],
  }];
}

function replicaDifferences({ live: cluster, commands, throttle }: DiffContext, { name, replicationFactor }: PlannedTopic, live: LiveTopic): RankedDifference[] {
  const counts = new Set(live.partitions.map(({ replicas }) => replicas.length));
  if (counts.size === 1 && counts.has(replicationFactor)) return [];
  const found = [...counts].toSorted((a, b) => a - b);
  const isMore = found.some((count) => count < replicationFactor);
  const placed = withReplicationFactor(cluster, live, replicationFactor);
  const isShort = placed.some(({ replicas }) => replicas.length < replicationFactor);
  return [{
    step: 'replicas', id: `${topicId(name)}.replication.factor`, what: `replicas of ${name}`, live: found.join(', '), planned: String(replicationFactor),
    remedy: isShort ? `Start brokers first: ${counted(cluster.brokers.length, 'broker')} cannot hold ${replicationFactor} replicas of a partition.` : 'Reassign its partitions; the file keeps every replica that is wanted where it is. Repeat --verify until it says that all is complete: only then the throttle is taken off.',
    risk: isMore ? 'All of its data is copied to the new replicas: network and disk of the brokers are shared with the load, within the throttle, which is what the plan leaves free. A throttle below what is being written never ends.' : 'One copy less of everything, for good: with fewer replicas fewer brokers may fail.',
    commands: isShort ? [] : commands.reassign(`${name}-replicas.json`, reassignmentJson(placed), throttle),
  }];
}

function partitionDifferences({ commands }: DiffContext, { name, partitions, key }: PlannedTopic, live: LiveTopic): RankedDifference[] {
  const found = live.partitions.length;
  if (found === partitions) return [];
  const difference = { step: 'partitions', id: `${topicId(name)}.partitions`, what: `partitions of ${name}`, live: String(found), planned: String(partitions) } as const;
  if (found > partitions) {
    return [{ ...difference, remedy: `Leave them, and give the plan ${found} partitions; or make a new topic with ${partitions}, and move producers and groups to it.`, risk: 'Kafka cannot take partitions away; a new topic means that producers stop, groups read the old one to its end, and offsets start anew.', commands: [] }];
  }
  const keys = key === null ? 'Records have no key, so none moves; a record has another partition than it would have had.' : `Most values of ${key} go to another partition from then on, so that newer records of one ${key} may be read before its older ones, and state kept by partition no longer fits. Stop producers, let groups read to the end, then add.`;
  return [{ ...difference, remedy: `Add ${partitions - found}.`, risk: `${keys} It cannot be undone.`, commands: [commands.addPartitions(name, partitions)] }];
}

function notesOf({ plan, live }: DiffContext): string[] {
  const { shape } = plan;
  const alive = live.brokers.length;
  const others = live.topics.filter(({ name }) => !shape.topics.some((each) => each.name === name) && !name.startsWith('__'));
  return [
    ...(alive > shape.brokers ? [`${counted(alive, 'broker')} are alive, ${shape.brokers} planned: more than the plan needs.`] : []),
    ...(others.length === 0 ? [] : [`The cluster has ${counted(others.length, 'topic')} that the plan does not know (${others.slice(0, 3).map(({ name }) => name).join(', ')}${others.length > 3 ? ', ...' : ''}): their load comes on top of it.`]),
    'Not compared: disks, processors, networks and settings of brokers, and clients.',
  ];
}
