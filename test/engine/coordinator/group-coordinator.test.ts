import { describe, expect, it } from 'vitest';
import { offsetsPartitionFor } from '../../../engine/coordinator/group-coordinator.ts';
import type { LeaveGroupAnswer, ListGroupsAnswer, SyncGroupAnswer } from '../../../engine/coordinator/group/group-messages.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { Asked, context, CoordinatorFixture, subscription } from './coordinator-fixture.ts';

const assignmentOf = (answer: SyncGroupAnswer) => Buffer.from(answer.assignment ?? []).toString();

describe('joining', () => {
  it('a dynamic member first gets an id and MEMBER_ID_REQUIRED from v4, and joins at once before v4', async () => {
    const fixture = await CoordinatorFixture.start();
    const first = fixture.join({ apiVersion: 4 }).answer;
    expect(first.errorCode).toBe(errorCodes.MEMBER_ID_REQUIRED);
    expect(first.memberId).toMatch(/^client-[0-9a-f-]{36}$/);
    const old = fixture.join({ groupId: 'old', apiVersion: 3 });
    await fixture.clock.run(0);
    expect(old.answer).toMatchObject({ errorCode: 0, generationId: 1, leader: old.answer.memberId });
  });

  it('one, two and three members make one generation; only the leader sees the members', async () => {
    for (const count of [1, 2, 3]) {
      const fixture = await CoordinatorFixture.start();
      const joins = Array.from({ length: count }, () => fixture.joinTwoStep());
      expect(joins.every(({ join }) => join.isParked)).toBe(true);
      await fixture.clock.run(0);
      for (const [index, { join, memberId }] of joins.entries()) {
        expect(join.answer).toMatchObject({ errorCode: 0, generationId: 1, memberId, leader: joins[0]?.memberId, protocolName: 'range' });
        expect(join.answer.members).toHaveLength(index === 0 ? count : 0);
      }
      expect(fixture.describe().groupState).toBe('CompletingRebalance');
    }
  });

  it("SyncGroup waits for the leader's assignment and for its replication", async () => {
    const fixture = await CoordinatorFixture.start();
    const [leader, follower] = [fixture.joinTwoStep(), fixture.joinTwoStep()];
    await fixture.clock.run(0);
    fixture.storage.isHolding = true;
    const followerSync = fixture.sync({ memberId: follower.memberId, generationId: 1 });
    const leaderSync = fixture.sync({ memberId: leader.memberId, generationId: 1 }, { [leader.memberId]: 'a', [follower.memberId]: 'b', stranger: 'c' });
    await fixture.clock.run(0);
    expect([followerSync.isParked, leaderSync.isParked]).toEqual([true, true]);
    fixture.storage.release();
    await fixture.clock.run(0);
    expect(assignmentOf(leaderSync.answer)).toBe('a');
    expect(assignmentOf(followerSync.answer)).toBe('b');
    expect(fixture.describe()).toMatchObject({ groupState: 'Stable', protocolData: 'range' });
  });

  it.each([
    [errorCodes.NOT_ENOUGH_REPLICAS, errorCodes.COORDINATOR_NOT_AVAILABLE],
    [errorCodes.REQUEST_TIMED_OUT, errorCodes.COORDINATOR_NOT_AVAILABLE],
    [errorCodes.NOT_LEADER_OR_FOLLOWER, errorCodes.NOT_COORDINATOR],
    [errorCodes.MESSAGE_TOO_LARGE, errorCodes.UNKNOWN_SERVER_ERROR],
  ])('an assignment whose append fails with %i fails SyncGroup with %i and rebalances', async (logError, expected) => {
    const fixture = await CoordinatorFixture.start();
    const { memberId } = fixture.joinTwoStep();
    await fixture.clock.run(0);
    fixture.storage.errorCode = logError;
    const sync = fixture.sync({ memberId, generationId: 1 }, { [memberId]: 'a' });
    await fixture.clock.run(0);
    expect(sync.answer.errorCode).toBe(expected);
    expect(fixture.describe().groupState).toBe('PreparingRebalance');
  });

  it('the initial delay is extended by joins, up to the rebalance timeout', async () => {
    const fixture = await CoordinatorFixture.start({ 'group.initial.rebalance.delay.ms': '3000' });
    const timeouts = { rebalanceTimeoutMs: 7000 };
    const first = fixture.joinTwoStep(timeouts).join;
    await fixture.clock.run(2999);
    fixture.joinTwoStep(timeouts);
    await fixture.clock.run(2000);
    fixture.joinTwoStep(timeouts);
    await fixture.clock.run(2000);
    expect(first.isParked).toBe(true);
    await fixture.clock.run(1);
    expect(first.answer.members).toHaveLength(3);
  });

  it('the protocol is one that all support, by votes; a member that shares none is refused', async () => {
    const fixture = await CoordinatorFixture.start();
    const bytes = subscription(['t']);
    const { join } = fixture.joinTwoStep({ protocols: [['a', bytes], ['b', bytes], ['c', bytes]] });
    fixture.joinTwoStep({ protocols: [['c', bytes], ['b', bytes]] });
    fixture.joinTwoStep({ protocols: [['c', bytes], ['b', bytes]] });
    expect(fixture.join({ protocols: [['a', bytes]] }).answer.errorCode).toBe(errorCodes.INCONSISTENT_GROUP_PROTOCOL);
    expect(fixture.join({ protocolType: 'connect' }).answer.errorCode).toBe(errorCodes.INCONSISTENT_GROUP_PROTOCOL);
    await fixture.clock.run(0);
    expect(join.answer.protocolName).toBe('c');
  });

  it('refuses bad session timeouts, empty group ids, unknown members and members beyond group.max.size', async () => {
    const fixture = await CoordinatorFixture.start({ 'group.max.size': '2' });
    expect(fixture.join({ sessionTimeoutMs: 5999 }).answer.errorCode).toBe(errorCodes.INVALID_SESSION_TIMEOUT);
    expect(fixture.join({ sessionTimeoutMs: 1_800_001 }).answer.errorCode).toBe(errorCodes.INVALID_SESSION_TIMEOUT);
    expect(fixture.join({ groupId: '' }).answer.errorCode).toBe(errorCodes.INVALID_GROUP_ID);
    expect(fixture.join({ memberId: 'nobody' }).answer.errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
    await fixture.stableGroup(2);
    expect(fixture.join().answer.errorCode).toBe(errorCodes.GROUP_MAX_SIZE_REACHED);
  });

  it('a member id that is not used within the session timeout is forgotten', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId } = fixture.join({ sessionTimeoutMs: 6000 }).answer;
    await fixture.clock.run(6000);
    expect(fixture.join({ memberId: memberId ?? '' }).answer.errorCode).toBe(errorCodes.UNKNOWN_MEMBER_ID);
  });
});

