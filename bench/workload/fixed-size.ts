/**
 * Records of one size with a given compressibility: the stamp, then random bytes up to the wanted share, then a constant filler.
 * Below STAMP_BYTES there is no room for the stamp: such records are checked by batch, and end to end times come from the record's timestamp.
 * Bytes are drawn from a large random pool at a position that depends on n, so that neighbours differ.
 */
import { mix32, Xoshiro128 } from './xoshiro128.ts';
import { layStamp, STAMP_BYTES, StampWriter } from './event-stamp.ts';
import { KeyWriter, type KeyOptions } from './key-writer.ts';
import type { RecordSlot, RecordSource } from './record-source.ts';

/** Distinct payloads; more than any batch holds, few enough to stay in the cache for small records. */
const POOL_BYTES = 1 << 20;
const POOL_COUNT_MIN = 16;
const POOL_COUNT_MAX = 4096;

export interface FixedSizeOptions extends KeyOptions {
  readonly recordBytes: number;
  /** 0 compresses to almost nothing, 1 not at all (OpenMessaging Benchmark's name). */
  readonly randomBytesRatio: number;
}

export class FixedSizeSource implements RecordSource {
  readonly isStamped: boolean;
  readonly warnings: readonly string[] = [];
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;
  readonly #pool: Buffer;
  readonly #recordBytes: number;
  readonly #count: number;
  readonly #stamps: StampWriter;
  readonly #keys: KeyWriter;

  constructor(options: FixedSizeOptions) {
    const { recordBytes } = options;
    this.#recordBytes = recordBytes;
    this.isStamped = recordBytes >= STAMP_BYTES;
    this.#count = Math.min(POOL_COUNT_MAX, Math.max(POOL_COUNT_MIN, Math.floor(POOL_BYTES / Math.max(1, recordBytes))));
    this.#pool = Buffer.alloc(this.#count * recordBytes, 0x2e);
    const random = new Xoshiro128(mix32(options.seed, 4000));
    const bodyStart = this.isStamped ? STAMP_BYTES : 0;
    const randomBytes = (recordBytes - bodyStart) * options.randomBytesRatio;
    for (let i = 0; i < this.#count; i++) {
      const at = i * recordBytes;
      if (this.isStamped) layStamp(this.#pool, at, options.worker);
      // The golden ratio spreads what whole bytes leave over: small records have the share on average.
      const end = at + Math.min(recordBytes, bodyStart + Math.floor(randomBytes + ((i * 0.618_033_988_75) % 1)));
      for (let b = at + bodyStart; b < end; b++) this.#pool[b] = random.nextUint32() >>> 24;
    }
    this.#stamps = new StampWriter(this.#pool);
    this.#keys = new KeyWriter(options);
    this.valueBytesMean = recordBytes;
    this.keyBytesMean = this.#keys.keyBytesMean;
  }

  fill(slot: RecordSlot, n: number, intendedEpochUs: number): void {
    const at = (n % this.#count) * this.#recordBytes;
    const key = this.#keys.write(slot, n);
    if (this.isStamped) this.#stamps.write(at, n, intendedEpochUs, key);
    slot.value = this.#pool;
    slot.valueStart = at;
    slot.valueEnd = at + this.#recordBytes;
  }

  close(): void {}
}
