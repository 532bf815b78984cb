import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FigureUnitError, readFigureUnit } from '../../../sizing/peers/figure-units.ts';
import { checkPublishedFigure, type Figure } from '../../../sizing/peers/published-figure.ts';

const check = (published: Figure, computed: Figure) => checkPublishedFigure({ published, computed, formula: 'the formula' });

describe('a unit', () => {
  test.each([
    ['GB', 1e9],
    ['GiB', 2 ** 30],
    ['MB/s', 1e6],
    ['Gbit/s', 1e9 / 8],
    ['kbits', 125],
    ['GB/h', 1e9 / 3600],
    ['MiB/min', 2 ** 20 / 60],
    ['TB/d', 1e12 / 86_400],
    ['USD/yr', 1 / 31_536_000],
    ['brokers', 1],
  ])('%s is read with its factor', (text, factor) => expect(readFigureUnit(text).factor).toBeCloseTo(factor, 12));

  test.each(['Gb/s', 'Mb', 'GB/fortnight', 'GB/s/s', '/s', ''])('%s is refused', (text) => expect(() => readFigureUnit(text)).toThrow(FigureUnitError));
});

describe('a published figure', () => {
  test('agrees in whatever unit it is printed', () => {
    expect(check({ value: 97.65625, unit: 'MiB/s' }, { value: 102.4, unit: 'MB/s' })).toMatchObject({ kind: 'agrees' });
    expect(check({ value: 8.85, unit: 'TB/d' }, { value: 819.2, unit: 'Mbit/s' })).toMatchObject({ kind: 'agrees' });
  });

  test('agrees within its tolerance and no further', () => {
    expect(check({ value: 100.5, unit: 'brokers' }, { value: 100, unit: 'brokers' }).kind).toBe('agrees');
    expect(check({ value: 100.6, unit: 'brokers' }, { value: 100, unit: 'brokers' }).kind).toBe('contradicted');
  });

  test.each([
    ['GiB printed as GB', { value: 100, unit: 'GB' }, { value: 100, unit: 'GiB' }, 'binary-prefix'],
    ['GB printed as GiB', { value: 100, unit: 'GiB' }, { value: 100, unit: 'GB' }, 'binary-prefix'],
    ['MB over 1,024 printed as GB', { value: 126.5625, unit: 'GB' }, { value: 129_600, unit: 'MB' }, 'binary-prefix'],
    ['bits printed as bytes', { value: 800, unit: 'MB/s' }, { value: 800, unit: 'Mbit/s' }, 'bits-for-bytes'],
    ['bytes printed as bits', { value: 100, unit: 'Mbit/s' }, { value: 100, unit: 'MB/s' }, 'bits-for-bytes'],
    ['an hour printed as a day', { value: 270, unit: 'GB/d' }, { value: 270, unit: 'GB/h' }, 'time-unit'],
    ['a minute printed as an hour', { value: 4.5, unit: 'GB/h' }, { value: 4.5, unit: 'GB/min' }, 'time-unit'],
    ['a month printed as a year', { value: 12, unit: 'USD/yr' }, { value: 12, unit: 'USD/month' }, 'time-unit'],
    ['a decimal point', { value: 10, unit: 'GB' }, { value: 1, unit: 'GB' }, 'power-of-ten'],
    ['a prefix too large', { value: 5, unit: 'GB' }, { value: 5, unit: 'MB' }, 'prefix-step'],
  ] as const)('%s is flagged and explained', (_what, published, computed, kind) => {
    const verdict = check(published, computed);
    expect(verdict).toMatchObject({ kind: 'contradicted' });
    if (verdict.kind === 'contradicted') expect(verdict.explanations[0]?.kind).toBe(kind);
  });

  test('that no slip explains is flagged without a guess', () => {
    expect(check({ value: 133, unit: 'GB' }, { value: 100, unit: 'GB' })).toMatchObject({ kind: 'contradicted', explanations: [], reason: expect.stringMatching(/133 GB is printed, but the formula gives 100 GB \(1\.33 times\): no known slip/) as string });
  });

  test('is explained by a slip within 2 % and not by one that is 5 % off', () => {
    expect(check({ value: 8.1, unit: 'MB/s' }, { value: 1, unit: 'MB/s' })).toMatchObject({ explanations: [{ kind: 'bits-for-bytes' }], reason: expect.stringMatching(/to 1\.25 %$/) as string });
    expect(check({ value: 8.4, unit: 'MB/s' }, { value: 1, unit: 'MB/s' })).toMatchObject({ kind: 'contradicted', explanations: [] });
  });

  test.each([
    [{ value: 5, unit: 'GB' }, { value: 5, unit: 'GB/s' }],
    [{ value: 5, unit: 'brokers' }, { value: 5, unit: 'vCPU' }],
  ])('of another kind is not compared: %o and %o', (published, computed) => {
    expect(check(published, computed)).toMatchObject({ kind: 'contradicted', ratio: null, reason: expect.stringMatching(/another kind of quantity/) as string });
  });

  test('of a value that is not positive is refused', () => {
    expect(() => check({ value: 0, unit: 'GB' }, { value: 1, unit: 'GB' })).toThrow(RangeError);
    expect(() => check({ value: 1, unit: 'GB' }, { value: Number.NaN, unit: 'GB' })).toThrow(RangeError);
  });

  test('that is another quantity of its source is named so, before any slip of units that is less near', () => {
    const verdict = checkPublishedFigure({ published: { value: 1000, unit: 'MB/s' }, computed: { value: 125, unit: 'MB/s' }, formula: 'the sustained limit', alternatives: [{ what: 'the burst', figure: { value: 1, unit: 'GB/s' } }] });
    expect(verdict).toMatchObject({ kind: 'contradicted', ratio: 8, reason: expect.stringMatching(/it is the burst \(1 GB\/s\)$/) as string });
  });

  test('agrees with itself in any two units of its kind', () => {
    const unit = fc.constantFrom('B/s', 'kB/s', 'MiB/s', 'Gbit/s', 'TB/d', 'GiB/h', 'MB/min');
    fc.assert(fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), unit, unit, (value, from, to) => {
      const converted = (value * readFigureUnit(from).factor) / readFigureUnit(to).factor;
      expect(check({ value: converted, unit: to }, { value, unit: from }).kind).toBe('agrees');
    }));
  });
});
