/**
 * Bootstrap intervals of any statistic (Efron and Tibshirani 1993, chapters 13 and 14). A unit of resampling is what is independent: a run,
 * or a block of paired runs, never a window or a request. Several samples are resampled each on its own. Seeded: the same input gives
 * the same interval.
 */
import { normalCdf, normalQuantile, studentTQuantile } from './distributions.ts';
import { quantileOfSorted } from './sample.ts';
import { SeededRandom } from './seeded-random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * percentile: quantiles of the replicates · expandedPercentile: the same, taken further out as Student's t would for the smallest sample
 * (Hesterberg 2015, "What teachers should know about the bootstrap"), because plain percentiles of few units are too narrow ·
 * bca: corrected for bias and for a spread that depends on the value (Efron 1987).
 */
export type BootstrapMethod = 'percentile' | 'expandedPercentile' | 'bca';

export interface BootstrapOptions {
  readonly method: BootstrapMethod;
  /** 0.95: an interval that is to hold the true value in 95 of 100 cases. */
  readonly confidence: number;
  readonly resampleCount: number;
  readonly seed: number;
}

export type Samples<Unit> = readonly (readonly Unit[])[];

/**
 * Statistic of `samples` with its interval. Throws RangeError for a sample with fewer than 2 units, for a confidence outside 0 to 1 and
 * when the statistic is not a finite number.
 */
export function bootstrapInterval<Unit>(samples: Samples<Unit>, statistic: (samples: Samples<Unit>) => number, options: BootstrapOptions): Interval {
  const smallest = Math.min(...samples.map(({ length }) => length));
  if (samples.length === 0 || smallest < 2) throw new RangeError('a bootstrap needs samples of 2 units or more');
  if (!(options.confidence > 0 && options.confidence < 1)) throw new RangeError(`confidence lies between 0 and 1, not at ${options.confidence}`);
  const replicates = bootstrapReplicates(samples, statistic, options);
  const tail = (1 - options.confidence) / 2;
  const [low, high] = levels();
  return { low: quantileOfSorted(replicates, low), high: quantileOfSorted(replicates, high) };

  function levels(): [low: number, high: number] {
    if (options.method === 'percentile') return [tail, 1 - tail];
    if (options.method === 'expandedPercentile') {
      const level = expandedTail(tail, smallest);
      return [level, 1 - level];
    }
    const corrections = bcaCorrections(samples, statistic, replicates);
    return [bcaLevel(tail, corrections), bcaLevel(1 - tail, corrections)];
  }
}

/** The share of replicates to leave out at each end where `tail` is promised: Hesterberg 2015, 3.3 and table 1. */
export function expandedTail(tail: number, unitCount: number): number {
  return normalCdf(Math.sqrt(unitCount / (unitCount - 1)) * studentTQuantile(tail, unitCount - 1));
}

/** Ascending. */
export function bootstrapReplicates<Unit>(
  samples: Samples<Unit>,
  statistic: (samples: Samples<Unit>) => number,
  { resampleCount, seed }: { resampleCount: number; seed: number },
): Float64Array {
  const random = new SeededRandom(seed);
  const resampled = samples.map((sample) => [...sample]);
  const replicates = new Float64Array(resampleCount);
  for (let at = 0; at < resampleCount; at++) {
    for (const [which, sample] of samples.entries()) {
      const into = resampled[which] as Unit[];
      for (let unit = 0; unit < sample.length; unit++) into[unit] = sample[random.below(sample.length)] as Unit;
    }
    replicates[at] = finite(statistic(resampled));
  }
  return replicates.sort();
}

export interface BcaCorrections {
  /** z0: how far the estimate lies from the median of the replicates, in standard normal units. */
  readonly bias: number;
  /** a: how fast the standard error changes with the true value. */
  readonly acceleration: number;
}

/** Efron and Tibshirani 1993, 14.14 and 14.15; over several samples the acceleration is Davison and Hinkley's (1997, 5.23 and 3.2.1). */
export function bcaCorrections<Unit>(samples: Samples<Unit>, statistic: (samples: Samples<Unit>) => number, replicates: Float64Array): BcaCorrections {
  const estimate = finite(statistic(samples));
  let below = 0;
  for (const replicate of replicates) below += replicate < estimate ? 1 : replicate === estimate ? 0.5 : 0;
  let [cubes, squares] = [0, 0];
  for (const [which, sample] of samples.entries()) {
    const without = sample.map((_, left) => finite(statistic(samples.map((each, at) => (at === which ? each.toSpliced(left, 1) : each)))));
    const center = without.reduce((sum, value) => sum + value, 0) / without.length;
    for (const value of without) {
      const influence = ((sample.length - 1) * (center - value)) / sample.length;
      cubes += influence ** 3;
      squares += influence ** 2;
    }
  }
  return { bias: normalQuantile(below / replicates.length), acceleration: squares === 0 ? 0 : cubes / (6 * squares ** 1.5) };
}

function bcaLevel(level: number, { bias, acceleration }: BcaCorrections): number {
  const shifted = bias + normalQuantile(level);
  return normalCdf(bias + shifted / (1 - acceleration * shifted));
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`the statistic of a resample is ${value}`);
  return value;
}
