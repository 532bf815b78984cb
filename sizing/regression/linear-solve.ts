/** Small systems of linear equations by Gauss and Jordan with row exchange. Null where the matrix is singular to ten digits. */

export function solveLinear(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | null {
  return reduced(matrix, right.map((value) => [value]))?.map(([value]) => value as number) ?? null;
}

export function inverseOf(matrix: readonly (readonly number[])[]): number[][] | null {
  return reduced(matrix, matrix.map((_, at) => matrix.map((__, other) => (at === other ? 1 : 0))));
}

function reduced(matrix: readonly (readonly number[])[], right: readonly (readonly number[])[]): number[][] | null {
  const size = matrix.length;
  const rows = matrix.map((row, at) => [...row, ...(right[at] as readonly number[])]);
  const largest = Math.max(0, ...matrix.flat().map(Math.abs));
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) if (Math.abs(rows[row]?.[column] as number) > Math.abs(rows[pivot]?.[column] as number)) pivot = row;
    const pivotRow = rows[pivot] as number[];
    const divisor = pivotRow[column] as number;
    if (!(Math.abs(divisor) > 1e-10 * largest)) return null;
    rows[pivot] = rows[column] as number[];
    rows[column] = pivotRow.map((value) => value / divisor);
    for (let row = 0; row < size; row++) {
      const factor = rows[row]?.[column] as number;
      if (row !== column && factor !== 0) rows[row] = (rows[row] as number[]).map((value, at) => value - factor * (rows[column]?.[at] as number));
    }
  }
  return rows.map((row) => row.slice(size));
}
