/** Which brokers a fault meets, by who leads what at that moment. */
import type { BrokerChoice } from '../../results/fault/fault-record.ts';

export interface ChoosableBroker {
  readonly id: number;
  readonly isController: boolean;
}

/**
 * Empty when there is none. `leaders`: the leader of each partition. `leader` leads the most and `follower` the fewest; the controller is the last to
 * be taken for either, because its loss is another fault than theirs.
 */
export function chosenBrokers<Broker extends ChoosableBroker>(choice: BrokerChoice, brokers: readonly Broker[], leaders: readonly number[]): Broker[] {
  if (choice === 'all') return [...brokers];
  if (typeof choice === 'number') return brokers.filter(({ id }) => id === choice);
  if (choice === 'controller') return brokers.filter(({ isController }) => isController);
  const ordered = brokers.toSorted((a, b) => Number(a.isController) - Number(b.isController) || ledBy(b, leaders).length - ledBy(a, leaders).length);
  const leader = ordered[0];
  if (leader === undefined) return [];
  if (choice === 'leader') return [leader];
  const others = brokers.filter(({ id }) => id !== leader.id);
  return others.toSorted((a, b) => Number(a.isController) - Number(b.isController) || ledBy(a, leaders).length - ledBy(b, leaders).length).slice(0, 1);
}

export function ledBy({ id }: ChoosableBroker, leaders: readonly number[]): number[] {
  return leaders.flatMap((leader, partition) => (leader === id ? [partition] : []));
}
