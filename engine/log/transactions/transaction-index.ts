/**
 * Kafka's `.txnindex` of one segment: the aborted transactions whose marker lies in it, in the order of their markers.
 *
 * 34 bytes each: int16 version 0, int64 producerId, int64 firstOffset, int64 lastOffset (the marker's), int64 lastStableOffset
 * (of the partition when the marker was written).
 */

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
  /** Of the abort marker. */
  readonly lastOffset: number;
  /** Behind it no transaction was open when this one ended: who has read so far needs no later entry. */
  readonly lastStableOffset: number;
}

const VERSION = 0;
export const TRANSACTION_INDEX_ENTRY_BYTES = 34;

export class TransactionIndex {
  private readonly known: AbortedTransaction[] = [];

  /** Undefined when the bytes are no index: the segment has to be read again. */
  static decode(bytes: Buffer): TransactionIndex | undefined {
    if (bytes.length % TRANSACTION_INDEX_ENTRY_BYTES !== 0) return undefined;
    const index = new TransactionIndex();
    for (let at = 0; at < bytes.length; at += TRANSACTION_INDEX_ENTRY_BYTES) {
      if (bytes.readInt16BE(at) !== VERSION) return undefined;
      const number = (from: number): number => Number(bytes.readBigInt64BE(at + from));
      const entry = { producerId: number(2), firstOffset: number(10), lastOffset: number(18), lastStableOffset: number(26) };
      if (entry.firstOffset > entry.lastOffset || entry.lastOffset <= (index.known.at(-1)?.lastOffset ?? -1)) return undefined;
      index.known.push(entry);
    }
    return index;
  }

  get entries(): readonly AbortedTransaction[] {
    return this.known;
  }

  encode(): Buffer {
    const bytes = Buffer.allocUnsafe(this.known.length * TRANSACTION_INDEX_ENTRY_BYTES);
    this.known.forEach((entry, count) => {
      const at = count * TRANSACTION_INDEX_ENTRY_BYTES;
      bytes.writeInt16BE(VERSION, at);
      bytes.writeBigInt64BE(BigInt(entry.producerId), at + 2);
      bytes.writeBigInt64BE(BigInt(entry.firstOffset), at + 10);
      bytes.writeBigInt64BE(BigInt(entry.lastOffset), at + 18);
      bytes.writeBigInt64BE(BigInt(entry.lastStableOffset), at + 26);
    });
    return bytes;
  }

  append(entry: AbortedTransaction): void {
    this.known.push(entry);
  }

  /** Adds to `found` what overlaps [from, upTo). True: later segments have nothing to add. */
  collect(range: { from: number; upTo: number }, found: AbortedTransaction[]): boolean {
    for (const entry of this.known) {
      if (entry.lastOffset >= range.from && entry.firstOffset < range.upTo) found.push(entry);
      if (entry.lastStableOffset >= range.upTo) return true;
    }
    return false;
  }

  /** Drops the transactions whose marker lies at or above `offset`. */
  truncateTo(offset: number): void {
    while ((this.known.at(-1)?.lastOffset ?? -1) >= offset) this.known.pop();
  }
}
