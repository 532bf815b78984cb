/**
 * The classic group coordinator of one broker: all groups of the `__consumer_offsets` partitions it leads.
 * Single-threaded state machines over an injected clock, random numbers and storage; each request is answered exactly
 * once, at once or when what it waits for has happened (join phase, assignment, replication, unload).
 * Left out: KIP-848 groups, transactional offset commits, authorisation.
 */
import type { Clock, Random, Timer } from '../environment.ts';
import { errorCodes } from '../protocol/errors.ts';
import type { GroupCoordinatorConfig } from './group-config.ts';
import { ClassicGroup } from './group/classic-group.ts';
import { GroupJoin } from './group/group-join.ts';
import { GroupLoader } from './group/group-loader.ts';
import { describedGroup, deletionError, fetchAnswerOf, listedGroup, matchesFilters } from './group/group-listing.ts';
import { GroupMembership, leavingMembersOf } from './group/group-membership.ts';
import { joinFailure, syncFailure } from './group/group-messages.ts';
import type * as messages from './group/group-messages.ts';
import {
  commitAnswer,
  commitError,
  commitOffsets,
  deleteOffsets,
  expiredOffsets,
  fetchOffsets,
  groupTombstone,
  tombstonesOf,
} from './group/group-offset-requests.ts';
import type { CommittedOffset, TopicPartition } from './group/group-offsets.ts';
import { GroupRebalance, type GroupRuntime } from './group/group-rebalance.ts';
import { groupErrorForAppend, type OffsetsRecord, type OffsetsStorage, offsetsPartitionFor } from './offsets-storage.ts';

export { type OffsetsRecord, type OffsetsStorage, offsetsPartitionFor } from './offsets-storage.ts';
export type { RequestContext } from './group/group-messages.ts';

type Reply<Answer> = messages.Reply<Answer>;
type RequestContext = messages.RequestContext;

export interface GroupCoordinatorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly config: GroupCoordinatorConfig;
  readonly storage: OffsetsStorage;
  readonly log: (line: string) => void;
}

/** One object a leadership: what was begun under another one compares unequal. */
interface Leadership {
  readonly leaderEpoch: number;
  isLoading: boolean;
}

export class GroupCoordinator {
  private readonly options: GroupCoordinatorOptions;
  private readonly groups = new Map<string, ClassicGroup>();
  private readonly leaderships = new Map<number, Leadership>();
  private readonly rebalance: GroupRebalance;
  private readonly joins: GroupJoin;
  private readonly membership: GroupMembership;
  private readonly runtime: GroupRuntime;
  private expiryTimer: Timer | undefined;
  private isShutDown = false;

  constructor(options: GroupCoordinatorOptions) {
    this.options = options;
    const append = (group: ClassicGroup, records: OffsetsRecord[], done: (errorCode: number) => void) =>
      this.append(group.offsetsPartition, records, done);
    const { clock, random, config, log } = options;
    this.runtime = { clock, random, config, log, append };
    this.rebalance = new GroupRebalance(this.runtime);
    this.joins = new GroupJoin(this.runtime, this.rebalance);
    this.membership = new GroupMembership(this.runtime, this.rebalance);
    this.expireOffsetsLater();
  }

  /**
   * The broker became leader of a partition of `__consumer_offsets`: reads it from its start. `batches` are whole record
   * batches in order, up to the end of the log. Rejects when it cannot be read; the partition is then not served.
   */
  async load(offsetsPartition: number, leaderEpoch: number, batches: AsyncIterable<Buffer>): Promise<void> {
    const current = this.leaderships.get(offsetsPartition);
    if (this.isShutDown || (current !== undefined && current.leaderEpoch >= leaderEpoch)) return;
    this.unload(offsetsPartition);
    const leadership: Leadership = { leaderEpoch, isLoading: true };
    this.leaderships.set(offsetsPartition, leadership);
    const isCurrent = () => this.leaderships.get(offsetsPartition) === leadership;
    const loader = new GroupLoader();
    try {
      for await (const chunk of batches) {
        if (!isCurrent()) return;
        loader.addBatches(chunk);
      }
    } catch (error) {
      if (isCurrent()) this.leaderships.delete(offsetsPartition);
      throw error;
    }
    if (!isCurrent()) return;
    const nowMs = this.options.clock.nowMs();
    const groups = loader.finish({ offsetsPartition, nowMs, rebalance: this.rebalance });
    for (const group of groups) this.groups.set(group.groupId, group);
    leadership.isLoading = false;
    const skipped = loader.skipped === 0 ? '' : `, ${loader.skipped} skipped`;
    if (loader.records > 0) this.options.log(`__consumer_offsets-${offsetsPartition}: ${groups.length} groups from ${loader.records} records${skipped}`);
  }

