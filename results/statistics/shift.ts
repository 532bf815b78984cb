/** How far one sample lies from another, without a mean that one wild value could carry away. */
import { median } from './sample.ts';

/** Hodges and Lehmann 1963: the median of all candidate - baseline. Throws RangeError for an empty side. */
export function hodgesLehmannShift({ baseline, candidate }: { baseline: readonly number[]; candidate: readonly number[] }): number {
  return median(candidate.flatMap((ours) => baseline.map((theirs) => ours - theirs)));
}

/** Of runs measured side by side: what drifts from block to block cancels. Throws RangeError without a pair, or for sides of different length. */
export function medianOfPairedDifferences({ baseline, candidate }: { baseline: readonly number[]; candidate: readonly number[] }): number {
  if (baseline.length !== candidate.length) throw new RangeError(`pairs need sides of the same length, not ${baseline.length} and ${candidate.length}`);
  return median(candidate.map((ours, at) => ours - (baseline[at] as number)));
}

/** The one-sample form for paired data: the median of the means of all pairs of differences, each with itself too (Walsh averages). */
export function pseudomedian(differences: readonly number[]): number {
  return median(differences.flatMap((first, at) => differences.slice(at).map((second) => (first + second) / 2)));
}
