/** Everything that a plan is computed from. Every number carries where it came from and the range in which it is believed to lie. */
import type { InputSource, PlanInput, PlanUnit } from '../results/plan-record.ts';

export interface SizedGroup {
  readonly name: string;
  /** What one consumer can take, records/s. */
  readonly consumerRate: PlanInput;
}

export interface SizingInputs {
  readonly name: string;
  /** Peak records/s. */
  readonly rate: PlanInput;
  /** Factor on the rate for what is to come. */
  readonly growth: PlanInput;
  /** Key and value, uncompressed. */
  readonly recordBytes: PlanInput;
  readonly compressionRatio: PlanInput;
  readonly groups: readonly SizedGroup[];
  readonly retentionSeconds: PlanInput;
  readonly replicationFactor: PlanInput;
  readonly minInsyncReplicas: PlanInput;
  /** Beyond the records themselves: indexes, the open segment, segments not yet deleted. */
  readonly storageOverhead: PlanInput;
  readonly broker: {
    readonly diskBytes: PlanInput;
    readonly diskBytesPerSecond: PlanInput;
    readonly networkBytesPerSecond: PlanInput;
    /** Share of each that may be used in normal work. */
    readonly utilization: PlanInput;
  };
  readonly choices: {
    /** What records are keyed by; undefined: nothing. */
    readonly key: string | undefined;
    readonly acks: 'all' | '1' | '0';
    readonly isIdempotent: boolean;
    readonly compression: string;
    readonly lingerMs: number;
    readonly batchBytes: number;
    /** What a run with these settings showed, in words; undefined: nothing was run. */
    readonly evidence: string | undefined;
  };
  readonly notes: readonly string[];
}

export function input(name: string, value: number, unit: PlanUnit, from: { source: InputSource; why: string; low?: number; high?: number }): PlanInput {
  return { name, value, low: from.low ?? value, high: from.high ?? value, unit, source: from.source, why: from.why };
}

export const defaults = {
  consumerRate: input('rate of one consumer', 5000, 'records/s', { source: 'assumed', why: 'a consumer that writes each record to a store; measure yours with --groups NAME=MEMBERS:TIME', low: 2500, high: 10_000 }),
  growth: input('growth', 1, 'ratio', { source: 'assumed', why: 'today\'s peak; partitions cannot be added later without moving keys: consider 2 to 3' }),
  retention: input('retention', 604_800, 'seconds', { source: 'assumed', why: "Kafka's default, 7 days" }),
  replicationFactor: input('replication factor', 3, 'count', { source: 'assumed', why: 'one broker may fail while another is being restarted' }),
  minInsyncReplicas: input('min.insync.replicas', 2, 'count', { source: 'assumed', why: 'replication factor - 1' }),
  storageOverhead: input('storage overhead', 0.1, 'ratio', { source: 'assumed', why: 'indexes, the open segment and segments that wait for their deletion', low: 0.05, high: 0.35 }),
  diskBytes: input('disk of a broker', 4e12, 'bytes', { source: 'assumed', why: 'a common broker disk' }),
  diskBytesPerSecond: input('disk throughput of a broker', 250e6, 'bytes/s', { source: 'assumed', why: 'sustained, not burst: a cloud volume' }),
  networkBytesPerSecond: input('network of a broker', 1.25e9, 'bytes/s', { source: 'assumed', why: '10 Gbit/s, sustained' }),
  utilization: input('allowed utilization', 0.6, 'ratio', { source: 'assumed', why: 'queues grow steeply above it', low: 0.5, high: 0.7 }),
} as const;
