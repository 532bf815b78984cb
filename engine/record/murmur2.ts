/** Kafka's murmur2 (seed 0x9747b28c): with it all clients put a key on the same partition. */

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/** Hash of bytes [start, end) as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = SEED ^ length;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    let k = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    k = Math.imul(k, M);
    k ^= k >>> R;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  const rest = end - at;
  if (rest >= 3) hash ^= (bytes[at + 2] as number) << 16;
  if (rest >= 2) hash ^= (bytes[at + 1] as number) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[at] as number), M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return (hash ^ (hash >>> 15)) | 0;
}

/** The partition of a keyed record: `toPositive(murmur2(key)) % partitionCount`. */
export function partitionForKey(bytes: Uint8Array, start: number, end: number, partitionCount: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitionCount;
}
