/** What a Fetch returned for one partition: whole batches in order, behind them perhaps a part of one, before them perhaps older records. */
import { batchSizeInBytes, LOG_OVERHEAD, readBaseOffset, readLastOffsetDelta, RECORD_BATCH_OVERHEAD } from '../../record/record-batch.ts';

export interface FetchedBatches {
  /** Window on the input: whole batches with records at or behind `from` and before `to`. */
  readonly bytes: Buffer;
  readonly nextOffset: number;
  readonly batchCount: number;
}

/** A batch that starts before `from` is kept when it reaches beyond it. */
export function wholeBatches(records: Buffer, range: { from: number; to: number }): FetchedBatches {
  let start = -1;
  let end = 0;
  let nextOffset = range.from;
  let batchCount = 0;
  for (let at = 0; at + RECORD_BATCH_OVERHEAD <= records.length; ) {
    const size = batchSizeInBytes(records, at);
    if (size < RECORD_BATCH_OVERHEAD || at + size > records.length) break;
    const baseOffset = readBaseOffset(records, at);
    if (baseOffset >= range.to) break;
    const after = baseOffset + readLastOffsetDelta(records, at) + 1;
    if (after > nextOffset) {
      if (start < 0) start = at;
      end = at + size;
      nextOffset = after;
      batchCount++;
    }
    at += size;
  }
  return { bytes: start < 0 ? records.subarray(0, 0) : records.subarray(start, end), nextOffset, batchCount };
}

/** True when not even one batch came whole although there is one: the fetch was too small for it. */
export function isCutShort(records: Buffer, fetched: FetchedBatches): boolean {
  return fetched.batchCount === 0 && records.length >= LOG_OVERHEAD && batchSizeInBytes(records, 0) > records.length;
}
