/** Reads the protocol's primitive types from one frame; every length and count is checked against the bytes that are left. */
import { ProtocolError } from './protocol-error.ts';

const EMPTY = Buffer.alloc(0);

export class MessageReader {
  readonly buffer: Buffer;
  at: number;

  constructor(buffer: Buffer, at: number) {
    this.buffer = buffer;
    this.at = at;
  }

  int8(): number {
    const at = this.#take(1);
    return ((this.buffer[at] as number) << 24) >> 24;
  }

  int16(): number {
    const at = this.#take(2);
    const buffer = this.buffer;
    return ((((buffer[at] as number) << 8) | (buffer[at + 1] as number)) << 16) >> 16;
  }

  uint16(): number {
    return this.int16() & 0xffff;
  }

  int32(): number {
    const at = this.#take(4);
    const buffer = this.buffer;
    return ((buffer[at] as number) << 24) | ((buffer[at + 1] as number) << 16) | ((buffer[at + 2] as number) << 8) | (buffer[at + 3] as number);
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  int64(): number {
    const value = this.int32() * 0x1_0000_0000 + this.uint32();
    if (!Number.isSafeInteger(value)) throw this.malformed(`64-bit value ${value} is beyond 2^53`);
    return value;
  }

  float64(): number {
    return this.buffer.readDoubleBE(this.#take(8));
  }

  boolean(): boolean {
    return this.buffer[this.#take(1)] !== 0;
  }

  uuid(): Buffer {
    const at = this.#take(16);
    return this.buffer.subarray(at, at + 16);
  }

  uvarint(): number {
    let value = 0;
    let shift = 0;
    for (;;) {
      const byte = this.buffer[this.#take(1)] as number;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
      shift += 7;
      if (shift > 28) throw this.malformed('varint is longer than 5 bytes');
    }
    return value;
  }

  string(isCompact: boolean): string {
    const value = this.nullableString(isCompact);
    if (value === null) throw this.malformed('null where a string must be');
    return value;
  }

  nullableString(isCompact: boolean): string | null {
    const length = isCompact ? this.uvarint() - 1 : this.int16();
    if (length < 0) return null;
    const at = this.#take(length);
    return this.buffer.toString('utf8', at, at + length);
  }

  bytes(isCompact: boolean): Buffer {
    return this.nullableBytes(isCompact) ?? EMPTY;
  }

  nullableBytes(isCompact: boolean): Buffer | null {
    const length = isCompact ? this.uvarint() - 1 : this.int32();
    if (length < 0) return null;
    const at = this.#take(length);
    return this.buffer.subarray(at, at + length);
  }

  /** Element count, -1 for null. An element takes at least one byte, so a count beyond the rest of the frame is malformed. */
  arrayLength(isCompact: boolean): number {
    const count = isCompact ? this.uvarint() - 1 : this.int32();
    if (count > this.buffer.length - this.at) throw this.malformed(`${count} elements are announced in ${this.buffer.length - this.at} bytes`);
    return count < 0 ? -1 : count;
  }

  requiredLength(isCompact: boolean): number {
    const count = this.arrayLength(isCompact);
    if (count < 0) throw this.malformed('null where an array must be');
    return count;
  }

  skip(count: number): void {
    this.#take(count);
  }

  malformed(what: string): ProtocolError {
    return new ProtocolError(`${what} (byte ${this.at} of ${this.buffer.length})`);
  }

  #take(count: number): number {
    const at = this.at;
    if (at + count > this.buffer.length || count < 0) throw this.malformed(`${count} bytes are announced, ${this.buffer.length - at} are left`);
    this.at = at + count;
    return at;
  }
}
