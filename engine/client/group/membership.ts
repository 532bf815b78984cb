/**
 * A member's life in a classic group: join, sync, heartbeat, and again whenever the group rebalances, until it leaves.
 * What an assignment means for reading and committing is the owner's business.
 */
import type { Timer } from '../../environment.ts';
import { Heartbeat, JoinGroup, LeaveGroup, SyncGroup } from '../../protocol/apis.ts';
import type { ResponseOf } from '../../protocol/api.ts';
import { errorCodes, errorName } from '../../protocol/errors.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { AssignorName, ConsumerConfig } from '../consumer-config.ts';
import { assign, type GroupMember } from './assignors.ts';
import type { CoordinatorLink } from './coordinator-link.ts';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription, type TopicPartition } from './subscription.ts';

/** Why a member joins: at its start; the group rebalances; it was thrown out or left for not polling; partitions were added; it has given some up. */
export type JoinReason = 'start' | 'rebalance' | 'lost' | 'partitions' | 'revoked';

export interface MembershipEvents {
  /** Before each join; resolves to what the member keeps meanwhile. */
  onRejoining(reason: JoinReason): Promise<readonly TopicPartition[]>;
  /** Resolves to true when the member gave something up that another one waits for: it joins again at once. */
  onAssigned(partitions: readonly TopicPartition[]): Promise<boolean>;
  /** The group went on without this member: what it had may be another's already. */
  onLost(): void;
}

/** What the member names in its commits. */
export interface Generation {
  readonly memberId: string;
  readonly generationId: number;
}

/** The group will never take this member as it is configured. */
export class GroupRefusedError extends Error {
  override readonly name = 'GroupRefusedError';
}

const PROTOCOL_TYPE = 'consumer';
/** Java's margin for the answer to a JoinGroup. */
const JOIN_MARGIN_MS = 5000;
const LEAVE_ATTEMPTS = 2;
const NOBODY = '';

export class Membership {
  readonly #client: ClusterClient;
  readonly #link: CoordinatorLink;
  readonly #config: ConsumerConfig;
  readonly #topics: readonly string[];
  readonly #events: MembershipEvents;
  #memberId = NOBODY;
  #generationId = -1;
  /** Of the assignment that this member, as the leader, made last. */
  #assignedCounts: ReadonlyMap<string, number> | undefined;
  #mustRejoin = false;
  #isLeaving = false;
  /** The owner does not poll: as in Java the member goes on with its heartbeats, and joins no rebalance. */
  #isHeld = false;
  #awaitsRelease = false;
  #reason: JoinReason = 'start';
  #wake: () => void = () => {};

  constructor(client: ClusterClient, options: { link: CoordinatorLink; config: ConsumerConfig; topics: readonly string[]; events: MembershipEvents }) {
    this.#client = client;
    this.#link = options.link;
    this.#config = options.config;
    this.#topics = options.topics;
    this.#events = options.events;
  }

  get generation(): Generation {
    return { memberId: this.#memberId, generationId: this.#generationId };
  }

  /** Runs until the member leaves; rejects when the group refuses it or the client closes. */
  async run(): Promise<void> {
    const unsubscribe = this.#client.subscribe(() => this.#rejoinWhenPartitionsChanged());
    try {
      while (!this.#isLeaving) {
        this.#mustRejoin = false;
        await this.#heartbeatWhileHeld();
        if (this.#hasEnded()) return;
        const assignment = await this.#joinAndSync();
        if (assignment === undefined) continue;
        this.#reason = 'revoked';
        if (await this.#events.onAssigned(assignment)) continue;
        await this.#heartbeatUntilRebalance();
      }
    } finally {
      unsubscribe();
    }
  }

  async leave(): Promise<void> {
    this.abandon();
    await this.#sendLeave('the consumer was closed');
  }

  /** Ends without a word, as a process that dies: the group finds out by its session timeout. */
  abandon(): void {
    this.#isLeaving = true;
    this.#wake();
  }

  /** Joins no rebalance until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    if (this.#awaitsRelease) this.#wake();
  }

  /** Leaves because the owner has not polled for max.poll.interval.ms, and joins again when it is released. */
  async leaveUntilReleased(): Promise<void> {
    const leaving = this.#sendLeave('consumer poll timeout has expired');
    this.#forgetMember();
    this.#mustRejoin = true;
    this.#wake();
    await leaving;
  }

  /** What others changed while this one waited. */
  #hasEnded(): boolean {
    return this.#isLeaving;
  }

  async #sendLeave(reason: string): Promise<void> {
    if (this.#memberId === NOBODY) return;
    const memberId = this.#memberId;
    const groupInstanceId = this.#config['group.instance.id'] || null;
    // A static member's place is kept for its return (KIP-345).
    if (groupInstanceId !== null) return;
    const body = { groupId: this.#config['group.id'], memberId, members: [{ memberId, groupInstanceId, reason }] };
    await this.#link.request({ api: LeaveGroup, body, codeOf: ({ errorCode }) => errorCode, attempts: LEAVE_ATTEMPTS });
  }

  #forgetMember(): void {
    this.#reason = 'lost';
    this.#memberId = NOBODY;
    this.#generationId = -1;
    this.#events.onLost();
  }

  /** Undefined: not this time, join again. */
  async #joinAndSync(): Promise<TopicPartition[] | undefined> {
    const owned = await this.#events.onRejoining(this.#reason);
    const joined = await this.#join(owned);
    if (joined === undefined || this.#isLeaving) return undefined;
    const isLeader = joined.leader === joined.memberId;
    const synced = await this.#link.request({
      api: SyncGroup,
      body: {
        groupId: this.#config['group.id'],
        generationId: joined.generationId,
        memberId: joined.memberId,
        groupInstanceId: this.#config['group.instance.id'] || null,
        protocolType: PROTOCOL_TYPE,
        protocolName: joined.protocolName,
        assignments: isLeader && !joined.skipAssignment ? await this.#assignmentsOf(joined) : [],
      },
      codeOf: ({ errorCode }) => errorCode,
      isParked: true,
      timeoutMs: this.#joinTimeoutMs(),
    });
    if (synced.errorCode === errorCodes.NONE) return decodeAssignment(synced.assignment);
    this.#acceptError('SyncGroup', synced.errorCode);
    return undefined;
  }

