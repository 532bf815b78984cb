/**
 * Rebuilds the groups of one partition of `__consumer_offsets` from its record batches: the last record of each key
 * counts, a tombstone removes. Loading is asynchronous; nothing is visible before the last batch.
 * Left out: transactional batches (TxnOffsetCommit) and records of other kinds of group, both counted.
 */
import { batchSizeInBytes, isControl, isTransactional, readAttributes } from '../../record/record-batch.ts';
import { forEachRecord } from '../../record/record-reader.ts';
import { ClassicGroup } from './classic-group.ts';
import { GroupMember } from './group-member.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { GroupRebalance } from './group-rebalance.ts';
import { readGroupRecord, type StoredGroup } from './group-records.ts';

export class GroupLoader {
  records = 0;
  /** Records of transactions, of other kinds of group, or unreadable. */
  skipped = 0;
  private readonly groups = new Map<string, StoredGroup>();
  private readonly offsets = new Map<string, GroupOffsets>();

  /** One or more whole batches, in the order of the log. */
  addBatches(batches: Buffer): void {
    for (let at = 0; at < batches.length; at += batchSizeInBytes(batches, at)) {
      const attributes = readAttributes(batches, at);
      if (isControl(attributes)) continue;
      forEachRecord(batches, at, (record) => {
        this.records++;
        if (isTransactional(attributes) || record.keyEnd < 0) this.skipped++;
        else {
          const { bytes } = record;
          this.add(
            bytes.subarray(record.keyStart, record.keyEnd),
            record.valueEnd < 0 ? null : bytes.subarray(record.valueStart, record.valueEnd),
          );
        }
      });
    }
  }

  /** The groups as of the last batch, members' sessions begun anew. */
  finish(options: { offsetsPartition: number; nowMs: number; rebalance: GroupRebalance }): ClassicGroup[] {
    const groupIds = new Set([...this.groups.keys(), ...this.offsets.keys()]);
    return [...groupIds].map((groupId) => {
      const { offsetsPartition, nowMs } = options;
      const group = restoredGroup({ groupId, offsetsPartition, nowMs }, this.groups.get(groupId), options.rebalance);
      for (const [topic, partitions] of this.offsets.get(groupId)?.topics() ?? []) {
        for (const [partition, committed] of partitions) group.offsets.set(topic, partition, committed);
      }
      return group;
    });
  }

  private add(key: Buffer, value: Buffer | null): void {
    const record = readGroupRecord(key, value);
    if (record.kind === 'unknown') this.skipped++;
    else if (record.kind === 'group') {
      if (record.group === null) this.groups.delete(record.groupId);
      else this.groups.set(record.groupId, record.group);
    } else {
      const { topic, partition } = record.at;
      let offsets = this.offsets.get(record.groupId);
      if (offsets === undefined) this.offsets.set(record.groupId, (offsets = new GroupOffsets()));
      if (record.committed === null) offsets.delete(topic, partition);
      else offsets.set(topic, partition, record.committed);
      if (offsets.isEmpty) this.offsets.delete(record.groupId);
    }
  }
}

function restoredGroup(
  options: { groupId: string; offsetsPartition: number; nowMs: number },
  stored: StoredGroup | undefined,
  rebalance: GroupRebalance,
): ClassicGroup {
  if (stored === undefined) return new ClassicGroup(options);
  const protocolType = stored.protocolType === '' ? null : stored.protocolType;
  const group = ClassicGroup.fromLog(options, {
    state: stored.members.length === 0 ? 'Empty' : 'Stable',
    generationId: stored.generationId,
    protocolType,
    protocolName: stored.protocolName,
    leaderId: stored.leaderId,
    stateTimestampMs: stored.stateTimestampMs,
  });
  for (const { subscription, ...each } of stored.members) {
    const member: GroupMember = new GroupMember({
      ...each,
      protocols: [{ name: stored.protocolName ?? '', metadata: subscription }],
      session: rebalance.sessionOf(group, () => member),
    });
    group.addMember(member, protocolType ?? '');
    rebalance.extendSession(member);
  }
  group.refreshSubscribedTopics();
  return group;
}
