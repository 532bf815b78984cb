/** The study of predictions as plain data: what a model fitted to calibration runs said of configurations that it had not seen, and what they then measured. */

export interface SizingStudyResult {
  readonly kind: 'sizingStudy';
  readonly schemaVersion: 2;
  readonly startedAt: string;
  readonly commandLine: readonly string[];
  readonly host: { readonly cpuModel: string; readonly coreCount: number; readonly kernel: string };
  readonly calibration: { readonly runIds: readonly string[]; readonly rateError: number; readonly latencyError: number | null };
  readonly loadShare: number;
  readonly rows: readonly SizingStudyRow[];
  readonly endedEarly: string | null;
}

export interface SizingStudyRow {
  readonly name: string;
  readonly wireBytesPerRecord: PredictionOutcome | null;
  readonly maximumPerSecond: PredictionOutcome | null;
  /** At `loadShare` of the measured maximum. */
  readonly p99Seconds: PredictionOutcome | null;
}

export interface PredictionOutcome {
  readonly predicted: number;
  readonly low: number;
  readonly high: number;
  /** Median of the runs. */
  readonly measured: number;
  readonly runIds: readonly string[];
}

/** |predicted / measured - 1| within these. */
export const RATE_TARGET = 0.15;
export const LATENCY_TARGET = 0.35;
export const COVERAGE_TARGET = 0.85;

export interface PredictionSummary {
  readonly count: number;
  readonly withinTarget: number;
  readonly covered: number;
  readonly medianError: number;
  readonly worst: string;
}

/** predicted / measured - 1: above 0 the model promised too much. */
export function residual({ predicted, measured }: PredictionOutcome): number {
  return predicted / measured - 1;
}

export function isCovered({ low, high, measured }: PredictionOutcome): boolean {
  return low <= measured && measured <= high;
}

/** Null without a row that has it. */
export function summaryOf(rows: readonly SizingStudyRow[], of: 'maximumPerSecond' | 'p99Seconds', target: number): PredictionSummary | null {
  const found = rows.flatMap(({ name, [of]: outcome }) => (outcome === null ? [] : [{ name, outcome, error: Math.abs(residual(outcome)) }])).toSorted((a, b) => a.error - b.error);
  const [worst] = found.slice(-1);
  if (worst === undefined) return null;
  const middle = found.length >> 1;
  const errorAt = (at: number): number => found[at]?.error ?? 0;
  return {
    count: found.length,
    withinTarget: found.filter(({ error }) => error <= target).length,
    covered: found.filter(({ outcome }) => isCovered(outcome)).length,
    medianError: found.length % 2 === 1 ? errorAt(middle) : (errorAt(middle - 1) + errorAt(middle)) / 2,
    worst: worst.name,
  };
}
