/**
 * Kafka's `.snapshot` file: the last batch of every producer of a partition up to an offset.
 *
 * | bytes | field |
 * |---|---|
 * | 2 | int16 version = 1 |
 * | 4 | uint32 CRC-32C of everything behind it |
 * | 4 | int32 count |
 * | 46 each | int64 producerId, int16 epoch, int32 lastSequence, int64 lastOffset, int32 offsetDelta, int64 timestamp, int32 coordinatorEpoch, int64 currentTxnFirstOffset |
 */
import { crc32c } from '../../record/crc32c.ts';

export interface ProducerSnapshotEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1, as lastOffset, for a producer that has only written a marker. */
  readonly lastSequence: number;
  readonly lastOffset: number;
  readonly offsetDelta: number;
  readonly timestampMs: number;
  readonly coordinatorEpoch: number;
  /** -1: no open transaction. */
  readonly currentTxnFirstOffset: number;
}

const VERSION = 1;
const CRC_END = 6;
const HEADER_BYTES = 10;
const ENTRY_BYTES = 46;

export function encodeProducerSnapshot(entries: readonly ProducerSnapshotEntry[]): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + entries.length * ENTRY_BYTES);
  bytes.writeInt16BE(VERSION, 0);
  bytes.writeInt32BE(entries.length, CRC_END);
  let at = HEADER_BYTES;
  for (const entry of entries) {
    bytes.writeBigInt64BE(BigInt(entry.producerId), at);
    bytes.writeInt16BE(entry.producerEpoch, at + 8);
    bytes.writeInt32BE(entry.lastSequence, at + 10);
    bytes.writeBigInt64BE(BigInt(entry.lastOffset), at + 14);
    bytes.writeInt32BE(entry.offsetDelta, at + 22);
    bytes.writeBigInt64BE(BigInt(entry.timestampMs), at + 26);
    bytes.writeInt32BE(entry.coordinatorEpoch, at + 34);
    bytes.writeBigInt64BE(BigInt(entry.currentTxnFirstOffset), at + 38);
    at += ENTRY_BYTES;
  }
  bytes.writeUInt32BE(crc32c(bytes, CRC_END, bytes.length), 2);
  return bytes;
}

/** Undefined when the bytes are not a whole snapshot of version 1. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerSnapshotEntry[] | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readInt16BE(0) !== VERSION) return undefined;
  if (bytes.readUInt32BE(2) !== crc32c(bytes, CRC_END, bytes.length)) return undefined;
  const count = bytes.readInt32BE(CRC_END);
  if (bytes.length !== HEADER_BYTES + count * ENTRY_BYTES) return undefined;
  const entries: ProducerSnapshotEntry[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    entries.push({
      producerId: Number(bytes.readBigInt64BE(at)),
      producerEpoch: bytes.readInt16BE(at + 8),
      lastSequence: bytes.readInt32BE(at + 10),
      lastOffset: Number(bytes.readBigInt64BE(at + 14)),
      offsetDelta: bytes.readInt32BE(at + 22),
      timestampMs: Number(bytes.readBigInt64BE(at + 26)),
      coordinatorEpoch: bytes.readInt32BE(at + 34),
      currentTxnFirstOffset: Number(bytes.readBigInt64BE(at + 38)),
    });
  }
  return entries;
}
