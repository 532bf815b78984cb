import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kneeOf, risingCurve, type CurvePoint } from '../../../results/statistics/knee.ts';

const points: fc.Arbitrary<CurvePoint[]> = fc.array(fc.record({ x: fc.integer({ min: 1, max: 20 }), y: fc.double({ min: 0, max: 100, noNaN: true }) }), { minLength: 1, maxLength: 30 });

describe('risingCurve', () => {
  it('never falls, keeps what rises as it is, and keeps the mean', () => {
    fc.assert(
      fc.property(points, (measured) => {
        const curve = risingCurve(measured);
        for (const [at, { y }] of curve.entries()) expect(y).toBeGreaterThanOrEqual(curve[at - 1]?.y ?? Number.NEGATIVE_INFINITY);
        expect(curve.map(({ x }) => x)).toEqual([...new Set(measured.map(({ x }) => x))].toSorted((a, b) => a - b));
        const rising = curve.map(({ x, y }) => ({ x, y: y + x }));
        const again = risingCurve(rising);
        for (const [at, { y }] of again.entries()) expect(y).toBeCloseTo(rising[at]?.y as number, 9);
      }),
    );
  });

  it('is the least squares fit: 1, 3, 2, 4 becomes 1, 2.5, 2.5, 4', () => {
    expect(risingCurve([1, 3, 2, 4].map((y, x) => ({ x, y })))).toEqual([1, 2.5, 2.5, 4].map((y, x) => ({ x, y })));
  });

  it('averages points of one x', () => {
    expect(risingCurve([{ x: 1, y: 2 }, { x: 1, y: 4 }, { x: 2, y: 9 }])).toEqual([{ x: 1, y: 3 }, { x: 2, y: 9 }]);
  });
});

describe('kneeOf', () => {
  it('finds where 1 / (1 - load) leaves the floor', () => {
    const curve = Array.from({ length: 99 }, (_, at) => ({ x: at + 1, y: 1 / (1 - (at + 1) / 100) }));
    // Farthest below the chord where the slope is the chord's: 1 / (1 - x)^2 = 100, so x = 0.9.
    expect(kneeOf(curve)?.x).toBe(90);
  });

  it('is where a hinge bends, whatever the scales are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (bend, xScale, yScale) => {
        const curve = Array.from({ length: 11 }, (_, at) => ({ x: at * xScale + 1, y: (at <= bend ? at * 0.01 : bend * 0.01 + (at - bend) * 5) * yScale }));
        expect(kneeOf(curve)?.x).toBe(bend * xScale + 1);
      }),
    );
  });

  it('is not in a straight line, a flat one, a falling one, or fewer than four points', () => {
    expect(kneeOf(Array.from({ length: 10 }, (_, x) => ({ x, y: x })))).toBeUndefined();
    expect(kneeOf(Array.from({ length: 10 }, (_, x) => ({ x, y: 7 })))).toBeUndefined();
    expect(kneeOf(Array.from({ length: 10 }, (_, x) => ({ x, y: -x })))).toBeUndefined();
    expect(kneeOf([{ x: 1, y: 1 }, { x: 2, y: 1 }, { x: 3, y: 9 }])).toBeUndefined();
  });

  it('is not made by one quiet run', () => {
    const curve = Array.from({ length: 11 }, (_, x) => ({ x, y: x === 5 ? 0.5 : x }));
    expect(kneeOf(curve)?.x ?? 5).toBe(5);
    expect(kneeOf(curve.map(({ x, y }) => ({ x, y: x === 5 ? 4.5 : y })))).toBeUndefined();
  });
});
