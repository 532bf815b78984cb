/**
 * headroom's brokers beside a real, warm Apache Kafka on the same machine: both clusters are up for the whole comparison, both are
 * warmed first, and the rounds alternate, so that whatever else the machine does hits both. The same two clients drive both.
 * The judgement is the ratio within a round, over rounds.
 */
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { startCluster } from '../../engine/cluster/embedded-cluster.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultBenchOptions, type BenchOptions } from '../bench-options.ts';
import { readProcessUsage } from '../process-usage.ts';
import { runExperiment } from '../run-experiment.ts';
import { parseBootstrap } from '../target/bootstrap.ts';
import { runProducerPerformance } from './producer-performance.ts';
import { startRealKafka } from './real-kafka.ts';

export interface ComparisonOptions {
  readonly kafkaDirectory: string;
  /** Counted. */
  readonly rounds: number;
  readonly warmupRounds: number;
  /** Measured seconds of one run; half as long again is warm-up. */
  readonly seconds: number;
  readonly recordBytes: number;
  readonly partitions: number;
  readonly producerProperties: Readonly<Record<string, string>>;
  /** Ends the comparison after the run that it meets; brokers and their files are gone then. */
  readonly signal: AbortSignal;
}

export type ClientName = 'headroom' | 'ProducerPerformance';
export type ClusterName = 'headroom' | 'kafka';

export interface ComparedRun {
  /** From 1; those that warm up are 0 and below. */
  readonly round: number;
  readonly client: ClientName;
  readonly cluster: ClusterName;
  readonly recordsPerSecond: number;
  /** Of the brokers, warm-up included. */
  readonly brokerCpuSecondsPerMillion: number;
}

export interface Comparison {
  readonly kafkaVersion: string;
  readonly runs: readonly ComparedRun[];
}

interface Side {
  readonly cluster: ClusterName;
  readonly bootstrap: string;
  readonly pids: readonly number[];
}

const BROKERS = 3;
/** A first guess at ProducerPerformance's rate: a run is as many records, not as many seconds. */
const FIRST_RATE = 300_000;

export async function compareWithKafka(options: ComparisonOptions, onRun: (run: ComparedRun) => void): Promise<Comparison> {
  await using closing = new AsyncDisposableStack();
  const kafka = await startRealKafka(options.kafkaDirectory, BROKERS);
  closing.defer(() => kafka.close());
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-'));
  closing.defer(() => rm(dataDirectory, { recursive: true, force: true }));
  const cluster = await startCluster({ brokerCount: BROKERS, dataDirectory, isTemporary: true, properties: {} });
  closing.defer(() => cluster.stop());
  const sides: readonly Side[] = [
    { cluster: 'kafka', ...kafka },
    { cluster: 'headroom', bootstrap: cluster.bootstrap, pids: cluster.brokers.map(({ pid }) => pid as number) },
  ];
  const rates = new Map<ClusterName, number>(sides.map((side) => [side.cluster, FIRST_RATE]));
  const runs: ComparedRun[] = [];
  for (let round = 1 - options.warmupRounds; round <= options.rounds; round++) {
    for (const client of ['ProducerPerformance', 'headroom'] as const) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        options.signal.throwIfAborted();
        const run = { round, client, cluster: side.cluster, ...(await measure(client, side, { ...options, rate: rates.get(side.cluster) as number })) };
        if (client === 'ProducerPerformance') rates.set(side.cluster, run.recordsPerSecond);
        onRun(run);
        if (round > 0) runs.push(run);
      }
    }
  }
  return { kafkaVersion: kafka.version, runs };
}

async function measure(client: ClientName, side: Side, options: ComparisonOptions & { rate: number }): Promise<{ recordsPerSecond: number; brokerCpuSecondsPerMillion: number }> {
  const before = cpuSeconds(side.pids);
  const { records, recordsPerSecond } = client === 'headroom' ? await runHeadroomClient(side, options) : await runKafkaClient(side, options);
  return { recordsPerSecond, brokerCpuSecondsPerMillion: ((cpuSeconds(side.pids) - before) / records) * 1e6 };
}

async function runKafkaClient(side: Side, options: ComparisonOptions & { rate: number }): Promise<{ records: number; recordsPerSecond: number }> {
  const warmupRecords = Math.round(options.rate * options.seconds * 0.5);
  const records = warmupRecords + Math.round(options.rate * options.seconds);
  const { kafkaDirectory, recordBytes, producerProperties: properties } = options;
  const { recordsPerSecond } = await withTopic(side, options, (topic) =>
    runProducerPerformance({ kafkaDirectory, bootstrap: side.bootstrap, topic, recordBytes, records, warmupRecords, properties }),
  );
  return { records, recordsPerSecond };
}

async function runHeadroomClient(side: Side, options: ComparisonOptions): Promise<{ records: number; recordsPerSecond: number }> {
  const benchOptions: BenchOptions = {
    ...defaultBenchOptions,
    workload: { kind: 'fixed', recordBytes: options.recordBytes, randomBytesRatio: 1, keys: { kind: 'none' } },
    load: { kind: 'closed' },
    warmupSeconds: Math.ceil(options.seconds * 0.5),
    durationSeconds: options.seconds,
    topic: { ...defaultBenchOptions.topic, partitions: options.partitions },
    producerProperties: options.producerProperties,
    groups: [],
    target: { kind: 'external', bootstrap: side.bootstrap },
    verifies: false,
  };
  const outcome = await runExperiment({ options: benchOptions, onProgress: () => {}, signal: options.signal });
  const measured = outcome.loads.reduce((sum, load) => sum + load.measured.records, 0);
  const records = outcome.loads.reduce((sum, load) => sum + load.acknowledgedRecords, 0);
  return { records, recordsPerSecond: measured / options.seconds };
}

async function withTopic<Result>(side: Side, { partitions }: ComparisonOptions, use: (topic: string) => Promise<Result>): Promise<Result> {
  const client = new ClusterClient(createHostEnvironment(), { bootstrap: parseBootstrap(side.bootstrap), clientId: 'headroom-compare' });
  const admin = new Admin(client);
  const name = `compare-${Date.now()}`;
  try {
    await admin.createTopic({ name, partitions, replicationFactor: BROKERS, configs: { 'min.insync.replicas': '2' } });
    return await use(name);
  } finally {
    await admin.deleteTopic(name).catch(() => {});
    await client.close();
  }
}

function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (readProcessUsage(pid)?.cpuUs ?? 0), 0) / 1e6;
}
