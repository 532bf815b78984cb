/** Everything one run measured, as it came from its parts; run-record.ts turns it into the stored result. */
import type { Endpoint } from '../engine/environment.ts';
import type { MachineReadings } from '../results/host-record.ts';
import type { BenchOptions } from './bench-options.ts';
import type { FaultsOutcome } from './fault/fault-timeline.ts';
import type { HistogramSeries } from './latency/histogram-series.ts';
import type { SecondSnapshots } from './latency/second-snapshots.ts';
import type { ConsumeResult, LatencyMetric, LoadResult } from './load/load-messages.ts';
import type { TopologyChange } from './target/topology-watcher.ts';
import type { MeasuredUsage } from './target/usage-sampler.ts';
import type { VerificationReport } from './verify/verification-report.ts';

export interface Readiness {
  /** From the start of the brokers until all accept requests; undefined for an external target. */
  readonly clusterMs: number | undefined;
  /** From the start of the brokers until a first record was acknowledged; undefined for an external target. */
  readonly firstAcknowledgedMs: number | undefined;
}

/** What the loaded part of a run measured. */
export interface LoadOutcome {
  /** Whole seconds since the load's start: [measureStart, measureEnd) is the measured window. A run that was cut short ends earlier. */
  readonly measureStartSecond: number;
  readonly measureEndSecond: number;
  readonly loads: readonly LoadResult[];
  readonly groups: readonly ConsumeResult[];
  readonly latencies: Readonly<Record<Exclude<LatencyMetric, 'endToEnd'>, HistogramSeries>>;
  /** Publish latencies, second by second; only of a run with faults. */
  readonly publishBySecond: SecondSnapshots | undefined;
  readonly endToEndByGroup: ReadonlyMap<string, HistogramSeries>;
  readonly usage: MeasuredUsage;
  readonly faults: FaultsOutcome;
  /** Of the topic, in order; empty in a run without a fault or a failure. */
  readonly topologyChanges: readonly TopologyChange[];
  /** Cut short by the operator. */
  readonly isPartial: boolean;
  readonly warnings: readonly string[];
}

/** What the run was pointed at, as it was found. */
export interface TargetFacts {
  readonly brokers: readonly { readonly id: number; readonly endpoint: Endpoint; readonly isController: boolean; readonly isPreferred: boolean }[];
  readonly dataDirectory: string | undefined;
  readonly filesKind: string | undefined;
  /** Of an external cluster, by broker, in words. */
  readonly brokerVersions?: readonly string[];
  /** Kafka's words; absent: plaintext. */
  readonly securityProtocol?: string;
  readonly saslMechanism?: string | undefined;
}

export interface ExperimentOutcome extends LoadOutcome {
  readonly options: BenchOptions;
  readonly target: TargetFacts;
  readonly topic: string;
  readonly startedAtEpochMs: number;
  readonly readiness: Readiness;
  readonly verification: { readonly report: VerificationReport; readonly elapsedMs: number } | undefined;
  /** Why the run is no whole one although nobody ended it: the target was gone when the records were to be read back. */
  readonly failure: string | undefined;
  readonly machine: MachineReadings;
}
