/** F24, what leaves its zone and what that costs: two thirds of produce and of reads with three zones, and every follower. */
import { DAY_SECONDS, GB, type Peer } from '../peer.ts';

export const crossZone: Peer = {
  name: 'Cross-zone traffic',
  source: 'threadreaderapp.com/thread/1834968571299930527; AWS data transfer prices',
  knownFlaws: ['followers are all taken to be in another zone', 'reads are free with follower fetching (KIP-392), which it leaves out'],
};

export interface CrossZoneInputs {
  readonly producedBytesPerSecond: number;
  readonly replicationFactor: number;
  readonly groups: number;
  readonly zones: number;
  /** Each direction; both are charged. */
  readonly usdPerGigabyteEachWay: number;
}

export interface CrossZoneTraffic {
  readonly produceBytesPerSecond: number;
  readonly replicationBytesPerSecond: number;
  readonly consumeBytesPerSecond: number;
  readonly totalBytesPerSecond: number;
  readonly usdPerSecond: number;
  readonly usdPerDay: number;
  readonly usdPerYear: number;
}

export function crossZoneTraffic({ producedBytesPerSecond, replicationFactor, groups, zones, usdPerGigabyteEachWay }: CrossZoneInputs): CrossZoneTraffic {
  const away = (zones - 1) / zones;
  const produceBytesPerSecond = producedBytesPerSecond * away;
  const replicationBytesPerSecond = producedBytesPerSecond * (replicationFactor - 1);
  const consumeBytesPerSecond = producedBytesPerSecond * groups * away;
  const totalBytesPerSecond = produceBytesPerSecond + replicationBytesPerSecond + consumeBytesPerSecond;
  const usdPerSecond = (totalBytesPerSecond / GB) * usdPerGigabyteEachWay * 2;
  return { produceBytesPerSecond, replicationBytesPerSecond, consumeBytesPerSecond, totalBytesPerSecond, usdPerSecond, usdPerDay: usdPerSecond * DAY_SECONDS, usdPerYear: usdPerSecond * DAY_SECONDS * 365 };
}
