/** purbon's spreadsheets: brokers by storage, by what subscribers read, or by the replication factor; and the hot set of tiered storage. Counts in powers of 1,024. */
import { ceiling, DAY_SECONDS, GIB, largestNeed, MIB, type Peer } from '../peer.ts';

export const purbonSpreadsheet: Peer = {
  name: 'purbon spreadsheet',
  source: 'purbon/kafka-cluster-size-calculator 0480894, KafkaClusterSizingCalculator.ods and TierStorageCalculator.ods',
  knownFlaws: ['1 Gb/s of network is counted as 1 GiB/s: bits taken for bytes, 8.6 times too fast', 'replication does not load the network', 'its disks of 100 TiB, to be filled to 100 %, make storage vanish', 'partitions by latency (100 x brokers x replicas) are of the ZooKeeper era'],
};

export interface PurbonInputs {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly replicationFactor: number;
  readonly groups: number;
  readonly retentionDays: number;
  /** Of a broker; the sheet's 100 TiB by default. */
  readonly diskBytes?: number;
  readonly diskUtilization?: number;
  readonly diskBytesPerSecond?: number;
  readonly networkGigabitsPerSecond?: number;
}

export interface PurbonAnswer {
  readonly brokers: number;
  /** `storage`, `reads` or `replication factor`. */
  readonly decidedBy: string;
  readonly needs: Readonly<Record<string, number>>;
  readonly storageGibibytes: number;
}

export function purbonSizing(inputs: PurbonInputs): PurbonAnswer {
  const { recordsPerSecond, recordBytes, replicationFactor, groups, diskBytes = 102_400 * GIB, diskUtilization = 1, diskBytesPerSecond = 550 * MIB, networkGigabitsPerSecond = 1 } = inputs;
  const storageMebibytes = ceiling((recordBytes / MIB) * recordsPerSecond * DAY_SECONDS * inputs.retentionDays * replicationFactor);
  const storageGibibytes = ceiling(storageMebibytes / 1024);
  // The sheet's mistake, kept: gigabits times 2^30 are called bytes.
  const networkBytesPerSecond = networkGigabitsPerSecond * GIB;
  const needs = {
    'replication factor': replicationFactor,
    storage: ceiling((storageGibibytes * GIB) / (diskBytes * diskUtilization)),
    reads: ceiling((recordsPerSecond * recordBytes * groups) / Math.min(diskBytesPerSecond, networkBytesPerSecond)),
  };
  const { value: brokers, decidedBy } = largestNeed(needs);
  return { brokers, decidedBy, needs, storageGibibytes };
}

/** Local bytes of a tiered topic: throughput x replicas x hot seconds. */
export function purbonHotSetBytes({ producedBytesPerSecond, replicationFactor, hotSeconds }: { producedBytesPerSecond: number; replicationFactor: number; hotSeconds: number }): number {
  return producedBytesPerSecond * replicationFactor * hotSeconds;
}
