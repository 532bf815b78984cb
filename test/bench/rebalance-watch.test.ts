/** What a group's rebalances cost, as its members tell of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { RebalanceWatch } from '../../bench/consume/rebalance-watch.ts';

let watch: RebalanceWatch;

/** Two members of two partitions that have read until 1 s. */
beforeEach(() => {
  watch = new RebalanceWatch();
  for (const member of [0, 1]) watch.rejoining(member, 'start', -500);
  for (const member of [0, 1]) watch.assigned(member, -100);
  watch.reset();
  for (const partition of [0, 1]) watch.took(partition, 1_000_000);
});

describe('a rebalance', () => {
  it('lasts from the first member that hears of it to the last one with its share, and pauses who read nothing', () => {
    watch.rejoining(0, 'rebalance', 1_010_000);
    watch.rejoining(1, 'rebalance', 1_030_000);
    watch.rejoining(2, 'start', 1_005_000);
    for (const member of [0, 1, 2]) watch.assigned(member, 1_050_000);
    watch.took(0, 1_070_000);
    watch.took(1, 1_090_000);
    watch.took(1, 5_000_000);
    expect(watch.finish(6_000_000)).toEqual([{ startUs: 1_010_000, durationUs: 40_000, groupPauseUs: 60_000, partitionPauseUs: 90_000, cause: 'a member joined', memberCount: 3 }]);
  });

  it('after a crash counts a partition from the last records that anybody took of it', () => {
    watch.gone(1, 'crashed', 1_000_100);
    watch.took(0, 6_900_000);
    watch.rejoining(0, 'rebalance', 7_000_000);
    watch.assigned(0, 7_020_000);
    watch.took(0, 7_030_000);
    watch.took(1, 7_040_000);
    expect(watch.finish(8_000_000)).toMatchObject([{ groupPauseUs: 30_000, partitionPauseUs: 6_040_000, cause: 'a member was silent for session.timeout.ms', memberCount: 1 }]);
  });

  it('tells a second round, a member that was stuck and one that came back', () => {
    watch.gone(1, 'stuck', 2_000_000);
    watch.rejoining(0, 'rebalance', 2_010_000);
    watch.assigned(0, 2_020_000);
    watch.rejoining(0, 'revoked', 2_020_000);
    watch.assigned(0, 2_030_000);
    watch.rejoining(1, 'lost', 3_000_000);
    watch.assigned(1, 3_010_000);
    expect(watch.finish(4_000_000).map(({ cause, memberCount }) => [cause, memberCount])).toEqual([
      ['a member did not poll for max.poll.interval.ms', 1],
      ['second round of a cooperative rebalance', 1],
      ['a member came back', 2],
    ]);
  });

  it('ends when the member that it waited for leaves, and one under way counts until the end', () => {
    watch.rejoining(0, 'rebalance', 2_000_000);
    watch.rejoining(1, 'rebalance', 2_000_000);
    watch.assigned(0, 2_010_000);
    watch.gone(1, 'left', 2_020_000);
    watch.rejoining(0, 'rebalance', 2_500_000);
    expect(watch.finish(2_600_000)).toMatchObject([
      { durationUs: 20_000, cause: 'not known here: another member, or the coordinator' },
      { durationUs: 100_000, cause: 'a member left' },
    ]);
  });
});