  /** The broker no longer leads the partition: everything parked in its groups is sent to the new coordinator. */
  unload(offsetsPartition: number): void {
    this.leaderships.delete(offsetsPartition);
    for (const group of [...this.groups.values()]) {
      if (group.offsetsPartition === offsetsPartition) this.endGroup(group, errorCodes.NOT_COORDINATOR);
    }
  }

  shutdown(): void {
    this.isShutDown = true;
    this.expiryTimer?.cancel();
    for (const offsetsPartition of [...this.leaderships.keys()]) this.unload(offsetsPartition);
  }

  joinGroup(body: messages.JoinGroupBody, context: RequestContext, reply: Reply<messages.JoinGroupAnswer>): void {
    const errorCode = this.errorFor(body.groupId, { allowEmpty: false }) || this.joins.validate(body);
    if (errorCode !== 0) return reply(joinFailure(body.memberId, errorCode));
    const existing = this.groups.get(body.groupId);
    if (existing === undefined && body.memberId !== '') return reply(joinFailure(body.memberId, errorCodes.UNKNOWN_MEMBER_ID));
    const group = existing ?? this.createGroup(body.groupId);
    this.joins.join(group, body, context, reply);
    const wasRefused = group.state === 'Empty' && group.pendingMembers.size === 0;
    if (existing === undefined && wasRefused) this.groups.delete(group.groupId);
  }

  syncGroup(body: messages.SyncGroupBody, _context: RequestContext, reply: Reply<messages.SyncGroupAnswer>): void {
    const errorCode = this.errorFor(body.groupId, { allowEmpty: false });
    if (errorCode === errorCodes.COORDINATOR_LOAD_IN_PROGRESS) {
      // The rebalance's state is lost with the old coordinator: join again, rather than ask this one again.
      return reply(syncFailure(errorCodes.REBALANCE_IN_PROGRESS));
    }
    if (errorCode !== 0) return reply(syncFailure(errorCode));
    const group = this.groups.get(body.groupId);
    if (group === undefined) reply(syncFailure(errorCodes.UNKNOWN_MEMBER_ID));
    else this.membership.sync(group, body, reply);
  }

  heartbeat(body: messages.HeartbeatBody, _context: RequestContext, reply: Reply<messages.HeartbeatAnswer>): void {
    const errorCode = this.errorFor(body.groupId, { allowEmpty: false });
    // While the group is being read nobody's session runs: a heartbeat is as good as any.
    if (errorCode === errorCodes.COORDINATOR_LOAD_IN_PROGRESS) return reply({ errorCode: errorCodes.NONE });
    if (errorCode !== 0) return reply({ errorCode });
    const group = this.groups.get(body.groupId);
    reply({ errorCode: group === undefined ? errorCodes.UNKNOWN_MEMBER_ID : this.membership.heartbeat(group, body) });
  }

  leaveGroup(body: messages.LeaveGroupBody, context: RequestContext, reply: Reply<messages.LeaveGroupAnswer>): void {
    const errorCode = this.errorFor(body.groupId, { allowEmpty: false });
    if (errorCode !== 0) return reply({ errorCode, members: [] });
    const leaving = leavingMembersOf(body, context.apiVersion);
    const group = this.groups.get(body.groupId);
    const errors = group === undefined ? leaving.map(() => errorCodes.UNKNOWN_MEMBER_ID) : this.membership.leave(group, leaving);
    if (context.apiVersion < 3) return reply({ errorCode: errors[0] ?? errorCodes.UNKNOWN_MEMBER_ID });
    const members = leaving.map(({ memberId, groupInstanceId }, index) => ({ memberId, groupInstanceId, errorCode: errors[index] ?? 0 }));
    reply({ errorCode: 0, members });
  }

