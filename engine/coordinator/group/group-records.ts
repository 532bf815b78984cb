/**
 * Records of `__consumer_offsets` in Kafka's own encoding, read and written without the schema tables because
 * every commit passes here. All strings are int16 length + UTF-8, bytes int32 length, -1 = null; big-endian.
 *
 *   key 1   int16 1, string group, string topic, int32 partition
 *   value 3 int16 3, int64 offset, int32 leaderEpoch, string metadata, int64 commitTimestamp
 *   value 1 int16 1, int64 offset, string metadata, int64 commitTimestamp, int64 expireTimestamp
 *   key 2   int16 2, string group
 *   value 3 int16 3, string protocolType, int32 generation, string? protocol, string? leader, int64 stateTimestamp,
 *           [string memberId, string? groupInstanceId, string clientId, string clientHost, int32 rebalanceTimeout,
 *            int32 sessionTimeout, bytes subscription, bytes assignment]
 * Read: offsets 0-4, groups 0-4 (4 is flexible: compact lengths, tagged fields). Written: 3, and 1 for a commit with an expiry.
 */
import { assert } from '../../assert.ts';
import type { OffsetsRecord } from '../offsets-storage.ts';
import type { CommittedOffset, TopicPartition } from './group-offsets.ts';
import { RecordReader, RecordWriter } from './group-record-bytes.ts';

export interface StoredMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

export interface StoredGroup {
  /** Empty: never had members. */
  readonly protocolType: string;
  readonly generationId: number;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  readonly stateTimestampMs: number | undefined;
  readonly members: readonly StoredMember[];
}

export type GroupRecord =
  | { readonly kind: 'offset'; readonly groupId: string; readonly at: TopicPartition; readonly committed: CommittedOffset | null }
  | { readonly kind: 'group'; readonly groupId: string; readonly group: StoredGroup | null }
  /** Of another coordinator (KIP-848, share groups) or a newer Kafka. */
  | { readonly kind: 'unknown'; readonly keyVersion: number };

export function offsetRecord(groupId: string, { topic, partition }: TopicPartition, committed: CommittedOffset | null): OffsetsRecord {
  const key = new RecordWriter(10 + 3 * (groupId.length + topic.length));
  key.int16(1);
  key.string(groupId);
  key.string(topic);
  key.int32(partition);
  return { key: key.bytes(), value: committed === null ? null : offsetValue(committed) };
}

export function groupRecord(groupId: string, group: StoredGroup | null): OffsetsRecord {
  const key = new RecordWriter(4 + 3 * groupId.length);
  key.int16(2);
  key.string(groupId);
  return { key: key.bytes(), value: group === null ? null : groupValue(group) };
}

/** Throws CorruptGroupRecord. */
export function readGroupRecord(key: Buffer, value: Buffer | null): GroupRecord {
  const reader = new RecordReader(key);
  const keyVersion = reader.int16();
  if (keyVersion === 0 || keyVersion === 1) {
    const groupId = reader.string();
    const at = { topic: reader.string(), partition: reader.int32() };
    return { kind: 'offset', groupId, at, committed: value === null ? null : readOffsetValue(value) };
  }
  if (keyVersion === 2) {
    return { kind: 'group', groupId: reader.string(), group: value === null ? null : readGroupValue(value) };
  }
  return { kind: 'unknown', keyVersion };
}

function offsetValue(committed: CommittedOffset): Buffer {
  const writer = new RecordWriter(40 + 3 * committed.metadata.length);
  const { expireTimestampMs } = committed;
  writer.int16(expireTimestampMs === undefined ? 3 : 1);
  writer.int64(committed.offset);
  if (expireTimestampMs === undefined) writer.int32(committed.leaderEpoch);
  writer.string(committed.metadata);
  writer.int64(committed.commitTimestampMs);
  if (expireTimestampMs !== undefined) writer.int64(expireTimestampMs);
  return writer.bytes();
}

function readOffsetValue(value: Buffer): CommittedOffset {
  const reader = new RecordReader(value);
  const version = reader.version({ lowest: 0, highest: 4, flexibleFrom: 4 });
  const offset = reader.int64();
  const leaderEpoch = version >= 3 ? reader.int32() : -1;
  const metadata = reader.string();
  const commitTimestampMs = reader.int64();
  const expiry = version === 1 ? reader.int64() : -1;
  return { offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs: expiry === -1 ? undefined : expiry };
}

function groupValue(group: StoredGroup): Buffer {
  const writer = new RecordWriter(256 + 256 * group.members.length);
  writer.int16(3);
  writer.string(group.protocolType);
  writer.int32(group.generationId);
  writer.nullableString(group.protocolName);
  writer.nullableString(group.leaderId);
  writer.int64(group.stateTimestampMs ?? -1);
  writer.int32(group.members.length);
  for (const member of group.members) {
    writer.string(member.memberId);
    writer.nullableString(member.groupInstanceId);
    writer.string(member.clientId);
    writer.string(member.clientHost);
    writer.int32(member.rebalanceTimeoutMs);
    writer.int32(member.sessionTimeoutMs);
    writer.blob(member.subscription);
    writer.blob(member.assignment);
  }
  return writer.bytes();
}

function readGroupValue(value: Buffer): StoredGroup {
  const reader = new RecordReader(value);
  const version = reader.version({ lowest: 0, highest: 4, flexibleFrom: 4 });
  const protocolType = reader.string();
  const generationId = reader.int32();
  const protocolName = reader.nullableString();
  const leaderId = reader.nullableString();
  const timestamp = version >= 2 ? reader.int64() : -1;
  const count = reader.arrayCount();
  const members: StoredMember[] = [];
  for (let index = 0; index < count; index++) members.push(readMember(reader, version));
  assert(members.length === count, 'every member of the record is read');
  return { protocolType, generationId, protocolName, leaderId, stateTimestampMs: timestamp === -1 ? undefined : timestamp, members };
}

function readMember(reader: RecordReader, version: number): StoredMember {
  const memberId = reader.string();
  const groupInstanceId = version >= 3 ? reader.nullableString() : null;
  const clientId = reader.string();
  const clientHost = reader.string();
  const first = reader.int32();
  const [rebalanceTimeoutMs, sessionTimeoutMs] = version >= 1 ? [first, reader.int32()] : [first, first];
  const subscription = reader.blob();
  const assignment = reader.blob();
  reader.endOfStruct();
  return { memberId, groupInstanceId, clientId, clientHost, rebalanceTimeoutMs, sessionTimeoutMs, subscription, assignment };
}
