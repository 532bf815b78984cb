/**
 * Runs with noise like that of a shared machine: each run has its own log-normal level, its seconds are autocorrelated, its latencies are
 * log-normal within a second. Quantiles are those of the run's own samples. Everything else is the sample run's.
 */
import { quantileOfSorted } from '../../../results/statistics/sample.ts';
import type { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import type { HistogramRecord, LatencySummary, Run } from '../../../results/run.ts';
import { sampleRun } from '../sample-run.ts';

export interface SyntheticNoise {
  /** Of the logarithm of a run's level. */
  readonly runDeviation: number;
  /** Of the logarithm of a second's level, and how much of it the next second inherits. */
  readonly secondDeviation: number;
  readonly secondCorrelation: number;
  readonly seconds: number;
  readonly samplesPerSecond: number;
}

/** p50 spreads by 7 % from run to run, p99 by 12 %, the maximum by 21 %: two busy cores. */
export const REALISTIC_NOISE: SyntheticNoise = { runDeviation: 0.04, secondDeviation: 0.1, secondCorrelation: 0.7, seconds: 20, samplesPerSecond: 15 };
/** p50 by 4 %, p99 by 8 %: a machine of one's own. */
export const QUIET_NOISE: SyntheticNoise = { runDeviation: 0.02, secondDeviation: 0.04, secondCorrelation: 0.7, seconds: 20, samplesPerSecond: 30 };

/** Milliseconds after one another, so that baseline and candidate alternate when they are made in turn. */
let startedCount = 0;

/** All latencies are multiplied by `factor`. */
export function syntheticRun(random: SeededRandom, { factor = 1, noise = REALISTIC_NOISE }: { factor?: number; noise?: SyntheticNoise } = {}): Run {
  const level = Math.log(10_000 * factor) + noise.runDeviation * random.normal();
  const samples = new Float64Array(noise.seconds * noise.samplesPerSecond);
  const secondP50s: number[] = [];
  let state = noise.secondDeviation * random.normal();
  for (let second = 0; second < noise.seconds; second++) {
    state = noise.secondCorrelation * state + Math.sqrt(1 - noise.secondCorrelation ** 2) * noise.secondDeviation * random.normal();
    const from = second * noise.samplesPerSecond;
    for (let at = from; at < from + noise.samplesPerSecond; at++) samples[at] = Math.exp(level + state + 0.5 * random.normal());
    secondP50s.push(quantileOfSorted(samples.slice(from, from + noise.samplesPerSecond).sort(), 0.5));
  }
  samples.sort();
  const rate = 100_000 * Math.exp(0.0005 * random.normal());
  return runWith({ latencies: summaryOf(samples), secondP50s, rate, brokerCpuSeconds: 6 * Math.exp(noise.runDeviation * random.normal()) });
}

/** A run with exact figures: publish quantiles p50 : p99 : p99.9 : max = 1 : 3 : 4 : 5. */
export function exactRun(p50Us: number, changes: Partial<Run> = {}): Run {
  return { ...runWith({ latencies: summaryWith(p50Us), secondP50s: [], rate: 100_000, brokerCpuSeconds: 6 }), ...changes };
}

function runWith({ latencies, secondP50s, rate, brokerCpuSeconds }: { latencies: LatencySummary; secondP50s: readonly number[]; rate: number; brokerCpuSeconds: number }): Run {
  const run = sampleRun();
  const { measured } = run;
  startedCount++;
  const histogram: HistogramRecord = { hdrBase64: '', summary: latencies };
  const [second] = measured.seconds;
  return {
    ...run,
    id: `run-${startedCount}`,
    startedAt: new Date(Date.UTC(2026, 7, 5) + startedCount).toISOString(),
    measured: {
      ...measured,
      throughput: { ...measured.throughput, achievedPerSecond: rate },
      latency: { ...measured.latency, publish: histogram },
      seconds: second === undefined ? [] : secondP50s.map((p50Us, at) => ({ ...second, second: measured.measureStartSecond + at, p50Us })),
      brokers: measured.brokers.slice(0, 1).map((broker) => ({ ...broker, cpuSeconds: brokerCpuSeconds })),
      groups: measured.groups.map((group) => ({ ...group, endToEnd: histogram })),
    },
  };
}

function summaryOf(sorted: Float64Array): LatencySummary {
  const at = (p: number): number => quantileOfSorted(sorted, p);
  return { ...summaryWith(at(0.5)), count: sorted.length, p90Us: at(0.9), p99Us: at(0.99), p999Us: at(0.999), maxUs: at(1) };
}

function summaryWith(p50Us: number): LatencySummary {
  return {
    count: 2_000_000,
    meanUs: p50Us,
    minUs: 1,
    p50Us,
    p90Us: p50Us * 2,
    p99Us: p50Us * 3,
    p999Us: p50Us * 4,
    p9999Us: p50Us * 4.5,
    maxUs: p50Us * 5,
    overflowCount: 0,
    rangeUsMax: 2 ** 32 - 1,
  };
}
