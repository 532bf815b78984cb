/** What goes from a log while clients use it: records below an offset (DeleteRecords), and all but the newest of each key (compaction). */
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { until } from './until.ts';

const { CompressionTypes } = kafkajs;

let cluster: ClusterProcess;
let kafka: Kafka;
let admin: Admin;

beforeAll(async () => {
  cluster = await ClusterProcess.start({ properties: { 'log.cleaner.backoff.ms': '100', 'log.retention.check.interval.ms': '100' } });
  kafka = kafkajsClient(cluster.bootstrap);
  admin = kafka.admin();
  await admin.connect();
});

afterAll(async () => {
  await admin?.disconnect();
  await cluster?.[Symbol.asyncDispose]();
});

it('deletes records below an offset on every replica before it answers, and refuses what is not to be deleted', async () => {
  await createTopic('deleted', {});
  await send('deleted', Array.from({ length: 100 }, (_, at) => ({ key: null, value: `${at}` })));
  // kafkajs looks for the leader in the metadata that it has.
  expect((await admin.fetchTopicOffsets('deleted'))[0]).toMatchObject({ low: '0', high: '100' });
  await admin.deleteTopicRecords({ topic: 'deleted', partitions: [{ partition: 0, offset: '40' }] });
  expect((await admin.fetchTopicOffsets('deleted'))[0]).toMatchObject({ low: '40', high: '100' });
  expect((await readAll('deleted', 60)).map(({ offset }) => offset)).toEqual(Array.from({ length: 60 }, (_, at) => 40 + at));
  expect(await refusal('deleted', '101')).toBe('OFFSET_OUT_OF_RANGE');
  await createTopic('table', { 'cleanup.policy': 'compact' });
  await admin.fetchTopicOffsets('table');
  expect(await refusal('table', '0')).toBe('POLICY_VIOLATION');
  expect((await admin.fetchTopicOffsets('deleted'))[0]).toMatchObject({ low: '40', high: '100' });
});

it('compacts a topic to the newest record of each key, on every replica, while it is written to', async () => {
  await createTopic('accounts', { 'cleanup.policy': 'compact', 'segment.bytes': '1048576', 'min.cleanable.dirty.ratio': '0.01' });
  const newest = new Map<string, string>();
  let sent = 0;
  for (let round = 0; round < 30; round++) {
    const messages = Array.from({ length: 200 }, (_, at) => ({ key: `account ${(round * 7 + at) % 50}`, value: `${round}/${at} ${'x'.repeat(900)}` }));
    for (const { key, value } of messages) newest.set(key, value);
    await send('accounts', messages, round % 5);
    sent += messages.length;
  }
  await until('three replicas that have compacted', () => cluster.brokerLines.filter((line) => line.includes('accounts-0: compacted below offset')).length >= 3);
  const records = await until('all offsets', async () => {
    const found = await readAll('accounts', undefined);
    return found.at(-1)?.offset === sent - 1 ? found : undefined;
  });
  expect(records.length).toBeLessThan(sent / 2);
  const offsets = records.map(({ offset }) => offset);
  expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  const table = new Map(records.map(({ key, value }) => [key, value]));
  expect(table).toEqual(newest);
});

/** The name of the error that deleting records below `offset` is answered with. */
async function refusal(topic: string, offset: string): Promise<string | undefined> {
  const error: unknown = await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] }).catch((caught: unknown) => caught);
  // What a retry could not help is wrapped.
  const { cause = error } = error as { cause?: unknown };
  return (cause as { partitions?: { error: { type?: string } }[] }).partitions?.[0]?.error.type;
}

async function createTopic(topic: string, entries: Record<string, string>): Promise<void> {
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 3, configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })) }] });
}

async function send(topic: string, messages: { key: string | null; value: string }[], codec = 0): Promise<void> {
  const producer = kafka.producer();
  await producer.connect();
  const compression = [CompressionTypes.None, CompressionTypes.GZIP, CompressionTypes.Snappy, CompressionTypes.LZ4, CompressionTypes.ZSTD][codec] ?? CompressionTypes.None;
  await producer.send({ topic, acks: -1, compression, messages });
  await producer.disconnect();
}

/** From the beginning; `count` records, or up to the end that the topic has now. */
async function readAll(topic: string, count: number | undefined): Promise<{ offset: number; key: string; value: string }[]> {
  const end = Number((await admin.fetchTopicOffsets(topic))[0]?.high);
  const consumer = kafka.consumer({ groupId: `reader of ${topic} ${Math.random()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const found: { offset: number; key: string; value: string }[] = [];
  await consumer.run({ eachMessage: async ({ message }) => void found.push({ offset: Number(message.offset), key: message.key?.toString() ?? '', value: message.value?.toString() ?? '' }) });
  await until(`the records of ${topic}`, () => (count === undefined ? (found.at(-1)?.offset ?? -1) >= end - 1 : found.length >= count));
  await consumer.disconnect();
  return found;
}
