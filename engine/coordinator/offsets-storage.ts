/**
 * What the group coordinator needs of `__consumer_offsets`: which partition a group lives in, appending to it,
 * and how an append's failure is told to a group's client.
 */
import { errorCodes } from '../protocol/errors.ts';

export interface OffsetsRecord {
  readonly key: Uint8Array;
  /** Null is a tombstone. */
  readonly value: Uint8Array | null;
}

export interface OffsetsStorage {
  readonly partitionCount: number;
  /**
   * Appends all records as one batch and resolves with an error code once it is replicated (0) or known to fail.
   * The record's place in the log is taken before `append` returns, and successful appends of one partition
   * resolve in the order of their calls: the coordinator's memory follows the log that way.
   */
  append(offsetsPartition: number, records: OffsetsRecord[]): Promise<number>;
}

/** `abs(String.hashCode) % partitionCount` of Java, where abs(-2^31) = 0. */
export function offsetsPartitionFor(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let index = 0; index < groupId.length; index++) {
    hash = (Math.imul(hash, 31) + groupId.charCodeAt(index)) | 0;
  }
  return (hash === -(2 ** 31) ? 0 : Math.abs(hash)) % partitionCount;
}

/** Kafka's translation of log errors, which a group's client could not act on. */
export function groupErrorForAppend(errorCode: number): number {
  switch (errorCode) {
    case errorCodes.UNKNOWN_TOPIC_OR_PARTITION:
    case errorCodes.NOT_ENOUGH_REPLICAS:
    case errorCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case errorCodes.REQUEST_TIMED_OUT:
      return errorCodes.COORDINATOR_NOT_AVAILABLE;
    case errorCodes.NOT_LEADER_OR_FOLLOWER:
    case errorCodes.FENCED_LEADER_EPOCH:
    case errorCodes.KAFKA_STORAGE_ERROR:
      return errorCodes.NOT_COORDINATOR;
    case errorCodes.MESSAGE_TOO_LARGE:
    case errorCodes.RECORD_LIST_TOO_LARGE:
    case errorCodes.INVALID_FETCH_SIZE:
      return errorCodes.UNKNOWN_SERVER_ERROR;
    default:
      return errorCode;
  }
}

/** As above, for OffsetCommit: what is too large there is the commit. */
export function commitErrorForAppend(errorCode: number): number {
  switch (errorCode) {
    case errorCodes.MESSAGE_TOO_LARGE:
    case errorCodes.RECORD_LIST_TOO_LARGE:
    case errorCodes.INVALID_FETCH_SIZE:
      return errorCodes.INVALID_COMMIT_OFFSET_SIZE;
    default:
      return groupErrorForAppend(errorCode);
  }
}
