/**
 * How many blocks an experiment needs for its verdicts, from the noise of those that are done: of each metric of each variant against the
 * baseline, the noisiest decides. The differences themselves are not looked at.
 */
import type { Run } from '../../run.ts';
import { pairsToDetect } from '../../statistics/repeats.ts';
import { standardDeviation } from '../../statistics/sample.ts';
import { comparisonsOf, runsByVariantOf, type ComparisonCriteria } from './experiment-summary.ts';

export interface BlocksQuestion extends ComparisonCriteria {
  readonly variants: readonly { readonly name: string }[];
  /** The change that is to be found, as a share. */
  readonly detect: number;
}

export interface BlocksWanted {
  readonly blocks: number;
  /** The comparison that asks for most; null when none has two pairs to tell noise from. */
  readonly decidedBy: { readonly variant: string; readonly metricId: string; readonly deviation: number } | null;
}

export function blocksWanted(runs: readonly Run[], question: BlocksQuestion): BlocksWanted {
  // Intervals are not looked at.
  const { comparisons } = comparisonsOf(runsByVariantOf(question.variants, runs), { ...question, resampleCount: 1 });
  const compared = comparisons.flatMap(({ variant, outcome }) => (outcome.kind === 'compared' ? outcome.comparison.metrics.map((metric) => ({ variant, metric })) : []));
  const testCount = compared.length;
  let wanted: BlocksWanted = { blocks: 0, decidedBy: null };
  for (const { variant, metric } of compared) {
    const logRatios = metric.candidate.values.map((after, at) => Math.log(after / (metric.baseline.values[at] as number)));
    if (logRatios.length < 2) continue;
    const blocks = pairsToDetect({ logRatios, testCount, ...question });
    if (blocks > wanted.blocks) wanted = { blocks, decidedBy: { variant, metricId: metric.id, deviation: standardDeviation(logRatios) } };
  }
  return wanted;
}
