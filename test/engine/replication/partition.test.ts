/** A leader or follower alone, with a virtual clock, files in memory, and a controller that this test plays. */
import { beforeEach, describe, expect, it } from 'vitest';
import { parseTopicConfig } from '../../../engine/log/log-config.ts';
import { PartitionLog } from '../../../engine/log/partition-log.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { Partition } from '../../../engine/replication/partition.ts';
import type { IsrChange, PartitionState } from '../../../engine/replication/partition-state.ts';
import { SimulatedCluster } from '../../simulator/simulated-cluster.ts';
import { reactionsDone } from '../../simulator/virtual-clock.ts';

const LAG_MS = 1000;
const TOPIC_ID = '000102030405060708090a0b0c0d0e0f';
const STATE: PartitionState = { topic: 'clicks', topicId: TOPIC_ID, partition: 0, replicas: [1, 2, 3], isr: [1, 2, 3], leader: 1, leaderEpoch: 0, partitionEpoch: 0 };
const { NONE, NOT_ENOUGH_REPLICAS, NOT_LEADER_OR_FOLLOWER } = errorCodes;

class Fixture {
  readonly world = new SimulatedCluster({ seed: 1, brokerCount: 0 });
  readonly clock = this.world.clock;
  readonly changes: IsrChange[] = [];
  /** Broker epochs of those that may be in an ISR. */
  readonly alive = new Map([[1, 10], [2, 20], [3, 30]]);
  readonly partition: Partition;
  readonly answers: number[] = [];
  private epoch = 0;

  constructor(state: PartitionState = STATE) {
    const { environment } = this.world.host('broker-1');
    const config = parseTopicConfig(new Map([['min.insync.replicas', '2']]));
    const log = PartitionLog.open(environment, { directory: '/clicks-0', topic: 'clicks', partition: 0, topicId: Buffer.from(TOPIC_ID, 'hex'), config, cleanShutdown: false });
    this.partition = new Partition({
      log,
      clock: environment.clock,
      view: {
        brokerId: 1,
        isEligibleForIsr: (id, brokerEpoch) => this.alive.has(id) && (brokerEpoch === -1 || this.alive.get(id) === brokerEpoch),
        requestIsrChange: (change) => this.changes.push(change),
      },
      settings: { replicaLagTimeMaxMs: LAG_MS },
      state,
      checkpointedHighWatermark: 0,
      onStorageError: () => {},
    });
    this.partition.apply(state);
  }

  append(count = 1, requiredAcks = -1): number {
    const result = this.partition.append(batch(count), { requiredAcks, isInternal: false });
    if (result.kind !== 'appended') throw new Error(`the append was answered ${JSON.stringify(result)}`);
    this.partition.whenReplicated(result.lastOffset + 1, (errorCode) => this.answers.push(errorCode));
    return result.lastOffset;
  }

  fetched(brokerId: number, fetchOffset: number, brokerEpoch = this.alive.get(brokerId) ?? -1): boolean {
    return this.partition.followerFetched({ brokerId, brokerEpoch, fetchOffset, logStartOffset: 0 });
  }

  /** The controller's word. */
  decide(change: Partial<PartitionState>): void {
    this.epoch += 1;
    this.partition.apply({ ...this.partition.state, ...change, partitionEpoch: this.epoch });
  }
}

function batch(count: number, options: { baseOffset?: number } = {}): Buffer {
  return buildBatch(Array.from({ length: count }, (_, at) => ({ key: null, value: Buffer.from(`record ${at}`), timestampMs: 1000 })), options);
}

let at: Fixture;
beforeEach(() => {
  at = new Fixture();
});

