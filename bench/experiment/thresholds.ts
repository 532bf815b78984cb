/**
 * What every variant must hold, in k6's manner: `publish.p99: "< 50ms"`, `throughput.acknowledged: ">= 0.995 * offered"`. The grammar is
 * `<|<=|>|>=|== [factor *] quantity|offered|baseline`. A figure is the median over the variant's runs; for counts of lost, duplicated,
 * reordered and failed records it is the worst of them, and a run that was not verified does not hold.
 */
import type { ThresholdOutcome } from '../../results/compare/experiment/experiment-result.ts';
import type { MetricUnit } from '../../results/compare/comparison.ts';
import { faultMetrics } from '../../results/compare/fault-metrics.ts';
import { metricsOf } from '../../results/compare/run-metrics.ts';
import type { Run } from '../../results/run.ts';
import { median } from '../../results/statistics/sample.ts';
import { durationSeconds, ratePerSecond, shareOf, sizeBytes } from './file/quantities.ts';

export interface Threshold {
  readonly metric: string;
  /** As it was written. */
  readonly expression: string;
  readonly operator: Operator;
  readonly factor: number;
  /** In the metric's unit: microseconds, records/s, bytes, CPU seconds a million records, records. */
  readonly operand: number | 'offered' | 'baseline';
}

const OPERATORS = ['<=', '>=', '==', '<', '>'] as const;
type Operator = (typeof OPERATORS)[number];

const COUNTS = ['records.lost', 'records.duplicated', 'records.reordered', 'records.failed'] as const;
type CountMetric = (typeof COUNTS)[number];

/** The metrics that runs of these groups have. */
export function metricIds(groupNames: readonly string[]): string[] {
  return [...metricsOf([]).map(({ id }) => id), ...groupNames.flatMap((group) => [`endToEnd.${group}.p50`, `endToEnd.${group}.p99`]), ...faultMetrics(groupNames).map(({ id }) => id)];
}

export function thresholdMetricIds(groupNames: readonly string[]): string[] {
  return [...metricIds(groupNames), ...COUNTS];
}

/** Throws RangeError or UnitError with what would be understood. `metric` is one of thresholdMetricIds. */
export function parseThreshold(metric: string, expression: string): Threshold {
  const text = expression.trim();
  const operator = OPERATORS.find((each) => text.startsWith(each));
  if (operator === undefined) throw new RangeError(`"${expression}" begins with none of ${OPERATORS.join(' ')}: write it as "< 50ms"`);
  const match = /^(?:(\d+(?:\.\d+)?)\s*\*\s*)?(.+)$/.exec(text.slice(operator.length).trim());
  if (match === null) throw new RangeError(`"${expression}" compares with nothing: write it as "< 50ms"`);
  const [, factor, operand = ''] = match;
  if (operand === 'offered' && !metric.startsWith('throughput.')) throw new RangeError('only throughput can be held against what was offered');
  const value = operand === 'offered' || operand === 'baseline' ? operand : quantityOf(metric, operand);
  return { metric, expression: text, operator, factor: factor === undefined ? 1 : Number(factor), operand: value };
}

function quantityOf(metric: string, text: string): number {
  switch (unitOf(metric)) {
    case 'us':
      return durationSeconds(text) * 1e6;
    case 'records/s':
      return ratePerSecond(text);
    case 'bytes/record':
      return sizeBytes(text);
    case 'share':
      return shareOf(text);
    case 'CPU s/M records':
    case 'ratio':
    case 'records': {
      const match = /^(\d+(?:\.\d+)?)\s*(?:s|records)?$/.exec(text);
      if (match === null) throw new RangeError(`"${text}" is no number`);
      return Number(match[1]);
    }
  }
}

function unitOf(metric: string): MetricUnit {
  if (metric.startsWith('records.')) return 'records';
  if (metric.startsWith('endToEnd.')) return 'us';
  const group = /^group\.(.+)\.[^.]+$/.exec(metric)?.[1];
  const known = [...metricsOf([]), ...faultMetrics(group === undefined ? [] : [group])];
  return known.find(({ id }) => id === metric)?.unit ?? 'records';
}

/** For each threshold and variant, in this order. */
export function thresholdOutcomes(thresholds: readonly Threshold[], runsByVariant: ReadonlyMap<string, readonly Run[]>, baseline: string): ThresholdOutcome[] {
  return thresholds.flatMap((threshold) =>
    [...runsByVariant].map(([variant, runs]): ThresholdOutcome => {
      const { metric, expression } = threshold;
      const value = valueOf(metric, runs);
      const limit = limitOf(threshold, runs, runsByVariant.get(baseline) ?? []);
      const passed = value !== null && limit !== null && holds(value, threshold.operator, limit);
      return { variant, metric, expression, unit: unitOf(metric), value, limit, passed };
    }),
  );
}

/** Null when one of the runs does not have it, or there is no run. */
function valueOf(metric: string, runs: readonly Run[]): number | null {
  if (runs.length === 0) return null;
  if ((COUNTS as readonly string[]).includes(metric)) return countOf(metric as CountMetric, runs);
  const description = metricsOf(runs).find(({ id }) => id === metric);
  const values = runs.map((run) => description?.valueOf(run));
  return values.every((value) => typeof value === 'number') ? median(values as number[]) : null;
}

function countOf(metric: CountMetric, runs: readonly Run[]): number | null {
  const counts = runs.map(({ verification, measured }) => {
    if (metric === 'records.failed') return measured.throughput.total.failedRecords;
    if (verification.kind !== 'done') return null;
    return { 'records.lost': verification.lostRecords, 'records.duplicated': verification.duplicatedRecords, 'records.reordered': verification.reorderedRecords }[metric];
  });
  return counts.includes(null) ? null : Math.max(...(counts as number[]));
}

function limitOf({ metric, factor, operand }: Threshold, runs: readonly Run[], baselineRuns: readonly Run[]): number | null {
  if (typeof operand === 'number') return factor * operand;
  if (operand === 'baseline') {
    const value = valueOf(metric, baselineRuns);
    return value === null ? null : factor * value;
  }
  const offered = runs.map(({ measured }) => measured.throughput.offeredPerSecond);
  return offered.length === 0 || offered.includes(null) ? null : factor * median(offered as number[]);
}

function holds(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '==':
      return value === limit;
  }
}
