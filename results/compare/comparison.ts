/**
 * A comparison of two sets of runs as plain data that survives JSON. Ratios are candidate over baseline. `null` means "cannot be told",
 * never zero. Shares, not percent: `minDifference` 0.05 is five percent.
 */
import type { Interval } from '../statistics/bootstrap.ts';

export const COMPARISON_SCHEMA_VERSION = 1;

export type ComparisonOutcome = { readonly kind: 'compared'; readonly comparison: Comparison } | { readonly kind: 'refused'; readonly refusals: readonly RunRefusal[] };

export type SideName = 'baseline' | 'candidate';

export interface RunRefusal {
  readonly side: SideName;
  readonly runId: string;
  /** `failed`, `partial`, `verification-failed`, `repeated`, or the code of the run's warning. */
  readonly code: string;
  readonly reason: string;
  /** False: comparing it anyway would give wrong statistics, not only doubtful ones. */
  readonly canBeAllowed: boolean;
}

export interface Comparison {
  readonly schemaVersion: typeof COMPARISON_SCHEMA_VERSION;
  readonly baseline: ComparedSide;
  readonly candidate: ComparedSide;
  readonly isPaired: boolean;
  readonly criteria: ComparisonCriteria;
  /** What was asked for and differs between the sides. */
  readonly configurationDifferences: readonly PropertyDifference[];
  /** Versions, host and seed. */
  readonly environmentDifferences: readonly PropertyDifference[];
  readonly cautions: readonly Caution[];
  readonly metrics: readonly MetricComparison[];
  readonly notCompared: readonly { readonly metric: string; readonly reason: string }[];
}

export interface ComparedSide {
  /** In the order given; with pairs, number n of one side belongs to number n of the other. */
  readonly runIds: readonly string[];
  /** Each name once. */
  readonly names: readonly string[];
}

export interface ComparisonCriteria {
  /** Of the tests after correction, and 1 - the confidence of the intervals. */
  readonly alpha: number;
  /** The smallest difference that matters: ratios from 1 / (1 + d) to 1 + d count as the same. */
  readonly minDifference: number;
  readonly resampleCount: number;
  readonly seed: number;
  /** Tests over which p values are corrected: metrics with different values. */
  readonly testCount: number;
}

export interface MetricDescription {
  /** Stable: `publish.p99`, `endToEnd.realtime.p50`, `cpu.brokers`. */
  readonly id: string;
  readonly label: string;
  readonly unit: MetricUnit;
  readonly betterWhen: 'higher' | 'lower';
}

export type MetricUnit = 'records/s' | 'us' | 'bytes/record' | 'CPU s/M records' | 'records' | 'ratio' | 'share';

export interface MetricComparison extends MetricDescription {
  readonly baseline: SideValues;
  readonly candidate: SideValues;
  /** Unpaired: ratio of the medians. Paired: geometric mean of the pairs' ratios. */
  readonly ratio: number;
  /** Of the ratio, bootstrapped over runs or pairs; null with a single run a side. */
  readonly interval: Interval | null;
  /** Two-sided, exact or by the stated method; 1 when all values are the same. */
  readonly pValue: number;
  /** After Holm, over `criteria.testCount` tests. */
  readonly pValueCorrected: number;
  readonly verdict: Verdict;
}

export interface SideValues {
  /** One a run. */
  readonly values: readonly number[];
  readonly median: number;
}

export type Verdict =
  | { readonly kind: 'better' }
  | { readonly kind: 'worse' }
  | { readonly kind: 'equivalent' }
  | {
      readonly kind: 'undecided';
      readonly cause: UndecidedCause;
      /** Runs a side (or pairs) that would probably decide, if ratio and noise stay as seen; null: more than RUNS_NEEDED_MAX, or no noise was seen. */
      readonly runsNeeded: number | null;
    };

/**
 * tooFewRuns: fewer than RUNS_MIN a side · tooFewForEquivalence: inside the margin, but fewer than EQUIVALENCE_RUNS_MIN ·
 * acrossMargin: the interval holds differences that matter and others that do not · notSignificant: beyond the margin, but the corrected
 * p is not below alpha · tooFewForSignificance: the same, and no outcome of so few runs could have been.
 */
export type UndecidedCause = 'tooFewRuns' | 'tooFewForEquivalence' | 'acrossMargin' | 'notSignificant' | 'tooFewForSignificance';

export interface PropertyDifference {
  /** `producer compression.type`, `load.ratePerSecond`, `host.kernel`. */
  readonly property: string;
  /** Each value once, null where a run has none. */
  readonly baseline: readonly (string | null)[];
  readonly candidate: readonly (string | null)[];
}

/** Casts doubt on the comparison without forbidding it. */
export interface Caution {
  /** Stable kebab-case name. */
  readonly code: string;
  readonly sentence: string;
}
