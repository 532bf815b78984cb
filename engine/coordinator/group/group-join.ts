/**
 * JoinGroup, versions 0-9.
 * - From v4 a dynamic member without an id gets one with MEMBER_ID_REQUIRED and comes back with it (KIP-394).
 * - A static member (v5, KIP-345) that restarts takes over its old id's place; while the group is stable and the
 *   protocol stays, without a rebalance. From v9 a restarted leader is told to skip the assignment (KIP-814).
 * - v0 has no rebalance timeout: the session timeout stands in.
 */
import { assert } from '../../assert.ts';
import { errorCodes } from '../../protocol/errors.ts';
import { groupErrorForAppend } from '../offsets-storage.ts';
import type { ClassicGroup } from './classic-group.ts';
import { GroupMember, type MemberProtocol, SessionTimer } from './group-member.ts';
import { joinFailure, type JoinGroupAnswer, type JoinGroupBody, type Reply, type RequestContext, syncFailure } from './group-messages.ts';
import { joinAnswer, type GroupRebalance, type GroupRuntime, storedGroup } from './group-rebalance.ts';
import { groupRecord } from './group-records.ts';

/** A JoinGroup that may be parked: nothing in it belongs to the request's frame. */
interface JoinRequest {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocolType: string;
  readonly protocols: readonly MemberProtocol[];
  readonly context: RequestContext;
  readonly reply: Reply<JoinGroupAnswer>;
}

export class GroupJoin {
  private readonly runtime: GroupRuntime;
  private readonly rebalance: GroupRebalance;

  constructor(runtime: GroupRuntime, rebalance: GroupRebalance) {
    this.runtime = runtime;
    this.rebalance = rebalance;
  }

  /** An error that does not depend on any group. */
  validate(body: JoinGroupBody): number {
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.runtime.config;
    if (body.sessionTimeoutMs < minSessionTimeoutMs || body.sessionTimeoutMs > maxSessionTimeoutMs) {
      return errorCodes.INVALID_SESSION_TIMEOUT;
    }
    const names = [body.groupInstanceId ?? '', body.protocolType, ...body.protocols.map((protocol) => protocol.name)];
    return names.some((name) => name.length > 10_000) ? errorCodes.INVALID_REQUEST : errorCodes.NONE;
  }

  join(group: ClassicGroup, body: JoinGroupBody, context: RequestContext, reply: Reply<JoinGroupAnswer>): void {
    const request = copyOf(body, context, reply);
    if (!this.hasRoomFor(group, request.memberId)) {
      const member = group.members.get(request.memberId);
      if (member !== undefined) this.rebalance.removeMember(group, member, 'the group is full');
      group.removePendingMember(request.memberId);
      reply(joinFailure('', errorCodes.GROUP_MAX_SIZE_REACHED));
    } else if (!group.supports(request.protocolType, request.protocols)) {
      reply(joinFailure(request.memberId, errorCodes.INCONSISTENT_GROUP_PROTOCOL));
    } else if (request.memberId === '') {
      this.joinAsNew(group, request);
    } else {
      this.joinAgain(group, request);
    }
  }

  private hasRoomFor(group: ClassicGroup, memberId: string): boolean {
    const { maxSize } = this.runtime.config;
    if (group.state === 'Empty') return true;
    if (group.state === 'PreparingRebalance') {
      return group.members.get(memberId)?.isAwaitingJoin === true || group.awaitingJoinCount < maxSize;
    }
    return group.members.has(memberId) || group.members.size < maxSize;
  }

  private joinAsNew(group: ClassicGroup, request: JoinRequest): void {
    const { groupInstanceId, context } = request;
    const memberId = `${groupInstanceId ?? context.clientId}-${uuidText(this.runtime.random.uuid())}`;
    if (groupInstanceId !== null) {
      const oldMemberId = group.staticMemberId(groupInstanceId);
      if (oldMemberId === undefined) this.addMember(group, memberId, request);
      else this.replaceStaticMember(group, oldMemberId, memberId, request);
    } else if (context.apiVersion >= 4) {
      const session = new SessionTimer(this.runtime.clock, () => {
        if (group.removePendingMember(memberId)) this.rebalance.completeJoinWhenAllJoined(group);
      });
      group.pendingMembers.set(memberId, session);
      session.extend(request.sessionTimeoutMs);
      request.reply(joinFailure(memberId, errorCodes.MEMBER_ID_REQUIRED));
    } else {
      this.addMember(group, memberId, request);
    }
  }

  private joinAgain(group: ClassicGroup, request: JoinRequest): void {
    if (request.groupInstanceId === null && group.removePendingMember(request.memberId)) {
      this.addMember(group, request.memberId, request);
      return;
    }
    const errorCode = memberError(group, request);
    const member = group.members.get(request.memberId);
    if (errorCode !== 0 || member === undefined) {
      request.reply(joinFailure(request.memberId, errorCode));
      return;
    }
    const isUnchanged = member.offersSame(request.protocols);
    const isLeader = group.isLeader(member.memberId);
    // An unchanged member that asks again has missed the answer. A leader in Stable asks because it wants a rebalance.
    const knowsNothingNew =
      isUnchanged && (group.state === 'CompletingRebalance' || (group.state === 'Stable' && !isLeader));
    if (knowsNothingNew) {
      request.reply(joinAnswer(group, member));
      return;
    }
    this.takeOver(member, request);
    this.rebalance.startOrContinue(group, `${member.memberId} joins again, ${isUnchanged ? 'unchanged' : 'with new metadata'}`);
  }

