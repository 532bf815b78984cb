/** A percentile of a histogram in words, also where it has none. */
import type { LatencySummary } from '../run.ts';
import { latencyText } from './number-text.ts';
import { DASH } from './page.ts';

/** Null means without a sample, or above what the histogram can hold. */
export function percentileText(valueUs: number | null, { count, rangeUsMax }: LatencySummary): string {
  if (valueUs !== null) return latencyText(valueUs);
  return count === 0 ? DASH : `>${latencyText(rangeUsMax)}`;
}
