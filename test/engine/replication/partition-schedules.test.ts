/**
 * A partition between followers that fetch late and a controller that answers late, under random schedules. What the leader
 * calls replicated is held by everybody whom the controller could make leader. HEADROOM_SEED repeats a schedule,
 * HEADROOM_SCHEDULES sets how many there are.
 */
import { describe, expect, it } from 'vitest';
import { assert } from '../../../engine/assert.ts';
import { parseTopicConfig } from '../../../engine/log/log-config.ts';
import { PartitionLog } from '../../../engine/log/partition-log.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { stampLeaderEpoch } from '../../../engine/record/record-batch.ts';
import type { IsrChange, PartitionState } from '../../../engine/replication/partition-state.ts';
import { Partition } from '../../../engine/replication/partition.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { SimulatedCluster } from '../../simulator/simulated-cluster.ts';

const { NONE, NOT_ENOUGH_REPLICAS, NOT_LEADER_OR_FOLLOWER } = errorCodes;
const SCHEDULES = Number(process.env['HEADROOM_SCHEDULES'] ?? 300);
const STEPS = 300;
const LAG_MS = 100;
const MIN_ISR = 2;
const OTHERS = [2, 3, 4];
const TOPIC_ID = '000102030405060708090a0b0c0d0e0f';

const seeds = process.env['HEADROOM_SEED'] === undefined
  ? Array.from({ length: SCHEDULES }, () => Math.floor(Math.random() * 2 ** 31))
  : [Number(process.env['HEADROOM_SEED'])];

describe('a partition', () => {
  it(`never calls replicated what a possible leader lacks (${seeds.length} schedules)`, () => {
    for (const seed of seeds) {
      const schedule = new Schedule(seed);
      try {
        schedule.run();
      } catch (error) {
        console.log(`HEADROOM_SEED=${seed}\n${schedule.steps.slice(-25).join('\n')}`);
        throw error;
      }
    }
  });
});

interface Waiter {
  readonly requiredOffset: number;
  answer: number | undefined;
}

