/** A workload as the peers' formulas take it, and the pieces that their rows are made of. */
import type { PeerAmount, PeerRow, PeersWorkload } from '../../results/peers/peers-record.ts';
import { GIB, HOUR_SECONDS, type Peer } from './peer.ts';

/** What every row computes from: the workload in bytes/s and seconds. */
export interface PeerDemand {
  readonly workload: PeersWorkload;
  /** Into the cluster, after compression. */
  readonly producedBytesPerSecond: number;
  /** Of all groups. */
  readonly consumedBytesPerSecond: number;
  readonly retentionSeconds: number;
  /** Average over peak, at most 1. */
  readonly averageShare: number;
}

/** Throws RangeError for a quantity that is not positive, and for counts that are not whole. */
export function demandOf(workload: PeersWorkload): PeerDemand {
  const { eventsPerSecond, averageEventsPerSecond = eventsPerSecond, eventBytes, replicationFactor, groups, retentionHours, compressionRatio, zones } = workload;
  for (const [name, value] of Object.entries({ eventsPerSecond, averageEventsPerSecond, eventBytes, retentionHours, compressionRatio })) {
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a number above 0, not ${value}`);
  }
  for (const [name, value, least] of [['replicationFactor', replicationFactor, 1], ['groups', groups, 1], ['zones', zones, 1]] as const) {
    if (!Number.isInteger(value) || value < least) throw new RangeError(`${name} must be a whole number from ${least}, not ${value}`);
  }
  const producedBytesPerSecond = (eventsPerSecond * eventBytes) / compressionRatio;
  if (averageEventsPerSecond > eventsPerSecond) throw new RangeError(`averageEventsPerSecond of ${averageEventsPerSecond} is above the peak of ${eventsPerSecond}`);
  return { workload, averageShare: averageEventsPerSecond / eventsPerSecond, producedBytesPerSecond, consumedBytesPerSecond: producedBytesPerSecond * groups, retentionSeconds: retentionHours * HOUR_SECONDS };
}

/** A row whose flaw is the gravest that is known of its peer, unless another is named. */
export function rowOf(peer: Peer, row: Omit<PeerRow, 'peer' | 'source' | 'knownFlaw'> & { peer?: string; knownFlaw?: string }): PeerRow {
  return { ...row, peer: row.peer ?? peer.name, source: peer.source, knownFlaw: row.knownFlaw ?? peer.knownFlaws[0] };
}

export function amountOf(value: number, of: { label?: string; exact?: number; decidedBy: string; usdPerMonth?: number }): PeerAmount {
  return { label: of.label ?? null, value, exact: of.exact ?? null, decidedBy: of.decidedBy, usdPerMonth: of.usdPerMonth ?? null };
}

/** What decided, once for all amounts or with the amounts that it decided: `EC2 network (m5.large), EBS network (m7g.xlarge)`. */
export function decidedByText(amounts: readonly PeerAmount[]): string {
  const reasons = [...new Set(amounts.map(({ decidedBy }) => decidedBy))];
  if (reasons.length === 1) return reasons[0] as string;
  return reasons.map((reason) => `${reason} (${amounts.filter(({ decidedBy }) => decidedBy === reason).map(({ label }) => label ?? '').join(', ')})`).join(', ');
}

export function gibibytesText(bytes: number): string {
  return `${Math.round(bytes / GIB).toLocaleString('en-US')} GiB`;
}
