/**
 * How far the comparison may be trusted, from runs in blocks: each block holds one configuration twice and once more with a target that is
 * slower by a known share. The first two must not be called different more often than alpha says; the third must be found. Live: every
 * comparison has blocks of its own, in the order in which they ran. Resampled: blocks are drawn anew, and which of the two alike runs counts
 * as the baseline is tossed. Pure.
 */
import { compareRuns } from '../compare/compare-runs.ts';
import type { Comparison, Verdict } from '../compare/comparison.ts';
import type { Run } from '../run.ts';
import { wilsonInterval } from '../statistics/proportion.ts';
import { geometricMean, standardDeviation } from '../statistics/sample.ts';
import { SeededRandom } from '../statistics/seeded-random.ts';
import type { CalledShare, StudiedMetric } from './study-result.ts';

export interface StudyBlock {
  readonly same: readonly [Run, Run];
  readonly slower: Run;
}

export interface StudyOptions {
  readonly metricIds: readonly string[];
  readonly blocksPerComparison: number;
  readonly resampledCount: number;
  readonly alpha: number;
  readonly minDifference: number;
  readonly seed: number;
}

type Pair = readonly [baseline: Run, candidate: Run];

/** One entry a metric, each judged as if it had been chosen alone. Throws RangeError when the blocks do not make one comparison. */
export function studiedMetrics(blocks: readonly StudyBlock[], options: StudyOptions): StudiedMetric[] {
  const { blocksPerComparison, resampledCount, seed } = options;
  if (blocks.length < blocksPerComparison) throw new RangeError(`${blocks.length} blocks make no comparison of ${blocksPerComparison}`);
  const live = inOrder(blocks, blocksPerComparison);
  const random = new SeededRandom(seed);
  const drawn = Array.from({ length: resampledCount }, () => draw(blocks, blocksPerComparison, random));
  const tossed = drawn.map((each) => each.map(({ same: [first, second] }): Pair => (random.float() < 0.5 ? [first, second] : [second, first])));
  const same = (each: readonly StudyBlock[]): Pair[] => each.map(({ same: pair }) => pair);
  const slower = (each: readonly StudyBlock[]): Pair[] => each.map(({ same: [first], slower: candidate }) => [first, candidate]);
  return options.metricIds.map((metricId): StudiedMetric => {
    const judge = (pairs: readonly Pair[]): Verdict['kind'] => verdictOn(pairs, metricId, options);
    return {
      metricId,
      noise: noiseOf(blocks.map(({ same: pair }) => pair), metricId, options),
      slowdown: changeOf(slower(blocks), metricId, options),
      falseAlarms: { live: called(live.map((each) => judge(same(each)))), resampled: called(tossed.map(judge)) },
      found: { live: worse(live.map((each) => judge(slower(each)))), resampled: worse(drawn.map((each) => judge(slower(each)))) },
    };
  });
}

function inOrder(blocks: readonly StudyBlock[], length: number): StudyBlock[][] {
  return Array.from({ length: Math.floor(blocks.length / length) }, (_, at) => blocks.slice(at * length, (at + 1) * length));
}

/** Without replacement, as a fresh experiment would hold each block once. */
function draw(blocks: readonly StudyBlock[], count: number, random: SeededRandom): StudyBlock[] {
  const left = [...blocks];
  return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0] as StudyBlock);
}

function comparisonOf(pairs: readonly Pair[], metricId: string, { alpha, minDifference }: StudyOptions): Comparison {
  const outcome = compareRuns(
    pairs.map(([baseline]) => baseline),
    pairs.map(([, candidate]) => candidate),
    { isPaired: true, metricIds: [metricId], alpha, minDifference, allowsInvalid: true, resampleCount: 1000 },
  );
  if (outcome.kind === 'refused') throw new RangeError(`the study's runs cannot be compared: ${outcome.refusals.map(({ reason }) => reason).join('; ')}`);
  return outcome.comparison;
}

function verdictOn(pairs: readonly Pair[], metricId: string, options: StudyOptions): Verdict['kind'] {
  return comparisonOf(pairs, metricId, options).metrics[0]?.verdict.kind ?? 'undecided';
}

/** Standard deviation of the logarithm of the ratio within a pair of alike runs. */
function noiseOf(pairs: readonly Pair[], metricId: string, options: StudyOptions): number {
  return standardDeviation(ratiosOf(pairs, metricId, options).map(Math.log));
}

/** Ratio of the slower run to its block's first, the geometric mean over all blocks. */
function changeOf(pairs: readonly Pair[], metricId: string, options: StudyOptions): number {
  return geometricMean(ratiosOf(pairs, metricId, options));
}

function ratiosOf(pairs: readonly Pair[], metricId: string, options: StudyOptions): number[] {
  const metric = comparisonOf(pairs, metricId, options).metrics[0];
  if (metric === undefined) throw new RangeError(`the study's runs have no ${metricId}`);
  return metric.baseline.values.map((before, at) => (metric.candidate.values[at] as number) / before);
}

function called(verdicts: readonly Verdict['kind'][]): CalledShare {
  return shareOf(verdicts, (kind) => kind === 'better' || kind === 'worse');
}

function worse(verdicts: readonly Verdict['kind'][]): CalledShare {
  return shareOf(verdicts, (kind) => kind === 'worse');
}

function shareOf(verdicts: readonly Verdict['kind'][], counts: (kind: Verdict['kind']) => boolean): CalledShare {
  const count = verdicts.filter(counts).length;
  return { called: count, comparisons: verdicts.length, interval: wilsonInterval({ successes: count, trials: verdicts.length }) };
}
