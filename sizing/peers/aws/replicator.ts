/** F16, the fewest partitions that MSK Replicator needs for a throughput: a table, no formula behind it is published. */
import { MIB, type Peer } from '../peer.ts';

export const awsReplicator: Peer = {
  name: 'MSK Replicator, minimum partitions',
  source: 'Amazon MSK Developer Guide, MSK Replicator: required number of partitions',
  knownFlaws: ['0.30 MB/s a partition: it is the limit of one product\'s tasks, not of a partition', 'printed in MB/s where AWS counts in MiB/s; read as decimal, the next row applies up to 4.9 % earlier'],
};

export const replicatorRows = [
  { mebibytesPerSecond: 50, partitions: 167 },
  { mebibytesPerSecond: 100, partitions: 334 },
  { mebibytesPerSecond: 250, partitions: 833 },
  { mebibytesPerSecond: 500, partitions: 1666 },
  { mebibytesPerSecond: 1000, partitions: 3333 },
] as const;

/** The first row that is not below the throughput; null above the last one. */
export function replicatorPartitions(producedBytesPerSecond: number): { partitions: number; rowMebibytesPerSecond: number } | null {
  const row = replicatorRows.find(({ mebibytesPerSecond }) => mebibytesPerSecond * MIB >= producedBytesPerSecond);
  return row === undefined ? null : { partitions: row.partitions, rowMebibytesPerSecond: row.mebibytesPerSecond };
}