describe('a leader', () => {
  it('moves the high watermark to what every in-sync replica holds, and answers then', () => {
    at.append(3);
    expect([at.partition.highWatermark, at.answers]).toEqual([0, []]);
    at.fetched(2, 3);
    expect([at.partition.highWatermark, at.answers]).toEqual([0, []]);
    at.fetched(3, 2);
    expect([at.partition.highWatermark, at.answers]).toEqual([2, []]);
    at.fetched(3, 3);
    expect([at.partition.highWatermark, at.answers]).toEqual([3, [NONE]]);
  });

  it('answers in the order of the offsets, however the waiting began', () => {
    const order: number[] = [];
    at.append(5);
    for (const offset of [4, 2, 5, 1, 3]) at.partition.whenReplicated(offset, () => order.push(offset));
    at.fetched(2, 5);
    at.fetched(3, 5);
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it('never moves the high watermark back when a follower asks for less again', () => {
    at.append(4);
    at.fetched(2, 4);
    at.fetched(3, 4);
    at.fetched(3, 1);
    expect(at.partition.highWatermark).toBe(4);
  });

  it('takes no account of strangers, of earlier incarnations and of fetches beyond its end', () => {
    at.append(2);
    at.fetched(2, 2);
    expect(at.fetched(9, 2)).toBe(false);
    at.fetched(3, 1);
    expect(at.fetched(3, 2, 29)).toBe(false);
    expect(at.fetched(3, 3)).toBe(false);
    expect(at.partition.highWatermark).toBe(1);
  });

  it('refuses acks=all below min.insync.replicas and writes nothing; acks=1 is taken, its watermark waits', () => {
    at.decide({ isr: [1] });
    expect(at.partition.append(batch(1), { requiredAcks: -1, isInternal: false })).toEqual({ kind: 'error', errorCode: NOT_ENOUGH_REPLICAS });
    expect(at.partition.log.logEndOffset).toBe(0);
    at.append(1, 1);
    at.fetched(2, 1);
    at.fetched(3, 1);
    expect(at.partition.highWatermark).toBe(0);
    at.decide({ isr: [1, 2] });
    expect(at.partition.highWatermark).toBe(1);
  });

  it('lets an append wait when the ISR became too small behind it, until there are enough again', () => {
    at.append(1);
    at.decide({ isr: [1] });
    at.clock.advance(LAG_MS + 1);
    at.partition.shrinkIsr();
    expect([at.partition.highWatermark, at.answers]).toEqual([0, []]);
    at.decide({ isr: [1, 2] });
    at.fetched(2, 1);
    expect(at.answers).toEqual([NONE]);
  });

  it('answers NOT_LEADER_OR_FOLLOWER to all that wait when it leads no more, and to what comes later', () => {
    at.append(1);
    at.append(1);
    at.decide({ leader: 2, leaderEpoch: 1 });
    expect(at.answers).toEqual([NOT_LEADER_OR_FOLLOWER, NOT_LEADER_OR_FOLLOWER]);
    expect(at.partition.append(batch(1), { requiredAcks: 1, isInternal: false })).toEqual({ kind: 'error', errorCode: NOT_LEADER_OR_FOLLOWER });
    at.partition.whenReplicated(1, (code) => at.answers.push(code));
    expect(at.answers.at(-1)).toBe(NOT_LEADER_OR_FOLLOWER);
  });

  it('ignores states that are older than what it knows', () => {
    at.decide({ leader: 2, leaderEpoch: 5 });
    at.partition.apply({ ...STATE, leaderEpoch: 4, partitionEpoch: 99 });
    at.partition.apply({ ...STATE, leaderEpoch: 5, partitionEpoch: 1 });
    expect([at.partition.isLeader, at.partition.leaderEpoch]).toEqual([false, 5]);
  });
});

describe('the in-sync replicas', () => {
  it('lose a follower that was not caught up for replica.lag.time.max.ms, not earlier', () => {
    at.append(1);
    at.fetched(2, 1);
    at.fetched(3, 0);
    at.clock.advance(LAG_MS);
    at.fetched(2, 1);
    at.partition.shrinkIsr();
    expect(at.changes).toEqual([]);
    at.clock.advance(1);
    at.partition.shrinkIsr();
    expect(at.changes.map(({ isr }) => isr.map(({ brokerId }) => brokerId))).toEqual([[1, 2]]);
    // The controller has not answered: the ISR that is committed still counts.
    expect(at.partition.highWatermark).toBe(0);
    at.decide({ isr: [1, 2] });
    expect([at.partition.highWatermark, at.answers]).toEqual([1, [NONE]]);
  });

  it('keep a follower of an idle partition however long it does not fetch', () => {
    at.append(1);
    at.fetched(2, 1);
    at.fetched(3, 1);
    at.clock.advance(100 * LAG_MS);
    at.partition.shrinkIsr();
    expect(at.changes).toEqual([]);
  });

  it('take a follower back when it holds everything below the high watermark, and wait for it from the request on', () => {
    at.decide({ isr: [1, 2] });
    at.clock.advance(LAG_MS + 1);
    at.append(4);
    at.fetched(2, 4);
    expect(at.partition.highWatermark).toBe(4);
    at.fetched(3, 3);
    expect(at.changes).toEqual([]);
    at.fetched(3, 4);
    expect(at.changes).toMatchObject([{ partitionEpoch: 1, isr: [{ brokerId: 1 }, { brokerId: 2 }, { brokerId: 3, brokerEpoch: 30 }] }]);
    at.append(1);
    at.fetched(2, 5);
    expect(at.partition.highWatermark).toBe(4);
    at.fetched(3, 5);
    expect(at.partition.highWatermark).toBe(5);
    expect(at.changes).toHaveLength(1);
  });

  it('do not take a follower that the controller has fenced, but do once it is unfenced', () => {
    at.decide({ isr: [1, 2] });
    at.append(1);
    at.fetched(2, 1);
    at.alive.delete(3);
    at.fetched(3, 1, 30);
    expect(at.changes).toEqual([]);
    at.alive.set(3, 30);
    at.partition.expandIsr();
    expect(at.changes).toHaveLength(1);
  });

  it('are the committed ones again when the controller refused a change', () => {
    at.decide({ isr: [1, 2] });
    at.append(1);
    at.fetched(2, 1);
    at.fetched(3, 1);
    expect(at.changes).toHaveLength(1);
    at.alive.delete(3);
    at.append(1);
    at.fetched(2, 2);
    expect(at.partition.highWatermark).toBe(1);
    at.partition.isrChangeFailed();
    expect(at.partition.highWatermark).toBe(2);
  });
});

describe('with flush.messages', () => {
  const synced = (count: number): Fixture => {
    const fixture = new Fixture();
    fixture.partition.log.setConfig({ ...fixture.partition.log.config, flushMessages: count });
    return fixture;
  };

  it('a leader counts itself only when its log is synced', async () => {
    const leader = synced(1);
    leader.append(2);
    leader.partition.whenHeld(2, (code) => leader.answers.push(100 + code));
    leader.fetched(2, 2);
    leader.fetched(3, 2);
    expect([leader.partition.highWatermark, leader.answers, leader.partition.log.recoveryPoint]).toEqual([0, [], 0]);
    await reactionsDone();
    expect([leader.partition.highWatermark, leader.answers, leader.partition.log.recoveryPoint]).toEqual([2, [100, NONE], 2]);
  });

  it('one sync takes all that was appended before it, and what came meanwhile gets the next', async () => {
    const leader = synced(1);
    let syncs = 0;
    const flush = leader.partition.log.flush.bind(leader.partition.log);
    leader.partition.log.flush = () => {
      syncs++;
      return flush();
    };
    for (let count = 0; count < 50; count++) leader.append(1);
    leader.fetched(2, 50);
    leader.fetched(3, 50);
    await reactionsDone();
    expect(leader.answers).toHaveLength(50);
    expect(syncs).toBe(2);
  });

  it('above one, only the append that makes the number full waits', async () => {
    const leader = synced(3);
    leader.append(2);
    leader.fetched(2, 2);
    leader.fetched(3, 2);
    expect(leader.answers).toEqual([NONE]);
    leader.append(1);
    leader.fetched(2, 3);
    leader.fetched(3, 3);
    expect(leader.answers).toEqual([NONE]);
    await reactionsDone();
    expect(leader.answers).toEqual([NONE, NONE]);
  });

  it('a disk that cannot be synced acknowledges nothing', async () => {
    const leader = synced(1);
    leader.partition.log.flush = () => Promise.reject(new Error('EIO'));
    leader.append(1, 1);
    leader.partition.whenHeld(1, (code) => leader.answers.push(code));
    leader.fetched(2, 1);
    leader.fetched(3, 1);
    await reactionsDone();
    expect([leader.partition.highWatermark, leader.answers]).toEqual([0, [errorCodes.KAFKA_STORAGE_ERROR]]);
  });

  it('a follower has something to wait for before it fetches on', async () => {
    const { partition } = new Fixture({ ...STATE, leader: 2 });
    partition.log.setConfig({ ...partition.log.config, flushMessages: 1 });
    partition.appendFromLeader(batch(1, { baseOffset: 0 }), { highWatermark: 0, logStartOffset: 0 });
    const sync = partition.syncIfDue();
    expect([sync instanceof Promise, partition.log.recoveryPoint]).toEqual([true, 0]);
    await sync;
    expect([partition.log.recoveryPoint, partition.syncIfDue()]).toEqual([1, undefined]);
  });
});

describe('a new leader', () => {
  it('knows its high watermark only when its followers have fetched what it had at its election', () => {
    const follower = new Fixture({ ...STATE, leader: 2 });
    follower.partition.appendFromLeader(batch(3, { baseOffset: 0 }), { highWatermark: 1, logStartOffset: 0 });
    expect(follower.partition.highWatermark).toBe(1);
    follower.decide({ leader: 1, leaderEpoch: 1, isr: [1, 3] });
    expect(follower.partition.isHighWatermarkKnown).toBe(false);
    follower.fetched(3, 3);
    expect([follower.partition.isHighWatermarkKnown, follower.partition.highWatermark]).toEqual([true, 3]);
    expect(follower.partition.log.epochs.latestEpoch).toBe(1);
  });
});

describe('a follower', () => {
  it('follows the leader’s watermarks up to what it holds itself', () => {
    const { partition } = new Fixture({ ...STATE, leader: 2 });
    partition.appendFromLeader(batch(3, { baseOffset: 0 }), { highWatermark: 7, logStartOffset: 0 });
    expect(partition.highWatermark).toBe(3);
    partition.followWatermarks({ highWatermark: 2, logStartOffset: 2 });
    expect([partition.highWatermark, partition.log.logStartOffset]).toEqual([3, 2]);
  });

  it('tells when a truncation goes below the high watermark', () => {
    const { partition } = new Fixture({ ...STATE, leader: 2 });
    for (let offset = 0; offset < 3; offset++) partition.appendFromLeader(batch(1, { baseOffset: offset }), { highWatermark: 2, logStartOffset: 0 });
    expect(partition.truncateTo(2)).toEqual({ isCommittedLost: false });
    expect(partition.truncateTo(1)).toEqual({ isCommittedLost: true });
    expect([partition.log.logEndOffset, partition.highWatermark]).toEqual([1, 1]);
  });

  it('starts again, empty, where the leader’s log begins', () => {
    const { partition } = new Fixture({ ...STATE, leader: 2 });
    partition.appendFromLeader(batch(2, { baseOffset: 0 }), { highWatermark: 2, logStartOffset: 0 });
    partition.restartAt(100);
    expect([partition.log.logStartOffset, partition.log.logEndOffset, partition.highWatermark]).toEqual([100, 100, 100]);
  });
});
