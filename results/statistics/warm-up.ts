/**
 * Where a series leaves its warm-up: MSER-5 (White 1997; White, Cobb and Spratt 2000). Cuts where the standard error of the mean of what
 * is left is smallest, over means of five intervals. A cut in the second half is no answer: the series was too short to settle.
 */

export type WarmUp =
  | { readonly kind: 'found'; /** Intervals to leave out, a multiple of the batch size; 0: none. */ readonly cutIntervals: number }
  | { readonly kind: 'unsettled' }
  /** Fewer than ten batches. */
  | { readonly kind: 'short' };

const BATCH_COUNT_MIN = 10;

/** `intervalMeans`: one value an interval of equal length, in order. An incomplete last batch is left out. */
export function detectWarmUp(intervalMeans: readonly number[], { batchSize = 5 }: { batchSize?: number } = {}): WarmUp {
  const batchCount = Math.floor(intervalMeans.length / batchSize);
  if (batchCount < BATCH_COUNT_MIN) return { kind: 'short' };
  const batches = Array.from({ length: batchCount }, (_, at) => intervalMeans.slice(at * batchSize, (at + 1) * batchSize).reduce((sum, value) => sum + value, 0) / batchSize);
  let best = { cut: 0, error: Number.POSITIVE_INFINITY };
  // The last few means are too few to judge by: by chance they lie close together.
  for (let cut = 0; cut <= batchCount - BATCH_COUNT_MIN / 2; cut++) {
    const error = squaredError(batches.slice(cut));
    if (error < best.error) best = { cut, error };
  }
  return best.cut * 2 > batchCount ? { kind: 'unsettled' } : { kind: 'found', cutIntervals: best.cut * batchSize };
}

/** The MSER statistic: sum of squared deviations over the square of the count. */
function squaredError(values: readonly number[]): number {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length ** 2;
}
