/** The request bodies and replies of the group APIs, named once. */
import type {
  DeleteGroups,
  DescribeGroups,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '../../protocol/apis.ts';
import type { RequestOf, ResponseInput } from '../../protocol/api.ts';

export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string;
  /** As Kafka prints it: "/127.0.0.1". */
  readonly clientHost: string;
}

export type JoinGroupBody = RequestOf<typeof JoinGroup>;
export type SyncGroupBody = RequestOf<typeof SyncGroup>;
export type HeartbeatBody = RequestOf<typeof Heartbeat>;
export type LeaveGroupBody = RequestOf<typeof LeaveGroup>;
export type OffsetCommitBody = RequestOf<typeof OffsetCommit>;
export type OffsetFetchBody = RequestOf<typeof OffsetFetch>;
export type DescribeGroupsBody = RequestOf<typeof DescribeGroups>;
export type ListGroupsBody = RequestOf<typeof ListGroups>;
export type DeleteGroupsBody = RequestOf<typeof DeleteGroups>;
export type OffsetDeleteBody = RequestOf<typeof OffsetDelete>;

export type JoinGroupAnswer = ResponseInput<typeof JoinGroup>;
export type SyncGroupAnswer = ResponseInput<typeof SyncGroup>;
export type HeartbeatAnswer = ResponseInput<typeof Heartbeat>;
export type LeaveGroupAnswer = ResponseInput<typeof LeaveGroup>;
export type OffsetCommitAnswer = ResponseInput<typeof OffsetCommit>;
export type OffsetFetchAnswer = ResponseInput<typeof OffsetFetch>;
export type DescribeGroupsAnswer = ResponseInput<typeof DescribeGroups>;
export type ListGroupsAnswer = ResponseInput<typeof ListGroups>;
export type DeleteGroupsAnswer = ResponseInput<typeof DeleteGroups>;
export type OffsetDeleteAnswer = ResponseInput<typeof OffsetDelete>;

export type Reply<Answer> = (answer: Answer) => void;

/** A JoinGroup that failed: no generation, no members. */
export function joinFailure(memberId: string, errorCode: number): JoinGroupAnswer {
  return { errorCode, memberId, generationId: -1, protocolType: null, protocolName: '', leader: '', members: [] };
}

export function syncFailure(errorCode: number): SyncGroupAnswer {
  return { errorCode, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) };
}
