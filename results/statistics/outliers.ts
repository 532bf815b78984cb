/** Values far from the others, by the modified z score. They are reported and never removed: a slow run is a result. */
import { mean, median, medianAbsoluteDeviation } from './sample.ts';

/** Iglewicz and Hoaglin 1993, "How to detect and handle outliers". */
export const MODIFIED_Z_MAX = 3.5;

/** 1 / Phi^-1(0.75), and sqrt(pi / 2): so that both spreads estimate the standard deviation of normal values. */
const MAD_TO_DEVIATION = 1.482602;
const MEAN_DISTANCE_TO_DEVIATION = 1.253314;

/**
 * For each value (x - median) / (1.4826 MAD). When more than half of the values are equal the MAD is 0, and the mean distance from the
 * median takes its place; all equal: all 0. Throws RangeError for an empty sample.
 */
export function modifiedZScores(values: readonly number[]): number[] {
  const center = median(values);
  const deviation = medianAbsoluteDeviation(values) * MAD_TO_DEVIATION || mean(values.map((value) => Math.abs(value - center))) * MEAN_DISTANCE_TO_DEVIATION;
  return values.map((value) => (deviation === 0 ? 0 : (value - center) / deviation));
}

/** Indices, ascending. */
export function outlierIndices(values: readonly number[]): number[] {
  return modifiedZScores(values).flatMap((score, at) => (Math.abs(score) > MODIFIED_Z_MAX ? [at] : []));
}
