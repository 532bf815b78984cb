/**
 * A log of keyed records, tombstones and transactions that grows by chance, beside a plain list of everything that was appended; and
 * what a read_committed reader must find in it, compacted or not.
 */
import { assert } from '../../../../engine/assert.ts';
import type { Environment, Files } from '../../../../engine/environment.ts';
import { parseTopicConfig, type LogConfig } from '../../../../engine/log/log-config.ts';
import { dumpPartition } from '../../../../engine/log/log-dump.ts';
import { PartitionLog, type PartitionLogOptions } from '../../../../engine/log/partition-log.ts';
import { batchSizeInBytes, isControl, isTransactional, readAttributes, readBaseOffset, readLastOffsetDelta, readProducerId } from '../../../../engine/record/record-batch.ts';
import { buildBatch } from '../../../../engine/record/record-batch-builder.ts';
import { compressionTypes } from '../../../../engine/record/compression-type.ts';
import { readRecords } from '../../../../engine/record/record-reader.ts';
import { buildMarkerBatch, readMarker } from '../../../../engine/record/transaction-marker.ts';
import { SimulatedCluster } from '../../../simulator/simulated-cluster.ts';
import type { SeededRandom } from '../../../simulator/seeded-random.ts';

export const DIRECTORY = '/accounts-0';
export const DEDUPE_BYTES = 1024 * 1024;
const START_MS = 1_700_000_000_000;
const KEYS = 8;
/** 0 writes without transactions, the others with. */
const PRODUCERS = 3;
const host = new SimulatedCluster({ seed: 1, brokerCount: 0 }).host('broker').environment;

export const compactedConfig: LogConfig = {
  ...parseTopicConfig(new Map([['cleanup.policy', 'compact']])),
  segmentBytes: 3000,
  indexIntervalBytes: 300,
  deleteRetentionMs: 60_000,
  minCleanableDirtyRatio: 0,
};

export interface Written {
  readonly offset: number;
  readonly key: string;
  readonly value: string | null;
  readonly timestampMs: number;
  /** Undefined as long as its transaction is open. */
  isVisible: boolean | undefined;
}

export class KeyedHistory {
  readonly written: Written[] = [];
  log: PartitionLog;
  nowMs = START_MS;
  private readonly files: Files;
  private readonly options: Partial<PartitionLogOptions>;
  private readonly random: SeededRandom;
  private readonly sequences = new Array<number>(PRODUCERS).fill(0);
  private readonly open = new Map<number, Written[]>();

  /** `options` of its log, also when it is opened again. */
  constructor(files: Files, random: SeededRandom, options: Partial<PartitionLogOptions> = {}) {
    this.files = files;
    this.random = random;
    this.options = options;
    this.log = this.openLog();
  }

  openLog(options: Partial<PartitionLogOptions> = {}): PartitionLog {
    return openLog(this.files, { nowMs: () => this.nowMs, ...this.options, ...options });
  }

  /** One batch of one producer, or the end of its transaction. */
  step(): void {
    const producerId = this.random.nextInt(PRODUCERS);
    this.nowMs += this.random.nextInt(500);
    const ongoing = this.open.get(producerId);
    if (ongoing !== undefined && this.random.nextInt(3) === 0) this.end(producerId, this.random.nextInt(2) === 0 ? 'commit' : 'abort');
    else this.append(producerId);
  }

  /** Every transaction gets its marker. */
  endAll(): void {
    for (const producerId of [...this.open.keys()]) this.end(producerId, this.random.nextInt(2) === 0 ? 'commit' : 'abort');
  }

  append(producerId: number, record?: { key: string; value: string | null }): void {
    const count = record === undefined ? 1 + this.random.nextInt(4) : 1;
    const records = Array.from({ length: count }, () => record ?? { key: `key ${this.random.nextInt(KEYS)}`, value: this.value() });
    const isTransaction = producerId > 0;
    const batch = buildBatch(
      records.map(({ key, value }, at) => ({ key: Buffer.from(key), value: value === null ? null : Buffer.from(value), timestampMs: this.nowMs + at })),
      { producerId, producerEpoch: 0, baseSequence: this.sequences[producerId] as number, isTransactional: isTransaction, compression: this.random.pick(compressionTypes) },
    );
    const result = this.log.appendAsLeader(batch, { leaderEpoch: 0, isInternal: false });
    assert(result.kind === 'appended', JSON.stringify(result));
    this.sequences[producerId] = (this.sequences[producerId] as number) + count;
    const written = records.map((each, at): Written => ({ ...each, offset: result.baseOffset + at, timestampMs: this.nowMs + at, isVisible: isTransaction ? undefined : true }));
    this.written.push(...written);
    if (isTransaction) this.open.set(producerId, [...(this.open.get(producerId) ?? []), ...written]);
  }

  async compact(dedupeBufferBytes = DEDUPE_BYTES): Promise<boolean> {
    const plan = this.log.planCompaction(this.nowMs, this.log.logEndOffset);
    if (plan === undefined) return false;
    const result = await this.log.compact(plan, { dedupeBufferBytes });
    assert(result.kind === 'compacted', 'nothing came in between');
    return true;
  }

