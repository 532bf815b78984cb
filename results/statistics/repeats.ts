/** How many repeats an experiment needs, from the noise that was seen. Normal theory on logarithms of the values: a guide, not a promise. */
import { normalQuantile } from './distributions.ts';
import { standardDeviation } from './sample.ts';

export interface RepeatsQuestion {
  /** Standard deviation of the runs (of the differences within pairs, when paired), in the unit of `difference`. */
  readonly deviation: number;
  /** What is to be told from zero. */
  readonly difference: number;
  /** Two-sided. */
  readonly alpha: number;
  /** Chance of finding the difference if it is there. */
  readonly power: number;
  readonly isPaired: boolean;
  /** How much of the sample's information the estimate uses: 1 for a mean, 2 / pi for a median, 3 / pi for ranks. */
  readonly efficiency?: number;
}

/**
 * Runs a side (or pairs): the formula of Guenther 1981, n = k (z_alpha + z_power)^2 (deviation / difference)^2 plus a small-sample term,
 * k = 2 for two sides and 1 for pairs. Infinity for a difference of 0. Throws RangeError for a negative deviation or difference.
 */
export function repeatsNeeded({ deviation, difference, alpha, power, isPaired, efficiency = 1 }: RepeatsQuestion): number {
  if (!(deviation >= 0) || !(difference >= 0)) throw new RangeError(`deviation ${deviation} and difference ${difference} must not be negative`);
  const zAlpha = normalQuantile(1 - alpha / 2);
  const zPower = normalQuantile(power);
  const smallSample = zAlpha ** 2 / (isPaired ? 2 : 4);
  if (deviation === 0) return 2;
  if (difference === 0) return Number.POSITIVE_INFINITY;
  const sides = isPaired ? 1 : 2;
  return Math.max(2, Math.ceil((sides * (zAlpha + zPower) ** 2 * (deviation / difference) ** 2) / efficiency + smallSample));
}

export interface DetectionQuestion {
  /** Logarithms of the ratios of the pairs so far; at least two. */
  readonly logRatios: readonly number[];
  /** The change that is to be found, as a share. */
  readonly detect: number;
  /** The smallest difference that matters, a share below `detect`. */
  readonly minDifference: number;
  readonly alpha: number;
  /** Over which p values are corrected. */
  readonly testCount: number;
}

/** Chance that `pairsToDetect` pairs find the change. */
export const DETECTION_POWER = 0.9;
/** Few pairs often look quieter than they are: the noise is taken where it lies below with this confidence (Browne 1995). */
const NOISE_CONFIDENCE = 0.8;

/**
 * Pairs of which the verdict finds a change of `detect`: the interval must lie beyond `minDifference`, and the corrected p below alpha. Looks at
 * the noise alone, never at the difference that was seen, so that it may choose the number of pairs without choosing the outcome (the internal
 * pilot of Wittes and Brittain 1990).
 */
export function pairsToDetect({ logRatios, detect, minDifference, alpha, testCount }: DetectionQuestion): number {
  const deviation = standardDeviation(logRatios) * Math.sqrt((logRatios.length - 1) / chiSquareQuantile(1 - NOISE_CONFIDENCE, logRatios.length - 1));
  const question = { deviation, power: DETECTION_POWER, isPaired: true };
  const forInterval = repeatsNeeded({ ...question, difference: Math.log(1 + detect) - Math.log(1 + minDifference), alpha });
  return Math.max(forInterval, repeatsNeeded({ ...question, difference: Math.log(1 + detect), alpha: alpha / Math.max(1, testCount) }));
}

/** Wilson and Hilferty 1931: within 1 % from 3 degrees of freedom on. */
function chiSquareQuantile(p: number, degreesOfFreedom: number): number {
  const spread = 2 / (9 * degreesOfFreedom);
  return degreesOfFreedom * (1 - spread + normalQuantile(p) * Math.sqrt(spread)) ** 3;
}
