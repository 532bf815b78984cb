/**
 * The codecs of record batches behind one interface (the race that chose them: `npm run bench:micro`).
 * A batch's records are compressed as one blob; the header never is. Decompression is bounded: a frame may claim anything.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import { CompressionError } from './compression-error.ts';
import type { CompressionType } from './compression-type.ts';
import { compressLz4, openLz4 } from './lz4-frame.ts';
import { compressSnappy, openSnappy } from './snappy-framing.ts';
import type { Allocate } from './scratch-memory.ts';
import { compressZstd, openZstd } from './zstd-frame.ts';

export { CompressionError } from './compression-error.ts';
export { compressionIds, compressionTypes, type CompressionType } from './compression-type.ts';

/** `compression.zstd.level` and `compression.gzip.level` of Kafka's producers. */
export const defaultLevels = { gzip: 6, zstd: 3 } as const;

export function compress(type: CompressionType, bytes: Uint8Array, options: { level?: number } = {}): Buffer {
  const compressed = compressLent(type, bytes, options);
  return type === 'none' || type === 'gzip' ? compressed : Buffer.from(compressed);
}

/** As `compress`, into memory that the next call writes over. */
export function compressLent(type: CompressionType, bytes: Uint8Array, options: { level?: number } = {}): Buffer {
  switch (type) {
    case 'none':
      return asBuffer(bytes);
    case 'gzip':
      return gzipSync(bytes, { level: options.level ?? defaultLevels.gzip });
    case 'zstd':
      return compressZstd(bytes, options.level ?? defaultLevels.zstd);
    case 'snappy':
      return compressSnappy(asBuffer(bytes));
    case 'lz4':
      return compressLz4(asBuffer(bytes));
  }
}

/** Throws CompressionError when the bytes are damaged or open to more than `maxBytes`. */
export function decompress(type: CompressionType, bytes: Uint8Array, options: { maxBytes: number }): Buffer {
  return decompressInto(type, bytes, { ...options, allocate: Buffer.allocUnsafeSlow });
}

/** As `decompress`, into memory of the caller's choice where the codec allows it. */
export function decompressInto(type: CompressionType, bytes: Uint8Array, options: { maxBytes: number; allocate: Allocate }): Buffer {
  try {
    const opened = open(type, asBuffer(bytes), options);
    if (opened.length > options.maxBytes) throw CompressionError.tooLarge(type, options.maxBytes);
    return opened;
  } catch (error) {
    if (error instanceof CompressionError) throw error;
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw CompressionError.tooLarge(type, options.maxBytes);
    throw new CompressionError(`${type} data of ${bytes.length} bytes cannot be opened: ${(error as Error).message}`, { cause: error });
  }
}

function open(type: CompressionType, bytes: Buffer, { maxBytes, allocate }: { maxBytes: number; allocate: Allocate }): Buffer {
  switch (type) {
    case 'none':
      return bytes;
    case 'gzip':
      // node:zlib takes no bound of 0; `decompress` looks at the length again.
      return gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
    case 'zstd':
      return openZstd(bytes, maxBytes, allocate);
    case 'snappy':
      return openSnappy(bytes, maxBytes, allocate);
    case 'lz4':
      return openLz4(bytes, maxBytes, allocate);
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
