/** kafkajs (JavaScript, classic protocol versions) as a referee: codecs, idempotence, groups that share and resume, admin. */
import kafkajs, { type Admin, type Consumer, type Kafka } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { until } from './until.ts';

const { CompressionTypes } = kafkajs;
const PARTITIONS = 4;

let cluster: ClusterProcess;
let kafka: Kafka;
let admin: Admin;

beforeAll(async () => {
  cluster = await ClusterProcess.start({ properties: { 'default.replication.factor': '3', 'min.insync.replicas': '2' } });
  kafka = kafkajsClient(cluster.bootstrap);
  admin = kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin?.disconnect();
  await cluster?.[Symbol.asyncDispose]();
});

it.each([
  ['none', CompressionTypes.None],
  ['gzip', CompressionTypes.GZIP],
  ['snappy', CompressionTypes.Snappy],
  ['lz4', CompressionTypes.LZ4],
  ['zstd', CompressionTypes.ZSTD],
])('reads back what it wrote with %s', async (name, compression) => {
  const topic = `codec-${name}`;
  await createTopic(topic);
  const values = await produce(topic, { count: 300, compression });
  await using group = await Member.join({ topic, groupId: `all-of-${topic}` });
  await group.hasRead(values);
});

it('numbers the batches of an idempotent producer from 0 in each partition', async () => {
  await createTopic('idempotent');
  const values = [...(await produce('idempotent', { count: 50, isIdempotent: true })), ...(await produce('idempotent', { count: 50, isIdempotent: true }))];
  await using group = await Member.join({ topic: 'idempotent', groupId: 'idempotent-readers' });
  await group.hasRead(values);
});

it('shares the partitions among two members, and lets a later one resume behind their commits', async () => {
  const topic = 'shared';
  const groupId = 'sharers';
  await createTopic(topic);
  const before = await produce(topic, { count: 200 });
  {
    await using first = await Member.join({ topic, groupId });
    await using second = await Member.join({ topic, groupId });
    await until('half of the partitions for each member', () => first.partitions.length === 2 && second.partitions.length === 2);
    expect([...first.partitions, ...second.partitions].toSorted()).toEqual([0, 1, 2, 3]);
    const { groups } = await admin.describeGroups([groupId]);
    expect(groups[0]).toMatchObject({ errorCode: 0, groupId, state: 'Stable', protocolType: 'consumer', protocol: 'RoundRobinAssigner' });
    expect(groups[0]?.members.map((member) => member.clientId)).toEqual(['kafkajs', 'kafkajs']);
    const during = await produce(topic, { count: 200, prefix: 'during' });
    await until('every record at one of the two', () => new Set([...first.values, ...second.values]).size === before.length + during.length);
  }
  const ends = await admin.fetchTopicOffsets(topic);
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const byPartition = (offsets: readonly { partition: number; offset: string }[]): string[] => offsets.map((each) => `${each.partition}: ${each.offset}`).toSorted();
  expect(byPartition(committed?.partitions ?? [])).toEqual(byPartition(ends));

  const after = await produce(topic, { count: 40, prefix: 'after' });
  await using third = await Member.join({ topic, groupId });
  await third.hasRead(after);
});

it('creates, describes, extends and deletes topics', async () => {
  await admin.createTopics({
    topics: [{ topic: 'made', numPartitions: 2, replicationFactor: 2, configEntries: [{ name: 'retention.ms', value: '3600000' }] }],
    waitForLeaders: true,
  });
  const [made] = (await admin.fetchTopicMetadata({ topics: ['made'] })).topics;
  expect(made?.partitions.map(({ partitionId, replicas, isr }) => [partitionId, replicas.length, isr.length]).toSorted()).toEqual([[0, 2, 2], [1, 2, 2]]);
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: 'made' }] });
  expect(resources[0]?.configEntries.find((entry) => entry.configName === 'retention.ms')?.configValue).toBe('3600000');
  await expect(admin.createTopics({ topics: [{ topic: 'made' }] })).resolves.toBe(false);

  await admin.createPartitions({ topicPartitions: [{ topic: 'made', count: 3 }] });
  await until('the third partition', async () => (await admin.fetchTopicMetadata({ topics: ['made'] })).topics[0]?.partitions.length === 3);

  await admin.deleteTopics({ topics: ['made'] });
  await until('the end of the topic', async () => !(await admin.listTopics()).includes('made'));
});

it('forgets a group that is deleted', async () => {
  await createTopic('short-lived');
  const values = await produce('short-lived', { count: 10 });
  {
    await using member = await Member.join({ topic: 'short-lived', groupId: 'passing' });
    await member.hasRead(values);
  }
  expect((await admin.listGroups()).groups.map((group) => group.groupId)).toContain('passing');
  await admin.deleteGroups(['passing']);
  expect((await admin.listGroups()).groups.map((group) => group.groupId)).not.toContain('passing');
});

async function createTopic(topic: string): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true });
}

/** Spread evenly over the partitions; returns the values once all replicas have them. */
async function produce(
  topic: string,
  options: { count: number; compression?: (typeof CompressionTypes)[keyof typeof CompressionTypes]; isIdempotent?: boolean; prefix?: string },
): Promise<string[]> {
  const producer = kafka.producer({ idempotent: options.isIdempotent === true, ...(options.isIdempotent === true ? { maxInFlightRequests: 1 } : {}) });
  await producer.connect();
  const values = Array.from({ length: options.count }, (_, at) => `${options.prefix ?? 'value'} ${at} ${'.'.repeat(at % 50)}`);
  const messages = values.map((value, at) => ({ key: `key ${at % 7}`, value, partition: at % PARTITIONS, headers: { at: String(at) } }));
  await producer.send({ topic, acks: -1, messages, ...(options.compression === undefined ? {} : { compression: options.compression }) });
  await producer.disconnect();
  return values;
}

/** A consumer that keeps what it reads; leaving commits. */
class Member {
  readonly values: string[] = [];
  partitions: readonly number[] = [];
  readonly #consumer: Consumer;

  private constructor(consumer: Consumer) {
    this.#consumer = consumer;
  }

  static async join(options: { topic: string; groupId: string }): Promise<Member> {
    const consumer = kafka.consumer({ groupId: options.groupId, maxWaitTimeInMs: 100, heartbeatInterval: 200, rebalanceTimeout: 5000 });
    const member = new Member(consumer);
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => (member.partitions = payload.memberAssignment[options.topic] ?? []));
    await consumer.connect();
    await consumer.subscribe({ topics: [options.topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void member.values.push(String(message.value)) });
    return member;
  }

  /** Exactly these, each once. */
  async hasRead(values: readonly string[]): Promise<void> {
    await until(`${values.length} records`, () => this.values.length >= values.length);
    expect(this.values.toSorted()).toEqual(values.toSorted());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#consumer.disconnect();
  }
}