  async #join(owned: readonly TopicPartition[]): Promise<ResponseOf<typeof JoinGroup> | undefined> {
    const metadata = encodeSubscription({ topics: this.#topics, owned, generation: this.#generationId });
    const joined = await this.#link.request({
      api: JoinGroup,
      body: {
        groupId: this.#config['group.id'],
        sessionTimeoutMs: this.#config['session.timeout.ms'],
        rebalanceTimeoutMs: this.#config['max.poll.interval.ms'],
        memberId: this.#memberId,
        groupInstanceId: this.#config['group.instance.id'] || null,
        protocolType: PROTOCOL_TYPE,
        protocols: this.#config.assignors.map((name) => ({ name, metadata })),
      },
      codeOf: ({ errorCode }) => errorCode,
      isParked: true,
      timeoutMs: this.#joinTimeoutMs(),
    });
    if (joined.errorCode === errorCodes.MEMBER_ID_REQUIRED) {
      this.#memberId = joined.memberId;
      return undefined;
    }
    if (joined.errorCode !== errorCodes.NONE) {
      this.#acceptError('JoinGroup', joined.errorCode);
      return undefined;
    }
    this.#memberId = joined.memberId;
    this.#generationId = joined.generationId;
    this.#assignedCounts = undefined;
    return joined;
  }

  async #assignmentsOf({ members, protocolName }: ResponseOf<typeof JoinGroup>): Promise<{ memberId: string; assignment: Buffer }[]> {
    const subscribed: GroupMember[] = members.map(({ memberId, metadata }) => ({ memberId, ...decodeSubscription(metadata) }));
    const topics = [...new Set(subscribed.flatMap(({ topics: each }) => each))];
    await this.#client.refresh(topics);
    const counts = this.#partitionCounts(topics);
    this.#assignedCounts = counts;
    return [...assign(protocolName as AssignorName, subscribed, counts)].map(([memberId, partitions]) => ({ memberId, assignment: encodeAssignment(partitions) }));
  }

  #partitionCounts(topics: Iterable<string>): Map<string, number> {
    const counts = new Map<string, number>();
    for (const topic of topics) {
      const count = this.#client.topic(topic)?.partitions.length ?? 0;
      if (count > 0) counts.set(topic, count);
    }
    return counts;
  }

  /** The leader answers for partitions that were added since. */
  #rejoinWhenPartitionsChanged(): void {
    const before = this.#assignedCounts;
    if (before === undefined) return;
    const now = this.#partitionCounts(this.#topics);
    if ([...now].every(([topic, count]) => before.get(topic) === count)) return;
    this.#reason = 'partitions';
    this.#mustRejoin = true;
    this.#wake();
  }

  async #heartbeatUntilRebalance(): Promise<void> {
    while (!this.#isLeaving && !this.#mustRejoin) {
      await this.#sleep(this.#config['heartbeat.interval.ms']);
      if (this.#isLeaving || this.#mustRejoin) return;
      const errorCode = await this.#heartbeat();
      if (errorCode === errorCodes.NONE || this.#hasEnded() || this.#mustRejoin) continue;
      this.#reason = 'rebalance';
      this.#acceptError('Heartbeat', errorCode);
      return;
    }
  }

  /** The rebalance goes on without it, and waits for it up to max.poll.interval.ms. */
  async #heartbeatWhileHeld(): Promise<void> {
    while (this.#isHeld && !this.#isLeaving) {
      this.#awaitsRelease = true;
      await this.#sleep(this.#config['heartbeat.interval.ms']);
      if (!this.#isHeld || this.#isLeaving || this.#memberId === NOBODY) continue;
      const memberId = this.#memberId;
      const errorCode = await this.#heartbeat();
      if (errorCode !== errorCodes.NONE && memberId === this.#memberId) this.#acceptError('Heartbeat', errorCode);
    }
    this.#awaitsRelease = false;
  }

  async #heartbeat(): Promise<number> {
    const body = { groupId: this.#config['group.id'], generationId: this.#generationId, memberId: this.#memberId, groupInstanceId: this.#config['group.instance.id'] || null };
    return (await this.#link.request({ api: Heartbeat, body, codeOf: (response) => response.errorCode })).errorCode;
  }

  /** What to do before joining again. Throws when that would not help. */
  #acceptError(what: string, errorCode: number): void {
    switch (errorCode) {
      case errorCodes.REBALANCE_IN_PROGRESS:
        return;
      case errorCodes.UNKNOWN_MEMBER_ID:
        this.#forgetMember();
        return;
      case errorCodes.ILLEGAL_GENERATION:
        this.#generationId = -1;
        this.#events.onLost();
        return;
      default:
        this.#events.onLost();
        throw new GroupRefusedError(`group ${this.#config['group.id']}: ${what}: ${errorName(errorCode)}`);
    }
  }

  #joinTimeoutMs(): number {
    return Math.max(this.#config['request.timeout.ms'], this.#config['max.poll.interval.ms'] + JOIN_MARGIN_MS);
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer: Timer = this.#client.environment.clock.setTimer(delayMs, resolve);
      this.#wake = (): void => {
        timer.cancel();
        resolve();
      };
    });
  }
}
