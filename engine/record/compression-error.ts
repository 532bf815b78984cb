import type { CompressionType } from './compression-type.ts';

/** Compressed bytes that are damaged, cut short, or larger than allowed once open. */
export class CompressionError extends Error {
  override readonly name = 'CompressionError';
  readonly code = 'BAD_COMPRESSED_DATA';

  static tooLarge(type: CompressionType, maxBytes: number): CompressionError {
    return new CompressionError(`${type} data opens to more than ${maxBytes} bytes`);
  }
}
