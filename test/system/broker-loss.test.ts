/** Brokers that are killed with kill -9 while acks=all producers write: these go on, and what was acknowledged is there, once. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Admin, Producer } from 'kafkajs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type EmbeddedCluster } from '../../engine/cluster/embedded-cluster.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { brokerProcessesOf } from './process-table.ts';
import { until } from './until.ts';

const TOPIC = 'ledger';
const PARTITIONS = 3;
const BATCH_RECORDS = 20;

let cluster: EmbeddedCluster;
let admin: Admin;
const brokerLines: string[] = [];
const dataDirectory = mkdtempSync(join(tmpdir(), 'headroom-system-loss-'));

beforeAll(async () => {
  const properties = { 'broker.session.timeout.ms': '2000', 'broker.heartbeat.interval.ms': '300', 'group.initial.rebalance.delay.ms': '0', 'min.insync.replicas': '2' };
  cluster = await startCluster({ brokerCount: 3, dataDirectory, properties, onLine: (id, line) => brokerLines.push(`broker ${id}: ${line}`) });
  admin = client().admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS, replicationFactor: 3 }], waitForLeaders: true });
});

afterAll(async () => {
  await admin?.disconnect();
  await cluster?.stop();
  expect(brokerProcessesOf(dataDirectory)).toEqual([]);
  rmSync(dataDirectory, { recursive: true, force: true });
});

it('keeps every acknowledged record exactly once through the loss of a leader, then of all brokers', { timeout: 90_000 }, async () => {
  const writers = await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => Writer.start(partition)));
  await everyWriterGoesOn(writers, 'before any fault');

  const leaders = await leadersOf(TOPIC);
  const victim = cluster.brokers.find((broker) => !broker.isController && leaders.includes(broker.id));
  if (victim === undefined) throw new Error(`no broker but the controller leads one of the partitions: leaders ${leaders.join(', ')}`);
  victim.kill('SIGKILL');
  await until('new leaders', async () => !(await leadersOf(TOPIC)).includes(victim.id));
  await everyWriterGoesOn(writers, 'without one broker');
  expect((await inSyncReplicas(TOPIC)).flat()).not.toContain(victim.id);

  await victim.restart();
  await until('the victim in every ISR again', async () => (await inSyncReplicas(TOPIC)).every((isr) => isr.length === 3));
  await everyWriterGoesOn(writers, 'with the broker back');

  for (const broker of cluster.brokers) broker.kill('SIGKILL');
  await until('the end of all brokers', () => brokerProcessesOf(dataDirectory).length === 0);
  await Promise.all(cluster.brokers.map((broker) => broker.restart()));
  await everyWriterGoesOn(writers, 'after the restart of all');
  await until('every replica in sync again', async () => (await inSyncReplicas(TOPIC)).every((isr) => isr.length === 3));

  const acknowledged = (await Promise.all(writers.map((writer) => writer.stop()))).flat();
  expect(acknowledged.length).toBeGreaterThan(PARTITIONS * 4 * BATCH_RECORDS);
  const stored = await readAll(TOPIC);
  const times = new Map<string, number>();
  for (const value of stored) times.set(value, (times.get(value) ?? 0) + 1);
  expect(acknowledged.filter((value) => !times.has(value))).toEqual([]);
  expect([...times].filter(([, count]) => count !== 1)).toEqual([]);
  expect(brokerLines.filter((line) => /bug|assert/i.test(line))).toEqual([]);
});

/** Writes to one partition, batch after batch, and remembers what was acknowledged. A send that fails for good ends it. */
class Writer {
  readonly acknowledged: string[] = [];
  readonly #partition: number;
  readonly #producer: Producer;
  #isStopped = false;
  #work: Promise<void> = Promise.resolve();

  private constructor(partition: number, producer: Producer) {
    this.#partition = partition;
    this.#producer = producer;
  }

  static async start(partition: number): Promise<Writer> {
    // With one request in flight its numbering survives any number of retries.
    const producer = client().producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const writer = new Writer(partition, producer);
    writer.#work = writer.#write();
    writer.#work.catch(() => {});
    return writer;
  }

  async #write(): Promise<void> {
    while (!this.#isStopped) {
      const first = this.acknowledged.length;
      const values = Array.from({ length: BATCH_RECORDS }, (_, at) => `${this.#partition}:${first + at}`);
      await this.#producer.send({ topic: TOPIC, acks: -1, messages: values.map((value) => ({ value, partition: this.#partition })) });
      this.acknowledged.push(...values);
    }
  }

  /** Rejects with the failure of its sends. */
  async hasWritten(count: number): Promise<void> {
    await Promise.race([this.#work, until(`partition ${this.#partition} beyond ${count} records`, () => this.acknowledged.length > count)]);
  }

  async stop(): Promise<string[]> {
    this.#isStopped = true;
    await this.#work;
    await this.#producer.disconnect();
    return this.acknowledged;
  }
}

async function everyWriterGoesOn(writers: readonly Writer[], when: string): Promise<void> {
  const counts = writers.map((writer) => writer.acknowledged.length);
  try {
    // Twice a batch: at least one of them began after this point.
    await Promise.all(writers.map((writer, at) => writer.hasWritten((counts[at] as number) + BATCH_RECORDS)));
  } catch (error) {
    throw new Error(`a writer does not go on ${when}; the brokers said:\n${brokerLines.slice(-20).join('\n')}`, { cause: error });
  }
}

async function partitionsOf(topic: string): Promise<{ leader: number; isr: number[] }[]> {
  return (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions ?? [];
}

async function leadersOf(topic: string): Promise<number[]> {
  return (await partitionsOf(topic)).map((partition) => partition.leader);
}

async function inSyncReplicas(topic: string): Promise<number[][]> {
  return (await partitionsOf(topic)).map((partition) => partition.isr);
}

/** Every value of the topic, as often as it is stored. */
async function readAll(topic: string): Promise<string[]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const count = ends.reduce((sum, { offset }) => sum + Number(offset), 0);
  const consumer = client().consumer({ groupId: 'auditor', maxWaitTimeInMs: 100 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void values.push(String(message.value)) });
  await until(`all ${count} records`, () => values.length >= count);
  await consumer.disconnect();
  return values;
}

function client(): ReturnType<typeof kafkajsClient> {
  const retry = { retries: 100, initialRetryTime: 50, maxRetryTime: 300 };
  return kafkajsClient(cluster.bootstrap, { retry, connectionTimeout: 1000, requestTimeout: 5000 });
}
