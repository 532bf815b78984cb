/** Walks the records of a batch. Every length is checked against the bytes that are there. */
import { decompressInto } from './compression.ts';
import { crc32c } from './crc32c.ts';
import {
  batchSizeInBytes,
  compressionOf,
  isControl,
  RECORD_BATCH_OVERHEAD,
  readAttributes,
  readBaseOffset,
  readBaseTimestamp,
  readMaxTimestamp,
  readRecordCount,
  usesLogAppendTime,
} from './record-batch.ts';
import { ScratchMemory, type Allocate } from './scratch-memory.ts';

/** One object for all visits: copy what must outlive the visit. Null keys and values have start and end -1. */
export interface VisitedRecord {
  offset: number;
  timestampMs: number;
  /** The first byte of its length, and the one behind its timestamp. */
  start: number;
  offsetDeltaStart: number;
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
  /** Where the headers' count begins, and where the record ends. */
  headersStart: number;
  headersEnd: number;
  /** The uncompressed records, or the buffer itself. */
  bytes: Buffer;
  isControl: boolean;
}

/** The bytes are no record batch, although its CRC may be right. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly code = 'BAD_RECORDS';
}

/** No batch may open to more than this. */
export const MAX_UNCOMPRESSED_BYTES = 256 * 1024 * 1024;

const scratch = new ScratchMemory();

/** Visits the records of the batch at `at`; throws RecordError or CompressionError on damage. What is visited is lent until `visit` returns. */
export function forEachRecord(buffer: Buffer, at: number, visit: (record: VisitedRecord) => void): void {
  scratch.lend((allocate) => visitRecords(buffer, at, { visit, opened: openRecords(buffer, at, allocate) }));
}

interface OpenedRecords {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

function visitRecords(buffer: Buffer, at: number, { visit, opened }: { visit: (record: VisitedRecord) => void; opened: OpenedRecords }): void {
  const attributes = readAttributes(buffer, at);
  const { bytes, start, end } = opened;
  const baseOffset = readBaseOffset(buffer, at);
  const baseTimestamp = readBaseTimestamp(buffer, at);
  const appendTime = usesLogAppendTime(attributes) ? readMaxTimestamp(buffer, at) : undefined;
  const record: VisitedRecord = {
    offset: 0,
    timestampMs: 0,
    start: -1,
    offsetDeltaStart: -1,
    keyStart: -1,
    keyEnd: -1,
    valueStart: -1,
    valueEnd: -1,
    headersStart: -1,
    headersEnd: -1,
    bytes,
    isControl: isControl(attributes),
  };
  const cursor: Cursor = { bytes, at: start, end };
  for (let left = readRecordCount(buffer, at); left > 0; left--) {
    record.start = cursor.at;
    const length = readVarint(cursor);
    const recordEnd = cursor.at + length;
    if (length < 0 || recordEnd > end) throw new RecordError(`a record of ${length} bytes does not fit into the ${end - cursor.at} that are left`);
    cursor.at++;
    record.timestampMs = appendTime ?? baseTimestamp + readVarint(cursor);
    if (appendTime !== undefined) readVarint(cursor);
    record.offsetDeltaStart = cursor.at;
    record.offset = baseOffset + readVarint(cursor);
    const keyBytes = readVarint(cursor);
    record.keyStart = keyBytes < 0 ? -1 : cursor.at;
    record.keyEnd = keyBytes < 0 ? -1 : cursor.at + keyBytes;
    if (keyBytes > 0) cursor.at += keyBytes;
    const valueBytes = readVarint(cursor);
    record.valueStart = valueBytes < 0 ? -1 : cursor.at;
    record.valueEnd = valueBytes < 0 ? -1 : cursor.at + valueBytes;
    if (valueBytes > 0) cursor.at += valueBytes;
    if (cursor.at > recordEnd) throw new RecordError('key and value reach beyond their record');
    record.headersStart = cursor.at;
    record.headersEnd = recordEnd;
    visit(record);
    cursor.at = recordEnd;
  }
}

export interface ReadRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: { key: string; value: Buffer | null }[];
}

/** All records of all batches in `buffer`, as objects: for tests and tools, not for hot paths. */
export function readRecords(buffer: Buffer): ReadRecord[] {
  const records: ReadRecord[] = [];
  for (let at = 0; at + RECORD_BATCH_OVERHEAD <= buffer.length; at += batchSizeInBytes(buffer, at)) {
    forEachRecord(buffer, at, (record) => {
      const slice = (start: number, end: number): Buffer | null => (start < 0 ? null : Buffer.from(record.bytes.subarray(start, end)));
      records.push({
        offset: record.offset,
        timestampMs: record.timestampMs,
        key: slice(record.keyStart, record.keyEnd),
        value: slice(record.valueStart, record.valueEnd),
        headers: readHeaders(record),
      });
    });
  }
  return records;
}

/** CRC-32C of the uncompressed records of the batch at `at`: equal however the batch is compressed. */
export function recordsCrcOf(buffer: Buffer, at: number): number {
  return scratch.lend((allocate) => {
    const { bytes, start, end } = openRecords(buffer, at, allocate);
    return crc32c(bytes, start, end);
  });
}

function openRecords(buffer: Buffer, at: number, allocate: Allocate): OpenedRecords {
  const batchBytes = batchSizeInBytes(buffer, at);
  const batchEnd = at + batchBytes;
  if (batchBytes < RECORD_BATCH_OVERHEAD || batchEnd > buffer.length) throw new RecordError(`a batch of ${batchBytes} bytes does not fit into the ${buffer.length - at} that are left`);
  const type = compressionOf(readAttributes(buffer, at));
  if (type === 'none') return { bytes: buffer, start: at + RECORD_BATCH_OVERHEAD, end: batchEnd };
  const bytes = decompressInto(type, buffer.subarray(at + RECORD_BATCH_OVERHEAD, batchEnd), { maxBytes: MAX_UNCOMPRESSED_BYTES, allocate });
  return { bytes, start: 0, end: bytes.length };
}

function readHeaders(record: VisitedRecord): { key: string; value: Buffer | null }[] {
  const cursor: Cursor = { bytes: record.bytes, at: record.headersStart, end: record.headersEnd };
  const headers: { key: string; value: Buffer | null }[] = [];
  for (let left = readVarint(cursor); left > 0; left--) {
    const key = takeBytes(cursor, readVarint(cursor)).toString('utf8');
    const valueBytes = readVarint(cursor);
    headers.push({ key, value: valueBytes < 0 ? null : Buffer.from(takeBytes(cursor, valueBytes)) });
  }
  return headers;
}

function takeBytes(cursor: Cursor, length: number): Buffer {
  const { at } = cursor;
  if (length < 0 || length > cursor.end - at) throw new RecordError(`${length} bytes of a header do not fit into the ${cursor.end - at} that are left`);
  cursor.at += length;
  return cursor.bytes.subarray(at, cursor.at);
}

interface Cursor {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
}

/** A zigzag varint or varlong. */
function readVarint(cursor: Cursor): number {
  const { bytes } = cursor;
  let raw = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (cursor.at >= cursor.end) throw new RecordError('a record is cut short');
    const byte = bytes[cursor.at++] as number;
    raw |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
  }
  let wide = BigInt(raw);
  for (let shift = 28n; shift < 70n; shift += 7n) {
    if (cursor.at >= cursor.end) throw new RecordError('a record is cut short');
    const byte = bytes[cursor.at++] as number;
    wide |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return Number((wide >> 1n) ^ -(wide & 1n));
  }
  throw new RecordError('a varint is longer than 10 bytes');
}
