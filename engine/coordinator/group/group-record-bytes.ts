/** Bytes of `__consumer_offsets` records: a growing writer (fixed-length form only) and a bounded reader (both forms). */

export class CorruptGroupRecord extends Error {
  override readonly name = 'CorruptGroupRecord';
  readonly code = 'CORRUPT_GROUP_RECORD';
}

export class RecordWriter {
  private buffer: Buffer;
  private at = 0;

  constructor(capacityBytes: number) {
    this.buffer = Buffer.allocUnsafe(capacityBytes);
  }

  int16(value: number): void {
    this.at = this.room(2).writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.room(4).writeInt32BE(value, this.at);
  }

  int64(value: number): void {
    const buffer = this.room(8);
    buffer.writeInt32BE(Math.floor(value / 2 ** 32), this.at);
    this.at = buffer.writeInt32BE(value | 0, this.at + 4);
  }

  string(value: string): void {
    const bytes = Buffer.byteLength(value);
    if (bytes > 32767) throw new CorruptGroupRecord(`a string of ${bytes} bytes: at most 32767 fit`);
    this.int16(bytes);
    this.at += this.room(bytes).write(value, this.at);
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1);
    else this.string(value);
  }

  blob(value: Uint8Array): void {
    this.int32(value.length);
    this.room(value.length).set(value, this.at);
    this.at += value.length;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  private room(bytes: number): Buffer {
    if (this.at + bytes > this.buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (this.at + bytes));
      this.buffer.copy(larger, 0, 0, this.at);
      this.buffer = larger;
    }
    return this.buffer;
  }
}

export class RecordReader {
  private readonly buffer: Buffer;
  private at = 0;
  private isFlexible = false;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  version(range: { lowest: number; highest: number; flexibleFrom: number }): number {
    const version = this.int16();
    if (version < range.lowest || version > range.highest) {
      throw new CorruptGroupRecord(`value version ${version}: known are ${range.lowest} to ${range.highest}`);
    }
    this.isFlexible = version >= range.flexibleFrom;
    return version;
  }

  int16(): number {
    return this.buffer.readInt16BE(this.take(2));
  }

  int32(): number {
    return this.buffer.readInt32BE(this.take(4));
  }

  int64(): number {
    const at = this.take(8);
    const value = this.buffer.readInt32BE(at) * 2 ** 32 + this.buffer.readUInt32BE(at + 4);
    if (!Number.isSafeInteger(value)) throw new CorruptGroupRecord(`int64 ${value} at byte ${at} is no offset or time`);
    return value;
  }

  string(): string {
    const value = this.nullableString();
    if (value === null) throw new CorruptGroupRecord(`null string before byte ${this.at}`);
    return value;
  }

  nullableString(): string | null {
    const length = this.isFlexible ? this.varint() - 1 : this.int16();
    if (length < 0) return null;
    const start = this.take(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  /** A copy: records outlive the batch they came in. */
  blob(): Buffer {
    const length = this.isFlexible ? this.varint() - 1 : this.int32();
    if (length < 0) return Buffer.alloc(0);
    const start = this.take(length);
    return Buffer.from(this.buffer.subarray(start, start + length));
  }

  arrayCount(): number {
    const count = this.isFlexible ? this.varint() - 1 : this.int32();
    if (count > this.buffer.length - this.at) throw new CorruptGroupRecord(`array of ${count} in ${this.buffer.length} bytes`);
    return Math.max(count, 0);
  }

  /** Passes over the tagged fields of a flexible struct. */
  endOfStruct(): void {
    if (!this.isFlexible) return;
    for (let fields = this.varint(); fields > 0; fields--) {
      this.varint();
      this.take(this.varint());
    }
  }

  private varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.buffer[this.take(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new CorruptGroupRecord(`varint before byte ${this.at} is too long`);
  }

  private take(bytes: number): number {
    const start = this.at;
    if (start + bytes > this.buffer.length) {
      throw new CorruptGroupRecord(`${bytes} bytes wanted at byte ${start} of ${this.buffer.length}`);
    }
    this.at = start + bytes;
    return start;
  }
}
