import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestPartitionCounts, effectiveShare } from '../../../sizing/queueing/divisibility.ts';
import { exhaustion } from '../../../sizing/queueing/growth.ts';
import { busiestPartition, hottestKeyShare, keyShares, usefulPartitionsMax } from '../../../sizing/queueing/key-skew.ts';
import { catchUpSeconds, consumedPerSecondToCatchUp, pageCacheBytes, pageCacheSeconds, reReplication } from '../../../sizing/queueing/recovery.ts';

const counts = fc.integer({ min: 1, max: 2000 });

describe('partitions over members', () => {
  test('give all of the members\' sum exactly when they divide', () => {
    fc.assert(fc.property(counts, counts, (partitions, members) => {
      const share = effectiveShare({ partitions, members });
      expect(share).toBeGreaterThan(0);
      expect(share === 1).toBe(partitions % members === 0);
    }));
  });

  test('leave members beyond the partitions idle', () => expect(effectiveShare({ partitions: 10, members: 20 })).toBe(0.5));

  test('24 is the best count from 20 to 24 for groups of 2 to 12', () => {
    const [best] = bestPartitionCounts({ wished: 20, membersMax: 12, partitionsMax: 24 });
    expect(best).toMatchObject({ partitions: 24, evenMembers: [2, 3, 4, 6, 8, 12] });
  });

  test('the best counts are never below the wished one nor above the limit, and the best comes first', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 60 }), (wished) => {
      const best = bestPartitionCounts({ wished, count: 100 });
      expect(best.length).toBe(Math.ceil(wished * 1.5) - wished + 1);
      for (const [at, { partitions, meanShare, worstShare }] of best.entries()) {
        expect(partitions).toBeGreaterThanOrEqual(wished);
        expect(worstShare).toBeLessThanOrEqual(meanShare + 1e-12);
        expect(meanShare).toBeLessThanOrEqual(best[at - 1]?.meanShare ?? 1);
      }
    }));
  });

  test('fractions and an empty range of members are refused', () => {
    expect(() => effectiveShare({ partitions: 1.5, members: 1 })).toThrow(RangeError);
    expect(() => bestPartitionCounts({ wished: 20, membersMin: 5, membersMax: 4 })).toThrow(RangeError);
  });
});

describe('key skew', () => {
  test('shares sum to one and fall', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), fc.double({ min: 0, max: 3, noNaN: true }), (keys, exponent) => {
      const shares = keyShares({ kind: 'zipf', keys, exponent });
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      for (const [at, share] of shares.entries()) expect(share).toBeLessThanOrEqual(shares[at - 1] ?? 1);
    }), { numRuns: 20 });
  });

  test('the busiest partition is no lighter than the hottest key, nor than the mean', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 2, noNaN: true }), fc.integer({ min: 1, max: 50 }), fc.integer(), (keys, exponent, partitions, seed) => {
      const distribution = { kind: 'zipf', keys, exponent } as const;
      const { loadOverMean, worst } = busiestPartition(distribution, { partitions, trials: 20, seed });
      expect(loadOverMean).toBeGreaterThanOrEqual(Math.max(1, hottestKeyShare(distribution) * partitions) - 1e-9);
      expect(worst).toBeGreaterThanOrEqual(loadOverMean - 1e-9);
      expect(worst).toBeLessThanOrEqual(partitions + 1e-9);
    }), { numRuns: 30 });
  });

  test('with 19.6 % in one key more than 5 partitions do not help', () => {
    expect(usefulPartitionsMax({ kind: 'zipf', keys: 100_000, exponent: 1.2 })).toBe(5);
  });

  test('one key is one partition, and the same seed is the same result', () => {
    expect(busiestPartition({ kind: 'uniform', keys: 1 }, { partitions: 20, trials: 3, seed: 1 })).toEqual({ loadOverMean: 20, standardError: 0, worst: 20 });
    const run = () => busiestPartition({ kind: 'uniform', keys: 50 }, { partitions: 7, trials: 10, seed: 99 });
    expect(run()).toEqual(run());
  });

  test('no keys and no partitions are refused', () => {
    expect(() => hottestKeyShare({ kind: 'uniform', keys: 0 })).toThrow(RangeError);
    expect(() => busiestPartition({ kind: 'uniform', keys: 1 }, { partitions: 0, trials: 1, seed: 1 })).toThrow(RangeError);
  });
});

