/**
 * How far the comparison may be trusted, from runs in blocks: each block holds one configuration twice and once more with a target that is
 * slower by a known share. The first two must not be called different more often than alpha says; the third must be found. Live: every
 * comparison has blocks of its own, as many as a pilot, in the order in which they ran. Resampled: blocks are drawn anew, as many as the noise
 * of the first drawn asks for (as `repeats: auto` does in an experiment), and which of the two alike runs counts as the baseline is tossed. Pure.
 */
import { compareRuns } from '../compare/compare-runs.ts';
import type { Comparison, Verdict } from '../compare/comparison.ts';
import type { Run } from '../run.ts';
import { pairsToDetect } from '../statistics/repeats.ts';
import { wilsonInterval } from '../statistics/proportion.ts';
import { geometricMean, median, standardDeviation } from '../statistics/sample.ts';
import { SeededRandom } from '../statistics/seeded-random.ts';
import type { CalledShare, StudiedMetric } from './study-result.ts';

export interface StudyBlock {
  readonly same: readonly [Run, Run];
  /** Undefined: the block holds alike runs only. */
  readonly slower: Run | undefined;
}

export interface StudyOptions {
  readonly metricIds: readonly string[];
  /** Of a live comparison, and of a resampled one's pilot. */
  readonly blocksPerComparison: number;
  /** That the budget of one comparison allows. */
  readonly blocksMax: number;
  /** The change that is to be found: the pilot's noise chooses the number of blocks for it. */
  readonly detect: number;
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
  const random = new SeededRandom(seed);
  const same = blocks.map(({ same: pair }): Pair => pair);
  const slower = blocks.flatMap(({ same: [first], slower: candidate }): Pair[] => (candidate === undefined ? [] : [[first, candidate]]));
  const drawnSame = Array.from({ length: resampledCount }, () => draw(same, options, random).map(([first, second]): Pair => (random.float() < 0.5 ? [first, second] : [second, first])));
  const drawnSlower = slower.length < blocksPerComparison ? [] : Array.from({ length: resampledCount }, () => draw(slower, options, random));
  return options.metricIds.map((metricId): StudiedMetric => {
    const judge = (pairs: readonly Pair[]): Verdict['kind'] => verdictOn(pairs, metricId, options);
    const enough = (pairs: readonly Pair[]): readonly Pair[] => pairs.slice(0, blocksFor(pairs, metricId, options));
    const [alikeDrawn, slowerDrawn] = [drawnSame.map(enough), drawnSlower.map(enough)];
    return {
      metricId,
      noise: noiseOf(same, metricId, options),
      slowdown: slower.length === 0 ? null : changeOf(slower, metricId, options),
      blocksByNoise: median([...alikeDrawn, ...slowerDrawn].map(({ length }) => length)),
      falseAlarms: { live: called(inOrder(same, blocksPerComparison).map(judge)), resampled: called(alikeDrawn.map(judge)) },
      found: slowerDrawn.length === 0 ? null : { live: worse(inOrder(slower, blocksPerComparison).map(judge)), resampled: worse(slowerDrawn.map(judge)) },
    };
  });
}

function inOrder(pairs: readonly Pair[], length: number): Pair[][] {
  return Array.from({ length: Math.floor(pairs.length / length) }, (_, at) => pairs.slice(at * length, (at + 1) * length));
}

/** Without replacement, as a fresh experiment would hold each block once; as many as may be needed. */
function draw(pairs: readonly Pair[], { blocksPerComparison, blocksMax }: StudyOptions, random: SeededRandom): Pair[] {
  const left = [...pairs];
  return Array.from({ length: Math.min(left.length, Math.max(blocksPerComparison, blocksMax)) }, () => left.splice(random.below(left.length), 1)[0] as Pair);
}

/** As many as the noise asks for, looked at after each pair from the pilot's last on, within the budget. */
function blocksFor(pairs: readonly Pair[], metricId: string, options: StudyOptions): number {
  const { blocksPerComparison, blocksMax, detect, minDifference, alpha } = options;
  const logRatios = ratiosOf(pairs, metricId, options).map(Math.log);
  let count = blocksPerComparison;
  while (count < Math.min(blocksMax, pairs.length) && pairsToDetect({ logRatios: logRatios.slice(0, count), detect, minDifference, alpha, testCount: 1 }) > count) count++;
  return count;
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
