/** Redpanda's sizing guide: 100 MB/s a core on everything written, 2 MB of memory a replica, disks by retention. */
import { DAY_SECONDS, HOUR_SECONDS, MB, type Peer } from '../peer.ts';
import { flowBytesPerSecond } from '../community/flow-volumes.ts';

export const redpanda: Peer = {
  name: 'Redpanda',
  source: 'redpanda-data/docs 3e7b662c, sizing.adoc and sizing-use-cases.adoc',
  knownFlaws: ['a rule for Redpanda\'s own thread per core, not for Kafka', 'its examples print 254 GB an hour for 270 GB', 'the memory of a replica was 4 MB, now 2 MB'],
};

export const redpandaLimits = { replicaMemoryBytes: 2 * MB, partitionsPerCoreMax: 1000, memoryGigabytesPerCore: 2 } as const;

const CORE_BYTES_PER_SECOND = 100 * MB;

/** Cores, not rounded: the guide gives no rule for it. */
export function redpandaCores({ producedBytesPerSecond, replicationFactor }: { producedBytesPerSecond: number; replicationFactor: number }): number {
  return (producedBytesPerSecond * replicationFactor) / CORE_BYTES_PER_SECOND;
}

export interface RedpandaVolumes {
  /** Of the cluster: all replicas in, replicas and consumers out. */
  readonly ingressBytesPerSecond: number;
  readonly egressBytesPerSecond: number;
  readonly replicationBytesPerSecond: number;
  readonly nodeBytesPerHour: number;
  readonly nodeBytesPerDay: number;
  readonly nodeBytes: number;
}

export function redpandaVolumes(inputs: { producedBytesPerSecond: number; replicationFactor: number; groups: number; nodes: number; retentionSeconds: number }): RedpandaVolumes {
  const flow = flowBytesPerSecond(inputs);
  const nodeBytesPerSecond = flow.written / inputs.nodes;
  return {
    ingressBytesPerSecond: flow.written,
    egressBytesPerSecond: flow.read,
    replicationBytesPerSecond: flow.replicated,
    nodeBytesPerHour: nodeBytesPerSecond * HOUR_SECONDS,
    nodeBytesPerDay: nodeBytesPerSecond * DAY_SECONDS,
    nodeBytes: nodeBytesPerSecond * inputs.retentionSeconds,
  };
}

/** Memory for the partitions alone, bytes. */
export function redpandaPartitionMemory({ partitions, replicationFactor, brokers }: { partitions: number; replicationFactor: number; brokers: number }): { clusterBytes: number; brokerBytes: number } {
  const clusterBytes = partitions * replicationFactor * redpandaLimits.replicaMemoryBytes;
  return { clusterBytes, brokerBytes: clusterBytes / brokers };
}
