import { describe, expect, it } from 'vitest';
import type { DeleteGroupsAnswer, OffsetDeleteAnswer, OffsetFetchAnswer } from '../../../engine/coordinator/group/group-messages.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { Asked, context, CoordinatorFixture } from './coordinator-fixture.ts';

async function deleteGroup(fixture: CoordinatorFixture, groupId: string): Promise<number | undefined> {
  const asked = new Asked<DeleteGroupsAnswer>();
  fixture.coordinator.deleteGroups({ groupsNames: [groupId] }, context(2), asked.reply);
  await fixture.clock.run(0);
  return asked.answer.results?.[0]?.errorCode;
}

async function deleteOffset(fixture: CoordinatorFixture, topic: string) {
  const asked = new Asked<OffsetDeleteAnswer>();
  const topics = [{ name: topic, partitions: [{ partitionIndex: 0 }] }];
  fixture.coordinator.offsetDelete({ groupId: 'g', topics }, context(0), asked.reply);
  await fixture.clock.run(0);
  return asked.answer.errorCode || asked.answer.topics?.[0]?.partitions?.[0]?.errorCode;
}

describe('committing', () => {
  it('an offset is answered and visible when it is replicated, not before', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.storage.isHolding = true;
    const commit = fixture.commit({ t: 42, u: 7 });
    await fixture.clock.run(0);
    expect(commit.isParked).toBe(true);
    expect(fixture.offsets()).toEqual({});
    fixture.storage.release();
    await fixture.clock.run(0);
    expect(commit.answer).toEqual([0, 0]);
    expect(fixture.offsets()).toEqual({ t: 42, u: 7 });
  });

  it.each([
    [errorCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND, errorCodes.COORDINATOR_NOT_AVAILABLE],
    [errorCodes.NOT_LEADER_OR_FOLLOWER, errorCodes.NOT_COORDINATOR],
    [errorCodes.MESSAGE_TOO_LARGE, errorCodes.INVALID_COMMIT_OFFSET_SIZE],
  ])('log error %i is answered as %i and leaves the old offset', async (logError, expected) => {
    const fixture = await CoordinatorFixture.start();
    fixture.commit({ t: 1 });
    fixture.storage.errorCode = logError;
    const commit = fixture.commit({ t: 2 });
    await fixture.clock.run(0);
    expect(commit.answer).toEqual([expected]);
    expect(fixture.offsets()).toEqual({ t: 1 });
  });

  it('members commit in their generation, others not at all while the group has members', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(1);
    const memberId = memberIds[0] ?? '';
    expect(fixture.commit({ t: 1 }).answer).toEqual([errorCodes.UNKNOWN_MEMBER_ID]);
    expect(fixture.commit({ t: 1 }, { memberId, generationId: 9 }).answer).toEqual([errorCodes.ILLEGAL_GENERATION]);
    expect(fixture.commit({ t: 1 }, { memberId: 'x', generationId }).answer).toEqual([errorCodes.UNKNOWN_MEMBER_ID]);
    expect(fixture.commit({ t: 1 }, { groupId: 'none', generationId: 1 }).answer).toEqual([errorCodes.ILLEGAL_GENERATION]);
    const commit = fixture.commit({ t: 5 }, { memberId, generationId });
    await fixture.clock.run(0);
    expect(commit.answer).toEqual([0]);
    expect(fixture.offsets()).toEqual({ t: 5 });
    fixture.joinTwoStep();
    const duringRebalance = fixture.commit({ t: 6 }, { memberId, generationId });
    await fixture.clock.run(0);
    expect(duringRebalance.answer).toEqual([0]);
    fixture.join({ memberId });
    expect(fixture.commit({ t: 7 }, { memberId, generationId: generationId + 1 }).answer).toEqual([errorCodes.REBALANCE_IN_PROGRESS]);
  });

  it('metadata round-trips up to offset.metadata.max.bytes, longer is refused with 12', async () => {
    const fixture = await CoordinatorFixture.start();
    expect(fixture.commit({ t: 1 }, { metadata: 'x'.repeat(4097) }).answer).toEqual([errorCodes.OFFSET_METADATA_TOO_LARGE]);
    fixture.commit({ t: 1 }, { metadata: 'x'.repeat(4096) });
    await fixture.clock.run(0);
    const asked = new Asked<OffsetFetchAnswer>();
    const body = { groupId: 'g', topics: [{ name: 't', partitionIndexes: [0, 1] }], groups: [], requireStable: false };
    fixture.coordinator.offsetFetch(body, context(7), asked.reply);
    expect(asked.answer.topics?.[0]?.partitions).toEqual([
      { partitionIndex: 0, committedOffset: 1, committedLeaderEpoch: 3, metadata: 'x'.repeat(4096), errorCode: 0 },
      { partitionIndex: 1, committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
    ]);
  });

  it('before v2 OffsetFetch tells errors by partition, from v8 by group', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.coordinator.unload(0);
    const asked = new Asked<OffsetFetchAnswer>();
    const topics = [{ name: 't', partitionIndexes: [0] }];
    fixture.coordinator.offsetFetch({ groupId: 'g', topics, groups: [], requireStable: false }, context(1), asked.reply);
    expect(asked.answer).toMatchObject({ topics: [{ partitions: [{ errorCode: errorCodes.NOT_COORDINATOR }] }] });
    const askedGroups = new Asked<OffsetFetchAnswer>();
    const groups = [{ groupId: 'g', memberId: null, memberEpoch: -1, topics }];
    fixture.coordinator.offsetFetch({ groupId: '', topics: null, groups, requireStable: false }, context(8), askedGroups.reply);
    expect(askedGroups.answer).toMatchObject({ groups: [{ groupId: 'g', errorCode: errorCodes.NOT_COORDINATOR, topics: [] }] });
  });
});

