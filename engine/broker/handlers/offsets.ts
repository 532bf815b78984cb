/** ListOffsets, OffsetForLeaderEpoch and DeleteRecords: where a partition's log begins, ends, and stood at a time or epoch. */
import type { ResponseInput } from '../../protocol/api.ts';
import { DeleteRecords, ListOffsets, OffsetForLeaderEpoch } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { Partition } from '../../replication/partition.ts';
import { route, type Route } from '../../server/request-server.ts';
import type { BrokerState } from '../broker-state.ts';

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
                return { partitionIndex, ...(await lookUp(found.partition, wanted.timestamp, body.replicaId)) };
              }),
            ),
          })),
        ),
      });
      answer().then(respond, (error: unknown) => {
        state.environment.log(`ListOffsets failed: ${String(error)}`);
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
    route(DeleteRecords, (body, _context, respond) =>
      respond({
        topics: body.topics.map((topic) => ({
          name: topic.name,
          partitions: topic.partitions.map(({ partitionIndex, offset }) => {
            const found = leaderOf(topic.name, partitionIndex, -1);
            if ('errorCode' in found) return { partitionIndex, errorCode: found.errorCode, lowWatermark: -1 };
            const { partition } = found;
            const upTo = offset === -1 ? partition.highWatermark : offset;
            if (upTo < 0 || upTo > partition.highWatermark) return { partitionIndex, errorCode: errorCodes.OFFSET_OUT_OF_RANGE, lowWatermark: -1 };
            partition.log.incrementLogStartOffset(upTo);
            return { partitionIndex, lowWatermark: partition.log.logStartOffset };
          }),
        })),
      }),
    ),
  ];
}

async function lookUp(partition: Partition, timestamp: number, replicaId: number): Promise<OffsetAnswer> {
  const { log, leaderEpoch } = partition;
  const at = (offset: number, time = -1): OffsetAnswer => ({ errorCode: errorCodes.NONE, offset, timestamp: time, leaderEpoch });
  if (timestamp === EARLIEST || timestamp === EARLIEST_LOCAL) return at(log.logStartOffset);
  if (timestamp === LATEST_TIERED) return { errorCode: errorCodes.NONE, ...NOT_FOUND };
  if (replicaId < 0 && !partition.isHighWatermarkKnown) return { errorCode: errorCodes.OFFSET_NOT_AVAILABLE, ...NOT_FOUND };
  if (timestamp === LATEST) return at(replicaId < 0 ? partition.highWatermark : log.logEndOffset);
  const found = timestamp === MAX_TIMESTAMP ? await log.maxTimestamp() : await log.offsetForTimestamp(timestamp);
  if (found === undefined || found.offset >= partition.highWatermark) return { errorCode: errorCodes.NONE, ...NOT_FOUND };
  return at(found.offset, found.timestampMs);
}
