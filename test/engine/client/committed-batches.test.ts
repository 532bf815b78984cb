/** What read_committed leaves out of fetched batches. */
import { describe, expect, it } from 'vitest';
import { committedBatches, type AbortedTransaction } from '../../../engine/client/fetch/committed-batches.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { batchSizeInBytes, isControl, readAttributes, readBaseOffset } from '../../../engine/record/record-batch.ts';
import { buildMarkerBatch } from '../../../engine/record/transaction-marker.ts';

/** One record at `offset`; producer 0 writes without a transaction. */
function recordAt(offset: number, producerId: number): Buffer {
  const identity = producerId === 0 ? {} : { producerId, producerEpoch: 0, baseSequence: offset, isTransactional: true };
  return buildBatch([{ key: null, value: Buffer.from(`record ${offset}`), timestampMs: 1 }], { baseOffset: offset, ...identity });
}

function markerAt(offset: number, producerId: number, kind: 'commit' | 'abort'): Buffer {
  const marker = buildMarkerBatch({ kind, coordinatorEpoch: 1, producerId, producerEpoch: 0, timestampMs: 1 });
  marker.writeBigInt64BE(BigInt(offset), 0);
  return marker;
}

/** Offsets of the records (not of control batches) that are handed over. */
function seen(batches: readonly Buffer[], aborted: readonly AbortedTransaction[]): number[] {
  const offsets: number[] = [];
  for (const stretch of committedBatches(Buffer.concat(batches), aborted)) {
    for (let at = 0; at < stretch.length; at += batchSizeInBytes(stretch, at)) if (!isControl(readAttributes(stretch, at))) offsets.push(readBaseOffset(stretch, at));
  }
  return offsets;
}

describe('a reader of committed records', () => {
  it('sees everything when nothing was aborted, in one stretch', () => {
    const bytes = Buffer.concat([recordAt(0, 7), markerAt(1, 7, 'commit'), recordAt(2, 0)]);
    expect(committedBatches(bytes, [])).toEqual([bytes]);
  });

  it('sees neither an aborted transaction nor less than the others between its records', () => {
    const batches = [recordAt(0, 7), recordAt(1, 8), recordAt(2, 0), recordAt(3, 7), markerAt(4, 8, 'commit'), markerAt(5, 7, 'abort'), recordAt(6, 7), markerAt(7, 7, 'commit')];
    expect(seen(batches, [{ producerId: 7, firstOffset: 0 }])).toEqual([1, 2, 6]);
  });

  it('sees what a producer committed before it aborted, and two aborted transactions of it one after the other', () => {
    const batches = [recordAt(0, 7), markerAt(1, 7, 'commit'), recordAt(2, 7), markerAt(3, 7, 'abort'), recordAt(4, 0), recordAt(5, 7), markerAt(6, 7, 'abort'), recordAt(7, 0)];
    expect(seen(batches, [{ producerId: 7, firstOffset: 5 }, { producerId: 7, firstOffset: 2 }])).toEqual([0, 4, 7]);
  });

  it('goes on in the middle of an aborted transaction', () => {
    expect(seen([recordAt(11, 7), markerAt(12, 7, 'abort'), recordAt(13, 0)], [{ producerId: 7, firstOffset: 3 }])).toEqual([13]);
  });
});
