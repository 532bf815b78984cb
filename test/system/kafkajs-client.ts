/** kafkajs with all codecs: gzip is its own, the others are registered with the libraries that are installed anyway. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import kafkajs, { type Kafka, type KafkaConfig } from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress, uncompress } from 'snappy';

const { CompressionCodecs, CompressionTypes, logLevel } = kafkajs;

interface KafkajsEncoder {
  readonly buffer: Buffer;
}

CompressionCodecs[CompressionTypes.Snappy] = codec(compress, async (bytes) => Buffer.from(await uncompress(bytes)));
CompressionCodecs[CompressionTypes.LZ4] = codec(compressFrame, decompressFrame);
CompressionCodecs[CompressionTypes.ZSTD] = codec(zstdCompressSync, zstdDecompressSync);

type Transform = (bytes: Buffer) => Buffer | Promise<Buffer>;

function codec(pack: Transform, unpack: Transform): () => { compress(encoder: KafkajsEncoder): Promise<Buffer>; decompress(bytes: Buffer): Promise<Buffer> } {
  return () => ({ compress: async (encoder) => pack(encoder.buffer), decompress: async (bytes) => unpack(bytes) });
}

export function kafkajsClient(bootstrap: string, options: Partial<KafkaConfig> = {}): Kafka {
  return new kafkajs.Kafka({ clientId: 'kafkajs', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING, ...options });
}
