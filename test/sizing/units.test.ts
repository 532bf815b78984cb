import { expect, test } from 'vitest';
import { parseQuantity, UnitError, type GivenUnit } from '../../sizing/units.ts';

test.each<[string, GivenUnit, number]>([
  ['100k/s', 'records/s', 100_000],
  ['2.5M records/s', 'records/s', 2_500_000],
  ['5,000/s', 'records/s', 5000],
  ['220 B', 'bytes', 220],
  ['64 KiB', 'bytes', 65_536],
  ['64 kB', 'bytes', 64_000],
  ['4 TB', 'bytes', 4e12],
  ['97.66 MiB/s', 'bytes/s', 97.66 * 2 ** 20],
  ['10 Gbit/s', 'bytes/s', 1.25e9],
  ['250MB/s', 'bytes/s', 250e6],
  ['10 GbE', 'bytes/s', 1.25e9],
  ['10GbE', 'bytes/s', 1.25e9],
  ['800 Mbps', 'bytes/s', 1e8],
  ['97.660 MiB/s', 'bytes/s', 97.66 * 2 ** 20],
  ['10 ms', 'seconds', 0.01],
  ['7 d', 'seconds', 604_800],
  ['90 min', 'seconds', 5400],
  ['60 %', 'ratio', 0.6],
  ['3.5x', 'ratio', 3.5],
  ['3', 'count', 3],
])('%s as %s is %d', (text, unit, value) => expect(parseQuantity(text, unit)).toBeCloseTo(value, 6));

test.each<[string, GivenUnit]>([
  ['100000', 'records/s'],
  ['100 MB/s', 'records/s'],
  ['220', 'bytes'],
  ['10 Gb/s', 'bytes/s'],
  ['10 mbps', 'bytes/s'],
  ['100.000/s', 'records/s'],
  ['1.000.000/s', 'records/s'],
  ['10', 'seconds'],
  ['-1 B', 'bytes'],
  ['3.5', 'count'],
  ['', 'ratio'],
])('"%s" is refused as %s, with what would be taken', (text, unit) => {
  expect(() => parseQuantity(text, unit)).toThrow(UnitError);
  expect(() => parseQuantity(text, unit)).toThrow(/write it as/);
});
