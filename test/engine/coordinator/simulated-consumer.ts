/**
 * The group side of a consumer, one request at a time, driven by the test: joins, syncs (as leader: assigns), heartbeats,
 * commits, and reacts to errors as the Java client does. It tells `GroupHistory` what it was assigned and acknowledged.
 */
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { type CoordinatorFixture, context, subscription } from './coordinator-fixture.ts';

export const partitionCount = 5;

/** What the group must never contradict. */
export class GroupHistory {
  openRequests = 0;
  private readonly owners = new Map<string, string>();
  private readonly commits: { value: number; isAcknowledged: boolean }[] = [];

  assigned(owner: string, generationId: number, partitions: readonly number[]): void {
    for (const partition of partitions) {
      const place = `partition ${partition} in generation ${generationId}`;
      const other = this.owners.get(place);
      if (other !== undefined && other !== owner) throw new Error(`${place} is assigned to ${other} and to ${owner}`);
      this.owners.set(place, owner);
    }
  }

  /** Starts a commit of a value greater than all before; the result is called when it is acknowledged. */
  committing(): { value: number; acknowledged: () => void } {
    const commit = { value: this.commits.length + 1, isAcknowledged: false };
    this.commits.push(commit);
    return { value: commit.value, acknowledged: () => void (commit.isAcknowledged = true) };
  }

  /** Acknowledged last, or tried after that. */
  checkCommitted(offset: number | undefined): void {
    const lastAcknowledged = this.commits.findLast((commit) => commit.isAcknowledged)?.value ?? 0;
    const value = offset ?? 0;
    if (value < lastAcknowledged || value > this.commits.length) {
      throw new Error(`offset ${value} is committed, ${lastAcknowledged} was acknowledged, ${this.commits.length} tried`);
    }
  }
}

export class SimulatedConsumer {
  readonly name: string;
  state: 'idle' | 'joining' | 'syncing' | 'stable' | 'down' = 'idle';
  generationId = -1;
  partitions: readonly number[] = [];
  private memberId = '';
  private readonly groupInstanceId: string | null;
  private readonly fixture: CoordinatorFixture;
  private readonly history: GroupHistory;
  /** Counts lives: answers to an earlier one are lost with its connection. */
  private life = 0;

  constructor(name: string, options: { fixture: CoordinatorFixture; history: GroupHistory; isStatic: boolean }) {
    this.name = name;
    this.fixture = options.fixture;
    this.history = options.history;
    this.groupInstanceId = options.isStatic ? name : null;
  }

  /** One poll: joins when it has no generation, else heartbeats. */
  poll(): void {
    if (this.state === 'idle') this.join();
    else if (this.state === 'stable') this.heartbeat();
  }

  kill(): void {
    this.life++;
    this.state = 'down';
    this.memberId = '';
    this.partitions = [];
  }

  start(): void {
    if (this.state === 'down') this.state = 'idle';
  }

  leave(): void {
    if (this.state !== 'stable') return;
    const members = [{ memberId: this.memberId, groupInstanceId: this.groupInstanceId, reason: null }];
    this.fixture.coordinator.leaveGroup({ groupId: 'g', memberId: '', members }, context(5), this.answered(() => {}));
    this.kill();
  }

  commit(): void {
    if (this.state !== 'stable') return;
    const { value, acknowledged } = this.history.committing();
    const partition = { partitionIndex: 0, committedOffset: value, committedLeaderEpoch: -1, committedMetadata: null };
    this.fixture.coordinator.offsetCommit(
      {
        groupId: 'g',
        generationIdOrMemberEpoch: this.generationId,
        memberId: this.memberId,
        groupInstanceId: this.groupInstanceId,
        retentionTimeMs: -1,
        topics: [{ name: 't', partitions: [partition] }],
      },
      context(9),
      this.answered((answer) => {
        if (answer.topics?.[0]?.partitions?.[0]?.errorCode === 0) acknowledged();
      }),
    );
  }

  private join(): void {
    this.state = 'joining';
    this.fixture.coordinator.joinGroup(
      {
        groupId: 'g',
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 20_000,
        memberId: this.memberId,
        groupInstanceId: this.groupInstanceId,
        protocolType: 'consumer',
        protocols: [{ name: 'range', metadata: subscription(['t']) }],
        reason: null,
      },
      context(9),
      this.answered((answer) => {
        if (answer.errorCode !== 0) {
          if (answer.errorCode === errorCodes.MEMBER_ID_REQUIRED) this.memberId = answer.memberId ?? '';
          return this.failed(answer.errorCode ?? -1);
        }
        this.memberId = answer.memberId ?? '';
        this.generationId = answer.generationId ?? -1;
        const isAssigning = answer.leader === this.memberId && answer.skipAssignment !== true;
        const members = (answer.members ?? []).map((member) => member.memberId ?? '');
        this.sync(isAssigning ? members : []);
      }),
    );
  }

  private sync(members: readonly string[]): void {
    this.state = 'syncing';
    const { generationId } = this;
    const assignments = members.map((memberId, index) => ({
      memberId,
      assignment: Buffer.from(Array.from({ length: partitionCount }, (_, partition) => partition).filter((partition) => partition % members.length === index)),
    }));
    this.fixture.coordinator.syncGroup(
      { groupId: 'g', generationId, memberId: this.memberId, groupInstanceId: this.groupInstanceId, protocolType: 'consumer', protocolName: 'range', assignments },
      context(5),
      this.answered((answer) => {
        if (answer.errorCode !== 0) return this.failed(answer.errorCode ?? -1);
        this.state = 'stable';
        this.partitions = [...(answer.assignment ?? [])];
        this.history.assigned(this.groupInstanceId ?? this.memberId, generationId, this.partitions);
      }),
    );
  }

  private heartbeat(): void {
    const body = { groupId: 'g', generationId: this.generationId, memberId: this.memberId, groupInstanceId: this.groupInstanceId };
    this.fixture.coordinator.heartbeat(
      body,
      context(4),
      this.answered((answer) => {
        if (answer.errorCode !== 0) this.failed(answer.errorCode ?? -1);
      }),
    );
  }

  private failed(errorCode: number): void {
    this.state = 'idle';
    this.partitions = [];
    const isForgotten = errorCode === errorCodes.UNKNOWN_MEMBER_ID || errorCode === errorCodes.FENCED_INSTANCE_ID;
    if (isForgotten || errorCode === errorCodes.ILLEGAL_GENERATION) this.memberId = '';
  }

  private answered<Answer>(react: (answer: Answer) => void): (answer: Answer) => void {
    const { life } = this;
    let isAnswered = false;
    this.history.openRequests++;
    return (answer) => {
      if (isAnswered) throw new Error(`${this.name} was answered twice`);
      isAnswered = true;
      this.history.openRequests--;
      if (life === this.life) react(answer);
    };
  }
}
