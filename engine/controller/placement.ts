/** Striped replica placement: leaders round robin over the brokers, followers shifted so that a lost broker's load spreads. */

/**
 * Replica lists for `count` partitions, the first of each the preferred leader. `brokers`: live ones, sorted.
 * `start` shifts the first leader (Kafka draws it at random). At most one replica a broker.
 */
export function placeReplicas(brokers: readonly number[], options: { count: number; replicationFactor: number; start: number }): number[][] {
  const placements: number[][] = [];
  for (let partition = 0; partition < options.count; partition++) {
    const first = options.start + partition;
    // Each full turn over the brokers shifts the followers by one more.
    const shift = 1 + (Math.floor(partition / brokers.length) % Math.max(1, brokers.length - 1));
    const replicas: number[] = [];
    for (let replica = 0; replica < options.replicationFactor; replica++) {
      const step = replica === 0 ? 0 : 1 + ((shift - 1 + replica - 1) % Math.max(1, brokers.length - 1));
      replicas.push(brokers[(first + step) % brokers.length] as number);
    }
    placements.push(replicas);
  }
  return placements;
}
