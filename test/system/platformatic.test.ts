/** @platformatic/kafka (JavaScript, flexible protocol versions only) as a referee: produce, stream, commit. */
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';

const TOPIC = 'events';
const PARTITIONS = 3;
const RECORDS = 120;

let cluster: ClusterProcess;

beforeAll(async () => {
  cluster = await ClusterProcess.start();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('reads back what it wrote with %s, keys and headers included', async (compression) => {
  const topic = `${TOPIC}-${compression}`;
  const client = { clientId: 'platformatic', bootstrapBrokers: cluster.bootstrap.split(',') };
  const admin = new Admin(client);
  await admin.createTopics({ topics: [topic], partitions: PARTITIONS, replicas: 3 });
  await admin.close();

  const producer = new Producer({ ...client, serializers: stringSerializers });
  const sent = Array.from({ length: RECORDS }, (_, at) => ({ topic, key: `key ${at % 5}`, value: `value ${at}`, headers: { at: String(at) } }));
  await producer.send({ messages: sent, acks: -1, compression, idempotent: true });
  await producer.close();

  const consumer = new Consumer({ ...client, groupId: `readers-${compression}`, deserializers: stringDeserializers, maxWaitTime: 100 });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true });
  const read: typeof sent = [];
  for await (const { key, value, headers } of stream) {
    read.push({ topic, key: key as string, value: value as string, headers: { at: headers.get('at') as string } });
    if (read.length === RECORDS) break;
  }
  await consumer.close(true);
  const byValue = (records: typeof sent): typeof sent => records.toSorted((a, b) => a.value.localeCompare(b.value));
  expect(byValue(read)).toEqual(byValue(sent));
});