class Schedule {
  readonly steps: string[] = [];
  private readonly random: SeededRandom;
  private readonly world = new SimulatedCluster({ seed: 1, brokerCount: 0 });
  private readonly partition: Partition;
  /** What each follower has on its disk; the leader hears of it at the next fetch. */
  private readonly held = new Map(OTHERS.map((id) => [id, 0]));
  private readonly brokerEpochs = new Map(OTHERS.map((id) => [id, 10 * id]));
  private readonly fenced = new Set<number>();
  /** The controller's word, and what of it the partition has not heard. */
  private decided: PartitionState = { topic: 't', topicId: TOPIC_ID, partition: 0, replicas: [1, ...OTHERS], isr: [1, ...OTHERS], leader: 1, leaderEpoch: 0, partitionEpoch: 0 };
  private untold: PartitionState[] = [];
  private requests: IsrChange[] = [];
  private waiters: Waiter[] = [];
  private highWatermark = 0;
  /** What any leader may have acknowledged. */
  private replicated = 0;
  private epoch = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const { environment } = this.world.host('broker-1');
    const config = parseTopicConfig(new Map([['min.insync.replicas', String(MIN_ISR)]]));
    this.partition = new Partition({
      log: PartitionLog.open(environment, { directory: '/t-0', topic: 't', partition: 0, topicId: Buffer.from(TOPIC_ID, 'hex'), config, cleanShutdown: false }),
      clock: environment.clock,
      view: {
        brokerId: 1,
        isEligibleForIsr: (id, brokerEpoch) => !this.fenced.has(id) && (brokerEpoch === -1 || this.brokerEpochs.get(id) === brokerEpoch),
        requestIsrChange: (change) => this.requests.push(change),
      },
      settings: { replicaLagTimeMaxMs: LAG_MS },
      state: this.decided,
      checkpointedHighWatermark: 0,
      onStorageError: () => {},
    });
    this.partition.apply(this.decided);
  }

  run(): void {
    for (let step = 0; step < STEPS; step++) {
      this.step();
      this.check();
    }
    this.heal();
  }

  private step(): void {
    const { random, partition } = this;
    const id = random.pick(OTHERS);
    const kind = random.pick(['append', 'append', 'copy', 'copy', 'fetch', 'fetch', 'fetch', 'wait', 'shrink', 'expand', 'decide', 'decide', 'tell', 'tell', 'fence', 'restart', 'elect'] as const);
    this.steps.push(`${this.steps.length} ${kind} ${id}: ends ${partition.log.logEndOffset} ${[...this.held.values()].join(' ')}, isr ${partition.state.isr.join(' ')}, decided ${this.decided.isr.join(' ')}`);
    if (kind === 'append') this.append();
    else if (kind === 'copy') this.copy(id);
    else if (kind === 'fetch') this.fetch(id);
    else if (kind === 'wait') this.world.clock.advance(random.nextInt(LAG_MS));
    else if (kind === 'shrink') partition.shrinkIsr();
    else if (kind === 'expand') partition.expandIsr();
    else if (kind === 'decide') this.answerRequest();
    else if (kind === 'tell') this.tell();
    else if (kind === 'fence') this.fence(id);
    else if (kind === 'restart') this.restart(id);
    else if (random.nextInt(4) === 0) this.leadElsewhere(id);
  }

  private append(): void {
    const result = this.partition.append(batchAt(undefined), { requiredAcks: -1, isInternal: false });
    if (result.kind === 'error') {
      assert(result.errorCode === NOT_ENOUGH_REPLICAS && this.partition.state.isr.length < MIN_ISR, `refused with ${result.errorCode}`);
      return;
    }
    assert(result.kind === 'appended', result.kind);
    const waiter: Waiter = { requiredOffset: this.partition.log.logEndOffset, answer: undefined };
    this.waiters.push(waiter);
    this.partition.whenReplicated(waiter.requiredOffset, (errorCode) => {
      assert(waiter.answer === undefined, 'answered once');
      waiter.answer = errorCode;
    });
  }

  /** The answer to an earlier fetch arrives. */
  private copy(id: number): void {
    const from = this.held.get(id) as number;
    this.held.set(id, from + this.random.nextInt(this.partition.log.logEndOffset - from + 1));
  }

  private fetch(id: number): void {
    this.partition.followerFetched({ brokerId: id, brokerEpoch: this.brokerEpochs.get(id) as number, fetchOffset: this.held.get(id) as number, logStartOffset: 0 });
  }

  private decide(change: Partial<PartitionState>): void {
    this.decided = { ...this.decided, ...change, partitionEpoch: this.decided.partitionEpoch + 1 };
    this.untold.push(this.decided);
  }

  private answerRequest(): void {
    const request = this.requests.shift();
    // A stale one is refused; the partition hears of what overtook it, not of the refusal.
    if (request === undefined || request.partitionEpoch !== this.decided.partitionEpoch || request.leaderEpoch !== this.decided.leaderEpoch) return;
    const isEligible = request.isr.every(({ brokerId, brokerEpoch }) => !this.fenced.has(brokerId) && (brokerEpoch === -1 || brokerId === 1 || this.brokerEpochs.get(brokerId) === brokerEpoch));
    if (isEligible) this.decide({ isr: request.isr.map(({ brokerId }) => brokerId) });
    else this.partition.isrChangeFailed();
  }

  private tell(): void {
    const state = this.untold.shift();
    if (state !== undefined) this.partition.apply(state);
  }

  private fence(id: number): void {
    if (this.fenced.delete(id)) return;
    this.fenced.add(id);
    if (this.decided.isr.includes(id)) this.decide({ isr: this.decided.isr.filter((each) => each !== id) });
  }

  /** A new incarnation that may have lost what it had not synced: out of the ISR, as at each registration. */
  private restart(id: number): void {
    if (this.decided.isr.includes(id)) this.decide({ isr: this.decided.isr.filter((each) => each !== id) });
    this.brokerEpochs.set(id, (this.brokerEpochs.get(id) as number) + 1);
    this.held.set(id, this.random.nextInt((this.held.get(id) as number) + 1));
  }

  /** Another in-sync replica leads for a while: this one truncates to it, copies from it and leads again. */
  private leadElsewhere(id: number): void {
    const { partition } = this;
    if (!this.decided.isr.includes(id)) return;
    const end = this.held.get(id) as number;
    this.decide({ leader: id, leaderEpoch: this.decided.leaderEpoch + 1 });
    while (this.untold.length > 0) this.tell();
    this.requests = [];
    expect(this.waiters.filter(({ answer }) => answer === undefined)).toEqual([]);
    expect(partition.truncateTo(Math.min(end, partition.log.logEndOffset))).toEqual({ isCommittedLost: false });
    for (const other of OTHERS) this.held.set(other, Math.min(end, this.held.get(other) as number));
    for (let count = this.random.nextInt(3); count > 0; count--) {
      partition.appendFromLeader(batchAt(partition.log.logEndOffset, this.decided.leaderEpoch), { highWatermark: 0, logStartOffset: 0 });
    }
    this.held.set(id, partition.log.logEndOffset);
    for (const other of OTHERS) if (this.random.nextInt(2) === 0) this.copy(other);
    // It may have acknowledged what its ISR held, and this replica not have heard of it.
    const inSync = this.decided.isr.map((each) => (each === 1 ? partition.log.logEndOffset : (this.held.get(each) as number)));
    if (inSync.length >= MIN_ISR) this.replicated = Math.max(this.replicated, Math.min(...inSync));
    this.decide({ leader: 1, leaderEpoch: this.decided.leaderEpoch + 1 });
    this.tell();
  }

  private check(): void {
    const { partition, decided } = this;
    const { highWatermark } = partition;
    assert(highWatermark >= this.highWatermark, 'a high watermark never goes back');
    assert(highWatermark <= partition.log.logEndOffset, 'it is not beyond the log');
    const isSmall = partition.state.isr.length < MIN_ISR && this.epoch === partition.state.partitionEpoch;
    assert(!isSmall || highWatermark === this.highWatermark, 'it stands still while the ISR is too small');
    this.replicated = Math.max(this.replicated, highWatermark);
    for (const id of decided.isr) {
      assert(id === 1 || (this.held.get(id) as number) >= this.replicated, `broker ${id} may lead next and lacks some of what is replicated up to ${this.replicated}`);
    }
    for (const { requiredOffset, answer } of this.waiters) {
      const isReplicated = requiredOffset <= highWatermark;
      assert(answer === NOT_LEADER_OR_FOLLOWER || answer === (isReplicated ? NONE : undefined), `offset ${requiredOffset} was answered ${answer}, the high watermark is ${highWatermark}`);
    }
    this.waiters = this.waiters.filter(({ answer }) => answer === undefined);
    this.highWatermark = highWatermark;
    this.epoch = partition.state.partitionEpoch;
  }

  /** Everybody lives and fetches: all are in sync, and nobody waits. */
  private heal(): void {
    this.fenced.clear();
    for (let round = 0; round < 20; round++) {
      for (const id of OTHERS) {
        this.held.set(id, this.partition.log.logEndOffset);
        this.fetch(id);
      }
      this.partition.expandIsr();
      while (this.requests.length > 0) this.answerRequest();
      while (this.untold.length > 0) this.tell();
      this.check();
    }
    expect(this.partition.state.isr.toSorted()).toEqual([1, ...OTHERS]);
    expect(this.partition.highWatermark).toBe(this.partition.log.logEndOffset);
    expect(this.waiters.filter(({ answer }) => answer === undefined)).toEqual([]);
    this.partition.log.close({ clean: true });
  }
}

/** One record: a log is truncated between batches only. */
function batchAt(baseOffset: number | undefined, leaderEpoch = 0): Buffer {
  const batch = buildBatch([{ key: null, value: Buffer.from('x'), timestampMs: 1000 }], baseOffset === undefined ? {} : { baseOffset });
  stampLeaderEpoch(batch, 0, leaderEpoch);
  return batch;
}
