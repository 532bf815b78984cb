/**
 * Builds one record batch in place: records are written straight into the batch's buffer, the header last.
 * The producer's hot path: no allocation per record.
 *
 * Record: length varint, attributes int8, timestampDelta varint, offsetDelta varint, key length varint (-1 null), key,
 * value length varint (-1 null), value, header count varint, headers. All varints are zigzag.
 */
import { compressLent, type CompressionType } from './compression.ts';
import { compressionIds } from './compression-type.ts';
import { crc32c } from './crc32c.ts';
import { RECORD_BATCH_OVERHEAD, stampBaseOffset, writeHeader } from './record-batch.ts';

/** Where a record's bytes lie; made to be reused by the caller. A null key or value has no start and end. */
export interface RecordSlice {
  key: Uint8Array | null;
  keyStart: number;
  keyEnd: number;
  value: Uint8Array | null;
  valueStart: number;
  valueEnd: number;
  timestampMs: number;
}

export interface RecordHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export interface BatchIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
}

export interface ClosedBatch {
  /** The whole batch. Uncompressed it is a window on the builder's buffer: reset the builder only when it is sent. */
  readonly batch: Buffer;
  /** CRC-32C of the uncompressed records, for checks that survive a recompression. */
  readonly recordsCrc: number;
  /** Header and uncompressed records. */
  readonly uncompressedBytes: number;
}

export const NO_PRODUCER: BatchIdentity = { producerId: -1, producerEpoch: -1, baseSequence: -1 };

const ATTRIBUTES_BYTES = 1;
const TRANSACTIONAL_BIT = 0x10;
const CONTROL_BIT = 0x20;
const MAX_VARINT_BYTES = 5;
const MAX_VARLONG_BYTES = 10;
/** Measured: below this a loop is faster than the call into C++. */
const COPY_CALL_BYTES = 48;

export class RecordBatchBuilder {
  readonly #compression: CompressionType;
  readonly #level: number | undefined;
  #buffer: Buffer;
  #at = RECORD_BATCH_OVERHEAD;
  #count = 0;
  #baseTimestamp = 0;
  #maxTimestamp = 0;

  constructor(options: { capacityBytes: number; compression: CompressionType; level?: number }) {
    this.#compression = options.compression;
    this.#level = options.level;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(options.capacityBytes, RECORD_BATCH_OVERHEAD));
  }

  get recordCount(): number {
    return this.#count;
  }

  /** Header and records, uncompressed. */
  get sizeInBytes(): number {
    return this.#at;
  }

  get capacityBytes(): number {
    return this.#buffer.length;
  }

  /** Bytes that an empty batch needs for the record, at most. */
  static sizeUpperBound(record: RecordSlice, headers?: readonly RecordHeader[]): number {
    const keyBytes = record.key === null ? 0 : record.keyEnd - record.keyStart;
    const valueBytes = record.value === null ? 0 : record.valueEnd - record.valueStart;
    return RECORD_BATCH_OVERHEAD + ATTRIBUTES_BYTES + 5 * MAX_VARINT_BYTES + MAX_VARLONG_BYTES + keyBytes + valueBytes + headerBytes(headers);
  }

