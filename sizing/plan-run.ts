/** A plan from what a run measured: its rate, its records, its compression, its consumers. Nothing to plan from gives no plan. */
import type { PlanRecord, PlanInput } from '../results/plan-record.ts';
import { significant } from '../results/render/number-text.ts';
import type { GroupRecord, Run, Throughput } from '../results/run.ts';
import { planFor } from './plan.ts';
import { defaults, input, type SizingInputs } from './sizing-inputs.ts';

/** Null: the run acknowledged nothing in its measured window. `consumerRate`: what the user says that one consumer takes. */
export function planRun(run: Omit<Run, 'plan'>, given: { consumerRate?: number | undefined } = {}): PlanRecord | null {
  const inputs = sizingInputsFromRun(run, given);
  return inputs === undefined ? null : planFor(inputs);
}

export function sizingInputsFromRun(run: Omit<Run, 'plan'>, given: { consumerRate?: number | undefined } = {}): SizingInputs | undefined {
  const { configuration, measured } = run;
  const { throughput } = measured;
  if (throughput.acknowledgedRecords === 0 || !(throughput.achievedPerSecond > 0)) return undefined;
  const { topic, producerProperties } = configuration;
  const minIsr = Number(topic.properties['min.insync.replicas'] ?? 1);
  return {
    name: configuration.name,
    rate: rateInput(throughput),
    growth: defaults.growth,
    recordBytes: input('record size', throughput.uncompressedBytes / throughput.acknowledgedRecords, 'bytes', { source: 'measured', why: `key, value and framing, over ${throughput.acknowledgedRecords} records` }),
    compressionRatio: input('compression ratio', throughput.compressionRatio ?? 1, 'ratio', { source: 'measured', why: `${producerProperties['compression.type'] ?? 'none'}, batches of ${Math.round(throughput.recordsPerBatch ?? 1)} records` }),
    groups: measured.groups.map((group) => ({ name: group.name, consumerRate: consumerRateInput(group, configuration, given.consumerRate) })),
    retentionSeconds: retentionInput(topic.properties['retention.ms']),
    replicationFactor: input('replication factor', topic.replicationFactor, 'count', { source: 'given', why: 'the run had it' }),
    minInsyncReplicas: input('min.insync.replicas', minIsr, 'count', { source: 'given', why: 'the run had it' }),
    storageOverhead: defaults.storageOverhead,
    broker: { diskBytes: defaults.diskBytes, diskBytesPerSecond: defaults.diskBytesPerSecond, networkBytesPerSecond: defaults.networkBytesPerSecond, utilization: defaults.utilization },
    choices: {
      key: keyOf(run),
      acks: producerProperties['acks'] === '1' || producerProperties['acks'] === '0' ? producerProperties['acks'] : 'all',
      isIdempotent: producerProperties['enable.idempotence'] === 'true',
      compression: producerProperties['compression.type'] ?? 'none',
      lingerMs: Number(producerProperties['linger.ms'] ?? 0),
      batchBytes: Number(producerProperties['batch.size'] ?? 16_384),
      evidence: evidenceOf(run),
    },
    notes: notesOf(run, given.consumerRate),
  };
}

function rateInput({ offeredPerSecond, achievedPerSecond }: Throughput): PlanInput {
  if (offeredPerSecond === null) return input('rate', achievedPerSecond, 'records/s', { source: 'measured', why: 'the highest that the run reached' });
  return input('rate', offeredPerSecond, 'records/s', { source: 'given', why: `the rate that the run offered; ${Math.round(achievedPerSecond)}/s were acknowledged` });
}

function consumerRateInput(group: GroupRecord, { groups }: Run['configuration'], given: number | undefined): PlanInput {
  const name = `rate of one consumer of ${group.name}`;
  if (given !== undefined) return input(name, given, 'records/s', { source: 'given', why: 'you said so' });
  const serviceTimeUs = groups.find((each) => each.name === group.name)?.serviceTimeUs ?? 0;
  const measured = group.serviceRatePerMember;
  if (serviceTimeUs > 0 && measured !== null) return input(name, measured.perSecond, 'records/s', { source: 'measured', why: `${measured.method}, ${serviceTimeUs} us of work a record` });
  const { value, low, high, source, why } = defaults.consumerRate;
  const reading = measured === null ? '' : `; reading alone takes ${Math.round(measured.perSecond)}/s, so its own work decides`;
  return input(name, value, 'records/s', { source, low, high, why: `${why}${reading}` });
}

function retentionInput(retentionMs: string | undefined): PlanInput {
  const ms = Number(retentionMs);
  return retentionMs === undefined || !(ms > 0) ? defaults.retention : input('retention', ms / 1000, 'seconds', { source: 'given', why: "the topic's retention.ms" });
}

function keyOf({ configuration: { workload } }: Omit<Run, 'plan'>): string | undefined {
  if (workload.kind === 'file') return workload.key ?? undefined;
  if (workload.keys.kind === 'none') return undefined;
  return workload.kind === 'clickstream' ? 'session_id' : 'generated key';
}

function evidenceOf({ measured: { throughput, latency } }: Omit<Run, 'plan'>): string {
  const p99Us = latency.publish.summary.p99Us;
  const batch = throughput.recordsPerBatch === null ? '' : `batches of ${significant(throughput.recordsPerBatch)} records`;
  return p99Us === null ? batch : `${batch}, publish p99 ${significant(p99Us / 1000)} ms in this run`;
}

function notesOf(run: Omit<Run, 'plan'>, consumerRate: number | undefined): string[] {
  const notes: string[] = [];
  if (run.status.kind !== 'complete') notes.push('The run was cut short: its figures may not stand for more.');
  if (run.verification.kind === 'done' && !run.verification.passed) notes.push('The run lost, duplicated or reordered records: do not build on it.');
  if (consumerRate === undefined && run.measured.groups.length > 0) notes.push('What one consumer takes decides the partitions: give yours with --consumer-rate, or have it measured with --groups NAME=MEMBERS:TIME.');
  return notes;
}
