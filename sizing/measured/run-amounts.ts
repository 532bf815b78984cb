/** What one run did and what it cost in processor time, as the regressions of prices want it. Pure; windows are the measured ones. */
import type { BrokerRequests } from '../../results/broker-requests.ts';
import type { Run } from '../../results/run.ts';

export interface RunAmounts {
  readonly runId: string;
  readonly date: string;
  readonly seconds: number;
  readonly records: number;
  readonly uncompressedBytes: number;
  readonly wireBytes: number;
  readonly batches: number;
  /** Counted by the brokers; where they did not count, by the producers, as far as these did. */
  readonly produceRequests: number;
  /** Served by all brokers together; null: not counted (older runs, other clusters, a broker that was restarted). */
  readonly consumerFetches: number | null;
  readonly followerFetches: number | null;
  /** Neither: heartbeats, commits, metadata, and what brokers ask their controller. */
  readonly otherRequests: number | null;
  readonly codec: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly isAckedByAll: boolean;
  readonly lingerSeconds: number;
  readonly batchBytes: number;
  readonly isKeyed: boolean;
  readonly brokers: number;
  readonly workers: number;
  readonly members: number;
  /** Records that all groups together read, over the records that were written. */
  readonly readShare: number;
  readonly isClosedLoop: boolean;
  readonly cores: number;
  /** CPU seconds; brokers: null where their processes cannot be seen. */
  readonly brokerCpu: number | null;
  /** Load threads alone, of which one can be busy all the time and no more. */
  readonly loadThreadCpu: number;
  /** The load's process without its consumers: load threads, main thread, helpers. */
  readonly loadCpu: number;
  readonly groupCpu: number;
  readonly publishP50Seconds: number | null;
  readonly publishP99Seconds: number | null;
}

/** Null: the run is not complete, had a fault, or acknowledged nothing. Its costs would stand for nothing. */
export function runAmounts(run: Run): RunAmounts | null {
  const { configuration, measured, status } = run;
  const { throughput, generator } = measured;
  const seconds = measured.measureEndSecond - measured.measureStartSecond;
  if (status.kind !== 'complete' || configuration.faults.length > 0 || throughput.acknowledgedRecords === 0 || seconds <= 0 || configuration.load.kind === 'shaped') return null;
  const cpuOf = (kind: string): number => generator.workers.filter(({ name }) => name.startsWith(kind)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  const [loadThreadCpu, groupCpu] = [cpuOf('load '), cpuOf('group ')];
  const { producerProperties: producer, topic, workload, groups, target } = configuration;
  return {
    runId: run.id,
    date: run.startedAt.slice(0, 10),
    seconds,
    records: throughput.acknowledgedRecords,
    uncompressedBytes: throughput.uncompressedBytes,
    wireBytes: throughput.compressedBytes,
    batches: throughput.batches,
    ...requestsOf(run),
    codec: producer['compression.type'] ?? 'none',
    partitions: topic.partitions,
    replicationFactor: topic.replicationFactor,
    isAckedByAll: producer['acks'] === undefined || producer['acks'] === 'all' || producer['acks'] === '-1',
    lingerSeconds: Number(producer['linger.ms'] ?? 0) / 1000,
    batchBytes: Number(producer['batch.size'] ?? 16_384),
    isKeyed: workload.kind === 'file' ? workload.key !== null : workload.keys.kind !== 'none',
    brokers: target.kind === 'embedded' ? target.brokerCount : measured.brokers.length,
    workers: configuration.workerCount,
    members: groups.reduce((sum, { memberCount }) => sum + memberCount, 0),
    readShare: measured.groups.reduce((sum, { records }) => sum + records, 0) / throughput.acknowledgedRecords,
    isClosedLoop: configuration.load.kind === 'closed',
    cores: run.host.coreCount,
    brokerCpu: measured.brokers.length === 0 ? null : measured.brokers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    loadThreadCpu,
    loadCpu: Math.max(loadThreadCpu, generator.cpuSeconds - groupCpu),
    groupCpu,
    publishP50Seconds: inSeconds(measured.latency.publish.summary.p50Us),
    publishP99Seconds: inSeconds(measured.latency.publish.summary.p99Us),
  };
}

function requestsOf({ measured: { brokers, throughput } }: Run): Pick<RunAmounts, 'produceRequests' | 'consumerFetches' | 'followerFetches' | 'otherRequests'> {
  const counted = brokers.flatMap(({ requests }) => requests ?? []);
  if (counted.length === 0 || counted.length < brokers.length) return { produceRequests: throughput.requests ?? throughput.batches, consumerFetches: null, followerFetches: null, otherRequests: null };
  const sum = (of: (requests: BrokerRequests) => number): number => counted.reduce((total, each) => total + of(each), 0);
  return { produceRequests: sum(({ produce }) => produce), consumerFetches: sum(({ consumerFetch }) => consumerFetch), followerFetches: sum(({ followerFetch }) => followerFetch), otherRequests: sum(({ otherByApi, controller }) => Object.values(otherByApi).reduce((total, each) => total + each, controller)) };
}

function inSeconds(us: number | null): number | null {
  return us === null ? null : us / 1e6;
}
