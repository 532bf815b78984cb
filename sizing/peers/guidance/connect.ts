/** F28, Kafka Connect: tasks that work and what workers take. */
import type { Peer } from '../peer.ts';

export const connectGuides: Peer = {
  name: 'Kafka Connect guides',
  source: 'Red Hat AMQ Streams sizing; Confluent for Kubernetes; connector documentation (Debezium)',
  knownFlaws: ['processors per connector, whatever it does', 'no throughput of a task: it must be measured'],
};

/** A sink's tasks share the partitions: those beyond the partitions are idle. A source may allow one only. */
export function workingTasks({ tasksMax, partitions, isSingleTask = false }: { tasksMax: number; partitions: number; isSingleTask?: boolean }): number {
  return Math.min(isSingleTask ? 1 : tasksMax, partitions);
}

/** Red Hat: 1 vCPU and 1 more for each connector; 2 GB and 1 more for each. */
export function redHatConnectWorker(connectors: number): { vcpus: number; memoryGigabytes: number } {
  return { vcpus: 1 + connectors, memoryGigabytes: 2 + connectors };
}

/** Confluent for Kubernetes, production. */
export const confluentConnectWorker = { vcpus: 12, memoryGigabytes: 24 } as const;
