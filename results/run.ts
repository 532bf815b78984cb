/**
 * The record of one run as it stands in `results/runs/<id>.json`, schema version 2. Plain data: no class instance, no undefined, no Date.
 * `null` always means "not measured" or "does not apply", never zero. Times named `...Ms` and `second` count from the start of the load;
 * the measured window is [measureStartSecond, measureEndSecond). Change a field's meaning: raise RUN_SCHEMA_VERSION and convert old files in run-migration.ts.
 */
import type { BrokerRequests } from './broker-requests.ts';
import type { FaultConfiguration, FaultEvent, FaultRecord } from './fault/fault-record.ts';
import type { HostRecord, MachineReadings } from './host-record.ts';
import type { PlanRecord } from './plan-record.ts';

export type { HostRecord } from './host-record.ts';

export const RUN_SCHEMA_VERSION = 2;

export interface Run {
  readonly schemaVersion: typeof RUN_SCHEMA_VERSION;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly commandLine: readonly string[];
  readonly status: RunStatus;
  readonly headroom: HeadroomVersion;
  readonly host: HostRecord;
  readonly machine: MachineReadings;
  readonly seed: number;
  readonly warnings: readonly RunWarning[];
  readonly configuration: RunConfiguration;
  readonly measured: Measured;
  readonly verification: Verification;
  readonly plan: PlanRecord | null;
  /** The run's place in an experiment; null for a run of its own. */
  readonly repeat: RepeatRecord | null;
}

/** One run of one variant in one block of an experiment. */
export interface RepeatRecord {
  /** Shared by all runs of one execution. */
  readonly experimentId: string;
  readonly experiment: string;
  readonly variant: string;
  /** From 1. */
  readonly block: number;
  /** From 1, within the block. */
  readonly position: number;
}

