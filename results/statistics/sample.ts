/** Location and spread of a small sample. Nothing is removed from it; an empty one throws RangeError, an unusable value too. */

export function mean(values: readonly number[]): number {
  assertNotEmpty(values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of an even number: the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  assertNotEmpty(values);
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** Linear between the order statistics: type 7 of Hyndman and Fan 1996. `sorted` ascends. */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new RangeError('an empty sample has no quantile');
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a quantile lies in 0 to 1, not ${p}`);
  const at = (sorted.length - 1) * p;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}

/** With n - 1 in the denominator; 0 for one value. */
export function standardDeviation(values: readonly number[]): number {
  const center = mean(values);
  if (values.length === 1) return 0;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** Median of the distances from the median, unscaled. */
export function medianAbsoluteDeviation(values: readonly number[]): number {
  const center = median(values);
  return median(values.map((value) => Math.abs(value - center)));
}

/**
 * The mean for ratios: that of x and of 1/x are each other's inverse, which no other mean of normalised figures gives (Fleming and
 * Wallace 1986, "How not to lie with statistics"). Throws RangeError unless all are above 0.
 */
export function geometricMean(ratios: readonly number[]): number {
  for (const ratio of ratios) {
    if (!(ratio > 0)) throw new RangeError(`a geometric mean needs ratios above 0, not ${ratio}`);
  }
  return Math.exp(mean(ratios.map(Math.log)));
}

function assertNotEmpty(values: readonly number[]): void {
  if (values.length === 0) throw new RangeError('a sample must hold a value');
}
