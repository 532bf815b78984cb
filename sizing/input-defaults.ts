/** What headroom assumes where nothing is given or measured: each with its range and its reason. */
import type { PlanQuantity } from '../results/plan-record.ts';
import { GIBIBYTE } from './hardware/profile.ts';
import { input, type SizedCluster, type SizedProducer } from './sizing-inputs.ts';

const assumed = (id: string, name: string, value: number, unit: PlanQuantity['unit'], why: string, range: { low?: number; high?: number } = {}): PlanQuantity => input(id, name, value, unit, { source: 'assumed', why, ...range });

export const clusterDefaults = {
  hardware: null,
  brokers: null,
  diskBytes: assumed('broker.disk', 'disk of a broker', 16 * 1024 * GIBIBYTE, 'bytes', 'the largest common cloud volume'),
  diskBytesPerSecond: assumed('broker.disk.throughput', 'disk throughput of a broker', 250e6, 'bytes/s', 'sustained, not burst: a cloud volume'),
  networkInBytesPerSecond: assumed('broker.network.in', 'network into a broker', 1.25e9, 'bytes/s', '10 Gbit/s, sustained'),
  networkOutBytesPerSecond: assumed('broker.network.out', 'network out of a broker', 1.25e9, 'bytes/s', '10 Gbit/s, sustained'),
  cores: assumed('broker.cores', 'processors of a broker', 8, 'cores', 'a common broker'),
  memoryBytes: assumed('broker.memory', 'memory of a broker', 32 * GIBIBYTE, 'bytes', 'a common broker'),
  heapBytes: assumed('broker.heap', 'heap and other memory that is no page cache', 6 * GIBIBYTE, 'bytes', "the Kafka documentation's own cluster"),
  utilization: assumed('utilization', 'allowed utilization', 0.6, 'ratio', 'queues grow steeply above it', { low: 0.5, high: 0.7 }),
  degradedUtilization: assumed('utilization.degraded', 'allowed utilization while a broker is down', 0.8, 'ratio', 'for a short time, with longer queues', { low: 0.7, high: 0.9 }),
  diskFill: assumed('disk.fill', 'share of a disk that may be full', 0.85, 'ratio', 'the alarm that AWS recommends'),
  storageOverhead: assumed('storage.overhead', 'storage overhead', 0.1, 'ratio', 'indexes, and segments that wait for their deletion', { low: 0.05, high: 0.35 }),
  zones: 1,
  survives: { broker: true, zone: false, rollingRestart: true },
  rebuildWithin: null,
  replicationThrottle: null,
  processor: {
    secondsPerWrittenByte: assumed('cpu.write', 'processor time for a byte written', 2.5e-8, 'seconds/byte', 'between 20 MB/s (Google) and 100 MB/s (Redpanda) a core; measure yours with a run', { low: 1e-8, high: 5e-8 }),
    secondsPerReadByte: assumed('cpu.read', 'processor time for a byte read', 6.25e-9, 'seconds/byte', 'a quarter of a written one (Google)', { low: 2.5e-9, high: 1.25e-8 }),
    secondsPerBatch: assumed('cpu.batch', 'processor time for a batch, each time it is appended or read', 8e-6, 'seconds/request', 'embedded brokers, 28 runs; measure yours with a run', { low: 4e-6, high: 1.6e-5 }),
    secondsPerRequest: assumed('cpu.request', 'processor time for a request', 6e-5, 'seconds/request', 'Confluent sells 15,000 requests/s a unit; measure yours with a run', { low: 3e-5, high: 1.2e-4 }),
    secondsPerFetch: assumed('cpu.fetch', 'processor time for a fetch, at one end', 6e-5, 'seconds/request', 'as for any request', { low: 3e-5, high: 1.2e-4 }),
    coresPerLink: assumed('cpu.link', 'processors for a connection over which a consumer fetches', 0.004, 'cores', 'embedded brokers, 45 runs: a reader that sleeps between fetches is woken for each; measure yours with a run', { low: 0, high: 0.008 }),
    idleCores: assumed('cpu.idle', 'processors busy without load', 0.1, 'cores', 'heartbeats, fetches that find nothing', { low: 0.05, high: 0.3 }),
    unseen: assumed('cpu.unseen', 'processor time over what its prices say', 1, 'ratio', 'nothing was measured: the doubt is in the prices'),
  },
  requestsPerLinger: assumed('produce.perLinger', 'requests of a producer to a broker within linger.ms', 1.3, 'ratio', 'embedded brokers: 1 where all batches wait together, up to 1.8 where they do not', { low: 1, high: 2 }),
  fullBatchesShare: assumed('produce.fullShare', "share of a broker's partitions whose full batches one request carries", 0.5, 'ratio', 'embedded brokers: 0.5 at a rate, 0.9 in a closed loop', { low: 0.3, high: 0.9 }),
  fetchRound: assumed('fetch.round', 'time of a fetch, beside its wait for news', 3.5e-4, 'seconds', 'embedded brokers fetch up to 800 times a second for each reader', { low: 2e-4, high: 2e-3 }),
  fetchWait: assumed('fetch.wait', 'longest wait of a fetch for news', 0.5, 'seconds', "Kafka's default fetch.max.wait.ms and replica.fetch.wait.max.ms"),
  sinkPortion: assumed('fetch.sink.bytes', 'fetch.min.bytes of a sink', 262_144, 'bytes', 'as headroom size --export writes it'),
  pageCacheTail: assumed('pagecache.tail', 'seconds of writes that the page cache must hold', 30, 'seconds', "the Kafka documentation's rule: memory = write throughput x 30 s"),
  replicasPerBrokerMax: assumed('replicas.broker.max', 'replicas of a broker, at most', 4000, 'count', 'Apache Kafka 1.1 and later, Confluent 2018'),
  replicasPerClusterMax: assumed('replicas.cluster.max', 'replicas of the cluster, at most', 200_000, 'count', 'Apache Kafka 1.1 and later, Confluent 2018; KRaft takes more'),
  segmentBytes: assumed('segment.bytes', 'segment size', 2 ** 30, 'bytes', "Kafka's default log.segment.bytes"),
  segmentSeconds: assumed('segment.seconds', 'segment.ms', 604_800, 'seconds', "Kafka's default log.roll.ms, 7 days: a segment is closed by then, full or not"),
  openFilesMax: assumed('files.max', 'open files of a broker, at most', 100_000, 'count', "the Kafka documentation's advice"),
  memoryMapsMax: assumed('maps.max', 'memory maps of a broker, at most', 65_530, 'count', "Linux's default vm.max_map_count"),
  connectionsMax: assumed('connections.max', 'connections of a broker, at most', 2 ** 31 - 1, 'count', "Kafka's default max.connections (Broker Configs): none but what its open files allow; a managed service has a quota"),
  latency: null,
  price: null,
} as const satisfies SizedCluster;

