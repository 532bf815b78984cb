/** How often the comparison errs, over synthetic runs of which the truth is known. Seeded: the shares are the same each time. */
import { describe, expect, it } from 'vitest';
import { compareRuns, type CompareOptions } from '../../../results/compare/compare-runs.ts';
import type { Comparison, MetricComparison } from '../../../results/compare/comparison.ts';
import { mannWhitneyTest } from '../../../results/statistics/mann-whitney.ts';
import { median } from '../../../results/statistics/sample.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import { QUIET_NOISE, REALISTIC_NOISE, syntheticRun, type SyntheticNoise } from './synthetic-runs.ts';

const METRICS = ['throughput.acknowledged', 'publish.p50', 'publish.p99', 'cpu.brokers'];
const A_A_COUNT = 500;

describe('a configuration compared with itself, 500 times', () => {
  const comparisons = study({ count: A_A_COUNT, runs: 6, factor: 1, seed: 20_260 });
  const share = (isCounted: (metric: MetricComparison) => boolean): number => comparisons.filter(({ metrics }) => metrics.some(isCounted)).length / A_A_COUNT;

  it('is called different in at most 5 % of cases, over all metrics together', () => {
    expect(share(({ verdict }) => verdict.kind === 'better' || verdict.kind === 'worse')).toBeLessThanOrEqual(0.05);
  });

  it('has a corrected p below 0.05 in at most 5 % of cases by itself, and without the correction in more', () => {
    expect(share(({ pValueCorrected }) => pValueCorrected < 0.05)).toBeLessThanOrEqual(0.05);
    expect(share(({ pValue }) => pValue < 0.05)).toBeGreaterThan(0.07);
  });

  it('has the ratio 1 within the interval in 90 to 99 % of cases', () => {
    for (const id of METRICS) {
      const held = comparisons.filter(({ metrics }) => metrics.some((metric) => metric.id === id && (metric.interval?.low ?? 2) <= 1 && (metric.interval?.high ?? 0) >= 1));
      expect(held.length / A_A_COUNT, id).toBeGreaterThan(0.9);
      expect(held.length / A_A_COUNT, id).toBeLessThan(0.995);
    }
  });
});

describe('a configuration that is 10 % slower', () => {
  const share = (id: string, of: readonly Comparison[], kind: string): number =>
    of.filter(({ metrics }) => metrics.some((metric) => metric.id === id && metric.verdict.kind === kind)).length / of.length;

  it('is found worse by p50 in 80 % of cases or more: noise 4 %, 10 runs a side, margin 3 %; and never better', () => {
    const comparisons = study({ count: 100, runs: 10, factor: 1.1, seed: 7, minDifference: 0.03, noise: QUIET_NOISE });
    expect(share('publish.p50', comparisons, 'worse')).toBeGreaterThanOrEqual(0.8);
    expect(share('publish.p50', comparisons, 'better')).toBe(0);
    expect(share('throughput.acknowledged', comparisons, 'equivalent')).toBe(1);
  });

  it('is found in fewer than half of the cases with a margin of 5 % and a noise of 7 %, and is never called equivalent', () => {
    const comparisons = study({ count: 100, runs: 10, factor: 1.1, seed: 8 });
    expect(share('publish.p50', comparisons, 'worse')).toBeGreaterThan(0.08);
    expect(share('publish.p50', comparisons, 'worse')).toBeLessThan(0.5);
    expect(share('publish.p50', comparisons, 'equivalent')).toBe(0);
  });

  it('is found in pairs where the machine drifts, and missed without pairs', () => {
    const found = (isPaired: boolean): number => share('publish.p50', study({ count: 60, runs: 10, factor: 1.1, seed: 9, minDifference: 0.03, drift: 0.15, isPaired, noise: QUIET_NOISE }), 'worse');
    expect(found(true)).toBeGreaterThan(0.7);
    expect(found(false)).toBeLessThan(0.2);
  });

  it('is decided in half of the cases or more by as many runs as an undecided comparison asks for', () => {
    const undecided = study({ count: 12, runs: 6, factor: 1.1, seed: 10, minDifference: 0.02, noise: QUIET_NOISE });
    const needed = undecided.flatMap(({ metrics }) => metrics.flatMap(({ id, verdict }) => (id === 'publish.p50' && verdict.kind === 'undecided' ? [verdict.runsNeeded ?? 100] : [])));
    const typical = median(needed);
    expect(typical).toBeGreaterThan(6);
    expect(share('publish.p50', study({ count: 40, runs: Math.round(typical), factor: 1.1, seed: 11, minDifference: 0.02, noise: QUIET_NOISE }), 'worse')).toBeGreaterThan(0.5);
  });
});

it('seconds taken for repeats call identical configurations different in a quarter of cases or more: why the sample is the run', () => {
  const random = new SeededRandom(4);
  const noise = { ...REALISTIC_NOISE, samplesPerSecond: 60 };
  const p50s = (): number[] => syntheticRun(random, { noise }).measured.seconds.map(({ p50Us }) => p50Us as number);
  const isCalled = Array.from({ length: 150 }, () => mannWhitneyTest({ baseline: p50s(), candidate: p50s() }).pValue < 0.05);
  expect(isCalled.filter(Boolean).length / isCalled.length).toBeGreaterThan(0.25);
});

interface Study extends CompareOptions {
  readonly count: number;
  readonly runs: number;
  readonly factor: number;
  readonly seed: number;
  /** Deviation of the logarithm of what both runs of a pair share. */
  readonly drift?: number;
  readonly noise?: SyntheticNoise;
}

/** Runs are made in turn, so that they alternate. */
function study({ count, runs, factor, seed, drift = 0, noise = REALISTIC_NOISE, ...options }: Study): Comparison[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => {
    const pairs = Array.from({ length: runs }, () => {
      const common = Math.exp(drift * random.normal());
      return [syntheticRun(random, { factor: common, noise }), syntheticRun(random, { factor: common * factor, noise })] as const;
    });
    const outcome = compareRuns(pairs.map(([run]) => run), pairs.map(([, run]) => run), { metricIds: METRICS, resampleCount: 250, ...options });
    if (outcome.kind === 'refused') throw new Error('synthetic runs are sound');
    return outcome.comparison;
  });
}
