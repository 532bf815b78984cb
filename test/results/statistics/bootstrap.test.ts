import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bcaCorrections, bootstrapInterval, bootstrapReplicates, expandedTail, type BootstrapOptions, type Samples } from '../../../results/statistics/bootstrap.ts';
import { positionOf } from '../../../results/statistics/margin.ts';
import { mean, median, quantileOfSorted } from '../../../results/statistics/sample.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';

/** Spatial test A of 26 children: Efron and Tibshirani 1993, table 14.1. */
const SPATIAL_TEST = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41];

const OPTIONS: BootstrapOptions = { method: 'percentile', confidence: 0.9, resampleCount: 4000, seed: 1 };

describe('the bootstrap of the variance of the spatial test', () => {
  it('has the estimate 171.5 and the corrections of the book: z0 = 0.146, a = 0.061', () => {
    expect(variance([SPATIAL_TEST])).toBeCloseTo(171.5, 1);
    const { bias, acceleration } = bcaCorrections([SPATIAL_TEST], variance, bootstrapReplicates([SPATIAL_TEST], variance, OPTIONS));
    expect(acceleration).toBeCloseTo(0.061, 3);
    expect(Math.abs(bias - 0.146)).toBeLessThan(0.05);
  });

  it('has the intervals of the book: percentile (100.8, 233.9), BCa (115.8, 259.6)', () => {
    expectNear(bootstrapInterval([SPATIAL_TEST], variance, OPTIONS), { low: 100.8, high: 233.9 }, 5);
    expectNear(bootstrapInterval([SPATIAL_TEST], variance, { ...OPTIONS, method: 'bca' }), { low: 115.8, high: 259.6 }, 8);
  });
});

describe('bootstrapInterval', () => {
  it('gives the same interval for the same seed, and another for another', () => {
    const at = (seed: number) => bootstrapInterval([SPATIAL_TEST], variance, { ...OPTIONS, seed });
    expect(at(5)).toEqual(at(5));
    expect(at(5)).not.toEqual(at(6));
  });

  it('resamples each sample on its own: replicates of two samples of one value each, repeated, never mix', () => {
    const difference = ([a, b]: Samples<number>): number => mean(b as number[]) - mean(a as number[]);
    expect(bootstrapInterval([[1, 1, 1], [4, 4]], difference, OPTIONS)).toEqual({ low: 3, high: 3 });
  });

  it('resamples blocks whole: a common drift within pairs leaves the ratio exact', () => {
    const pairs = [10, 20, 40, 80].map((drift) => ({ before: drift, after: drift * 1.5 }));
    const ratio = ([blocks]: Samples<{ before: number; after: number }>): number => median((blocks ?? []).map(({ before, after }) => after / before));
    expect(bootstrapInterval([pairs], ratio, OPTIONS)).toEqual({ low: 1.5, high: 1.5 });
  });

  it('lies within the replicates, low before high, wider with expanded percentiles than with plain ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 12 }), fc.integer(), (sample, seed) => {
        const options = { ...OPTIONS, resampleCount: 200, seed };
        const of = (method: BootstrapOptions['method']) => bootstrapInterval([sample], ([each]) => mean(each as number[]), { ...options, method });
        const [plain, expanded] = [of('percentile'), of('expandedPercentile')];
        expect(expanded.low).toBeLessThanOrEqual(plain.low);
        expect(expanded.high).toBeGreaterThanOrEqual(plain.high);
        for (const { low, high } of [plain, expanded, of('bca')]) {
          expect(low).toBeLessThanOrEqual(high);
          expect(low).toBeGreaterThanOrEqual(Math.min(...sample));
          expect(high).toBeLessThanOrEqual(Math.max(...sample));
        }
      }),
    );
  });

  it('holds the true mean about as often as promised, expanded percentiles more often than plain ones of few values', () => {
    const random = new SeededRandom(11);
    const held = { percentile: 0, expandedPercentile: 0, bca: 0 };
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const sample = Array.from({ length: 8 }, () => random.normal());
      for (const method of ['percentile', 'expandedPercentile', 'bca'] as const) {
        const { low, high } = bootstrapInterval([sample], ([each]) => mean(each as number[]), { method, confidence: 0.95, resampleCount: 200, seed: trial });
        if (low <= 0 && high >= 0) held[method]++;
      }
    }
    for (const count of Object.values(held)) {
      expect(count / trials).toBeGreaterThan(0.82);
      expect(count / trials).toBeLessThan(0.99);
    }
    expect(held.expandedPercentile).toBeGreaterThan(held.percentile + 10);
  });

  it('refuses a single unit, a confidence of 1 and a statistic that is not a number', () => {
    expect(() => bootstrapInterval([[1]], variance, OPTIONS)).toThrow(/2 units/);
    expect(() => bootstrapInterval([], variance, OPTIONS)).toThrow(/2 units/);
    expect(() => bootstrapInterval([[1, 2]], variance, { ...OPTIONS, confidence: 1 })).toThrow(RangeError);
    expect(() => bootstrapInterval([[1, 2]], () => Number.NaN, OPTIONS)).toThrow(/NaN/);
  });
});

it.each([
  [5, 0.001],
  [10, 0.0086],
  [20, 0.0159],
])('of %d units the tail of 2.5 percent is expanded to %d', (count, tail) => {
  expect(expandedTail(0.025, count)).toBeCloseTo(tail, 4);
});

describe('positionOf', () => {
  it.each([
    [{ low: 0.97, high: 1.04 }, 'inside'],
    [{ low: 1.06, high: 1.2 }, 'above'],
    [{ low: 0.8, high: 0.95 }, 'below'],
    [{ low: 0.9, high: 1.01 }, 'across'],
    [{ low: 1.05, high: 1.2 }, 'across'],
    [{ low: 0.5, high: 2 }, 'across'],
  ] as const)('of %j with a margin of five percent is %s', (interval, position) => {
    expect(positionOf(interval, 0.05)).toBe(position);
  });

  it('is mirrored when the sides are exchanged', () => {
    const mirrored = { inside: 'inside', across: 'across', above: 'below', below: 'above' };
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.double({ min: 1, max: 1.5, noNaN: true }), (low, width) => {
        const high = low * width;
        // At the margin itself the last digit decides.
        fc.pre([low, high].every((limit) => Math.abs(Math.abs(Math.log(limit)) - Math.log(1.05)) > 1e-9));
        expect(positionOf({ low: 1 / high, high: 1 / low }, 0.05)).toBe(mirrored[positionOf({ low, high }, 0.05)]);
      }),
    );
  });
});

function variance([values]: Samples<number>): number {
  const center = mean(values as number[]);
  return mean((values as number[]).map((value) => (value - center) ** 2));
}

function expectNear(found: { low: number; high: number }, wanted: { low: number; high: number }, tolerance: number): void {
  expect(Math.abs(found.low - wanted.low), `low ${found.low}`).toBeLessThan(tolerance);
  expect(Math.abs(found.high - wanted.high), `high ${found.high}`).toBeLessThan(tolerance);
}

it('quantiles of replicates are taken between order statistics', () => {
  expect(quantileOfSorted(Float64Array.of(0, 1), 0.975)).toBeCloseTo(0.975, 12);
});
