/**
 * Reads of one partition's log: by offset and by timestamp. The active segment is read as windows on its file (hot),
 * sealed ones off the event loop (cold). Readers that follow the tail are answered without walking: the positions of the
 * newest batch ends and of the offsets that recent readers will ask for next are remembered.
 */
import { assert } from '../assert.ts';
import { RECORD_BATCH_OVERHEAD, batchSizeInBytes, readBaseOffset, readLastOffsetDelta, readMaxTimestamp, readRecordCount } from '../record/record-batch.ts';
import { forEachRecord } from '../record/record-reader.ts';
import type { LogSegment } from './log-segment.ts';
import type { TimestampOffset } from './time-index.ts';

export interface ReadOptions {
  readonly maxBytes: number;
  /** Exclusive bound, e.g. the high watermark; batches that reach it or beyond are left out. */
  readonly upTo: number;
  /** Give the first batch even when it is larger than `maxBytes`. */
  readonly minOneBatch: boolean;
}

export type ReadResult =
  | { readonly kind: 'data'; readonly chunks: Buffer[]; readonly bytes: number; readonly nextOffset: number }
  /** `bytes` is an estimate (an upper bound unless a single batch is larger). `read` gives empty bytes when retention was faster. */
  | { readonly kind: 'cold'; readonly bytes: number; readonly read: () => Promise<Buffer> }
  | { readonly kind: 'outOfRange' };

export interface LogBounds {
  readonly logStartOffset: number;
  readonly logEndOffset: number;
}

const EMPTY = Buffer.alloc(0);
const COLD_SLACK_BYTES = 8 * 1024;

export class LogReader {
  /** The log's own list, oldest first, the active segment last. */
  private readonly segments: readonly LogSegment[];
  private readonly batchEnds = new BatchEnds();
  private readonly nextReads = new NextReads();

  constructor(segments: readonly LogSegment[]) {
    this.segments = segments;
  }

  /** The active segment has a batch that ends at `position`, before `nextOffset`. */
  appended(nextOffset: number, position: number): void {
    this.batchEnds.push(nextOffset, position);
  }

  /** Positions of the active segment are no longer what they were (roll, truncation). */
  forget(): void {
    this.batchEnds.clear();
    this.nextReads.clear();
  }

  read(offset: number, options: ReadOptions, bounds: LogBounds): ReadResult {
    if (offset < bounds.logStartOffset || offset > bounds.logEndOffset) return { kind: 'outOfRange' };
    const upTo = Math.min(options.upTo, bounds.logEndOffset);
    if (offset >= upTo) return { kind: 'data', chunks: [], bytes: 0, nextOffset: offset };
    let at = floorSegment(this.segments, offset);
    for (; at < this.segments.length; at += 1) {
      const segment = this.segments[at] as LogSegment;
      if (segment.file.isSealed) {
        const bytes = Math.min(options.maxBytes, segment.size);
        return { kind: 'cold', bytes, read: () => this.readCold(segment, offset, { ...options, upTo }) };
      }
      if (segment.size > 0) return this.readHot(segment, offset, { maxBytes: options.maxBytes, upTo, minOneBatch: options.minOneBatch, isToEnd: upTo === bounds.logEndOffset });
    }
    return { kind: 'data', chunks: [], bytes: 0, nextOffset: offset };
  }

  /** The first record with a timestamp at or above `timestampMs`, and its own timestamp. */
  async offsetForTimestamp(timestampMs: number, bounds: LogBounds): Promise<TimestampOffset | undefined> {
    // A copy: retention may drop segments while a search waits for the disk.
    const segments = this.segments.slice();
    for (const segment of segments) {
      if (segment.isRemoved || segment.largestTimestamp.timestampMs < timestampMs) continue;
      try {
        const found = await searchByTimestamp(segment, timestampMs, bounds.logStartOffset);
        if (found !== undefined) return found;
      } catch (error) {
        if (!segment.isRemoved) throw error;
        return this.offsetForTimestamp(timestampMs, bounds);
      }
    }
    return undefined;
  }

