/**
 * From an experiment's stored runs to its result. Pure. Figures are of complete runs; verdicts compare a variant's run with the baseline's of
 * the same block, leave out blocks in which either does not speak of the target, and are corrected together over all variants and metrics.
 */
import type { Run } from '../../run.ts';
import { median } from '../../statistics/sample.ts';
import { compareTogether, type ComparedRuns } from '../compare-runs.ts';
import type { ComparisonOutcome, RunRefusal } from '../comparison.ts';
import { externalTargetText } from '../../render/header-text.ts';
import { counted, countText, latencyText, rateText, significant } from '../../render/number-text.ts';
import { metricsOf } from '../run-metrics.ts';
import { ownReasons, runRefusals } from '../run-refusals.ts';
import { durabilityOf, type DurabilitySettings } from './durability.ts';
import { EXPERIMENT_RESULT_SCHEMA_VERSION, type ExperimentResult, type PublishedComparison, type SpreadFigure, type ThresholdOutcome, type VariantComparison, type VariantSummary } from './experiment-result.ts';
import { recommendationOf } from './recommendation.ts';

export interface ExperimentInputs extends Pick<ExperimentResult, 'experimentId' | 'experiment' | 'description' | 'startedAt' | 'elapsedSeconds' | 'seed' | 'endedEarly' | 'baseline' | 'notes'> {
  readonly variants: readonly (DurabilitySettings & { readonly name: string })[];
  readonly blocksPlanned: number;
  /** In the order in which they ran, each with its `repeat`. */
  readonly runs: readonly Run[];
  readonly metricIds: readonly string[];
  readonly minDifference: number;
  readonly alpha?: number;
  readonly thresholds: readonly ThresholdOutcome[];
  readonly published: { readonly source: string; readonly figures: Readonly<Record<string, Readonly<Record<string, string>>>> } | undefined;
}

export function runsByVariantOf(variants: readonly { readonly name: string }[], runs: readonly Run[]): Map<string, Run[]> {
  return new Map(variants.map(({ name }) => [name, runs.filter(({ repeat }) => repeat?.variant === name)]));
}

export function experimentResult(inputs: ExperimentInputs): ExperimentResult {
  const { experimentId, experiment, description, startedAt, elapsedSeconds, seed, endedEarly, baseline, thresholds, published, minDifference, alpha = 0.05, blocksPlanned } = inputs;
  const runsByVariant = runsByVariantOf(inputs.variants, inputs.runs);
  const variants = inputs.variants.map((variant) => summaryOf(variant, runsByVariant.get(variant.name) ?? []));
  const { comparisons, notes } = comparisonsOf(runsByVariant, { baseline, metricIds: inputs.metricIds, minDifference, alpha });
  return {
    schemaVersion: EXPERIMENT_RESULT_SCHEMA_VERSION,
    experimentId,
    experiment,
    description,
    startedAt,
    elapsedSeconds,
    seed,
    blocks: { planned: blocksPlanned, complete: completeBlocks(variants, blocksPlanned) },
    endedEarly,
    baseline,
    variants,
    comparisons,
    thresholds,
    recommendation: recommendationOf(variants, runsByVariant, { minDifference, alpha }),
    published: published === undefined ? null : publishedComparison(published, { variants, baseline }),
    notes: [...inputs.notes, ...notes],
  };
}

function summaryOf(variant: DurabilitySettings & { readonly name: string }, runs: readonly Run[]): VariantSummary {
  const complete = runs.filter(({ status }) => status.kind === 'complete');
  const codes = [...new Set(complete.flatMap(({ warnings }) => warnings.map(({ code }) => code)))];
  return {
    name: variant.name,
    target: targetWords(complete),
    runs: runs.map(({ id, status, repeat, verification }) => ({
      runId: id,
      block: repeat?.block ?? 0,
      position: repeat?.position ?? 0,
      status: status.kind,
      reason: status.kind === 'complete' ? null : status.reason,
      isVerified: verification.kind === 'done' ? verification.passed : null,
    })),
    figures: figuresOf(complete),
    durability: durabilityOf(variant),
    warnings: Object.fromEntries(codes.map((code) => [code, complete.filter(({ warnings }) => warnings.some((each) => each.code === code)).length])),
  };
}

function targetWords(runs: readonly Run[]): string | null {
  const words = [...new Set(runs.map(({ configuration: { target }, headroom }) => (target.kind === 'external' ? externalTargetText(target) : `${counted(target.brokerCount, 'embedded broker')} of headroom ${headroom.version}`)))];
  return words.length === 0 ? null : words.join('; ');
}

/** Metrics that every one of the runs has. */
function figuresOf(runs: readonly Run[]): Record<string, SpreadFigure> {
  const figures: Record<string, SpreadFigure> = {};
  if (runs.length === 0) return figures;
  for (const { id, unit, valueOf } of metricsOf(runs)) {
    const values = runs.map((run) => valueOf(run));
    if (!values.every((value) => typeof value === 'number')) continue;
    figures[id] = { unit, median: median(values), min: Math.min(...values), max: Math.max(...values), values };
  }
  return figures;
}

