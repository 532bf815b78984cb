/**
 * Records of different sizes with a given compressibility. Bodies are rendered before the load, random bytes and filler in turn, so that any
 * length of one has the same share of both; record n is the first so many bytes of body n, with a stamp in front when all records have room for it.
 */
import { KeyWriter, type KeyOptions } from './key-writer.ts';
import { layStamp, STAMP_BYTES, StampWriter } from './event-stamp.ts';
import type { RecordSlot, RecordSource } from './record-source.ts';
import { sizeTable, type SizeDistribution } from './size-distribution.ts';
import { mix32, Xoshiro128 } from './xoshiro128.ts';

export interface SizedRecordsOptions extends KeyOptions {
  readonly sizes: SizeDistribution;
  /** 0 compresses to almost nothing, 1 not at all. */
  readonly randomBytesRatio: number;
}

const BODIES_BYTES = 16 << 20;
const BODIES_MIN = 4;
const BODIES_MAX = 1024;
const FILLER = 0x2e;
/** Random bytes, then filler. */
const CHUNK_BYTES = 128;

export class SizedRecords implements RecordSource {
  readonly isStamped: boolean;
  readonly warnings: readonly string[] = [];
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;
  readonly #sizes: Uint32Array;
  readonly #stride: number;
  readonly #count: number;
  readonly #pool: Buffer;
  readonly #stamps: StampWriter;
  readonly #keys: KeyWriter;

  /** Throws SizeError. */
  constructor(options: SizedRecordsOptions) {
    this.#sizes = sizeTable(options.sizes, options.seed);
    this.#stride = this.#sizes.reduce((most, bytes) => Math.max(most, bytes), 0);
    this.isStamped = this.#sizes.reduce((least, bytes) => Math.min(least, bytes), Number.POSITIVE_INFINITY) >= STAMP_BYTES;
    this.#count = Math.min(BODIES_MAX, Math.max(BODIES_MIN, Math.floor(BODIES_BYTES / this.#stride)));
    this.#pool = bodies({ ...options, count: this.#count, stride: this.#stride });
    if (this.isStamped) for (let body = 0; body < this.#count; body++) layStamp(this.#pool, body * this.#stride, options.worker);
    this.#stamps = new StampWriter(this.#pool);
    this.#keys = new KeyWriter(options);
    this.valueBytesMean = this.#sizes.reduce((sum, bytes) => sum + bytes, 0) / this.#sizes.length;
    this.keyBytesMean = this.#keys.keyBytesMean;
  }

  fill(slot: RecordSlot, n: number, intendedEpochUs: number): void {
    const at = (n % this.#count) * this.#stride;
    const key = this.#keys.write(slot, n);
    if (this.isStamped) this.#stamps.write(at, n, intendedEpochUs, key);
    slot.value = this.#pool;
    slot.valueStart = at;
    slot.valueEnd = at + (this.#sizes[n % this.#sizes.length] as number);
  }

  close(): void {}
}

function bodies({ seed, randomBytesRatio, count, stride }: { seed: number; randomBytesRatio: number; count: number; stride: number }): Buffer {
  const pool = Buffer.alloc(count * stride, FILLER);
  const random = new Xoshiro128(mix32(seed, 4000));
  for (let body = 0; body < count; body++) {
    for (let from = 0, chunk = body; from < stride; from += CHUNK_BYTES, chunk++) {
      // The golden ratio spreads what whole bytes leave over, so that the share is met over a few chunks.
      const randomBytes = Math.floor(CHUNK_BYTES * randomBytesRatio + ((chunk * 0.618_033_988_75) % 1));
      const end = Math.min(stride, from + Math.min(CHUNK_BYTES, randomBytes));
      for (let at = from; at < end; at++) pool[body * stride + at] = random.nextUint32() >>> 24;
    }
  }
  return pool;
}
