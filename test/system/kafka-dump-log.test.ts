/**
 * Kafka's own DumpLogSegments over the log in every state that it can be left in, and a real Kafka that serves one with transactions and
 * compacted segments. Needs HEADROOM_KAFKA_DIR, a Kafka release, and a Java.
 */
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKafkaClass, startRealKafka, type RealKafka } from '../../bench/kafka/real-kafka.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { readPartitionMetadata } from '../../engine/log/log-directory.ts';
import { KeyedHistory, committedRecords, compactedConfig, openLog } from '../engine/log/compaction/keyed-history.ts';
import { SeededRandom } from '../simulator/seeded-random.ts';

const kafkaDirectory = process.env['HEADROOM_KAFKA_DIR'] ?? '';
const { files } = createHostEnvironment();
/** What DumpLogSegments says when something is wrong (it exits with 0 all the same). */
const COMPLAINT = /invalid|mismatch|non-consecutive|non-secutive|out of order|corrupt|error|exception|not found/i;

if (kafkaDirectory === '') console.log("HEADROOM_KAFKA_DIR names no Kafka: its DumpLogSegments sees none of headroom's logs");

describe.skipIf(kafkaDirectory === '')('a log of headroom', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'headroom-dump-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const begin = (name: string): { history: KeyedHistory; directory: string } => {
    const directory = join(root, name, 'accounts-0');
    const history = new KeyedHistory(files, new SeededRandom(42), { directory });
    for (let steps = 0; steps < 400; steps++) history.step();
    return { history, directory };
  };

  it('closed cleanly, with every codec and with transactions committed, aborted and open, is in order for Kafka', async () => {
    const { history, directory } = begin('clean');
    history.log.close({ clean: true });
    expect(await complaints(directory)).toEqual([]);
  });

  it('recovered from a torn and from a damaged tail is in order for Kafka', async () => {
    const { history, directory } = begin('torn');
    history.log.close({ clean: false });
    const last = join(directory, readdirSync(directory).filter((name) => name.endsWith('.log')).at(-1) as string);
    truncateSync(last, statSync(last).size - 7);
    const torn = history.openLog();
    expect(torn.recovery.truncatedBytes).toBeGreaterThan(0);
    torn.close({ clean: true });
    expect(await complaints(directory)).toEqual([]);
    const middle = join(directory, readdirSync(directory).filter((name) => name.endsWith('.log')).at(-3) as string);
    const bytes = readFileSync(middle);
    bytes.writeUInt8((bytes[Math.floor(bytes.length / 2)] as number) ^ 1, Math.floor(bytes.length / 2));
    writeFileSync(middle, bytes);
    const damaged = history.openLog();
    expect(damaged.recovery.removedSegments).toBe(2);
    damaged.close({ clean: true });
    expect(await complaints(directory)).toEqual([]);
  });

  it('truncated as a follower of a new leader is in order for Kafka', async () => {
    const { history, directory } = begin('truncated');
    history.log.truncateTo(Math.floor(history.log.logEndOffset / 2));
    history.log.close({ clean: true });
    expect(await complaints(directory)).toEqual([]);
  });

  it('compacted is in order for Kafka', async () => {
    const { history, directory } = begin('compacted');
    for (let round = 0; round < 4; round++) {
      for (let steps = 0; steps < 100; steps++) history.step();
      history.nowMs += compactedConfig.deleteRetentionMs;
      expect(await history.compact()).toBe(true);
    }
    history.log.close({ clean: true });
    expect(await complaints(directory)).toEqual([]);
  });
});

