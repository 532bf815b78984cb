/** Record batches written byte by byte for the tests of the log, independent of the engine's own batch builder. */
import { crc32c } from '../../../engine/record/crc32c.ts';

export interface SampleBatchOptions {
  readonly recordCount?: number;
  readonly valueBytes?: number;
  /** The first record's; each next record is one millisecond later. */
  readonly timestampMs?: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly baseOffset?: number;
  readonly leaderEpoch?: number;
  readonly attributes?: number;
  readonly hasKeys?: boolean;
}

export const SAMPLE_TIME_MS = 1_700_000_000_000;

export function sampleBatch(options: SampleBatchOptions = {}): Buffer {
  const recordCount = options.recordCount ?? 1;
  const timestampMs = options.timestampMs ?? SAMPLE_TIME_MS;
  const records: Buffer[] = [];
  for (let i = 0; i < recordCount; i += 1) records.push(sampleRecord(i, options));
  const batch = Buffer.concat([Buffer.alloc(61), ...records]);
  batch.writeBigInt64BE(BigInt(options.baseOffset ?? 0), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(options.leaderEpoch ?? -1, 12);
  batch.writeInt8(2, 16);
  batch.writeInt16BE(options.attributes ?? 0, 21);
  batch.writeInt32BE(recordCount - 1, 23);
  batch.writeBigInt64BE(BigInt(timestampMs), 27);
  batch.writeBigInt64BE(BigInt(timestampMs + recordCount - 1), 35);
  batch.writeBigInt64BE(BigInt(options.producerId ?? -1), 43);
  batch.writeInt16BE(options.producerEpoch ?? -1, 51);
  batch.writeInt32BE(options.baseSequence ?? -1, 53);
  batch.writeInt32BE(recordCount, 57);
  return sealCrc(batch);
}

/** Makes the CRC match after a test changed something behind it. */
export function sealCrc(batch: Buffer): Buffer {
  batch.writeUInt32BE(crc32c(batch, 21, batch.length), 17);
  return batch;
}

function sampleRecord(index: number, options: SampleBatchOptions): Buffer {
  const key = options.hasKeys === true ? Buffer.from(`key-${index}`) : undefined;
  const value = Buffer.alloc(options.valueBytes ?? 20, 97 + (index % 26));
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(index),
    varint(index),
    varint(key === undefined ? -1 : key.length),
    key ?? Buffer.alloc(0),
    varint(value.length),
    value,
    varint(0),
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
