/**
 * The result of a search for the highest sustainable rate, as it stands in `search-<id>.json` beside the runs it was made from. Rates are
 * records/s, latencies microseconds. Every point is a stored run: the search adds nothing to its figures.
 */

/** ceiling: closed loop, bounds the range · search: decides the estimate · confirmation: fresh runs at and below it · curve: latency against load. */
export type SearchPhase = 'ceiling' | 'search' | 'confirmation' | 'curve';

export interface SearchPoint {
  readonly runId: string;
  readonly phase: SearchPhase;
  /** Null in a closed loop. */
  readonly offeredPerSecond: number | null;
  readonly achievedPerSecond: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly p999Us: number | null;
  /** Busy share of the busiest load worker. */
  readonly generatorUtilization: number | null;
  readonly held: boolean;
  /** What did not hold, the first first; empty when all did. */
  readonly failures: readonly HoldFailure[];
}

export interface HoldFailure {
  readonly condition: HoldCondition;
  readonly words: string;
}

export type HoldCondition = 'completed' | 'verified' | 'achieved' | 'errors' | 'objective' | 'lag' | 'generator';

export const SEARCH_RESULT_SCHEMA_VERSION = 1;

export interface SearchResult {
  readonly schemaVersion: typeof SEARCH_RESULT_SCHEMA_VERSION;
  readonly kind: 'maximumSustainableThroughput';
  readonly id: string;
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly name: string;
  readonly commandLine: readonly string[];
  readonly seed: number;
  /** In words: what a run must do to hold. */
  readonly conditions: readonly string[];
  /** The rate that this share of runs holds is looked for. */
  readonly probability: number;
  /** Half the width of the interval at which the search ends, as a share of the rate. */
  readonly precision: number;
  readonly ceilingPerSecond: number | null;
  readonly sustained: SustainedRate | null;
  readonly knee: { readonly ratePerSecond: number; readonly p99Us: number } | null;
  readonly points: readonly SearchPoint[];
  readonly end: SearchEnd;
  /** The conditions that the points above the rate failed, the most frequent first. */
  readonly limits: readonly { readonly condition: HoldCondition; readonly count: number }[];
}

export interface SustainedRate {
  readonly ratePerSecond: number;
  /** 95 % credible interval. */
  readonly low: number;
  readonly high: number;
  /** Fresh runs at this rate, of the same length as the search's or longer. */
  readonly confirmedBy: number;
  readonly refutedBy: number;
}

export type SearchEnd =
  | { readonly kind: 'precise' }
  | { readonly kind: 'budget'; readonly seconds: number }
  | { readonly kind: 'noRateHolds'; readonly lowestTried: number }
  | { readonly kind: 'ceilingFailed'; readonly reason: string }
  | { readonly kind: 'interrupted' };
