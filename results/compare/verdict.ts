/**
 * The verdict on one metric by two conditions, as criterion has them: a difference is called when the corrected p is below alpha and the
 * whole interval lies beyond the smallest difference that matters. Equivalent when the interval lies inside. Else undecided, with the
 * number of runs that would probably decide. Two numbers of runs bound what may be said at all, whatever the figures.
 */
import type { Interval } from '../statistics/bootstrap.ts';
import { positionOf } from '../statistics/margin.ts';
import { mannWhitneyPValueMin } from '../statistics/mann-whitney.ts';
import { repeatsNeeded } from '../statistics/repeats.ts';
import type { UndecidedCause, Verdict } from './comparison.ts';

/** With 3 a side no test of ranks gives p < 0.05: its smallest is 2 of 20. */
export const RUNS_MIN = 4;
/** An interval of a median with 95 % needs 6 values; narrower ones call noise equal. */
export const EQUIVALENCE_RUNS_MIN = 6;
export const RUNS_NEEDED_MAX = 1000;
/** Chance that `runsNeeded` decides, if ratio and noise stay as seen. */
export const POWER = 0.8;

/** Share of the runs that a ratio of medians uses, against a mean, for normal noise; and that ranks use. */
const MEDIAN_EFFICIENCY = 2 / Math.PI;
const RANK_EFFICIENCY = 3 / Math.PI;

export interface Evidence {
  /** Of the smaller side, or pairs. */
  readonly runCount: number;
  readonly isPaired: boolean;
  readonly ratio: number;
  readonly interval: Interval | null;
  readonly pValueCorrected: number;
  /** Of the logarithms: of the runs about their side's mean, or of the pairs' ratios; null when one run a side leaves it unknown. */
  readonly logDeviation: number | null;
  readonly betterWhen: 'higher' | 'lower';
  readonly alpha: number;
  readonly minDifference: number;
  readonly testCount: number;
}

export function verdictOf(evidence: Evidence): Verdict {
  const { interval, runCount, minDifference, pValueCorrected, alpha, betterWhen } = evidence;
  const undecided = (cause: UndecidedCause): Verdict => ({ kind: 'undecided', cause, runsNeeded: runsNeeded(evidence) });
  if (interval === null || runCount < RUNS_MIN) return undecided('tooFewRuns');
  const position = positionOf(interval, minDifference);
  if (position === 'across') return undecided('acrossMargin');
  if (position === 'inside') return runCount < EQUIVALENCE_RUNS_MIN ? undecided('tooFewForEquivalence') : { kind: 'equivalent' };
  if (pValueCorrected >= alpha) return undecided(pValueMin(evidence, runCount) * evidence.testCount >= alpha ? 'tooFewForSignificance' : 'notSignificant');
  return { kind: (position === 'above') === (betterWhen === 'higher') ? 'better' : 'worse' };
}

/** More than there are: with as many as there are it was not decided. */
function runsNeeded(evidence: Evidence): number | null {
  const { logDeviation, ratio, minDifference, alpha, isPaired, testCount, runCount } = evidence;
  if (logDeviation === null) return null;
  const change = Math.abs(Math.log(ratio));
  const margin = Math.log(1 + minDifference);
  const isDifference = change > margin;
  const power = { deviation: logDeviation, power: POWER, isPaired };
  const forInterval = repeatsNeeded({ ...power, difference: Math.abs(change - margin), alpha, efficiency: isPaired ? 1 : MEDIAN_EFFICIENCY });
  const forTest = isDifference ? repeatsNeeded({ ...power, difference: change, alpha: alpha / Math.max(1, testCount), efficiency: isPaired ? 1 : RANK_EFFICIENCY }) : EQUIVALENCE_RUNS_MIN;
  const needed = Math.max(forInterval, forTest, isDifference ? runsForSignificance(evidence) : 0, RUNS_MIN, runCount + 1);
  return needed <= RUNS_NEEDED_MAX ? needed : null;
}

/** The fewest runs a side of which some outcome is significant. */
function runsForSignificance({ isPaired, alpha, testCount }: Evidence): number {
  let runCount = RUNS_MIN;
  while (pValueMin({ isPaired }, runCount) * testCount >= alpha) runCount++;
  return runCount;
}

/** The smallest p value that so many runs a side can give. */
function pValueMin({ isPaired }: { isPaired: boolean }, runCount: number): number {
  if (isPaired) return 2 * 2 ** -runCount;
  // Beyond, binomials outgrow whole numbers, and p is below any alpha long since.
  return runCount > 25 ? 0 : mannWhitneyPValueMin(runCount, runCount);
}
