import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignCooperatively, assignRanges, type Assignment, type GroupMember } from '../../../engine/client/group/assignors.ts';

function member(memberId: string, topics: string[], owned: [string, number][] = [], generation = 1): GroupMember {
  return { memberId, topics, owned: owned.map(([topic, partition]) => ({ topic, partition })), generation };
}

function plain(assignment: Assignment): Record<string, string[]> {
  return Object.fromEntries([...assignment].map(([id, partitions]) => [id, partitions.map(({ topic, partition }) => `${topic}-${partition}`)]));
}

test('range gives each topic in contiguous shares, the first members one more', () => {
  const assignment = assignRanges([member('b', ['t', 'u']), member('a', ['t', 'u'])], new Map([['t', 3], ['u', 2]]));
  expect(plain(assignment)).toEqual({ a: ['t-0', 't-1', 'u-0'], b: ['t-2', 'u-1'] });
});

test('range leaves a member that subscribes to nothing of it without partitions', () => {
  expect(plain(assignRanges([member('a', ['t']), member('b', [])], new Map([['t', 2]])))).toEqual({ a: ['t-0', 't-1'], b: [] });
});

test('cooperative-sticky takes a partition from its owner in one round and gives it away in the next', () => {
  const counts = new Map([['t', 4]]);
  const owner = member('a', ['t'], [['t', 0], ['t', 1], ['t', 2], ['t', 3]]);
  const first = assignCooperatively([owner, member('b', ['t'])], counts);
  expect(first.get('a')).toHaveLength(2);
  expect(first.get('b')).toEqual([]);
  const second = assignCooperatively([{ ...owner, owned: first.get('a') ?? [], generation: 2 }, member('b', ['t'], [], 2)], counts);
  expect(second.get('a')).toEqual(first.get('a'));
  expect(second.get('b')).toHaveLength(2);
});

test('of two members that claim a partition the later generation keeps it', () => {
  const assignment = assignCooperatively([member('a', ['t'], [['t', 0]], 3), member('b', ['t'], [['t', 0]], 4)], new Map([['t', 1]]));
  expect(plain(assignment)).toEqual({ a: [], b: ['t-0'] });
});

const groups = fc.record({
  counts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
  subscriptions: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1 }), { minLength: 1, maxLength: 6 }),
});

test('cooperative-sticky settles: after as many rounds as it wants every subscribed partition has one owner and nothing moves any more', () => {
  fc.assert(fc.property(groups, ({ counts, subscriptions }) => {
    const partitionCounts = new Map(counts.map((count, at) => [`t${at}`, count]));
    let members = subscriptions.map((topics, at) => member(`m${at}`, topics.map((topic) => `t${topic}`)));
    let last = '';
    for (let round = 0; round < 4; round++) {
      const assignment = assignCooperatively(members, partitionCounts);
      const now = JSON.stringify(plain(assignment));
      if (round === 3) expect(now).toBe(last);
      last = now;
      members = members.map((each) => ({ ...each, owned: assignment.get(each.memberId) ?? [], generation: round + 2 }));
    }
    const owned = members.flatMap(({ owned: each }) => each.map(({ topic, partition }) => `${topic}-${partition}`));
    const wanted = [...partitionCounts].flatMap(([topic, count]) =>
      members.some(({ topics }) => topics.includes(topic)) ? Array.from({ length: count }, (_, partition) => `${topic}-${partition}`) : [],
    );
    expect(owned.sort()).toEqual(wanted.sort());
    if (subscriptions.every((topics) => topics.length === subscriptions[0]?.length && topics.length === 3)) {
      const loads = members.map(({ owned: each }) => each.length);
      expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
    }
  }));
});

test('when a member leaves, cooperative-sticky moves nothing that the others have', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 2, max: 5 }), (count, size) => {
    const counts = new Map([['t', count]]);
    let members = Array.from({ length: size }, (_, at) => member(`m${at}`, ['t']));
    for (let round = 2; round < 4; round++) {
      const assignment = assignCooperatively(members, counts);
      members = members.map((each) => ({ ...each, owned: assignment.get(each.memberId) ?? [], generation: round }));
    }
    const left = members.slice(1);
    const after = assignCooperatively(left, counts);
    for (const { memberId, owned } of left) expect(after.get(memberId)).toEqual(expect.arrayContaining([...owned]));
  }));
});
