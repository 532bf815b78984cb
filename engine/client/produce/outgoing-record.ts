/** One record on its way into the producer. */

/** Made to be reused: the producer copies what it needs. Bytes [start, end); an end of -1 is null. */
export interface OutgoingRecord {
  /** From `topicHandle`. */
  topic: number;
  key: Buffer;
  keyStart: number;
  keyEnd: number;
  value: Buffer;
  valueStart: number;
  valueEnd: number;
  timestampMs: number;
  /** Comes back in CompletedBatch.tags. */
  tag: number;
}
