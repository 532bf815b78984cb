/**
 * The newest offset of each key in the part of a log that a compaction looks at. Exact: keys are compared, not their hashes.
 * Bounded: when the next batch may not fit any more, the round ends there and the next one goes on behind it.
 */

/** Of one entry beside the bytes of its key: the string's head, the map's slot and the number. */
const ENTRY_OVERHEAD_BYTES = 72;

export class LatestOffsets {
  private readonly offsets = new Map<string, number>();
  private readonly maxBytes: number;
  private usedBytes = 0;

  /** @param maxBytes log.cleaner.dedupe.buffer.size */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get keyCount(): number {
    return this.offsets.size;
  }

  get isFull(): boolean {
    return this.usedBytes >= this.maxBytes;
  }

  /** Offsets come in ascending order. */
  put(bytes: Buffer, start: number, end: number, offset: number): void {
    const key = bytes.toString('latin1', start, end);
    const countBefore = this.offsets.size;
    this.offsets.set(key, offset);
    if (this.offsets.size > countBefore) this.usedBytes += key.length + ENTRY_OVERHEAD_BYTES;
  }

  /** -1 for a key that was not seen. */
  latestOf(bytes: Buffer, start: number, end: number): number {
    return this.offsets.get(bytes.toString('latin1', start, end)) ?? -1;
  }
}
