/**
 * Writes the protocol's primitive types into growing memory. Large record batches are not copied: they become chunks of
 * their own between the written parts, for one gathered write.
 */
import { assert } from '../assert.ts';

/** Below this many bytes a copy is cheaper than one more piece in the gathered write. */
const PASS_THROUGH_BYTES = 8192;

export class MessageWriter {
  #buffer: Buffer;
  #start = 0;
  #at = 0;
  #chunks: Buffer[] = [];
  #chunkBytes = 0;

  constructor(capacityBytes = 512) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes);
  }

  int8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
  }

  int16(value: number): void {
    this.#reserve(2);
    const buffer = this.#buffer;
    buffer[this.#at] = value >> 8;
    buffer[this.#at + 1] = value;
    this.#at += 2;
  }

  uint16(value: number): void {
    this.int16(value);
  }

  int32(value: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = value >> 24;
    buffer[at + 1] = value >> 16;
    buffer[at + 2] = value >> 8;
    buffer[at + 3] = value;
    this.#at = at + 4;
  }

  uint32(value: number): void {
    this.int32(value | 0);
  }

  int64(value: number): void {
    assert(Number.isSafeInteger(value), `${value} is no safe integer`);
    this.int32(Math.floor(value / 0x1_0000_0000) | 0);
    this.int32(value | 0);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeDoubleBE(value, this.#at);
  }

  boolean(value: boolean): void {
    this.int8(value ? 1 : 0);
  }

  uuid(value: Uint8Array): void {
    assert(value.length === 16, 'a UUID has 16 bytes');
    this.raw(value);
  }

  uvarint(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.#buffer[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  string(value: string | null, isCompact: boolean): void {
    if (value === null) {
      if (isCompact) this.int8(0);
      else this.int16(-1);
      return;
    }
    const length = Buffer.byteLength(value);
    if (isCompact) this.uvarint(length + 1);
    else {
      assert(length <= 0x7fff, 'a string is at most 32767 bytes');
      this.int16(length);
    }
    this.#reserve(length);
    this.#buffer.write(value, this.#at, 'utf8');
    this.#at += length;
  }

  bytes(value: Uint8Array | null, isCompact: boolean): void {
    this.#byteLength(value === null ? -1 : value.length, isCompact);
    if (value !== null) this.raw(value);
  }

  records(value: Uint8Array | readonly Uint8Array[] | null, isCompact: boolean): void {
    if (value === null) {
      this.#byteLength(-1, isCompact);
      return;
    }
    const pieces = Array.isArray(value) ? (value as readonly Uint8Array[]) : [value as Uint8Array];
    let total = 0;
    for (const piece of pieces) total += piece.length;
    this.#byteLength(total, isCompact);
    for (const piece of pieces) {
      if (piece.length >= PASS_THROUGH_BYTES) this.#passThrough(piece);
      else this.raw(piece);
    }
  }

  arrayLength(count: number, isCompact: boolean): void {
    if (isCompact) this.uvarint(count + 1);
    else this.int32(count);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }

  /** A tagged field's content, with its size before it. */
  sized(write: (writer: MessageWriter) => void): void {
    const content = new MessageWriter(64);
    write(content);
    const chunks = content.finish();
    let total = 0;
    for (const chunk of chunks) total += chunk.length;
    this.uvarint(total);
    for (const chunk of chunks) this.raw(chunk);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#chunkBytes + this.#at - this.#start;
  }

  /** Without the chunks that were passed through. */
  get copiedBytes(): number {
    return this.#at;
  }

  /** All that was written; the writer is not to be used again. */
  finish(): Buffer[] {
    this.#endChunk();
    return this.#chunks;
  }

  #byteLength(length: number, isCompact: boolean): void {
    if (isCompact) this.uvarint(length + 1);
    else this.int32(length);
  }

  #passThrough(piece: Uint8Array): void {
    this.#endChunk();
    this.#chunks.push(piece instanceof Buffer ? piece : Buffer.from(piece.buffer, piece.byteOffset, piece.length));
    this.#chunkBytes += piece.length;
  }

  #endChunk(): void {
    if (this.#at === this.#start) return;
    this.#chunks.push(this.#buffer.subarray(this.#start, this.#at));
    this.#chunkBytes += this.#at - this.#start;
    this.#start = this.#at;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#buffer.length) return;
    const open = this.#at - this.#start;
    const grown = Buffer.allocUnsafe(Math.max((open + count) * 2, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, this.#start, this.#at);
    this.#buffer = grown;
    this.#start = 0;
    this.#at = open;
  }
}
