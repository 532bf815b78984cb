/** What one partition's log knows: ListOffsets, OffsetForLeaderEpoch, DescribeProducers; and DeleteRecords, which moves its start. */
import type { ResponseInput } from '../../protocol/api.ts';
import { DeleteRecords, DescribeProducers, ListOffsets, OffsetForLeaderEpoch } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { Partition } from '../../replication/partition.ts';
import { route, type Route } from '../../server/request-server.ts';
import type { BrokerState } from '../broker-state.ts';
import { OFFSETS_TOPIC } from '../offsets-topic.ts';

const HIGH_WATERMARK = -1;
const READ_COMMITTED = 1;
const LATEST = -1;
const EARLIEST = -2;
const MAX_TIMESTAMP = -3;
const EARLIEST_LOCAL = -4;
const LATEST_TIERED = -5;
const NOT_FOUND = { offset: -1, timestamp: -1, leaderEpoch: -1 };

type OffsetAnswer = NonNullable<NonNullable<ResponseInput<typeof ListOffsets>['topics']>[number]['partitions']>[number];

export function offsetRoutes(state: BrokerState): Route[] {
  const leaderOf = (topic: string, index: number, currentLeaderEpoch: number): { partition: Partition } | { errorCode: number } => {
    const partition = state.replicas.partition(topic, index);
    if (partition === undefined) return { errorCode: state.missingPartitionError({ topic, topicId: undefined, index }) };
    if (partition.isOffline) return { errorCode: errorCodes.KAFKA_STORAGE_ERROR };
    if (!partition.isLeader) return { errorCode: errorCodes.NOT_LEADER_OR_FOLLOWER };
    if (currentLeaderEpoch >= 0 && currentLeaderEpoch < partition.leaderEpoch) return { errorCode: errorCodes.FENCED_LEADER_EPOCH };
    if (currentLeaderEpoch > partition.leaderEpoch) return { errorCode: errorCodes.UNKNOWN_LEADER_EPOCH };
    return { partition };
  };
  return [
    route(ListOffsets, (body, _context, respond) => {
      const answer = async (): Promise<ResponseInput<typeof ListOffsets>> => ({
        topics: await Promise.all(
          body.topics.map(async (topic) => ({
            name: topic.name,
            partitions: await Promise.all(
              topic.partitions.map(async (wanted): Promise<OffsetAnswer> => {
                const { partitionIndex } = wanted;
                const found = leaderOf(topic.name, partitionIndex, wanted.currentLeaderEpoch);
                if ('errorCode' in found) return { partitionIndex, errorCode: found.errorCode, ...NOT_FOUND };
                return { partitionIndex, ...(await lookUp(found.partition, wanted.timestamp, { isReplica: body.replicaId >= 0, isCommittedOnly: body.isolationLevel === READ_COMMITTED })) };
              }),
            ),
          })),
        ),
      });
      answer().then(respond, (error: unknown) => {
        state.environment.log(`ListOffsets failed: ${String(error)}`);
        state.replicas.noteFailure(error);
        respond({ topics: body.topics.map((topic) => ({ name: topic.name, partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCodes.KAFKA_STORAGE_ERROR, ...NOT_FOUND })) })) });
      });
    }),
    route(OffsetForLeaderEpoch, (body, _context, respond) =>
      respond({
        topics: body.topics.map((topic) => ({
          topic: topic.topic,
          partitions: topic.partitions.map((wanted) => {
            const found = leaderOf(topic.topic, wanted.partition, wanted.currentLeaderEpoch);
            if ('errorCode' in found) return { partition: wanted.partition, errorCode: found.errorCode, leaderEpoch: -1, endOffset: -1 };
            const { log } = found.partition;
            const end = log.epochs.endOffsetFor(wanted.leaderEpoch, log.logEndOffset);
            return { partition: wanted.partition, leaderEpoch: end?.epoch ?? -1, endOffset: end?.endOffset ?? -1 };
          }),
        })),
      }),
    ),
    route(DescribeProducers, (body, _context, respond) =>
      respond({
        topics: body.topics.map((topic) => ({
          name: topic.name,
          partitions: topic.partitionIndexes.map((partitionIndex) => {
            const found = leaderOf(topic.name, partitionIndex, -1);
            if ('errorCode' in found) return { partitionIndex, errorCode: found.errorCode };
            const activeProducers = found.partition.log.producers.activeProducers().map(({ lastTimestampMs, ...producer }) => ({ ...producer, lastTimestamp: lastTimestampMs }));
            return { partitionIndex, activeProducers };
          }),
        })),
      }),
    ),
    route(DeleteRecords, (body, _context, respond) => {
      const answers = body.topics.map(async (topic) => ({
        name: topic.name,
        partitions: await Promise.all(
          topic.partitions.map(async ({ partitionIndex, offset }) => {
            const found = leaderOf(topic.name, partitionIndex, -1);
            if ('errorCode' in found) return { partitionIndex, errorCode: found.errorCode, lowWatermark: -1 };
            return { partitionIndex, ...(await deleteRecords(state, found.partition, { offset, timeoutMs: body.timeoutMs })) };
          }),
        ),
      }));
      void Promise.all(answers).then((topics) => respond({ topics }));
    }),
  ];
}

