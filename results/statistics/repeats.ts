/** How many repeats an experiment needs, from the noise that was seen. Normal theory on logarithms of the values: a guide, not a promise. */
import { normalQuantile } from './distributions.ts';

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
