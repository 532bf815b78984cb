/**
 * A number, or one for each draw. Arithmetic over both; a column's length is the same throughout one evaluation. A result is written into the
 * column that is handed over for it, which may be one of the operands; else into a new one.
 */

export type Column = number | Float64Array;

export type Operation = '+' | '-' | '*' | '/' | '^' | 'max' | 'min';

/** One loop for each operation: a loop over a function that is passed in is five times slower. A number is a column that stands still. */
export function combine(operation: Operation, a: Column, b: Column, into?: Float64Array): Column {
  if (typeof a === 'number' && typeof b === 'number') return ofNumbers(operation, a, b);
  const length = (typeof a === 'number' ? (b as Float64Array) : a).length;
  const [x, y] = [typeof a === 'number' ? Float64Array.of(a) : a, typeof b === 'number' ? Float64Array.of(b) : b];
  const [xStep, yStep] = [typeof a === 'number' ? 0 : 1, typeof b === 'number' ? 0 : 1];
  const result = into ?? new Float64Array(length);
  let [i, j] = [0, 0];
  switch (operation) {
    case '+':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = (x[i] as number) + (y[j] as number);
      break;
    case '-':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = (x[i] as number) - (y[j] as number);
      break;
    case '*':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = (x[i] as number) * (y[j] as number);
      break;
    case '/':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = (x[i] as number) / (y[j] as number);
      break;
    case '^':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = (x[i] as number) ** (y[j] as number);
      break;
    case 'max':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = Math.max(x[i] as number, y[j] as number);
      break;
    case 'min':
      for (let at = 0; at < length; at++, i += xStep, j += yStep) result[at] = Math.min(x[i] as number, y[j] as number);
      break;
  }
  return result;
}

function ofNumbers(operation: Operation, a: number, b: number): number {
  switch (operation) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '^':
      return a ** b;
    case 'max':
      return Math.max(a, b);
    case 'min':
      return Math.min(a, b);
  }
}

/** For functions of one value. */
export function map(column: Column, of: (value: number) => number, into?: Float64Array): Column {
  if (typeof column === 'number') return of(column);
  const result = into ?? new Float64Array(column.length);
  for (let at = 0; at < result.length; at++) result[at] = of(column[at] as number);
  return result;
}

export function apply(columns: readonly Column[], of: (values: readonly number[]) => number, into?: Float64Array): Column {
  const length = columns.find((each) => typeof each !== 'number')?.length;
  const values = columns.map((each) => (typeof each === 'number' ? each : 0));
  if (length === undefined) return of(values);
  const varying = columns.flatMap((column, index) => (typeof column === 'number' ? [] : [{ column, index }]));
  const result = into ?? new Float64Array(length);
  for (let at = 0; at < length; at++) {
    for (const { column, index } of varying) values[index] = column[at] as number;
    result[at] = of(values);
  }
  return result;
}

/** The smallest value that is not below `share` of them. */
export function quantile(column: Column, share: number): number {
  if (typeof column === 'number') return column;
  return orderStatistic(column.slice(), rankOf(share, column.length));
}

/** Every fourth draw is as good for a figure that is only shown. */
const QUANTILE_STRIDE = 4;

/** Of every fourth draw. `shares` are rising. */
export function quantiles(column: Column, shares: readonly number[]): number[] {
  if (typeof column === 'number') return shares.map(() => column);
  const length = Math.ceil(column.length / QUANTILE_STRIDE);
  const some = new Float64Array(length);
  for (let at = 0; at < length; at++) some[at] = column[at * QUANTILE_STRIDE] as number;
  let least = 0;
  return shares.map((share) => {
    const rank = rankOf(share, length);
    const value = orderStatistic(some, rank, least);
    // All below it stand before it by now.
    least = rank;
    return value;
  });
}

function rankOf(share: number, length: number): number {
  return Math.min(length - 1, Math.max(0, Math.ceil(share * length - 1e-9) - 1));
}

/** A shorter rest is sorted. */
const SORTED_BELOW = 48;

/** What stands at `rank` when all are sorted: quickselect, which sorts no more of them than it must, in place. Those before `low` are no larger than the rest. */
function orderStatistic(values: Float64Array, rank: number, low = 0): number {
  let [from, to] = [low, numbersFirst(values) - 1];
  if (rank > to) return Number.NaN;
  while (to - from > SORTED_BELOW) {
    const pivot = middleOf(values[from] as number, values[(from + to) >> 1] as number, values[to] as number);
    let [left, right] = [from, to];
    while (left <= right) {
      while ((values[left] as number) < pivot) left++;
      while ((values[right] as number) > pivot) right--;
      if (left > right) break;
      const moved = values[left] as number;
      values[left++] = values[right] as number;
      values[right--] = moved;
    }
    if (rank <= right) to = right;
    else if (rank >= left) from = left;
    else return pivot;
  }
  values.subarray(from, to + 1).sort();
  return values[rank] as number;
}

/** What is no number stands last, as in a sort. How many are numbers. */
function numbersFirst(values: Float64Array): number {
  let count = values.length;
  for (let at = count - 1; at >= 0; at--) {
    if (!Number.isNaN(values[at])) continue;
    count--;
    values[at] = values[count] as number;
    values[count] = Number.NaN;
  }
  return count;
}

function middleOf(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
