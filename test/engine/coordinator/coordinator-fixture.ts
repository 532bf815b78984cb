/** A coordinator over a virtual clock and a log in memory, and a client's side of the group protocol. */
import { GroupCoordinator, type OffsetsRecord, type OffsetsStorage, type RequestContext } from '../../../engine/coordinator/group-coordinator.ts';
import { type GroupCoordinatorConfig, parseGroupConfig } from '../../../engine/coordinator/group-config.ts';
import type { DescribeGroupsAnswer, HeartbeatAnswer, JoinGroupAnswer, LeaveGroupAnswer, SyncGroupAnswer } from '../../../engine/coordinator/group/group-messages.ts';
import type { Random } from '../../../engine/environment.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';

/** One partition's log: what is appended counts at once, or when the test releases it. */
export class MemoryOffsetsStorage implements OffsetsStorage {
  readonly partitionCount: number;
  readonly log: { partition: number; records: OffsetsRecord[] }[] = [];
  /** Error of the coming appends, which then leave nothing behind, unless they do (a timeout that was too short). */
  errorCode = 0;
  isWrittenOnError = false;
  isHolding = false;
  private held: (() => void)[] = [];

  constructor(partitionCount: number) {
    this.partitionCount = partitionCount;
  }

  append(partition: number, records: OffsetsRecord[]): Promise<number> {
    const { errorCode } = this;
    if (errorCode === 0 || this.isWrittenOnError) this.log.push({ partition, records });
    if (!this.isHolding) return Promise.resolve(errorCode);
    return new Promise((resolve) => this.held.push(() => resolve(errorCode)));
  }

  release(): void {
    this.isHolding = false;
    const held = this.held;
    this.held = [];
    for (const each of held) each();
  }

  async *batches(partition: number): AsyncIterable<Buffer> {
    for (const entry of this.log) {
      if (entry.partition !== partition) continue;
      yield buildBatch(entry.records.map((record) => ({ ...record, timestampMs: 1 })), { compression: 'none' });
    }
  }
}

/** Where an answer appears; `answers` has more than one entry only if the coordinator is wrong. */
export class Asked<Answer> {
  readonly answers: Answer[] = [];
  readonly reply = (answer: Answer): void => {
    if (this.answers.length > 0) throw new Error('answered twice');
    this.answers.push(answer);
  };
  get answer(): Answer {
    const [answer] = this.answers;
    if (answer === undefined) throw new Error('not answered yet');
    return answer;
  }
  get isParked(): boolean {
    return this.answers.length === 0;
  }
}

export class CountingRandom implements Random {
  private count = 0;
  nextInt(bound: number): number {
    return this.count++ % bound;
  }
  uuid(): Uint8Array {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(++this.count, 12);
    return bytes;
  }
}

export interface JoinOptions {
  readonly memberId?: string;
  readonly groupInstanceId?: string;
  readonly groupId?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly protocolType?: string;
  readonly protocols?: readonly [name: string, metadata: Buffer][];
  readonly apiVersion?: number;
}

export class CoordinatorFixture {
  readonly clock = new VirtualClock();
  readonly storage: MemoryOffsetsStorage;
  readonly config: GroupCoordinatorConfig;
  /** Shared by all coordinators: ids stay unique when the group moves. */
  readonly random = new CountingRandom();
  readonly lines: string[] = [];
  coordinator: GroupCoordinator;

  private constructor(properties: Record<string, string>) {
    this.config = parseGroupConfig(new Map(Object.entries({ 'group.initial.rebalance.delay.ms': '0', ...properties })));
    this.storage = new MemoryOffsetsStorage(1);
    this.coordinator = this.newCoordinator();
  }

  static async start(properties: Record<string, string> = {}): Promise<CoordinatorFixture> {
    const fixture = new CoordinatorFixture(properties);
    await fixture.coordinator.load(0, 1, fixture.storage.batches(0));
    return fixture;
  }

  newCoordinator(): GroupCoordinator {
    const { clock, storage, config } = this;
    return new GroupCoordinator({ clock, storage, config, random: this.random, log: (line) => this.lines.push(line) });
  }

  /** Another broker takes over and reads the log. */
  async moveToNewCoordinator(): Promise<void> {
    this.coordinator.unload(0);
    this.coordinator = this.newCoordinator();
    await this.coordinator.load(0, 2, this.storage.batches(0));
  }

  join(options: JoinOptions = {}): Asked<JoinGroupAnswer> {
    const asked = new Asked<JoinGroupAnswer>();
    const protocols = options.protocols ?? [['range', subscription(['t'])]];
    this.coordinator.joinGroup(
      {
        groupId: options.groupId ?? 'g',
        sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
        rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
        memberId: options.memberId ?? '',
        groupInstanceId: options.groupInstanceId ?? null,
        protocolType: options.protocolType ?? 'consumer',
        protocols: protocols.map(([name, metadata]) => ({ name, metadata })),
        reason: null,
      },
      context(options.apiVersion ?? 9),
      asked.reply,
    );
    return asked;
  }