  /** By key, of what is committed; a key whose newest record is a tombstone is not there. */
  expectedTable(upTo = this.log.logEndOffset): Map<string, string> {
    const table = new Map<string, string>();
    for (const { key, value, isVisible, offset } of this.written) {
      if (isVisible !== true || offset >= upTo) continue;
      if (value === null) table.delete(key);
      else table.set(key, value);
    }
    return table;
  }

  private end(producerId: number, kind: 'commit' | 'abort'): void {
    const marker = buildMarkerBatch({ kind, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs: this.nowMs });
    const result = this.log.appendAsLeader(marker, { leaderEpoch: 0, isInternal: true });
    assert(result.kind === 'appended', JSON.stringify(result));
    for (const each of this.open.get(producerId) ?? []) each.isVisible = kind === 'commit';
    this.open.delete(producerId);
  }

  private value(): string | null {
    return this.random.nextInt(6) === 0 ? null : `${this.written.length} `.repeat(1 + this.random.nextInt(30));
  }
}

export function openLog(files: Files, options: Partial<PartitionLogOptions> & { nowMs: () => number }): PartitionLog {
  const { nowMs, ...rest } = options;
  const environment: Environment = { ...host, files, clock: { ...host.clock, nowMs } };
  return PartitionLog.open(environment, { directory: DIRECTORY, topic: 'accounts', partition: 0, topicId: Buffer.alloc(16, 1), config: compactedConfig, cleanShutdown: false, ...rest });
}

export async function batchesOf(log: PartitionLog): Promise<Buffer[]> {
  const batches: Buffer[] = [];
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const result = log.read(offset, { maxBytes: 700, upTo: log.logEndOffset, minOneBatch: true });
    assert(result.kind !== 'outOfRange', `offset ${offset} is out of range`);
    const bytes = result.kind === 'cold' ? await result.read() : Buffer.concat(result.chunks);
    assert(bytes.length > 0, `nothing at offset ${offset} below the end ${log.logEndOffset}`);
    for (let at = 0; at < bytes.length; at += batchSizeInBytes(bytes, at)) {
      const batch = bytes.subarray(at, at + batchSizeInBytes(bytes, at));
      const lastOffset = readBaseOffset(batch, 0) + readLastOffsetDelta(batch, 0);
      assert(lastOffset >= offset, `a batch that ends at ${lastOffset} for offset ${offset}`);
      batches.push(Buffer.from(batch));
      offset = lastOffset + 1;
    }
  }
  return batches;
}

/** What a read_committed consumer hands to its application, by the rules of KIP-98. */
export async function committedRecords(log: PartitionLog): Promise<{ offset: number; key: string; value: string | null; timestampMs: number }[]> {
  const upTo = log.lastStableOffset(log.logEndOffset);
  const aborted = log.abortedTransactions({ from: log.logStartOffset, upTo }).sort((a, b) => a.firstOffset - b.firstOffset);
  const aborting = new Set<number>();
  const found: { offset: number; key: string; value: string | null; timestampMs: number }[] = [];
  for (const batch of await batchesOf(log)) {
    const lastOffset = readBaseOffset(batch, 0) + readLastOffsetDelta(batch, 0);
    if (lastOffset >= upTo) break;
    while (aborted.length > 0 && (aborted[0]?.firstOffset as number) <= lastOffset) aborting.add((aborted.shift() as { producerId: number }).producerId);
    const attributes = readAttributes(batch, 0);
    const producerId = readProducerId(batch, 0);
    if (isControl(attributes)) {
      if (readMarker(batch, 0)?.kind === 'abort') aborting.delete(producerId);
    } else if (!isTransactional(attributes) || !aborting.has(producerId)) {
      for (const { offset, key, value, timestampMs } of readRecords(batch)) found.push({ offset, key: key?.toString() ?? '', value: value?.toString() ?? null, timestampMs });
    }
  }
  return found;
}

/** Of a log that holds the history, or a part of it from its start, compacted or not. */
export async function checkLog(history: KeyedHistory, log: PartitionLog, what: string): Promise<void> {
  const byOffset = new Map(history.written.map((each) => [each.offset, each]));
  const table = new Map<string, string>();
  const cleanKeys = new Set<string>();
  for (const { offset, key, value, timestampMs } of await committedRecords(log)) {
    const original = byOffset.get(offset);
    assert(original !== undefined && original.isVisible === true, `${what}: offset ${offset} was never committed`);
    assert(original.key === key && original.value === value && original.timestampMs === timestampMs, `${what}: the record at ${offset} is another one`);
    if (offset < log.cleanOffset) {
      assert(!cleanKeys.has(key), `${what}: ${key} twice below the compacted offset ${log.cleanOffset}`);
      cleanKeys.add(key);
    }
    if (value === null) table.delete(key);
    else table.set(key, value);
  }
  const expected = history.expectedTable(log.lastStableOffset(log.logEndOffset));
  const text = (each: Map<string, string>): string => JSON.stringify([...each].sort());
  assert(text(table) === text(expected), `${what}: the table is ${text(table)}, not ${text(expected)}`);
}

export function checkFiles(files: Files, what: string): void {
  const openReadOnly = (path: string) => {
    const bytes = files.read(path);
    return { size: bytes.length, readSync: (position: number, length: number) => bytes.subarray(position, position + length), close: () => {} };
  };
  const { findings } = dumpPartition(DIRECTORY, { files, openReadOnly, isDeep: true });
  assert(findings.length === 0, `${what}: ${JSON.stringify(findings)}`);
}
