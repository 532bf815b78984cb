/** One metric over two sets of runs: ratio, bootstrap interval, p value. The sample is the run; its verdict comes when all p values are known. */
import { bootstrapInterval, type Interval } from '../statistics/bootstrap.ts';
import { mannWhitneyTest } from '../statistics/mann-whitney.ts';
import { signFlipTest } from '../statistics/permutation-test.ts';
import { geometricMean, median, standardDeviation } from '../statistics/sample.ts';

export interface MetricValues {
  /** All above 0. */
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

export interface MetricStatistics {
  readonly ratio: number;
  readonly interval: Interval | null;
  readonly pValue: number;
  /** Of the logarithms; null when it cannot be seen. */
  readonly logDeviation: number | null;
  /** All values are the same: the metric holds nothing to test. Labels do not enter, so that leaving it out of the correction is sound. */
  readonly isConstant: boolean;
}

export interface StatisticsOptions {
  readonly isPaired: boolean;
  readonly alpha: number;
  readonly resampleCount: number;
  readonly seed: number;
}

/** Throws RangeError for an empty side, and for pairs of sides of different length. */
export function metricStatistics(values: MetricValues, options: StatisticsOptions): MetricStatistics {
  const isConstant = new Set([...values.baseline, ...values.candidate]).size === 1;
  return { ...(options.isPaired ? pairedStatistics(values, options) : unpairedStatistics(values, options)), isConstant };
}

type WithoutConstant = Omit<MetricStatistics, 'isConstant'>;

/**
 * Medians and ranks: one wild run must not decide. Plain percentiles: by simulation they hold the ratio of medians in 92 % (4 runs a
 * side), 96 % (6 to 10) and 97 % (15) of cases with normal noise; BCa in 91 to 97 %.
 */
function unpairedStatistics({ baseline, candidate }: MetricValues, { alpha, resampleCount, seed }: StatisticsOptions): WithoutConstant {
  const statistic = ([before, after]: readonly (readonly number[])[]): number => median(after as readonly number[]) / median(before as readonly number[]);
  const samples = [baseline, candidate];
  const canResample = baseline.length >= 2 && candidate.length >= 2;
  return {
    ratio: statistic(samples),
    interval: canResample ? bootstrapInterval(samples, statistic, { method: 'percentile', confidence: 1 - alpha, resampleCount, seed }) : null,
    pValue: mannWhitneyTest({ baseline, candidate }).pValue,
    logDeviation: canResample ? pooledDeviation(baseline.map(Math.log), candidate.map(Math.log)) : null,
  };
}

/** Blocks are resampled whole. Percentiles are taken further out: plain ones of a mean of few pairs are too narrow. */
function pairedStatistics({ baseline, candidate }: MetricValues, { alpha, resampleCount, seed }: StatisticsOptions): WithoutConstant {
  if (baseline.length !== candidate.length) throw new RangeError(`pairs need as many baseline as candidate runs, not ${baseline.length} and ${candidate.length}`);
  const ratios = candidate.map((after, at) => after / (baseline[at] as number));
  const canResample = ratios.length >= 2;
  return {
    ratio: geometricMean(ratios),
    interval: canResample
      ? bootstrapInterval([ratios], ([resampled]) => geometricMean(resampled as readonly number[]), { method: 'expandedPercentile', confidence: 1 - alpha, resampleCount, seed })
      : null,
    pValue: signFlipTest(ratios.map(Math.log), { seed }).pValue,
    logDeviation: canResample ? standardDeviation(ratios.map(Math.log)) : null,
  };
}

function pooledDeviation(baseline: readonly number[], candidate: readonly number[]): number {
  const squares = standardDeviation(baseline) ** 2 * (baseline.length - 1) + standardDeviation(candidate) ** 2 * (candidate.length - 1);
  return Math.sqrt(squares / (baseline.length + candidate.length - 2));
}
