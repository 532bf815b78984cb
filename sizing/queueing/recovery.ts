/** F18, F21 and F22: how long it takes to catch up, to fill a replaced broker, and how long reads stay in memory. Infinity: never. */

/** lag / (consume - produce), seconds. Records or bytes, one unit for all. Infinity when consumers are no faster than producers. */
export function catchUpSeconds({ lag, consumedPerSecond, producedPerSecond }: { lag: number; consumedPerSecond: number; producedPerSecond: number }): number {
  if (lag <= 0) return 0;
  return consumedPerSecond > producedPerSecond ? lag / (consumedPerSecond - producedPerSecond) : Number.POSITIVE_INFINITY;
}

/** What piles up while consumers stand still. */
export function lagAfterOutage({ outageSeconds, producedPerSecond }: { outageSeconds: number; producedPerSecond: number }): number {
  return outageSeconds * producedPerSecond;
}

/** The rate to consume at so that a lag is gone after `withinSeconds`. */
export function consumedPerSecondToCatchUp({ lag, producedPerSecond, withinSeconds }: { lag: number; producedPerSecond: number; withinSeconds: number }): number {
  return producedPerSecond + lag / withinSeconds;
}

export interface ReReplicationInputs {
  /** What the lost broker held. */
  readonly brokerBytes: number;
  /** Left over on the sources' disks and on the new broker's network, beside the live load. */
  readonly spareDiskBytesPerSecond: number;
  readonly spareNetworkBytesPerSecond: number;
  /** `follower.replication.throttled.rate`, of which live replication to throttled replicas takes its part; undefined: none is set. */
  readonly throttleBytesPerSecond?: number;
  /** Live writes to the replicas that are being moved. */
  readonly liveBytesPerSecond: number;
}

export type ReReplicationLimit = 'source disk' | 'network' | 'throttle';

/** bytes / min(spare disk, spare network, throttle - live writes). Infinity when nothing is left: with max(BytesInPerSec) above the throttle a reassignment never ends. */
export function reReplication({ brokerBytes, spareDiskBytesPerSecond, spareNetworkBytesPerSecond, throttleBytesPerSecond = Number.POSITIVE_INFINITY, liveBytesPerSecond }: ReReplicationInputs): { seconds: number; decidedBy: ReReplicationLimit } {
  const limits: readonly [ReReplicationLimit, number][] = [['source disk', spareDiskBytesPerSecond], ['network', spareNetworkBytesPerSecond], ['throttle', throttleBytesPerSecond - liveBytesPerSecond]];
  const [decidedBy, bytesPerSecond] = limits.reduce((least, each) => (each[1] < least[1] ? each : least));
  return { seconds: bytesPerSecond > 0 ? brokerBytes / bytesPerSecond : Number.POSITIVE_INFINITY, decidedBy };
}

/** Memory / what is written into it: a reader further behind than this reads from disk. Bytes/s of one broker, followers' writes included. */
export function pageCacheSeconds({ cacheBytes, writtenBytesPerSecond }: { cacheBytes: number; writtenBytesPerSecond: number }): number {
  return cacheBytes / writtenBytesPerSecond;
}

/** Memory that holds the last `seconds` of writes; the Kafka documentation asks for 30. */
export function pageCacheBytes({ writtenBytesPerSecond, seconds = 30 }: { writtenBytesPerSecond: number; seconds?: number }): number {
  return writtenBytesPerSecond * seconds;
}
