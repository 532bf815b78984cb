/**
 * One classic consumer group: members, state, generation, leader and protocol, as plain data with asserted
 * transitions. Knows no clock, no storage and no other group; what happens when is in `group-rebalance.ts`.
 */
import { assert } from '../../assert.ts';
import type { Timer } from '../../environment.ts';
import { GroupOffsets } from './group-offsets.ts';
import type { GroupMember, MemberProtocol, SessionTimer } from './group-member.ts';
import { subscribedTopicsOf } from './member-subscription.ts';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const statesBefore: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance'],
  PreparingRebalance: ['Empty', 'CompletingRebalance', 'Stable'],
  CompletingRebalance: ['PreparingRebalance'],
  Stable: ['CompletingRebalance'],
  Dead: ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable'],
};

/** What a group starts from: nothing for a new one, the last record of its partition for a loaded one. */
export interface LoadedGroup {
  readonly state: 'Empty' | 'Stable';
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  readonly stateTimestampMs: number | undefined;
}

export class ClassicGroup {
  readonly groupId: string;
  readonly offsetsPartition: number;
  readonly offsets = new GroupOffsets();
  /** By member id, in the order of joining. */
  readonly members = new Map<string, GroupMember>();
  /** Member ids handed out with MEMBER_ID_REQUIRED that have not come back, and their sessions. */
  readonly pendingMembers = new Map<string, SessionTimer>();
  /** Members of this generation that have not sent SyncGroup. */
  readonly pendingSync = new Set<string>();
  state: GroupState = 'Empty';
  previousState: GroupState = 'Dead';
  /** When the state was entered (wall clock); unknown for groups loaded from very old records. */
  stateTimestampMs: number | undefined;
  generationId = 0;
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** Topics that the members of this generation subscribe to; undefined when their metadata is not the consumer protocol's. */
  subscribedTopics: ReadonlySet<string> | undefined = new Set();
  /** Somebody joined during the initial delay: extend it. */
  joinedDuringInitialDelay = false;
  joinTimer: Timer | undefined;
  syncTimer: Timer | undefined;
  private readonly staticMembers = new Map<string, string>();

  constructor(options: { groupId: string; offsetsPartition: number; nowMs: number }) {
    this.groupId = options.groupId;
    this.offsetsPartition = options.offsetsPartition;
    this.stateTimestampMs = options.nowMs;
  }

  static fromLog(options: { groupId: string; offsetsPartition: number; nowMs: number }, loaded: LoadedGroup): ClassicGroup {
    const group = new ClassicGroup(options);
    group.state = loaded.state;
    group.generationId = loaded.generationId;
    group.protocolType = loaded.protocolType;
    group.protocolName = loaded.protocolName;
    group.leaderId = loaded.leaderId;
    group.stateTimestampMs = loaded.stateTimestampMs;
    return group;
  }

  transitionTo(state: GroupState, nowMs: number): void {
    assert(statesBefore[state].includes(this.state), `group ${this.groupId}: ${this.state} -> ${state} is not allowed`);
    assert(state !== 'Empty' || this.members.size === 0, `group ${this.groupId}: Empty with ${this.members.size} members`);
    assert(state !== 'Stable' || this.members.size > 0, `group ${this.groupId}: Stable without members`);
    this.previousState = this.state;
    this.state = state;
    this.stateTimestampMs = nowMs;
  }

  get usesConsumerProtocol(): boolean {
    return this.protocolType === 'consumer';
  }

  get canRebalance(): boolean {
    return this.state === 'Empty' || this.state === 'CompletingRebalance' || this.state === 'Stable';
  }

  /** The longest of its members'. */
  get rebalanceTimeoutMs(): number {
    let longestMs = 0;
    for (const member of this.members.values()) longestMs = Math.max(longestMs, member.rebalanceTimeoutMs);
    return longestMs;
  }

  get awaitingJoinCount(): number {
    let count = 0;
    for (const member of this.members.values()) if (member.isAwaitingJoin) count++;
    return count;
  }

  get haveAllMembersJoined(): boolean {
    return this.pendingMembers.size === 0 && this.awaitingJoinCount === this.members.size;
  }

  isLeader(memberId: string): boolean {
    return this.leaderId === memberId;
  }

  staticMemberId(groupInstanceId: string): string | undefined {
    return this.staticMembers.get(groupInstanceId);
  }