/** Answers when all live replicas have dropped the records, or at the latest after `timeoutMs`; they are gone from the leader at once. */
function deleteRecords(state: BrokerState, partition: Partition, asked: { offset: number; timeoutMs: number }): Promise<{ errorCode: number; lowWatermark: number }> {
  const failed = (errorCode: number): Promise<{ errorCode: number; lowWatermark: number }> => Promise.resolve({ errorCode, lowWatermark: -1 });
  if (partition.topic === OFFSETS_TOPIC) return failed(errorCodes.INVALID_TOPIC_EXCEPTION);
  // A compacted log is a table: its beginning is not for its users to cut.
  if (!partition.log.config.cleanupPolicy.includes('delete')) return failed(errorCodes.POLICY_VIOLATION);
  const upTo = asked.offset === HIGH_WATERMARK ? partition.highWatermark : asked.offset;
  if (upTo < 0 || upTo > partition.highWatermark) return failed(errorCodes.OFFSET_OUT_OF_RANGE);
  return new Promise((resolve) => {
    const timer = state.wheel.arm(asked.timeoutMs, () => resolve({ errorCode: errorCodes.REQUEST_TIMED_OUT, lowWatermark: partition.lowWatermark }));
    partition.deleteRecordsBefore(upTo, (errorCode) => {
      state.wheel.disarm(timer);
      resolve({ errorCode, lowWatermark: errorCode === errorCodes.NONE ? partition.lowWatermark : -1 });
    });
  });
}

async function lookUp(partition: Partition, timestamp: number, reader: { isReplica: boolean; isCommittedOnly: boolean }): Promise<OffsetAnswer> {
  const { log, leaderEpoch } = partition;
  const at = (offset: number, time = -1): OffsetAnswer => ({ errorCode: errorCodes.NONE, offset, timestamp: time, leaderEpoch });
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return at(log.logStartOffset);
  if (timestamp === LATEST_TIERED) return { errorCode: errorCodes.NONE, ...NOT_FOUND };
  if (!reader.isReplica && !partition.isHighWatermarkKnown) return { errorCode: errorCodes.OFFSET_NOT_AVAILABLE, ...NOT_FOUND };
  const readableEnd = reader.isCommittedOnly ? partition.lastStableOffset : partition.highWatermark;
  if (timestamp === LATEST) return at(reader.isReplica ? log.logEndOffset : readableEnd);
  const found = timestamp === MAX_TIMESTAMP ? await log.maxTimestamp() : await log.offsetForTimestamp(timestamp);
  if (found === undefined || found.offset >= readableEnd) return { errorCode: errorCodes.NONE, ...NOT_FOUND };
  return at(found.offset, found.timestampMs);
}
