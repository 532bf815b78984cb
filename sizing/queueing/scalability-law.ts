/** The Universal Scalability Law (Gunther 1993): throughput against concurrency or nodes, with contention and coherency. Evaluates; fitting is in `scalability-fit.ts`. */

export interface ScalabilityLaw {
  /** Throughput of one, lambda or gamma. */
  readonly single: number;
  /** alpha or sigma, 0 to 1: what is serial. */
  readonly contention: number;
  /** beta or kappa, from 0: what grows with every pair. */
  readonly coherency: number;
}

/** X(N) = gN / (1 + a(N-1) + bN(N-1)). */
export function throughputAt({ single, contention, coherency }: ScalabilityLaw, n: number): number {
  return (single * n) / (1 + contention * (n - 1) + coherency * n * (n - 1));
}

/** R(N) = N / X(N): mean response with N at work, in the time unit of the throughput. */
export function responseAt(law: ScalabilityLaw, n: number): number {
  return (1 + law.contention * (n - 1) + law.coherency * n * (n - 1)) / law.single;
}

export interface ScalabilityPeak {
  /** sqrt((1 - a) / b), not rounded; Infinity without coherency. */
  readonly at: number;
  readonly throughput: number;
}

/** Where more no longer helps. Without coherency the peak is the limit, at Infinity. */
export function peakOf(law: ScalabilityLaw): ScalabilityPeak {
  const at = Math.sqrt((1 - law.contention) / law.coherency);
  return { at, throughput: Number.isFinite(at) ? throughputAt(law, at) : limitOf(law) };
}

/** The whole number with the most throughput: usl4j's N max rounds down. */
export function peakConcurrency(law: ScalabilityLaw): number {
  return Math.floor(peakOf(law).at);
}

/** g / a: what contention alone would allow (Amdahl's asymptote). */
export function limitOf({ single, contention }: ScalabilityLaw): number {
  return single / contention;
}

/** 1 / a: where the linear bound meets the limit, and what is got there. */
export function optimumOf(law: ScalabilityLaw): ScalabilityPeak {
  const at = 1 / law.contention;
  return { at, throughput: Number.isFinite(at) ? throughputAt(law, at) : Number.POSITIVE_INFINITY };
}
