/** Who leads after a broker left or came back: pure functions from an image to records. Leaders come from the ISR only. */
import type { MetadataRecordInput } from '../protocol/metadata-records.ts';
import type { PartitionState } from '../replication/partition-state.ts';
import type { MetadataImage } from './metadata-image.ts';

/**
 * `brokerId` is not to be counted on any more: it leaves every ISR that has another member, and what it led goes to the
 * first live in-sync replica in replica order, or to nobody (-1).
 */
export function recordsForLostBroker(image: MetadataImage, brokerId: number): MetadataRecordInput[] {
  const records: MetadataRecordInput[] = [];
  forEachPartition(image, (state) => {
    if (!state.isr.includes(brokerId)) return;
    const others = state.isr.filter((id) => id !== brokerId);
    const isr = others.length > 0 ? others : state.isr;
    const isShrunk = isr.length < state.isr.length;
    if (state.leader !== brokerId && !isShrunk) return;
    const leader = state.leader === brokerId ? electLeader(image, state, isr, brokerId) : undefined;
    records.push(changeOf(state, { ...(isShrunk ? { isr } : {}), ...(leader === undefined ? {} : { leader }) }));
  });
  return records;
}

/** `brokerId` lives again: it leads the leaderless partitions whose in-sync replicas it belongs to. */
export function recordsForReturnedBroker(image: MetadataImage, brokerId: number): MetadataRecordInput[] {
  const records: MetadataRecordInput[] = [];
  forEachPartition(image, (state) => {
    if (state.leader === -1 && state.isr.includes(brokerId)) records.push(changeOf(state, { leader: brokerId }));
  });
  return records;
}

/** Moves leadership back to preferred replicas that live and are in sync (auto.leader.rebalance.enable). */
export function recordsForPreferredLeaders(image: MetadataImage): MetadataRecordInput[] {
  const records: MetadataRecordInput[] = [];
  forEachPartition(image, (state) => {
    const preferred = state.replicas[0] as number;
    if (state.leader !== preferred && state.isr.includes(preferred) && image.isAlive(preferred)) {
      records.push(changeOf(state, { leader: preferred }));
    }
  });
  return records;
}

function electLeader(image: MetadataImage, state: PartitionState, isr: readonly number[], lost: number): number {
  return state.replicas.find((id) => id !== lost && isr.includes(id) && image.isAlive(id)) ?? -1;
}

export function changeOf(state: PartitionState, change: { isr?: readonly number[]; leader?: number }): MetadataRecordInput {
  return { kind: 'partitionChange', partitionId: state.partition, topicId: Buffer.from(state.topicId, 'hex'), ...change };
}

function forEachPartition(image: MetadataImage, visit: (state: PartitionState) => void): void {
  for (const topic of image.topicsById.values()) for (const state of topic.partitions) visit(state);
}