  /** Both steps of a dynamic member's join. */
  joinTwoStep(options: JoinOptions = {}): { memberId: string; join: Asked<JoinGroupAnswer> } {
    const first = this.join(options);
    const memberId = first.answer.memberId ?? '';
    return { memberId, join: this.join({ ...options, memberId }) };
  }

  sync(member: { memberId: string; generationId: number; groupInstanceId?: string }, assignments: Record<string, string> = {}): Asked<SyncGroupAnswer> {
    const asked = new Asked<SyncGroupAnswer>();
    this.coordinator.syncGroup(
      {
        groupId: 'g',
        generationId: member.generationId,
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId ?? null,
        protocolType: 'consumer',
        protocolName: null,
        assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
      },
      context(5),
      asked.reply,
    );
    return asked;
  }

  heartbeat(member: { memberId: string; generationId: number; groupInstanceId?: string }): number {
    const asked = new Asked<HeartbeatAnswer>();
    this.coordinator.heartbeat({ groupId: 'g', groupInstanceId: null, ...member }, context(4), asked.reply);
    return asked.answer.errorCode ?? 0;
  }

  leave(...members: { memberId: string; groupInstanceId?: string }[]): number[] {
    const asked = new Asked<LeaveGroupAnswer>();
    const leaving = members.map((member) => ({ groupInstanceId: null, reason: null, ...member }));
    this.coordinator.leaveGroup({ groupId: 'g', memberId: '', members: leaving }, context(5), asked.reply);
    return (asked.answer.members ?? []).map((member) => member.errorCode ?? 0);
  }

  commit(
    offsets: Record<string, number>,
    options: { groupId?: string; memberId?: string; generationId?: number; groupInstanceId?: string; metadata?: string; retentionTimeMs?: number } = {},
  ): Asked<number[]> {
    const asked = new Asked<number[]>();
    this.coordinator.offsetCommit(
      {
        groupId: options.groupId ?? 'g',
        generationIdOrMemberEpoch: options.generationId ?? -1,
        memberId: options.memberId ?? '',
        groupInstanceId: options.groupInstanceId ?? null,
        retentionTimeMs: options.retentionTimeMs ?? -1,
        topics: Object.entries(offsets).map(([name, committedOffset]) => ({
          name,
          partitions: [{ partitionIndex: 0, committedOffset, committedLeaderEpoch: 3, committedMetadata: options.metadata ?? null }],
        })),
      },
      context(9),
      (answer) => asked.reply((answer.topics ?? []).flatMap((topic) => (topic.partitions ?? []).map((each) => each.errorCode ?? 0))),
    );
    return asked;
  }

  /** Committed offsets by topic (partition 0), of all topics. */
  offsets(groupId = 'g'): Record<string, number> {
    const asked = new Asked<Record<string, number>>();
    this.coordinator.offsetFetch(
      { groupId: '', topics: null, groups: [{ groupId, memberId: null, memberEpoch: -1, topics: null }], requireStable: true },
      context(9),
      (answer) => {
        const topics = answer.groups?.[0]?.topics ?? [];
        asked.reply(Object.fromEntries(topics.map((topic) => [topic.name ?? '', topic.partitions?.[0]?.committedOffset ?? -2])));
      },
    );
    return asked.answer;
  }

  describe(groupId = 'g') {
    const asked = new Asked<DescribeGroupsAnswer>();
    this.coordinator.describeGroups({ groups: [groupId], includeAuthorizedOperations: false }, context(5), asked.reply);
    const group = asked.answer.groups?.[0];
    if (group === undefined) throw new Error('no group described');
    return group;
  }

  /** A stable group of `count` dynamic members; the first one leads and everyone is assigned its position. */
  async stableGroup(count: number): Promise<{ memberIds: string[]; generationId: number }> {
    const joins = Array.from({ length: count }, () => this.joinTwoStep());
    await this.clock.run(1);
    const memberIds = joins.map(({ memberId }) => memberId);
    const generationId = joins[0]?.join.answer.generationId ?? -1;
    const assignments = Object.fromEntries(memberIds.map((memberId, index) => [memberId, `part ${index}`]));
    for (const memberId of memberIds) this.sync({ memberId, generationId }, assignments);
    await this.clock.run(1);
    return { memberIds, generationId };
  }
}

export function context(apiVersion: number): RequestContext {
  return { apiVersion, clientId: 'client', clientHost: '/127.0.0.1' };
}

/** Consumer protocol subscription, version 1, owning nothing. */
export function subscription(topics: readonly string[]): Buffer {
  const parts: Buffer[] = [Buffer.alloc(6)];
  parts[0]?.writeInt16BE(1, 0);
  parts[0]?.writeInt32BE(topics.length, 2);
  for (const topic of topics) {
    const length = Buffer.alloc(2);
    length.writeInt16BE(topic.length);
    parts.push(length, Buffer.from(topic));
  }
  return Buffer.concat([...parts, Buffer.from('ffffffff00000000', 'hex')]);
}
