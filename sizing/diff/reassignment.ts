/** Which brokers are to hold the replicas of a topic: as few moves as possible, brokers evenly filled, zones told apart where brokers name them. */
import type { LiveCluster, LivePartition, LiveTopic } from './live-cluster.ts';

export interface PlacedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
}

/** Replicas that are there stay as long as they are wanted; the preferred leader stays the first. */
export function withReplicationFactor(cluster: LiveCluster, topic: LiveTopic, replicationFactor: number): PlacedPartition[] {
  const racks = new Map(cluster.brokers.map(({ id, rack }) => [id, rack]));
  const load = new Map(cluster.brokers.map(({ id }) => [id, 0]));
  const count = (id: number, by: number): void => void (load.has(id) && load.set(id, (load.get(id) as number) + by));
  for (const { partitions } of cluster.topics) for (const { replicas } of partitions) for (const id of replicas) count(id, 1);
  return topic.partitions.map((partition) => {
    const replicas = kept(partition, { replicationFactor, alive: load });
    for (const id of partition.replicas) if (!replicas.includes(id)) count(id, -1);
    while (replicas.length < replicationFactor) {
      const next = nextBroker(replicas, { load, racks });
      if (next === undefined) break;
      replicas.push(next);
      count(next, 1);
    }
    return { topic: topic.name, partition: partition.index, replicas };
  });
}

/**
 * As Kafka places a new topic: leaders one after the other over the brokers, followers at a growing distance. Brokers are ordered zone by zone in
 * turn, so that neighbours are of different zones.
 */
export function spreadEvenly(cluster: LiveCluster, topic: LiveTopic, replicationFactor: number): PlacedPartition[] {
  const ring = zonesInTurn(cluster);
  return topic.partitions.map(({ index }) => {
    const replicas = Array.from({ length: Math.min(replicationFactor, ring.length) }, (_, at) => ring[(index + at) % ring.length] as number);
    return { topic: topic.name, partition: index, replicas };
  });
}

/** The file of kafka-reassign-partitions. */
export function reassignmentJson(partitions: readonly PlacedPartition[]): string {
  return JSON.stringify({ version: 1, partitions });
}

function kept({ replicas, inSyncReplicas }: LivePartition, { replicationFactor, alive }: { replicationFactor: number; alive: ReadonlyMap<number, number> }): number[] {
  const worth = (id: number): number => (alive.has(id) ? 2 : 0) + (inSyncReplicas.includes(id) ? 1 : 0);
  const best = new Set(replicas.toSorted((a, b) => worth(b) - worth(a)).slice(0, replicationFactor));
  return replicas.filter((id) => best.has(id));
}

function nextBroker(replicas: readonly number[], { load, racks }: { load: ReadonlyMap<number, number>; racks: ReadonlyMap<number, string | null> }): number | undefined {
  const used = new Set(replicas.map((id) => racks.get(id) ?? null));
  const isSameZone = (id: number): number => (racks.get(id) !== null && used.has(racks.get(id) as string) ? 1 : 0);
  return [...load.keys()].filter((id) => !replicas.includes(id)).toSorted((a, b) => isSameZone(a) - isSameZone(b) || (load.get(a) as number) - (load.get(b) as number) || a - b)[0];
}

function zonesInTurn({ brokers }: LiveCluster): number[] {
  const zones = [...Map.groupBy(brokers.toSorted((a, b) => a.id - b.id), ({ rack }) => rack ?? '').values()];
  const deepest = Math.max(0, ...zones.map(({ length }) => length));
  return Array.from({ length: deepest }, (_, at) => zones.flatMap((zone) => zone[at]?.id ?? [])).flat();
}
