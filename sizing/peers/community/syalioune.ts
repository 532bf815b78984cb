/** F8, syalioune's calculator: the most of network, disk throughput, storage and replication factor; compression ratios from a menu. */
import { ceiling, largestNeed, MB, type Peer } from '../peer.ts';

export const syalioune: Peer = {
  name: 'syalioune kafka-sizing-calculator',
  source: 'syalioune/kafka-sizing-calculator, README formulas',
  knownFlaws: ['the compression ratio comes from a menu (snappy 3, lz4 4, zstd 5) and moves the answer 3.8 times', '30 MB/s a partition and a floor of 6, whatever consumers can take', '35 % on top of storage without a reason'],
};

/** What its menu offers. */
export const syaliouneCompressionRatios = { snappy: 3, lz4: 4, zstd: 5 } as const;

export interface SyaliouneInputs {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  /** Peak over average; 1: the rate is the peak. */
  readonly peakFactor?: number;
  readonly compressionRatio: number;
  readonly replicationFactor: number;
  readonly groups: number;
  readonly retentionSeconds: number;
  /** Of one broker. */
  readonly networkBytesPerSecond: number;
  readonly diskBytesPerSecond: number;
  readonly diskBytes: number;
  /** Share of each that may be used; 0.5. */
  readonly utilization?: number;
}

export interface SyaliouneAnswer {
  readonly brokers: number;
  /** `network`, `disk throughput`, `storage` or `replication factor`. */
  readonly decidedBy: string;
  readonly needs: Readonly<Record<string, number>>;
  readonly storageBytes: number;
  readonly partitions: number;
}

export const syaliouneLimits = { partitionsPerBrokerMax: 4000 } as const;

export function syaliouneSizing(inputs: SyaliouneInputs): SyaliouneAnswer {
  const { recordsPerSecond, recordBytes, peakFactor = 1, compressionRatio, replicationFactor, groups, utilization = 0.5 } = inputs;
  const wireBytesPerSecond = (recordsPerSecond * recordBytes * peakFactor) / compressionRatio;
  const storageBytes = ((recordsPerSecond * recordBytes * inputs.retentionSeconds * replicationFactor) / compressionRatio) * 1.35;
  const needs = {
    network: ceiling((wireBytesPerSecond * (replicationFactor + groups)) / (inputs.networkBytesPerSecond * utilization)),
    'disk throughput': ceiling((wireBytesPerSecond * replicationFactor) / (inputs.diskBytesPerSecond * utilization)),
    storage: ceiling(storageBytes / (inputs.diskBytes * utilization)),
    'replication factor': replicationFactor,
  };
  const { value: brokers, decidedBy } = largestNeed(needs);
  return { brokers, decidedBy, needs, storageBytes, partitions: syaliounePartitions(recordsPerSecond * recordBytes * peakFactor) };
}

/** max(6, ceil(peak / 30 MB/s)). */
export function syaliounePartitions(peakBytesPerSecond: number): number {
  return Math.max(6, ceiling(peakBytesPerSecond / (30 * MB)));
}

/** Heap of a Schema Registry, bytes: max(256 MB, schemas x 0.5 MB), and its CPUs: max(1, ceil(lookups/s / 10,000)). */
export function syaliouneSchemaRegistry({ schemas, lookupsPerSecond }: { schemas: number; lookupsPerSecond: number }): { heapBytes: number; cpus: number } {
  return { heapBytes: Math.max(256 * MB, schemas * 0.5 * MB), cpus: Math.max(1, ceiling(lookupsPerSecond / 10_000)) };
}

/** CPUs of a REST proxy: max(2, ceil(requests/s / (instances x 2,500))). */
export function syaliouneRestProxyCpus({ requestsPerSecond, instances }: { requestsPerSecond: number; instances: number }): number {
  return Math.max(2, ceiling(requestsPerSecond / (instances * 2500)));
}