/** Of one topic; `at` is the prefix of the ids. */
export const topicDefaults = {
  compressionRatio: (at: string) => assumed(`${at}.compression`, 'compression ratio', 3, 'ratio', 'JSON with zstd; measure yours with --sample', { low: 2, high: 6 }),
  partitionBytesPerSecond: (at: string) => assumed(`${at}.partition.rate`, 'what one partition takes from producers', 10e6, 'bytes/s', 'commonly 10 MB/s and more; measure yours with headroom bench --partitions 1 --rate max', { low: 5e6, high: 30e6 }),
  retention: (at: string) => assumed(`${at}.retention`, 'retention', 604_800, 'seconds', "Kafka's default, 7 days"),
  replicationFactor: (at: string) => assumed(`${at}.replication.factor`, 'replication factor', 3, 'count', 'one broker may fail while another is being restarted'),
  minInsyncReplicas: (at: string, replicationFactor: number) => assumed(`${at}.min.insync.replicas`, 'min.insync.replicas', Math.max(1, replicationFactor - 1), 'count', 'replication factor - 1'),
  consumerRate: (at: string, name: string) => assumed(`${at}.consumer.rate`, `rate of one consumer of ${name}`, 5000, 'records/s', 'a consumer that writes each record to a store; measure yours with --groups NAME=MEMBERS:TIME', { low: 2500, high: 10_000 }),
  linger: (at: string) => assumed(`${at}.linger`, 'linger.ms', 0.01, 'seconds', 'lets batches fill'),
  batchBytes: (at: string) => assumed(`${at}.batch.size`, 'batch.size', 65_536, 'bytes', 'uncompressed'),
  producerCount: (at: string) => assumed(`${at}.producers`, 'producers', 10, 'count', 'instances that send', { low: 3, high: 30 }),
} as const;

export function producerDefaults(at: string): SizedProducer {
  return { acks: 'all', isIdempotent: true, isRetrying: true, compression: 'zstd', linger: topicDefaults.linger(at), batchBytes: topicDefaults.batchBytes(at), count: topicDefaults.producerCount(at), isUncleanElection: false, evidence: null };
}
