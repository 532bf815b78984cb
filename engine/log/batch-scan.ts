/**
 * Walks the record batches of one segment file, front to back, with headers only or with every check (recovery).
 * Stops at the first byte that is not a batch and says whether that is the preallocated zero tail or damage.
 */
import type { ReadableFile } from '../environment.ts';
import {
  RECORD_BATCH_OVERHEAD,
  batchSizeInBytes,
  readBaseOffset,
  readLastOffsetDelta,
  readMagic,
  validateBatch,
} from '../record/record-batch.ts';

export interface ScanResult {
  /** Position behind the last good batch. */
  readonly validBytes: number;
  /** Offset behind the last good batch's last. */
  readonly nextOffset: number;
  /** Why the walk ended before the end of the file; undefined at the end or before a tail of zeros only. */
  readonly reason: string | undefined;
  /** Bytes behind `validBytes` up to the last one that is not zero. */
  readonly damagedBytes: number;
}

/** `bytes` is only lent; the batch starts at `at` in it and at `position` in the file. With headers only, the rest of the batch may be missing. */
export type BatchVisitor = (bytes: Buffer, at: number, position: number) => void;

const HEADER_WINDOW_BYTES = 16 * 1024;
const FULL_WINDOW_BYTES = 1024 * 1024;
const MAGIC_V2 = 2;

export interface ScanOptions {
  /** Position of a batch. */
  readonly from: number;
  /** No batch may begin below. */
  readonly firstOffset: number;
  /** Where the next segment begins: no batch may reach it. */
  readonly endOffset?: number | undefined;
  readonly check: 'headers' | 'full';
}

export function scanBatches(
  file: ReadableFile,
  options: ScanOptions,
  visit: BatchVisitor,
): ScanResult {
  const end = file.size;
  const windowBytes = options.check === 'full' ? FULL_WINDOW_BYTES : HEADER_WINDOW_BYTES;
  // One piece of memory for the whole walk: fresh ones cost more than the read (page faults).
  const kept = Buffer.allocUnsafeSlow(Math.min(windowBytes, Math.max(0, end - options.from)));
  let window: Buffer = Buffer.alloc(0);
  let windowStart = options.from;
  let position = options.from;
  let nextOffset = options.firstOffset;
  let reason: string | undefined;
  while (position < end) {
    if (end - position < RECORD_BATCH_OVERHEAD) {
      reason = `${end - position} bytes are too few for a batch header`;
      break;
    }
    if (position + RECORD_BATCH_OVERHEAD > windowStart + window.length) {
      window = file.readSync(position, windowBytes, kept);
      windowStart = position;
    }
    const size = batchSizeInBytes(window, position - windowStart);
    if (size < RECORD_BATCH_OVERHEAD || size > end - position) {
      reason = `batch length ${size} at position ${position} of ${end}`;
      break;
    }
    if (options.check === 'full' && position + size > windowStart + window.length) {
      window = file.readSync(position, Math.max(windowBytes, size), kept);
      windowStart = position;
    }
    const at = position - windowStart;
    reason = findFault(window, at, { check: options.check, nextOffset, endOffset: options.endOffset ?? Number.MAX_SAFE_INTEGER });
    if (reason !== undefined) break;
    visit(window, at, position);
    nextOffset = readBaseOffset(window, at) + readLastOffsetDelta(window, at) + 1;
    position += size;
  }
  const damagedBytes = position < end ? bytesUpToLastNonZero(file, position) : 0;
  return { validBytes: position, nextOffset, reason: damagedBytes === 0 ? undefined : reason, damagedBytes };
}

function findFault(bytes: Buffer, at: number, options: { check: 'headers' | 'full'; nextOffset: number; endOffset: number }): string | undefined {
  if (options.check === 'full') {
    const verdict = validateBatch(bytes, at, bytes.length - at);
    if (verdict.kind === 'invalid') return verdict.reason;
  } else if (readMagic(bytes, at) !== MAGIC_V2) {
    return `magic ${readMagic(bytes, at)}`;
  }
  const baseOffset = readBaseOffset(bytes, at);
  // Gaps are normal behind compaction, going back never is.
  if (baseOffset < options.nextOffset) return `base offset ${baseOffset} behind ${options.nextOffset}`;
  const lastOffset = baseOffset + readLastOffsetDelta(bytes, at);
  if (lastOffset >= options.endOffset) return `last offset ${lastOffset} where the next segment begins with ${options.endOffset}`;
  if (lastOffset < baseOffset) return `last offset delta ${readLastOffsetDelta(bytes, at)}`;
  return undefined;
}

function bytesUpToLastNonZero(file: ReadableFile, from: number): number {
  const zeros = Buffer.alloc(FULL_WINDOW_BYTES);
  let damaged = 0;
  for (let position = from; position < file.size; position += FULL_WINDOW_BYTES) {
    const bytes = file.readSync(position, FULL_WINDOW_BYTES);
    if (bytes.equals(zeros.subarray(0, bytes.length))) continue;
    let last = bytes.length - 1;
    while (bytes[last] === 0) last -= 1;
    damaged = position - from + last + 1;
  }
  return damaged;
}
