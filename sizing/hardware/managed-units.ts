/** What a unit of a managed Kafka holds: Confluent's CKU and cluster types, pods of the operators. The quotas change often. */
import { GIBIBYTE, MEGABYTE, TERABYTE, type ProfileSource } from './profile.ts';

export const confluentUnitSource: ProfileSource = { title: 'purbon/kafka-cluster-size-calculator, ConfluentCloudCostOptimizer.xlsx; Confluent Cloud documentation, cluster types', publishedOn: null, recordedOn: '2026-11-24' };

/** 152 of them are the documented maxima of a Dedicated cluster, except partitions: those end at 100,000 a cluster. */
export const confluentUnit = {
  name: 'CKU',
  ingressBytesPerSecond: 60 * MEGABYTE,
  egressBytesPerSecond: 180 * MEGABYTE,
  partitions: 4500,
  connections: 18_000,
  requestsPerSecond: 15_000,
  connectionAttemptsPerSecond: 500,
  unitsMax: 152,
  clusterPartitionsMax: 100_000,
} as const;

export interface ConfluentClusterType {
  readonly names: readonly string[];
  readonly ingressBytesPerSecondMax: number;
  readonly egressBytesPerSecondMax: number;
  readonly partitionsMax: number;
  readonly connectionsMax: number;
  /** null: not stated. */
  readonly requestsPerSecondMax: number | null;
}

export const confluentClusterTypes: readonly ConfluentClusterType[] = [
  { names: ['Basic', 'Standard'], ingressBytesPerSecondMax: 250 * MEGABYTE, egressBytesPerSecondMax: 750 * MEGABYTE, partitionsMax: 4096, connectionsMax: 1000, requestsPerSecondMax: 15_000 },
  { names: ['Enterprise'], ingressBytesPerSecondMax: 600 * MEGABYTE, egressBytesPerSecondMax: 1800 * MEGABYTE, partitionsMax: 30_000, connectionsMax: 45_000, requestsPerSecondMax: null },
];

/** Broker pods of Confluent for Kubernetes. */
export const confluentPods = [
  { name: 'production', cpus: 24, memoryBytes: 64 * GIBIBYTE, diskBytes: 12 * TERABYTE },
  { name: 'minimum', cpus: 4, memoryBytes: 16 * GIBIBYTE, diskBytes: TERABYTE },
] as const;

/** A KRaft controller: 3 of them, 5 where two may fail. */
export const controllerNode = { count: 3, countForTwoFailures: 5, memoryBytes: 5 * GIBIBYTE, diskBytes: 5 * GIBIBYTE } as const;