export type RunStatus =
  | { readonly kind: 'complete' }
  /** Cut short (Ctrl-C, a worker that stopped): what was measured until then. */
  | { readonly kind: 'partial'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface HeadroomVersion {
  readonly version: string;
  /** Null outside a git checkout. */
  readonly commit: string | null;
  /** The checkout had changes that were not committed. */
  readonly isDirty: boolean | null;
}

export interface RunWarning {
  /** Stable kebab-case name: `generator-saturated`, `portable-files`... */
  readonly code: string;
  readonly cause: string;
  readonly effect: string;
  readonly remedy: string;
}

// --- what was asked for ---

export interface RunConfiguration {
  readonly name: string;
  readonly workload: WorkloadConfiguration;
  readonly load: LoadShape;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  readonly workerCount: number;
  readonly topic: TopicConfiguration;
  /** What made the load, with its version, such as `librdkafka 2.15.1`; absent: headroom's own client. */
  readonly client?: string;
  /** Kafka's property names, defaults that were in force included where known. */
  readonly producerProperties: Properties;
  readonly groups: readonly GroupConfiguration[];
  readonly target: TargetConfiguration;
  /** In the order of their times. */
  readonly faults: readonly FaultConfiguration[];
  readonly verifies: boolean;
}

export type Properties = Readonly<Record<string, string>>;

export type LoadShape =
  | { readonly kind: 'open'; readonly ratePerSecond: number; readonly arrivals: 'constant' | 'poisson' }
  | {
      readonly kind: 'shaped';
      readonly shape: RateShapeRecord;
      readonly arrivals: 'constant' | 'poisson';
      /** Of the planned window: its mean, and its lowest and highest second. */
      readonly meanPerSecond: number;
      readonly lowestPerSecond: number;
      readonly highestPerSecond: number;
    }
  | { readonly kind: 'closed' };

/** How the rate changes over the measured window; the warm-up has the rate with which the shape begins. */
export type RateShapeRecord =
  /** One after the other, the last one holds; without seconds the window is shared evenly. */
  | { readonly kind: 'steps'; readonly steps: readonly { readonly ratePerSecond: number; readonly seconds?: number }[] }
  /** On a straight line, then held; without overSeconds over the whole window. */
  | { readonly kind: 'ramp'; readonly fromPerSecond: number; readonly toPerSecond: number; readonly overSeconds?: number }
  /** `burstSeconds` in the middle of each `everySeconds` at the burst's rate. */
  | { readonly kind: 'bursts'; readonly basePerSecond: number; readonly burstPerSecond: number; readonly everySeconds: number; readonly burstSeconds: number }
  /** 24 hours in the window: a cosine, lowest at 04:00 and highest at 16:00. */
  | { readonly kind: 'day'; readonly troughPerSecond: number; readonly peakPerSecond: number }
  /** 24 hours in the window: factors of a rate at even distances from 00:00 on, straight lines between. */
  | { readonly kind: 'hours'; readonly ratePerSecond: number; readonly factors: readonly number[] }
  | { readonly kind: 'trace'; readonly path: string; readonly repeats: boolean; readonly points: number; readonly seconds: number };

export type KeyDistributionRecord =
  | { readonly kind: 'none' }
  | { readonly kind: 'uniform'; readonly keyCount: number }
  | { readonly kind: 'sequential'; readonly keyCount: number }
  | { readonly kind: 'zipf'; readonly keyCount: number; readonly exponent: number }
  /** The first `hotKeyCount` keys share `hotShare` of the records evenly, the others the rest. */
  | { readonly kind: 'hotSet'; readonly keyCount: number; readonly hotKeyCount: number; readonly hotShare: number };

/** How hot keys are spread over partitions: `key:bucket` by the id of what a record is about, or `key#salt`, drawn for each record. */
export type KeySpreadRecord = { readonly kind: 'buckets'; readonly buckets: number } | { readonly kind: 'salts'; readonly salts: number };

/** `compressionRatio` was asked for, `randomBytesRatio` was then found by trial, with `trialRatio`; what the run had is in its throughput. */
export interface CompressibilityRecord {
  readonly randomBytesRatio: number;
  readonly compressionRatio?: number;
  readonly trialRatio?: number;
}

export type SizeDistributionRecord =
  | { readonly kind: 'uniform'; readonly minBytes: number; readonly maxBytes: number }
  | { readonly kind: 'lognormal'; readonly meanBytes: number; readonly p99Bytes: number }
  /** Uniform within a bucket. */
  | { readonly kind: 'buckets'; readonly buckets: readonly { readonly minBytes: number; readonly maxBytes: number; readonly weight: number }[] }
  | { readonly kind: 'file'; readonly path: string };

export type WorkloadConfiguration =
  | { readonly kind: 'clickstream'; readonly keys: KeyDistributionRecord; readonly keySpread?: KeySpreadRecord }
  | ({ readonly kind: 'fixed'; readonly keys: KeyDistributionRecord; readonly keySpread?: KeySpreadRecord; readonly recordBytes: number } & CompressibilityRecord)
  | ({ readonly kind: 'sized'; readonly keys: KeyDistributionRecord; readonly keySpread?: KeySpreadRecord; readonly sizes: SizeDistributionRecord } & CompressibilityRecord)
  /** `template`: the text itself, or @ and a file's name. */
  | { readonly kind: 'template'; readonly keys: KeyDistributionRecord; readonly keySpread?: KeySpreadRecord; readonly template: string }
  | { readonly kind: 'file'; readonly path: string; readonly key: string | null };

export interface TopicConfiguration {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly properties: Properties;
  readonly useExisting: boolean;
}

export interface GroupConfiguration {
  readonly name: string;
  readonly memberCount: number;
  /** What a member spends on each record by order of the experiment; 0: nothing beyond reading it. */
  readonly serviceTimeUs: number;
  readonly properties: Properties;
}

export type TargetConfiguration =
  | {
      readonly kind: 'embedded';
      readonly brokerCount: number;
      readonly dataDirectory: { readonly path: string; readonly kind: 'temporary' | 'kept' };
      readonly files: 'mapped' | 'portable' | 'memory';
      readonly brokerProperties: Properties;
      /** Modules that were loaded into each broker process; absent: none. */
      readonly brokerModules?: readonly string[];
      /** In words: what an acknowledgement promises ("in the page cache of 3 replicas, not synced"). */
      readonly durability: string;
    }
  | {
      readonly kind: 'external';
      readonly bootstrap: string;
      /** One a broker, as far as they tell; empty: not known. */
      readonly brokerVersions: readonly string[];
      /** Absent: PLAINTEXT. User names and secrets stand in no record. */
      readonly securityProtocol?: string;
      readonly saslMechanism?: string;
    };

// --- what was measured ---

export interface Measured {
  readonly measureStartSecond: number;
  readonly measureEndSecond: number;
  /** From the start of the brokers; null for an external target. */
  readonly readiness: { readonly clusterMs: number | null; readonly firstAcknowledgedMs: number | null };
  readonly throughput: Throughput;
  readonly latency: Latency;
  readonly errors: ErrorCounts;
  /** Every second of the load, warm-up and drain included, ascending. */
  readonly seconds: readonly SecondRecord[];
  readonly brokers: readonly BrokerUsageRecord[];
  readonly brokerSamples: readonly BrokerSample[];
  readonly generator: GeneratorUsage;
  /** Records handed over and not yet answered, averaged over the window by counting; null where it was not counted (older runs). */
  readonly inFlightRecordsMean: number | null;
  readonly groups: readonly GroupRecord[];
  readonly events: readonly RunEvent[];
  /** The longest wait of each partition for an acknowledgement while records were waiting for one. */
  readonly acknowledgementGaps: readonly AcknowledgementGapRecord[];
  /** Acknowledged in the measured window, by partition number; absent in older runs. */
  readonly acknowledgedRecordsByPartition?: readonly number[];
  /** What each fault did; absent in older runs and in runs without one. */
  readonly faults?: readonly FaultRecord[];
}

/** Of the measured window, counted by acknowledgement. */
export interface Throughput {
  /** Null in a closed loop. */
  readonly offeredPerSecond: number | null;
  readonly achievedPerSecond: number;
  readonly acknowledgedRecords: number;
  /** Keys, values, headers and record framing, before compression. */
  readonly uncompressedBytes: number;
  /** Record batches as they went over the wire and stand in the log. */
  readonly compressedBytes: number;
  /** uncompressedBytes / compressedBytes; null without a record. */
  readonly compressionRatio: number | null;
  readonly batches: number;
  readonly recordsPerBatch: number | null;
  readonly requests: number | null;
  readonly keyBytesMean: number;
  readonly valueBytesMean: number;
  /** Over the whole load, warm-up and drain included. */
  readonly total: {
    readonly sentRecords: number;
    readonly acknowledgedRecords: number;
    readonly failedRecords: number;
    /** Due in the schedule and never handed to the producer. */
    readonly unsentRecords: number;
  };
}

/**
 * publish: due to acknowledged, the latency that counts · scheduleDelay: due to handed over, the generator's own lateness ·
 * batching: batch opened to first sent · request: first sent to acknowledged, the service time. End to end stands with each group.
 */
export interface Latency {
  readonly publish: HistogramRecord;
  readonly scheduleDelay: HistogramRecord;
  readonly batching: HistogramRecord;
  readonly request: HistogramRecord;
}

export interface HistogramRecord {
  /** HdrHistogram V2, compressed, base64; values in whole microseconds. Merge these, never the summaries. */
  readonly hdrBase64: string;
  readonly summary: LatencySummary;
}

/** Microseconds. Null: no sample, or the value lies among the samples above `rangeUsMax`. */
export interface LatencySummary {
  /** Samples, those above the range included. */
  readonly count: number;
  readonly meanUs: number | null;
  readonly minUs: number | null;
  readonly p50Us: number | null;
  readonly p90Us: number | null;
  readonly p99Us: number | null;
  readonly p999Us: number | null;
  readonly p9999Us: number | null;
  readonly maxUs: number | null;
  /** Samples above the range: counted, never clipped. */
  readonly overflowCount: number;
  readonly rangeUsMax: number;
}

export interface ErrorCounts {
  /** Records given up, by Kafka's error name. */
  readonly failedRecordsByError: Readonly<Record<string, number>>;
  readonly batchesRetried: number;
  /** Produce answers with an error that was then retried, by Kafka's error name. */
  readonly retriesByError: Readonly<Record<string, number>>;
  /** Times that the producer's buffer.memory was full. */
  readonly bufferFullCount: number;
}

/** Counts by latency, ten buckets to a decade; see latency-buckets.ts for where each begins. */
export interface LatencyBuckets {
  /** Number of the first bucket in `counts`; those before and behind hold nothing. */
  readonly first: number;
  readonly counts: readonly number[];
}

export interface SecondRecord {
  readonly second: number;
  /** Due in this second by the rate and its shape (expected, where arrivals are random); absent in a closed loop and in older runs. */
  readonly offeredRecords?: number;
  readonly acknowledgedRecords: number;
  readonly acknowledgedBytes: number;
  readonly failedRecords: number | null;
  /** Of publish latency, of the records due in this second. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly maxUs: number | null;
  /** The same latencies in buckets; absent in older runs, and without a sample. */
  readonly publishBuckets?: LatencyBuckets;
  readonly consumedRecordsByGroup: Readonly<Record<string, number>>;
  readonly lagRecordsByGroup: Readonly<Record<string, number>>;
}

export interface BrokerUsageRecord {
  readonly brokerId: number;
  readonly endpoint: string;
  readonly isController: boolean;
  /** In the measured window. */
  readonly cpuSeconds: number;
  /** 1 = one core busy all the time. */
  readonly cpuCoresMean: number;
  readonly rssBytesMax: number;
  /** Absent in older runs; null where they could not be read at both ends of the window: a broker that was restarted or paused. */
  readonly requests?: BrokerRequests | null;
  /** `preferred`: before the clients on the same machine (nice -10). Absent in older runs, where none was. */
  readonly scheduling?: 'preferred' | 'default';
}

export interface BrokerSample {
  readonly second: number;
  readonly brokerId: number;
  readonly cpuCores: number;
  readonly rssBytes: number;
}

/** The process that makes the load and consumes it, in the measured window. */
export interface GeneratorUsage {
  readonly cpuSeconds: number;
  readonly rssBytesMax: number;
  readonly workers: readonly {
    /** `load 0`, `group realtime`. */
    readonly name: string;
    readonly cpuSeconds: number;
    /** Busy share of its event loop, 0 to 1. */
    readonly utilization: number;
    /** How the kernel served a load thread: `realTime` before all ordinary threads, `shortSlices` sooner when it woke, `default` as any other. */
    readonly scheduling?: 'realTime' | 'shortSlices' | 'default';
  }[];
}

export interface GroupRecord {
  readonly name: string;
  readonly memberCount: number;
  /** In the measured window. */
  readonly records: number;
  readonly bytes: number;
  readonly recordsPerSecond: number;
  readonly lagRecordsMax: number;
  readonly lagRecordsFinal: number;
  /** Of the whole group, after the load's start. */
  readonly rebalances: number;
  /** The first 200 of them; absent in older runs. */
  readonly rebalanceRecords?: readonly RebalanceRecord[];
  /** What each member took over the whole load, in the order in which they joined; absent in older runs. */
  readonly recordsByMember?: readonly number[];
  /** Delivered again, because a member was gone before it had committed; absent in older runs. */
  readonly rereadRecords?: number;
  /** What one member can take a second; null when it was never busy enough to tell. */
  readonly serviceRatePerMember: MeasuredRate | null;
  readonly endToEnd: HistogramRecord;
}

/** From the first member that was told of it to the last one that had its share. */
export interface RebalanceRecord {
  readonly startMs: number;
  readonly durationMs: number;
  /** The longest time, from its start to the first records behind it, in which no member took records. */
  readonly groupPauseMs: number;
  /** The same for one partition, from the last records that anybody took of it. */
  readonly partitionPauseMs: number;
  readonly cause: string;
  /** Afterwards. */
  readonly memberCount: number;
}

export interface MeasuredRate {
  readonly perSecond: number;
  /** How it was obtained: "from a busy share of 0.31 of the thread", "from the catch-up after the kill". */
  readonly method: string;
}

export type RunEvent =
  | FaultEvent
  | { readonly kind: 'isrChange'; readonly atMs: number; readonly topic: string; readonly partition: number; readonly isr: readonly number[] }
  | { readonly kind: 'leaderChange'; readonly atMs: number; readonly topic: string; readonly partition: number; readonly leader: number | null }
  | { readonly kind: 'note'; readonly atMs: number; readonly sentence: string };

export interface AcknowledgementGapRecord {
  readonly partition: number;
  readonly startMs: number;
  readonly durationMs: number;
}

// --- what was checked ---

export type Verification = { readonly kind: 'skipped'; readonly reason: string } | VerificationDone;

/** Every acknowledged record was looked for in the log, read back from offset to offset after the load. */
export interface VerificationDone {
  readonly kind: 'done';
  readonly passed: boolean;
  /** In words: what was compared with what. */
  readonly method: string;
  readonly elapsedMs: number;
  readonly partitionCount: number;
  readonly batchesRead: number;
  readonly recordsRead: number;
  readonly acknowledgedRecords: number;
  /** Acknowledged, and in the log at their offset, unchanged. */
  readonly confirmedRecords: number;
  readonly lostRecords: number;
  readonly duplicatedRecords: number;
  readonly reorderedRecords: number;
  readonly changedRecords: number;
  readonly corruptBatches: number;
  readonly gaps: number;
  readonly misplacedRecords: number;
  /** In the log although never acknowledged: allowed. */
  readonly unacknowledgedSeenRecords: number;
  /** acks=0: seen, and not seen, which nobody promised. */
  readonly unconfirmedSeenRecords: number;
  readonly unconfirmedMissingRecords: number;
  /** Acknowledged, but deleted by retention before the check. */
  readonly expiredRecords: number;
  /** Written by somebody else. */
  readonly foreignRecords: number;
  /** Checked one by one by their number and key, not only by their batch's checksum. */
  readonly recordsCheckedSingly: number;
  readonly anomalyCount: number;
  /** The first ones. */
  readonly anomalies: readonly AnomalyRecord[];
}

export interface AnomalyRecord {
  readonly kind: string;
  readonly partition: number;
  readonly offset: number;
  readonly recordCount: number;
  readonly detail: string;
}
