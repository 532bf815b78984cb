import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PlanDiff } from '../../../results/plan-diff/plan-diff.ts';
import { planDiffText } from '../../../results/plan-diff/plan-diff-text.ts';
import type { Plan } from '../../../results/plan-record.ts';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import type { LiveCluster, LivePartition, LiveTopic } from '../../../sizing/diff/live-cluster.ts';
import { planDiff } from '../../../sizing/diff/plan-diff.ts';
import { spreadEvenly } from '../../../sizing/diff/reassignment.ts';
import { planFor } from '../../../sizing/plan.ts';

const plan = planFor(readSizingConfig(readFileSync(new URL('../../../examples/clickstream-size.yaml', import.meta.url), 'utf8')), { draws: 500 });
const TARGET = { bootstrap: 'kafka-1:9092', commandConfig: undefined };
const CONFIGS = { 'min.insync.replicas': '2', 'cleanup.policy': 'delete', 'retention.ms': '604800000', 'compression.type': 'producer', 'unclean.leader.election.enable': 'false' };

function brokers(count: number): LiveCluster['brokers'] {
  return Array.from({ length: count }, (_, at) => ({ id: at + 1, rack: null }));
}

/** Spread as Kafka spreads them, led by the first replica. */
function partitions(count: number, { replicas = 3, of = 5 } = {}): LivePartition[] {
  return Array.from({ length: count }, (_, index) => {
    const placed = Array.from({ length: replicas }, (_each, at) => ((index + at) % of) + 1);
    return { index, leaderId: placed[0] as number, replicas: placed, inSyncReplicas: placed };
  });
}

function live(change: Partial<LiveTopic> = {}, count = 5): LiveCluster {
  return { clusterId: 'id', brokers: brokers(count), topics: [{ name: 'clickstream', partitions: partitions(20), configs: CONFIGS, ...change }] };
}

function diffOf(cluster: LiveCluster, changed: Plan = plan): PlanDiff {
  return planDiff(changed, cluster, TARGET);
}

function ids({ differences }: PlanDiff): string[] {
  return differences.map(({ id }) => id);
}

test('a cluster as planned has no difference, and the text says how much was compared', () => {
  const diff = diffOf(live());
  expect(diff.differences).toEqual([]);
  expect(planDiffText(diff, { width: 100, isColored: false })).toContain('No difference in 11 settings and counts.');
  expect(diff.brokers.map(({ replicas, leaders }) => [replicas, leaders])).toEqual(Array.from({ length: 5 }, () => [12, 4]));
});

test('an empty cluster with too few brokers is told to start brokers before the topic is made', () => {
  const diff = diffOf({ clusterId: 'id', brokers: brokers(2), topics: [] });
  expect(ids(diff)).toEqual(['brokers', 'clickstream.topic']);
  expect(diff.differences[1]?.remedy).toBe('Make it, once 1 more broker is there.');
  expect(diff.differences[1]?.commands).toEqual(['kafka-topics.sh --bootstrap-server kafka-1:9092 --create --topic clickstream --partitions 20 --replication-factor 3 --config min.insync.replicas=2 --config cleanup.policy=delete --config retention.ms=604800000']);
});

test('a tiered topic is told to need brokers with remote storage, whether it is to be made or to be changed', () => {
  const tiered = { ...plan, shape: { ...plan.shape, topics: plan.shape.topics.map((topic) => ({ ...topic, properties: { ...topic.properties, 'remote.storage.enable': 'true' } })) } };
  expect(diffOf({ clusterId: 'id', brokers: brokers(5), topics: [] }, tiered).differences[0]?.remedy).toBe('Make it. Brokers refuse it unless they have remote.log.storage.system.enable=true and a RemoteStorageManager.');
  expect(diffOf(live({ configs: { ...CONFIGS, 'remote.storage.enable': 'false' } }), tiered).differences[0]).toMatchObject({ id: 'clickstream.remote.storage.enable', risk: expect.stringMatching(/^Refused unless the brokers have remote\.log\.storage\.system\.enable=true/) as string });
});

