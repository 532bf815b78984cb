import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitScalability, type LoadPoint } from '../../../sizing/queueing/scalability-fit.ts';
import { bootstrapScalability, extrapolationFactor } from '../../../sizing/queueing/scalability-intervals.ts';
import { limitOf, optimumOf, peakConcurrency, peakOf, responseAt, throughputAt, type ScalabilityLaw } from '../../../sizing/queueing/scalability-law.ts';
import { invert3, solve3, type Matrix3 } from '../../../sizing/queueing/matrix3.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import { ciscoPoints, specSdmPoints } from './scalability-data.ts';

const known: ScalabilityLaw = { single: 1000, contention: 0.03, coherency: 0.0005 };
const NS = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64];
const pointsOf = (law: ScalabilityLaw, ns: readonly number[] = NS): LoadPoint[] => ns.map((n) => ({ n, throughput: throughputAt(law, n) }));

describe('the law', () => {
  test('has its peak where the throughput is largest', () => {
    const { at, throughput } = peakOf(known);
    for (const n of [at * 0.99, at * 1.01]) expect(throughputAt(known, n)).toBeLessThan(throughput);
    expect(peakConcurrency(known)).toBe(44);
  });

  test('without coherency rises to its limit, without contention has none', () => {
    expect(peakOf({ ...known, coherency: 0 })).toEqual({ at: Number.POSITIVE_INFINITY, throughput: limitOf(known) });
    expect(limitOf({ ...known, contention: 0 })).toBe(Number.POSITIVE_INFINITY);
    expect(optimumOf({ ...known, contention: 0 }).at).toBe(Number.POSITIVE_INFINITY);
  });

  test('obeys Little\'s law: n is throughput times response', () => {
    fc.assert(fc.property(fc.double({ min: 1, max: 1000, noNaN: true }), (n) => {
      expect(throughputAt(known, n) * responseAt(known, n)).toBeCloseTo(n, 6);
    }));
  });
});

describe('the fit', () => {
  test('finds the law again from points on it, whatever the law', () => {
    const laws = fc.record({ single: fc.double({ min: 1e-3, max: 1e7, noNaN: true }), contention: fc.double({ min: 1e-4, max: 0.5, noNaN: true }), coherency: fc.double({ min: 1e-6, max: 0.01, noNaN: true }) });
    fc.assert(fc.property(laws, (law) => {
      const fit = fitScalability(pointsOf(law)).law;
      expect(fit.single / law.single).toBeCloseTo(1, 6);
      expect(fit.contention).toBeCloseTo(law.contention, 6);
      expect(fit.coherency).toBeCloseTo(law.coherency, 7);
    }));
  });

  test('is a minimum: no neighbour is closer to the points', () => {
    const { law, residuals } = fitScalability(specSdmPoints);
    const loss = (of: ScalabilityLaw) => specSdmPoints.reduce((sum, { n, throughput }) => sum + (throughput - throughputAt(of, n)) ** 2, 0);
    expect(loss(law)).toBeCloseTo(residuals.reduce((sum, each) => sum + each ** 2, 0), 6);
    for (const key of ['single', 'contention', 'coherency'] as const) {
      for (const factor of [0.999, 1.001]) expect(loss({ ...law, [key]: law[key] * factor })).toBeGreaterThan(loss(law));
    }
  });

  test('does not depend on the unit of throughput', () => {
    const [small, large] = [1e-6, 1e6].map((unit) => fitScalability(ciscoPoints.map(({ n, throughput }) => ({ n, throughput: throughput * unit }))).law);
    expect(small?.contention).toBeCloseTo(large?.contention ?? 0, 9);
    expect((large?.single ?? 0) / (small?.single ?? 1)).toBeCloseTo(1e12, -4);
  });

  test('keeps to the bounds: linear points have neither contention nor coherency', () => {
    const { law, standardErrors } = fitScalability([1, 2, 4, 8, 16].map((n) => ({ n, throughput: n * 100 * (1 + n / 1000) })));
    expect(law.contention).toBe(0);
    expect(law.coherency).toBe(0);
    expect(standardErrors).toBeNull();
  });

  test('of three points passes through them and has no error to state', () => {
    const { residuals, residualStandardError, standardErrors } = fitScalability(pointsOf(known, [1, 8, 64]));
    expect(Math.max(...residuals.map(Math.abs))).toBeLessThan(1e-3);
    expect(residualStandardError).toBeNull();
    expect(standardErrors).toBeNull();
  });

  test.each([
    ['two points', [{ n: 1, throughput: 1 }, { n: 2, throughput: 2 }]],
    ['three points at two n', [{ n: 1, throughput: 1 }, { n: 2, throughput: 2 }, { n: 2, throughput: 2.1 }]],
    ['n below 1', [{ n: 0.5, throughput: 1 }, { n: 2, throughput: 2 }, { n: 3, throughput: 2.1 }]],
    ['no throughput', [{ n: 1, throughput: 0 }, { n: 2, throughput: 2 }, { n: 3, throughput: 2.1 }]],
  ])('refuses %s', (_what, points) => expect(() => fitScalability(points)).toThrow(RangeError));
});

