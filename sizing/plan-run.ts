/** A plan from what a run measured: its rate, its records, its compression, its consumers. Nothing to plan from gives no plan. */
import type { Plan, PlanQuantity, PlanRecord } from '../results/plan-record.ts';
import { decidingInputs } from '../results/plan-trace.ts';
import { countText, rateText, significant } from '../results/render/number-text.ts';
import type { GroupRecord, Run } from '../results/run.ts';
import { groupId } from '../results/plan-ids.ts';
import { clusterDefaults, producerDefaults, topicDefaults } from './input-defaults.ts';
import { planFor } from './plan.ts';
import { input, type SizedProducer, type SizedTopic, type SizingInputs } from './sizing-inputs.ts';

type MeasuredRun = Omit<Run, 'plan'>;

/** Null: the run acknowledged nothing in its measured window. `consumerRate`: what the user says that one consumer takes. */
export function planRun(run: MeasuredRun, given: { consumerRate?: number | undefined } = {}): PlanRecord | null {
  const inputs = sizingInputsFromRun(run, given);
  return inputs === undefined ? null : recordOf(planFor(inputs, { isBrief: true }));
}

/** What a run's record keeps of its plan. */
function recordOf(plan: Plan): PlanRecord {
  const { decisions, constraints, notes } = plan;
  return {
    decisions,
    inputs: decidingInputs(plan).map(({ name, value, low, high, unit, source, why }) => ({ name, value, low, high, unit, source, why })),
    constraints: constraints.map(({ id, sentence, demand, capacity, unit, slack, formula }) => ({ id, sentence, demand, capacity, unit, slack, formula })),
    notes,
  };
}

export function sizingInputsFromRun(run: MeasuredRun, given: { consumerRate?: number | undefined } = {}): SizingInputs | undefined {
  const { configuration, measured } = run;
  const { throughput } = measured;
  if (throughput.acknowledgedRecords === 0 || !(throughput.achievedPerSecond > 0)) return undefined;
  const name = 'run';
  return {
    name: configuration.name,
    topics: [topicOf(run, name, given)],
    cluster: clusterDefaults,
    certaintyShare: 0.9,
    loadFactor: input('load.factor', 'factor on all rates', 1, 'ratio', { source: 'assumed', why: "the run's own rate; partitions cannot be added later without moving keys: consider 2 to 3" }),
    growth: null,
    registry: null,
    todayMs: null,
    measuredMost: null,
    cautions: [],
    notes: notesOf(run, given.consumerRate),
  };
}

function topicOf(run: MeasuredRun, name: string, given: { consumerRate?: number | undefined }): SizedTopic {
  const { configuration, measured } = run;
  const { throughput } = measured;
  const { topic } = configuration;
  const peakRate = rateInput(run, name);
  const key = keyOf(run);
  return {
    name,
    averageRate: averageRateInput(run, peakRate, name),
    peakRate,
    recordBytes: input(`${name}.record.size`, 'record size', throughput.uncompressedBytes / throughput.acknowledgedRecords, 'bytes', { source: 'measured', why: `key, value and framing, over ${countText(throughput.acknowledgedRecords)} records`, runId: run.id }),
    compressionRatio: input(`${name}.compression`, 'compression ratio', throughput.compressionRatio ?? 1, 'ratio', { source: 'measured', why: `${configuration.producerProperties['compression.type'] ?? 'none'}, batches of ${Math.round(throughput.recordsPerBatch ?? 1)} records`, runId: run.id }),
    partitionBytesPerSecond: topicDefaults.partitionBytesPerSecond(name),
    keys: key === undefined ? { kind: 'none' } : { kind: 'unknown', name: key },
    ordering: key === undefined ? 'none' : 'key',
    retention: { cleanup: 'delete', seconds: retentionInput(topic.properties['retention.ms'], name), partitionBytes: null, liveKeys: null, localSeconds: null },
    replicationFactor: input(`${name}.replication.factor`, 'replication factor', topic.replicationFactor, 'count', { source: 'given', why: 'the run had it' }),
    minInsyncReplicas: input(`${name}.min.insync.replicas`, 'min.insync.replicas', Number(topic.properties['min.insync.replicas'] ?? 1), 'count', { source: 'given', why: 'the run had it' }),
    producer: producerOf(run, name),
    transactions: null,
    groups: measured.groups.map((group) => ({ name: group.name, kind: 'real-time', consumerRate: consumerRateInput(group, { run, at: name, given: given.consumerRate }), catchUp: null, consumers: null, tasksMax: null, state: null })),
    partitions: null,
    isLedger: false,
  };
}