  /** The record with the largest timestamp; the first of them when several share it. */
  async maxTimestamp(bounds: LogBounds): Promise<TimestampOffset | undefined> {
    let largest: { segment: LogSegment; timestampMs: number } | undefined;
    for (const segment of this.segments) {
      const { timestampMs } = segment.largestTimestamp;
      if (timestampMs >= 0 && (largest === undefined || timestampMs > largest.timestampMs)) largest = { segment, timestampMs };
    }
    return largest === undefined ? undefined : searchByTimestamp(largest.segment, largest.timestampMs, bounds.logStartOffset);
  }

  private readHot(segment: LogSegment, offset: number, options: ReadOptions & { isToEnd: boolean }): ReadResult {
    const start = this.positionOf(segment, offset);
    const bound = options.isToEnd ? segment.size : this.positionOf(segment, options.upTo);
    let end = bound;
    let nextOffset = options.upTo;
    if (bound - start > options.maxBytes) {
      const boundary = segment.boundaryAtOrBelow(start + options.maxBytes, start);
      if (boundary.position > start) {
        end = boundary.position;
        nextOffset = boundary.offset;
      } else if (options.minOneBatch) {
        const header = segment.file.view(start, RECORD_BATCH_OVERHEAD) as Buffer;
        end = start + batchSizeInBytes(header, 0);
        nextOffset = readBaseOffset(header, 0) + readLastOffsetDelta(header, 0) + 1;
      } else {
        return { kind: 'data', chunks: [], bytes: 0, nextOffset: offset };
      }
    }
    if (end <= start) return { kind: 'data', chunks: [], bytes: 0, nextOffset: offset };
    if (end < segment.size) this.nextReads.remember(nextOffset, end);
    return { kind: 'data', chunks: [segment.file.view(start, end - start) as Buffer], bytes: end - start, nextOffset };
  }

  /** Where the batch that contains `offset` starts in the active segment (the next one, when `offset` lies in a gap). */
  private positionOf(segment: LogSegment, offset: number): number {
    const known = this.batchEnds.positionOf(offset) ?? this.nextReads.positionOf(offset);
    return known ?? segment.findBatch(offset) ?? segment.size;
  }

  private async readCold(segment: LogSegment, offset: number, options: ReadOptions): Promise<Buffer> {
    try {
      const bytes = await readSealed(segment, offset, options);
      if (bytes !== undefined) return bytes;
    } catch (error) {
      if (!segment.isRemoved) throw error;
      return this.readElsewhere(offset, options);
    }
    // The offset lies behind this segment's last batch: the next segment starts with it or above.
    const next = this.segments.find((candidate) => candidate.baseOffset > segment.baseOffset);
    return next === undefined ? EMPTY : this.readElsewhere(next.baseOffset, options);
  }

  /** Where the offset is now: compaction may have put another segment in the place of the one that was read. Empty when retention took it. */
  private async readElsewhere(offset: number, options: ReadOptions): Promise<Buffer> {
    const firstOffset = this.segments[0]?.baseOffset ?? Number.MAX_SAFE_INTEGER;
    if (offset < firstOffset || offset >= options.upTo) return EMPTY;
    const result = this.read(offset, options, { logStartOffset: firstOffset, logEndOffset: Number.MAX_SAFE_INTEGER });
    if (result.kind === 'cold') return result.read();
    return result.kind === 'data' ? (result.chunks[0] ?? EMPTY) : EMPTY;
  }
}

/** Index of the segment whose range holds `offset`: the last one with a base at or below. */
export function floorSegment(segments: readonly LogSegment[], offset: number): number {
  let at = segments.length - 1;
  if (at >= 0 && (segments[at] as LogSegment).baseOffset <= offset) return at;
  let low = 0;
  while (low < at) {
    const middle = (low + at + 1) >>> 1;
    if ((segments[middle] as LogSegment).baseOffset <= offset) low = middle;
    else at = middle - 1;
  }
  return low;
}