  offsetCommit(body: messages.OffsetCommitBody, _context: RequestContext, reply: Reply<messages.OffsetCommitAnswer>): void {
    const refuse = (errorCode: number) => reply(commitAnswer(body, () => errorCode));
    const errorCode = this.errorFor(body.groupId, { allowEmpty: true });
    if (errorCode !== 0) return refuse(errorCode);
    const existing = this.groups.get(body.groupId);
    if (existing === undefined && body.generationIdOrMemberEpoch >= 0) return refuse(errorCodes.ILLEGAL_GENERATION);
    const group = existing ?? this.newGroup(body.groupId);
    const senderError = commitError(group, body);
    if (senderError !== 0) return refuse(senderError);
    const sender = group.members.get(body.memberId);
    if (sender !== undefined) this.rebalance.extendSession(sender);
    const leadership = this.leaderships.get(group.offsetsPartition);
    commitOffsets(this.runtime, group, {
      body,
      reply,
      apply: (offsets) => {
        // Under another leadership the log has been, or is being, read anew.
        if (this.leaderships.get(group.offsetsPartition) === leadership) this.applyCommit(body.groupId, offsets);
      },
    });
  }

  offsetFetch(body: messages.OffsetFetchBody, context: RequestContext, reply: Reply<messages.OffsetFetchAnswer>): void {
    const { apiVersion } = context;
    const asked = apiVersion >= 8 ? body.groups : [{ groupId: body.groupId, topics: body.topics }];
    const groups = asked.map(({ groupId, topics }) => {
      const errorCode = this.errorFor(groupId, { allowEmpty: true });
      return { groupId, errorCode, asked: topics, topics: errorCode === 0 ? fetchOffsets(this.groups.get(groupId), topics) : [] };
    });
    reply(fetchAnswerOf(groups, apiVersion));
  }

  describeGroups(body: messages.DescribeGroupsBody, _context: RequestContext, reply: Reply<messages.DescribeGroupsAnswer>): void {
    const groups = body.groups.map((groupId) => {
      const errorCode = this.errorFor(groupId, { allowEmpty: true });
      return describedGroup(groupId, errorCode === 0 ? this.groups.get(groupId) : undefined, errorCode);
    });
    reply({ groups });
  }

  listGroups(body: messages.ListGroupsBody, _context: RequestContext, reply: Reply<messages.ListGroupsAnswer>): void {
    if (this.isShutDown) return reply({ errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE, groups: [] });
    for (const { isLoading } of this.leaderships.values()) {
      if (isLoading) return reply({ errorCode: errorCodes.COORDINATOR_LOAD_IN_PROGRESS, groups: [] });
    }
    const groups = [...this.groups.values()].filter((group) => matchesFilters(group, body)).map(listedGroup);
    reply({ errorCode: 0, groups });
  }

  deleteGroups(body: messages.DeleteGroupsBody, _context: RequestContext, reply: Reply<messages.DeleteGroupsAnswer>): void {
    const results = body.groupsNames.map((groupId) => ({ groupId, errorCode: 0 }));
    let waitingFor = 1;
    const finished = () => {
      if (--waitingFor === 0) reply({ results });
    };
    for (const result of results) {
      const group = this.groups.get(result.groupId);
      result.errorCode = this.errorFor(result.groupId, { allowEmpty: false }) || deletionError(group);
      if (result.errorCode !== 0 || group === undefined) continue;
      waitingFor++;
      this.bury(group, group.offsets.allPartitions(), (errorCode) => {
        result.errorCode = errorCode;
        finished();
      });
    }
    finished();
  }

  offsetDelete(body: messages.OffsetDeleteBody, _context: RequestContext, reply: Reply<messages.OffsetDeleteAnswer>): void {
    const errorCode = this.errorFor(body.groupId, { allowEmpty: false });
    if (errorCode !== 0) return reply({ errorCode, topics: [] });
    const group = this.groups.get(body.groupId);
    if (group === undefined) reply({ errorCode: errorCodes.GROUP_ID_NOT_FOUND, topics: [] });
    else deleteOffsets(this.runtime, group, body, reply);
  }

