/**
 * Which key comes next: Zipf or uniform over `count` ranks, by Walker's alias table (Vose's construction).
 * One sample costs one table look-up whatever the exponent. Rank 0 is the most frequent.
 */
import { assert } from '../../engine/assert.ts';

export class AliasTable {
  readonly count: number;
  readonly #threshold: Float64Array;
  readonly #alias: Uint32Array;

  /** `weights` need not be normalised; each is finite and >= 0, and their sum is > 0. */
  constructor(weights: Float64Array) {
    const count = weights.length;
    assert(count > 0, 'an alias table needs a weight');
    this.count = count;
    this.#threshold = new Float64Array(count);
    this.#alias = new Uint32Array(count);
    let total = 0;
    for (const weight of weights) total += weight;
    assert(total > 0 && Number.isFinite(total), `weights sum to ${total}`);
    const scaled = weights.map((weight) => (weight * count) / total);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < count; i++) ((scaled[i] as number) < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop() as number;
      const more = large.at(-1) as number;
      this.#threshold[less] = scaled[less] as number;
      this.#alias[less] = more;
      const left = (scaled[more] as number) + (scaled[less] as number) - 1;
      scaled[more] = left;
      if (left < 1) {
        large.pop();
        small.push(more);
      }
    }
    for (const i of [...small, ...large]) {
      this.#threshold[i] = 1;
      this.#alias[i] = i;
    }
  }

  /** The rank for a uniform number in [0, 1). */
  sample(uniform: number): number {
    const position = uniform * this.count;
    const column = Math.floor(position);
    return position - column < (this.#threshold[column] as number) ? column : (this.#alias[column] as number);
  }
}

/** Weight of rank r is (r + 1)^-exponent. Exponent 0 is uniform. */
export function zipfWeights(count: number, exponent: number): Float64Array {
  const weights = new Float64Array(count);
  for (let rank = 0; rank < count; rank++) weights[rank] = (rank + 1) ** -exponent;
  return weights;
}

/** Share of all samples that falls on the most frequent rank. */
export function hottestShare(count: number, exponent: number): number {
  return 1 / zipfWeights(count, exponent).reduce((sum, weight) => sum + weight, 0);
}
