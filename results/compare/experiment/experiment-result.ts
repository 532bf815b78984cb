/**
 * What an experiment found, as plain data that survives JSON: its runs by variant, their summaries, the verdicts against the baseline, the
 * thresholds, and the recommendation. `null` means "not measured", never zero.
 */
import type { ComparisonOutcome, MetricUnit } from '../comparison.ts';

export const EXPERIMENT_RESULT_SCHEMA_VERSION = 1;

export interface ExperimentResult {
  readonly schemaVersion: typeof EXPERIMENT_RESULT_SCHEMA_VERSION;
  readonly experimentId: string;
  readonly experiment: string;
  readonly description: string;
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly seed: number;
  /** As planned, and as many as hold every variant. */
  readonly blocks: { readonly planned: number; readonly complete: number };
  /** Why it ended before all planned runs; null when it did not. */
  readonly endedEarly: string | null;
  readonly baseline: string;
  /** In the file's order; the baseline wherever it stands there. */
  readonly variants: readonly VariantSummary[];
  /** One for each variant but the baseline. */
  readonly comparisons: readonly VariantComparison[];
  readonly thresholds: readonly ThresholdOutcome[];
  readonly recommendation: Recommendation;
  readonly published: PublishedComparison | null;
  /** What was not taken from the files as it stood, and what to know before reading the figures. */
  readonly notes: readonly string[];
}

export interface VariantSummary {
  readonly name: string;
  /** The cluster it ran on, in words, as its runs found it; absent in older results, null without a complete run. */
  readonly target?: string | null;
  /** In the order in which they ran. */
  readonly runs: readonly VariantRun[];
  /** Of the runs that are complete; null without one. By metric: `publish.p99`, `wire.bytesPerRecord`. */
  readonly figures: Readonly<Record<string, SpreadFigure>>;
  readonly durability: Durability;
  /** Codes of the runs' warnings, with how many runs carry each. */
  readonly warnings: Readonly<Record<string, number>>;
}

export interface VariantRun {
  readonly runId: string;
  readonly block: number;
  readonly position: number;
  readonly status: 'complete' | 'partial' | 'failed';
  readonly reason: string | null;
  /** False: acknowledged records were lost, duplicated, reordered or changed; null: not checked. */
  readonly isVerified: boolean | null;
}

export interface SpreadFigure {
  readonly unit: MetricUnit;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}

/** What an acknowledgement promises. */
export interface Durability {
  /** 0: nothing, 1: the leader has it, 1 + n: every in-sync replica, at least n, has it. */
  readonly level: number;
  /** On disk before the acknowledgement, not only in the page cache. */
  readonly isSynced: boolean;
  readonly words: string;
}

export interface VariantComparison {
  readonly variant: string;
  readonly outcome: ComparisonOutcome;
  /** Blocks that hold a usable run of both sides. */
  readonly blocks: readonly number[];
  /** Blocks left out, with the reason. */
  readonly leftOut: readonly { readonly block: number; readonly reason: string }[];
}

export interface ThresholdOutcome {
  readonly variant: string;
  readonly metric: string;
  readonly expression: string;
  readonly unit: MetricUnit | 'records';
  readonly value: number | null;
  readonly limit: number | null;
  readonly passed: boolean;
}

export type AxisName = 'throughput' | 'p99' | 'bytes' | 'durability';

export interface Recommendation {
  /** Not beaten by any other over throughput, p99, bytes and durability together. */
  readonly front: readonly string[];
  readonly beaten: readonly BeatenVariant[];
  /** Without figures that speak of the target (failed, or the rate was not held). */
  readonly excluded: readonly { readonly variant: string; readonly reason: string }[];
  readonly words: string;
}

export interface BeatenVariant {
  readonly variant: string;
  readonly by: string;
  /** Ratios of the beater over the beaten, where the difference is real and matters. */
  readonly better: readonly { readonly axis: AxisName; readonly ratio: number | null }[];
}

export interface PublishedComparison {
  readonly source: string;
  /** By variant and metric: what was published, and what was measured here in the same terms (null: not measured). */
  readonly rows: readonly { readonly variant: string; readonly metric: string; readonly published: string; readonly measured: string | null }[];
}
