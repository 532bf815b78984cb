/**
 * What a partition's directory holds, checked as far as it can be from its files alone: every batch with its CRC, offsets,
 * epochs and, on demand, every record; indexes and snapshots against the batches. Reads only. Works on logs that Kafka
 * wrote as well, and on those of a broker that is running: then the newest files may lag behind the batches.
 */
import type { Files, ReadableFile } from '../environment.ts';
import { compressionOf, isControl, readAttributes, readBaseOffset, readLastOffsetDelta, readMaxTimestamp, readPartitionLeaderEpoch, readRecordCount } from '../record/record-batch.ts';
import { forEachRecord } from '../record/record-reader.ts';
import { scanBatches } from './batch-scan.ts';
import { LeaderEpochCache, type EpochEntry } from './leader-epoch-cache.ts';
import { OFFSET_INDEX_ENTRY_BYTES, OffsetIndex } from './offset-index.ts';
import { decodeProducerSnapshot } from './producers/producer-snapshot.ts';
import { TIME_INDEX_ENTRY_BYTES, TimeIndex } from './time-index.ts';

/** Something that is not as it should be. */
export interface DumpFinding {
  /** Name within the directory. */
  readonly file: string;
  readonly problem: string;
}

export interface DumpedSegment {
  readonly baseOffset: number;
  /** Behind the last record. */
  readonly nextOffset: number;
  readonly batches: number;
  readonly records: number;
  readonly controlBatches: number;
  /** Of whole batches. */
  readonly bytes: number;
  /** Zeros behind them, in the segment that was written last. */
  readonly preallocatedBytes: number;
  /** Batches by codec. */
  readonly codecs: Readonly<Record<string, number>>;
  /** -1: no timestamp. */
  readonly largestTimestampMs: number;
  /** Undefined: there is no such file, as in a segment that is being written. */
  readonly offsetIndexEntries: number | undefined;
  readonly timeIndexEntries: number | undefined;
}

export interface DumpedSnapshot {
  readonly offset: number;
  readonly producers: number;
}

export interface PartitionDump {
  readonly directory: string;
  readonly segments: readonly DumpedSegment[];
  readonly epochs: readonly EpochEntry[];
  readonly snapshots: readonly DumpedSnapshot[];
  readonly findings: readonly DumpFinding[];
}

/** Where a batch stands, as `visit` gets it; the bytes are lent until it returns. */
export interface DumpedBatch {
  readonly file: string;
  readonly position: number;
  readonly bytes: Buffer;
  readonly at: number;
}

export interface DumpOptions {
  readonly files: Files;
  /** Never for writing: a broker may be at work in the directory. */
  readonly openReadOnly: (path: string) => ReadableFile & { close(): void };
  /** Open every batch and read its records. */
  readonly isDeep: boolean;
  readonly visit?: (batch: DumpedBatch) => void;
}

interface BatchMark {
  readonly position: number;
  readonly lastOffset: number;
  readonly maxTimestampMs: number;
}

export function dumpPartition(directory: string, options: DumpOptions): PartitionDump {
  const { files } = options;
  const names = files.list(directory);
  const findings: DumpFinding[] = [];
  const bases = names.filter((name) => /^\d{20}\.log$/.test(name)).map((name) => Number(name.slice(0, 20)));
  const { cache, isKnown } = LeaderEpochCache.open(files, directory);
  if (!isKnown && names.includes('leader-epoch-checkpoint')) findings.push({ file: 'leader-epoch-checkpoint', problem: 'not readable' });
  const segments = bases.map((baseOffset, at) => new SegmentCheck({ files, directory, baseOffset, endOffset: bases[at + 1], epochs: cache, findings }).run(options));
  const snapshots = names.filter((name) => /^\d{20}\.snapshot$/.test(name)).flatMap((name): DumpedSnapshot[] => {
    const entries = decodeProducerSnapshot(files.read(`${directory}/${name}`));
    if (entries === undefined) findings.push({ file: name, problem: 'not a whole snapshot of version 1' });
    const offset = Number(name.slice(0, 20));
    const nextOffset = segments.at(-1)?.nextOffset ?? 0;
    if (offset > nextOffset) findings.push({ file: name, problem: `stands behind the log's end, ${nextOffset}` });
    return entries === undefined ? [] : [{ offset, producers: entries.length }];
  });
  return { directory, segments, epochs: cache.entries, snapshots, findings };
}

class SegmentCheck {
  private readonly files: Files;
  private readonly prefix: string;
  private readonly name: string;
  private readonly baseOffset: number;
  private readonly endOffset: number | undefined;
  private readonly epochs: LeaderEpochCache;
  private readonly findings: DumpFinding[];
  private readonly marks: BatchMark[] = [];
  private readonly codecs: Record<string, number> = {};
  private records = 0;
  private controlBatches = 0;

  constructor(options: { files: Files; directory: string; baseOffset: number; endOffset: number | undefined; epochs: LeaderEpochCache; findings: DumpFinding[] }) {
    this.files = options.files;
    this.name = String(options.baseOffset).padStart(20, '0');
    this.prefix = `${options.directory}/${this.name}`;
    this.baseOffset = options.baseOffset;
    this.endOffset = options.endOffset;
    this.epochs = options.epochs;
    this.findings = options.findings;
  }

