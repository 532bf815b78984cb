/** Many comparisons at once: p values corrected so that the chance of any false call, over all of them, stays below alpha. */

/** Holm 1979 ("A simple sequentially rejective multiple test procedure"). In the order given. Throws RangeError for a p outside 0 to 1. */
export function holmCorrected(pValues: readonly number[]): number[] {
  for (const pValue of pValues) {
    if (!(pValue >= 0 && pValue <= 1)) throw new RangeError(`a p value lies in 0 to 1, not ${pValue}`);
  }
  const ascending = pValues.map((pValue, at) => ({ pValue, at })).sort((a, b) => a.pValue - b.pValue);
  const corrected = Array.from(pValues, () => 1);
  let largest = 0;
  for (const [rank, { pValue, at }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, pValue * (pValues.length - rank)));
    corrected[at] = largest;
  }
  return corrected;
}