/** Undefined when the segment ends before `offset`. */
async function readSealed(segment: LogSegment, offset: number, options: ReadOptions): Promise<Buffer | undefined> {
  const windowBytes = options.maxBytes + COLD_SLACK_BYTES;
  let position = segment.offsetIndex.positionAtOrBelow(offset);
  let bytes = await segment.file.read(position, windowBytes);
  let at = 0;
  for (;;) {
    if (at + RECORD_BATCH_OVERHEAD > bytes.length) {
      position += at;
      if (position + RECORD_BATCH_OVERHEAD > segment.size) return undefined;
      bytes = await segment.file.read(position, windowBytes);
      at = 0;
      if (bytes.length < RECORD_BATCH_OVERHEAD) return undefined;
    }
    const size = batchSizeInBytes(bytes, at);
    if (size < RECORD_BATCH_OVERHEAD) return undefined;
    if (lastOffsetOf(bytes, at) >= offset) break;
    at += size;
  }
  let end = at;
  while (end + RECORD_BATCH_OVERHEAD <= bytes.length) {
    const size = batchSizeInBytes(bytes, end);
    const fits = end + size - at <= options.maxBytes || (end === at && options.minOneBatch);
    if (size < RECORD_BATCH_OVERHEAD || !fits || lastOffsetOf(bytes, end) >= options.upTo) break;
    // Only a first batch that is larger than the window is not wholly here.
    if (end + size > bytes.length) return end === at ? segment.file.read(position + at, size) : bytes.subarray(at, end);
    end += size;
  }
  return bytes.subarray(at, end);
}

async function searchByTimestamp(segment: LogSegment, timestampMs: number, logStartOffset: number): Promise<TimestampOffset | undefined> {
  const near = segment.timeIndex.lookup(timestampMs);
  const candidates: { position: number; size: number }[] = [];
  const from = segment.offsetIndex.positionAtOrBelow(Math.max(near.offset, logStartOffset));
  segment.walk(from, (bytes, at, position) => {
    const holds = readMaxTimestamp(bytes, at) >= timestampMs && lastOffsetOf(bytes, at) >= logStartOffset && readRecordCount(bytes, at) > 0;
    if (holds) candidates.push({ position, size: batchSizeInBytes(bytes, at) });
    return !holds;
  });
  const candidate = candidates[0];
  if (candidate === undefined) return undefined;
  const batch = segment.file.view(candidate.position, candidate.size) ?? (await segment.file.read(candidate.position, candidate.size));
  let found: TimestampOffset | undefined;
  forEachRecord(batch, 0, (record) => {
    if (found === undefined && record.timestampMs >= timestampMs && record.offset >= logStartOffset) {
      found = { timestampMs: record.timestampMs, offset: record.offset };
    }
  });
  // A header may promise a larger timestamp than its records hold: answer with the batch, as its index entry does.
  return found ?? { timestampMs: readMaxTimestamp(batch, 0), offset: lastOffsetOf(batch, 0) };
}

function lastOffsetOf(bytes: Buffer, at: number): number {
  return readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at);
}

/** The newest batch ends of the active segment: next offset -> position. Followers and the high watermark stand on one of them. */
class BatchEnds {
  private static readonly capacity = 256;
  private readonly offsets = new Float64Array(BatchEnds.capacity);
  private readonly positions = new Float64Array(BatchEnds.capacity);
  /** Count of all that was pushed since the last clear; the newest `capacity` are kept. */
  private pushed = 0;

  push(nextOffset: number, position: number): void {
    const at = this.pushed & (BatchEnds.capacity - 1);
    this.offsets[at] = nextOffset;
    this.positions[at] = position;
    this.pushed += 1;
  }

  clear(): void {
    this.pushed = 0;
  }

  positionOf(offset: number): number | undefined {
    const mask = BatchEnds.capacity - 1;
    let low = Math.max(0, this.pushed - BatchEnds.capacity);
    let high = this.pushed - 1;
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const candidate = this.offsets[middle & mask] as number;
      if (candidate === offset) return this.positions[middle & mask];
      if (candidate < offset) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }
}

/** Where readers of the active segment that lag go on: the ends of their last reads. */
class NextReads {
  private static readonly capacity = 16;
  private readonly offsets = new Float64Array(NextReads.capacity).fill(-1);
  private readonly positions = new Float64Array(NextReads.capacity);
  private next = 0;

  remember(offset: number, position: number): void {
    assert(offset >= 0 && position >= 0, `next read of offset ${offset} at position ${position}`);
    if (this.offsets.indexOf(offset) >= 0) return;
    this.offsets[this.next] = offset;
    this.positions[this.next] = position;
    this.next = (this.next + 1) % NextReads.capacity;
  }

  clear(): void {
    this.offsets.fill(-1);
  }

  positionOf(offset: number): number | undefined {
    const at = this.offsets.indexOf(offset);
    return at < 0 ? undefined : this.positions[at];
  }
}
