/**
 * Follows the transactions of a log while it is read from front to back: which batches belong to aborted ones, and which markers
 * have nothing left that they speak of (Kafka's CleanedTransactionMetadata). All transactions in the range are decided.
 */
import { isTransactional, readAttributes, readBaseOffset, readLastOffsetDelta, readProducerId } from '../../record/record-batch.ts';
import { readMarker } from '../../record/transaction-marker.ts';
import type { AbortedTransaction } from '../transactions/transaction-index.ts';

interface OngoingAbort {
  readonly transaction: AbortedTransaction;
  hasBatches: boolean;
}

export class TransactionFilter {
  /** By first offset. */
  private readonly upcoming: readonly AbortedTransaction[];
  private next = 0;
  private readonly aborting = new Map<number, OngoingAbort>();
  /** Producers with a batch of a transaction that will be committed. */
  private readonly committing = new Set<number>();

  /** @param aborted those whose marker lies in the range that is read, in any order */
  constructor(aborted: readonly AbortedTransaction[]) {
    this.upcoming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Whether the data batch at `at` is part of an aborted transaction. */
  isAborted(bytes: Buffer, at: number): boolean {
    this.advanceTo(readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at));
    if (!isTransactional(readAttributes(bytes, at))) return false;
    const producerId = readProducerId(bytes, at);
    const abort = this.aborting.get(producerId);
    if (abort === undefined) {
      this.committing.add(producerId);
      return false;
    }
    abort.hasBatches = true;
    return true;
  }

  /** The control batch at `at`: whether it speaks of batches that are still there, and the transaction that stays in the index because of them. */
  endTransaction(bytes: Buffer, at: number): { isNeeded: boolean; aborted: AbortedTransaction | undefined } {
    this.advanceTo(readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at));
    const producerId = readProducerId(bytes, at);
    const marker = readMarker(bytes, at);
    // Other control records are not about transactions and stay.
    if (marker === undefined) return { isNeeded: true, aborted: undefined };
    if (marker.kind === 'commit') return { isNeeded: this.committing.delete(producerId), aborted: undefined };
    const abort = this.aborting.get(producerId);
    this.aborting.delete(producerId);
    return abort?.hasBatches === true ? { isNeeded: true, aborted: abort.transaction } : { isNeeded: false, aborted: undefined };
  }

  private advanceTo(lastOffset: number): void {
    for (; this.next < this.upcoming.length; this.next += 1) {
      const transaction = this.upcoming[this.next] as AbortedTransaction;
      if (transaction.firstOffset > lastOffset) return;
      if (!this.aborting.has(transaction.producerId)) this.aborting.set(transaction.producerId, { transaction, hasBatches: false });
    }
  }
}