describe('the intervals', () => {
  const options = { seed: 7, resampleCount: 300, predictAt: [64, 128] };

  test('are the same for the same seed and others for another', () => {
    expect(bootstrapScalability(specSdmPoints, options)).toEqual(bootstrapScalability(specSdmPoints, options));
    expect(bootstrapScalability(specSdmPoints, { ...options, seed: 8 })).not.toEqual(bootstrapScalability(specSdmPoints, options));
  });

  test('hold the fit, and widen beyond the measured range', () => {
    const points = ciscoPoints.filter(({ n }) => n <= 16);
    const { law } = fitScalability(points);
    const { contention, peakAt, predicted: [near, far] } = bootstrapScalability(points, { seed: 3, resampleCount: 300, predictAt: [16, 64] });
    expect(contention.low).toBeLessThanOrEqual(law.contention);
    expect(contention.high).toBeGreaterThanOrEqual(law.contention);
    expect(peakAt.low).toBeLessThanOrEqual(peakOf(law).at);
    const width = (of: { low: number; high: number } | undefined) => (of === undefined ? Number.NaN : (of.high - of.low) / of.low);
    expect(width(far)).toBeGreaterThan(5 * width(near));
  });

  test('hold the true contention in about as many cases as they promise', () => {
    const random = new SeededRandom(20_261_124);
    const trials = 100;
    let held = 0;
    for (let trial = 0; trial < trials; trial++) {
      const noisy = pointsOf(known).map(({ n, throughput }) => ({ n, throughput: throughput * (1 + 0.02 * random.normal()) }));
      const { contention } = bootstrapScalability(noisy, { seed: trial, resampleCount: 100, confidence: 0.9 });
      if (contention.low <= known.contention && known.contention <= contention.high) held++;
    }
    expect(held, 'of 100 intervals at 90 %').toBeGreaterThanOrEqual(78);
  });

  test('need a residual, and a confidence between 0 and 1', () => {
    expect(() => bootstrapScalability(pointsOf(known, [1, 2, 4]), options)).toThrow(/4 points or more/);
    expect(() => bootstrapScalability(specSdmPoints, { ...options, confidence: 1 })).toThrow(/between 0 and 1/);
  });

  test('a prediction at twice the measured range is an extrapolation by two', () => {
    expect(extrapolationFactor(specSdmPoints, 432)).toBe(2);
  });
});

describe('three equations', () => {
  test('are solved: the matrix times the result is the right side', () => {
    const entry = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(fc.property(fc.array(entry, { minLength: 9, maxLength: 9 }), fc.tuple(entry, entry, entry), (flat, right) => {
      // A matrix whose diagonal outweighs its rows is never near to singular.
      const matrix = [0, 1, 2].map((row) => [0, 1, 2].map((column) => (flat[row * 3 + column] ?? 0) + (row === column ? 40 : 0))) as Matrix3;
      const solution = solve3(matrix, right);
      for (const row of [0, 1, 2] as const) expect([0, 1, 2].reduce((sum, column) => sum + (matrix[row][column] ?? 0) * (solution?.[column] ?? Number.NaN), 0)).toBeCloseTo(right[row], 8);
    }));
  });

  test('that are singular have no inverse', () => {
    expect(invert3([[1, 1, 1], [1, 1, 1], [1, 1, 1]])).toBeNull();
    expect(invert3([[0, 1, 1], [1, 1, 1], [1, 1, 2]])).toBeNull();
  });
});
