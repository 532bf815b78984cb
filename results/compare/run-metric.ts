/** A figure of a run that is compared, held against thresholds and shown. */
import type { Run } from '../run.ts';
import type { MetricDescription } from './comparison.ts';

export interface RunMetric extends MetricDescription {
  /** Left out unless it is named. */
  readonly isOnRequest?: boolean;
  /** The number (0 has no ratio, and is not compared), or the reason why there is none. */
  valueOf(run: Run): number | { readonly missing: string };
}
