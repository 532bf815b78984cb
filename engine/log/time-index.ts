/**
 * The sparse `.timeindex` of one segment, in memory: largest timestamp so far -> last offset of the batch that holds it.
 * Timestamps strictly increase. Bytes as Kafka's TimeIndex: 12-byte big-endian entries, int64 timestamp, int32 relative offset; no zero tail.
 */

export const TIME_INDEX_ENTRY_BYTES = 12;

export interface TimestampOffset {
  /** -1: no timestamp. */
  readonly timestampMs: number;
  readonly offset: number;
}

export class TimeIndex {
  private readonly baseOffset: number;
  private timestamps = new Float64Array(0);
  private relativeOffsets = new Int32Array(0);
  private count = 0;

  constructor(baseOffset: number) {
    this.baseOffset = baseOffset;
  }

  /** Undefined when the bytes cannot be a time index: the caller rebuilds it. */
  static decode(bytes: Buffer, options: { baseOffset: number }): TimeIndex | undefined {
    if (bytes.length % TIME_INDEX_ENTRY_BYTES !== 0) return undefined;
    const index = new TimeIndex(options.baseOffset);
    index.count = bytes.length / TIME_INDEX_ENTRY_BYTES;
    index.timestamps = new Float64Array(index.count);
    index.relativeOffsets = new Int32Array(index.count);
    for (let i = 0; i < index.count; i += 1) {
      const timestamp = Number(bytes.readBigInt64BE(i * TIME_INDEX_ENTRY_BYTES));
      const offset = bytes.readInt32BE(i * TIME_INDEX_ENTRY_BYTES + 8);
      const follows = i === 0 || (timestamp > (index.timestamps[i - 1] as number) && offset >= (index.relativeOffsets[i - 1] as number));
      if (!follows || offset < 0 || !Number.isSafeInteger(timestamp)) return undefined;
      index.timestamps[i] = timestamp;
      index.relativeOffsets[i] = offset;
    }
    return index;
  }

  /** Of the last entry of a file, given its last bytes; undefined when they are no entry. */
  static decodeLast(bytes: Buffer, options: { baseOffset: number }): TimestampOffset | undefined {
    if (bytes.length !== TIME_INDEX_ENTRY_BYTES) return undefined;
    const last = TimeIndex.decode(bytes, options);
    return last?.last();
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.count * TIME_INDEX_ENTRY_BYTES);
    for (let i = 0; i < this.count; i += 1) {
      bytes.writeBigInt64BE(BigInt(this.timestamps[i] as number), i * TIME_INDEX_ENTRY_BYTES);
      bytes.writeInt32BE(this.relativeOffsets[i] as number, i * TIME_INDEX_ENTRY_BYTES + 8);
    }
    return bytes;
  }

  get memoryBytes(): number {
    return this.timestamps.byteLength + this.relativeOffsets.byteLength;
  }

  get entryCount(): number {
    return this.count;
  }

  last(): TimestampOffset {
    return this.entry(this.count - 1);
  }

  /** Adds an entry unless the timestamp is not above the last one's. */
  maybeAppend(timestampMs: number, offset: number): void {
    if (timestampMs <= (this.count === 0 ? -1 : (this.timestamps[this.count - 1] as number))) return;
    if (this.count === this.timestamps.length) this.grow();
    this.timestamps[this.count] = timestampMs;
    this.relativeOffsets[this.count] = offset - this.baseOffset;
    this.count += 1;
  }

  /** The last entry whose timestamp is at or below `timestampMs`; the base offset without a timestamp when none is. */
  lookup(timestampMs: number): TimestampOffset {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.timestamps[middle] as number) <= timestampMs) low = middle + 1;
      else high = middle;
    }
    return this.entry(low - 1);
  }

  /** Drops the entries of offsets at or above `offset`. */
  truncateTo(offset: number): void {
    const relative = offset - this.baseOffset;
    while (this.count > 0 && (this.relativeOffsets[this.count - 1] as number) >= relative) this.count -= 1;
  }

  private entry(at: number): TimestampOffset {
    if (at < 0) return { timestampMs: -1, offset: this.baseOffset };
    return { timestampMs: this.timestamps[at] as number, offset: this.baseOffset + (this.relativeOffsets[at] as number) };
  }

  private grow(): void {
    const capacity = Math.max(16, this.timestamps.length * 2);
    const timestamps = new Float64Array(capacity);
    timestamps.set(this.timestamps);
    this.timestamps = timestamps;
    const relativeOffsets = new Int32Array(capacity);
    relativeOffsets.set(this.relativeOffsets);
    this.relativeOffsets = relativeOffsets;
  }
}
