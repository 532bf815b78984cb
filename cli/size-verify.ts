/** `headroom size CONFIG --verify`: runs one planned topic, scaled to this machine, and holds what it did against what was predicted of it. */
import type { BenchOptions, TargetOptions } from '../bench/bench-options.ts';
import { ExperimentError } from '../bench/experiment-error.ts';
import { lingeringBatches } from '../bench/sample/lingering-batches.ts';
import { headroomVersion, hostRecord } from '../bench/record/host-record.ts';
import { plannedShape } from '../bench/study/planned-shape.ts';
import { verificationOptions, type VerificationPlan } from '../bench/study/verification-options.ts';
import { verificationRun } from '../bench/study/verification-run.ts';
import { withCompressionRatio } from '../bench/workload/compressibility.ts';
import type { Workload } from '../bench/workload/workload.ts';
import { collectSteadily } from '../engine/host/steady-collector.ts';
import type { CompressionType } from '../engine/record/compression.ts';
import type { Plan, PlannedTopic } from '../results/plan-record.ts';
import { DEFAULT_RUNS_DIRECTORY, newRunId, RunStore } from '../results/run-store.ts';
import type { Run } from '../results/run.ts';
import type { SampleRecord } from '../results/sample-record.ts';
import { writeResult } from '../results/result-store.ts';
import { measuredQuantities } from '../results/verification/measured-quantities.ts';
import { verdictOf, verificationRow, VERIFICATION_SCHEMA_VERSION, type Expectation, type PlanVerification, type VerificationScale, type VerifiedQuantity } from '../results/verification/plan-verification.ts';
import { topicId } from '../results/plan-ids.ts';
import { machineModel, type MachineModel, type PlannedShape } from '../sizing/measured/machine-model.ts';
import type { RunAmounts } from '../sizing/measured/run-amounts.ts';
import type { SizedTopic, SizingInputs } from '../sizing/sizing-inputs.ts';
import { assumedLatency, assumedMaximumPerSecond, brokerSecondsPerMillion, diskBytesPerRecord, heldConsumers, heldRate, wireBytesPerRecord, type VerifiedShape } from '../sizing/verification/expectations.ts';
import { scaledRun } from '../sizing/verification/scaled-run.ts';
import { interruptionBySignal } from './interruption.ts';
import { CliError } from './cli-error.ts';
import { ProgressLine } from './progress-line.ts';
import { planId } from './size-export.ts';

export interface VerifyRequest {
  readonly plan: Plan;
  readonly inputs: SizingInputs;
  /** Of --from; empty: nothing was measured before. */
  readonly runs: readonly RunAmounts[];
  /** By topic. */
  readonly samples: ReadonlyMap<string, SampleRecord>;
  readonly topic: string | undefined;
  readonly duration: string | undefined;
  readonly bootstrap: string | undefined;
  readonly commandConfig: string | undefined;
}

const EXIT_ENVIRONMENT = 3;
const EXIT_INTERRUPTED = 130;
const WARMUP_SECONDS = 4;
const DURATION_SECONDS = 12;
const EMBEDDED_BROKERS_MAX = 3;

/** Stores the run and the verification. Throws CliError: 2 usage, 3 the target failed. */
export async function verifyPlan(request: VerifyRequest): Promise<{ record: PlanVerification; path: string }> {
  const { plan, inputs } = request;
  const [conflict] = plan.conflicts;
  if (conflict !== undefined) throw new CliError(`--verify: no plan works, so there is none to verify: ${conflict.what}`, 1);
  const { topic, sized } = topicOf(plan, inputs, request.topic);
  const startedAt = new Date();
  const prediction = predictionOf(request, { topic, sized });
  const { options, scale } = prediction;
  const { run, logBytes } = await measured(options);
  if (run.status.kind === 'failed') throw new CliError(`--verify: the target failed: ${run.status.reason}`, EXIT_ENVIRONMENT);
  if (run.status.kind === 'partial') throw new CliError('--verify: interrupted; the run is stored, nothing was judged', EXIT_INTERRUPTED);
  const found = measuredQuantities(run, logBytes);
  const rows = Object.entries(prediction.expected).map(([quantity, expected]) => verificationRow(quantity as VerifiedQuantity, expected, found[quantity as VerifiedQuantity]));
  const records = run.verification.kind !== 'done' ? 'notChecked' : run.verification.passed ? 'confirmed' : 'notConfirmed';
  const { cpuModel, coreCount, kernel } = run.host;
  const record: PlanVerification = {
    kind: 'planVerification', schemaVersion: VERIFICATION_SCHEMA_VERSION, id: newRunId(startedAt), startedAt: startedAt.toISOString(), commandLine: ['headroom', ...process.argv.slice(2)], headroom: headroomVersion(),
    host: { cpuModel, coreCount, kernel }, plan: { name: plan.name, id: planId(plan), topic: topic.name }, target: options.target.kind, runId: run.id, kept: keptWords(options, sized, request.samples.has(topic.name)),
    scale, basis: prediction.model === null ? { kind: 'assumed' } : { kind: 'runs', runCount: request.runs.length }, rows, records, verdict: verdictOf({ rows, records, factor: scale.factor }), warnings: run.warnings.map(({ code }) => code),
    notes: notesOf(request, { run, options, sized }),
  };
  return { record, path: await writeResult(DEFAULT_RUNS_DIRECTORY, { kind: 'verification', id: record.id, result: record }) };
}

