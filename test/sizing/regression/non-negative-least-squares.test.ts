import { describe, expect, it } from 'vitest';
import { nonNegativeLeastSquares } from '../../../sizing/regression/non-negative-least-squares.ts';
import { inverseOf, solveLinear } from '../../../sizing/regression/linear-solve.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';

describe('non-negative least squares', () => {
  it('finds the coefficients of data without noise', () => {
    const rows = [[1, 2, 0], [3, 0, 1], [0, 1, 4], [2, 2, 2]];
    const truth = [0.5, 2, 1.25];
    expect(nonNegativeLeastSquares(rows, rows.map((row) => row.reduce((sum, value, at) => sum + value * (truth[at] as number), 0)))).toEqual(truth.map((value) => expect.closeTo(value, 9)));
  });

  it('puts at 0 what unbounded least squares would make negative, and fits the others anew: x1 - x2 on (2, 1) and (1, 1)', () => {
    // Unbounded: (1, -1). With x2 at 0: (2 x 1 + 1 x 0) / 5.
    expect(nonNegativeLeastSquares([[2, 1], [1, 1]], [1, 0])).toEqual([expect.closeTo(0.4, 12), 0]);
  });

  it("gives SciPy's documented answers", () => {
    // scipy.optimize.nnls, its reference page: A = [[1, 0], [1, 0], [0, 1]] with b = [2, 1, 1] and b = [-1, -1, -1].
    const rows = [[1, 0], [1, 0], [0, 1]];
    expect(nonNegativeLeastSquares(rows, [2, 1, 1])).toEqual([expect.closeTo(1.5, 12), expect.closeTo(1, 12)]);
    expect(nonNegativeLeastSquares(rows, [-1, -1, -1])).toEqual([0, 0]);
  });

  it('meets the conditions of the optimum on random problems: the slope is 0 inside and points outward at a bound', () => {
    const random = new SeededRandom(11);
    for (let problem = 0; problem < 200; problem++) {
      const width = 1 + random.below(6);
      const rows = Array.from({ length: width + 3 }, () => Array.from({ length: width }, () => random.normal()));
      const targets = rows.map(() => random.normal());
      const x = nonNegativeLeastSquares(rows, targets);
      const residuals = rows.map((row, at) => (targets[at] as number) - row.reduce((sum, value, column) => sum + value * (x[column] as number), 0));
      for (const [at, value] of x.entries()) {
        const slope = rows.reduce((sum, row, index) => sum + (row[at] as number) * (residuals[index] as number), 0);
        expect(value, `problem ${problem}`).toBeGreaterThanOrEqual(0);
        if (value > 0) expect(slope, `problem ${problem}`).toBeCloseTo(0, 8);
        else expect(slope, `problem ${problem}`).toBeLessThan(1e-8);
      }
    }
  });

  it('stands columns of bytes beside columns of counts', () => {
    const rows = [[1e9, 2e3], [3e9, 1e3], [2e9, 9e3], [5e8, 4e3]];
    expect(nonNegativeLeastSquares(rows, rows.map(([bytes, count]) => (bytes as number) * 2e-9 + (count as number) * 5e-5))).toEqual([expect.closeTo(2e-9, 15), expect.closeTo(5e-5, 11)]);
  });

  it('leaves at 0 a term that no run has, and one of two that are the same', () => {
    expect(nonNegativeLeastSquares([[1, 0], [2, 0]], [3, 6])).toEqual([expect.closeTo(3, 12), 0]);
    const [first = 0, second = 0] = nonNegativeLeastSquares([[1, 1], [2, 2]], [3, 6]);
    expect(first + second).toBeCloseTo(3, 9);
  });

  it('refuses rows of unequal length, no rows, and what is no number', () => {
    expect(() => nonNegativeLeastSquares([[1], [1, 2]], [1, 2])).toThrow(RangeError);
    expect(() => nonNegativeLeastSquares([], [])).toThrow(RangeError);
    expect(() => nonNegativeLeastSquares([[Number.NaN]], [1])).toThrow(RangeError);
  });
});

describe('small linear systems', () => {
  it('are solved, also when a pivot is 0', () => {
    expect(solveLinear([[0, 2], [4, 1]], [6, 11])).toEqual([2, 3]);
  });

  it('have an inverse, or null when they are singular', () => {
    expect(inverseOf([[2, 0], [0, 4]])).toEqual([[0.5, 0], [0, 0.25]]);
    expect(inverseOf([[1, 2], [2, 4]])).toBeNull();
  });
});
