/** F30, records that transactions add: a marker for each partition of each commit, on every replica, and the coordinator's own log. */

/** Markers/s in the partitions. Derived from KIP-98; no guide publishes it. */
export function markersPerSecond({ commitsPerSecond, partitionsPerTransaction }: { commitsPerSecond: number; partitionsPerTransaction: number }): number {
  return commitsPerSecond * partitionsPerTransaction;
}

/** Records/s of `__transaction_state`: the partitions joined, the decision, the end. Derived: at least three a transaction. */
export function transactionLogRecordsPerSecond(commitsPerSecond: number): number {
  return commitsPerSecond * 3;
}