describe('rebalancing', () => {
  it('a new member parks until the others have rejoined; heartbeats tell them to', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(2);
    const newcomer = fixture.joinTwoStep();
    for (const memberId of memberIds) {
      expect(fixture.heartbeat({ memberId, generationId })).toBe(errorCodes.REBALANCE_IN_PROGRESS);
      expect(fixture.sync({ memberId, generationId }).answer.errorCode).toBe(errorCodes.REBALANCE_IN_PROGRESS);
    }
    const rejoins = memberIds.map((memberId) => fixture.join({ memberId }));
    await fixture.clock.run(0);
    expect(newcomer.join.answer).toMatchObject({ errorCode: 0, generationId: generationId + 1 });
    expect(rejoins[0]?.answer.members).toHaveLength(3);
  });

  it('a follower that joins again unchanged keeps its generation, a leader that does rebalances', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(2);
    const [leader = '', follower = ''] = memberIds;
    expect(fixture.join({ memberId: follower }).answer).toMatchObject({ errorCode: 0, generationId, members: [] });
    expect(fixture.join({ memberId: leader }).isParked).toBe(true);
    expect(fixture.describe().groupState).toBe('PreparingRebalance');
  });

  it('a cooperative member that joins again with changed metadata starts the second round', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(2);
    const [leader = '', follower = ''] = memberIds;
    const revoked = fixture.join({ memberId: follower, protocols: [['range', subscription(['t', 'u'])]] });
    expect(revoked.isParked).toBe(true);
    const round = fixture.join({ memberId: leader });
    expect(round.answer).toMatchObject({ generationId: generationId + 1 });
    expect(revoked.answer).toMatchObject({ generationId: generationId + 1, leader });
  });

  it('members that do not rejoin within the rebalance timeout are out', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds } = await fixture.stableGroup(2);
    const [leader = '', follower = ''] = memberIds;
    const rejoin = fixture.join({ memberId: leader, rebalanceTimeoutMs: 8000 });
    // The follower heartbeats, so that its session lasts, and asks for 60 s.
    for (let elapsedMs = 0; elapsedMs < 60_000; elapsedMs += 5000) {
      fixture.heartbeat({ memberId: follower, generationId: 1 });
      await fixture.clock.run(5000);
    }
    expect(rejoin.answer.members).toHaveLength(1);
    expect(fixture.heartbeat({ memberId: follower, generationId: 2 })).toBe(errorCodes.UNKNOWN_MEMBER_ID);
  });

  it('members that never send SyncGroup are out after the rebalance timeout', async () => {
    const fixture = await CoordinatorFixture.start();
    const [silent, other] = [fixture.joinTwoStep({ sessionTimeoutMs: 100_000 }), fixture.joinTwoStep({ sessionTimeoutMs: 100_000 })];
    await fixture.clock.run(0);
    const sync = fixture.sync({ memberId: other.memberId, generationId: 1 });
    await fixture.clock.run(60_000);
    expect(sync.answer.errorCode).toBe(errorCodes.REBALANCE_IN_PROGRESS);
    expect(fixture.heartbeat({ memberId: silent.memberId, generationId: 1 })).toBe(errorCodes.UNKNOWN_MEMBER_ID);
    const rejoin = fixture.join({ memberId: other.memberId });
    expect(rejoin.answer).toMatchObject({ generationId: 2, leader: other.memberId });
  });

  it('a member that joins during the sync phase sends the waiting ones back to join', async () => {
    const fixture = await CoordinatorFixture.start();
    const [, follower] = [fixture.joinTwoStep(), fixture.joinTwoStep()];
    await fixture.clock.run(0);
    const sync = fixture.sync({ memberId: follower.memberId, generationId: 1 });
    fixture.joinTwoStep();
    expect(sync.answer.errorCode).toBe(errorCodes.REBALANCE_IN_PROGRESS);
  });

  it('heartbeats between the join and the assignment are fine, and other generations are not', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberId } = fixture.joinTwoStep();
    await fixture.clock.run(0);
    expect(fixture.heartbeat({ memberId, generationId: 1 })).toBe(errorCodes.NONE);
    expect(fixture.heartbeat({ memberId, generationId: 0 })).toBe(errorCodes.ILLEGAL_GENERATION);
    expect(fixture.sync({ memberId, generationId: 2 }).answer.errorCode).toBe(errorCodes.ILLEGAL_GENERATION);
    expect(fixture.heartbeat({ memberId: 'nobody', generationId: 1 })).toBe(errorCodes.UNKNOWN_MEMBER_ID);
  });
});

