/**
 * A capacity plan as plain data: the decisions, every number they rest on with where it came from, and the constraints with their slack.
 * `sizing/` computes it; it stands in a run's record so that the report can be printed again without computing.
 */

export interface PlanRecord {
  /** The answer, in the order in which it is to be read: `Decision | Value | Why`. */
  readonly decisions: readonly DecisionRow[];
  /** Every number used, in order of first use. */
  readonly inputs: readonly PlanInput[];
  /** The tightest first. */
  readonly constraints: readonly PlanConstraint[];
  readonly notes: readonly string[];
}

export interface DecisionRow {
  /** Stable name: `partitions`, `disk.total`... */
  readonly id: string;
  readonly decision: string;
  readonly value: string;
  /** One sentence. */
  readonly why: string;
  /** Id of the formula in `sizing/formulas.ts`, null for a rule without arithmetic. */
  readonly formula: string | null;
  /** Names of the inputs that entered. */
  readonly inputs: readonly string[];
}

/** measured: by a run of headroom · given: by the user · assumed: by headroom, with a range. */
export type InputSource = 'measured' | 'given' | 'assumed';

export interface PlanInput {
  readonly name: string;
  readonly value: number;
  /** The range in which the value is believed to lie; equal to the value when there is no doubt. */
  readonly low: number;
  readonly high: number;
  /** `records/s`, `bytes`, `bytes/s`, `seconds`, `ratio`, `count`. */
  readonly unit: PlanUnit;
  readonly source: InputSource;
  readonly why: string;
}

export type PlanUnit = 'records/s' | 'bytes' | 'bytes/s' | 'seconds' | 'ratio' | 'count';

export interface PlanConstraint {
  /** `partition.consume`, `net.egress`, `disk.write`, `storage`, `failure.broker`... */
  readonly id: string;
  readonly sentence: string;
  readonly demand: number;
  readonly capacity: number;
  readonly unit: PlanUnit;
  /** Share of the capacity that is free: (capacity - demand) / capacity; negative when it does not fit. */
  readonly slack: number;
  readonly formula: string;
}
