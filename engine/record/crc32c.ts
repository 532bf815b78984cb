/** CRC-32C (Castagnoli), the checksum of record batches and snapshots: the add-on's where it is there, else slicing-by-8. */
import { native } from '../native/native.ts';

const POLYNOMIAL = 0x82f63b78;
const tables = native === undefined ? makeTables() : [];

/** CRC-32C of bytes [start, end) as an unsigned 32-bit number, continued from `seed` (0 to begin). */
export function crc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  return native === undefined ? portableCrc32c(bytes, start, end, seed) : native.crc32c(bytes, start, end, seed);
}

export function portableCrc32c(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  if (tables.length === 0) tables.push(...makeTables());
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
  let crc = ~seed;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24));
    crc =
      (t7[low & 0xff] as number) ^ (t6[(low >>> 8) & 0xff] as number) ^ (t5[(low >>> 16) & 0xff] as number) ^ (t4[low >>> 24] as number) ^
      (t3[bytes[at + 4] as number] as number) ^ (t2[bytes[at + 5] as number] as number) ^ (t1[bytes[at + 6] as number] as number) ^ (t0[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (t0[(crc ^ (bytes[at] as number)) & 0xff] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): Int32Array[] {
  const made = Array.from({ length: 8 }, () => new Int32Array(256));
  const first = made[0] as Int32Array;
  for (let value = 0; value < 256; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? POLYNOMIAL : 0);
    first[value] = crc;
  }
  for (let value = 0; value < 256; value++) {
    for (let k = 1; k < 8; k++) {
      const before = (made[k - 1] as Int32Array)[value] as number;
      (made[k] as Int32Array)[value] = (first[before & 0xff] as number) ^ (before >>> 8);
    }
  }
  return made;
}
