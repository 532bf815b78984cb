import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../results/statistics/proportion.ts';

describe('wilsonInterval', () => {
  it.each([
    // Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is Newcombe’s', (successes, trials, low, high) => {
    const interval = wilsonInterval({ successes, trials });
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('holds the share, stays within 0 to 1, and mirrors', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (trials, share) => {
        const successes = Math.round(trials * share);
        const { low, high } = wilsonInterval({ successes, trials });
        const mirrored = wilsonInterval({ successes: trials - successes, trials });
        expect(low).toBeLessThanOrEqual(successes / trials + 1e-12);
        expect(high).toBeGreaterThanOrEqual(successes / trials - 1e-12);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(mirrored.low).toBeCloseTo(1 - high, 9);
      }),
    );
  });

  it('refuses what is no share', () => {
    expect(() => wilsonInterval({ successes: 0, trials: 0 })).toThrow(RangeError);
    expect(() => wilsonInterval({ successes: 3, trials: 2 })).toThrow(/3 of 2/);
  });
});
