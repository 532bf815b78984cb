/**
 * A second's latencies in buckets wide enough to be stored for each second of a long run, and narrow enough to be seen: ten to a decade
 * (26 % each). Bucket n holds [10^(n/10), 10^((n+1)/10)) microseconds; bucket 0 also what is below one.
 */
import type { LatencyHistogram } from './histogram.ts';
import type { LatencyBuckets } from './run.ts';

const PER_DECADE = 10;

/** Where bucket `at` begins, microseconds. */
export function bucketStartUs(at: number): number {
  return at === 0 ? 0 : 10 ** (at / PER_DECADE);
}

/** Undefined without a sample in range. */
export function latencyBuckets(histogram: LatencyHistogram): LatencyBuckets | undefined {
  const { minUs, maxUs, count } = histogram.summary();
  if (count === 0 || minUs === null || maxUs === null) return undefined;
  const first = bucketOf(minUs);
  const limits = Array.from({ length: bucketOf(maxUs) - first + 2 }, (_, at) => bucketStartUs(first + at));
  const counts = histogram.countsBetween(limits);
  // The histogram's own steps may take the smallest or the largest sample across the edge of its bucket.
  const begin = counts.findIndex((each) => each > 0);
  return { first: first + begin, counts: counts.slice(begin, counts.findLastIndex((each) => each > 0) + 1) };
}

function bucketOf(latencyUs: number): number {
  if (latencyUs < 1) return 0;
  const at = Math.floor(Math.log10(latencyUs) * PER_DECADE);
  // The logarithm of a bucket's own start may fall just below it.
  return latencyUs >= bucketStartUs(at + 1) ? at + 1 : at;
}
