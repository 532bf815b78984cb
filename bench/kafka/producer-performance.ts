/** Kafka's own load generator (kafka-producer-perf-test.sh) against any bootstrap address, and what it printed. */
import { ExperimentError } from '../experiment-error.ts';
import { runKafkaClass } from './real-kafka.ts';

export interface ProducerPerformanceOptions {
  readonly kafkaDirectory: string;
  readonly bootstrap: string;
  readonly topic: string;
  readonly recordBytes: number;
  /** Warm-up included. */
  readonly records: number;
  /** Sent first and left out of the figures. */
  readonly warmupRecords: number;
  /** Kafka's producer properties. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface ProducerPerformanceResult {
  readonly recordsPerSecond: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** "1000000 records sent, 465000.1 records/sec (44.35 MB/sec), 5.1 ms avg latency, 300.0 ms max latency, 3 ms 50th, 9 ms 95th, 20 ms 99th, 30 ms 99.9th." */
const SUMMARY = /([\d.]+) records\/sec \([\d.]+ MB\/sec\), ([\d.]+) ms avg latency, [\d.]+ ms max latency, (\d+) ms 50th, \d+ ms 95th, (\d+) ms 99th/;

export async function runProducerPerformance(options: ProducerPerformanceOptions): Promise<ProducerPerformanceResult> {
  const properties = Object.entries({ 'bootstrap.servers': options.bootstrap, ...options.properties }).map(([name, value]) => `${name}=${value}`);
  const words = [
    '--topic', options.topic,
    '--num-records', String(options.records),
    '--record-size', String(options.recordBytes),
    '--throughput', '-1',
    ...(options.warmupRecords > 0 ? ['--warmup-records', String(options.warmupRecords)] : []),
    '--producer-props', ...properties,
  ];
  const printed = await runKafkaClass({ kafkaDirectory: options.kafkaDirectory, mainClass: 'org.apache.kafka.tools.ProducerPerformance', words });
  return parseProducerPerformance(printed);
}

/** The last summary: with a warm-up that of the records behind it. */
export function parseProducerPerformance(printed: string): ProducerPerformanceResult {
  const summary = printed.trimEnd().split('\n').map((line) => SUMMARY.exec(line)).findLast((match) => match !== null);
  if (summary === undefined || summary === null) throw new ExperimentError('environment', `ProducerPerformance printed no summary: ${printed.slice(-500)}`);
  const [recordsPerSecond, meanMs, p50Ms, p99Ms] = summary.slice(1).map(Number) as [number, number, number, number];
  return { recordsPerSecond, meanMs, p50Ms, p99Ms };
}
