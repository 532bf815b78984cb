/**
 * Compares two sets of stored runs. Pure: the same runs and options give the same comparison. The sample is the run: quantiles come from each
 * run's own histogram and are never averaged or pooled, and windows within a run are not taken for repeats. Runs that failed or whose
 * warnings say that they did not measure the target are refused.
 */
import type { Run } from '../run.ts';
import { holmCorrected } from '../statistics/holm.ts';
import { median } from '../statistics/sample.ts';
import { cautionsOf } from './cautions.ts';
import { COMPARISON_SCHEMA_VERSION, type ComparedSide, type Comparison, type ComparisonCriteria, type ComparisonOutcome, type MetricComparison } from './comparison.ts';
import { metricStatistics, type MetricStatistics, type MetricValues } from './metric-comparison.ts';
import { propertyDifferences } from './property-differences.ts';
import { metricsOf } from './run-metrics.ts';
import type { RunMetric } from './run-metric.ts';
import { runRefusals } from './run-refusals.ts';
import { verdictOf } from './verdict.ts';

export interface CompareOptions {
  /** Default 0.05. */
  readonly alpha?: number;
  /** The smallest difference that matters, as a share; default 0.05. */
  readonly minDifference?: number;
  /** Run n of one side was measured beside run n of the other; default false. */
  readonly isPaired?: boolean;
  /** Ids to compare, fixed before looking: fewer tests need fewer runs. Default: all. */
  readonly metricIds?: readonly string[];
  /** Compare also what is refused, where that can be allowed. */
  readonly allowsInvalid?: boolean;
  /** Default 5000. */
  readonly resampleCount?: number;
  /** Of the resampling, default 1. */
  readonly seed?: number;
}

/**
 * Throws RangeError: a side without a run, an option out of range, an unknown metric, pairs of sides of different length.
 */
export function compareRuns(baseline: readonly Run[], candidate: readonly Run[], options: CompareOptions = {}): ComparisonOutcome {
  return compareTogether([{ baseline, candidate }], options)[0] as ComparisonOutcome;
}