  run({ openReadOnly, isDeep, visit }: DumpOptions): DumpedSegment {
    const file = openReadOnly(`${this.prefix}.log`);
    const { size } = file;
    try {
      const result = scanBatches(file, { from: 0, firstOffset: this.baseOffset, endOffset: this.endOffset, check: 'full' }, (bytes, at, position) => {
        this.take(bytes, at, position);
        if (isDeep) this.checkRecords(bytes, at, position);
        visit?.({ file: `${this.name}.log`, position, bytes, at });
      });
      if (result.reason !== undefined) this.report('.log', `position ${result.validBytes}: ${result.reason}; ${result.damagedBytes} bytes are no batches`);
      return {
        baseOffset: this.baseOffset,
        nextOffset: result.nextOffset,
        batches: this.marks.length,
        records: this.records,
        controlBatches: this.controlBatches,
        bytes: result.validBytes,
        preallocatedBytes: result.reason === undefined ? size - result.validBytes : 0,
        codecs: this.codecs,
        largestTimestampMs: this.largestTimestamp(this.marks.length - 1),
        offsetIndexEntries: this.checkOffsetIndex(size),
        timeIndexEntries: this.checkTimeIndex(),
      };
    } finally {
      file.close();
    }
  }

  private take(bytes: Buffer, at: number, position: number): void {
    const attributes = readAttributes(bytes, at);
    const baseOffset = readBaseOffset(bytes, at);
    const codec = compressionOf(attributes);
    this.codecs[codec] = (this.codecs[codec] ?? 0) + 1;
    if (isControl(attributes)) this.controlBatches += 1;
    this.records += readRecordCount(bytes, at);
    this.marks.push({ position, lastOffset: baseOffset + readLastOffsetDelta(bytes, at), maxTimestampMs: readMaxTimestamp(bytes, at) });
    const epoch = readPartitionLeaderEpoch(bytes, at);
    const known = this.epochs.entries.findLast((entry) => entry.startOffset <= baseOffset)?.epoch;
    if (known !== undefined && epoch !== known) this.report('.log', `position ${position}: leader epoch ${epoch} at offset ${baseOffset}, the checkpoint has ${known}`);
  }

  private checkRecords(bytes: Buffer, at: number, position: number): void {
    const baseOffset = readBaseOffset(bytes, at);
    const lastOffset = baseOffset + readLastOffsetDelta(bytes, at);
    let previous = baseOffset - 1;
    try {
      forEachRecord(bytes, at, ({ offset }) => {
        if (offset <= previous || offset > lastOffset) this.report('.log', `position ${position}: record offset ${offset} behind ${previous}, in a batch up to ${lastOffset}`);
        previous = offset;
      });
    } catch (error) {
      this.report('.log', `position ${position}: ${(error as Error).message}`);
    }
  }

  /** Each entry leads to the start of the batch that ends with its offset. */
  private checkOffsetIndex(segmentBytes: number): number | undefined {
    const bytes = this.readIndex('.index', OFFSET_INDEX_ENTRY_BYTES);
    if (bytes === undefined) return undefined;
    if (OffsetIndex.decode(bytes, { baseOffset: this.baseOffset, segmentBytes }) === undefined) this.report('.index', 'entries do not increase, or lead beyond the segment');
    const byPosition = new Map(this.marks.map((mark) => [mark.position, mark]));
    for (let at = 0; at < bytes.length; at += OFFSET_INDEX_ENTRY_BYTES) {
      const [offset, position] = [this.baseOffset + bytes.readInt32BE(at), bytes.readInt32BE(at + 4)];
      const lastOffset = byPosition.get(position)?.lastOffset;
      if (lastOffset !== offset) this.report('.index', `offset ${offset} leads to position ${position}, where ${lastOffset === undefined ? 'no batch begins' : `a batch ends with ${lastOffset}`}`);
    }
    return bytes.length / OFFSET_INDEX_ENTRY_BYTES;
  }

  /** Each entry names a batch that has its timestamp, the largest so far. */
  private checkTimeIndex(): number | undefined {
    const bytes = this.readIndex('.timeindex', TIME_INDEX_ENTRY_BYTES);
    if (bytes === undefined) return undefined;
    if (TimeIndex.decode(bytes, { baseOffset: this.baseOffset }) === undefined) this.report('.timeindex', 'entries do not increase');
    for (let at = 0; at < bytes.length; at += TIME_INDEX_ENTRY_BYTES) {
      const [timestampMs, offset] = [Number(bytes.readBigInt64BE(at)), this.baseOffset + bytes.readInt32BE(at + 8)];
      const holder = this.marks.findIndex(({ lastOffset }) => lastOffset >= offset);
      const largest = holder < 0 ? undefined : this.largestTimestamp(holder);
      if (largest !== timestampMs) this.report('.timeindex', `timestamp ${timestampMs} at offset ${offset}, up to which the largest is ${largest ?? 'unknown'}`);
    }
    return bytes.length / TIME_INDEX_ENTRY_BYTES;
  }

  private readonly largestSoFar: number[] = [];

  private largestTimestamp(at: number): number {
    const largest = this.largestSoFar;
    for (let next = largest.length; next <= at; next += 1) largest.push(Math.max(largest[next - 1] ?? -1, this.marks[next]?.maxTimestampMs ?? -1));
    return largest[at] ?? -1;
  }

  /** Undefined when there is none. Kafka allocates indexes ahead: a tail of zeros is no part of them. */
  private readIndex(suffix: string, entryBytes: number): Buffer | undefined {
    const path = `${this.prefix}${suffix}`;
    if (!this.files.exists(path)) return undefined;
    const bytes = this.files.read(path);
    let end = bytes.length;
    while (end > 0 && bytes[end - 1] === 0) end -= 1;
    const whole = Math.ceil(end / entryBytes) * entryBytes;
    if (whole > bytes.length) this.report(suffix, `${bytes.length} bytes are no whole number of entries`);
    return bytes.subarray(0, Math.min(whole, Math.floor(bytes.length / entryBytes) * entryBytes));
  }

  private report(suffix: string, problem: string): void {
    this.findings.push({ file: `${this.name}${suffix}`, problem });
  }
}