describe('deleting and expiring', () => {
  it('only a group without members is deleted, and stays deleted in the log', async () => {
    const fixture = await CoordinatorFixture.start();
    expect(await deleteGroup(fixture, 'g')).toBe(errorCodes.GROUP_ID_NOT_FOUND);
    const { memberIds, generationId } = await fixture.stableGroup(1);
    fixture.commit({ t: 1 }, { memberId: memberIds[0] ?? '', generationId });
    expect(await deleteGroup(fixture, 'g')).toBe(errorCodes.NON_EMPTY_GROUP);
    fixture.leave({ memberId: memberIds[0] ?? '' });
    expect(await deleteGroup(fixture, 'g')).toBe(0);
    expect(fixture.describe().groupState).toBe('Dead');
    await fixture.moveToNewCoordinator();
    expect(fixture.describe().groupState).toBe('Dead');
    expect(fixture.offsets()).toEqual({});
  });

  it('a commit that overtakes nobody survives in log order: before a deletion it is buried, after it lives', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.commit({ t: 1 });
    await fixture.clock.run(0);
    fixture.storage.isHolding = true;
    fixture.commit({ u: 2 });
    const deleted = deleteGroup(fixture, 'g');
    fixture.commit({ v: 3 });
    fixture.storage.release();
    expect(await deleted).toBe(0);
    expect(fixture.offsets()).toEqual({ v: 3 });
    await fixture.moveToNewCoordinator();
    expect(fixture.offsets()).toEqual({ v: 3 });
  });

  it('OffsetDelete spares topics that running members subscribe to', async () => {
    const fixture = await CoordinatorFixture.start();
    expect(await deleteOffset(fixture, 't')).toBe(errorCodes.GROUP_ID_NOT_FOUND);
    const { memberIds, generationId } = await fixture.stableGroup(1);
    fixture.commit({ t: 1, other: 2 }, { memberId: memberIds[0] ?? '', generationId });
    await fixture.clock.run(0);
    expect(await deleteOffset(fixture, 't')).toBe(errorCodes.GROUP_SUBSCRIBED_TO_TOPIC);
    expect(await deleteOffset(fixture, 'other')).toBe(0);
    expect(fixture.offsets()).toEqual({ t: 1 });
  });

  it('offsets expire with their retention after the group became empty, not while it has members', async () => {
    const fixture = await CoordinatorFixture.start({ 'offsets.retention.minutes': '60', 'offsets.retention.check.interval.ms': '60000' });
    const { memberIds, generationId } = await fixture.stableGroup(1);
    const memberId = memberIds[0] ?? '';
    fixture.commit({ t: 1 }, { memberId, generationId });
    for (let minute = 0; minute < 120 * 7; minute++) {
      await fixture.clock.run(60_000 / 7);
      expect(fixture.heartbeat({ memberId, generationId })).toBe(0);
    }
    expect(fixture.offsets()).toEqual({ t: 1 });
    fixture.leave({ memberId });
    await fixture.clock.run(59 * 60_000);
    expect(fixture.offsets()).toEqual({ t: 1 });
    await fixture.clock.run(2 * 60_000);
    expect(fixture.offsets()).toEqual({});
    expect(fixture.describe().groupState).toBe('Dead');
    await fixture.moveToNewCoordinator();
    expect(fixture.describe().groupState).toBe('Dead');
  });

  it("a simple consumer's offsets expire by their commit, or by the time the commit gave", async () => {
    const fixture = await CoordinatorFixture.start({ 'offsets.retention.minutes': '60', 'offsets.retention.check.interval.ms': '60000' });
    fixture.commit({ old: 1 });
    fixture.commit({ short: 2 }, { retentionTimeMs: 5 * 60_000 });
    await fixture.clock.run(30 * 60_000);
    fixture.commit({ fresh: 3 });
    await fixture.clock.run(0);
    expect(fixture.offsets()).toEqual({ old: 1, fresh: 3 });
    await fixture.clock.run(31 * 60_000);
    expect(fixture.offsets()).toEqual({ fresh: 3 });
  });

  it('deleting a topic deletes its offsets in every group', async () => {
    const fixture = await CoordinatorFixture.start();
    for (const groupId of ['g', 'h']) fixture.commit({ t: 1, u: 2 }, { groupId });
    await fixture.clock.run(0);
    fixture.coordinator.topicsDeleted(new Set(['t']));
    await fixture.clock.run(0);
    expect([fixture.offsets('g'), fixture.offsets('h')]).toEqual([{ u: 2 }, { u: 2 }]);
  });
});

