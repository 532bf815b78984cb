/**
 * The rebalance of classic groups: join phase, completion, sync phase, and what happens when members are late or
 * vanish. Every path out of a phase answers what is parked in it.
 *
 *   Empty -> PreparingRebalance        first join; waits the initial delay, longer while members keep joining
 *   Stable, CompletingRebalance -> PreparingRebalance    join, leave, expiry; waits for all members, at most the rebalance timeout
 *   PreparingRebalance -> CompletingRebalance            all joined: generation + 1; waits for SyncGroup of all
 *   CompletingRebalance -> Stable      the leader's assignment is in the log
 *   PreparingRebalance -> Empty        nobody came back
 */
import type { Clock, Random } from '../../environment.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { GroupCoordinatorConfig } from '../group-config.ts';
import type { OffsetsRecord } from '../offsets-storage.ts';
import type { ClassicGroup } from './classic-group.ts';
import { type GroupMember, SessionTimer } from './group-member.ts';
import { type JoinGroupAnswer, joinFailure, syncFailure } from './group-messages.ts';
import { groupRecord, type StoredGroup } from './group-records.ts';

/** What the parts of the coordinator share. */
export interface GroupRuntime {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: GroupCoordinatorConfig;
  readonly log: (line: string) => void;
  /** Appends to the group's partition; `done` gets the log's error code, 0 when replicated. */
  readonly append: (group: ClassicGroup, records: OffsetsRecord[], done: (errorCode: number) => void) => void;
}

/** A new member's JoinGroup is parked no longer than this: its client has given up and will come with a new id. */
const newMemberJoinTimeoutMs = 300_000;

export class GroupRebalance {
  private readonly runtime: GroupRuntime;

  constructor(runtime: GroupRuntime) {
    this.runtime = runtime;
  }

  /** A session for a member of the group. */
  sessionOf(group: ClassicGroup, member: () => GroupMember): SessionTimer {
    return new SessionTimer(this.runtime.clock, () => this.sessionEnded(group, member()));
  }

  extendSession(member: GroupMember): void {
    member.session.extend(member.isNew ? newMemberJoinTimeoutMs : member.sessionTimeoutMs);
  }

  /** Membership or metadata changed: begin a rebalance, or let the running one notice. */
  startOrContinue(group: ClassicGroup, reason: string): void {
    if (group.canRebalance) this.start(group, reason);
    else this.completeJoinWhenAllJoined(group);
  }

  start(group: ClassicGroup, reason: string): void {
    const { clock, config } = this.runtime;
    const wasEmpty = group.state === 'Empty';
    if (group.state === 'CompletingRebalance') this.dropAssignments(group, errorCodes.REBALANCE_IN_PROGRESS);
    group.syncTimer?.cancel();
    group.syncTimer = undefined;
    group.transitionTo('PreparingRebalance', clock.nowMs());
    this.runtime.log(`group ${group.groupId}: rebalance of generation ${group.generationId} begins: ${reason}`);
    if (wasEmpty) {
      const remainingMs = Math.max(group.rebalanceTimeoutMs - config.initialRebalanceDelayMs, 0);
      this.waitInitially(group, { delayMs: config.initialRebalanceDelayMs, remainingMs });
    } else if (group.haveAllMembersJoined) {
      this.completeJoin(group);
    } else {
      this.setJoinTimer(group, group.rebalanceTimeoutMs, () => this.completeJoin(group));
    }
  }

  /** The initial delay always runs to its end, so that members started together share the first generation. */
  completeJoinWhenAllJoined(group: ClassicGroup): void {
    const isDelayed = group.previousState === 'Empty';
    if (group.state === 'PreparingRebalance' && !isDelayed && group.haveAllMembersJoined) this.completeJoin(group);
  }

  /** Takes a member out, answering what it had parked, and rebalances the rest. */
  removeMember(group: ClassicGroup, member: GroupMember, reason: string): void {
    this.dropMember(group, member);
    this.membersLeft(group, reason);
  }

  /** The member is gone from the group; the caller rebalances. */
  dropMember(group: ClassicGroup, member: GroupMember): void {
    member.answerJoin(joinFailure('', errorCodes.UNKNOWN_MEMBER_ID));
    member.answerSync(syncFailure(errorCodes.UNKNOWN_MEMBER_ID));
    group.removeMember(member);
  }

  membersLeft(group: ClassicGroup, reason: string): void {
    if (group.state === 'Stable' || group.state === 'CompletingRebalance') this.start(group, reason);
    else this.completeJoinWhenAllJoined(group);
  }

  /** The leader's assignment was replicated (0) or not. */
  assignmentStored(group: ClassicGroup, assignments: ReadonlyMap<string, Buffer>, errorCode: number): void {
    if (errorCode !== 0) {
      this.dropAssignments(group, errorCode);
      this.startOrContinue(group, `storing the assignment failed with error ${errorCode}`);
      return;
    }
    group.transitionTo('Stable', this.runtime.clock.nowMs());
    for (const member of group.members.values()) {
      member.assignment = assignments.get(member.memberId) ?? Buffer.alloc(0);
      if (member.answerSync(syncAnswer(group, member))) this.extendSession(member);
    }
  }