test('replicas come before a higher minimum of in-sync ones, and partitions after both', () => {
  const diff = diffOf(live({ partitions: partitions(10, { replicas: 1 }), configs: { ...CONFIGS, 'min.insync.replicas': '1', 'retention.ms': '86400000' } }));
  expect(ids(diff)).toEqual(['clickstream.replication.factor', 'clickstream.min.insync.replicas', 'clickstream.retention.ms', 'clickstream.partitions']);
  expect(diff.differences[1]?.risk).toMatch(/^Writes with acks=all to 10 partitions would be refused at once/);
});

test('a minimum of in-sync replicas that is too high is lowered before replicas go', () => {
  const diff = diffOf(live({ partitions: partitions(20, { replicas: 4 }), configs: { ...CONFIGS, 'min.insync.replicas': '4' } }));
  expect(ids(diff)).toEqual(['clickstream.min.insync.replicas', 'clickstream.replication.factor']);
});

test('a reassignment keeps the replicas that are there, fills brokers evenly, and says how much it may take', () => {
  const diff = diffOf(live({ partitions: partitions(20, { replicas: 2 }) }));
  const [write = '', execute = ''] = diff.differences[0]?.commands ?? [];
  const file = JSON.parse(/'(\{"version".*\})'/.exec(write)![1]!) as { version: number; partitions: { topic: string; partition: number; replicas: number[] }[] };
  expect(file.version).toBe(1);
  for (const [at, { replicas }] of file.partitions.entries()) {
    expect(replicas.slice(0, 2)).toEqual(partitions(20, { replicas: 2 })[at]?.replicas);
    expect(new Set(replicas).size).toBe(3);
  }
  const held = brokers(5).map(({ id }) => file.partitions.filter(({ replicas }) => replicas.includes(id)).length);
  expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(2);
  expect(execute).toMatch(/--execute --throttle 145400000$/);
});

test('new replicas go to zones that a partition is not in yet', () => {
  const racks = ['a', 'a', 'b', 'b', 'c', 'c'];
  const cluster: LiveCluster = { ...live({ partitions: partitions(12, { replicas: 1, of: 6 }) }), brokers: racks.map((rack, at) => ({ id: at + 1, rack })) };
  const [write = ''] = diffOf(cluster, { ...plan, shape: { ...plan.shape, zones: 3 } }).differences.find(({ id }) => id.endsWith('replication.factor'))?.commands ?? [];
  const file = JSON.parse(/'(\{"version".*\})'/.exec(write)![1]!) as { partitions: { replicas: number[] }[] };
  for (const { replicas } of file.partitions) expect(new Set(replicas.map((id) => racks[id - 1])).size).toBe(3);
  for (const { replicas } of spreadEvenly(cluster, cluster.topics[0]!, 3)) expect(new Set(replicas.map((id) => racks[id - 1])).size).toBe(3);
});

test('more partitions move keys, which is said with the name of the key; fewer cannot be had', () => {
  const more = diffOf(live({ partitions: partitions(10) })).differences[0];
  expect(more).toMatchObject({ id: 'clickstream.partitions', commands: ['kafka-topics.sh --bootstrap-server kafka-1:9092 --alter --topic clickstream --partitions 20'] });
  expect(more?.risk).toContain('Most values of session_id go to another partition');
  const fewer = diffOf(live({ partitions: partitions(30) })).differences[0];
  expect(fewer).toMatchObject({ id: 'clickstream.partitions', commands: [] });
  expect(fewer?.remedy).toContain('give the plan 30 partitions');
});

