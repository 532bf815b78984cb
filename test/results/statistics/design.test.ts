/** How many repeats, and what to cut: repeatsNeeded and detectWarmUp. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatsNeeded, type RepeatsQuestion } from '../../../results/statistics/repeats.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import { detectWarmUp } from '../../../results/statistics/warm-up.ts';

const QUESTION: RepeatsQuestion = { deviation: 1, difference: 0.5, alpha: 0.05, power: 0.8, isPaired: false };

describe('repeatsNeeded', () => {
  it.each([
    // Cohen 1988, table 2.4.1, has 393, 64 and 26 a side.
    [0.2, 394],
    [0.5, 64],
    [0.8, 26],
  ])('to find %d deviations with a chance of 80 in 100 is %d a side', (difference, count) => {
    expect(repeatsNeeded({ ...QUESTION, difference })).toBe(count);
  });

  it('is 34 pairs for half a deviation (Cohen 1988)', () => {
    expect(repeatsNeeded({ ...QUESTION, isPaired: true })).toBe(34);
  });

  it('grows with noise, with power and with a less efficient estimate, and falls with the difference', () => {
    const positive = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(positive, positive, fc.boolean(), (deviation, difference, isPaired) => {
        const question = { ...QUESTION, deviation, difference, isPaired };
        const count = repeatsNeeded(question);
        expect(repeatsNeeded({ ...question, deviation: deviation * 2 })).toBeGreaterThanOrEqual(count);
        expect(repeatsNeeded({ ...question, power: 0.9 })).toBeGreaterThanOrEqual(count);
        expect(repeatsNeeded({ ...question, efficiency: 0.6 })).toBeGreaterThanOrEqual(count);
        expect(repeatsNeeded({ ...question, difference: difference * 2 })).toBeLessThanOrEqual(count);
      }),
    );
  });

  it('is never done for no difference, and 2 without noise', () => {
    expect(repeatsNeeded({ ...QUESTION, difference: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(repeatsNeeded({ ...QUESTION, deviation: 0, difference: 0 })).toBe(2);
    expect(() => repeatsNeeded({ ...QUESTION, deviation: -1 })).toThrow(RangeError);
  });
});

describe('detectWarmUp', () => {
  it('cuts exactly a step at the beginning', () => {
    const series = [...alternating(10, 30), ...alternating(10, 10), ...alternating(80, 0)];
    expect(detectWarmUp(series)).toEqual({ kind: 'found', cutIntervals: 20 });
  });

  it('cuts nothing from a steady series', () => {
    expect(detectWarmUp(alternating(100, 0))).toEqual({ kind: 'found', cutIntervals: 0 });
  });

  it('does not settle on a series that keeps falling', () => {
    expect(detectWarmUp(Array.from({ length: 100 }, (_, at) => 1000 - at))).toEqual({ kind: 'unsettled' });
  });

  it('says that fewer than ten batches are too short', () => {
    expect(detectWarmUp(alternating(49, 0))).toEqual({ kind: 'short' });
    expect(detectWarmUp(alternating(50, 0)).kind).toBe('found');
    expect(detectWarmUp(alternating(20, 0), { batchSize: 2 }).kind).toBe('found');
  });

  it('finds an exponential warm-up in noise: most of it, and not much more', () => {
    const random = new SeededRandom(3);
    const series = Array.from({ length: 300 }, (_, at) => 100 + 80 * Math.exp(-at / 12) + 3 * random.normal());
    const warmUp = detectWarmUp(series);
    expect(warmUp.kind).toBe('found');
    const cut = warmUp.kind === 'found' ? warmUp.cutIntervals : 0;
    expect(cut).toBeGreaterThanOrEqual(20);
    expect(cut).toBeLessThanOrEqual(80);
  });
});

function alternating(count: number, level: number): number[] {
  return Array.from({ length: count }, (_, at) => 100 + level + (at % 2));
}
