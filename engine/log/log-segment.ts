/**
 * One segment of a partition's log: the `.log` file with its offset, time and transaction index.
 * The active segment's indexes live in memory and reach their files at roll, flush and clean close; a sealed segment's are
 * loaded at first use and rebuilt when damaged. Offsets and batch contents are the log's business.
 */
import type { Files, SegmentFile } from '../environment.ts';
import {
  RECORD_BATCH_OVERHEAD,
  batchSizeInBytes,
  isControl,
  readAttributes,
  readBaseOffset,
  readLastOffsetDelta,
  readMaxTimestamp,
} from '../record/record-batch.ts';
import { scanBatches } from './batch-scan.ts';
import type { BatchVisitor, ScanResult } from './batch-scan.ts';
import { loadedIndexes, type IndexHolder } from './loaded-indexes.ts';
import type { LogConfig } from './log-config.ts';
import { OFFSET_INDEX_ENTRY_BYTES, OffsetIndex } from './offset-index.ts';
import { TIME_INDEX_ENTRY_BYTES, TimeIndex } from './time-index.ts';
import type { TimestampOffset } from './time-index.ts';
import type { CompletedTransaction } from './transactions/open-transactions.ts';
import { TransactionIndex } from './transactions/transaction-index.ts';

export interface SegmentOpenOptions {
  readonly files: Files;
  readonly directory: string;
  readonly baseOffset: number;
  readonly maxBytes: number;
  readonly indexIntervalBytes: number;
  readonly nowMs: number;
  /** Behind the names of all files: of a segment that is not in use yet. */
  readonly suffix?: string;
}

export const INDEX_SUFFIXES = ['.index', '.timeindex', '.txnindex'] as const;

/** A batch's place: where it starts and the offset that a reader of this position asks for. */
export interface BatchBoundary {
  readonly position: number;
  readonly offset: number;
}

const LARGEST_RELATIVE_OFFSET = 2 ** 31 - 1;
const WALK_WINDOW_BYTES = 8 * 1024;

export class LogSegment implements IndexHolder {
  readonly baseOffset: number;
  /** When this process created or opened it: the age of a segment whose records have no timestamps. */
  readonly createdMs: number;
  file: SegmentFile;
  /** Deleted by retention or truncation; a read under way ends empty. */
  isRemoved = false;
  private readonly files: Files;
  private readonly pathPrefix: string;
  private readonly suffix: string;
  private readonly indexIntervalBytes: number;
  private maxBytes: number;
  private offsets: OffsetIndex | undefined;
  private times: TimeIndex | undefined;
  private transactions: TransactionIndex | undefined;
  private largest: TimestampOffset | undefined;
  private firstTimestampMs: number | undefined;
  /** Start of the batch that the last index entry names, 0 when there is none. */
  private lastIndexedPosition = 0;
  /** Index entries in the files, so that frequent flushes do not write what is there; -1: unknown. */
  private writtenEntries = -1;

  private constructor(options: SegmentOpenOptions, file: SegmentFile) {
    this.baseOffset = options.baseOffset;
    this.createdMs = options.nowMs;
    this.files = options.files;
    this.pathPrefix = segmentPathPrefix(options.directory, options.baseOffset);
    this.suffix = options.suffix ?? '';
    this.indexIntervalBytes = options.indexIntervalBytes;
    this.maxBytes = options.maxBytes;
    this.file = file;
  }

  /** A new, empty, active segment. */
  static create(options: SegmentOpenOptions): LogSegment {
    const path = `${segmentPathPrefix(options.directory, options.baseOffset)}.log${options.suffix ?? ''}`;
    const segment = new LogSegment(options, options.files.openSegment(path, { maxBytes: options.maxBytes, size: 0, sealed: false }));
    segment.resetIndexes();
    segment.transactions = new TransactionIndex();
    return segment;
  }

  /** An existing file, as it is, sealed; indexes are not looked at yet. */
  static openSealed(options: SegmentOpenOptions): LogSegment {
    const path = `${segmentPathPrefix(options.directory, options.baseOffset)}.log`;
    const size = options.files.size(path) ?? 0;
    return new LogSegment(options, options.files.openSegment(path, { maxBytes: Math.max(options.maxBytes, size), size, sealed: true }));
  }

  get size(): number {
    return this.file.size;
  }

  get capacityBytes(): number {
    return this.maxBytes;
  }