test.each([
  ['retention.ms', '1209600000', /deleted at the next check/],
  ['retention.ms', '3600000', /The logs grow/],
  ['cleanup.policy', 'compact', /deleted by age/],
  ['compression.type', 'gzip', /unpack and pack each batch again/],
  ['unclean.leader.election.enable', 'true', /stays without a leader/],
])('%s=%s is a difference, with its risk and a command', (property, value, risk) => {
  const [difference] = diffOf(live({ configs: { ...CONFIGS, [property]: value } })).differences;
  expect(difference?.id).toBe(`clickstream.${property}`);
  expect(difference?.risk).toMatch(risk);
  expect(difference?.commands[0]).toContain(`kafka-configs.sh --bootstrap-server kafka-1:9092 --alter --entity-type topics --entity-name clickstream --add-config ${property}=`);
});

test('policies in another order, and a topic that compresses as the producers do, are no difference', () => {
  const [topic] = plan.shape.topics;
  const both: Plan = { ...plan, shape: { ...plan.shape, topics: [{ ...topic!, properties: { ...topic!.properties, 'cleanup.policy': 'compact,delete' } }] } };
  expect(ids(diffOf(live({ configs: { ...CONFIGS, 'cleanup.policy': 'delete,compact', 'compression.type': 'zstd' } }), both))).toEqual([]);
});

test('a property that the cluster does not know is said to be so, without a command that would fail', () => {
  const [topic] = plan.shape.topics;
  const tiered: Plan = { ...plan, shape: { ...plan.shape, topics: [{ ...topic!, properties: { ...topic!.properties, 'remote.storage.enable': 'true' } }] } };
  expect(diffOf(live(), tiered).differences).toMatchObject([{ id: 'clickstream.remote.storage.enable', live: 'not known to the cluster', commands: [] }]);
});

test('replicas out of sync are to be mended before anything is moved', () => {
  const behind = partitions(20).map((each) => ({ ...each, inSyncReplicas: each.inSyncReplicas.filter((id) => id !== 3) }));
  const diff = diffOf(live({ partitions: behind.map((each) => (each.leaderId === 3 ? { ...each, leaderId: -1 } : each)) }));
  expect(diff.differences[0]).toMatchObject({ id: 'clickstream.in-sync', live: '8', planned: '20', remedy: 'Bring broker 3 back or let it catch up, before anything is moved.' });
  expect(diff.differences[0]?.risk).toContain('4 partitions of it have no leader');
});

test('uneven leaders are elected back where their replicas are even, and reassigned where not', () => {
  const allByOne = partitions(20, { of: 3 }).map((each) => ({ ...each, leaderId: 1 }));
  const elected = diffOf({ ...live({ partitions: allByOne }), brokers: brokers(3) }, { ...plan, shape: { ...plan.shape, brokers: 3 } });
  expect(elected.differences).toMatchObject([{ id: 'leaders.broker', live: '20, 0, 0', planned: '6 or 7 each' }]);
  expect(elected.differences[0]?.commands).toHaveLength(1);
  const onThree = diffOf(live({ partitions: partitions(20, { of: 3 }) }));
  expect(onThree.differences).toMatchObject([{ id: 'replicas.broker', live: '20, 20, 20, 0, 0', planned: '12 each' }]);
});

test('a command is one for a shell whatever a topic and a file are called', () => {
  const diff = planDiff(plan, { clusterId: 'id', brokers: brokers(5), topics: [] }, { bootstrap: 'kafka-1:9092', commandConfig: "my client's.properties" });
  expect(diff.differences[0]?.commands[0]).toContain(String.raw`--command-config 'my client'\''s.properties'`);
});

test.each([80, 100, 120])('at width %i no line but a command is wider, and nothing in it is undefined', (width) => {
  const diff = diffOf(live({ partitions: partitions(10, { replicas: 1 }), configs: { ...CONFIGS, 'min.insync.replicas': '1' } }));
  const text = planDiffText(diff, { width, isColored: false });
  for (const line of text.split('\n')) if (!/^ +\$ /.test(line)) expect(line.length, line).toBeLessThanOrEqual(width);
  expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
});
