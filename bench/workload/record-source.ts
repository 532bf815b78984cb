/**
 * What a load worker sends: record n of a worker, written into a reused record without allocation.
 * The same (seed, worker, n) gives the same key and payload, so a record that found no buffer space is just filled again.
 */

/** The part of the producer's outgoing record that a workload fills; the bytes are lent until the next `fill`. */
export interface RecordSlot {
  /** keyEnd -1: the record has no key. */
  key: Buffer;
  keyStart: number;
  keyEnd: number;
  value: Buffer;
  valueStart: number;
  valueEnd: number;
}

export interface RecordSource {
  /** Mean bytes of a value and of a key over the pool (or over the first window of a file). */
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;
  /** True when each value opens with an event stamp (see event-stamp.ts), so that readers can tell identity and create time. */
  readonly isStamped: boolean;
  /** What was odd about the source so far; a sentence each. */
  readonly warnings: readonly string[];
  /** `intendedEpochUs`: when the record is due, microseconds since the epoch. */
  fill(slot: RecordSlot, n: number, intendedEpochUs: number): void;
  close(): void;
}

/** When records of a trial are due that nobody sends: any day, timestamps take their room. */
export const TRIAL_EPOCH_US = 1_790_000_000_000_000;

export function emptySlot(): RecordSlot {
  const none = Buffer.alloc(0);
  return { key: none, keyStart: 0, keyEnd: -1, value: none, valueStart: 0, valueEnd: 0 };
}
