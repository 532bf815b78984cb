/** A number, or one for each draw. Arithmetic over both; a column's length is the same throughout one evaluation. */

export type Column = number | Float64Array;

export function combine(a: Column, b: Column, of: (a: number, b: number) => number): Column {
  if (typeof a === 'number') {
    if (typeof b === 'number') return of(a, b);
    const result = new Float64Array(b.length);
    for (let at = 0; at < result.length; at++) result[at] = of(a, b[at] as number);
    return result;
  }
  const result = new Float64Array(a.length);
  if (typeof b === 'number') for (let at = 0; at < result.length; at++) result[at] = of(a[at] as number, b);
  else for (let at = 0; at < result.length; at++) result[at] = of(a[at] as number, b[at] as number);
  return result;
}

export function apply(columns: readonly Column[], of: (values: readonly number[]) => number): Column {
  const length = columns.find((each) => typeof each !== 'number')?.length;
  const values = columns.map((each) => (typeof each === 'number' ? each : 0));
  if (length === undefined) return of(values);
  const varying = columns.flatMap((column, index) => (typeof column === 'number' ? [] : [{ column, index }]));
  const result = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    for (const { column, index } of varying) values[index] = column[at] as number;
    result[at] = of(values);
  }
  return result;
}

/** The smallest value that is not below `share` of them. */
export function quantile(column: Column, share: number): number {
  if (typeof column === 'number') return column;
  return sortedQuantile(column.toSorted(), share);
}

export function quantiles(column: Column, shares: readonly number[]): number[] {
  if (typeof column === 'number') return shares.map(() => column);
  const sorted = column.toSorted();
  return shares.map((share) => sortedQuantile(sorted, share));
}

function sortedQuantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1))] as number;
}
