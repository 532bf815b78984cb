/** What the main thread and the workers of a run say to each other: plain data only. */
import type { ProducerStats } from '../../engine/client/producer.ts';
import type { ClientSecurity } from '../../engine/client/security/client-security.ts';
import type { Endpoint } from '../../engine/environment.ts';
import type { GroupCommand } from '../fault/group-command.ts';
import type { LedgerColumns } from '../verify/ledger.ts';
import type { RecordLedgerColumns } from '../verify/record-ledger.ts';
import type { Workload } from '../workload/workload.ts';
import type { HostTimeOrigin } from './host-time.ts';
import type { IntervalSnapshot } from '../latency/interval-latencies.ts';
import type { Arrivals } from './schedule.ts';
import type { InFlightUse } from './in-flight-meter.ts';
import type { RateShape } from './shape/rate-shape.ts';

export type LoadModel =
  | { readonly kind: 'open'; readonly ratePerSecond: number; readonly arrivals: Arrivals }
  | { readonly kind: 'shaped'; readonly shape: RateShape; readonly arrivals: Arrivals }
  | { readonly kind: 'closed' };

/** workerData of load-worker.ts. */
export interface LoadWorkerInput {
  readonly worker: number;
  readonly workerCount: number;
  readonly seed: number;
  readonly bootstrap: readonly Endpoint[];
  readonly security: ClientSecurity | undefined;
  readonly topic: string;
  readonly partitionCount: number;
  /** Kafka's property names. */
  readonly producerProperties: Readonly<Record<string, string>>;
  readonly workload: Workload;
  readonly load: LoadModel;
  /** Where the shape of a load lies. */
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  readonly keepsLedger: boolean;
}

/** How the kernel serves a load thread: `realTime` before all ordinary threads, `shortSlices` sooner when it wakes, `default` as any other. */
export type Promptness = 'realTime' | 'shortSlices' | 'default';

/** workerData of consumer-worker.ts: all members of one group. */
export interface ConsumerWorkerInput {
  readonly group: string;
  readonly memberCount: number;
  readonly bootstrap: readonly Endpoint[];
  readonly security: ClientSecurity | undefined;
  readonly topic: string;
  readonly consumerProperties: Readonly<Record<string, string>>;
  /** What a member spends on a record before it takes the next, microseconds; 0: nothing beyond reading it. */
  readonly serviceTimeUs: number;
  /** True: values carry an event stamp; false: end to end counts from the record's timestamp, in whole milliseconds. */
  readonly isStamped: boolean;
}

/** Times in microseconds since the load's start. */
export interface LoadWindow {
  readonly origin: HostTimeOrigin;
  readonly measureStartUs: number;
  readonly endUs: number;
}

export type ToWorker =
  | { readonly kind: 'start'; readonly window: LoadWindow }
  /** End the load (or the consuming) now, and finish what is under way. */
  | { readonly kind: 'stop' }
  /** To a consumer group. */
  | { readonly kind: 'members'; readonly command: GroupCommand }
  /** Wait for nothing more: end with what there is. */
  | { readonly kind: 'giveUp' };

/**
 * publish: due to acknowledged (or given up) · scheduleDelay: due to handed over · batching: batch opened to first sent ·
 * request: first sent to acknowledged · endToEnd: due to read by a consumer.
 */
export type LatencyMetric = 'publish' | 'scheduleDelay' | 'batching' | 'request' | 'endToEnd';

export interface LoadProgress {
  readonly kind: 'loadProgress';
  readonly sentRecords: number;
  readonly acknowledgedRecords: number;
  readonly failedRecords: number;
}

export interface ConsumeProgress {
  readonly kind: 'consumeProgress';
  readonly consumedRecords: number;
  /** Records between the members' positions and the high watermarks. */
  readonly lagRecords: number;
}

/** The longest time without an acknowledgement of a partition while records were waiting for one. */
export interface AcknowledgementGap {
  readonly partition: number;
  readonly startUs: number;
  readonly durationUs: number;
}

/** The longest gaps that ended in one second: of any partition, and of the topic as a whole. */
export interface GapsOfSecond extends AcknowledgementGap {
  readonly topicStartUs: number;
  readonly topicDurationUs: number;
}

