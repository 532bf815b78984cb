/** Hypothesis tests and shifts against published data: Darwin's maize (Fisher 1935), depression ratings and permeability (Hollander and Wolfe 1973). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holmCorrected } from '../../../results/statistics/holm.ts';
import { mannWhitneyPValueMin, mannWhitneyTest } from '../../../results/statistics/mann-whitney.ts';
import { binomial, labelPermutationTest, signFlipTest } from '../../../results/statistics/permutation-test.ts';
import { hodgesLehmannShift, medianOfPairedDifferences, pseudomedian } from '../../../results/statistics/shift.ts';

/** Cross- minus self-fertilised heights, eighths of an inch. */
const MAIZE = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
/** Permeability of the human chorioamnion at term, and at 12 to 26 weeks. */
const TERM = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const EARLIER = [1.15, 0.88, 0.9, 0.74, 1.21];
const DEPRESSION_BEFORE = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const DEPRESSION_AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 7 });

describe('the sign flip test', () => {
  it("finds Fisher's 863 of 32,768 arrangements at each end of Darwin's data", () => {
    expect(signFlipTest(MAIZE, { seed: 1, arrangementCountMax: 40_000 })).toEqual({ pValue: (2 * 863) / 32_768, isExact: true, arrangementCount: 32_768 });
  });

  it('comes close to it with random arrangements, the same ones for the same seed', () => {
    const sampled = signFlipTest(MAIZE, { seed: 1 });
    expect(sampled).toMatchObject({ isExact: false, arrangementCount: 20_000 });
    expect(Math.abs(sampled.pValue - 1726 / 32_768)).toBeLessThan(0.005);
    expect(signFlipTest(MAIZE, { seed: 1 })).toEqual(sampled);
  });

  it('gives 2 of 16 for four differences of one sign, and 1 where all are 0', () => {
    expect(signFlipTest([0.1, 0.2, 0.3, 0.7], { seed: 1 }).pValue).toBe(2 / 16);
    expect(signFlipTest([0, 0, 0], { seed: 1 }).pValue).toBe(1);
  });
});

describe('the label permutation test', () => {
  it('counts by hand: 2 of 20 for two sides of three that do not overlap', () => {
    expect(labelPermutationTest({ baseline: [1, 2, 3], candidate: [4, 5, 6] }, { seed: 1 })).toEqual({ pValue: 2 / 20, isExact: true, arrangementCount: 20 });
    // The sums 1+2 and 1+3, 4+2 and 4+3 are at least as far from 5 as 3 is: 4 of 6.
    expect(labelPermutationTest({ baseline: [1, 3], candidate: [2, 4] }, { seed: 1 }).pValue).toBeCloseTo(4 / 6, 12);
  });

  it('does not take rounding for a difference: sums of the same values in another order', () => {
    expect(labelPermutationTest({ baseline: [0.1, 0.2, 0.3], candidate: [0.3, 0.2, 0.1] }, { seed: 1 }).pValue).toBe(1);
  });

  it('comes close to the exact p value with random arrangements', () => {
    const sides = { baseline: EARLIER, candidate: TERM };
    const exact = labelPermutationTest(sides, { seed: 3 });
    const sampled = labelPermutationTest(sides, { seed: 3, arrangementCountMax: 2500 });
    expect([exact.isExact, sampled.isExact]).toEqual([true, false]);
    expect(Math.abs(exact.pValue - sampled.pValue)).toBeLessThan(0.03);
  });

  it('does not depend on which side is which, nor on a common shift or scale', () => {
    fc.assert(
      fc.property(values, values, (baseline, candidate) => {
        const { pValue } = labelPermutationTest({ baseline, candidate }, { seed: 1 });
        const moved = (sample: number[]): number[] => sample.map((value) => value * 4 + 100);
        expect(labelPermutationTest({ baseline: candidate, candidate: baseline }, { seed: 1 }).pValue).toBeCloseTo(pValue, 12);
        expect(labelPermutationTest({ baseline: moved(baseline), candidate: moved(candidate) }, { seed: 1 }).pValue).toBeCloseTo(pValue, 12);
      }),
    );
  });

  it('on ranks is the Mann-Whitney test', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 10 }), fc.nat(), (sample, cut) => {
        const ranks = sample.map((value) => sample.filter((other) => other <= value).length);
        const at = 1 + (cut % (ranks.length - 1));
        const sides = { baseline: ranks.slice(0, at), candidate: ranks.slice(at) };
        expect(mannWhitneyTest(sides).pValue).toBeCloseTo(labelPermutationTest(sides, { seed: 1 }).pValue, 12);
      }),
    );
  });
});