  /** False: it does not fit any more, nothing was written. */
  append(record: RecordSlice, headers?: readonly RecordHeader[]): boolean {
    const { key, keyStart, value, valueStart } = record;
    const keyBytes = key === null ? -1 : record.keyEnd - keyStart;
    const valueBytes = value === null ? -1 : record.valueEnd - valueStart;
    const timestampMs = record.timestampMs;
    const timestampDelta = this.#count === 0 ? 0 : timestampMs - this.#baseTimestamp;
    const headerSize = headers === undefined ? 1 : headerBytes(headers);
    const bodyBytes =
      ATTRIBUTES_BYTES + varintSize(timestampDelta) + varintSize(this.#count) + varintSize(keyBytes) + (keyBytes > 0 ? keyBytes : 0) +
      varintSize(valueBytes) + (valueBytes > 0 ? valueBytes : 0) + headerSize;
    const buffer = this.#buffer;
    let at = this.#at;
    if (at + varintSize(bodyBytes) + bodyBytes > buffer.length) return false;
    at = writeVarint(buffer, at, bodyBytes);
    buffer[at++] = 0;
    at = writeVarint(buffer, at, timestampDelta);
    at = writeVarint(buffer, at, this.#count);
    at = writeVarint(buffer, at, keyBytes);
    if (keyBytes > 0) at = copyBytes(buffer, at, key as Uint8Array, keyStart, keyStart + keyBytes);
    at = writeVarint(buffer, at, valueBytes);
    if (valueBytes > 0) at = copyBytes(buffer, at, value as Uint8Array, valueStart, valueStart + valueBytes);
    if (headers === undefined) buffer[at++] = 0;
    else at = writeHeaders(buffer, at, headers);
    if (this.#count === 0) {
      this.#baseTimestamp = timestampMs;
      this.#maxTimestamp = timestampMs;
    } else if (timestampMs > this.#maxTimestamp) {
      this.#maxTimestamp = timestampMs;
    }
    this.#count++;
    this.#at = at;
    return true;
  }

  /** Compresses, writes the header and the CRC. The builder takes no more records until `reset`. */
  close(identity: BatchIdentity): ClosedBatch {
    const recordsEnd = this.#at;
    const recordsCrc = crc32c(this.#buffer, RECORD_BATCH_OVERHEAD, recordsEnd);
    let batch = this.#buffer.subarray(0, recordsEnd);
    if (this.#compression !== 'none') {
      const options = this.#level === undefined ? {} : { level: this.#level };
      const compressed = compressLent(this.#compression, this.#buffer.subarray(RECORD_BATCH_OVERHEAD, recordsEnd), options);
      batch = Buffer.allocUnsafeSlow(RECORD_BATCH_OVERHEAD + compressed.length);
      compressed.copy(batch, RECORD_BATCH_OVERHEAD);
    }
    writeHeader(batch, batch.length, {
      attributes:
        compressionIds[this.#compression] |
        (identity.isTransactional === true ? TRANSACTIONAL_BIT : 0) |
        (identity.isControl === true ? CONTROL_BIT : 0),
      lastOffsetDelta: this.#count - 1,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      producerId: identity.producerId,
      producerEpoch: identity.producerEpoch,
      baseSequence: identity.baseSequence,
      recordCount: this.#count,
    });
    return { batch, recordsCrc, uncompressedBytes: recordsEnd };
  }

  /** Empties it; its buffer is used again. */
  reset(): void {
    this.#at = RECORD_BATCH_OVERHEAD;
    this.#count = 0;
  }
}

export interface SimpleRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly timestampMs: number;
  readonly headers?: readonly RecordHeader[];
}

/** A whole batch from ready-made records: coordinators, metadata log, tests. Uncompressed, at offset 0 and of no producer unless told. */
export function buildBatch(
  records: readonly SimpleRecord[],
  options: { compression?: CompressionType; level?: number; baseOffset?: number } & Partial<BatchIdentity> = {},
): Buffer {
  const slices = records.map((record): RecordSlice => ({
    key: record.key,
    keyStart: 0,
    keyEnd: record.key?.length ?? 0,
    value: record.value,
    valueStart: 0,
    valueEnd: record.value?.length ?? 0,
    timestampMs: record.timestampMs,
  }));
  let capacityBytes = RECORD_BATCH_OVERHEAD;
  slices.forEach((slice, at) => (capacityBytes += RecordBatchBuilder.sizeUpperBound(slice, records[at]?.headers)));
  const builder = new RecordBatchBuilder({ capacityBytes, compression: options.compression ?? 'none', ...(options.level === undefined ? {} : { level: options.level }) });
  slices.forEach((slice, at) => builder.append(slice, records[at]?.headers));
  const { batch } = builder.close({ ...NO_PRODUCER, ...options });
  stampBaseOffset(batch, 0, options.baseOffset ?? 0);
  return batch;
}

/** Bytes of a zigzag varint. Values beyond 31 bits (timestamps far apart) take the long way. */
export function varintSize(value: number): number {
  if (value < -0x4000_0000 || value > 0x3fff_ffff) return varlongSize(value);
  const zigzag = (value << 1) ^ (value >> 31);
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x20_0000 ? 3 : zigzag < 0x1000_0000 ? 4 : 5;
}

export function writeVarint(buffer: Uint8Array, at: number, value: number): number {
  if (value < -0x4000_0000 || value > 0x3fff_ffff) return writeVarlong(buffer, at, value);
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

function varlongSize(value: number): number {
  let bytes = 1;
  for (let rest = zigzagOf(value); rest >= 128n; rest >>= 7n) bytes++;
  return bytes;
}

function writeVarlong(buffer: Uint8Array, at: number, value: number): number {
  let rest = zigzagOf(value);
  while (rest >= 128n) {
    buffer[at++] = Number(rest & 127n) | 0x80;
    rest >>= 7n;
  }
  buffer[at++] = Number(rest);
  return at;
}

function zigzagOf(value: number): bigint {
  const wide = BigInt(value);
  return BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
}

function copyBytes(target: Buffer, at: number, source: Uint8Array, start: number, end: number): number {
  if (end - start < COPY_CALL_BYTES || !(source instanceof Buffer)) {
    for (let from = start; from < end; from++) target[at++] = source[from] as number;
    return at;
  }
  source.copy(target, at, start, end);
  return at + end - start;
}

function headerBytes(headers: readonly RecordHeader[] | undefined): number {
  if (headers === undefined) return 1;
  let bytes = varintSize(headers.length);
  for (const header of headers) {
    const keyBytes = Buffer.byteLength(header.key);
    const valueBytes = header.value?.length ?? -1;
    bytes += varintSize(keyBytes) + keyBytes + varintSize(valueBytes) + Math.max(0, valueBytes);
  }
  return bytes;
}

function writeHeaders(buffer: Buffer, start: number, headers: readonly RecordHeader[]): number {
  let at = writeVarint(buffer, start, headers.length);
  for (const header of headers) {
    at = writeVarint(buffer, at, Buffer.byteLength(header.key));
    at += buffer.write(header.key, at);
    at = writeVarint(buffer, at, header.value?.length ?? -1);
    if (header.value !== null) {
      buffer.set(header.value, at);
      at += header.value.length;
    }
  }
  return at;
}