  private addMember(group: ClassicGroup, memberId: string, request: JoinRequest): void {
    const member: GroupMember = new GroupMember({
      memberId,
      groupInstanceId: request.groupInstanceId,
      clientId: request.context.clientId,
      clientHost: request.context.clientHost,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      sessionTimeoutMs: request.sessionTimeoutMs,
      protocols: request.protocols,
      session: this.rebalance.sessionOf(group, () => member),
    });
    member.isNew = true;
    member.parkJoin(request.reply);
    if (group.state === 'PreparingRebalance' && group.previousState === 'Empty') group.joinedDuringInitialDelay = true;
    group.addMember(member, request.protocolType);
    this.rebalance.extendSession(member);
    this.rebalance.startOrContinue(group, `${memberId} joins`);
  }

  /** What the member offers now, and its JoinGroup parked. An older parked one has lost its connection. */
  private takeOver(member: GroupMember, request: JoinRequest): void {
    member.answerJoin(joinFailure(member.memberId, errorCodes.REBALANCE_IN_PROGRESS));
    member.protocols = request.protocols;
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    member.clientId = request.context.clientId;
    member.clientHost = request.context.clientHost;
    member.parkJoin(request.reply);
  }

  private replaceStaticMember(group: ClassicGroup, oldMemberId: string, memberId: string, request: JoinRequest): void {
    const member = group.members.get(oldMemberId);
    assert(member !== undefined, `group ${group.groupId}: static member ${oldMemberId} is a member`);
    const before = { protocols: member.protocols, rebalanceTimeoutMs: member.rebalanceTimeoutMs, sessionTimeoutMs: member.sessionTimeoutMs };
    const oldLeaderId = group.leaderId;
    member.answerJoin(joinFailure(oldMemberId, errorCodes.FENCED_INSTANCE_ID));
    member.answerSync(syncFailure(errorCodes.FENCED_INSTANCE_ID));
    group.renameStaticMember(member, memberId);
    this.takeOver(member, request);
    this.rebalance.extendSession(member);
    if (group.state === 'Stable' && group.selectProtocol() === group.protocolName) {
      this.storeReplacement(group, member, { request, before, oldMemberId, oldLeaderId });
    } else {
      this.rebalance.startOrContinue(group, `static member ${request.groupInstanceId} restarted`);
    }
  }

  private storeReplacement(
    group: ClassicGroup,
    member: GroupMember,
    replaced: {
      request: JoinRequest;
      before: { protocols: readonly MemberProtocol[]; rebalanceTimeoutMs: number; sessionTimeoutMs: number };
      oldMemberId: string;
      oldLeaderId: string | null;
    },
  ): void {
    const { memberId } = member;
    this.runtime.append(group, [groupRecord(group.groupId, storedGroup(group))], (logError) => {
      // Replaced again, removed, or taken into a rebalance that answers it.
      if (group.state !== 'Stable' || group.members.get(memberId) !== member || !member.isAwaitingJoin) return;
      if (logError !== 0) {
        Object.assign(member, replaced.before);
        group.renameStaticMember(member, replaced.oldMemberId);
        this.rebalance.extendSession(member);
        member.answerJoin(joinFailure('', groupErrorForAppend(logError)));
        return;
      }
      this.rebalance.extendSession(member);
      if (replaced.request.context.apiVersion >= 9) {
        member.answerJoin({ ...joinAnswer(group, member), skipAssignment: group.isLeader(memberId) });
      } else {
        // Named leader under its old id, it does not take itself for one and leaves the assignment alone.
        member.answerJoin({ ...joinAnswer(group, member), leader: replaced.oldLeaderId ?? '', members: [] });
      }
    });
  }
}

/** 0, UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when another member holds the instance id. */
export function memberError(group: ClassicGroup, member: { memberId: string; groupInstanceId: string | null }): number {
  if (member.groupInstanceId !== null) {
    const holder = group.staticMemberId(member.groupInstanceId);
    if (holder === undefined) return errorCodes.UNKNOWN_MEMBER_ID;
    if (holder !== member.memberId) return errorCodes.FENCED_INSTANCE_ID;
  }
  return group.members.has(member.memberId) ? errorCodes.NONE : errorCodes.UNKNOWN_MEMBER_ID;
}

function copyOf(body: JoinGroupBody, context: RequestContext, reply: Reply<JoinGroupAnswer>): JoinRequest {
  return {
    memberId: body.memberId,
    groupInstanceId: body.groupInstanceId,
    sessionTimeoutMs: body.sessionTimeoutMs,
    rebalanceTimeoutMs: body.rebalanceTimeoutMs < 0 ? body.sessionTimeoutMs : body.rebalanceTimeoutMs,
    protocolType: body.protocolType,
    protocols: body.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    context: { ...context, clientId: context.clientId.slice(0, 10_000) },
    reply,
  };
}

/** As Java prints a UUID. */
function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
