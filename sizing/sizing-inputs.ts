/** Everything that a plan is computed from. Every number carries its id, where it came from and the range in which it is believed to lie. */
import type { GroupKind, InputSource, PlanQuantity, PlanUnit, PlanWarning } from '../results/plan-record.ts';

export interface SizingInputs {
  readonly name: string;
  readonly topics: readonly SizedTopic[];
  readonly cluster: SizedCluster;
  /** Share of the draws in which a chosen count must hold. */
  readonly certaintyShare: number;
  /** Factor on every rate, beside growth over time. */
  readonly loadFactor: PlanQuantity;
  readonly growth: SizedGrowth | null;
  readonly registry: SizedRegistry | null;
  /** Days since 1970 at which the plan begins; null: growth gives years, no dates. */
  readonly todayMs: number | null;
  /** What the runs reached that inputs were measured by; null: nothing was. */
  readonly measuredMost: MeasuredMost | null;
  /** Of the reading: likely slips. */
  readonly cautions: readonly PlanWarning[];
  readonly notes: readonly string[];
}

/** The most of each that was measured: far beyond it a plan extrapolates. */
export interface MeasuredMost {
  readonly writtenPerBroker: number;
  readonly requestsPerBroker: number;
  readonly partitions: number;
  readonly members: number;
}

export interface SizedTopic {
  readonly name: string;
  /** Records/s. The average fills the disks, the peak everything else. */
  readonly averageRate: PlanQuantity;
  readonly peakRate: PlanQuantity;
  /** Key, value and headers, uncompressed. */
  readonly recordBytes: PlanQuantity;
  readonly compressionRatio: PlanQuantity;
  /** Compressed bytes/s that one partition takes from its producers. */
  readonly partitionBytesPerSecond: PlanQuantity;
  readonly keys: SizedKeys;
  readonly ordering: 'none' | 'key' | 'total';
  readonly retention: SizedRetention;
  readonly replicationFactor: PlanQuantity;
  readonly minInsyncReplicas: PlanQuantity;
  readonly producer: SizedProducer;
  readonly transactions: SizedTransactions | null;
  readonly groups: readonly SizedGroup[];
  /** Partitions that exist already or are wanted; null: the plan chooses. */
  readonly partitions: PlanQuantity | null;
  /** Whether its records are money or a ledger: weak acknowledgements are warned of. */
  readonly isLedger: boolean;
}

/** none: no key · unknown: keyed, nothing known of the keys · law: so many keys, the k-th as k^-exponent · hottest: the share of the hottest one. */
export type SizedKeys =
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'law'; readonly name: string; readonly count: PlanQuantity; readonly exponent: PlanQuantity }
  | { readonly kind: 'hottest'; readonly name: string; readonly share: PlanQuantity };

export interface SizedRetention {
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  /** Null: forever. */
  readonly seconds: PlanQuantity | null;
  /** `retention.bytes`, of one partition; null: no limit. */
  readonly partitionBytes: PlanQuantity | null;
  /** Of a compacted topic: how many keys it holds. */
  readonly liveKeys: PlanQuantity | null;
  /** Tiered storage: what stays on the brokers; null: everything. */
  readonly localSeconds: PlanQuantity | null;
}

export interface SizedProducer {
  readonly acks: 'all' | '1' | '0';
  readonly isIdempotent: boolean;
  readonly isRetrying: boolean;
  readonly compression: string;
  readonly linger: PlanQuantity;
  readonly batchBytes: PlanQuantity;
  readonly count: PlanQuantity;
  readonly isUncleanElection: boolean;
  /** What a run with these settings showed, in words; null: nothing was run. */
  readonly evidence: string | null;
}

export interface SizedTransactions {
  readonly commitsPerSecond: PlanQuantity;
  readonly partitionsPerTransaction: PlanQuantity;
}

export interface SizedGroup {
  readonly name: string;
  readonly kind: GroupKind;
  /** Records/s that one consumer can take, with all the work that it does on a record. */
  readonly consumerRate: PlanQuantity;
  /** After standing still for `outage`, the lag must be gone within `recovery`; null: no such wish. */
  readonly catchUp: { readonly outage: PlanQuantity; readonly recovery: PlanQuantity } | null;
  /** Consumers that run already or are wanted; null: the plan chooses. */
  readonly consumers: PlanQuantity | null;
  /** Connect: tasks that the connector can use; null: one for each partition. */
  readonly tasksMax: PlanQuantity | null;
  /** Streams: state of one key in the changelog. */
  readonly state: { readonly keys: PlanQuantity; readonly bytesPerKey: PlanQuantity; readonly stores: PlanQuantity } | null;
}