function producerOf(run: MeasuredRun, at: string): SizedProducer {
  const { producerProperties } = run.configuration;
  const { acks } = producerProperties;
  const ran = { source: 'given', why: 'the run had it' } as const;
  return {
    ...producerDefaults(at),
    acks: acks === '1' || acks === '0' ? acks : 'all',
    isIdempotent: producerProperties['enable.idempotence'] === 'true',
    compression: producerProperties['compression.type'] ?? 'none',
    linger: input(`${at}.linger`, 'linger.ms', Number(producerProperties['linger.ms'] ?? 0) / 1000, 'seconds', ran),
    batchBytes: input(`${at}.batch.size`, 'batch.size', Number(producerProperties['batch.size'] ?? 16_384), 'bytes', ran),
    evidence: evidenceOf(run),
  };
}

function averageRateInput({ configuration: { load } }: MeasuredRun, peakRate: PlanQuantity, at: string): PlanQuantity {
  const [id, name] = [`${at}.rate.average`, 'average rate'];
  return load.kind === 'shaped' ? input(id, name, load.meanPerSecond, 'records/s', { source: 'given', why: "the mean of the run's shape" }) : peakRate;
}

/** Of a load that changes, its highest second. */
function rateInput({ configuration: { load }, measured }: MeasuredRun, at: string): PlanQuantity {
  const id = `${at}.rate.peak`;
  const { offeredPerSecond, achievedPerSecond } = measured.throughput;
  if (load.kind === 'shaped') return input(id, 'peak rate', load.highestPerSecond, 'records/s', { source: 'given', why: `the highest second that the run offered; its mean is ${Math.round(load.meanPerSecond)}/s` });
  if (offeredPerSecond === null) return input(id, 'peak rate', achievedPerSecond, 'records/s', { source: 'measured', why: 'the highest that the run reached' });
  return input(id, 'peak rate', offeredPerSecond, 'records/s', { source: 'given', why: `the rate that the run offered; ${rateText(achievedPerSecond)}/s were acknowledged` });
}

function consumerRateInput(group: GroupRecord, { run, at, given }: { run: MeasuredRun; at: string; given: number | undefined }): PlanQuantity {
  const defaults = topicDefaults.consumerRate(groupId(at, group.name), group.name);
  if (given !== undefined) return input(defaults.id, defaults.name, given, 'records/s', { source: 'given', why: 'you said so' });
  const serviceTimeUs = run.configuration.groups.find((each) => each.name === group.name)?.serviceTimeUs ?? 0;
  const measured = group.serviceRatePerMember;
  if (serviceTimeUs > 0 && measured !== null) return input(defaults.id, defaults.name, measured.perSecond, 'records/s', { source: 'measured', why: `${measured.method}, ${serviceTimeUs} us of work a record`, runId: run.id });
  const reading = measured === null ? '' : `; reading alone takes ${rateText(measured.perSecond)}/s, so its own work decides`;
  return { ...defaults, why: `${defaults.why}${reading}` };
}

function retentionInput(retentionMs: string | undefined, at: string): PlanQuantity {
  const ms = Number(retentionMs);
  return retentionMs === undefined || !(ms > 0) ? topicDefaults.retention(at) : input(`${at}.retention`, 'retention', ms / 1000, 'seconds', { source: 'given', why: "the topic's retention.ms" });
}

function keyOf({ configuration: { workload } }: MeasuredRun): string | undefined {
  if (workload.kind === 'file') return workload.key ?? undefined;
  if (workload.keys.kind === 'none') return undefined;
  return workload.kind === 'clickstream' ? 'session_id' : 'generated key';
}

function evidenceOf({ measured: { throughput, latency } }: MeasuredRun): string {
  const p99Us = latency.publish.summary.p99Us;
  const batch = throughput.recordsPerBatch === null ? '' : `batches of ${significant(throughput.recordsPerBatch)} records`;
  return p99Us === null ? batch : `${batch}, publish p99 ${significant(p99Us / 1000)} ms in this run`;
}

function notesOf(run: MeasuredRun, consumerRate: number | undefined): string[] {
  const notes: string[] = [];
  if (run.status.kind !== 'complete') notes.push('The run was cut short: its figures may not stand for more.');
  if (run.verification.kind === 'done' && !run.verification.passed) notes.push('The run lost, duplicated or reordered records: do not build on it.');
  if (consumerRate === undefined && run.measured.groups.length > 0) notes.push('What one consumer takes decides the partitions: give yours with --consumer-rate, or have it measured with --groups NAME=MEMBERS:TIME.');
  return notes;
}