function completeBlocks(variants: readonly VariantSummary[], planned: number): number {
  const blocks = Array.from({ length: planned }, (_, at) => at + 1);
  return blocks.filter((block) => variants.every(({ runs }) => runs.some((run) => run.block === block && run.status === 'complete'))).length;
}

export interface ComparisonCriteria {
  readonly baseline: string;
  readonly metricIds: readonly string[];
  readonly minDifference: number;
  readonly alpha: number;
  readonly resampleCount?: number;
}

export function comparisonsOf(runsByVariant: ReadonlyMap<string, readonly Run[]>, { baseline, metricIds, ...criteria }: ComparisonCriteria): { comparisons: VariantComparison[]; notes: string[] } {
  const baselineRuns = runsByVariant.get(baseline) ?? [];
  const pairs = [...runsByVariant].filter(([variant]) => variant !== baseline).map(([variant, runs]) => ({ variant, runs, ...pairedBlocks(baselineRuns, runs) }));
  const comparable = pairs.filter(({ blocks }) => blocks.length > 0);
  const known = metricIds.filter((id) => comparable.every(({ sides }) => metricsOf([...sides.baseline, ...sides.candidate]).some((metric) => metric.id === id)));
  const outcomes = known.length === 0 ? [] : compareTogether(comparable.map(({ sides }) => sides), { ...criteria, isPaired: true, metricIds: known });
  const comparisons = pairs.map(({ variant, runs, blocks, leftOut }): VariantComparison => {
    const outcome: ComparisonOutcome = outcomes[comparable.findIndex((each) => each.variant === variant)] ?? { kind: 'refused', refusals: refusalsOf(baselineRuns, runs) };
    return { variant, outcome, blocks, leftOut };
  });
  const absent = metricIds.filter((id) => !known.includes(id));
  return { comparisons, notes: absent.length === 0 || pairs.length === 0 ? [] : [`Not every variant has ${absent.join(', ')}: no verdict is given on it.`] };
}

function pairedBlocks(baseline: readonly Run[], candidate: readonly Run[]): Pick<VariantComparison, 'blocks' | 'leftOut'> & { readonly sides: ComparedRuns } {
  const blocks: number[] = [];
  const leftOut: { block: number; reason: string }[] = [];
  const sides = { baseline: [] as Run[], candidate: [] as Run[] };
  for (const block of new Set([...baseline, ...candidate].map(({ repeat }) => repeat?.block ?? 0))) {
    const [before, after] = [baseline, candidate].map((runs) => runs.find(({ repeat }) => repeat?.block === block));
    const reason = reasonAgainst('the baseline', before) ?? reasonAgainst('the variant', after);
    if (reason === undefined && before !== undefined && after !== undefined) {
      blocks.push(block);
      sides.baseline.push(before);
      sides.candidate.push(after);
    } else leftOut.push({ block, reason: reason ?? '' });
  }
  return { blocks, leftOut, sides };
}

function reasonAgainst(side: string, run: Run | undefined): string | undefined {
  if (run === undefined) return `${side} has no run`;
  const [first] = ownReasons(run);
  return first === undefined ? undefined : `${side}: ${first.reason}`;
}

function refusalsOf(baseline: readonly Run[], candidate: readonly Run[]): RunRefusal[] {
  return runRefusals({ baseline, candidate });
}

function publishedComparison(
  { source, figures }: NonNullable<ExperimentInputs['published']>,
  { variants, baseline }: { variants: readonly VariantSummary[]; baseline: string },
): PublishedComparison {
  const figureOf = (variant: string, metric: string): SpreadFigure | undefined => variants.find(({ name }) => name === variant)?.figures[metric];
  const rows = Object.entries(figures).flatMap(([variant, published]) =>
    Object.entries(published).map(([metric, text]) => {
      const own = figureOf(variant, metric);
      const base = figureOf(baseline, metric);
      // `0.35 x` is of the baseline's.
      if (!/x\b/.test(text)) return { variant, metric, published: text, measured: own === undefined ? null : figureText(own.median, own.unit) };
      return { variant, metric, published: text, measured: own === undefined || base === undefined ? null : `${(own.median / base.median).toFixed(2)} x` };
    }),
  );
  return { source, rows };
}

export function figureText(value: number, unit: SpreadFigure['unit']): string {
  switch (unit) {
    case 'us':
      return latencyText(value);
    case 'records/s':
      return `${rateText(value)}/s`;
    case 'bytes/record':
      return `${significant(value)} B`;
    case 'CPU s/M records':
      return `${significant(value)} s/M`;
    case 'records':
      return countText(value);
    case 'ratio':
      return significant(value);
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
  }
}
