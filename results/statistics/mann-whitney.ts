/**
 * Mann-Whitney U test (1947): does one side tend to be larger? Ranks only, so that one wild run weighs no more than a large one. Exact by
 * counting the subsets of each rank sum, ties included (as mid-ranks); a normal approximation beyond 50 values.
 */
import { normalCdf } from './distributions.ts';
import { binomial } from './permutation-test.ts';

export interface MannWhitneyTest {
  /** Pairs in which the candidate's value is the larger, ties counting half. */
  readonly u: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly isExact: boolean;
}

/** All counts stay below 2^53. */
const EXACT_COUNT_MAX = 50;

/** Throws RangeError for an empty side. */
export function mannWhitneyTest({ baseline, candidate }: { baseline: readonly number[]; candidate: readonly number[] }): MannWhitneyTest {
  if (baseline.length === 0 || candidate.length === 0) throw new RangeError('each side must hold a value');
  const doubled = doubledRanks([...baseline, ...candidate]);
  const rankSum = doubled.slice(baseline.length).reduce((sum, rank) => sum + rank, 0);
  const u = (rankSum - candidate.length * (candidate.length + 1)) / 2;
  const isExact = doubled.length <= EXACT_COUNT_MAX;
  const pValue = isExact ? exactPValue(doubled, candidate.length, rankSum) : approximatePValue(doubled, candidate.length, u);
  return { u, pValue, isExact };
}

/** The smallest p value that the test can give without ties: one extreme arrangement at each end. */
export function mannWhitneyPValueMin(baselineCount: number, candidateCount: number): number {
  return Math.min(1, 2 / binomial(baselineCount + candidateCount, candidateCount));
}

/** Twice the mid-ranks: whole numbers. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((value, at) => ({ value, at })).sort((a, b) => a.value - b.value);
  const ranks = Array.from(values, () => 0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (order[to]?.value === order[from]?.value && to < order.length) to++;
    for (const { at } of order.slice(from, to)) ranks[at] = from + to + 1;
    from = to;
  }
  return ranks;
}

/** countOf[k][s]: subsets of k ranks with the sum s. */
function exactPValue(doubled: readonly number[], count: number, observed: number): number {
  const sumMax = doubled.toSorted((a, b) => b - a).slice(0, count).reduce((sum, rank) => sum + rank, 0);
  const countOf = Array.from({ length: count + 1 }, () => new Float64Array(sumMax + 1));
  (countOf[0] as Float64Array)[0] = 1;
  for (const [seen, rank] of doubled.entries()) {
    for (let chosen = Math.min(seen + 1, count); chosen > 0; chosen--) {
      const [into, from] = [countOf[chosen] as Float64Array, countOf[chosen - 1] as Float64Array];
      for (let sum = sumMax; sum >= rank; sum--) into[sum] = (into[sum] as number) + (from[sum - rank] as number);
    }
  }
  // Twice the mean of the doubled sums is whole.
  const expectedTwice = 2 * count * (doubled.length + 1);
  const distance = Math.abs(2 * observed - expectedTwice);
  let extreme = 0;
  for (const [sum, ways] of (countOf[count] as Float64Array).entries()) {
    if (Math.abs(2 * sum - expectedTwice) >= distance) extreme += ways;
  }
  return extreme / binomial(doubled.length, count);
}

/** With the correction for ties and for continuity: Hollander and Wolfe 1973, 4.1. */
function approximatePValue(doubled: readonly number[], count: number, u: number): number {
  const n = doubled.length;
  const others = n - count;
  const sizes = new Map<number, number>();
  for (const rank of doubled) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  const ties = [...sizes.values()].reduce((sum, size) => sum + size ** 3 - size, 0);
  const variance = ((count * others) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (variance === 0) return 1;
  const distance = Math.max(0, Math.abs(u - (count * others) / 2) - 0.5);
  return Math.min(1, 2 * (1 - normalCdf(distance / Math.sqrt(variance))));
}
