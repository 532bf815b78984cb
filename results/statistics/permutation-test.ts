/**
 * Permutation tests (Fisher 1935; Pitman 1937): how often would chance alone, exchanging labels or signs, give a difference of means at
 * least as large as the one seen? Exact while all arrangements can be counted, else by seeded random ones. Two-sided. Needs no
 * assumption of a distribution, only that the values could have been exchanged if nothing differed.
 */
import { mean } from './sample.ts';
import { SeededRandom } from './seeded-random.ts';

export interface PermutationTest {
  readonly pValue: number;
  /** Every arrangement was counted; else `arrangementCount` random ones. */
  readonly isExact: boolean;
  readonly arrangementCount: number;
}

export interface PermutationOptions {
  /** More arrangements than this are sampled, this many. */
  readonly arrangementCountMax?: number;
  readonly seed: number;
}

export const ARRANGEMENT_COUNT_MAX = 20_000;

/** Sums of the same values in another order differ in their last digits; they must count as equal. Share of the values' size. */
const TOLERANCE = 1e-9;

/** Paired: each difference could as well have had the other sign. Throws RangeError without a difference. */
export function signFlipTest(differences: readonly number[], { arrangementCountMax = ARRANGEMENT_COUNT_MAX, seed }: PermutationOptions): PermutationTest {
  const observed = Math.abs(mean(differences)) * differences.length;
  const atLeast = observed - TOLERANCE * differences.reduce((sum, value) => sum + Math.abs(value), 0);
  const total = 2 ** differences.length;
  if (total > arrangementCountMax) {
    const random = new SeededRandom(seed);
    return sampled(arrangementCountMax, () => {
      let sum = 0;
      for (const difference of differences) sum += random.uint32() < 0x8000_0000 ? difference : -difference;
      return Math.abs(sum) >= atLeast;
    });
  }
  let extreme = 0;
  const visit = (at: number, sum: number): void => {
    if (at === differences.length) extreme += Math.abs(sum) >= atLeast ? 1 : 0;
    else {
      visit(at + 1, sum + (differences[at] as number));
      visit(at + 1, sum - (differences[at] as number));
    }
  };
  visit(0, 0);
  return { pValue: extreme / total, isExact: true, arrangementCount: total };
}

/** Unpaired: each value could as well have stood on the other side. Throws RangeError for an empty side. */
export function labelPermutationTest(
  { baseline, candidate }: { baseline: readonly number[]; candidate: readonly number[] },
  { arrangementCountMax = ARRANGEMENT_COUNT_MAX, seed }: PermutationOptions,
): PermutationTest {
  const center = mean([mean(baseline), mean(candidate)]);
  const pooled = [...baseline, ...candidate].map((value) => value - center);
  const sumOfAll = pooled.reduce((sum, value) => sum + value, 0);
  const expected = (sumOfAll * candidate.length) / pooled.length;
  const distance = (sum: number): number => Math.abs(sum - expected);
  const observed = distance(pooled.slice(baseline.length).reduce((sum, value) => sum + value, 0));
  const atLeast = observed - TOLERANCE * pooled.reduce((sum, value) => sum + Math.abs(value), 0);
  const total = binomial(pooled.length, candidate.length);
  if (total > arrangementCountMax) {
    const random = new SeededRandom(seed);
    return sampled(arrangementCountMax, () => distance(sumOfRandom(pooled, candidate.length, random)) >= atLeast);
  }
  let extreme = 0;
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) extreme += distance(sum) >= atLeast ? 1 : 0;
    else for (let at = from; at <= pooled.length - left; at++) choose(at + 1, left - 1, sum + (pooled[at] as number));
  };
  choose(0, candidate.length, 0);
  return { pValue: extreme / total, isExact: true, arrangementCount: total };
}

/** n over k, exact up to 2^53. */
export function binomial(n: number, k: number): number {
  let result = 1;
  for (let factor = 1; factor <= Math.min(k, n - k); factor++) result = Math.round((result * (n - factor + 1)) / factor);
  return result;
}

/** The arrangement that was seen counts as one of them, so that p is never 0 (Phipson and Smyth 2010). */
function sampled(count: number, isExtreme: () => boolean): PermutationTest {
  let extreme = 1;
  for (let at = 0; at < count; at++) extreme += isExtreme() ? 1 : 0;
  return { pValue: extreme / (count + 1), isExact: false, arrangementCount: count };
}

/** Of `count` of the values, drawn without replacement; the values change places. */
function sumOfRandom(values: number[], count: number, random: SeededRandom): number {
  let sum = 0;
  for (let at = 0; at < count; at++) {
    const other = at + random.below(values.length - at);
    const drawn = values[other] as number;
    values[other] = values[at] as number;
    values[at] = drawn;
    sum += drawn;
  }
  return sum;
}