interface Prediction {
  readonly options: BenchOptions;
  readonly scale: VerificationScale;
  readonly expected: Readonly<Record<VerifiedQuantity, Expectation | null>>;
  readonly model: MachineModel | null;
}

function predictionOf(request: VerifyRequest, { topic, sized }: { topic: PlannedTopic; sized: SizedTopic }): Prediction {
  const { plan, inputs, bootstrap, runs } = request;
  const sample = request.samples.get(topic.name) ?? null;
  const { coreCount } = hostRecord(undefined);
  const target = targetOf(request, topic);
  const brokers = target.kind === 'embedded' ? target.brokerCount : plan.shape.brokers;
  // A model of other processors, or of brokers that share them, says nothing here.
  const model = bootstrap === undefined && runs[0]?.cores === coreCount ? machineModel(runs, { cores: coreCount, seed: 1 }) : null;
  const plannedPerSecond = plan.values.find(({ id }) => id === `${topicId(topic.name)}.rate`)?.value ?? sized.peakRate.value;
  const run: VerificationPlan = { topic, sized, target, sample: sample === null ? undefined : sampleFile(sample), warmupSeconds: WARMUP_SECONDS, durationSeconds: secondsOf(request.duration) };
  const sampled = shapeOf(verificationOptions(run, { ratePerSecond: plannedPerSecond, groups: [] }), brokers);
  const shapeAt = (members: number): PlannedShape => ({ ...sampled, members, groups: topic.groups.length });
  const verified = (ratePerSecond: number, members: number): VerifiedShape => ({ topic: sized, cluster: inputs.cluster, partitions: topic.partitions, brokers, producers: 1, ratePerSecond, members });
  const scale = scaledRun(topic, {
    plannedPerSecond,
    maximumPerSecond: ({ members, ratePerSecond }) => (model === null ? assumedMaximumPerSecond(verified(ratePerSecond, members), { cores: coreCount, hasBrokers: bootstrap === undefined }) : model.maximumPerSecond(shapeAt(members)).value),
  });
  const members = scale.groups.reduce((sum, group) => sum + group.members, 0);
  const options = verificationOptions(run, scale);
  const [shape, own] = [shapeAt(members), asSent(verified(scale.ratePerSecond, members), withCompressionRatio(options).workload)];
  // Brokers elsewhere are as busy as they would be here, for want of anything better.
  const utilization = Math.min(0.95, scale.ratePerSecond / (bootstrap === undefined ? scale.maximumPerSecond : assumedMaximumPerSecond(own, { cores: coreCount, hasBrokers: true })));
  return {
    options,
    scale,
    model,
    expected: {
      'rate.held': heldRate,
      'publish.p50': model === null ? assumedLatency(own, { utilization, percentile: 'p50' }) : model.p50Seconds(shape, scale.ratePerSecond),
      'publish.p99': model === null ? assumedLatency(own, { utilization, percentile: 'p99' }) : model.p99Seconds(shape, scale.ratePerSecond),
      'wire.bytes': wireBytesPerRecord(own),
      'disk.bytes': diskBytesPerRecord(own),
      'cpu.broker': brokerSecondsPerMillion(own),
      'consumers.held': topic.groups.length === 0 ? null : heldConsumers(run.durationSeconds),
    },
  };
}

/**
 * The compression of what is sent depends on how full batches are and what goes into one, and one producer at the run's rate fills others than the
 * planned ones do: so the run's own records, of the sample or generated, are batched as it will batch them.
 */
function asSent(shape: VerifiedShape, workload: Workload): VerifiedShape {
  const { topic } = shape;
  const { compression, linger, batchBytes } = topic.producer;
  if (compression === 'none') return shape;
  const sent = lingeringBatches({ workload, codec: compression as CompressionType, partitions: shape.partitions, ratePerSecond: shape.ratePerSecond, lingerSeconds: linger.value, batchBytes: batchBytes.value });
  const bytes = topic.recordBytes.value;
  return { ...shape, topic: { ...topic, compressionRatio: { ...topic.compressionRatio, value: bytes / sent.wireBytesPerRecord, low: bytes / sent.high, high: bytes / sent.low } } };
}

function shapeOf(options: BenchOptions, brokers: number): PlannedShape {
  try {
    return plannedShape(withCompressionRatio(options), brokers);
  } catch (error) {
    throw new CliError(`--verify: ${(error as Error).message}; --sample FILE sends your own records instead`, 2, error);
  }
}