describe('leaving', () => {
  it('the last leave empties the group, in the log as well', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds } = await fixture.stableGroup(1);
    expect(fixture.leave({ memberId: memberIds[0] ?? '' }, { memberId: 'nobody' })).toEqual([0, errorCodes.UNKNOWN_MEMBER_ID]);
    expect(fixture.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer', members: [] });
    await fixture.moveToNewCoordinator();
    expect(fixture.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer', members: [] });
  });

  it('LeaveGroup before v3 names one member and has one error', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds } = await fixture.stableGroup(1);
    const errorOf = (memberId: string) => {
      const asked = new Asked<LeaveGroupAnswer>();
      fixture.coordinator.leaveGroup({ groupId: 'g', memberId, members: [] }, context(2), asked.reply);
      return asked.answer.errorCode;
    };
    expect(errorOf('nobody')).toBe(errorCodes.UNKNOWN_MEMBER_ID);
    expect(errorOf(memberIds[0] ?? '')).toBe(0);
  });

  it('a killed member is out when its session ends, not before, and heartbeats prolong it', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(2);
    const [alive = '', killed = ''] = memberIds;
    fixture.heartbeat({ memberId: killed, generationId });
    await fixture.clock.run(9000);
    expect(fixture.heartbeat({ memberId: alive, generationId })).toBe(0);
    await fixture.clock.run(999);
    expect(fixture.heartbeat({ memberId: alive, generationId })).toBe(0);
    await fixture.clock.run(1);
    expect(fixture.heartbeat({ memberId: alive, generationId })).toBe(errorCodes.REBALANCE_IN_PROGRESS);
    expect(fixture.join({ memberId: alive }).answer).toMatchObject({ generationId: 2, leader: alive });
  });

  it('when the leader leaves, another member leads', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds } = await fixture.stableGroup(2);
    const [leader = '', follower = ''] = memberIds;
    fixture.leave({ memberId: leader });
    expect(fixture.join({ memberId: follower }).answer).toMatchObject({ leader: follower, generationId: 2 });
  });
});