describe('recovery', () => {
  test('consumers no faster than producers never catch up, without a lag they are there', () => {
    expect(catchUpSeconds({ lag: 1, consumedPerSecond: 100, producedPerSecond: 100 })).toBe(Number.POSITIVE_INFINITY);
    expect(catchUpSeconds({ lag: 0, consumedPerSecond: 1, producedPerSecond: 100 })).toBe(0);
  });

  test('at the rate for a time a lag is gone after that time', () => {
    const positive = fc.double({ min: 1, max: 1e9, noNaN: true });
    fc.assert(fc.property(positive, positive, positive, (lag, producedPerSecond, withinSeconds) => {
      const consumedPerSecond = consumedPerSecondToCatchUp({ lag, producedPerSecond, withinSeconds });
      // Where the lag's part is lost beside the rate there is nothing to compare.
      fc.pre(consumedPerSecond - producedPerSecond > producedPerSecond * 1e-6);
      expect(catchUpSeconds({ lag, consumedPerSecond, producedPerSecond }) / withinSeconds).toBeCloseTo(1, 6);
    }));
  });

  test.each([
    ['source disk', {}, 1000],
    ['network', { spareNetworkBytesPerSecond: 50 }, 2000],
    ['throttle', { throttleBytesPerSecond: 60 }, 2500],
    ['throttle', { throttleBytesPerSecond: 20 }, Number.POSITIVE_INFINITY],
  ] as const)('re-replication is held up by the %s', (decidedBy, limits, seconds) => {
    expect(reReplication({ brokerBytes: 100_000, spareDiskBytesPerSecond: 100, spareNetworkBytesPerSecond: 200, liveBytesPerSecond: 20, ...limits })).toEqual({ seconds, decidedBy });
  });

  test('memory for 30 s of writes holds 30 s of writes', () => {
    const cacheBytes = pageCacheBytes({ writtenBytesPerSecond: 50e6 });
    expect(cacheBytes).toBe(1.5e9);
    expect(pageCacheSeconds({ cacheBytes, writtenBytesPerSecond: 50e6 })).toBe(30);
  });
});

describe('growth', () => {
  const todayMs = Date.UTC(2026, 10, 24);

  test('that doubles in a year uses up twice the demand in a year', () => {
    const result = exhaustion({ demand: 50, capacity: 100, growthPerMonth: 2 ** (1 / 12) - 1, todayMs, leadDays: 90 });
    expect(result).toMatchObject({ kind: 'dated', exhaustedOn: '2027-11-24', orderBy: '2027-08-26', isOrderOverdue: false });
  });

  test('counts from the peak of the season', () => {
    expect(exhaustion({ demand: 50, capacity: 100, growthPerMonth: 0.05, peakFactor: 1.6, seasonFactor: 1.3, todayMs })).toMatchObject({ kind: 'exhausted', shortfall: 4 });
  });

  test('that comes sooner than an order is late already', () => {
    expect(exhaustion({ demand: 99, capacity: 100, growthPerMonth: 0.05, leadDays: 30, todayMs })).toMatchObject({ kind: 'dated', isOrderOverdue: true });
  });

  test('of nothing or less never fills', () => {
    expect(exhaustion({ demand: 75, capacity: 100, growthPerMonth: 0, todayMs })).toEqual({ kind: 'never', slack: 0.25 });
    expect(exhaustion({ demand: 75, capacity: 100, growthPerMonth: -0.1, todayMs }).kind).toBe('never');
  });

  test('beyond the calendar is still a date', () => {
    expect(exhaustion({ demand: 1, capacity: 1e300, growthPerMonth: 1e-6, todayMs })).toMatchObject({ kind: 'dated', exhaustedOn: '+275760-09-13' });
  });

  test('without a capacity is refused', () => expect(() => exhaustion({ demand: 1, capacity: 0, growthPerMonth: 0, todayMs })).toThrow(RangeError));
});