async function measured(options: BenchOptions): Promise<{ run: Run; logBytes: number | null }> {
  const progress = new ProgressLine(process.stderr, { showsBrokerLines: false });
  const interruption = interruptionBySignal((sentence) => progress.lines.print(sentence));
  collectSteadily();
  try {
    const outcome = await verificationRun({ options, commandLine: ['headroom', ...process.argv.slice(2)], onProgress: progress.show, signal: interruption.signal });
    await new RunStore().write(outcome.run);
    return outcome;
  } catch (error) {
    if (interruption.signal.aborted) throw new CliError('interrupted before anything was measured', EXIT_INTERRUPTED);
    if (error instanceof ExperimentError) throw new CliError(`--verify: ${error.plain}`, error.code === 'usage' ? 2 : EXIT_ENVIRONMENT, error);
    throw error;
  } finally {
    progress.end();
    interruption.close();
  }
}

function topicOf({ shape }: Plan, inputs: SizingInputs, name: string | undefined): { topic: PlannedTopic; sized: SizedTopic } {
  const topic = name === undefined ? shape.topics[0] : shape.topics.find((each) => each.name === name);
  const sized = inputs.topics.find((each) => each.name === topic?.name);
  if (topic === undefined || sized === undefined) throw new CliError(`--topic ${name}: the plan has no such topic; there are ${shape.topics.map((each) => each.name).join(', ')}`, 2);
  return { topic, sized };
}

function targetOf({ plan, bootstrap, commandConfig }: VerifyRequest, { replicationFactor }: PlannedTopic): TargetOptions {
  if (bootstrap !== undefined) return { kind: 'external', bootstrap, ...(commandConfig === undefined ? {} : { commandConfig }) };
  return { kind: 'embedded', brokerCount: Math.max(replicationFactor, Math.min(plan.shape.brokers, EMBEDDED_BROKERS_MAX)), dataDirectory: undefined, brokerProperties: {} };
}

function secondsOf(duration: string | undefined): number {
  if (duration === undefined) return DURATION_SECONDS;
  const seconds = Number(/^(\d+)\s*s?$/.exec(duration)?.[1]);
  if (Number.isSafeInteger(seconds) && seconds >= 3 && seconds <= 600) return seconds;
  throw new CliError(`--duration ${duration}: whole seconds from 3 to 600, such as 12s`, 2);
}

function sampleFile({ path, keys }: SampleRecord): { path: string; key: string | undefined } {
  return { path, key: keys?.path };
}

function keptWords({ topic, producerProperties, target }: BenchOptions, { recordBytes, keys }: SizedTopic, isSampled: boolean): string[] {
  const { acks = 'all', 'compression.type': codec = 'none', 'batch.size': batch, 'linger.ms': linger } = producerProperties;
  const key = { none: 'no key', unknown: 'keys that are alike', law: 'keys by their law', hottest: 'the hottest key' }[keys.kind];
  return [
    `${topic.partitions} partitions`, `RF ${topic.replicationFactor}`, `min ISR ${topic.properties['min.insync.replicas'] ?? 1}`, `acks ${acks}`, codec,
    ...(batch === undefined ? [] : [`batch.size ${batch}`]), ...(linger === undefined ? [] : [`linger.ms ${linger}`]),
    ...(isSampled ? ['records and keys of the sample'] : [`records of ${Math.round(recordBytes.value)} bytes`, key]), ...(target.kind === 'embedded' ? [`on ${target.brokerCount} embedded brokers`] : [`on ${target.bootstrap}`]),
  ];
}

function notesOf({ samples, plan, runs, bootstrap }: VerifyRequest, { run, options, sized }: { run: Run; options: BenchOptions; sized: SizedTopic }): string[] {
  const notes: string[] = [];
  if (!samples.has(sized.name)) notes.push("Records were generated with the plan's size and compression ratio: their bytes, predicted here by batching them, test the plan's arithmetic and not that ratio. --sample FILE tests it.");
  if (sized.producer.count.value > 1) notes.push(`One producer in the place of ${sized.producer.count.value} fills larger batches; what is predicted here counts with one.`);
  if (options.target.kind === 'embedded' && plan.shape.brokers > options.target.brokerCount) notes.push(`${options.target.brokerCount} brokers in the place of ${plan.shape.brokers}.`);
  if (bootstrap !== undefined) notes.push("The brokers' processors and disks cannot be seen from here.");
  else if (runs.length > 0 && runs[0]?.cores !== hostRecord(undefined).coreCount) notes.push('The runs of --from are of a machine with other processors: they predict no rate and no latency here.');
  notes.push('Consumers only read: the work on a record is not part of the run.');
  if (run.warnings.length > 0) notes.push(`Warnings of the run: ${run.warnings.map(({ code }) => code).join(', ')}.`);
  return notes;
}
