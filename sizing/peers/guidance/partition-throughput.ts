/** F11, partitions from the measured throughput of one: max(t/p, t/c), and the old rule for latency. */
import { ceiling, type Peer } from '../peer.ts';

export const partitionThroughput: Peer = {
  name: 'max(t/p, t/c)',
  source: 'Jun Rao 2015, How to choose the number of topics/partitions in a Kafka cluster (Confluent); Cloudera; enggnotes',
  knownFlaws: ['p and c must be measured, and nearly all type 10 or 30 MB/s', 'no word on skew, on counts that divide, on the optimum'],
};

/** Rates in one unit, bytes/s or records/s. `producer` and `consumer`: what one partition gives to each. */
export interface PartitionRates {
  readonly target: number;
  readonly producer: number;
  readonly consumer: number;
}

export function partitionsByThroughput({ target, producer, consumer }: PartitionRates): { partitions: number; exact: number; decidedBy: 'producer' | 'consumer' } {
  const exact = Math.max(target / producer, target / consumer);
  return { partitions: Math.max(1, ceiling(exact)), exact, decidedBy: consumer < producer ? 'consumer' : 'producer' };
}

/** At most 100 x brokers x replication factor, for latency. Of the ZooKeeper era: stale. */
export function partitionsByLatencyRule({ brokers, replicationFactor }: { brokers: number; replicationFactor: number }): number {
  return 100 * brokers * replicationFactor;
}

/** How long leaders are missing after an unclean failure, elected one by one: 1,000 x 5 ms. Before KRaft. */
export function serialElectionSeconds({ leaders, secondsEach }: { leaders: number; secondsEach: number }): number {
  return leaders * secondsEach;
}
