/**
 * Record batch v2: the 61-byte header and what can be told without opening the records.
 *
 * | offset | bytes | field                | offset | bytes | field           |
 * |--------|-------|----------------------|--------|-------|-----------------|
 * | 0      | 8     | baseOffset           | 27     | 8     | baseTimestamp   |
 * | 8      | 4     | batchLength          | 35     | 8     | maxTimestamp    |
 * | 12     | 4     | partitionLeaderEpoch | 43     | 8     | producerId      |
 * | 16     | 1     | magic (2)            | 51     | 2     | producerEpoch   |
 * | 17     | 4     | crc (of 21..end)     | 53     | 4     | baseSequence    |
 * | 21     | 2     | attributes           | 57     | 4     | recordCount     |
 * | 23     | 4     | lastOffsetDelta      | 61     |       | records         |
 *
 * batchLength counts from byte 12 on. Offset and epoch lie outside the CRC: a broker stamps them without recomputing it.
 */
import type { CompressionType } from './compression-type.ts';
import { compressionTypes } from './compression-type.ts';
import { crc32c } from './crc32c.ts';

export const RECORD_BATCH_OVERHEAD = 61;
export const LOG_OVERHEAD = 12;
export const CRC_START = 21;
export const MAGIC_V2 = 2;

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const PRODUCER_ID_AT = 43;
const PRODUCER_EPOCH_AT = 51;
const BASE_SEQUENCE_AT = 53;
const RECORD_COUNT_AT = 57;

const COMPRESSION_MASK = 0x07;
const LOG_APPEND_TIME_BIT = 0x08;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
/** The base timestamp's field holds the time from which tombstones and markers of this batch may be removed. */
export const DELETE_HORIZON_BIT = 0x40;

/** A signed 64-bit number; exact for everything Kafka stores there (below 2^53). */
function readInt64(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at) * 0x1_0000_0000 + buffer.readUInt32BE(at + 4);
}

export function writeInt64(buffer: Buffer, at: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / 0x1_0000_0000) | 0, at);
  buffer.writeInt32BE(value | 0, at + 4);
}

/** Whole size with the header: 12 + batchLength. */
export function batchSizeInBytes(buffer: Buffer, at: number): number {
  return LOG_OVERHEAD + buffer.readInt32BE(at + LENGTH_AT);
}

export function readBaseOffset(buffer: Buffer, at: number): number {
  return readInt64(buffer, at);
}

export function readPartitionLeaderEpoch(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LEADER_EPOCH_AT);
}

export function readMagic(buffer: Buffer, at: number): number {
  return buffer.readInt8(at + MAGIC_AT);
}

export function readCrc(buffer: Buffer, at: number): number {
  return buffer.readUInt32BE(at + CRC_AT);
}

export function readAttributes(buffer: Buffer, at: number): number {
  return buffer.readInt16BE(at + ATTRIBUTES_AT);
}

export function readLastOffsetDelta(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT);
}

export function readBaseTimestamp(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + BASE_TIMESTAMP_AT);
}

export function readMaxTimestamp(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + MAX_TIMESTAMP_AT);
}

export function readProducerId(buffer: Buffer, at: number): number {
  return readInt64(buffer, at + PRODUCER_ID_AT);
}

export function readProducerEpoch(buffer: Buffer, at: number): number {
  return buffer.readInt16BE(at + PRODUCER_EPOCH_AT);
}

export function readBaseSequence(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + BASE_SEQUENCE_AT);
}

export function readRecordCount(buffer: Buffer, at: number): number {
  return buffer.readInt32BE(at + RECORD_COUNT_AT);
}

export function stampBaseOffset(buffer: Buffer, at: number, offset: number): void {
  writeInt64(buffer, at, offset);
}

export function stampLeaderEpoch(buffer: Buffer, at: number, epoch: number): void {
  buffer.writeInt32BE(epoch, at + LEADER_EPOCH_AT);
}

/** 'none' also for the three ids that no codec has: a batch with one is refused on its way into a log. */
export function compressionOf(attributes: number): CompressionType {
  return compressionTypes[attributes & COMPRESSION_MASK] ?? 'none';
}

export function isControl(attributes: number): boolean {
  return (attributes & CONTROL_BIT) !== 0;
}

export function isTransactional(attributes: number): boolean {
  return (attributes & TRANSACTIONAL_BIT) !== 0;
}

export function hasDeleteHorizon(attributes: number): boolean {
  return (attributes & DELETE_HORIZON_BIT) !== 0;
}

export function usesLogAppendTime(attributes: number): boolean {
  return (attributes & LOG_APPEND_TIME_BIT) !== 0;
}

export interface BatchHeader {
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

/** Writes the header of a batch of `totalBytes` whose records are in place behind it; offset 0, no leader epoch, CRC last. */
export function writeHeader(buffer: Buffer, totalBytes: number, header: BatchHeader): void {
  writeInt64(buffer, 0, 0);
  buffer.writeInt32BE(totalBytes - LOG_OVERHEAD, LENGTH_AT);
  buffer.writeInt32BE(-1, LEADER_EPOCH_AT);
  buffer.writeInt8(MAGIC_V2, MAGIC_AT);
  buffer.writeInt16BE(header.attributes, ATTRIBUTES_AT);
  buffer.writeInt32BE(header.lastOffsetDelta, LAST_OFFSET_DELTA_AT);
  writeInt64(buffer, BASE_TIMESTAMP_AT, header.baseTimestamp);
  writeInt64(buffer, MAX_TIMESTAMP_AT, header.maxTimestamp);
  writeInt64(buffer, PRODUCER_ID_AT, header.producerId);
  buffer.writeInt16BE(header.producerEpoch, PRODUCER_EPOCH_AT);
  buffer.writeInt32BE(header.baseSequence, BASE_SEQUENCE_AT);
  buffer.writeInt32BE(header.recordCount, RECORD_COUNT_AT);
  buffer.writeUInt32BE(crc32c(buffer, CRC_START, totalBytes), CRC_AT);
}

export type BatchValidation = { readonly kind: 'valid'; readonly bytes: number } | { readonly kind: 'invalid'; readonly reason: string };

/** Length, magic and CRC of the batch at `at`, of which `available` bytes are there. */
export function validateBatch(buffer: Buffer, at: number, available: number): BatchValidation {
  if (available < RECORD_BATCH_OVERHEAD) return { kind: 'invalid', reason: `${available} bytes are less than a batch header` };
  const bytes = batchSizeInBytes(buffer, at);
  if (bytes < RECORD_BATCH_OVERHEAD) return { kind: 'invalid', reason: `batch length ${bytes - LOG_OVERHEAD} is too small` };
  if (bytes > available) return { kind: 'invalid', reason: `a batch of ${bytes} bytes is cut at ${available}` };
  const magic = readMagic(buffer, at);
  if (magic !== MAGIC_V2) return { kind: 'invalid', reason: `magic ${magic} is not 2` };
  const stored = readCrc(buffer, at);
  const computed = crc32c(buffer, at + CRC_START, at + bytes);
  if (stored !== computed) return { kind: 'invalid', reason: `CRC ${hex(stored)} is stored, ${hex(computed)} computed` };
  return { kind: 'valid', bytes };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
