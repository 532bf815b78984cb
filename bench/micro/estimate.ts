/** A mean over few rounds with its 95 % interval, arithmetic for times and geometric for ratios. */

/** Null after one round: nothing is known about the spread. */
export interface Estimate {
  readonly mean: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/** Two-sided 95 % quantiles of Student's t by degrees of freedom, from 1. */
const STUDENT_T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093];

export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, interval: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const margin = (STUDENT_T_95[Math.min(count - 1, STUDENT_T_95.length) - 1] as number) * Math.sqrt(variance / count);
  return { mean, interval: { low: mean - margin, high: mean + margin } };
}

/** For ratios: twice and half as fast cancel out, and no bound falls below zero. */
export function geometricEstimate(ratios: readonly number[]): Estimate {
  const { mean, interval } = estimate(ratios.map(Math.log));
  return { mean: Math.exp(mean), interval: interval === null ? null : { low: Math.exp(interval.low), high: Math.exp(interval.high) } };
}