describe('coordination', () => {
  it('the partition of a group is that of Java', () => {
    expect(offsetsPartitionFor('', 50)).toBe(0);
    expect(offsetsPartitionFor('my-group', 50)).toBe(12);
    expect(offsetsPartitionFor('polygenelubricants', 50)).toBe(0); // hashCode is -2^31
  });

  it('unload answers everything parked with NOT_COORDINATOR', async () => {
    const fixture = await CoordinatorFixture.start();
    const { memberIds, generationId } = await fixture.stableGroup(2);
    const rejoin = fixture.join({ memberId: memberIds[0] ?? '' });
    const newcomer = fixture.joinTwoStep();
    fixture.coordinator.unload(0);
    expect(rejoin.answer.errorCode).toBe(errorCodes.NOT_COORDINATOR);
    expect(newcomer.join.answer.errorCode).toBe(errorCodes.NOT_COORDINATOR);
    expect(fixture.heartbeat({ memberId: memberIds[1] ?? '', generationId })).toBe(errorCodes.NOT_COORDINATOR);
    fixture.coordinator.shutdown();
    expect(fixture.join().answer.errorCode).toBe(errorCodes.COORDINATOR_NOT_AVAILABLE);
  });

  it('while a partition is being read, requests are told so, but a heartbeat passes and a SyncGroup joins again', async () => {
    const fixture = await CoordinatorFixture.start();
    let finish = () => {};
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const loading = fixture.coordinator.load(0, 5, (async function* () { await gate; yield Buffer.alloc(0); })());
    expect(fixture.join().answer.errorCode).toBe(errorCodes.COORDINATOR_LOAD_IN_PROGRESS);
    expect(fixture.commit({ t: 1 }).answer).toEqual([errorCodes.COORDINATOR_LOAD_IN_PROGRESS]);
    expect(fixture.heartbeat({ memberId: 'm', generationId: 1 })).toBe(0);
    expect(fixture.sync({ memberId: 'm', generationId: 1 }).answer.errorCode).toBe(errorCodes.REBALANCE_IN_PROGRESS);
    finish();
    await loading;
    expect(fixture.join().answer.errorCode).toBe(errorCodes.MEMBER_ID_REQUIRED);
  });

  it('ListGroups filters by state and type, whatever the case', async () => {
    const fixture = await CoordinatorFixture.start();
    await fixture.stableGroup(1);
    fixture.commit({ t: 1 }, { groupId: 'simple' });
    await fixture.clock.run(0);
    const list = (statesFilter: string[], typesFilter: string[]) => {
      const asked = new Asked<ListGroupsAnswer>();
      fixture.coordinator.listGroups({ statesFilter, typesFilter }, context(5), asked.reply);
      return asked.answer.groups?.map((group) => group.groupId);
    };
    expect(list([], [])).toEqual(['g', 'simple']);
    expect(list(['stable'], ['Classic'])).toEqual(['g']);
    expect(list(['EMPTY'], [])).toEqual(['simple']);
    expect(list([], ['consumer'])).toEqual([]);
  });
});
