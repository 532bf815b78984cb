/** The result of a study of the comparison, as it stands in `study-<id>.json`. Shares are 0 to 1. */
import type { Interval } from '../statistics/bootstrap.ts';

export interface CalledShare {
  readonly called: number;
  readonly comparisons: number;
  /** 95 %, Wilson. */
  readonly interval: Interval;
}

export interface StudiedMetric {
  readonly metricId: string;
  /** Between two alike runs of a block: standard deviation of the logarithm of their ratio. */
  readonly noise: number;
  /** Slower over alike, geometric mean of all blocks; null when there was no slower target. */
  readonly slowdown: number | null;
  /** Blocks of a resampled comparison, as its noise asked for; the median. */
  readonly blocksByNoise: number;
  /** Alike runs that were called better or worse. */
  readonly falseAlarms: { readonly live: CalledShare; readonly resampled: CalledShare };
  /** Slower runs that were called worse; null when there were none, or too few. */
  readonly found: { readonly live: CalledShare; readonly resampled: CalledShare } | null;
}

export const STUDY_RESULT_SCHEMA_VERSION = 1;

export interface StudyResult {
  readonly schemaVersion: typeof STUDY_RESULT_SCHEMA_VERSION;
  readonly kind: 'comparisonStudy';
  readonly id: string;
  /** Earlier studies whose runs it judges; empty: its own. */
  readonly from: readonly string[];
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly commandLine: readonly string[];
  readonly host: { readonly cpuModel: string; readonly coreCount: number; readonly kernel: string };
  readonly seed: number;
  /** CPU time that the slower target burns for each unit it uses. */
  readonly slowerShare: number;
  readonly blocksPerComparison: number;
  readonly blocksMax: number;
  readonly detect: number;
  readonly alpha: number;
  readonly minDifference: number;
  readonly metrics: readonly StudiedMetric[];
  /** Every run with its figures, so that all of the above can be computed again. */
  readonly runs: readonly { readonly runId: string; readonly block: number; readonly position: number; readonly variant: string; readonly figures: Readonly<Record<string, number | null>> }[];
  /** Blocks with a run that failed, left out. */
  readonly blocksLeftOut: number;
  readonly endedEarly: string | null;
}
