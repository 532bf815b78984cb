/**
 * What load costs those who make it: headroom's own generator beside kafka-producer-perf-test and rdkafka_performance, each as a process of its
 * own, at the same rate, or each as fast as it goes, to the same cluster, in alternating rounds. CPU time is the whole process's, garbage collection and compilation included,
 * over a window behind its start; records are what the cluster's log grew by in the same window.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { startCluster } from '../../engine/cluster/embedded-cluster.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { ExperimentError } from '../experiment-error.ts';
import { readProcessUsage } from '../process-usage.ts';
import { parseBootstrap } from '../target/bootstrap.ts';
import { javaWords } from './real-kafka.ts';

export type GeneratorName = 'headroom' | 'kafka-producer-perf-test' | 'rdkafka_performance';

export interface GeneratorLoad {
  readonly recordBytes: number;
  readonly compression: string;
  /** Null: as fast as it goes. */
  readonly ratePerSecond: number | null;
}

export interface GeneratorComparisonOptions {
  /** `node main.ts` or `headroom`. */
  readonly headroomCommand: readonly string[];
  readonly kafkaDirectory: string;
  /** Path of the program; undefined: it does not take part. */
  readonly rdkafkaPerformance: string | undefined;
  /** Undefined: an embedded cluster. */
  readonly bootstrap: string | undefined;
  readonly loads: readonly GeneratorLoad[];
  readonly rounds: number;
  /** Of the window. */
  readonly seconds: number;
  /** Ends the comparison after the run that it meets; brokers and their files are gone then. */
  readonly signal: AbortSignal;
}

export interface GeneratorRun extends GeneratorLoad {
  readonly round: number;
  readonly generator: GeneratorName;
  readonly cpuSecondsPerMillion: number;
  readonly recordsPerSecond: number;
}

const BROKERS = 3;
const PARTITIONS = 20;
/** A JVM, and an experiment of headroom's, send at their rate by then. */
const SETTLE_SECONDS = 5;
const TAIL_SECONDS = 2;
/** More than any of them sends on one machine, so that none ends before it was measured. */
const RATE_MAX = 10_000_000;
/** ProducerPerformance sends random capital letters, which compress to about that share; so does headroom here. rdkafka_performance repeats one pattern. */
const RANDOM_SHARE = 0.61;

/** Its counter is an int. */
const RDKAFKA_COUNT_MAX = 2_000_000_000;

/** Settings that all three have by these names. */
const PROPERTIES = { acks: 'all', 'enable.idempotence': 'true', 'linger.ms': '10', 'batch.size': '65536' };

export async function compareGenerators(options: GeneratorComparisonOptions, onRun: (run: GeneratorRun) => void): Promise<GeneratorRun[]> {
  await using closing = new AsyncDisposableStack();
  let { bootstrap } = options;
  if (bootstrap === undefined) {
    const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-'));
    closing.defer(() => rm(dataDirectory, { recursive: true, force: true }));
    const cluster = await startCluster({ brokerCount: BROKERS, dataDirectory, isTemporary: true, properties: {} });
    closing.defer(() => cluster.stop());
    bootstrap = cluster.bootstrap;
  }
  const client = new ClusterClient(createHostEnvironment(), { bootstrap: parseBootstrap(bootstrap), clientId: 'headroom-compare' });
  closing.defer(() => client.close());
  const admin = new Admin(client);
  const generators: GeneratorName[] = ['headroom', 'kafka-producer-perf-test', ...(options.rdkafkaPerformance === undefined ? [] : (['rdkafka_performance'] as const))];
  const runs: GeneratorRun[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const load of options.loads) {
      for (const generator of round % 2 === 0 ? generators.toReversed() : generators) {
        options.signal.throwIfAborted();
        const run = { round, generator, ...load, ...(await measure(generator, load, { ...options, bootstrap, admin })) };
        onRun(run);
        runs.push(run);
      }
    }
  }
  return runs;
}

interface MeasureOptions extends GeneratorComparisonOptions {
  readonly bootstrap: string;
  readonly admin: Admin;
}

