/**
 * Where a rising curve turns up: the knee by Satopaa, Albrecht, Irwin and Raghavan 2011 (Kneedle), offline and without its sensitivity: the
 * point farthest below the chord from the first to the last, after both axes are scaled to 0..1. Measured points are made to rise first
 * (isotonic regression, pool adjacent violators), so that one quiet run does not make a knee.
 */

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** Too flat to turn: less than this share of the square below the chord. */
const DEPTH_MIN = 0.1;

/** Undefined for fewer than four different x, or a curve without a knee. The point is one of `points`' x with the risen y. */
export function kneeOf(points: readonly CurvePoint[]): CurvePoint | undefined {
  const curve = risingCurve(points);
  const [first, last] = [curve[0], curve.at(-1)];
  if (curve.length < 4 || first === undefined || last === undefined || last.y <= first.y) return undefined;
  let best: { depth: number; point: CurvePoint } | undefined;
  for (const point of curve.slice(1, -1)) {
    const depth = (point.x - first.x) / (last.x - first.x) - (point.y - first.y) / (last.y - first.y);
    if (depth >= DEPTH_MIN && (best === undefined || depth > best.depth)) best = { depth, point };
  }
  return best?.point;
}

/** The nearest curve that never falls, by least squares; points of one x are first averaged. Ascending in x. */
export function risingCurve(points: readonly CurvePoint[]): CurvePoint[] {
  const pools: { xs: number[]; sum: number; count: number }[] = [];
  for (const [x, ys] of [...Map.groupBy(points, (point) => point.x)].toSorted(([a], [b]) => a - b)) {
    pools.push({ xs: [x], sum: ys.reduce((sum, { y }) => sum + y, 0), count: ys.length });
    for (;;) {
      const [before, latest] = [pools.at(-2), pools.at(-1)];
      if (before === undefined || latest === undefined || before.sum / before.count <= latest.sum / latest.count) break;
      pools.splice(-2, 2, { xs: [...before.xs, ...latest.xs], sum: before.sum + latest.sum, count: before.count + latest.count });
    }
  }
  return pools.flatMap(({ xs, sum, count }) => xs.map((x) => ({ x, y: sum / count })));
}
