/**
 * The Universal Scalability Law fitted to measurements by least squares (Levenberg 1944, Marquardt 1963) with contention and coherency kept in
 * 0 to 1. Deterministic. Six points or more are wanted, three are needed; an interval belongs beside every fit: `scalability-intervals.ts`.
 */
import type { ScalabilityLaw } from './scalability-law.ts';
import { throughputAt } from './scalability-law.ts';
import { invert3, type Matrix3, solve3, type Vector3 } from './matrix3.ts';

export interface LoadPoint {
  /** Nodes, threads or connections: from 1. */
  readonly n: number;
  /** Above 0. */
  readonly throughput: number;
}

export interface ScalabilityFit {
  readonly law: ScalabilityLaw;
  /** Of single, contention and coherency; null where there are no degrees of freedom left or a bound holds the parameter. */
  readonly standardErrors: ScalabilityLaw | null;
  /** sqrt(sum of squares / (points - 3)); null without degrees of freedom. */
  readonly residualStandardError: number | null;
  readonly residuals: readonly number[];
  readonly iterations: number;
}

/** Where the search begins; a start near the result saves iterations. Default: the largest throughput / n, 0.01, 0.0001. */
export interface FitOptions {
  readonly start?: ScalabilityLaw;
}

const ITERATIONS_MAX = 500;
const PRECISION = 1e-12;

/** Throws RangeError for fewer than 3 points, 3 different n, or a point that is not positive. */
export function fitScalability(points: readonly LoadPoint[], options: FitOptions = {}): ScalabilityFit {
  assertPoints(points);
  const scale = Math.max(...points.map(({ n, throughput }) => throughput / n));
  // With throughput in multiples of its scale all three parameters are of size 1 or below.
  const scaled = points.map(({ n, throughput }) => ({ n, throughput: throughput / scale }));
  const start: Vector3 = options.start === undefined ? [1, 0.01, 0.0001] : [options.start.single / scale, options.start.contention, options.start.coherency];
  const { parameters, iterations } = minimize(scaled, start);
  const law: ScalabilityLaw = { single: parameters[0] * scale, contention: parameters[1], coherency: parameters[2] };
  const residuals = points.map(({ n, throughput }) => throughput - throughputAt(law, n));
  const degrees = points.length - 3;
  const residualStandardError = degrees > 0 ? Math.sqrt(sumOfSquares(residuals) / degrees) : null;
  return { law, residuals, residualStandardError, standardErrors: residualStandardError === null ? null : standardErrorsOf(scaled, parameters, { residual: residualStandardError / scale, scale }), iterations };
}

function minimize(points: readonly LoadPoint[], start: Vector3): { parameters: Vector3; iterations: number } {
  let parameters = bounded(start);
  let loss = lossOf(points, parameters);
  let damping = 1e-3;
  let iterations = 0;
  while (iterations < ITERATIONS_MAX && damping < 1e16) {
    iterations++;
    const { curvature, gradient } = normalEquations(points, parameters);
    const step = solve3(damped(curvature, damping), gradient);
    const next = step === null ? null : bounded([parameters[0] + step[0], parameters[1] + step[1], parameters[2] + step[2]]);
    const nextLoss = next === null ? Number.POSITIVE_INFINITY : lossOf(points, next);
    if (next === null || !(nextLoss <= loss)) {
      damping *= 4;
      continue;
    }
    const isSettled = next.every((value, at) => Math.abs(value - (parameters[at] as number)) <= PRECISION * (Math.abs(value) + PRECISION));
    parameters = next;
    loss = nextLoss;
    damping = Math.max(1e-15, damping / 8);
    if (isSettled) break;
  }
  return { parameters, iterations };
}

function normalEquations(points: readonly LoadPoint[], parameters: Vector3): { curvature: Matrix3; gradient: Vector3 } {
  const curvature: Matrix3 = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
  const gradient: Vector3 = [0, 0, 0];
  for (const { n, throughput } of points) {
    const slopes = slopesAt(parameters, n);
    const residual = throughput - valueAt(parameters, n);
    for (const row of [0, 1, 2] as const) {
      gradient[row] += slopes[row] * residual;
      for (const column of [0, 1, 2] as const) curvature[row][column] += slopes[row] * slopes[column];
    }
  }
  // A parameter at its bound that would leave it stays where it is.
  for (const at of [1, 2] as const) {
    if ((parameters[at] <= 0 && gradient[at] < 0) || (parameters[at] >= 1 && gradient[at] > 0)) {
      for (const other of [0, 1, 2] as const) curvature[at][other] = curvature[other][at] = 0;
      curvature[at][at] = 1;
      gradient[at] = 0;
    }
  }
  return { curvature, gradient };
}

function damped(curvature: Matrix3, damping: number): Matrix3 {
  return curvature.map((row, at) => row.map((value, column) => (at === column ? value * (1 + damping) + 1e-300 : value))) as Matrix3;
}

/** Derivatives of X(N) by g, a and b. */
function slopesAt([g, a, b]: Vector3, n: number): Vector3 {
  const below = 1 + a * (n - 1) + b * n * (n - 1);
  return [n / below, (-g * n * (n - 1)) / below ** 2, (-g * n * n * (n - 1)) / below ** 2];
}

function valueAt([g, a, b]: Vector3, n: number): number {
  return throughputAt({ single: g, contention: a, coherency: b }, n);
}

function lossOf(points: readonly LoadPoint[], parameters: Vector3): number {
  return sumOfSquares(points.map(({ n, throughput }) => throughput - valueAt(parameters, n)));
}

function bounded([g, a, b]: Vector3): Vector3 {
  return [Math.max(g, 1e-9), Math.min(1, Math.max(0, a)), Math.min(1, Math.max(0, b))];
}

/** Of the linearised model. */
function standardErrorsOf(points: readonly LoadPoint[], parameters: Vector3, { residual, scale }: { residual: number; scale: number }): ScalabilityLaw | null {
  const isAtBound = [1, 2].some((at) => (parameters[at] as number) <= 0 || (parameters[at] as number) >= 1);
  const inverse = isAtBound ? null : invert3(normalEquations(points, parameters).curvature);
  if (inverse === null) return null;
  const [single, contention, coherency] = ([0, 1, 2] as const).map((at) => residual * Math.sqrt(inverse[at][at])) as [number, number, number];
  return { single: single * scale, contention, coherency };
}

function sumOfSquares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function assertPoints(points: readonly LoadPoint[]): void {
  if (new Set(points.map(({ n }) => n)).size < 3) throw new RangeError('a fit of three parameters needs measurements at 3 different n or more');
  const bad = points.find(({ n, throughput }) => !(n >= 1 && throughput > 0 && Number.isFinite(n) && Number.isFinite(throughput)));
  if (bad !== undefined) throw new RangeError(`n from 1 and a throughput above 0 are needed, not ${bad.n} and ${bad.throughput}`);
}