async function measure(generator: GeneratorName, load: GeneratorLoad, options: MeasureOptions): Promise<Pick<GeneratorRun, 'cpuSecondsPerMillion' | 'recordsPerSecond'>> {
  const topic = `compare-${Date.now()}`;
  const { admin, seconds } = options;
  await admin.createTopic({ name: topic, partitions: PARTITIONS, replicationFactor: BROKERS, configs: { 'min.insync.replicas': '2' } });
  const child = start(generator, commandOf(generator, load, { ...options, topic }));
  try {
    await pause(SETTLE_SECONDS * 1000);
    const before = await reading(child, { admin, topic, generator });
    await pause(seconds * 1000);
    const after = await reading(child, { admin, topic, generator });
    const records = after.records - before.records;
    const recordsPerSecond = records / ((after.atMs - before.atMs) / 1000);
    if (load.ratePerSecond !== null && recordsPerSecond < 0.9 * load.ratePerSecond) throw new ExperimentError('environment', `${generator} reached ${Math.round(recordsPerSecond)} of ${load.ratePerSecond} records/s: its CPU time is not that of the load; lower the rate`);
    return { cpuSecondsPerMillion: (after.cpuUs - before.cpuUs) / records, recordsPerSecond };
  } finally {
    await stopped(child);
    await admin.deleteTopic(topic).catch(() => {});
  }
}

async function reading(child: ChildProcess, { admin, topic, generator }: { admin: Admin; topic: string; generator: GeneratorName }): Promise<{ cpuUs: number; records: number; atMs: number }> {
  const offsets = await admin.listOffsets(topic, Array.from({ length: PARTITIONS }, (_, at) => at), 'latest');
  const usage = child.pid === undefined || child.exitCode !== null ? undefined : readProcessUsage(child.pid);
  if (usage === undefined) throw new ExperimentError('environment', `${generator} ended before it was measured, with code ${child.exitCode}: ${output.get(child) ?? ''}`);
  return { cpuUs: usage.cpuUs, records: offsets.reduce((sum, offset) => sum + offset, 0), atMs: performance.now() };
}

interface Command {
  readonly program: string;
  readonly words: readonly string[];
}

function commandOf(generator: GeneratorName, load: GeneratorLoad, { bootstrap, topic, seconds, kafkaDirectory, headroomCommand, rdkafkaPerformance = '' }: MeasureOptions & { topic: string }): Command {
  const { recordBytes, compression, ratePerSecond } = load;
  const properties = { ...PROPERTIES, 'compression.type': compression };
  const lengthSeconds = SETTLE_SECONDS + seconds + TAIL_SECONDS;
  const records = (ratePerSecond ?? RATE_MAX) * lengthSeconds;
  switch (generator) {
    case 'headroom': {
      const [program = '', ...first] = headroomCommand;
      const producer = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
      const words = ['bench', '--bootstrap', bootstrap, '--topic', topic, '--use-existing', ...(ratePerSecond === null ? ['--closed-loop'] : ['--rate', String(ratePerSecond)]), '--warmup', '1', '--duration', String(lengthSeconds)];
      return { program, words: [...first, ...words, '--record-size', String(recordBytes), '--random-bytes-ratio', String(RANDOM_SHARE), '--key-distribution', 'none', '--groups', 'none', '--no-verify', '--producer-property', ...producer] };
    }
    case 'kafka-producer-perf-test': {
      const producer = Object.entries({ 'bootstrap.servers': bootstrap, ...properties }).map(([name, value]) => `${name}=${value}`);
      const words = ['--topic', topic, '--num-records', String(records), '--record-size', String(recordBytes), '--throughput', String(ratePerSecond ?? -1), '--producer-props', ...producer];
      return { program: 'java', words: javaWords(kafkaDirectory, 'org.apache.kafka.tools.ProducerPerformance', words) };
    }
    case 'rdkafka_performance': {
      const settings = { 'enable.idempotence': 'true', 'linger.ms': '10', 'batch.size': '65536', 'batch.num.messages': '100000' };
      const words = ['-P', '-t', topic, '-b', bootstrap, '-a', '-1', '-s', String(recordBytes), '-c', String(Math.min(records, RDKAFKA_COUNT_MAX)), ...(ratePerSecond === null ? [] : ['-r', String(ratePerSecond)]), '-q'];
      return { program: rdkafkaPerformance, words: [...words, '-X', `compression.codec=${compression}`, ...Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`])] };
    }
  }
}

/** The end of what a child printed. */
const output = new WeakMap<ChildProcess, string>();
const OUTPUT_CHARACTERS = 500;

function start(generator: GeneratorName, { program, words }: Command): ChildProcess {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (chunk: Buffer): void => void output.set(child, `${output.get(child) ?? ''}${chunk.toString()}`.slice(-OUTPUT_CHARACTERS));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  child.once('error', (error) => output.set(child, `${generator} could not be started: ${error.message}`));
  return child;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
