/** F29, Confluent's capacity planning for ksqlDB: a pipeline is as fast as its queries' costs added; memory by state stores; topics by hand. */
import { ceiling, MB, type Peer } from '../peer.ts';

export const ksqlDb: Peer = {
  name: 'ksqlDB capacity planning',
  source: 'confluentinc/ksql 0f160a06, docs/operate-and-deploy/capacity-planning.md',
  knownFlaws: ['prints 7.7 MB/s where its formula gives 7.14', 'prints 256 partitions for 5 topics of 64', 'sizes in powers of 1,024 are printed as GB', 'all rates are hypothetical, for servers of 4 cores'],
};

/** Rates of one query alone on a server of 4 cores. */
export const ksqlDbRates = { projectBytesPerSecond: 50 * MB, joinBytesPerSecond: 25 * MB, aggregateBytesPerSecond: 12.5 * MB } as const;

/** 1 / (1/R1 + 1/R2 + ...), bytes/s of one server that runs all queries. Throws RangeError without a query. */
export function pipelineBytesPerSecond(queryBytesPerSecond: readonly number[]): number {
  if (queryBytesPerSecond.length === 0) throw new RangeError('a pipeline has a query');
  return 1 / queryBytesPerSecond.reduce((sum, rate) => sum + 1 / rate, 0);
}

export function ksqlDbServers({ producedBytesPerSecond, pipeline }: { producedBytesPerSecond: number; pipeline: number }): number {
  return ceiling(producedBytesPerSecond / pipeline);
}

const STORE_CACHE_BYTES = 50 * MB;

/** 50 MB for each state store, one a partition. */
export function storeCacheBytes({ stores, partitions }: { stores: number; partitions: number }): number {
  return stores * partitions * STORE_CACHE_BYTES;
}

/** Partitions that the queries add to the cluster: each topic takes those of its input. */
export function ksqlDbPartitions(of: { outputTopics: number; repartitionTopics: number; changelogTopics: number; partitions: number }): number {
  return (of.outputTopics + of.repartitionTopics + of.changelogTopics) * of.partitions;
}

/** A table or a changelog without windows: (key + value) x keys; windowed: times the windows that are kept. */
export function changelogBytes({ keyBytes, valueBytes, keys, windows = 1 }: { keyBytes: number; valueBytes: number; keys: number; windows?: number }): number {
  return (keyBytes + valueBytes) * keys * windows;
}
