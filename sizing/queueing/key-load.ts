/**
 * What keys do to an even load, in closed form and so fast enough for thousands of draws: `key-skew.ts` simulates the same and is its referee.
 * The k-th hottest of `keys` keys has a share as k^-exponent; exponent 0: all alike.
 */
import { normalQuantile } from '../../results/statistics/distributions.ts';

export interface KeyLaw {
  readonly keys: number;
  readonly exponent: number;
}

/** Terms of the sum that are added one by one; the rest is the integral of Euler and Maclaurin. */
const EXACT_TERMS = 32;

/** 1^-s + 2^-s + ... + n^-s. */
export function harmonic(n: number, s: number): number {
  if (s === 0) return n;
  let sum = 0;
  const exact = Math.min(Math.floor(n), EXACT_TERMS);
  for (let k = 1; k <= exact; k++) sum += k ** -s;
  if (n <= EXACT_TERMS) return sum;
  const [from, to] = [EXACT_TERMS, n];
  const integral = Math.abs(s - 1) < 1e-9 ? Math.log(to / from) : (to ** (1 - s) - from ** (1 - s)) / (1 - s);
  return sum + integral + (to ** -s - from ** -s) / 2 + (s * (from ** (-s - 1) - to ** (-s - 1))) / 12;
}

/** Share of all records that the hottest key has. */
export function hottestShare({ keys, exponent }: KeyLaw): number {
  return 1 / harmonic(Math.max(1, keys), exponent);
}

/**
 * Share of all records that the busiest of `partitions` partitions is expected to have. The hot keys are taken one by one: the busiest holds
 * at least the k-th hottest and an even part of what is colder; beside that the sum of many small keys spreads as a normal variable.
 */
export function busiestShare({ partitions, keys, exponent }: KeyLaw & { readonly partitions: number }): number {
  if (partitions <= 1) return 1;
  const total = harmonic(keys, exponent);
  const hottest = 1 / total;
  const even = 1 / partitions;
  // Of the keys without the hottest one: their shares' squares give the variance of what lands on one partition.
  const rest = 1 - hottest;
  const squares = Math.max(0, harmonic(keys, 2 * exponent) / total ** 2 - hottest ** 2);
  const spread = Math.sqrt(squares * even * (1 - even));
  const highest = normalQuantile((partitions - 0.375) / (partitions + 0.25));
  const withoutHottest = even + Math.sqrt(harmonic(keys, 2 * exponent) / total ** 2 * even * (1 - even)) * highest;
  const withHottest = hottest + rest * even + spread * 0.1;
  return Math.min(1, Math.max(withoutHottest, withHottest));
}
