/** The search on a simulated target: what it measures is made up here, how it decides is what is tested. */
import { describe, expect, it } from 'vitest';
import { leastBudgetSeconds, searchSustainableRate, type RateRequest, type SearchOutcome } from '../../../bench/search/sustainable-rate.ts';
import { parseThreshold } from '../../../bench/experiment/thresholds.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import type { Run } from '../../../results/run.ts';
import { closedLoopRun, sampleRun } from '../../results/sample-run.ts';

const START_SECONDS = 6;
const DURATION_SECONDS = 10;

interface Target {
  /** Records/s at which half of the runs hold. */
  readonly capacity: number;
  readonly spread: number;
  readonly ceiling: number;
  /** Confirmations find it slower by this factor. */
  readonly tiresBy?: number;
}

interface Search {
  readonly outcome: SearchOutcome;
  readonly requests: readonly RateRequest[];
  readonly seconds: number;
}

async function search(target: Target, options: { budgetSeconds: number; precision?: number; seed?: number; abortAtRun?: number }): Promise<Search> {
  const random = new SeededRandom(options.seed ?? 1);
  const interruption = new AbortController();
  const requests: RateRequest[] = [];
  let seconds = 0;
  const outcome = await searchSustainableRate({
    objectives: [parseThreshold('publish.p99', '< 1s')],
    durationSeconds: DURATION_SECONDS,
    precision: options.precision ?? 0.07,
    budgetSeconds: options.budgetSeconds,
    seed: 1,
    nowSeconds: () => seconds,
    signal: interruption.signal,
    onPoint: () => undefined,
    measure: async (request) => {
      requests.push(request);
      seconds += START_SECONDS + request.durationSeconds;
      if (requests.length === options.abortAtRun) interruption.abort();
      return runOf(target, request, random);
    },
  });
  return { outcome, requests, seconds };
}

function runOf({ capacity, spread, ceiling, tiresBy = 1 }: Target, { ratePerSecond, phase }: RateRequest, random: SeededRandom): Run {
  if (ratePerSecond === undefined) {
    const run = closedLoopRun();
    return { ...run, measured: { ...run.measured, throughput: { ...run.measured.throughput, achievedPerSecond: ceiling } } };
  }
  const today = capacity * Math.exp(spread * random.normal()) * (phase === 'confirmation' ? tiresBy : 1);
  const run = sampleRun();
  const p99Us = 2000 / Math.max(0.01, 1 - ratePerSecond / (1.3 * capacity));
  const summary = { ...run.measured.latency.publish.summary, p50Us: p99Us / 4, p99Us };
  return {
    ...run,
    measured: {
      ...run.measured,
      groups: [],
      throughput: { ...run.measured.throughput, offeredPerSecond: ratePerSecond, achievedPerSecond: Math.min(ratePerSecond, today) },
      latency: { ...run.measured.latency, publish: { ...run.measured.latency.publish, summary } },
    },
  };
}

const STEADY: Target = { capacity: 80_000, spread: 0.02, ceiling: 130_000 };

describe('searchSustainableRate', () => {
  it('T5: finds the rate that nine of ten runs hold, confirms it with a longer fresh run, and draws the curve below it', async () => {
    const { outcome, requests } = await search(STEADY, { budgetSeconds: 900 });
    expect(outcome.end).toEqual({ kind: 'precise' });
    expect(outcome.sustained?.ratePerSecond).toBeGreaterThan(70_000);
    expect(outcome.sustained?.ratePerSecond).toBeLessThan(82_000);
    expect(outcome.sustained?.low).toBeLessThanOrEqual(outcome.sustained?.ratePerSecond as number);
    expect(outcome.sustained?.high).toBeGreaterThanOrEqual(outcome.sustained?.ratePerSecond as number);
    const confirmations = requests.filter(({ phase }) => phase === 'confirmation');
    expect(confirmations.every(({ durationSeconds }) => durationSeconds === 3 * DURATION_SECONDS)).toBe(true);
    expect(confirmations.at(-1)?.ratePerSecond).toBeCloseTo((outcome.sustained?.ratePerSecond as number) * 0.9, -3);
    expect(requests.filter(({ phase }) => phase === 'curve').map(({ ratePerSecond }) => Math.round((10 * (ratePerSecond as number)) / (outcome.sustained?.ratePerSecond as number))).toSorted()).toEqual([1, 3, 5, 7, 8]);
    expect(outcome.limits[0]?.condition).toBe('achieved');
  });

  it('confirms a rate that the target then holds, in most of 20 searches', async () => {
    const searches = await Promise.all(Array.from({ length: 20 }, (_, seed) => search(STEADY, { budgetSeconds: 900, seed: seed + 1 })));
    const confirmed = searches.flatMap(({ outcome }) => (outcome.sustained?.confirmedBy === 1 ? [outcome.sustained] : []));
    expect(confirmed.length).toBeGreaterThanOrEqual(17);
    const ninthDecile = 80_000 * Math.exp(-1.2816 * 0.02);
    expect(confirmed.filter(({ low, high }) => low <= ninthDecile && ninthDecile <= high).length).toBeGreaterThanOrEqual(17);
  });

  it.each([190, 240, 400])('keeps to a budget of %i s', async (budgetSeconds) => {
    const { outcome, seconds } = await search({ ...STEADY, spread: 0.1 }, { budgetSeconds, precision: 0.001 });
    expect(seconds).toBeLessThanOrEqual(budgetSeconds);
    expect(outcome.end.kind).toBe('budget');
    expect(outcome.sustained).not.toBeNull();
  });

  it('does not claim a rate that fresh, longer runs refute', async () => {
    const { outcome } = await search({ ...STEADY, tiresBy: 0.5 }, { budgetSeconds: 900 });
    expect(outcome.sustained?.confirmedBy).toBe(0);
    expect(outcome.sustained?.refutedBy).toBe(3);
    expect(outcome.sustained?.low).toBeLessThan(80_000);
  });

  it('says that no rate holds when none does', async () => {
    const { outcome } = await search({ ...STEADY, capacity: 10 }, { budgetSeconds: 900 });
    expect(outcome.end.kind).toBe('noRateHolds');
    expect(outcome.sustained).toBeNull();
  });

  it('ends with what it has when it is interrupted', async () => {
    const { outcome, requests } = await search(STEADY, { budgetSeconds: 900, abortAtRun: 4 });
    expect(outcome.end.kind).toBe('interrupted');
    expect(outcome.points).toHaveLength(3);
    expect(requests).toHaveLength(4);
  });

  it('runs the same rates again with the same seed', async () => {
    const [first, second] = [await search(STEADY, { budgetSeconds: 600, seed: 7 }), await search(STEADY, { budgetSeconds: 600, seed: 7 })];
    expect(second.requests).toEqual(first.requests);
  });

  it('knows the least budget: that of a closed loop, six trials and two confirmations', async () => {
    const least = leastBudgetSeconds({ durationSeconds: DURATION_SECONDS, overheadSeconds: START_SECONDS });
    expect(least).toBe(7 * 16 + 2 * 36);
    const { outcome, seconds } = await search(STEADY, { budgetSeconds: least });
    expect(seconds).toBeLessThanOrEqual(least);
    expect(outcome.points.filter(({ phase }) => phase === 'search').length).toBeGreaterThanOrEqual(6);
    expect(outcome.points.some(({ phase }) => phase === 'confirmation')).toBe(true);
  });
});
