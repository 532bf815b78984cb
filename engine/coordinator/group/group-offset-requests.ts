/**
 * OffsetCommit (2-9), OffsetFetch (1-9) and OffsetDelete (0) on one group, and the expiry of offsets.
 * - A commit is visible, and answered, when its records are in the log; all partitions of a request succeed or fail together
 *   (but for those refused before).
 * - Without transactions no offset is unstable, so OffsetFetch's requireStable changes nothing.
 * - Whether a topic exists is the broker's check, before it gets here.
 */
import type { Clock } from '../../environment.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { GroupCoordinatorConfig } from '../group-config.ts';
import { commitErrorForAppend, groupErrorForAppend, type OffsetsRecord } from '../offsets-storage.ts';
import type { ClassicGroup } from './classic-group.ts';
import { memberError } from './group-join.ts';
import type { OffsetCommitAnswer, OffsetCommitBody, OffsetDeleteAnswer, OffsetDeleteBody, Reply } from './group-messages.ts';
import type { CommittedOffset, TopicPartition } from './group-offsets.ts';
import type { GroupRuntime } from './group-rebalance.ts';
import { groupRecord, offsetRecord } from './group-records.ts';

/** 0, or why the sender may not commit to the group now. */
export function commitError(group: ClassicGroup, body: OffsetCommitBody): number {
  const generationId = body.generationIdOrMemberEpoch;
  if (generationId < 0 && group.state === 'Empty') return errorCodes.NONE;
  if (generationId < 0 && body.memberId === '' && body.groupInstanceId === null) {
    return errorCodes.UNKNOWN_MEMBER_ID; // a group with members takes commits from members only
  }
  const errorCode = memberError(group, body);
  if (errorCode !== 0) return errorCode;
  if (generationId !== group.generationId) return errorCodes.ILLEGAL_GENERATION;
  // The member knows its generation from JoinGroup's answer, but nobody has assigned it anything yet.
  return group.state === 'CompletingRebalance' ? errorCodes.REBALANCE_IN_PROGRESS : errorCodes.NONE;
}

/** The answer that says the same of every partition. */
export function commitAnswer(body: OffsetCommitBody, errorCodeOf: (topic: string, partition: number) => number): OffsetCommitAnswer {
  return {
    topics: body.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCodeOf(name, partitionIndex) })),
    })),
  };
}

/** Takes a checked commit. `apply` puts the offsets where they are read, once they are in the log. */
export function commitOffsets(
  runtime: GroupRuntime,
  group: ClassicGroup,
  commit: { body: OffsetCommitBody; apply: (offsets: readonly [TopicPartition, CommittedOffset][]) => void; reply: Reply<OffsetCommitAnswer> },
): void {
  const { body } = commit;
  const nowMs = runtime.clock.nowMs();
  const accepted: [TopicPartition, CommittedOffset][] = [];
  const refused = new Map<string, number>();
  for (const { name: topic, partitions } of body.topics) {
    for (const each of partitions) {
      const partition = each.partitionIndex;
      const metadata = each.committedMetadata ?? '';
      const errorCode = refusal(runtime.config, topic, metadata);
      if (errorCode !== 0) refused.set(`${topic}-${partition}`, errorCode);
      else {
        accepted.push([
          { topic, partition },
          {
            offset: each.committedOffset,
            leaderEpoch: each.committedLeaderEpoch,
            metadata,
            commitTimestampMs: nowMs,
            expireTimestampMs: body.retentionTimeMs === -1 ? undefined : nowMs + body.retentionTimeMs,
          },
        ]);
      }
    }
  }
  const answer = (errorCode: number) =>
    commit.reply(commitAnswer(body, (topic, partition) => refused.get(`${topic}-${partition}`) ?? errorCode));
  if (accepted.length === 0) return answer(errorCodes.NONE);
  for (const [at] of accepted) group.offsets.commitStarted(at);
  const records = accepted.map(([at, committed]) => offsetRecord(group.groupId, at, committed));
  runtime.append(group, records, (logError) => {
    for (const [at] of accepted) group.offsets.commitEnded(at);
    if (logError === 0) commit.apply(accepted);
    answer(commitErrorForAppend(logError));
  });
}

