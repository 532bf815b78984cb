/** kafkajs' own reader and writer of record batches, as the referee of ours. It has only gzip: the other codecs are given to it. */
import { createRequire } from 'node:module';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync, uncompressSync } from 'snappy';

const { CompressionCodecs, CompressionTypes } = kafkajs;

CompressionCodecs[CompressionTypes.Snappy] = codec((bytes) => compressSync(bytes) as Buffer, openXerial);
CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrameSync, decompressFrameSync);
CompressionCodecs[CompressionTypes.ZSTD] = codec(zstdCompressSync, zstdDecompressSync);

type Transform = (bytes: Buffer) => Buffer;

function codec(pack: Transform, open: Transform): () => { compress(encoder: { buffer: Buffer }): Promise<Buffer>; decompress(bytes: Buffer): Promise<Buffer> } {
  return () => ({ compress: async (encoder) => pack(encoder.buffer), decompress: async (bytes) => open(bytes) });
}

function openXerial(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 16; at < bytes.length; at += 4 + bytes.readInt32BE(at)) parts.push(uncompressSync(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at))) as Buffer);
  return Buffer.concat(parts);
}

export interface KafkajsRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
  readonly isControlRecord: boolean;
}

export interface KafkajsBatch {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly records: KafkajsRecord[];
}

interface KafkajsEncoder {
  readonly buffer: Buffer;
}

const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => object;
const decodeBatch = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (decoder: object) => Promise<KafkajsBatch>;
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => KafkajsEncoder;
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as { RecordBatch: (batch: object) => Promise<KafkajsEncoder> };

export function kafkajsReadsBatch(batch: Buffer): Promise<KafkajsBatch> {
  return decodeBatch(new Decoder(batch));
}

/** `compression` is the id of the codec. */
export async function kafkajsWritesBatch(
  records: readonly { key: Buffer | null; value: Buffer | null; timestampMs: number; headers?: Record<string, Buffer[]> }[],
  options: { compression: number; producerId: number; producerEpoch: number; firstSequence: number },
): Promise<Buffer> {
  const firstTimestamp = records[0]?.timestampMs ?? 0;
  const encoded = records.map(({ key, value, timestampMs, headers }, at) =>
    encodeRecord({ offsetDelta: at, timestampDelta: timestampMs - firstTimestamp, key, value, headers: headers ?? {} }),
  );
  const maxTimestamp = Math.max(...records.map((record) => record.timestampMs));
  const batch = await RecordBatch({ ...options, firstTimestamp, maxTimestamp, lastOffsetDelta: records.length - 1, records: encoded });
  return batch.buffer;
}
