/**
 * Walks the uncompressed records section of a batch v2 without allocating: next() moves to a record and sets its places.
 *
 *   length varint | attributes int8 | timestampDelta varlong | offsetDelta varint | keyLength varint | key
 *   | valueLength varint | value | headerCount varint | headers
 */

export class RecordCursor {
  bytes: Buffer = Buffer.alloc(0);
  timestampDelta = 0;
  offsetDelta = 0;
  keyStart = 0;
  /** -1: no key. */
  keyEnd = -1;
  valueStart = 0;
  /** -1: no value. */
  valueEnd = -1;
  #at = 0;

  reset(section: Buffer): void {
    this.bytes = section;
    this.#at = 0;
  }

  /** False at the end of the section. Throws RangeError when a record leaves the section. */
  next(): boolean {
    const { bytes } = this;
    if (this.#at >= bytes.length) return false;
    const length = this.#varint();
    const recordEnd = this.#at + length;
    if (length < 0 || recordEnd > bytes.length) throw new RangeError(`a record of ${length} bytes leaves its batch`);
    this.#at++;
    this.timestampDelta = this.#varint();
    this.offsetDelta = this.#varint();
    const keyLength = this.#varint();
    this.keyStart = this.#at;
    this.keyEnd = keyLength < 0 ? -1 : this.#at + keyLength;
    if (keyLength > 0) this.#at += keyLength;
    const valueLength = this.#varint();
    this.valueStart = this.#at;
    this.valueEnd = valueLength < 0 ? -1 : this.#at + valueLength;
    if (this.valueEnd > recordEnd) throw new RangeError(`a value of ${valueLength} bytes leaves its record`);
    this.#at = recordEnd;
    return true;
  }

  #varint(): number {
    const { bytes } = this;
    const first = bytes[this.#at++] as number;
    if (first < 0x80) return (first >>> 1) ^ -(first & 1);
    let value = first & 0x7f;
    let scale = 128;
    for (let count = 1; count < 10; count++) {
      const byte = bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new RangeError('a varint has no end');
  }
}
