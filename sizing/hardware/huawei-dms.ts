/** Huawei Cloud DMS for Kafka and its OTC edition: what the vendor states per broker. Sustained figures for 1 KB records in plaintext on ultra-high I/O disks. */
import { MEGABYTE, type ProfileSource } from './profile.ts';

export const huaweiSource: ProfileSource = { title: 'Huawei Cloud and Open Telekom Cloud, DMS for Kafka: product specifications', publishedOn: null, recordedOn: '2026-11-24' };

export interface HuaweiFlavor {
  readonly name: string;
  readonly recordsPerSecondMax: number;
  readonly partitionsMax: number;
  readonly groupsMax: number;
  readonly connectionsMax: number;
  /** As OTC states it. */
  readonly bytesPerSecond: number;
  /** As Huawei's table for the EU states it; null where it has no such flavor. The two disagree from 8 vCPU on. */
  readonly euBytesPerSecond: number | null;
}

export const huaweiFlavors: readonly HuaweiFlavor[] = [
  flavor('kafka.2u4g.cluster.small', [20_000, 100, 15, 2000], 40, null),
  flavor('kafka.2u4g.cluster', [30_000, 250, 20, 2000], 100, 100),
  flavor('kafka.4u8g.cluster', [100_000, 500, 100, 4000], 200, 200),
  flavor('kafka.8u16g.cluster', [150_000, 1000, 150, 4000], 375, 250),
  flavor('kafka.12u24g.cluster', [200_000, 1500, 200, 4000], 625, 375),
  flavor('kafka.16u32g.cluster', [250_000, 2000, 200, 4000], 750, 500),
];

/** The older specification by bandwidth: the only public table that gives the price of synchronous replication for each size. */
export interface HuaweiBandwidthTier {
  readonly bytesPerSecond: number;
  readonly asyncRecordsPerSecond: number;
  readonly syncRecordsPerSecondLow: number;
  readonly syncRecordsPerSecondHigh: number;
  readonly partitionsMax: number;
}

export const huaweiBandwidthTiers: readonly HuaweiBandwidthTier[] = [
  { bytesPerSecond: 100 * MEGABYTE, asyncRecordsPerSecond: 100_000, syncRecordsPerSecondLow: 60_000, syncRecordsPerSecondHigh: 80_000, partitionsMax: 300 },
  { bytesPerSecond: 300 * MEGABYTE, asyncRecordsPerSecond: 300_000, syncRecordsPerSecondLow: 150_000, syncRecordsPerSecondHigh: 200_000, partitionsMax: 900 },
  { bytesPerSecond: 600 * MEGABYTE, asyncRecordsPerSecond: 600_000, syncRecordsPerSecondLow: 300_000, syncRecordsPerSecondHigh: 300_000, partitionsMax: 1800 },
  { bytesPerSecond: 1200 * MEGABYTE, asyncRecordsPerSecond: 1_200_000, syncRecordsPerSecondLow: 400_000, syncRecordsPerSecondHigh: 400_000, partitionsMax: 1800 },
];

function flavor(name: string, [recordsPerSecondMax, partitionsMax, groupsMax, connectionsMax]: readonly [number, number, number, number], megabytes: number, euMegabytes: number | null): HuaweiFlavor {
  return { name, recordsPerSecondMax, partitionsMax, groupsMax, connectionsMax, bytesPerSecond: megabytes * MEGABYTE, euBytesPerSecond: euMegabytes === null ? null : euMegabytes * MEGABYTE };
}
