/** F14 and F15, ceilings of partitions: what the operating system and the published guides allow. */
import { ceiling, GB, type Peer } from '../peer.ts';

export const partitionLimits: Peer = {
  name: 'Partition ceilings',
  source: 'Apache Kafka documentation (OS settings); Kafka 1.1 release blog; Huawei, Redpanda, Cruise Control, Instaclustr',
  knownFlaws: ['the often quoted 4,000 a broker and 200,000 a cluster are of Kafka 1.1 with ZooKeeper', 'the guides disagree by a factor of 10'],
};

/** Linux; a broker that needs more maps crashes. */
export const defaultMaxMapCount = 65_530;

/** Each segment's two index files are mapped. */
export function memoryMaps({ partitionReplicas, segmentsEach = 1 }: { partitionReplicas: number; segmentsEach?: number }): number {
  return partitionReplicas * segmentsEach * 2;
}

/** Replicas x segments + connections, and 100,000 at least. */
export function fileDescriptors({ partitionReplicas, partitionBytes, segmentBytes, connections }: { partitionReplicas: number; partitionBytes: number; segmentBytes: number; connections: number }): number {
  return Math.max(100_000, partitionReplicas * Math.max(1, ceiling(partitionBytes / segmentBytes)) + connections);
}

export interface PublishedPartitionLimit {
  readonly source: string;
  readonly perBroker: number | null;
  readonly perCluster: number | null;
  readonly perCore: number | null;
  readonly partitionBytesMax: number | null;
}

export const publishedPartitionLimits: readonly PublishedPartitionLimit[] = [
  { source: 'Kafka 1.1 (ZooKeeper)', perBroker: 4000, perCluster: 200_000, perCore: null, partitionBytesMax: null },
  { source: 'Huawei DMS', perBroker: 3000, perCluster: 10_000, perCore: null, partitionBytesMax: 100 * GB },
  { source: 'Redpanda', perBroker: null, perCluster: null, perCore: 1000, partitionBytesMax: null },
  { source: 'Cruise Control, max.replicas.per.broker', perBroker: 10_000, perCluster: null, perCore: null, partitionBytesMax: null },
  { source: 'Instaclustr, where brokers began to fail', perBroker: 30_000, perCluster: null, perCore: null, partitionBytesMax: null },
];
