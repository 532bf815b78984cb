/** A number, or one for each draw. Arithmetic over both; a column's length is the same throughout one evaluation. */

export type Column = number | Float64Array;

export type Operation = '+' | '-' | '*' | '/' | '^' | 'max' | 'min';

/** One loop for each operation: a loop over a function that is passed in is five times slower. */
export function combine(operation: Operation, a: Column, b: Column): Column {
  if (typeof a === 'number' && typeof b === 'number') return ofNumbers(operation, a, b);
  const length = (typeof a === 'number' ? (b as Float64Array) : a).length;
  const [x, y] = [filled(a, length), filled(b, length)];
  const result = new Float64Array(length);
  switch (operation) {
    case '+':
      for (let at = 0; at < length; at++) result[at] = (x[at] as number) + (y[at] as number);
      break;
    case '-':
      for (let at = 0; at < length; at++) result[at] = (x[at] as number) - (y[at] as number);
      break;
    case '*':
      for (let at = 0; at < length; at++) result[at] = (x[at] as number) * (y[at] as number);
      break;
    case '/':
      for (let at = 0; at < length; at++) result[at] = (x[at] as number) / (y[at] as number);
      break;
    case '^':
      for (let at = 0; at < length; at++) result[at] = (x[at] as number) ** (y[at] as number);
      break;
    case 'max':
      for (let at = 0; at < length; at++) result[at] = Math.max(x[at] as number, y[at] as number);
      break;
    case 'min':
      for (let at = 0; at < length; at++) result[at] = Math.min(x[at] as number, y[at] as number);
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

function filled(column: Column, length: number): Float64Array {
  return typeof column === 'number' ? new Float64Array(length).fill(column) : column;
}

/** For functions of one value. */
export function map(column: Column, of: (value: number) => number): Column {
  if (typeof column === 'number') return of(column);
  const result = new Float64Array(column.length);
  for (let at = 0; at < result.length; at++) result[at] = of(column[at] as number);
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

/** Every fourth draw is as good for a figure that is only shown, and sorting is most of its cost. */
const QUANTILE_STRIDE = 4;

export function quantiles(column: Column, shares: readonly number[]): number[] {
  if (typeof column === 'number') return shares.map(() => column);
  const sorted = column.filter((_, at) => at % QUANTILE_STRIDE === 0).sort();
  return shares.map((share) => sortedQuantile(sorted, share));
}

function sortedQuantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1))] as number;
}
