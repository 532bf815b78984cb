/**
 * Where an interval of a ratio lies beside the smallest difference that matters. The margin is symmetric in logarithms, from 1 / (1 + d)
 * to 1 + d, so that exchanging the sides mirrors the answer. Inside: equivalent (Schuirmann 1987, two one-sided tests, here with the full
 * interval, which is stricter). Wholly beyond: a difference that matters. Else the interval says nothing either way.
 */
import type { Interval } from './bootstrap.ts';

export type MarginPosition = 'inside' | 'above' | 'below' | 'across';

/** `minDifference` 0.05: five percent. Touching the margin counts as across. */
export function positionOf({ low, high }: Interval, minDifference: number): MarginPosition {
  const above = 1 + minDifference;
  const below = 1 / above;
  if (low > below && high < above) return 'inside';
  if (low > above) return 'above';
  return high < below ? 'below' : 'across';
}
