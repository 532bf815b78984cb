/**
 * F27, what keys do to an even load: the busiest partition is never below the hottest key, and few keys spread badly even when all are alike.
 * The placement of keys is random as a good hash is; seeded.
 */
import { SeededRandom } from '../../results/statistics/seeded-random.ts';

/** zipf: the k-th key has a share as k^-exponent · uniform: all the same. */
export type KeyDistribution = { readonly kind: 'uniform'; readonly keys: number } | { readonly kind: 'zipf'; readonly keys: number; readonly exponent: number };

/** Share of all records that the hottest key has. More partitions do not change it. Throws RangeError without a key. */
export function hottestKeyShare(distribution: KeyDistribution): number {
  return keyShares(distribution)[0] as number;
}

/** Of each key, the hottest first; they sum to 1. */
export function keyShares(distribution: KeyDistribution): Float64Array {
  const { keys } = distribution;
  if (!Number.isInteger(keys) || keys < 1) throw new RangeError(`there is a whole number of keys from 1, not ${keys}`);
  if (distribution.kind === 'uniform') return new Float64Array(keys).fill(1 / keys);
  const shares = Float64Array.from({ length: keys }, (_, at) => (at + 1) ** -distribution.exponent);
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
}

/** The most partitions that still make sense: beyond 1 / hottest share the busiest is the hottest key alone. */
export function usefulPartitionsMax(distribution: KeyDistribution): number {
  return Math.max(1, Math.floor(1 / hottestKeyShare(distribution)));
}

export interface BusiestPartition {
  /** Mean over the trials of the busiest partition's load, in multiples of an even one. */
  readonly loadOverMean: number;
  /** Standard error of that mean. */
  readonly standardError: number;
  /** The largest of the trials. */
  readonly worst: number;
}

/** Throws RangeError unless partitions and trials are whole and from 1. */
export function busiestPartition(distribution: KeyDistribution, { partitions, trials, seed }: { partitions: number; trials: number; seed: number }): BusiestPartition {
  if (![partitions, trials].every((each) => Number.isInteger(each) && each >= 1)) throw new RangeError(`partitions and trials are whole numbers from 1, not ${partitions} and ${trials}`);
  const shares = keyShares(distribution);
  const random = new SeededRandom(seed);
  const loads = new Float64Array(partitions);
  let [sum, squares, worst] = [0, 0, 0];
  for (let trial = 0; trial < trials; trial++) {
    loads.fill(0);
    for (const share of shares) {
      const at = random.below(partitions);
      loads[at] = (loads[at] as number) + share;
    }
    const busiest = Math.max(...loads) * partitions;
    sum += busiest;
    squares += busiest ** 2;
    worst = Math.max(worst, busiest);
  }
  const mean = sum / trials;
  return { loadOverMean: mean, standardError: Math.sqrt(Math.max(0, squares / trials - mean ** 2) / trials), worst };
}
