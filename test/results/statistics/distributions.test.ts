import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile, studentTCdf, studentTQuantile } from '../../../results/statistics/distributions.ts';

describe('the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [3, 0.9986501019683699],
    [-6, 9.865876450376946e-10],
  ])('has P(Z <= %d) as tables have it', (z, p) => {
    expect(normalCdf(z)).toBeCloseTo(p, 12);
  });

  it('is 0 and 1 far out, NaN for NaN', () => {
    expect([normalCdf(-40), normalCdf(40), normalCdf(Number.NaN)]).toEqual([0, 1, Number.NaN]);
  });

  it('has a quantile that undoes the probability', () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (z) => {
        expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 8);
      }),
    );
  });
});

describe("Student's t", () => {
  it.each([
    [0.975, 1, 12.7062],
    [0.975, 2, 4.30265],
    [0.975, 3, 3.18245],
    [0.975, 10, 2.22814],
    [0.95, 5, 2.01505],
    [0.995, 30, 2.75],
    [0.025, 4, -2.77645],
    [0.9999, 1, 3183.0988],
  ])('has the quantile %d with %d degrees of freedom as tables have it', (p, degrees, t) => {
    expect(studentTQuantile(p, degrees)).toBeCloseTo(t, 3);
  });

  it('has a quantile that undoes the probability', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), fc.integer({ min: 1, max: 60 }), (t, degrees) => {
        expect(studentTQuantile(studentTCdf(t, degrees), degrees)).toBeCloseTo(t, 6);
      }),
    );
  });

  it('refuses degrees of freedom that are not a whole number from 1, and probabilities outside 0 to 1', () => {
    for (const degrees of [0, 1.5, Number.NaN]) expect(() => studentTQuantile(0.9, degrees)).toThrow(RangeError);
    expect(() => normalQuantile(1.1)).toThrow(RangeError);
  });
});