describe('the Mann-Whitney test', () => {
  it('has U = 35 and p = 2 x 0.1272 for the permeability data', () => {
    const { u, pValue, isExact } = mannWhitneyTest({ baseline: EARLIER, candidate: TERM });
    expect({ u, isExact }).toEqual({ u: 35, isExact: true });
    expect(pValue).toBeCloseTo(0.2544, 4);
  });

  it.each([
    [[1, 2, 3, 4], [5, 6, 7, 8], 16, 2 / 70],
    [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 25, 2 / 252],
    // U = 2 of 25: 1 + 1 + 2 arrangements at each end.
    [[1, 2, 3, 4, 7], [5, 6, 8, 9, 10], 23, 8 / 252],
  ])('counts by hand: %j against %j', (baseline, candidate, u, pValue) => {
    const test = mannWhitneyTest({ baseline, candidate });
    expect(test.u).toBe(u);
    expect(test.pValue).toBeCloseTo(pValue, 12);
  });

  it('counts ties as half, and all equal as p = 1', () => {
    expect(mannWhitneyTest({ baseline: [1, 2], candidate: [2, 3] }).u).toBe(3.5);
    expect(mannWhitneyTest({ baseline: [5, 5, 5], candidate: [5, 5, 5] }).pValue).toBe(1);
  });

  it('approximates many values closely', () => {
    const odd = Array.from({ length: 26 }, (_, at) => at * 2 + 9);
    const even = Array.from({ length: 26 }, (_, at) => at * 2);
    const approximate = mannWhitneyTest({ baseline: even, candidate: odd });
    expect(approximate.isExact).toBe(false);
    const sampled = labelPermutationTest({ baseline: ranksAmong(even, odd), candidate: ranksAmong(odd, even) }, { seed: 1 });
    expect(sampled.pValue).toBeGreaterThan(0.01);
    expect(Math.abs(approximate.pValue - sampled.pValue)).toBeLessThan(0.004);
  });

  it('counts U as pairs, mirrors it for exchanged sides, and never goes below its smallest p', () => {
    fc.assert(
      fc.property(values, values, (baseline, candidate) => {
        const test = mannWhitneyTest({ baseline, candidate });
        const pairs = candidate.flatMap((ours) => baseline.map((theirs) => (ours > theirs ? 1 : ours === theirs ? 0.5 : 0)));
        expect(test.u).toBe(pairs.reduce<number>((sum, pair) => sum + pair, 0));
        expect(test.pValue).toBeGreaterThanOrEqual(mannWhitneyPValueMin(baseline.length, candidate.length) / 2);
        expect(mannWhitneyTest({ baseline: candidate, candidate: baseline }).pValue).toBeCloseTo(test.pValue, 12);
      }),
    );
  });
});

describe('shifts', () => {
  it('have the published Hodges-Lehmann estimates', () => {
    expect(hodgesLehmannShift({ baseline: EARLIER, candidate: TERM })).toBeCloseTo(0.305, 10);
    expect(pseudomedian(DEPRESSION_AFTER.map((after, at) => after - (DEPRESSION_BEFORE[at] as number)))).toBeCloseTo(-0.46, 10);
  });

  it('follow a shift exactly, and turn round with the sides', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (baseline, shift) => {
        const candidate = baseline.map((value) => value + shift);
        expect(medianOfPairedDifferences({ baseline, candidate })).toBe(shift);
        expect(hodgesLehmannShift({ baseline, candidate })).toBe(shift);
      }),
    );
  });

  it('refuse sides of different length where pairs are asked for', () => {
    expect(() => medianOfPairedDifferences({ baseline: [1], candidate: [1, 2] })).toThrow(/same length/);
  });
});

describe("Holm's correction", () => {
  it('has the values worked out by hand, in the order given', () => {
    const corrected = holmCorrected([0.03, 0.01, 0.04, 0.005]);
    for (const [at, value] of [0.06, 0.03, 0.06, 0.02].entries()) expect(corrected[at]).toBeCloseTo(value, 12);
    expect(holmCorrected([])).toEqual([]);
    expect(() => holmCorrected([1.5])).toThrow(RangeError);
  });

  it('keeps the order, lies between p and Bonferroni, and ends at 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (pValues) => {
        const corrected = holmCorrected(pValues);
        for (const [at, pValue] of pValues.entries()) {
          expect(corrected[at]).toBeGreaterThanOrEqual(pValue);
          expect(corrected[at]).toBeLessThanOrEqual(Math.min(1, pValue * pValues.length));
          for (const [other, otherValue] of pValues.entries()) if (pValue < otherValue) expect(corrected[at]).toBeLessThanOrEqual(corrected[other] as number);
        }
      }),
    );
  });
});

it('binomial coefficients are exact', () => {
  expect([binomial(8, 4), binomial(20, 10), binomial(50, 25), binomial(5, 0)]).toEqual([70, 184_756, 126_410_606_437_752, 1]);
});

function ranksAmong(sample: readonly number[], other: readonly number[]): number[] {
  return sample.map((value) => [...sample, ...other].reduce((rank, each) => rank + (each < value ? 1 : each === value ? 0.5 : 0), 0.5));
}
