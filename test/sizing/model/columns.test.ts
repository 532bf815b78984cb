/** Columns of draws: what is written into a column that is lent is what a new one would hold, and an order statistic is that of a sort. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combine, quantile, quantiles, type Column, type Operation } from '../../../sizing/model/column.ts';
import { formula } from '../../../sizing/model/formula.ts';

const LENGTH = 64;
const number = fc.double({ min: 0.1, max: 1e9, noNaN: true });
const column: fc.Arbitrary<Column> = fc.oneof(number, fc.array(number, { minLength: LENGTH, maxLength: LENGTH }).map((values) => Float64Array.from(values)));
const at = (of: Column, index: number): number => (typeof of === 'number' ? of : (of[index] as number));

const OPERATIONS: Readonly<Record<Operation, (a: number, b: number) => number>> = { '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '^': (a, b) => a ** b, max: Math.max, min: Math.min };

describe('an operation on columns', () => {
  it.each(Object.entries(OPERATIONS))('%s is that on the numbers of each draw, also written over one of its sides', (operation, of) => {
    fc.assert(
      fc.property(column, column, (a, b) => {
        const expected = Array.from({ length: LENGTH }, (_, index) => of(at(a, index), at(b, index)));
        const result = combine(operation as Operation, a, b);
        expect(Array.from({ length: LENGTH }, (_, index) => at(result, index))).toEqual(expected);
        if (typeof a !== 'number') expect([...(combine(operation as Operation, a, b, a) as Float64Array)]).toEqual(expected);
      }),
    );
  });
});

describe('a formula', () => {
  const TEXTS = ['a * b / c', 'a / (b - c / 2)', 'max(a, min(b, c)) * 2', 'ceil(a / b) * c', 'sum(list) + sum(list) / a', '(a + max(list)) / b', 'sum(list)', 'sum(one)', 'max(one, a)', '(1 + a) ^ 0.5 * sqrt(b)'];
  const terms = (a: Column, b: Column, c: Column) => (name: string) => ({ a, b, c, list: [a, b, c], one: [b] })[name] as Column | readonly Column[];

  it.each(TEXTS)('%s comes to the same in the column that it had before, and leaves its terms alone', (text) => {
    fc.assert(
      fc.property(column, column, column, (a, b, c) => {
        const { evaluate, isFresh } = formula(text);
        const before = structuredClone([a, b, c]);
        const expected = structuredClone(evaluate(terms(a, b, c)));
        const own = evaluate(terms(a, b, c));
        if (isFresh) for (const term of [a, b, c]) if (typeof term !== 'number') expect(own).not.toBe(term);
        expect(evaluate(terms(a, b, c), isFresh && typeof own !== 'number' ? own : undefined)).toEqual(expected);
        expect([a, b, c]).toEqual(before);
      }),
    );
  });
});

describe('a quantile', () => {
  const values = fc.array(fc.oneof({ weight: 8, arbitrary: fc.double({ noNaN: true }) }, { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) }), { minLength: 1, maxLength: 500 }).map((each) => Float64Array.from(each, (value) => value + 0));
  const sorted = (of: Float64Array, share: number): number => of.toSorted()[Math.min(of.length - 1, Math.max(0, Math.ceil(share * of.length - 1e-9) - 1))] as number;

  it('is what a sort has at its place, and leaves the column as it is', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (of, share) => {
        const before = of.slice();
        expect(quantile(of, share)).toBe(sorted(of, share));
        expect(of).toEqual(before);
      }),
    );
  });

  it('of several shares is that of each, over every fourth draw', () => {
    fc.assert(
      fc.property(values, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }), (of, shares) => {
        const rising = shares.toSorted((a, b) => a - b);
        expect(quantiles(of, rising)).toEqual(rising.map((share) => sorted(of.filter((_, index) => index % 4 === 0), share)));
      }),
    );
  });
});
