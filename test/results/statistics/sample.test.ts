import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outlierIndices, modifiedZScores } from '../../../results/statistics/outliers.ts';
import { geometricMean, mean, median, medianAbsoluteDeviation, quantileOfSorted, standardDeviation } from '../../../results/statistics/sample.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 });

describe('location and spread', () => {
  it('have the values worked out by hand', () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.13809, 5);
    expect(standardDeviation([3])).toBe(0);
    expect(medianAbsoluteDeviation([1, 1, 2, 2, 4, 6, 9])).toBe(1);
    expect(quantileOfSorted([10, 20, 30, 40], 0.25)).toBe(17.5);
    expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
  });

  it('refuse an empty sample, and ratios that are not above 0', () => {
    for (const statistic of [mean, median, standardDeviation, medianAbsoluteDeviation, geometricMean]) expect(() => statistic([])).toThrow(RangeError);
    expect(() => geometricMean([1, 0])).toThrow(RangeError);
  });

  it('keep a median with half of the values at each side of it', () => {
    fc.assert(
      fc.property(values, (sample) => {
        const center = median(sample);
        expect(sample.filter((value) => value < center).length).toBeLessThanOrEqual(sample.length / 2);
        expect(sample.filter((value) => value > center).length).toBeLessThanOrEqual(sample.length / 2);
      }),
    );
  });

  it('give the inverse geometric mean for inverse ratios', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 }), (ratios) => {
        expect(geometricMean(ratios) * geometricMean(ratios.map((ratio) => 1 / ratio))).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe('modified z scores', () => {
  it('are 0.6745 (x - median) / MAD', () => {
    // Median 3, MAD 1.
    expect(modifiedZScores([1, 2, 3, 4, 100]).at(-1)).toBeCloseTo(0.6745 * 97, 2);
    expect(outlierIndices([1, 2, 3, 4, 100])).toEqual([4]);
    expect(outlierIndices([1, 2, 3, 4, 8])).toEqual([]);
  });

  it('take the mean distance where more than half of the values are equal', () => {
    expect(outlierIndices([5, 5, 5, 5, 5, 5, 5, 9])).toEqual([7]);
    expect(modifiedZScores([5, 5, 5])).toEqual([0, 0, 0]);
  });
});

describe('SeededRandom', () => {
  it('gives the same sequence for the same seed and another one for another', () => {
    const sequence = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(sequence(7)).toEqual(sequence(7));
    expect(sequence(7)).not.toEqual(sequence(8));
  });

  it('is uniform: chi-square over 16 bins below the 99.9 % point, mean and deviation of normals as they should be', () => {
    const random = new SeededRandom(1);
    const bins = new Array<number>(16).fill(0);
    for (let draw = 0; draw < 160_000; draw++) bins[random.below(16)]! += 1;
    expect(bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(37.7);
    const normals = Array.from({ length: 40_000 }, () => random.normal());
    expect(Math.abs(mean(normals))).toBeLessThan(0.02);
    expect(standardDeviation(normals)).toBeCloseTo(1, 1);
  });
});