/** Offsets of the topics asked for, or of all that have one. No group, or no offset: -1, which is no error. */
export function fetchOffsets(
  group: ClassicGroup | undefined,
  topics: readonly { name: string; partitionIndexes: readonly number[] }[] | null,
) {
  if (topics !== null) {
    return topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => fetchedOffset(partition, group?.offsets.get(name, partition))),
    }));
  }
  return [...(group?.offsets.topics() ?? [])].map(([name, partitions]) => ({
    name,
    partitions: [...partitions].map(([partition, committed]) => fetchedOffset(partition, committed)),
  }));
}

export function fetchedOffset(partitionIndex: number, committed: CommittedOffset | undefined, errorCode = 0) {
  return {
    partitionIndex,
    committedOffset: committed?.offset ?? -1,
    committedLeaderEpoch: committed?.leaderEpoch ?? -1,
    metadata: committed?.metadata ?? '',
    errorCode,
  };
}

/** OffsetDelete: in a group with members only topics that nobody subscribes to lose their offsets. */
export function deleteOffsets(runtime: GroupRuntime, group: ClassicGroup, body: OffsetDeleteBody, reply: Reply<OffsetDeleteAnswer>): void {
  if (group.state !== 'Empty' && !group.usesConsumerProtocol) {
    reply({ errorCode: errorCodes.NON_EMPTY_GROUP, topics: [] });
    return;
  }
  const doomed: TopicPartition[] = [];
  const topics = body.topics.map(({ name: topic, partitions }) => {
    const isInUse = group.state !== 'Empty' && group.isSubscribedTo(topic);
    return {
      name: topic,
      partitions: partitions.map(({ partitionIndex: partition }) => {
        const at = { topic, partition };
        const exists = group.offsets.get(topic, partition) !== undefined || group.offsets.hasCommitInFlight(at);
        if (!isInUse && exists) doomed.push(at);
        return { partitionIndex: partition, errorCode: isInUse ? errorCodes.GROUP_SUBSCRIBED_TO_TOPIC : errorCodes.NONE };
      }),
    };
  });
  if (doomed.length === 0) return reply({ errorCode: 0, topics });
  runtime.append(group, tombstonesOf(group, doomed), (logError) => {
    if (logError === 0) for (const { topic, partition } of doomed) group.offsets.delete(topic, partition);
    reply(logError === 0 ? { errorCode: 0, topics } : { errorCode: groupErrorForAppend(logError), topics: [] });
  });
}

export function tombstonesOf(group: ClassicGroup, partitions: readonly TopicPartition[]): OffsetsRecord[] {
  return partitions.map((at) => offsetRecord(group.groupId, at, null));
}

export function groupTombstone(group: ClassicGroup): OffsetsRecord {
  return groupRecord(group.groupId, null);
}

/**
 * Offsets past their retention. It counts from the moment the group became empty; for offsets of a simple consumer, or
 * of topics that a running group has dropped, from the commit; or ends at the time the commit itself asked for.
 */
export function expiredOffsets(group: ClassicGroup, options: { clock: Clock; config: GroupCoordinatorConfig }): TopicPartition[] {
  const nowMs = options.clock.nowMs();
  const retentionMs = options.config.offsetsRetentionMinutes * 60_000;
  const expired: TopicPartition[] = [];
  for (const [topic, partitions] of group.offsets.topics()) {
    for (const [partition, committed] of partitions) {
      const sinceMs = retentionStart(group, topic, committed);
      if (sinceMs === undefined || group.offsets.hasCommitInFlight({ topic, partition })) continue;
      const isOver =
        committed.expireTimestampMs === undefined ? nowMs - sinceMs >= retentionMs : nowMs >= committed.expireTimestampMs;
      if (isOver) expired.push({ topic, partition });
    }
  }
  return expired;
}

/** Undefined: the offset is in use. */
function retentionStart(group: ClassicGroup, topic: string, committed: CommittedOffset): number | undefined {
  if (group.protocolType === null) return committed.commitTimestampMs;
  if (group.state === 'Empty') return group.stateTimestampMs ?? committed.commitTimestampMs;
  const isAbandoned = group.state === 'Stable' && group.usesConsumerProtocol && !group.isSubscribedTo(topic);
  return isAbandoned ? committed.commitTimestampMs : undefined;
}

function refusal(config: GroupCoordinatorConfig, topic: string, metadata: string): number {
  const isTooLong = metadata.length > config.offsetMetadataMaxBytes || Buffer.byteLength(metadata) > 32767;
  if (isTooLong) return errorCodes.OFFSET_METADATA_TOO_LARGE;
  return topic.length > 249 ? errorCodes.INVALID_TOPIC_EXCEPTION : errorCodes.NONE;
}