  private waitInitially(group: ClassicGroup, wait: { delayMs: number; remainingMs: number }): void {
    this.setJoinTimer(group, wait.delayMs, () => {
      if (!group.joinedDuringInitialDelay || wait.remainingMs === 0) return this.completeJoin(group);
      group.joinedDuringInitialDelay = false;
      const delayMs = Math.min(this.runtime.config.initialRebalanceDelayMs, wait.remainingMs);
      this.waitInitially(group, { delayMs, remainingMs: Math.max(wait.remainingMs - wait.delayMs, 0) });
    });
  }

  private completeJoin(group: ClassicGroup): void {
    group.joinTimer?.cancel();
    group.joinTimer = undefined;
    for (const member of [...group.members.values()]) {
      if (!member.isAwaitingJoin && member.groupInstanceId === null) group.removeMember(member);
    }
    if (group.members.size > 0 && !group.electJoinedLeader()) {
      // Only static members are left and none came back: their sessions decide.
      this.setJoinTimer(group, group.rebalanceTimeoutMs, () => this.completeJoin(group));
      return;
    }
    group.startNextGeneration(this.runtime.clock.nowMs());
    if (group.state === 'Empty') this.storeEmptyGroup(group);
    else this.answerJoins(group);
  }

  private answerJoins(group: ClassicGroup): void {
    this.runtime.log(`group ${group.groupId}: generation ${group.generationId} with ${group.members.size} members, protocol ${group.protocolName}`);
    for (const member of group.members.values()) group.pendingSync.add(member.memberId);
    const { generationId } = group;
    group.syncTimer = this.runtime.clock.setTimer(group.rebalanceTimeoutMs, () => this.syncTimeEnded(group, generationId));
    for (const member of [...group.members.values()]) {
      member.isNew = false;
      this.extendSession(member);
      member.answerJoin(joinAnswer(group, member));
    }
  }

  private storeEmptyGroup(group: ClassicGroup): void {
    this.runtime.append(group, [groupRecord(group.groupId, storedGroup(group))], (errorCode) => {
      if (errorCode !== 0) this.runtime.log(`group ${group.groupId}: storing it as empty failed with error ${errorCode}`);
    });
  }

  private syncTimeEnded(group: ClassicGroup, generationId: number): void {
    group.syncTimer = undefined;
    const isInSyncPhase = group.state === 'CompletingRebalance' || group.state === 'Stable';
    if (!isInSyncPhase || group.generationId !== generationId || group.pendingSync.size === 0) return;
    for (const memberId of [...group.pendingSync]) {
      const member = group.members.get(memberId);
      if (member !== undefined) this.dropMember(group, member);
    }
    this.start(group, 'members did not send SyncGroup in time');
  }

  private sessionEnded(group: ClassicGroup, member: GroupMember): void {
    if (group.members.get(member.memberId) !== member || member.keepsSessionByWaiting) return;
    this.removeMember(group, member, `the session of ${member.memberId} ended`);
  }

  private dropAssignments(group: ClassicGroup, errorCode: number): void {
    for (const member of group.members.values()) {
      member.assignment = Buffer.alloc(0);
      if (member.answerSync(syncFailure(errorCode))) this.extendSession(member);
    }
  }

  private setJoinTimer(group: ClassicGroup, delayMs: number, callback: () => void): void {
    group.joinTimer?.cancel();
    group.joinTimer = this.runtime.clock.setTimer(delayMs, () => {
      group.joinTimer = undefined;
      callback();
    });
  }
}

/** The current generation, as the member is told it. The leader gets everybody's metadata, to assign from. */
export function joinAnswer(group: ClassicGroup, member: GroupMember): JoinGroupAnswer {
  return {
    errorCode: 0,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName ?? '',
    leader: group.leaderId ?? '',
    memberId: member.memberId,
    members: group.isLeader(member.memberId) ? membersForLeader(group) : [],
  };
}

export function syncAnswer(group: ClassicGroup, member: GroupMember) {
  const { protocolType, protocolName } = group;
  return { errorCode: 0, protocolType, protocolName, assignment: member.assignment };
}

/** The group as its record says it; with `assignments`, as it will be once they are in the log. */
export function storedGroup(group: ClassicGroup, assignments?: ReadonlyMap<string, Buffer>): StoredGroup {
  return {
    protocolType: group.protocolType ?? '',
    generationId: group.generationId,
    protocolName: group.protocolName,
    leaderId: group.leaderId,
    stateTimestampMs: group.stateTimestampMs,
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
      subscription: member.metadataFor(group.protocolName),
      assignment: (assignments === undefined ? member.assignment : assignments.get(member.memberId)) ?? Buffer.alloc(0),
    })),
  };
}

function membersForLeader(group: ClassicGroup) {
  return [...group.members.values()].map((member) => ({
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    metadata: member.metadataFor(group.protocolName),
  }));
}
