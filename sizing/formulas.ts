/**
 * The arithmetic of a plan: pure functions over plain numbers, each with its id, its units and its source. All are monotonic in every
 * argument, so that an interval of inputs gives the interval of the result by its corners.
 */

export const formulas = {
  /** P >= t / c: enough partitions for the slowest group's consumers to keep up, one consumer a partition (Rao, "How to choose the number of topics/partitions", Confluent 2015). */
  'partitions.consume': 'ceil(rate x growth / rate of one consumer), the largest over the groups',
  /** A group is as fast as its busiest member. */
  'consumers.group': 'ceil(rate x growth / rate of one consumer)',
  /** What producers send and every replica writes. */
  'bytes.wire': 'rate x growth x record bytes / compression ratio',
  'disk.total': 'wire bytes/s x retention x replication factor x (1 + overhead)',
  'disk.perBroker': 'disk in all / brokers',
  'net.ingress': 'wire bytes/s x replication factor / brokers left',
  'net.egress': 'wire bytes/s x (groups + replication factor - 1) / brokers left',
  'disk.write': 'wire bytes/s x replication factor / brokers left',
  'brokers': 'the most of: replication factor, storage, and what network and disk writes need with one broker down',
} as const;

export type FormulaId = keyof typeof formulas;

/** Partitions that `rate` (records/s) needs when one consumer takes `consumerRate` (records/s). */
export function partitionsFor(rate: number, consumerRate: number): number {
  return Math.max(1, ceilOf(rate / consumerRate));
}

/** Bytes/s that producers send. */
export function wireBytesPerSecond(rate: number, recordBytes: number, compressionRatio: number): number {
  return (rate * recordBytes) / compressionRatio;
}

/** Bytes that the logs hold at the end of the retention, all replicas together. */
export function retainedBytes(wireBytes: number, retentionSeconds: number, replicationFactor: number, overhead: number): number {
  return wireBytes * retentionSeconds * replicationFactor * (1 + overhead);
}

/** Per broker, bytes/s: every replica is received once. */
export function ingressBytesPerSecond(wireBytes: number, replicationFactor: number, brokers: number): number {
  return (wireBytes * replicationFactor) / brokers;
}

/** Per broker, bytes/s: to every group at the tip and to R - 1 followers. */
export function egressBytesPerSecond(wireBytes: number, groups: number, replicationFactor: number, brokers: number): number {
  return (wireBytes * (groups + replicationFactor - 1)) / brokers;
}

/** Brokers that carry `demand` when each gives `capacity`; `spare` of them may be down. */
export function brokersFor(demand: number, capacity: number, spare: number): number {
  return ceilOf(demand / capacity) + spare;
}

/** Rounding noise of a division is not one more of anything: 100,000 / 5,000 is 20. */
function ceilOf(value: number): number {
  return Math.ceil(value - 1e-9 * Math.max(1, value));
}