describe.skipIf(kafkaDirectory === '')('transactions and compacted segments', () => {
  let kafka: RealKafka;
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'headroom-dump-'));
    kafka = await startRealKafka(kafkaDirectory, 1);
  });
  afterAll(async () => {
    await kafka.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('of headroom are served by Kafka to a read_committed consumer as headroom serves them', async () => {
    const stored = await emptyTopic('compacted-by-headroom');
    const history = new KeyedHistory(files, new SeededRandom(43), { directory: stored, topicId: topicIdOf(stored) });
    for (let round = 0; round < 3; round++) {
      for (let steps = 0; steps < 200; steps++) history.step();
      expect(await history.compact()).toBe(true);
    }
    history.endAll();
    const expected = await committedRecords(history.log);
    history.log.close({ clean: true });
    await kafka.restart();
    const served = await consumeCommitted('compacted-by-headroom', expected.length);
    expect(served).toEqual(expected.map(({ offset, key, value }) => ({ offset, key, value })));
  });

  it('of Kafka are read by headroom as Kafka serves them', async () => {
    const client = new Kafka({ brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'transactions-of-kafka', numPartitions: 1, replicationFactor: 1 }] });
    await admin.disconnect();
    const producer = client.producer({ transactionalId: 'movements', idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    for (let count = 0; count < 30; count++) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: 'transactions-of-kafka', messages: [{ key: `k${count % 4}`, value: `${count}` }, { key: 'other', value: `${count}` }] });
      await (count % 3 === 0 ? transaction.abort() : transaction.commit());
    }
    await producer.disconnect();
    const served = await consumeCommitted('transactions-of-kafka', 40);
    await kafka.stop();
    for (const cleanShutdown of [true, false]) {
      const directory = join(root, `kafka-${cleanShutdown}`, 'transactions-of-kafka-0');
      cpSync(join(kafka.dataDirectories[0] as string, 'transactions-of-kafka-0'), directory, { recursive: true });
      const log = openLog(files, { directory, topicId: topicIdOf(directory), cleanShutdown, nowMs: () => Date.now() });
      expect(log.recovery.truncatedBytes).toBe(0);
      expect((await committedRecords(log)).map(({ offset, key, value }) => ({ offset, key, value }))).toEqual(served);
      expect(log.abortedTransactions({ from: 0, upTo: log.logEndOffset })).toHaveLength(10);
      expect(log.lastStableOffset(log.logEndOffset)).toBe(log.logEndOffset);
      log.close({ clean: false });
    }
  });

  /** Its directory, while Kafka is stopped and forgets what it knew of its logs. */
  async function emptyTopic(topic: string): Promise<string> {
    const admin = new Kafka({ brokers: [kafka.bootstrap], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] });
    await admin.disconnect();
    await kafka.stop();
    const data = kafka.dataDirectories[0] as string;
    const stored = join(data, `${topic}-0`);
    for (const name of readdirSync(stored)) if (name !== 'partition.metadata') rmSync(join(stored, name));
    for (const name of readdirSync(data)) if (/^\.kafka_cleanshutdown$|-checkpoint$/.test(name)) rmSync(join(data, name));
    return stored;
  }

  async function consumeCommitted(topic: string, count: number): Promise<{ offset: number; key: string; value: string | null }[]> {
    const formatting = ['print.offset', 'print.key', 'print.value'].flatMap((name) => ['--formatter-property', `${name}=true`]);
    const words = ['--bootstrap-server', kafka.bootstrap, '--topic', topic, '--partition', '0', '--offset', 'earliest', '--isolation-level', 'read_committed', '--max-messages', String(count), ...formatting];
    const printed = await runKafkaClass({ kafkaDirectory, mainClass: 'org.apache.kafka.tools.consumer.ConsoleConsumer', words });
    return printed.split('\n').filter((line) => line.startsWith('Offset:')).map((line) => {
      const [offset = '', key = '', value = ''] = line.split('\t');
      return { offset: Number(offset.slice('Offset:'.length)), key, value: value === 'null' ? null : value };
    });
  }
});

function topicIdOf(directory: string): Buffer {
  const topicId = readPartitionMetadata(createHostEnvironment(), directory);
  if (topicId === undefined) throw new Error(`${directory} has no partition.metadata`);
  return topicId;
}

async function complaints(directory: string): Promise<string[]> {
  const names = readdirSync(directory).filter((name) => /\.(log|index|timeindex|txnindex|snapshot)$/.test(name));
  expect(names.length).toBeGreaterThan(4);
  const printed = await runKafkaClass({
    kafkaDirectory,
    mainClass: 'kafka.tools.DumpLogSegments',
    words: ['--deep-iteration', '--files', names.map((name) => join(directory, name)).join(',')],
  });
  expect(printed).toContain(`Dumping ${join(directory, names[0] as string)}`);
  return printed.split('\n').filter((line) => COMPLAINT.test(line));
}
