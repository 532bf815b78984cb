/**
 * Least squares with every coefficient from 0 up (Lawson and Hanson 1974, chapter 23): costs are not negative, and what is not told apart
 * ends at 0 instead of at two large numbers of opposite sign. Columns may differ in size by many powers of ten. Deterministic.
 */
import { solveLinear } from './linear-solve.ts';

/** Of sum |rows x - targets|^2. Throws RangeError where rows are of unequal length, a number is not finite, or there is no row. */
export function nonNegativeLeastSquares(rows: readonly (readonly number[])[], targets: readonly number[]): number[] {
  const { scales, gram, moments } = normalised(rows, targets);
  const count = scales.length;
  const x = new Array<number>(count).fill(0);
  const isFree = new Array<boolean>(count).fill(false);
  const tolerance = 1e-10 * Math.max(1e-300, ...moments.map(Math.abs));
  const gradientAt = (at: number): number => (moments[at] as number) - x.reduce((sum, value, other) => sum + (gram[at]?.[other] as number) * value, 0);
  for (let round = 0; round < 3 * count + 10; round++) {
    let entering = -1;
    for (let at = 0; at < count; at++) {
      if (!isFree[at] && (scales[at] as number) > 0 && gradientAt(at) > tolerance && (entering < 0 || gradientAt(at) > gradientAt(entering))) entering = at;
    }
    if (entering < 0) break;
    isFree[entering] = true;
    if (!settle({ x, isFree, gram, moments })) isFree[entering] = false;
  }
  return x.map((value, at) => ((scales[at] as number) > 0 ? value / (scales[at] as number) : 0));
}

/** Columns of length 1: sums of squares of bytes and of counts would not stand beside each other otherwise. */
function normalised(rows: readonly (readonly number[])[], targets: readonly number[]): { scales: number[]; gram: number[][]; moments: number[] } {
  const count = rows[0]?.length ?? 0;
  if (count === 0 || rows.length !== targets.length) throw new RangeError('least squares need rows of terms, and a target for each');
  if (rows.some((row) => row.length !== count || !row.every(Number.isFinite)) || !targets.every(Number.isFinite)) throw new RangeError('least squares need rows of one length, of finite numbers');
  const scales = Array.from({ length: count }, (_, at) => Math.hypot(...rows.map((row) => row[at] as number)));
  const unit = rows.map((row) => row.map((value, at) => (scales[at] === 0 ? 0 : value / (scales[at] as number))));
  const gram = scales.map((_, at) => scales.map((__, other) => unit.reduce((sum, row) => sum + (row[at] as number) * (row[other] as number), 0)));
  const moments = scales.map((_, at) => unit.reduce((sum, row, index) => sum + (row[at] as number) * (targets[index] as number), 0));
  return { scales, gram, moments };
}

/** Solves for the free ones; those that would fall below 0 leave, one bound at a time. False: the free ones cannot be told apart. */
function settle({ x, isFree, gram, moments }: { x: number[]; isFree: boolean[]; gram: readonly number[][]; moments: readonly number[] }): boolean {
  for (;;) {
    const free = isFree.flatMap((each, at) => (each ? [at] : []));
    const solved = solveLinear(free.map((at) => free.map((other) => gram[at]?.[other] as number)), free.map((at) => moments[at] as number));
    if (solved === null) return false;
    if (solved.every((value) => value > 0)) {
      x.fill(0);
      for (const [index, at] of free.entries()) x[at] = solved[index] as number;
      return true;
    }
    let step = 1;
    for (const [index, at] of free.entries()) {
      const to = solved[index] as number;
      if (to <= 0) step = Math.min(step, (x[at] as number) / ((x[at] as number) - to || 1));
    }
    for (const [index, at] of free.entries()) {
      x[at] = (x[at] as number) + step * ((solved[index] as number) - (x[at] as number));
      if ((x[at] as number) <= 1e-14) {
        x[at] = 0;
        isFree[at] = false;
      }
    }
    if (!isFree.some(Boolean)) return true;
  }
}
