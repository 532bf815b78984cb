/** One number for a record's key and value, by which a record that was sent is known again in the log. */
import { crc32c } from '../../engine/record/crc32c.ts';

/** Bytes [start, end); an end below the start is null. */
export interface RecordBytes {
  readonly key: Buffer;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: Buffer;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** Odd, so that multiplying loses nothing. */
const KEY_FACTOR = 0x9e37_79b1;

export function recordCrc({ key, keyStart, keyEnd, value, valueStart, valueEnd }: RecordBytes): number {
  const ofValue = valueEnd < valueStart ? 0 : crc32c(value, valueStart, valueEnd);
  const ofKey = keyEnd < keyStart ? 1 : crc32c(key, keyStart, keyEnd);
  return (ofValue ^ Math.imul(ofKey, KEY_FACTOR)) >>> 0;
}
