/**
 * The sparse `.index` of one segment, in memory: last offset of a batch -> start position of that batch, both increasing.
 * Bytes as Kafka's OffsetIndex: 8-byte big-endian entries, int32 offset relative to the segment's base, int32 position; no zero tail.
 */

export const OFFSET_INDEX_ENTRY_BYTES = 8;

/** A full index is megabytes: it is swapped as a block at roll, not entry by entry. */
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export class OffsetIndex {
  private readonly baseOffset: number;
  /** Relative offset and position alternate. */
  private entries: Int32Array;
  private count: number;

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset;
    this.entries = new Int32Array(0);
    this.count = 0;
  }

  /** Undefined when the bytes cannot be an index of a segment of `segmentBytes`: the caller rebuilds it. */
  static decode(bytes: Buffer, options: { baseOffset: number; segmentBytes: number }): OffsetIndex | undefined {
    if (bytes.length % OFFSET_INDEX_ENTRY_BYTES !== 0) return undefined;
    const index = new OffsetIndex(options.baseOffset);
    const entries = new Int32Array(bytes.length / 4);
    const copy = Buffer.from(entries.buffer);
    copy.set(bytes);
    if (IS_LITTLE_ENDIAN) copy.swap32();
    for (let i = 0; i < entries.length; i += 2) {
      const previousOffset = i === 0 ? -1 : (entries[i - 2] as number);
      const previousPosition = i === 0 ? -1 : (entries[i - 1] as number);
      if ((entries[i] as number) <= previousOffset || (entries[i + 1] as number) <= previousPosition) return undefined;
    }
    if (entries.length > 0 && (entries[entries.length - 1] as number) >= options.segmentBytes) return undefined;
    index.entries = entries;
    index.count = entries.length / 2;
    return index;
  }

  encode(): Buffer {
    const bytes = Buffer.from(this.entries.slice(0, this.count * 2).buffer);
    return IS_LITTLE_ENDIAN ? bytes.swap32() : bytes;
  }

  get memoryBytes(): number {
    return this.entries.byteLength;
  }

  get entryCount(): number {
    return this.count;
  }

  /** -1 when empty. */
  get lastPosition(): number {
    return this.count === 0 ? -1 : (this.entries[this.count * 2 - 1] as number);
  }

  append(offset: number, position: number): void {
    if (this.count * 2 === this.entries.length) {
      const grown = new Int32Array(Math.max(32, this.entries.length * 2));
      grown.set(this.entries);
      this.entries = grown;
    }
    this.entries[this.count * 2] = offset - this.baseOffset;
    this.entries[this.count * 2 + 1] = position;
    this.count += 1;
  }

  /** Position of a batch whose last offset is at or below `offset`, the nearest known; 0 when none is. */
  positionAtOrBelow(offset: number): number {
    const at = this.lastAtOrBelow(offset - this.baseOffset, 0);
    return at < 0 ? 0 : (this.entries[at * 2 + 1] as number);
  }

  /** The nearest known start of a batch at or below `position`; 0 when none is. */
  batchStartAtOrBelow(position: number): number {
    const at = this.lastAtOrBelow(position, 1);
    return at < 0 ? 0 : (this.entries[at * 2 + 1] as number);
  }

  /** Drops the entries of batches that start at `position` or behind it. */
  truncateToPosition(position: number): void {
    this.count = this.lastAtOrBelow(position - 1, 1) + 1;
  }

  /** Index of the last entry whose column (0 relative offset, 1 position) is <= `bound`, or -1. */
  private lastAtOrBelow(bound: number, column: 0 | 1): number {
    const entries = this.entries;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle * 2 + column] as number) <= bound) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
