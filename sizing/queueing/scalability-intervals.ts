/**
 * How much a fit of the scalability law is worth: intervals by resampling its residuals (Efron and Tibshirani 1993, 9.5), seeded. Six points
 * leave contention in doubt by a factor of five: show it. Beyond twice the measured n the law is a guess, and says so.
 */
import { quantileOfSorted } from '../../results/statistics/sample.ts';
import { SeededRandom } from '../../results/statistics/seeded-random.ts';
import { fitScalability, type LoadPoint, type ScalabilityFit } from './scalability-fit.ts';
import { limitOf, peakOf, throughputAt, type ScalabilityLaw } from './scalability-law.ts';

export interface ScalabilityInterval {
  readonly low: number;
  /** Infinity: some resamples have no peak or no limit. */
  readonly high: number;
}

export interface ScalabilityIntervals {
  readonly single: ScalabilityInterval;
  readonly contention: ScalabilityInterval;
  readonly coherency: ScalabilityInterval;
  /** The n with the most throughput. */
  readonly peakAt: ScalabilityInterval;
  readonly peakThroughput: ScalabilityInterval;
  readonly limit: ScalabilityInterval;
  /** Throughput at each n of `predictAt`. */
  readonly predicted: readonly ScalabilityInterval[];
  readonly resampleCount: number;
}

export interface ScalabilityBootstrapOptions {
  readonly seed: number;
  readonly resampleCount?: number;
  /** 0.95: of 100 such intervals about 95 hold the true value. */
  readonly confidence?: number;
  readonly predictAt?: readonly number[];
}

/** Throws RangeError for fewer than 4 points (there is no residual then) and for a confidence outside 0 to 1. */
export function bootstrapScalability(points: readonly LoadPoint[], { seed, resampleCount = 1000, confidence = 0.95, predictAt = [] }: ScalabilityBootstrapOptions): ScalabilityIntervals {
  if (points.length < 4) throw new RangeError('an interval needs 4 points or more: three parameters pass through three');
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence lies between 0 and 1, not at ${confidence}`);
  const fit = fitScalability(points);
  const random = new SeededRandom(seed);
  const residuals = inflated(fit);
  const laws = Array.from({ length: resampleCount }, () => fitScalability(resampled(points, { fit, residuals, random }), { start: fit.law }).law);
  const interval = (of: (law: ScalabilityLaw) => number): ScalabilityInterval => {
    const sorted = Float64Array.from(laws, of).sort();
    return { low: quantileOfSorted(sorted, (1 - confidence) / 2), high: quantileOfSorted(sorted, (1 + confidence) / 2) };
  };
  return {
    single: interval(({ single }) => single),
    contention: interval(({ contention }) => contention),
    coherency: interval(({ coherency }) => coherency),
    peakAt: interval((law) => peakOf(law).at),
    peakThroughput: interval((law) => peakOf(law).throughput),
    limit: interval(limitOf),
    predicted: predictAt.map((n) => interval((law) => throughputAt(law, n))),
    resampleCount,
  };
}

/** Residuals of a fit are too small by the parameters that were fitted; their mean is not part of the noise. */
function inflated({ residuals }: ScalabilityFit): number[] {
  const center = residuals.reduce((sum, each) => sum + each, 0) / residuals.length;
  const factor = Math.sqrt(residuals.length / (residuals.length - 3));
  return residuals.map((each) => (each - center) * factor);
}

/** A throughput of noise alone could be negative: it is kept above 0. */
function resampled(points: readonly LoadPoint[], { fit, residuals, random }: { fit: ScalabilityFit; residuals: readonly number[]; random: SeededRandom }): LoadPoint[] {
  return points.map(({ n }) => {
    const expected = throughputAt(fit.law, n);
    return { n, throughput: Math.max(expected * 1e-3, expected + (residuals[random.below(residuals.length)] as number)) };
  });
}

/** How far beyond the largest measured n a prediction reaches; above 2 it is an extrapolation that should be said. */
export function extrapolationFactor(points: readonly LoadPoint[], n: number): number {
  return n / Math.max(...points.map((point) => point.n));
}
