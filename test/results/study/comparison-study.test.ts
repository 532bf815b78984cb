/** The study's arithmetic on made-up runs: their noise and their slow-down are known, what the study says of them is tested. */
import { describe, expect, it } from 'vitest';
import { studiedMetrics, type StudyBlock } from '../../../results/study/comparison-study.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import type { Run } from '../../../results/run.ts';
import { sampleRun } from '../sample-run.ts';

const OPTIONS = { metricIds: ['cpu.brokers'], blocksPerComparison: 6, blocksMax: 20, detect: 0.05, resampledCount: 100, alpha: 0.05, minDifference: 0.01, seed: 1 };

function runUsing(cpuFactor: number, id: string): Run {
  const run = sampleRun({ id });
  return { ...run, measured: { ...run.measured, brokers: run.measured.brokers.map((broker) => ({ ...broker, cpuSeconds: broker.cpuSeconds * cpuFactor })) } };
}

/** Noise of one run as a standard deviation of its logarithm; drift from block to block does not count. */
function blocksOf({ count, noise, slowdown, seed = 3 }: { count: number; noise: number; slowdown: number; seed?: number }): StudyBlock[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, (_, at) => {
    const drift = 1 + at / 50;
    const factor = (): number => drift * Math.exp(noise * random.normal());
    return { same: [runUsing(factor(), `${at}-a`), runUsing(factor(), `${at}-b`)], slower: runUsing(factor() * slowdown, `${at}-s`) };
  });
}

function studied(blocks: readonly StudyBlock[], changes: Partial<typeof OPTIONS> = {}) {
  const [metric] = studiedMetrics(blocks, { ...OPTIONS, ...changes });
  if (metric === undefined) throw new Error('no metric');
  return metric;
}

function foundIn(blocks: readonly StudyBlock[], changes: Partial<typeof OPTIONS> = {}) {
  const { found } = studied(blocks, changes);
  if (found === null) throw new Error('no slower runs');
  return found;
}

describe('studiedMetrics', () => {
  it('finds a slow-down that is large beside the noise, and calls alike runs different no more often than alpha says', () => {
    const blocks = blocksOf({ count: 60, noise: 0.01, slowdown: 1.05 });
    const { falseAlarms, slowdown, noise } = studied(blocks);
    const found = foundIn(blocks);
    expect(found.live).toMatchObject({ comparisons: 10 });
    expect(found.live.called).toBeGreaterThanOrEqual(9);
    expect(found.resampled.called).toBeGreaterThanOrEqual(95);
    expect(falseAlarms.live.called).toBeLessThanOrEqual(2);
    expect(falseAlarms.resampled.called).toBeLessThanOrEqual(8);
    expect(slowdown).toBeCloseTo(1.05, 2);
    expect(noise).toBeGreaterThan(0.01);
    expect(noise).toBeLessThan(0.02);
  });

  it('does not find it in runs that are noisier than it is large', () => {
    const found = foundIn(blocksOf({ count: 60, noise: 0.15, slowdown: 1.05 }));
    expect(found.resampled.called).toBeLessThan(40);
  });

  it('would see a comparison that calls everything: alike runs of which the second is always slower', () => {
    const blocks = blocksOf({ count: 30, noise: 0.005, slowdown: 1.05 }).map(({ same: [first], slower }) => ({ same: [first, slower], slower }) as StudyBlock);
    expect(studied(blocks).falseAlarms.live).toMatchObject({ called: 5, comparisons: 5 });
  });

  it('counts a faster run as a false alarm, and as nothing that was found', () => {
    const blocks = blocksOf({ count: 30, noise: 0.005, slowdown: 0.9 });
    expect(foundIn(blocks).live.called).toBe(0);
  });

  it('gives the same answer again, by its seed', () => {
    const blocks = blocksOf({ count: 18, noise: 0.04, slowdown: 1.05 });
    expect(studied(blocks)).toEqual(studied(blocks));
  });

  it('gives a resampled comparison as many blocks as its noise asks for, and then finds what the pilot alone would miss', () => {
    const blocks = blocksOf({ count: 80, noise: 0.03, slowdown: 1.05 });
    const { blocksByNoise, falseAlarms } = studied(blocks, { blocksMax: 40 });
    expect(blocksByNoise).toBeGreaterThan(8);
    expect(blocksByNoise).toBeLessThan(30);
    expect(foundIn(blocks, { blocksMax: 40 }).resampled.called).toBeGreaterThan(80);
    expect(foundIn(blocks, { blocksMax: 6 }).resampled.called).toBeLessThan(60);
    expect(falseAlarms.resampled.called).toBeLessThanOrEqual(8);
  });

  it('judges blocks of alike runs alone', () => {
    const blocks = blocksOf({ count: 12, noise: 0.02, slowdown: 1.05 }).map((block): StudyBlock => ({ ...block, slower: undefined }));
    expect(studied(blocks)).toMatchObject({ slowdown: null, found: null, falseAlarms: { live: { comparisons: 2 } } });
  });

  it('says when there are too few blocks, or no such metric', () => {
    expect(() => studied(blocksOf({ count: 5, noise: 0.01, slowdown: 1 }))).toThrow(/5 blocks/);
    expect(() => studied(blocksOf({ count: 6, noise: 0.01, slowdown: 1 }), { metricIds: ['cpu.broker'] })).toThrow(/no metric is called/);
  });
});
