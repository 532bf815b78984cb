/**
 * Clickstream events as JSON, 200-250 bytes, keyed by session id. A pool of events is rendered once, off the timed path;
 * per record only the fixed-width fields of the stamp are patched. A session keeps its visitor's country, device and browser.
 */
import { mix32, Xoshiro128 } from './xoshiro128.ts';
import { layStamp, STAMP_BYTES, StampWriter } from './event-stamp.ts';
import { KeyWriter, type KeyOptions } from './key-writer.ts';
import type { RecordSlot, RecordSource } from './record-source.ts';

/** Sessions share one of so many visitor profiles, each with so many rendered actions. */
const PROFILE_COUNT = 64;
const ACTIONS_PER_PROFILE = 64;

const COUNTRIES = ['US', 'IN', 'BR', 'DE', 'GB', 'JP', 'FR', 'ID', 'MX', 'NL', 'PL', 'SE'];
const DEVICES = ['mobile', 'desktop', 'tablet'];
const BROWSERS = ['Chrome/142.0', 'Safari/26.1', 'Firefox/145.0', 'Edge/142.0', 'Samsung/29.0'];
const REFERRERS = ['google', 'direct', 'newsletter', 'facebook', 'bing', 'partner', 'instagram'];
const ACTIONS = ['page_view', 'page_view', 'page_view', 'click', 'click', 'scroll', 'search', 'add_to_cart', 'checkout'];
const SECTIONS = ['home', 'category/shoes', 'category/outdoor', 'product', 'product', 'product', 'search', 'cart', 'account/orders'];

export class ClickstreamSource implements RecordSource {
  readonly isStamped = true;
  readonly warnings: readonly string[] = [];
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;
  readonly #pool: Buffer;
  readonly #ends: Uint32Array;
  readonly #stride: number;
  readonly #stamps: StampWriter;
  readonly #keys: KeyWriter;
  readonly #actionStream: number;

  constructor(options: KeyOptions) {
    const tails = renderTails(options.seed);
    this.#stride = STAMP_BYTES + Math.max(...tails.map((tail) => tail.length));
    this.#pool = Buffer.alloc(this.#stride * tails.length);
    this.#ends = new Uint32Array(tails.length);
    let total = 0;
    tails.forEach((tail, i) => {
      layStamp(this.#pool, i * this.#stride, options.worker);
      this.#pool.write(tail, i * this.#stride + STAMP_BYTES, 'latin1');
      this.#ends[i] = i * this.#stride + STAMP_BYTES + tail.length;
      total += STAMP_BYTES + tail.length;
    });
    this.#stamps = new StampWriter(this.#pool);
    this.#keys = new KeyWriter(options);
    this.#actionStream = mix32(options.seed, 2000 + options.worker);
    this.valueBytesMean = total / tails.length;
    this.keyBytesMean = this.#keys.keyBytesMean;
  }

  fill(slot: RecordSlot, n: number, intendedEpochUs: number): void {
    const session = this.#keys.write(slot, n);
    const action = mix32(this.#actionStream, n) & (ACTIONS_PER_PROFILE - 1);
    const entry = (session & (PROFILE_COUNT - 1)) * ACTIONS_PER_PROFILE + action;
    const at = entry * this.#stride;
    this.#stamps.write(at, n, intendedEpochUs, session);
    slot.value = this.#pool;
    slot.valueStart = at;
    slot.valueEnd = this.#ends[entry] as number;
  }

  close(): void {}
}

/** What follows the stamp, PROFILE_COUNT x ACTIONS_PER_PROFILE of them, ASCII. */
function renderTails(seed: number): string[] {
  const random = new Xoshiro128(mix32(seed, 3000));
  const pick = (from: readonly string[]): string => from[random.nextInt(from.length)] as string;
  const tails: string[] = [];
  for (let profile = 0; profile < PROFILE_COUNT; profile++) {
    const visitor = `"device":"${pick(DEVICES)}","browser":"${pick(BROWSERS)}","country":"${pick(COUNTRIES)}","referrer":"${pick(REFERRERS)}"`;
    for (let i = 0; i < ACTIONS_PER_PROFILE; i++) {
      const page = `/${pick(SECTIONS)}/${random.nextInt(100_000)}`;
      tails.push(`,"event":"${pick(ACTIONS)}","page":"${page}",${visitor},"duration_ms":${random.nextInt(30_000)}}`);
    }
  }
  return tails;
}
