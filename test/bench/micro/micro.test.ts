import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { holdContest, type Contender } from '../../../bench/micro/contest.ts';
import { estimate, geometricEstimate } from '../../../bench/micro/estimate.ts';
import { runMicro } from '../../../bench/micro/micro-run.ts';
import { microText } from '../../../bench/micro/micro-text.ts';

const ROUNDS = { count: 3, timeMs: 2 };

function counting(name: string, work: { count: number; unit: string }): Contender & { prepared: number; ran: number } {
  return {
    name,
    bytes: 1000,
    work,
    prepared: 0,
    ran: 0,
    prepare(runs) {
      this.prepared += runs;
    },
    run() {
      this.ran++;
    },
  };
}

it('times every contender in every round, prepares each run, and compares with the limit only', async () => {
  const limit = counting('limit', { count: 1, unit: 'batch' });
  const contender = counting('contender', { count: 10, unit: 'record' });
  let closed = 0;
  const rows = await holdContest({ title: 'calls', open: () => ({ limit, contenders: [contender], close: () => void closed++ }) }, ROUNDS);
  expect(closed).toBe(1);
  for (const { prepared, ran } of [limit, contender]) {
    expect(ran).toBeGreaterThan(ROUNDS.count);
    expect(prepared).toBeGreaterThanOrEqual(ROUNDS.count);
  }
  expect(rows.map(({ name, isLimit, limit: against }) => [name, isLimit, against])).toEqual([['limit', true, null], ['contender', false, 'limit']]);
  const [limitRow, row] = rows;
  expect(row?.rounds).toHaveLength(ROUNDS.count);
  // One run of ten records against one run of one batch, both of 1000 bytes.
  expect(row?.bytesPerSecond).toBeCloseTo((row?.operationsPerSecond ?? 0) * 100, 3);
  const logRatios = (row?.rounds ?? []).map(({ meanNs }, at) => Math.log((limitRow?.rounds[at]?.meanNs ?? 0) / (meanNs * 10)));
  expect(row?.shareOfLimit?.mean).toBeCloseTo(Math.exp(estimate(logRatios).mean), 9);
});

it('ends between two timings when it is told to, and closes what was open', async () => {
  const abort = new AbortController();
  let closed = 0;
  const contender: Contender = { name: 'ends', bytes: undefined, run: () => abort.abort() };
  const held = holdContest({ title: 'ends', open: () => ({ contenders: [contender], close: () => void closed++ }) }, ROUNDS, abort.signal);
  await expect(held).rejects.toThrow('aborted');
  expect(closed).toBe(1);
});

it('gives the mean with Student’s two-sided 95 % interval, of ratios the geometric one', () => {
  const { mean, interval } = estimate([9, 10, 11, 10, 10]);
  expect(mean).toBe(10);
  // s = sqrt(0.5), t(4) = 2.776
  expect(interval?.high).toBeCloseTo(10 + (2.776 * Math.sqrt(0.5)) / Math.sqrt(5), 9);
  expect(interval?.low).toBeCloseTo(10 - (2.776 * Math.sqrt(0.5)) / Math.sqrt(5), 9);
  expect(estimate([7])).toEqual({ mean: 7, interval: null });
  const ratio = geometricEstimate([0.5, 2]);
  expect(ratio.mean).toBeCloseTo(1, 12);
  expect((ratio.interval?.low ?? 0) * (ratio.interval?.high ?? 0)).toBeCloseTo(1, 12);
});

it('runs every contest, marks one choice for each codec, and leaves no file behind', async () => {
  const before = microDirectories();
  const result = await runMicro({ rounds: ROUNDS, only: undefined, onContest: () => {} });
  expect(microDirectories()).toEqual(before);
  for (const row of result.rows) {
    expect(row.nsPerOperation.mean, row.name).toBeGreaterThan(0);
    expect(row.rounds, row.name).toHaveLength(ROUNDS.count);
  }
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  expect(Object.values(result.libraries)).not.toContain('unknown');
  const race = result.rows.filter(({ contest }) => contest.startsWith('compress 64 KiB'));
  expect(race.filter(({ isChosen }) => isChosen).map(({ name }) => name.split(':')[0])).toEqual(['zstd', 'lz4', 'snappy', 'gzip']);
  const text = microText(result, { width: 100, isColored: false });
  for (const { name } of race) expect(text).toContain(name);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
});

function microDirectories(): string[] {
  return existsSync(tmpdir()) ? readdirSync(tmpdir()).filter((name) => name.startsWith('headroom-micro-')) : [];
}