export interface SizedCluster {
  readonly hardware: string | null;
  /** Brokers that exist already; null: the plan chooses. */
  readonly brokers: PlanQuantity | null;
  readonly diskBytes: PlanQuantity;
  readonly diskBytesPerSecond: PlanQuantity;
  readonly networkInBytesPerSecond: PlanQuantity;
  readonly networkOutBytesPerSecond: PlanQuantity;
  readonly cores: PlanQuantity;
  readonly memoryBytes: PlanQuantity;
  readonly heapBytes: PlanQuantity;
  /** Share of a broker's disk, network and processors that may be used: in normal work, and while a broker (or zone) is down. */
  readonly utilization: PlanQuantity;
  readonly degradedUtilization: PlanQuantity;
  readonly diskFill: PlanQuantity;
  readonly storageOverhead: PlanQuantity;
  readonly zones: number;
  /** What the cluster must carry on without. */
  readonly survives: { readonly broker: boolean; readonly zone: boolean; readonly rollingRestart: boolean };
  /** A replaced broker must be filled again within; null: no such wish. */
  readonly rebuildWithin: PlanQuantity | null;
  readonly replicationThrottle: PlanQuantity | null;
  readonly processor: {
    readonly secondsPerWrittenByte: PlanQuantity;
    readonly secondsPerReadByte: PlanQuantity;
    /** Of a batch, each time that a broker appends it or sends it to a reader. */
    readonly secondsPerBatch: PlanQuantity;
    /** Of a producer's request, beside its batches and bytes. */
    readonly secondsPerRequest: PlanQuantity;
    /** Of a fetch, at one end. */
    readonly secondsPerFetch: PlanQuantity;
    /** Of a connection over which a consumer fetches, beside its fetches; cores. */
    readonly coresPerLink: PlanQuantity;
    /** Cores busy without load, a broker. */
    readonly idleCores: PlanQuantity;
    /** Factor on what the prices say: what they were off by, for runs that they had not seen. */
    readonly unseen: PlanQuantity;
  };
  /** See RequestHabits in request-rates.ts. */
  readonly requestsPerLinger: PlanQuantity;
  readonly fullBatchesShare: PlanQuantity;
  readonly fetchRound: PlanQuantity;
  readonly fetchWait: PlanQuantity;
  readonly sinkPortion: PlanQuantity;
  readonly pageCacheTail: PlanQuantity;
  readonly replicasPerBrokerMax: PlanQuantity;
  readonly replicasPerClusterMax: PlanQuantity;
  readonly segmentBytes: PlanQuantity;
  readonly segmentSeconds: PlanQuantity;
  readonly openFilesMax: PlanQuantity;
  readonly memoryMapsMax: PlanQuantity;
  readonly connectionsMax: PlanQuantity;
  readonly latency: SizedLatency | null;
  readonly price: SizedPrice | null;
}

/** An objective and what is known of latency against utilisation: a measured curve, or the service time of an unloaded broker. */
export interface SizedLatency {
  readonly objective: PlanQuantity;
  /** 0.99. */
  readonly percentile: number;
  /** Rising in utilisation; null: queueing theory over the service time. */
  readonly curve: readonly { readonly utilization: number; readonly seconds: number }[] | null;
  readonly service: PlanQuantity;
  readonly variation: PlanQuantity;
}

export interface SizedPrice {
  readonly currency: string;
  readonly date: string;
  readonly brokerPerHour: PlanQuantity | null;
  readonly diskPerByteMonth: PlanQuantity | null;
  readonly crossZonePerByte: PlanQuantity | null;
}

export interface SizedRegistry {
  readonly schemas: PlanQuantity;
  readonly lookupsPerSecond: PlanQuantity;
}

export interface SizedGrowth {
  readonly perYear: PlanQuantity;
  readonly horizon: PlanQuantity;
  readonly lead: PlanQuantity;
  /** Whether the counts are for the load at the horizon, or for today's. */
  readonly sizeFor: 'horizon' | 'today';
}

export interface InputOrigin {
  readonly source: InputSource;
  readonly why: string;
  readonly low?: number;
  readonly high?: number;
  readonly runId?: string;
  readonly date?: string;
}

export function input(id: string, name: string, value: number, unit: PlanUnit, from: InputOrigin): PlanQuantity {
  const { low = value, high = value, ...origin } = from;
  return { id, name, value, low, high, unit, ...origin };
}

/** An input at another value or range; for what-if questions. */
export function overridden(inputs: SizingInputs, changes: ReadonlyMap<string, Partial<Pick<PlanQuantity, 'value' | 'low' | 'high'>>>): SizingInputs {
  return replaced(inputs, changes) as SizingInputs;
}

function replaced(node: unknown, changes: ReadonlyMap<string, Partial<PlanQuantity>>): unknown {
  if (Array.isArray(node)) return node.map((each) => replaced(each, changes));
  if (typeof node !== 'object' || node === null) return node;
  if ('id' in node && 'unit' in node && typeof node.id === 'string') {
    const change = changes.get(node.id);
    if (change === undefined) return node;
    const { value } = change;
    return { ...node, ...(value === undefined ? {} : { low: value, high: value, source: 'given', why: 'what if' }), ...change };
  }
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replaced(value, changes)]));
}
