import { expect, it } from 'vitest';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { CoordinatorFixture } from './coordinator-fixture.ts';

async function staticPair() {
  const fixture = await CoordinatorFixture.start();
  const joins = ['a', 'b'].map((groupInstanceId) => fixture.join({ groupInstanceId }));
  await fixture.clock.run(0);
  const [leader = '', follower = ''] = joins.map((join) => join.answer.memberId ?? '');
  fixture.sync({ memberId: leader, generationId: 1, groupInstanceId: 'a' }, { [leader]: 'A', [follower]: 'B' });
  fixture.sync({ memberId: follower, generationId: 1, groupInstanceId: 'b' });
  await fixture.clock.run(0);
  return { fixture, leader, follower };
}

it('a restarted static member gets its assignment back without a rebalance, and its old self is fenced', async () => {
  const { fixture, follower } = await staticPair();
  const join = fixture.join({ groupInstanceId: 'b' });
  await fixture.clock.run(0);
  const memberId = join.answer.memberId ?? '';
  expect(join.answer).toMatchObject({ errorCode: 0, generationId: 1, members: [], skipAssignment: false });
  expect(memberId).not.toBe(follower);
  const sync = fixture.sync({ memberId, generationId: 1, groupInstanceId: 'b' });
  expect(Buffer.from(sync.answer.assignment ?? []).toString()).toBe('B');
  const old = { memberId: follower, generationId: 1, groupInstanceId: 'b' };
  expect(fixture.heartbeat(old)).toBe(errorCodes.FENCED_INSTANCE_ID);
  expect(fixture.sync(old).answer.errorCode).toBe(errorCodes.FENCED_INSTANCE_ID);
  expect(fixture.join(old).answer.errorCode).toBe(errorCodes.FENCED_INSTANCE_ID);
  expect(fixture.commit({ t: 1 }, old).answer).toEqual([errorCodes.FENCED_INSTANCE_ID]);
  expect(fixture.leave(old)).toEqual([errorCodes.FENCED_INSTANCE_ID]);
});

it('a restarted static leader is told to skip the assignment from v9; before, it does not learn that it leads', async () => {
  const { fixture, leader } = await staticPair();
  const v9 = fixture.join({ groupInstanceId: 'a', apiVersion: 9 });
  await fixture.clock.run(0);
  expect(v9.answer).toMatchObject({ skipAssignment: true, leader: v9.answer.memberId });
  expect(v9.answer.members).toHaveLength(2);
  const v8 = fixture.join({ groupInstanceId: 'a', apiVersion: 8 });
  await fixture.clock.run(0);
  expect(v8.answer).toMatchObject({ leader: v9.answer.memberId, members: [] });
  expect(v8.answer.memberId).not.toBe(leader);
});

it('when its new id cannot be stored, the restarted member fails and the old one stays', async () => {
  const { fixture, follower } = await staticPair();
  fixture.storage.errorCode = errorCodes.NOT_ENOUGH_REPLICAS;
  const join = fixture.join({ groupInstanceId: 'b' });
  await fixture.clock.run(0);
  expect(join.answer.errorCode).toBe(errorCodes.COORDINATOR_NOT_AVAILABLE);
  expect(fixture.heartbeat({ memberId: follower, generationId: 1, groupInstanceId: 'b' })).toBe(0);
});

it('two holders of one instance id: the parked JoinGroup of the first is fenced by the second', async () => {
  const fixture = await CoordinatorFixture.start({ 'group.initial.rebalance.delay.ms': '1000' });
  const first = fixture.join({ groupInstanceId: 'a' });
  const second = fixture.join({ groupInstanceId: 'a' });
  expect(first.answer.errorCode).toBe(errorCodes.FENCED_INSTANCE_ID);
  await fixture.clock.run(2000);
  expect(second.answer).toMatchObject({ errorCode: 0, generationId: 1 });
});

it('a static member keeps its place until its session ends, then the group rebalances', async () => {
  const { fixture, leader, follower } = await staticPair();
  await fixture.clock.run(6000);
  fixture.heartbeat({ memberId: leader, generationId: 1, groupInstanceId: 'a' });
  await fixture.clock.run(4000);
  expect(fixture.heartbeat({ memberId: follower, generationId: 1, groupInstanceId: 'b' })).toBe(errorCodes.UNKNOWN_MEMBER_ID);
  expect(fixture.describe().groupState).toBe('PreparingRebalance');
});

it('an administrator removes static members by instance id alone', async () => {
  const { fixture } = await staticPair();
  expect(fixture.leave({ memberId: '', groupInstanceId: 'b' }, { memberId: '', groupInstanceId: 'x' })).toEqual([0, errorCodes.UNKNOWN_MEMBER_ID]);
  expect(fixture.describe().groupState).toBe('PreparingRebalance');
});
