/**
 * What a reader of isolation.level=read_committed sees of fetched batches: those of aborted transactions are left out. The broker sends nothing behind
 * the last stable offset, and names the aborted transactions that reach into the answer (producer and first offset), as KIP-98 has it.
 */
import { batchSizeInBytes, isControl, isTransactional, readAttributes, readBaseOffset, readLastOffsetDelta, readProducerId } from '../../record/record-batch.ts';
import { readMarker } from '../../record/transaction-marker.ts';

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Stretches of `batches` (whole ones), in order, windows on the same bytes; control batches stay, a reader of records passes over them. */
export function committedBatches(batches: Buffer, aborted: readonly AbortedTransaction[]): Buffer[] {
  if (aborted.length === 0) return [batches];
  const waiting = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const dropping = new Set<number>();
  const stretches: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < batches.length; ) {
    const size = batchSizeInBytes(batches, at);
    const attributes = readAttributes(batches, at);
    const lastOffset = readBaseOffset(batches, at) + readLastOffsetDelta(batches, at);
    while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) dropping.add((waiting.shift() as AbortedTransaction).producerId);
    const producerId = readProducerId(batches, at);
    if (isControl(attributes)) {
      if (readMarker(batches, at)?.kind === 'abort') dropping.delete(producerId);
    } else if (isTransactional(attributes) && dropping.has(producerId)) {
      if (at > start) stretches.push(batches.subarray(start, at));
      start = at + size;
    }
    at += size;
  }
  if (start < batches.length) stretches.push(batches.subarray(start));
  return stretches;
}