export interface LoadResult {
  readonly worker: number;
  readonly promptness: Promptness;
  readonly sentRecords: number;
  /** Due in the schedule and never handed to the producer. */
  readonly unsentRecords: number;
  readonly acknowledgedRecords: number;
  readonly failedRecords: number;
  /** By Kafka error name. */
  readonly failedRecordsByError: Readonly<Record<string, number>>;
  /** By the second of the acknowledgement. */
  readonly acknowledgedRecordsBySecond: readonly number[];
  readonly acknowledgedBytesBySecond: readonly number[];
  /** By the second in which they were given up. */
  readonly failedRecordsBySecond: readonly number[];
  /** Sums over acknowledged batches of the measured window (by acknowledgement). */
  readonly measured: {
    readonly batches: number;
    readonly records: number;
    readonly uncompressedBytes: number;
    readonly batchBytes: number;
    /** By partition number. */
    readonly recordsByPartition: readonly number[];
    /** Produce requests sent between the window's first and last acknowledgement. */
    readonly requests: number;
    readonly threadCpuUs: number;
    /** Event loop busy share, 0 to 1. */
    readonly utilization: number;
    readonly inFlight: InFlightUse;
  };
  readonly batchesRetried: number;
  /** Times that the producer's buffer was full. */
  readonly bufferFullCount: number;
  readonly gaps: readonly AcknowledgementGap[];
  readonly gapsBySecond: readonly GapsOfSecond[];
  /** Produce answers with an error and lost answers, per batch, by Kafka error name; by the second, to a quarter of one. */
  readonly errorsBySecond: readonly Readonly<Record<string, number>>[];
  readonly valueBytesMean: number;
  readonly keyBytesMean: number;
  /** The producer's own counters, over the whole load. */
  readonly producerStats: Readonly<Pick<ProducerStats, 'requests' | 'batches' | 'bytes' | 'retries' | 'errorsByName' | 'identityRenewals'>>;
  readonly ledger: LedgerColumns | undefined;
  /** In its place, from a client that tells no batches. */
  readonly recordLedger?: RecordLedgerColumns | undefined;
  /** Of a client in a process of its own: that process's, in the measured window. */
  readonly processUse?: { readonly cpuUs: number; readonly rssBytesMax: number };
  /** Which client made the load; undefined: headroom's own. */
  readonly clientVersion?: string;
  readonly warnings: readonly string[];
}

/** From the first member that was told of it to the last one that had its share. */
export interface Rebalance {
  readonly startUs: number;
  readonly durationUs: number;
  /** The longest time meanwhile, and up to the first records behind it, in which no member took records. */
  readonly groupPauseUs: number;
  /** The same for one partition, counted from the last records that anybody took of it: who crashed had read nothing since. */
  readonly partitionPauseUs: number;
  /** In words. */
  readonly cause: string;
  readonly memberCount: number;
}

export interface MemberResult {
  /** In the order in which members were started. */
  readonly member: number;
  readonly records: number;
}

export interface ConsumeResult {
  readonly group: string;
  readonly consumedRecords: number;
  readonly consumedBytes: number;
  readonly consumedRecordsBySecond: readonly number[];
  /** The last reading of each second. */
  readonly lagRecordsBySecond: readonly number[];
  /** After the load's start. */
  readonly rebalances: readonly Rebalance[];
  readonly members: readonly MemberResult[];
  /** Delivered again, because a member was gone before it had committed. */
  readonly rereadRecords: number;
  readonly measured: { readonly records: number; readonly bytes: number; readonly threadCpuUs: number; readonly utilization: number };
  readonly warnings: readonly string[];
}

export type FromWorker =
  | { readonly kind: 'ready' }
  | LoadProgress
  | ConsumeProgress
  | { readonly kind: 'interval'; readonly metric: LatencyMetric; readonly interval: IntervalSnapshot }
  | { readonly kind: 'loadDone'; readonly result: LoadResult }
  | { readonly kind: 'consumeDone'; readonly result: ConsumeResult }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string };

/** How a worker posts; the buffers in `transfer` move to the main thread. */
export type Post = (message: FromWorker, transfer?: ArrayBuffer[]) => void;
