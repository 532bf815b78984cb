/** Which broker a fault meets. */
import { expect, it } from 'vitest';
import { chosenBrokers } from '../../../bench/fault/broker-choice.ts';
import { combined } from '../../../bench/fault/fault-state.ts';
import type { BrokerChoice } from '../../../results/fault/fault-record.ts';

const brokers = [1, 2, 3].map((id) => ({ id, isController: id === 1 }));

it.each<[BrokerChoice, number[], number[]]>([
  ['leader', [1, 1, 1, 3, 3, 2], [3]],
  ['follower', [1, 1, 1, 3, 3, 2], [2]],
  ['controller', [3, 3], [1]],
  ['all', [], [1, 2, 3]],
  [2, [], [2]],
  [7, [], []],
  ['leader', [], [2]],
  ['follower', [], [3]],
])('%s, when partitions are led by %j', (choice, leaders, ids) => {
  expect(chosenBrokers(choice, brokers, leaders).map(({ id }) => id)).toEqual(ids);
});

it('the controller is taken for the leader when there is nobody else', () => {
  expect(chosenBrokers('leader', brokers.slice(0, 1), [1])).toEqual([{ id: 1, isController: true }]);
  expect(chosenBrokers('follower', brokers.slice(0, 1), [1])).toEqual([]);
});

it('several faults of a broker add up', () => {
  const slow = { delayMs: 5, bytesPerSecond: 1000, isCut: false };
  const cut = { delayMs: 0, bytesPerSecond: null, isCut: true };
  expect(combined([{ diskDelayMs: 10, links: { 2: slow } }, { diskDelayMs: 5, links: { 2: cut, clients: { ...slow, bytesPerSecond: 10 } } }])).toEqual({
    diskDelayMs: 15,
    links: { 2: { delayMs: 5, bytesPerSecond: 1000, isCut: true }, clients: { delayMs: 5, bytesPerSecond: 10, isCut: false } },
  });
});
