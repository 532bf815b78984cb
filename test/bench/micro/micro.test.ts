import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { AsynchronousContender, Contender, ExternalContender, SynchronousContender } from '../../../bench/micro/contender.ts';
import { holdContest } from '../../../bench/micro/contest.ts';
import { estimate, geometricEstimate } from '../../../bench/micro/estimate.ts';
import { runMicro } from '../../../bench/micro/micro-run.ts';
import { microText } from '../../../bench/micro/micro-text.ts';

const ROUNDS = { count: 3, timeMs: 2 };
const ROUND_COUNT = Array.from({ length: ROUNDS.count });

function counting(name: string, work: { count: number; unit: string }): SynchronousContender & { prepared: number; ran: number } {
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

it('times asynchronous runs to their end, one at a time', async () => {
  let underWay = 0;
  let mostUnderWay = 0;
  let ran = 0;
  const contender: AsynchronousContender = {
    kind: 'asynchronous',
    name: 'turns of the event loop',
    bytes: undefined,
    async run() {
      mostUnderWay = Math.max(mostUnderWay, ++underWay);
      await setImmediate();
      underWay--;
      ran++;
    },
  };
  const [row] = await holdContest({ title: 'asynchronous', open: () => Promise.resolve({ contenders: [contender] }) }, ROUNDS);
  expect(mostUnderWay).toBe(1);
  const timed = (row?.rounds ?? []).reduce((sum, { timingCount }) => sum + timingCount * (row?.runsPerTiming ?? 0), 0);
  expect(timed).toBeGreaterThan(0);
  expect(ran).toBeGreaterThanOrEqual(timed);
});

it('takes the timings of another process as they are', async () => {
  const asked: { runs: number; timeMs: number }[] = [];
  const contender: ExternalContender = {
    kind: 'external',
    name: 'elsewhere',
    bytes: 1000,
    work: { count: 2, unit: 'batch' },
    time(options) {
      asked.push(options);
      return Promise.resolve([1000, 2000, 6000].map((ns) => ns * options.runs));
    },
  };
  const [row] = await holdContest({ title: 'external', open: () => ({ contenders: [contender] }) }, ROUNDS);
  // Two batches a run: the median run of the first round, 2 µs, is timed five times as one.
  expect(asked.map(({ runs }) => runs)).toEqual([1, 5, 5, 5]);
  expect(row?.rounds.map(({ timingCount, minNs, medianNs, maxNs }) => [timingCount, minNs, medianNs, maxNs].map(Math.round))).toEqual(ROUND_COUNT.map(() => [3, 500, 1000, 3000]));
  expect(row?.nsPerOperation.mean).toBeCloseTo(1500, 6);
  expect(row?.bytesPerSecond).toBeCloseTo(1000 / 3e-6, 0);
});

it('compares a contender with its own limit rather than the contest’s, and says why it has none', async () => {
  const timed = (name: string, ns: number, more: Partial<ExternalContender> = {}): ExternalContender => ({ kind: 'external', name, bytes: 1, time: ({ runs }) => Promise.resolve([ns * runs, ns * runs]), ...more });
  const shared = timed('shared limit', 1000);
  const own = timed('own limit', 4000);
  const contenders = [timed('a', 8000, { limit: own }), timed('b', 16_000, { limit: own }), timed('c', 2000), timed('d', 2000, { limitMissingReason: 'not here' })];
  const rows = await holdContest({ title: 'limits', open: () => ({ limit: shared, contenders }) }, ROUNDS);
  expect(rows.map(({ name, isLimit, limit, shareOfLimit, limitMissingReason }) => [name, isLimit, limit, shareOfLimit === null ? null : Number(shareOfLimit.mean.toFixed(9)), limitMissingReason])).toEqual([
    ['own limit', true, null, null, null],
    ['a', false, 'own limit', 0.5, null],
    ['b', false, 'own limit', 0.25, null],
    ['shared limit', true, null, null, null],
    ['c', false, 'shared limit', 0.5, null],
    ['d', false, 'shared limit', 0.5, 'not here'],
  ]);
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
  const result = await inTemporaryDirectory(() => runMicro({ rounds: ROUNDS, only: undefined, onContest: () => {} }));
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
  const missing = 'zstd: C library not measured: a C compiler (cc) is missing';
  const textWithout = microText({ ...result, rows: race.map((row) => ({ ...row, limitMissingReason: missing })) }, { width: 100, isColored: false });
  expect(textWithout.split(missing)).toHaveLength(2);
  for (const title of ['socket', 'after a crash', 'after a clean stop', 'active segment', 'sealed segments']) {
    expect(result.rows.filter(({ contest, isChosen }) => isChosen && contest.includes(title)), title).not.toEqual([]);
  }
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
}, 120_000);

/** Other tests' files are not to be taken for what is left behind. */
async function inTemporaryDirectory<Result>(use: () => Promise<Result>): Promise<Result> {
  const { TMPDIR } = process.env;
  const directory = mkdtempSync(join(tmpdir(), 'headroom-micro-test-'));
  process.env['TMPDIR'] = directory;
  try {
    const result = await use();
    expect(readdirSync(directory)).toEqual([]);
    return result;
  } finally {
    if (TMPDIR === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = TMPDIR;
    rmSync(directory, { recursive: true });
  }
}