describe('loading', () => {
  it('a group read from its log is the group that was, and its members go on without rejoining', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(3);
    fixture.commit({ t: 10, u: 20 }, { memberId: memberIds[0] ?? '', generationId });
    fixture.commit({ t: 11 }, { memberId: memberIds[1] ?? '', generationId });
    fixture.commit({ x: 1 }, { groupId: 'simple' });
    await fixture.clock.run(0);
    const before = [fixture.describe(), fixture.offsets(), fixture.offsets('simple')];
    await fixture.moveToNewCoordinator();
    expect([fixture.describe(), fixture.offsets(), fixture.offsets('simple')]).toEqual(before);
    await fixture.clock.run(9999);
    for (const memberId of memberIds.slice(1)) expect(fixture.heartbeat({ memberId, generationId })).toBe(0);
    await fixture.clock.run(1);
    expect(fixture.describe().members).toHaveLength(2);
    expect(fixture.describe().groupState).toBe('PreparingRebalance');
  });

  it('a partition that cannot be read is not served, and can be loaded again', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.coordinator.unload(0);
    const failing = (async function* (): AsyncIterable<Buffer> { throw new Error('disk'); })();
    await expect(fixture.coordinator.load(0, 3, failing)).rejects.toThrow('disk');
    expect(fixture.join().answer.errorCode).toBe(errorCodes.NOT_COORDINATOR);
    await fixture.coordinator.load(0, 3, fixture.storage.batches(0));
    expect(fixture.join().answer.errorCode).toBe(errorCodes.MEMBER_ID_REQUIRED);
  });

  it('a load that lost its leadership meanwhile leaves nothing behind', async () => {
    const fixture = await CoordinatorFixture.start();
    fixture.commit({ t: 1 });
    await fixture.clock.run(0);
    const batches = fixture.storage.batches(0);
    const loading = fixture.coordinator.load(0, 7, batches);
    fixture.coordinator.unload(0);
    await loading;
    expect(fixture.commit({ t: 2 }).answer).toEqual([errorCodes.NOT_COORDINATOR]);
  });
});