/** The same for several comparisons that are read together: Holm's correction goes over all of their tests. Refused ones count for nothing. */
export function compareTogether(sides: readonly ComparedRuns[], options: CompareOptions = {}): ComparisonOutcome[] {
  const { alpha = 0.05, minDifference = 0.05, isPaired = false, resampleCount = 5000, seed = 1 } = options;
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha lies between 0 and 1, not at ${alpha}`);
  if (!(minDifference >= 0 && Number.isFinite(minDifference))) throw new RangeError(`the smallest difference is a share from 0, not ${minDifference}`);
  const prepared = sides.map((each) => prepare(each, { ...options, alpha, resampleCount, seed, isPaired }));
  const statistics = prepared.flatMap((each) => (each.kind === 'measured' ? each.statistics : []));
  const criteria = { alpha, minDifference, resampleCount, seed, testCount: statistics.filter(({ isConstant }) => !isConstant).length };
  const corrected = correctedPValues(statistics);
  return prepared.map((each): ComparisonOutcome => {
    if (each.kind === 'refused') return each;
    return { kind: 'compared', comparison: comparisonOf(each, { criteria, isPaired, corrected: corrected.splice(0, each.statistics.length) }) };
  });
}

export interface ComparedRuns {
  readonly baseline: readonly Run[];
  readonly candidate: readonly Run[];
}

interface MeasuredSides extends ComparedRuns, Measurements {
  readonly kind: 'measured';
  readonly statistics: readonly MetricStatistics[];
}

type PrepareOptions = CompareOptions & Required<Pick<CompareOptions, 'alpha' | 'resampleCount' | 'seed' | 'isPaired'>>;

function prepare({ baseline, candidate }: ComparedRuns, options: PrepareOptions): Extract<ComparisonOutcome, { kind: 'refused' }> | MeasuredSides {
  const { isPaired, metricIds, allowsInvalid = false } = options;
  if (baseline.length === 0 || candidate.length === 0) throw new RangeError('each side needs a run');
  if (isPaired && baseline.length !== candidate.length) throw new RangeError(`pairs need as many baseline as candidate runs, not ${baseline.length} and ${candidate.length}`);
  const refusals = runRefusals({ baseline, candidate }).filter(({ canBeAllowed }) => !canBeAllowed || !allowsInvalid);
  if (refusals.length > 0) return { kind: 'refused', refusals };
  const { measured, notCompared } = measure(chosenMetrics([...baseline, ...candidate], metricIds), { baseline, candidate });
  return { kind: 'measured', baseline, candidate, measured, notCompared, statistics: measured.map(({ values }) => metricStatistics(values, options)) };
}

function comparisonOf(sides: MeasuredSides, { criteria, isPaired, corrected }: { criteria: ComparisonCriteria; isPaired: boolean; corrected: readonly number[] }): Comparison {
  const { baseline, candidate, measured, notCompared, statistics } = sides;
  const metrics = measured.map(({ metric, values }, at): MetricComparison => {
    const { ratio, interval, pValue, logDeviation } = statistics[at] as MetricStatistics;
    const { id, label, unit, betterWhen } = metric;
    const pValueCorrected = corrected[at] as number;
    const runCount = Math.min(values.baseline.length, values.candidate.length);
    const verdict = verdictOf({ runCount, isPaired, ratio, interval, pValueCorrected, logDeviation, betterWhen, ...criteria });
    return { id, label, unit, betterWhen, baseline: withMedian(values.baseline), candidate: withMedian(values.candidate), ratio, interval, pValue, pValueCorrected, verdict };
  });
  const differences = propertyDifferences({ baseline, candidate });
  return {
    schemaVersion: COMPARISON_SCHEMA_VERSION,
    baseline: sideOf(baseline),
    candidate: sideOf(candidate),
    isPaired,
    criteria,
    configurationDifferences: differences.configuration,
    environmentDifferences: differences.environment,
    cautions: cautionsOf({ baseline, candidate, isPaired, differences, metrics }),
    metrics,
    notCompared,
  };
}

function chosenMetrics(runs: readonly Run[], metricIds: readonly string[] | undefined): RunMetric[] {
  const all = metricsOf(runs);
  const unknown = metricIds?.find((id) => !all.some((metric) => metric.id === id));
  if (unknown !== undefined) throw new RangeError(`no metric is called "${unknown}"; there are ${all.map(({ id }) => id).join(', ')}`);
  return all.filter(({ id, isOnRequest }) => (metricIds === undefined ? isOnRequest !== true : metricIds.includes(id)));
}

interface Measurements {
  readonly measured: readonly { readonly metric: RunMetric; readonly values: MetricValues }[];
  readonly notCompared: readonly { readonly metric: string; readonly reason: string }[];
}

/** A metric that one run lacks is left out as a whole: the runs that have it are no fair sample. */
function measure(metrics: readonly RunMetric[], { baseline, candidate }: { baseline: readonly Run[]; candidate: readonly Run[] }): Measurements {
  const measured: { metric: RunMetric; values: MetricValues }[] = [];
  const notCompared: { metric: string; reason: string }[] = [];
  for (const metric of metrics) {
    const before = valuesOf(metric, baseline);
    const after = valuesOf(metric, candidate);
    const reason = before.reason ?? after.reason;
    if (reason === undefined) measured.push({ metric, values: { baseline: before.values, candidate: after.values } });
    else notCompared.push({ metric: metric.id, reason });
  }
  return { measured, notCompared };
}

function valuesOf(metric: RunMetric, runs: readonly Run[]): { values: number[]; reason: string | undefined } {
  const values: number[] = [];
  for (const run of runs) {
    const value = metric.valueOf(run);
    if (typeof value !== 'number') return { values, reason: `run ${run.id} ${value.missing}` };
    if (!(value > 0 && Number.isFinite(value))) return { values, reason: `run ${run.id} has ${value}, which has no ratio` };
    values.push(value);
  }
  return { values, reason: undefined };
}

/** Of the metrics that hold something to test; 1 for the others. */
function correctedPValues(statistics: readonly MetricStatistics[]): number[] {
  const tested = statistics.flatMap(({ isConstant }, at) => (isConstant ? [] : [at]));
  const corrected = holmCorrected(tested.map((at) => (statistics[at] as MetricStatistics).pValue));
  return statistics.map((_, at) => corrected[tested.indexOf(at)] ?? 1);
}

function withMedian(values: readonly number[]): { values: readonly number[]; median: number } {
  return { values, median: median(values) };
}

function sideOf(runs: readonly Run[]): ComparedSide {
  return { runIds: runs.map(({ id }) => id), names: [...new Set(runs.map(({ configuration }) => configuration.name))] };
}
