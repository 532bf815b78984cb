/** Which of the workload's keys record n carries: a function of (seed, worker, n). */
import { AliasTable, zipfWeights } from './zipf.ts';
import { FIRST_KEY, WORKER_COUNT_MAX } from './event-stamp.ts';
import { mix32, mixFloat } from './xoshiro128.ts';

export type KeyDistribution =
  | { readonly kind: 'none' }
  | { readonly kind: 'uniform'; readonly keyCount: number }
  /** One after the other, from the first again; each worker begins at another one. */
  | { readonly kind: 'sequential'; readonly keyCount: number }
  | { readonly kind: 'zipf'; readonly keyCount: number; readonly exponent: number }
  /** The first `hotKeyCount` keys share `hotShare` of the records evenly, the others the rest. */
  | { readonly kind: 'hotSet'; readonly keyCount: number; readonly hotKeyCount: number; readonly hotShare: number };

export class KeyPicker {
  /** 0: records have no key. */
  readonly keyCount: number;
  readonly firstKey = FIRST_KEY;
  /** Where a worker begins that takes the keys in turn; -1: keys are drawn. */
  readonly #turnStart: number;
  readonly #stream: number;
  readonly #table: AliasTable | undefined = undefined;

  constructor(distribution: KeyDistribution, options: { seed: number; worker: number }) {
    this.#stream = mix32(options.seed, 1000 + options.worker);
    this.keyCount = distribution.kind === 'none' ? 0 : distribution.keyCount;
    this.#turnStart = distribution.kind === 'sequential' ? Math.floor((this.keyCount * options.worker) / WORKER_COUNT_MAX) : -1;
    if (distribution.kind === 'zipf') this.#table = new AliasTable(zipfWeights(this.keyCount, distribution.exponent));
    if (distribution.kind === 'hotSet') this.#table = new AliasTable(hotSetWeights(distribution));
  }

  /** The key number of record n, from FIRST_KEY up; FIRST_KEY when records have no key. */
  keyFor(n: number): number {
    if (this.#turnStart >= 0) return FIRST_KEY + ((this.#turnStart + n) % this.keyCount);
    const uniform = mixFloat(this.#stream, n);
    return FIRST_KEY + (this.#table === undefined ? Math.floor(uniform * this.keyCount) : this.#table.sample(uniform));
  }
}

/** Without other keys the hot ones have everything. */
function hotSetWeights({ keyCount, hotKeyCount, hotShare }: Extract<KeyDistribution, { kind: 'hotSet' }>): Float64Array {
  const coldCount = keyCount - hotKeyCount;
  return Float64Array.from({ length: keyCount }, (_, key) => (key < hotKeyCount ? hotShare / hotKeyCount : (1 - hotShare) / coldCount));
}
