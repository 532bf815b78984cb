/**
 * Log directories that change hands: what a real Kafka wrote is opened by headroom's log, and what headroom's log wrote is
 * served by a real Kafka. Needs HEADROOM_KAFKA_DIR, a Kafka release, and a Java.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runKafkaClass, startRealKafka, type RealKafka } from '../../bench/kafka/real-kafka.ts';
import { parseBootstrap } from '../../bench/target/bootstrap.ts';
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { PartitionReader } from '../../engine/client/partition-reader.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { createPortableFiles } from '../../engine/host/portable-files.ts';
import { openReadOnly } from '../../engine/host/read-only-file.ts';
import { parseTopicConfig } from '../../engine/log/log-config.ts';
import { readPartitionMetadata } from '../../engine/log/log-directory.ts';
import { dumpPartition } from '../../engine/log/log-dump.ts';
import { PartitionLog } from '../../engine/log/partition-log.ts';
import { buildBatch } from '../../engine/record/record-batch-builder.ts';
import { readRecords, type ReadRecord } from '../../engine/record/record-reader.ts';

const kafkaDirectory = process.env['HEADROOM_KAFKA_DIR'];
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
const RECORDS = 400;
const environment = createHostEnvironment();

if (kafkaDirectory === undefined) console.log('HEADROOM_KAFKA_DIR names no Kafka: no log directory changes hands');

describe.skipIf(kafkaDirectory === undefined)('log directories', () => {
  let kafka: RealKafka;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'headroom-kafka-logs-'));
    kafka = await startRealKafka(kafkaDirectory as string, 1);
  });
  afterAll(async () => {
    await kafka.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('of Kafka are opened by headroom with the same records, every codec, after a clean stop and after none', async () => {
    await createTopic(kafka, 'written-by-kafka', { 'segment.bytes': '1048576' });
    const payload = join(directory, 'payload.txt');
    writeFileSync(payload, Array.from({ length: 100 }, (_, at) => `event ${at} ${'click '.repeat(at)}`).join('\n'));
    for (const codec of CODECS) {
      const words = ['--topic', 'written-by-kafka', '--num-records', String(RECORDS), '--payload-file', payload, '--throughput', '-1', '--producer-props', `bootstrap.servers=${kafka.bootstrap}`, `compression.type=${codec}`, 'batch.size=4096'];
      await runKafkaClass({ kafkaDirectory: kafkaDirectory as string, mainClass: 'org.apache.kafka.tools.ProducerPerformance', words });
    }
    const served = await readTopic(kafka, 'written-by-kafka');
    expect(served).toHaveLength(CODECS.length * RECORDS);
    await kafka.stop();
    const stored = join(kafka.dataDirectories[0] as string, 'written-by-kafka-0');
    for (const cleanShutdown of [true, false]) {
      const copy = join(directory, `copy-${cleanShutdown}`);
      cpSync(stored, copy, { recursive: true });
      expect(dumped(copy)).toEqual([]);
      const log = open(copy, 'written-by-kafka', { cleanShutdown });
      expect([log.logEndOffset, log.recovery.truncatedBytes]).toEqual([served.length, 0]);
      expect(await recordsOf(log)).toEqual(served);
      log.close({ clean: true });
      expect(dumped(copy)).toEqual([]);
    }
    await kafka.restart();
  });

  it.each(['closed cleanly', 'left as a killed process leaves it'])('of headroom are served by Kafka with the same records, every codec, %s', async (how) => {
    const topic = `written-by-headroom-${how.length}`;
    await createTopic(kafka, topic, {});
    await kafka.stop();
    const stored = join(kafka.dataDirectories[0] as string, `${topic}-0`);
    for (const name of readdirSync(stored)) if (name !== 'partition.metadata') rmSync(join(stored, name));
    // Without its marker and checkpoints Kafka recovers the log from its first byte.
    for (const name of readdirSync(kafka.dataDirectories[0] as string)) if (/^\.kafka_cleanshutdown$|-checkpoint$/.test(name)) rmSync(join(kafka.dataDirectories[0] as string, name));
    const log = open(stored, topic, { cleanShutdown: false });
    for (let at = 0; at < 200; at++) {
      const records = Array.from({ length: 1 + (at % 7) }, (_, n) => ({ key: Buffer.from(`key-${n}`), value: Buffer.from(`${at}/${n} `.repeat(40)), timestampMs: Date.now() + n }));
      const batch = buildBatch(records, { compression: CODECS[at % 5] ?? 'none', ...(at % 3 === 0 ? { producerId: 5, producerEpoch: 0, baseSequence: sequenceAt(at) } : {}) });
      expect(log.appendAsLeader(batch, { leaderEpoch: 0, isInternal: false }).kind).toBe('appended');
    }
    const written = await recordsOf(log);
    expect(log.segmentCount).toBeGreaterThan(3);
    if (how === 'closed cleanly') log.close({ clean: true });
    await kafka.restart();
    const served = await readTopic(kafka, topic);
    log.close({ clean: false });
    expect(served).toEqual(written);
  });
});

/** Of the batches 0, 3, 6... of one producer. */
function sequenceAt(at: number): number {
  let sequence = 0;
  for (let before = 0; before < at; before += 3) sequence += 1 + (before % 7);
  return sequence;
}

function open(directory: string, topic: string, options: { cleanShutdown: boolean }): PartitionLog {
  const topicId = readPartitionMetadata(environment, directory);
  if (topicId === undefined) throw new Error(`${directory} has no partition.metadata`);
  const config = { ...parseTopicConfig(new Map()), segmentBytes: 16 * 1024, indexIntervalBytes: 1024 };
  return PartitionLog.open(environment, { directory, topic, partition: 0, topicId, config, ...options });
}

function dumped(directory: string): readonly object[] {
  return dumpPartition(directory, { files: createPortableFiles(), openReadOnly, isDeep: true }).findings;
}

async function recordsOf(log: PartitionLog): Promise<ReadRecord[]> {
  const records: ReadRecord[] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const result = log.read(offset, { maxBytes: 1 << 20, upTo: log.logEndOffset, minOneBatch: true });
    if (result.kind === 'outOfRange') throw new Error(`offset ${offset}`);
    records.push(...readRecords(result.kind === 'cold' ? await result.read() : Buffer.concat(result.chunks)));
    offset = (records.at(-1) as ReadRecord).offset + 1;
  }
  return records;
}

async function withAdmin<Result>(kafka: RealKafka, use: (admin: Admin, client: ClusterClient) => Promise<Result>): Promise<Result> {
  const client = new ClusterClient(environment, { bootstrap: parseBootstrap(kafka.bootstrap), clientId: 'headroom-test' });
  try {
    return await use(new Admin(client), client);
  } finally {
    await client.close();
  }
}

function createTopic(kafka: RealKafka, name: string, configs: Record<string, string>): Promise<void> {
  return withAdmin(kafka, (admin) => admin.createTopic({ name, partitions: 1, replicationFactor: 1, configs }));
}

function readTopic(kafka: RealKafka, topic: string): Promise<ReadRecord[]> {
  return withAdmin(kafka, async (admin, client) => {
    const [end = 0] = await admin.listOffsets(topic, [0], 'latest');
    const records: ReadRecord[] = [];
    for await (const batches of new PartitionReader(client, { topic, partition: 0, fromOffset: 0, toOffset: end }).batches()) records.push(...readRecords(batches));
    return records;
  });
}
