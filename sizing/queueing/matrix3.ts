/** Three equations with three unknowns: what the fit of three parameters needs of linear algebra. */

export type Vector3 = [number, number, number];
export type Matrix3 = [Vector3, Vector3, Vector3];

/** By Cramer's rule on rows of like size; null when the matrix is singular. */
export function solve3(matrix: Matrix3, right: Vector3): Vector3 | null {
  const inverse = invert3(matrix);
  return inverse === null ? null : (inverse.map((row) => row[0] * right[0] + row[1] * right[1] + row[2] * right[2]) as Vector3);
}

/** By cofactors, after the diagonal has been scaled to 1; null when the matrix is singular. */
export function invert3(matrix: Matrix3): Matrix3 | null {
  const scales = matrix.map((row, at) => 1 / Math.sqrt(Math.abs(row[at] as number))) as Vector3;
  if (!scales.every(Number.isFinite)) return null;
  const scaled = matrix.map((row, i) => row.map((value, j) => value * (scales[i] as number) * (scales[j] as number))) as Matrix3;
  const [[a, b, c], [d, e, f], [g, h, i]] = scaled;
  const cofactors: Matrix3 = [
    [e * i - f * h, c * h - b * i, b * f - c * e],
    [f * g - d * i, a * i - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const determinant = a * cofactors[0][0] + b * cofactors[1][0] + c * cofactors[2][0];
  if (!(Math.abs(determinant) > 0) || !Number.isFinite(1 / determinant)) return null;
  return cofactors.map((row, at) => row.map((value, column) => (value / determinant) * (scales[at] as number) * (scales[column] as number))) as Matrix3;
}