  get offsetIndex(): OffsetIndex {
    if (this.offsets === undefined) this.loadIndexes();
    if (this.file.isSealed) loadedIndexes.touch(this);
    return this.offsets as OffsetIndex;
  }

  get timeIndex(): TimeIndex {
    if (this.times === undefined) this.loadIndexes();
    if (this.file.isSealed) loadedIndexes.touch(this);
    return this.times as TimeIndex;
  }

  get indexBytes(): number {
    return (this.offsets?.memoryBytes ?? 0) + (this.times?.memoryBytes ?? 0);
  }

  releaseIndexes(): void {
    this.offsets = undefined;
    this.times = undefined;
  }

  /** Empty for most: only the marker of an aborted transaction has an entry, and only then there is a file. The loader checks that it is whole. */
  get transactionIndex(): TransactionIndex {
    this.transactions ??= this.readIndex('.txnindex', (bytes) => TransactionIndex.decode(bytes)) ?? new TransactionIndex();
    return this.transactions;
  }

  /** `names` are those in the log's directory. What aborted transactions there are cannot be told from this segment alone then. */
  isTransactionIndexDamaged(names: ReadonlySet<string>): boolean {
    const name = `${String(this.baseOffset).padStart(20, '0')}.txnindex`;
    return names.has(name) && TransactionIndex.decode(this.files.read(`${this.pathPrefix}.txnindex`)) === undefined;
  }

  /** The largest timestamp and the last offset of the batch that holds it; timestamp -1 when there is none. */
  get largestTimestamp(): TimestampOffset {
    this.largest ??= this.readLargestTimestamp() ?? this.timeIndex.last();
    return this.largest;
  }

  /** Kafka's LogSegment.shouldRoll. An empty segment never rolls for its size or age. */
  shouldRoll(batch: { bytes: number; maxTimestampMs: number; lastOffset: number }, at: { nowMs: number; config: LogConfig; jitterMs: number }): boolean {
    if (batch.lastOffset - this.baseOffset > LARGEST_RELATIVE_OFFSET) return true;
    const size = this.file.size;
    if (size === 0) return false;
    const { config } = at;
    if (size > Math.min(config.segmentBytes, this.maxBytes) - batch.bytes) return true;
    if (this.offsetIndex.entryCount >= Math.floor(config.segmentIndexBytes / OFFSET_INDEX_ENTRY_BYTES)) return true;
    if (this.timeIndex.entryCount >= Math.floor(config.segmentIndexBytes / TIME_INDEX_ENTRY_BYTES) - 1) return true;
    const firstMs = this.firstBatchTimestampMs();
    const ageMs = firstMs >= 0 ? batch.maxTimestampMs - firstMs : at.nowMs - this.createdMs;
    // What has not left the active segment cannot be compacted.
    const longestMs = config.cleanupPolicy.includes('compact') ? Math.min(config.segmentMs, config.maxCompactionLagMs) : config.segmentMs;
    return ageMs > longestMs - at.jitterMs;
  }

  /** Appends whole batches; the caller then calls `indexBatch` for each of them, in order. */
  append(batches: Uint8Array): number {
    return this.file.append(batches);
  }

  indexBatch(position: number, lastOffset: number, maxTimestampMs: number): void {
    if (position === 0) this.firstTimestampMs = maxTimestampMs;
    if (maxTimestampMs > (this.largest as TimestampOffset).timestampMs) this.largest = { timestampMs: maxTimestampMs, offset: lastOffset };
    if (position - this.lastIndexedPosition <= this.indexIntervalBytes) return;
    (this.offsets as OffsetIndex).append(lastOffset, position);
    const largest = this.largest as TimestampOffset;
    (this.times as TimeIndex).maybeAppend(largest.timestampMs, largest.offset);
    this.lastIndexedPosition = position;
  }

  /** The transaction that a marker in this segment ended. */
  noteTransaction(completed: CompletedTransaction): void {
    if (completed.isAborted) this.transactionIndex.append(completed);
  }