  addMember(member: GroupMember, protocolType: string): void {
    assert(!this.members.has(member.memberId), `group ${this.groupId}: member ${member.memberId} twice`);
    if (this.members.size === 0) this.protocolType = protocolType;
    this.leaderId ??= member.memberId;
    this.members.set(member.memberId, member);
    if (member.groupInstanceId !== null) {
      assert(!this.staticMembers.has(member.groupInstanceId), `group ${this.groupId}: two ${member.groupInstanceId}`);
      this.staticMembers.set(member.groupInstanceId, member.memberId);
    }
  }

  removeMember(member: GroupMember): void {
    assert(this.members.get(member.memberId) === member, `group ${this.groupId}: ${member.memberId} is not a member`);
    member.session.stop();
    this.members.delete(member.memberId);
    this.pendingSync.delete(member.memberId);
    if (member.groupInstanceId !== null) this.staticMembers.delete(member.groupInstanceId);
    if (this.isLeader(member.memberId)) this.leaderId = this.members.keys().next().value ?? null;
  }

  removePendingMember(memberId: string): boolean {
    this.pendingMembers.get(memberId)?.stop();
    return this.pendingMembers.delete(memberId);
  }

  /** A static member came back under a new id. The caller has answered what the old one had parked. */
  renameStaticMember(member: GroupMember, newMemberId: string): void {
    const oldMemberId = member.memberId;
    assert(member.groupInstanceId !== null, `group ${this.groupId}: ${oldMemberId} is not static`);
    assert(this.members.get(oldMemberId) === member, `group ${this.groupId}: ${oldMemberId} is not a member`);
    this.members.delete(oldMemberId);
    member.memberId = newMemberId;
    this.members.set(newMemberId, member);
    this.staticMembers.set(member.groupInstanceId, newMemberId);
    if (this.isLeader(oldMemberId)) this.leaderId = newMemberId;
    if (this.pendingSync.delete(oldMemberId)) this.pendingSync.add(newMemberId);
  }

  /** False: this member cannot agree with the others on a protocol. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.state === 'Empty') return protocolType !== '' && protocols.length > 0;
    return protocolType === this.protocolType && protocols.some((protocol) => this.isOfferedByAll(protocol.name));
  }

  /** The protocol that all members offer and most prefer; between equals, what the first member prefers. */
  selectProtocol(): string {
    const votes = new Map<string, number>();
    const [first] = this.members.values();
    assert(first !== undefined, `group ${this.groupId}: a protocol for no members`);
    for (const { name } of first.protocols) if (this.isOfferedByAll(name)) votes.set(name, 0);
    for (const member of this.members.values()) {
      const choice = member.protocols.find((protocol) => votes.has(protocol.name));
      assert(choice !== undefined, `group ${this.groupId}: no protocol in common`);
      votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
    }
    let [selected, most] = ['', -1];
    for (const [name, count] of votes) if (count > most) [selected, most] = [name, count];
    return selected;
  }

  /** True when the leader, or another member made leader now, has joined the coming generation. */
  electJoinedLeader(): boolean {
    if (this.leaderId === null) return false;
    if (this.members.get(this.leaderId)?.isAwaitingJoin === true) return true;
    for (const member of this.members.values()) {
      if (!member.isAwaitingJoin) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  /** Ends the join phase: the next generation has exactly the members there are. */
  startNextGeneration(nowMs: number): void {
    this.generationId = this.generationId === 2 ** 31 - 1 ? 1 : this.generationId + 1;
    this.pendingSync.clear();
    const isEmpty = this.members.size === 0;
    this.protocolName = isEmpty ? null : this.selectProtocol();
    this.refreshSubscribedTopics();
    this.transitionTo(isEmpty ? 'Empty' : 'CompletingRebalance', nowMs);
  }

  refreshSubscribedTopics(): void {
    const metadata = [...this.members.values()].map((member) => member.metadataFor(this.protocolName));
    this.subscribedTopics = metadata.length === 0 || this.usesConsumerProtocol ? subscribedTopicsOf(metadata) : undefined;
  }

  /** Whether offsets of the topic belong to running members. */
  isSubscribedTo(topic: string): boolean {
    return this.subscribedTopics?.has(topic) ?? this.usesConsumerProtocol;
  }

  private isOfferedByAll(protocolName: string): boolean {
    for (const member of this.members.values()) {
      if (!member.protocols.some((protocol) => protocol.name === protocolName)) return false;
    }
    return true;
  }
}