  /** Topics were deleted: their offsets go too, in all groups of this coordinator. */
  topicsDeleted(topics: ReadonlySet<string>): void {
    for (const group of this.groups.values()) {
      const doomed = group.offsets.allPartitions().filter(({ topic }) => topics.has(topic));
      if (doomed.length === 0) continue;
      this.append(group.offsetsPartition, tombstonesOf(group, doomed), (errorCode) => {
        if (errorCode === 0) for (const { topic, partition } of doomed) group.offsets.delete(topic, partition);
      });
    }
  }

  private errorFor(groupId: string, options: { allowEmpty: boolean }): number {
    if (this.isShutDown) return errorCodes.COORDINATOR_NOT_AVAILABLE;
    if (groupId.length > 10_000 || (groupId === '' && !options.allowEmpty)) return errorCodes.INVALID_GROUP_ID;
    const leadership = this.leaderships.get(this.partitionFor(groupId));
    if (leadership === undefined) return errorCodes.NOT_COORDINATOR;
    return leadership.isLoading ? errorCodes.COORDINATOR_LOAD_IN_PROGRESS : errorCodes.NONE;
  }

  private partitionFor(groupId: string): number {
    return offsetsPartitionFor(groupId, this.options.storage.partitionCount);
  }

  private newGroup(groupId: string): ClassicGroup {
    return new ClassicGroup({ groupId, offsetsPartition: this.partitionFor(groupId), nowMs: this.options.clock.nowMs() });
  }

  private createGroup(groupId: string): ClassicGroup {
    const group = this.newGroup(groupId);
    this.groups.set(groupId, group);
    return group;
  }

  /** The group may have come, gone or come again since the commit began; the log has the commit as its last word. */
  private applyCommit(groupId: string, offsets: readonly [TopicPartition, CommittedOffset][]): void {
    const group = this.groups.get(groupId) ?? this.createGroup(groupId);
    for (const [{ topic, partition }, committed] of offsets) group.offsets.set(topic, partition, committed);
  }

  private append(offsetsPartition: number, records: OffsetsRecord[], done: (errorCode: number) => void): void {
    this.options.storage.append(offsetsPartition, records).then(done, (error: unknown) => {
      this.options.log(`__consumer_offsets-${offsetsPartition}: append failed: ${String(error)}`);
      done(errorCodes.UNKNOWN_SERVER_ERROR);
    });
  }

  /** Tombstones for a group without members and for `partitions`, all it has; then it is gone, unless it has lived on meanwhile. */
  private bury(group: ClassicGroup, partitions: readonly TopicPartition[], done: (errorCode: number) => void): void {
    const { generationId } = group;
    this.append(group.offsetsPartition, [...tombstonesOf(group, partitions), groupTombstone(group)], (logError) => {
      if (logError === 0 && group.state !== 'Dead') {
        for (const { topic, partition } of partitions) group.offsets.delete(topic, partition);
        if (group.state === 'Empty' && group.generationId === generationId) this.endGroup(group, errorCodes.UNKNOWN_MEMBER_ID);
      }
      done(groupErrorForAppend(logError));
    });
  }

  private endGroup(group: ClassicGroup, errorCode: number): void {
    group.joinTimer?.cancel();
    group.syncTimer?.cancel();
    for (const memberId of [...group.pendingMembers.keys()]) group.removePendingMember(memberId);
    group.transitionTo('Dead', this.options.clock.nowMs());
    this.groups.delete(group.groupId);
    for (const member of [...group.members.values()]) {
      group.removeMember(member);
      member.answerJoin(joinFailure(member.memberId, errorCode));
      member.answerSync(syncFailure(errorCode));
    }
  }

  private expireOffsetsLater(): void {
    const { clock, config } = this.options;
    this.expiryTimer = clock.setTimer(config.offsetsRetentionCheckIntervalMs, () => {
      for (const group of [...this.groups.values()]) this.expireOffsets(group);
      this.expireOffsetsLater();
    });
  }

  private expireOffsets(group: ClassicGroup): void {
    const expired = expiredOffsets(group, this.options);
    const isUnused = group.state === 'Empty' && group.pendingMembers.size === 0;
    if (isUnused && group.offsets.allPartitions().length === expired.length) {
      this.bury(group, expired, () => {});
    } else if (expired.length > 0) {
      this.append(group.offsetsPartition, tombstonesOf(group, expired), (errorCode) => {
        if (errorCode === 0) for (const { topic, partition } of expired) group.offsets.delete(topic, partition);
      });
    }
  }
}