  /**
   * Forgets the indexes, walks the whole file and builds them again; what `visit` sees is what the file holds. With the full check
   * also the transaction index, by what the visitor notes.
   */
  rebuild(options: { check: 'headers' | 'full'; endOffset: number | undefined }, visit: BatchVisitor): ScanResult {
    this.resetIndexes();
    if (options.check === 'full') this.transactions = new TransactionIndex();
    const result = scanBatches(this.file, { ...options, from: 0, firstOffset: this.baseOffset }, (bytes, at, position) => {
      this.indexBatch(position, readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at), readMaxTimestamp(bytes, at));
      visit(bytes, at, position);
    });
    this.finishTimeIndex();
    return result;
  }

  /** Walks only behind the last index entry: how a cleanly closed segment finds its end. */
  scanTail(): ScanResult {
    const from = Math.max(0, this.offsetIndex.lastPosition);
    let largest = this.timeIndex.last();
    const result = scanBatches(this.file, { from, firstOffset: this.baseOffset, check: 'headers' }, (bytes, at) => {
      const timestampMs = readMaxTimestamp(bytes, at);
      if (timestampMs <= largest.timestampMs) return;
      largest = { timestampMs, offset: readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at) };
    });
    this.largest = largest;
    return result;
  }

  /** Makes a sealed segment the active one, cut to `size`. */
  activate(size: number, options: { maxBytes: number }): void {
    this.maxBytes = Math.max(options.maxBytes, size);
    void this.offsetIndex;
    loadedIndexes.forget(this);
    const { lentBytes } = this.file;
    this.file.close();
    this.file = this.files.openSegment(`${this.pathPrefix}.log`, { maxBytes: this.maxBytes, size, sealed: false, lentBytes });
  }

  /** Drops the batches from `position` on; `nextOffset` is the log's end then. */
  truncateAt(position: number, nextOffset: number): void {
    this.offsetIndex.truncateToPosition(position);
    this.timeIndex.truncateTo(nextOffset);
    this.transactionIndex.truncateTo(nextOffset);
    this.file.truncate(position);
    this.lastIndexedPosition = Math.max(0, this.offsetIndex.lastPosition);
    this.firstTimestampMs = undefined;
    this.writtenEntries = -1;
    this.scanTail();
  }

  /** Last act as the active segment: the final time index entry, index files, and the file trimmed. */
  seal(): void {
    this.finishTimeIndex();
    this.writeIndexes();
    this.file.seal();
    loadedIndexes.touch(this);
  }

  /** Kafka closes a segment's time index with its largest timestamp. */
  finishTimeIndex(): void {
    const largest = this.largestTimestamp;
    if (largest.timestampMs >= 0) this.timeIndex.maybeAppend(largest.timestampMs, largest.offset);
  }

  writeIndexes(): void {
    const entries = this.offsetIndex.entryCount + this.timeIndex.entryCount + (this.transactions?.entries.length ?? 0);
    if (entries === this.writtenEntries) return;
    this.files.replace(this.pathOf('.index'), this.offsetIndex.encode(), { durable: false });
    this.files.replace(this.pathOf('.timeindex'), this.timeIndex.encode(), { durable: false });
    if (this.transactions !== undefined) this.writeTransactionIndex(this.transactions);
    this.writtenEntries = entries;
  }

  private writeTransactionIndex(index: TransactionIndex): void {
    const path = this.pathOf('.txnindex');
    if (index.entries.length > 0) this.files.replace(path, index.encode(), { durable: false });
    else if (this.files.exists(path)) this.files.remove(path);
  }

  /** Closes and deletes the files; renamed first, so that a crash in between leaves nothing that looks like a segment. */
  remove(): void {
    this.retire();
    for (const kind of ['.log', ...INDEX_SUFFIXES]) {
      const path = this.pathOf(kind);
      if (!this.files.exists(path)) continue;
      this.files.rename(path, `${path}.deleted`);
      this.files.remove(`${path}.deleted`);
    }
  }

  /** Another segment takes this one's place under its name: reads that come too late end empty. */
  retire(): void {
    this.isRemoved = true;
    this.close();
  }

  close(): void {
    loadedIndexes.forget(this);
    this.file.close();
  }

  /** Of a segment that is made to replace others: all three indexes are there, so that none of the old ones stays in their place. */
  sealWithAllIndexes(): void {
    this.seal();
    this.files.replace(this.pathOf('.txnindex'), this.transactionIndex.encode(), { durable: true });
  }

  /** Behind the last batch; the base of an empty segment. */
  endOffset(): number {
    return this.scanTail().nextOffset;
  }

  /** Start of the first batch whose last offset is at or above `offset`; undefined when the segment ends before. */
  findBatch(offset: number): number | undefined {
    let found: number | undefined;
    this.walk(this.offsetIndex.positionAtOrBelow(offset), (bytes, at, position) => {
      if (readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at) < offset) return true;
      found = position;
      return false;
    });
    return found;
  }

  /** The last batch boundary in [start, limit]. `start` and some boundary above `limit` must exist. */
  boundaryAtOrBelow(limit: number, start: number): BatchBoundary {
    let boundary: BatchBoundary = { position: start, offset: -1 };
    let previousEnd = -1;
    this.walk(Math.max(start, this.offsetIndex.batchStartAtOrBelow(limit)), (bytes, at, position) => {
      if (position > limit) return false;
      boundary = { position, offset: previousEnd < 0 ? readBaseOffset(bytes, at) : previousEnd };
      previousEnd = readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at) + 1;
      return true;
    });
    return boundary;
  }

  /** Headers from `from` on while `visit` returns true; control batches are there as a whole. Never looks behind the end of the data. */
  walk(from: number, visit: (bytes: Buffer, at: number, position: number) => boolean): void {
    const end = this.file.size;
    const isFree = !this.file.isSealed && this.files.kind !== 'portable';
    let window = isFree && from < end ? (this.file.view(from, end - from) as Buffer) : EMPTY;
    let windowStart = from;
    let position = from;
    while (position + RECORD_BATCH_OVERHEAD <= end) {
      if (position + RECORD_BATCH_OVERHEAD > windowStart + window.length) {
        window = this.file.readSync(position, WALK_WINDOW_BYTES);
        windowStart = position;
      }
      const size = batchSizeInBytes(window, position - windowStart);
      if (position + size > windowStart + window.length && isControl(readAttributes(window, position - windowStart))) {
        window = this.file.readSync(position, WALK_WINDOW_BYTES);
        windowStart = position;
      }
      if (size < RECORD_BATCH_OVERHEAD || !visit(window, position - windowStart, position)) return;
      position += size;
    }
  }

  /** The largest timestamp of the first batch; -1 when there is none. */
  firstBatchTimestampMs(): number {
    if (this.firstTimestampMs === undefined) {
      this.firstTimestampMs = -1;
      this.walk(0, (bytes, at) => {
        this.firstTimestampMs = readMaxTimestamp(bytes, at);
        return false;
      });
    }
    return this.firstTimestampMs;
  }

  private pathOf(kind: string): string {
    return this.pathPrefix + kind + this.suffix;
  }

  private resetIndexes(): void {
    this.offsets = new OffsetIndex(this.baseOffset);
    this.times = new TimeIndex(this.baseOffset);
    this.largest = { timestampMs: -1, offset: this.baseOffset };
    this.lastIndexedPosition = 0;
    this.firstTimestampMs = undefined;
    this.writtenEntries = -1;
  }

  private loadIndexes(): void {
    const offsets = this.readIndex('.index', (bytes) => OffsetIndex.decode(bytes, { baseOffset: this.baseOffset, segmentBytes: this.size }));
    const times = this.readIndex('.timeindex', (bytes) => TimeIndex.decode(bytes, { baseOffset: this.baseOffset }));
    if (offsets === undefined || times === undefined) {
      this.rebuild({ check: 'headers', endOffset: undefined }, () => {});
      this.writeIndexes();
      return;
    }
    this.offsets = offsets;
    this.times = times;
    this.largest = times.last();
    this.lastIndexedPosition = Math.max(0, offsets.lastPosition);
  }

  /** The last entry of a sealed segment's time index, without the others. */
  private readLargestTimestamp(): TimestampOffset | undefined {
    const path = this.pathOf('.timeindex');
    return this.files.exists(path) ? TimeIndex.decodeLast(this.files.readEnd(path, TIME_INDEX_ENTRY_BYTES), { baseOffset: this.baseOffset }) : undefined;
  }

  private readIndex<Index>(suffix: string, decode: (bytes: Buffer) => Index | undefined): Index | undefined {
    const path = this.pathOf(suffix);
    return this.files.exists(path) ? decode(this.files.read(path)) : undefined;
  }
}

const EMPTY = Buffer.alloc(0);

export function segmentPathPrefix(directory: string, baseOffset: number): string {
  return `${directory}/${String(baseOffset).padStart(20, '0')}`;
}
