/**
 * A capacity plan as plain data. `PlanRecord` is what a run's record keeps of it, so that the report can be printed again without computing;
 * `Plan` is the whole answer of `headroom size`: every number in it can be computed again from `inputs`, `choices` and `values`.
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
  /** Stable name: `clickstream.partitions`, `brokers`, `disk.total`... */
  readonly id: string;
  readonly decision: string;
  readonly value: string;
  /** One sentence. */
  readonly why: string;
  /** The formula, or null for a rule without arithmetic. */
  readonly formula: string | null;
  /** Ids of the inputs that entered. */
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
  readonly unit: PlanUnit;
  readonly source: InputSource;
  readonly why: string;
}

/** `seconds/byte` and `seconds/request` are processor time. */
export type PlanUnit = 'records/s' | 'bytes' | 'bytes/s' | 'seconds' | 'ratio' | 'count' | 'requests/s' | 'cores' | 'seconds/byte' | 'seconds/request' | 'money';

export interface PlanConstraint {
  /** `clickstream.partitions.consume.enrichment`, `net.egress`, `disk.write`, `failure.n-1`... */
  readonly id: string;
  readonly sentence: string;
  readonly demand: number;
  readonly capacity: number;
  readonly unit: PlanUnit;
  /** Share of the capacity that is free: (capacity - demand) / capacity; negative when it does not fit. */
  readonly slack: number;
  readonly formula: string;
}

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
export const PLAN_SCHEMA_VERSION = 1;

export interface Plan extends PlanRecord {
  readonly schemaVersion: typeof PLAN_SCHEMA_VERSION;
  readonly name: string;
  /** A count is the smallest that holds in `share` of `draws` draws of the uncertain inputs. */
  readonly certainty: { readonly share: number; readonly draws: number; readonly seed: number };
  readonly inputs: readonly PlanQuantity[];
  /** The counts that were chosen, in the order of choosing. */
  readonly choices: readonly PlanChoice[];
  /** Every computed number, in order of computation. */
  readonly values: readonly PlanValue[];
  readonly constraints: readonly PlannedConstraint[];
  readonly sensitivities: readonly PlanSensitivity[];
  readonly alternatives: readonly PlanAlternative[];
  readonly growth: PlanGrowth | null;
  readonly warnings: readonly PlanWarning[];
  /** Not empty: no plan with these inputs works, and this is why. */
  readonly conflicts: readonly PlanConflict[];
  readonly shape: PlanShape;
  /** Of the entries that cost; null: no prices were given. */
  readonly currency: string | null;
}

/** An input with its id, by which formulas and overrides name it: `clickstream.rate.peak`, `broker.network.out`. */
export interface PlanQuantity extends PlanInput {
  readonly id: string;
  /** Of a measured one: the run's id. */
  readonly runId?: string;
  /** When the figure was published or measured, `2026-08-20`. */
  readonly date?: string;
}

export interface PlanChoice {
  readonly id: string;
  readonly label: string;
  readonly value: number;
  /** Needed in half of the draws, in nine of ten. Null: no number tried is enough. */
  readonly p50: number | null;
  readonly p90: number | null;
  /** Share of the draws in which the value is enough. */
  readonly heldShare: number;
  /** Ids of the constraints that it was chosen for. */
  readonly constraints: readonly string[];
  /** Of them the one that fewer would break first; null when the least possible is chosen. */
  readonly decidedBy: string | null;
}

/** A number with its trace: `formula` over `arguments`, each an id (or ids, for sum, max and min) of an input, a choice or another value. */
export interface PlanValue {
  readonly id: string;
  readonly label: string;
  readonly unit: PlanUnit;
  /** With every input at its value. */
  readonly value: number;
  /** Over the draws; equal to the value when no uncertain input enters. */
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly formula: string;
  readonly arguments: Readonly<Record<string, string | readonly string[]>>;
  /** Where the formula comes from: paper, KIP, documentation; null for plain arithmetic. */
  readonly reference: string | null;
}

export interface PlannedConstraint extends PlanConstraint {
  /** Ids of the two values that are compared. */
  readonly demandId: string;
  readonly capacityId: string;
  /** Share of the draws in which it holds. */
  readonly heldShare: number;
  /** The choice that is raised until it holds; null: no count helps. */
  readonly choiceId: string | null;
}

/** What one uncertain input does to the counts, the others at their values. */
export interface PlanSensitivity {
  readonly inputId: string;
  readonly choiceId: string;
  /** The count that is needed with the input at its low, its value, its high; null: none is enough. */
  readonly atLow: number | null;
  readonly atValue: number | null;
  readonly atHigh: number | null;
  /** The value at which the chosen count is no longer enough, and the one from which one fewer would be; null: none within a factor of 100. */
  readonly breaksAt: number | null;
  readonly savesAt: number | null;
}

/** A choice that was not made, with what would come of it. */
export interface PlanAlternative {
  readonly choiceId: string;
  readonly value: number;
  readonly heldShare: number;
  readonly remark: string;
}

export interface PlanGrowth {
  readonly perYear: number;
  readonly horizonSeconds: number;
  readonly leadSeconds: number;
  /** For each choice, when growth uses it up; the first one first. */
  readonly exhaustions: readonly {
    readonly choiceId: string;
    readonly constraintId: string;
    /** Years from today; null: not within 100. */
    readonly years: number | null;
    /** `2027-03-01`; null as above, or when the day of today was not given. */
    readonly date: string | null;
    readonly orderBy: string | null;
    /** What the choice would be at the horizon; null: no number is enough. */
    readonly atHorizon: number | null;
  }[];
}

export interface PlanWarning {
  /** Stable: `durability.min-isr-1`, `key.hot`. */
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

export interface PlanConflict {
  readonly code: string;
  /** What contradicts what. */
  readonly what: string;
  /** The nearest change that makes it possible. */
  readonly nearest: string;
}

/** The plan as settings, for exports. */
export interface PlanShape {
  readonly topics: readonly PlannedTopic[];
  readonly brokers: number;
  readonly zones: number;
  readonly diskBytesPerBroker: number;
  /** Name of the hardware profile, or null for the user's own figures. */
  readonly hardware: string | null;
}

export interface PlannedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Kafka's names: `min.insync.replicas`, `retention.ms`, `cleanup.policy`. */
  readonly properties: Readonly<Record<string, string>>;
  readonly producerProperties: Readonly<Record<string, string>>;
  readonly key: string | null;
  readonly groups: readonly { readonly name: string; readonly kind: GroupKind; readonly consumers: number }[];
}

export type GroupKind = 'real-time' | 'sink' | 'streams' | 'connect';
