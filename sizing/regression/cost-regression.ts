/**
 * What each of several things costs, from runs that did different amounts of each: cost = sum of amount x price, prices from 0 up. Errors count
 * relative to the cost, because a large run is not measured to the same seconds as a small one. The unit of the bootstrap is the run.
 */
import { expandedTail, type Interval } from '../../results/statistics/bootstrap.ts';
import { inverseOf } from './linear-solve.ts';
import { nonNegativeLeastSquares } from './non-negative-least-squares.ts';
import { mean, quantileOfSorted } from '../../results/statistics/sample.ts';
import { SeededRandom } from '../../results/statistics/seeded-random.ts';

export interface CostedRun {
  /** In the order of `termNames`. */
  readonly amounts: readonly number[];
  /** Above 0. */
  readonly cost: number;
}

export interface CostTerm extends Interval {
  readonly name: string;
  readonly price: number;
  /** How often the variance of the price is larger than if the other terms did not move with this one; Infinity: they are one. */
  readonly varianceInflation: number;
  /** The term that it cannot be told apart from; then the interval reaches over what each could be without the other. */
  readonly confusedWith: string | null;
}

export interface CostRegression {
  readonly terms: readonly CostTerm[];
  /** Of the costs around their mean; null where they do not differ. */
  readonly rSquared: number | null;
  /** measured / fitted - 1, in the order of the runs. */
  readonly residualShares: readonly number[];
  /** The same where each run was left out of its own fit: what a prediction of an unseen run is off by. */
  readonly leftOutShares: readonly number[];
  /** Prices of each resample, for intervals of what is computed from them. */
  readonly replicates: readonly (readonly number[])[];
  readonly runCount: number;
}

export interface CostRegressionOptions {
  readonly termNames: readonly string[];
  readonly seed: number;
  readonly resampleCount?: number;
  readonly confidence?: number;
}

/** From here on two terms are taken for one: the usual limit for a variance inflation. */
const INFLATION_MAX = 10;

/** Throws RangeError for fewer runs than terms + 2 and for a cost that is not above 0. */
export function fitCosts(runs: readonly CostedRun[], { termNames, seed, resampleCount = 400, confidence = 0.9 }: CostRegressionOptions): CostRegression {
  if (runs.length < termNames.length + 2) throw new RangeError(`${termNames.length} prices need ${termNames.length + 2} runs, there are ${runs.length}`);
  if (runs.some(({ cost }) => !(cost > 0))) throw new RangeError('a cost lies above 0');
  const prices = priced(runs);
  const replicates = resampled(runs, { seed, resampleCount });
  const tail = expandedTail((1 - confidence) / 2, runs.length);
  const inflations = inflationsOf(runs);
  const confused = confusedTerms(runs, inflations);
  const terms = termNames.map((name, at): CostTerm => {
    const sorted = Float64Array.from(replicates, (each) => each[at] as number).sort();
    const [low, high] = [quantileOfSorted(sorted, tail), quantileOfSorted(sorted, 1 - tail)];
    const other = confused[at] ?? null;
    const range = other === null ? { low, high } : widened({ low, high }, runs, { at, other });
    return { name, price: prices[at] as number, low: Math.min(range.low, prices[at] as number), high: Math.max(range.high, prices[at] as number), varianceInflation: inflations[at] as number, confusedWith: other === null ? null : (termNames[other] as string) };
  });
  return { terms, rSquared: rSquaredOf(runs, prices), residualShares: runs.map((run) => run.cost / costOf(run, prices) - 1), leftOutShares: runs.map((run, left) => run.cost / costOf(run, priced(runs.toSpliced(left, 1))) - 1), replicates, runCount: runs.length };
}

export function costOf({ amounts }: Pick<CostedRun, 'amounts'>, prices: readonly number[]): number {
  return amounts.reduce((sum, amount, at) => sum + amount * (prices[at] as number), 0);
}

function priced(runs: readonly CostedRun[]): number[] {
  return nonNegativeLeastSquares(runs.map(({ amounts, cost }) => amounts.map((amount) => amount / cost)), runs.map(() => 1));
}

function resampled(runs: readonly CostedRun[], { seed, resampleCount }: { seed: number; resampleCount: number }): number[][] {
  const random = new SeededRandom(seed);
  return Array.from({ length: resampleCount }, () => priced(runs.map(() => runs[random.below(runs.length)] as CostedRun)));
}

function rSquaredOf(runs: readonly CostedRun[], prices: readonly number[]): number | null {
  const center = mean(runs.map(({ cost }) => cost));
  const spread = runs.reduce((sum, { cost }) => sum + (cost - center) ** 2, 0);
  return spread === 0 ? null : 1 - runs.reduce((sum, run) => sum + (run.cost - costOf(run, prices)) ** 2, 0) / spread;
}

/** Of columns as the fit sees them: the diagonal of the inverse of their cosines. */
function inflationsOf(runs: readonly CostedRun[]): number[] {
  const cosines = cosinesOf(runs);
  const inverse = inverseOf(cosines);
  return cosines.map((row, at) => (inverse === null ? (row.some((cosine, other) => other !== at && cosine > 1 - 1e-6) ? Number.POSITIVE_INFINITY : 1) : Math.max(1, inverse[at]?.[at] as number)));
}

function confusedTerms(runs: readonly CostedRun[], inflations: readonly number[]): (number | null)[] {
  const cosines = cosinesOf(runs);
  return inflations.map((inflation, at) => {
    if (inflation <= INFLATION_MAX) return null;
    const others = inflations.flatMap((_, other) => (other === at ? [] : [other]));
    return others.toSorted((a, b) => (cosines[at]?.[b] as number) - (cosines[at]?.[a] as number))[0] ?? null;
  });
}

function cosinesOf(runs: readonly CostedRun[]): number[][] {
  const columns = (runs[0]?.amounts ?? []).map((_, at) => runs.map(({ amounts, cost }) => (amounts[at] as number) / cost));
  const lengths = columns.map((column) => Math.hypot(...column));
  return columns.map((column, at) => columns.map((other, with_) => (at === with_ ? 1 : lengths[at] === 0 || lengths[with_] === 0 ? 0 : column.reduce((sum, value, row) => sum + value * (other[row] as number), 0) / ((lengths[at] as number) * (lengths[with_] as number)))));
}

/** What the price would be if the other cost nothing, and if the other took all. */
function widened({ low, high }: Interval, runs: readonly CostedRun[], { at, other }: { at: number; other: number }): Interval {
  const without = runs.map(({ amounts, cost }) => ({ cost, amounts: amounts.map((amount, which) => (which === other ? 0 : amount)) }));
  const alone = priced(without)[at] as number;
  const most = priced(runs.map(({ amounts, cost }) => ({ cost, amounts: amounts.map((amount, which) => (which === at ? 0 : amount)) })));
  return { low: (most[other] as number) > 0 ? 0 : low, high: Math.max(high, alone) };
}
