/**
 * SyncGroup (0-5), Heartbeat (0-4) and LeaveGroup (0-5) of classic groups.
 * - The leader's SyncGroup is answered, with everybody's, when the assignment is in the log.
 * - A heartbeat between JoinGroup's answer and the assignment is fine (as in Kafka 4.2, whose clients send them).
 * - LeaveGroup from v3 takes several members, and static ones by instance id alone (administrative removal).
 */
import { assert } from '../../assert.ts';
import { errorCodes } from '../../protocol/errors.ts';
import { groupErrorForAppend } from '../offsets-storage.ts';
import type { ClassicGroup } from './classic-group.ts';
import { memberError } from './group-join.ts';
import type { GroupMember } from './group-member.ts';
import { type HeartbeatBody, type LeaveGroupBody, type Reply, type SyncGroupAnswer, type SyncGroupBody, syncFailure } from './group-messages.ts';
import { type GroupRebalance, type GroupRuntime, storedGroup, syncAnswer } from './group-rebalance.ts';
import { groupRecord } from './group-records.ts';

export interface LeavingMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export class GroupMembership {
  private readonly runtime: GroupRuntime;
  private readonly rebalance: GroupRebalance;

  constructor(runtime: GroupRuntime, rebalance: GroupRebalance) {
    this.runtime = runtime;
    this.rebalance = rebalance;
  }

  sync(group: ClassicGroup, body: SyncGroupBody, reply: Reply<SyncGroupAnswer>): void {
    const errorCode = syncError(group, body);
    if (errorCode !== 0) {
      reply(syncFailure(errorCode));
      return;
    }
    const member = group.members.get(body.memberId);
    assert(member !== undefined, `group ${group.groupId}: ${body.memberId} was checked to be a member`);
    group.pendingSync.delete(member.memberId);
    if (group.state === 'Stable') {
      this.rebalance.extendSession(member);
      reply(syncAnswer(group, member));
      return;
    }
    assert(group.state === 'CompletingRebalance', `group ${group.groupId}: SyncGroup in ${group.state}`);
    member.answerSync(syncFailure(errorCodes.REBALANCE_IN_PROGRESS)); // its connection is gone, or it would not ask again
    member.parkSync(reply);
    if (group.isLeader(member.memberId)) this.storeAssignments(group, body);
  }

  heartbeat(group: ClassicGroup, body: HeartbeatBody): number {
    const errorCode = memberError(group, body);
    if (errorCode !== 0) return errorCode;
    if (body.generationId !== group.generationId) return errorCodes.ILLEGAL_GENERATION;
    const member = group.members.get(body.memberId);
    if (member !== undefined) this.rebalance.extendSession(member);
    return group.state === 'PreparingRebalance' ? errorCodes.REBALANCE_IN_PROGRESS : errorCodes.NONE;
  }

  /** One error code for each leaving member, in order. */
  leave(group: ClassicGroup, leaving: readonly LeavingMember[]): number[] {
    let haveLeft = false;
    const errors = leaving.map((each) => {
      if (each.groupInstanceId === null && group.removePendingMember(each.memberId)) {
        haveLeft = true;
        return errorCodes.NONE;
      }
      const found = findLeaving(group, each);
      if (typeof found === 'number') return found;
      this.rebalance.dropMember(group, found);
      haveLeft = true;
      return errorCodes.NONE;
    });
    if (haveLeft) this.rebalance.membersLeft(group, `members left: ${leaving.map((each) => each.groupInstanceId ?? each.memberId).join(', ')}`);
    return errors;
  }

  private storeAssignments(group: ClassicGroup, body: SyncGroupBody): void {
    const assignments = new Map<string, Buffer>();
    for (const { memberId, assignment } of body.assignments) {
      if (group.members.has(memberId)) assignments.set(memberId, Buffer.from(assignment));
    }
    const { generationId } = group;
    this.runtime.append(group, [groupRecord(group.groupId, storedGroup(group, assignments))], (logError) => {
      // While it was on its way another rebalance may have begun, which has answered the waiting members.
      if (group.state !== 'CompletingRebalance' || group.generationId !== generationId) return;
      this.rebalance.assignmentStored(group, assignments, groupErrorForAppend(logError));
    });
  }
}

/** The members that a LeaveGroup body names, in the form of its version. */
export function leavingMembersOf(body: LeaveGroupBody, apiVersion: number): LeavingMember[] {
  return apiVersion >= 3 ? [...body.members] : [{ memberId: body.memberId, groupInstanceId: null }];
}

function findLeaving(group: ClassicGroup, leaving: LeavingMember): GroupMember | number {
  const { groupInstanceId } = leaving;
  const isByInstance = leaving.memberId === '' && groupInstanceId !== null;
  const memberId = isByInstance ? group.staticMemberId(groupInstanceId) : leaving.memberId;
  if (memberId === undefined) return errorCodes.UNKNOWN_MEMBER_ID;
  const errorCode = memberError(group, { memberId, groupInstanceId });
  return errorCode === 0 ? (group.members.get(memberId) ?? errorCodes.UNKNOWN_MEMBER_ID) : errorCode;
}

function syncError(group: ClassicGroup, body: SyncGroupBody): number {
  const errorCode = memberError(group, body);
  if (errorCode !== 0) return errorCode;
  if (body.generationId !== group.generationId) return errorCodes.ILLEGAL_GENERATION;
  const differs = (said: string | null, is: string | null) => said !== null && is !== null && said !== is;
  if (differs(body.protocolType, group.protocolType) || differs(body.protocolName, group.protocolName)) {
    return errorCodes.INCONSISTENT_GROUP_PROTOCOL;
  }
  return group.state === 'PreparingRebalance' ? errorCodes.REBALANCE_IN_PROGRESS : errorCodes.NONE;
}
