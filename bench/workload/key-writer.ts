/**
 * Writes record n's key: the picked key in six digits, and for keys that are too hot for one partition a suffix that spreads them. Also says
 * which key it is, for the value's stamp. Tables are made before the load; a record costs a look-up and a few stores.
 */
import { createHash } from 'node:crypto';
import { KEY_DIGITS, writeKeyDigits } from './event-stamp.ts';
import { KeyPicker, type KeyDistribution } from './key-picker.ts';
import type { RecordSlot } from './record-source.ts';
import { mix32 } from './xoshiro128.ts';

export type KeySpread =
  /** `key:bucket`, the bucket taken from the id of what the record is about: all records of one id stay in order. */
  | { readonly kind: 'buckets'; readonly buckets: number }
  /** `key#salt`, a salt drawn for each record: nothing but the load is kept together. With a hot set only its hot keys are salted. */
  | { readonly kind: 'salts'; readonly salts: number };

export interface KeyOptions {
  readonly keys: KeyDistribution;
  readonly keySpread?: KeySpread | undefined;
  readonly seed: number;
  readonly worker: number;
}

export const SPREAD_MAX = 100;
export const BUCKET_SEPARATOR = 0x3a;
export const SALT_SEPARATOR = 0x23;

/** Ids that records are about, each in a bucket of its own choice: a power of two. */
const ID_COUNT = 1 << 14;
const SUFFIX_BYTES_MAX = 3;

export class KeyWriter {
  readonly keyBytesMean: number;
  readonly #picker: KeyPicker;
  readonly #bytes = Buffer.alloc(KEY_DIGITS + SUFFIX_BYTES_MAX);
  readonly #view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
  readonly #separator: number;
  readonly #stream: number;
  /** By the low bits of a drawn number: the suffix's value. Undefined: keys have no suffix. */
  readonly #suffixes: Uint8Array | undefined;
  /** Keys below it are spread. */
  readonly #spreadBelow: number;

  constructor({ keys, keySpread, seed, worker }: KeyOptions) {
    this.#picker = new KeyPicker(keys, { seed, worker });
    this.#stream = mix32(seed, 5000 + worker);
    this.#separator = keySpread?.kind === 'salts' ? SALT_SEPARATOR : BUCKET_SEPARATOR;
    this.#suffixes = keySpread === undefined || keys.kind === 'none' ? undefined : suffixesOf(keySpread);
    this.#spreadBelow = keySpread?.kind === 'salts' && keys.kind === 'hotSet' ? this.#picker.firstKey + keys.hotKeyCount : Number.POSITIVE_INFINITY;
    const spreadShare = keySpread?.kind === 'salts' && keys.kind === 'hotSet' ? (keys.hotKeyCount === keys.keyCount ? 1 : keys.hotShare) : 1;
    const suffixBytes = this.#suffixes === undefined ? 0 : spreadShare * (this.#suffixes.reduce((sum, value) => sum + (value < 10 ? 2 : 3), 0) / this.#suffixes.length);
    this.keyBytesMean = this.#picker.keyCount === 0 ? 0 : KEY_DIGITS + suffixBytes;
  }

  get keyCount(): number {
    return this.#picker.keyCount;
  }

  /** The key's number; the first one when records have no key. */
  write(slot: RecordSlot, n: number): number {
    const key = this.#picker.keyFor(n);
    slot.key = this.#bytes;
    slot.keyStart = 0;
    if (this.#picker.keyCount === 0) {
      slot.keyEnd = -1;
      return key;
    }
    writeKeyDigits(this.#view, 0, key);
    slot.keyEnd = this.#suffixes === undefined || key >= this.#spreadBelow ? KEY_DIGITS : this.#writeSuffix(this.#suffixes, n);
    return key;
  }

  #writeSuffix(suffixes: Uint8Array, n: number): number {
    const value = suffixes[mix32(this.#stream, n) & (suffixes.length - 1)] as number;
    const bytes = this.#bytes;
    bytes[KEY_DIGITS] = this.#separator;
    if (value < 10) {
      bytes[KEY_DIGITS + 1] = 0x30 + value;
      return KEY_DIGITS + 2;
    }
    const tens = (value / 10) | 0;
    bytes[KEY_DIGITS + 1] = 0x30 + tens;
    bytes[KEY_DIGITS + 2] = 0x30 + value - tens * 10;
    return KEY_DIGITS + 3;
  }
}

/** Suffixes that a key may have. */
export function spreadOf(spread: KeySpread | undefined): number {
  if (spread === undefined) return 0;
  return spread.kind === 'buckets' ? spread.buckets : spread.salts;
}

/** As in Python's `int(hashlib.md5(id).hexdigest(), 16) % buckets`. */
export function bucketOf(id: string, buckets: number): number {
  return Number(BigInt(`0x${createHash('md5').update(id).digest('hex')}`) % BigInt(buckets));
}

function suffixesOf(spread: KeySpread): Uint8Array {
  if (spread.kind === 'salts') return Uint8Array.from({ length: ID_COUNT }, (_, at) => at % spread.salts);
  return Uint8Array.from({ length: ID_COUNT }, (_, at) => bucketOf(`pay_${String(at).padStart(3, '0')}`, spread.buckets));
}

/** Of a key as it was written: 0 without a suffix, else 1 + its value; -1 when it is none of ours. */
export function spreadSlotOf(bytes: Buffer, keyStart: number, keyEnd: number): number {
  const length = keyEnd - keyStart;
  if (length === KEY_DIGITS) return 0;
  const separator = bytes[keyStart + KEY_DIGITS];
  if (length < KEY_DIGITS + 2 || length > KEY_DIGITS + SUFFIX_BYTES_MAX || (separator !== BUCKET_SEPARATOR && separator !== SALT_SEPARATOR)) return -1;
  let value = 0;
  for (let at = keyStart + KEY_DIGITS + 1; at < keyEnd; at++) value = value * 10 + (bytes[at] as number) - 0x30;
  return 1 + value;
}
