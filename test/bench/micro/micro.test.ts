import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { estimate, holdContest, type Contender } from '../../../bench/micro/contest.ts';
import { runMicro } from '../../../bench/micro/micro-run.ts';
import { microText } from '../../../bench/micro/micro-text.ts';

const ROUNDS = { count: 3, timeMs: 2 };

function counting(name: string): Contender & { readonly calls: string[] } {
  const calls: string[] = [];
  return { name, calls, bytes: 1000, prepare: () => void calls.push('prepare'), run: () => void calls.push('run') };
}

it('times every contender in every round, prepares its runs, and compares with the limit only', () => {
  const limit = counting('limit');
  const contender = counting('contender');
  const rows = holdContest({ title: 'calls', limit, contenders: [contender] }, ROUNDS);
  for (const { calls } of [limit, contender]) {
    const prepared = calls.flatMap((call, at) => (call === 'prepare' ? [calls[at + 1]] : []));
    expect(prepared.length).toBeGreaterThanOrEqual(ROUNDS.count);
    expect(new Set(prepared)).toEqual(new Set(['run']));
  }
  expect(rows.map(({ name, isLimit, shareOfLimit }) => [name, isLimit, shareOfLimit === null])).toEqual([['limit', true, true], ['contender', false, false]]);
});

it('gives the mean with Student’s two-sided 95 % interval', () => {
  const { mean, interval } = estimate([9, 10, 11, 10, 10]);
  expect(mean).toBe(10);
  // s = sqrt(0.5), t(4) = 2.776
  expect(interval?.high).toBeCloseTo(10 + (2.776 * Math.sqrt(0.5)) / Math.sqrt(5), 9);
  expect(interval?.low).toBeCloseTo(10 - (2.776 * Math.sqrt(0.5)) / Math.sqrt(5), 9);
  expect(estimate([7])).toEqual({ mean: 7, interval: null });
});

it('runs every contest, marks one choice for each codec, and leaves no file behind', () => {
  const before = microDirectories();
  const result = runMicro({ rounds: ROUNDS, only: undefined, onContest: () => {} });
  expect(microDirectories()).toEqual(before);
  for (const row of result.rows) expect(row.nsPerRun.mean, row.name).toBeGreaterThan(0);
  const race = result.rows.filter(({ contest }) => contest.startsWith('compress 64 KiB'));
  expect(race.filter(({ isChosen }) => isChosen).map(({ name }) => name.split(',')[0])).toEqual(['zstd', 'lz4', 'snappy', 'gzip']);
  const text = microText(result, { width: 100, isColored: false });
  for (const { name } of race) expect(text).toContain(name);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
});

function microDirectories(): string[] {
  return existsSync(tmpdir()) ? readdirSync(tmpdir()).filter((name) => name.startsWith('headroom-micro-')) : [];
}
