import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { experimentMarkdown } from '../../../../results/compare/experiment/experiment-markdown.ts';
import type { ExperimentResult } from '../../../../results/compare/experiment/experiment-result.ts';
import { experimentText } from '../../../../results/compare/experiment/experiment-text.ts';
import { experimentRuns, resultOf, type VariantShape } from './experiment-runs.ts';

const VARIANTS: readonly VariantShape[] = [
  { name: 'base', p50Us: 10_000 },
  { name: 'slow', p50Us: 15_000 },
  { name: 'small', p50Us: 15_000, bytesFactor: 0.5 },
];

function verdicts({ comparisons }: ExperimentResult): Record<string, string> {
  return Object.fromEntries(
    comparisons.flatMap(({ variant, outcome }) => (outcome.kind === 'refused' ? [[variant, 'refused']] : outcome.comparison.metrics.map(({ id, verdict }) => [`${variant} ${id}`, verdict.kind]))),
  );
}

describe('the result of an experiment', () => {
  it('has a summary of each variant, from its own runs', () => {
    const { variants, blocks } = resultOf(VARIANTS);
    expect(blocks).toEqual({ planned: 8, complete: 8 });
    expect(variants.map(({ name, runs }) => [name, runs.length])).toEqual([['base', 8], ['slow', 8], ['small', 8]]);
    const [base, slow] = variants.map(({ figures }) => figures['publish.p50']);
    expect(base?.min).toBe(10_000);
    expect(base?.max).toBeGreaterThan(16_900);
    expect((slow?.median ?? 0) / (base?.median ?? 1)).toBeCloseTo(1.5, 3);
  });

  it('pairs by block, so that drift cancels, and corrects over all variants', () => {
    const result = resultOf(VARIANTS);
    expect(verdicts(result)).toEqual({ 'slow publish.p99': 'worse', 'slow wire.bytesPerRecord': 'equivalent', 'small publish.p99': 'worse', 'small wire.bytesPerRecord': 'better' });
    const [first] = result.comparisons;
    if (first?.outcome.kind !== 'compared') throw new Error('it was compared');
    expect(first.outcome.comparison.criteria.testCount).toBe(4);
    const [p99] = first.outcome.comparison.metrics;
    // Sign flips of 8 pairs: 2 of 256; three of the four tests stand so far down, the equal one does not.
    expect(p99?.pValue).toBeCloseTo(2 / 256, 6);
    expect(p99?.pValueCorrected).toBeGreaterThanOrEqual(3 * (2 / 256) - 1e-9);
  });

  it('leaves out the block of a run that failed, and says so', () => {
    const runs = experimentRuns(VARIANTS, 8).map((run) => (run.repeat?.block === 3 && run.repeat.variant === 'slow' ? { ...run, status: { kind: 'failed' as const, reason: 'the disk was full' } } : run));
    const result = resultOf(VARIANTS, { runs });
    expect(result.blocks.complete).toBe(7);
    expect(result.comparisons[0]).toMatchObject({ variant: 'slow', blocks: [1, 2, 4, 5, 6, 7, 8], leftOut: [{ block: 3, reason: 'the variant: failed: the disk was full' }] });
    expect(result.comparisons[1]?.leftOut).toEqual([]);
    expect(experimentText(result, { width: 100, isColored: false })).toMatch(/slow, block 3: failed: the disk was full/);
  });

  it('compares nothing with a variant of which no run is usable, and recommends among the others', () => {
    const warning = { code: 'rate-not-reached', cause: '80 of 100 records/s were acknowledged', effect: '', remedy: '' };
    const runs = experimentRuns(VARIANTS, 8).map((run) => (run.repeat?.variant === 'small' ? { ...run, warnings: [warning] } : run));
    const result = resultOf(VARIANTS, { runs });
    expect(verdicts(result)).toMatchObject({ small: 'refused' });
    expect(result.recommendation.excluded).toEqual([{ variant: 'small', reason: '80 of 100 records/s were acknowledged' }]);
    expect(result.recommendation.front).toEqual(['base']);
  });

  it('is one of an interrupted experiment too', () => {
    const runs = experimentRuns(VARIANTS, 8).slice(0, 4);
    const result = resultOf(VARIANTS, { runs, endedEarly: 'Interrupted by the operator in block 2 of 8.' });
    expect(result.blocks.complete).toBe(1);
    expect(experimentText(result, { width: 80, isColored: false })).toContain('Interrupted by the operator');
    expect(result.recommendation.words).toMatch(/cannot tell a difference from chance/);
    expect(resultOf(VARIANTS, { runs: [] }).recommendation.words).toMatch(/^Nothing can be recommended/);
  });

  it('gives no verdict on a metric that not every variant has', () => {
    const result = resultOf(VARIANTS, { metricIds: ['publish.p99', 'endToEnd.nobody.p99'] });
    expect(result.notes.join()).toContain('endToEnd.nobody.p99');
    expect(Object.keys(verdicts(result))).toEqual(['slow publish.p99', 'small publish.p99']);
  });

  it('survives JSON', () => {
    const result = resultOf(VARIANTS);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe('the recommendation', () => {
  it('is one variant when nothing speaks against it', () => {
    const { words, beaten } = resultOf(VARIANTS.slice(0, 2)).recommendation;
    expect(words).toMatch(/^Take base: /);
    expect(words).toMatch(/slow is beaten by base: publish p99 -33\.\d %, and nothing worse\./);
    expect(beaten).toHaveLength(1);
  });

  it('is a choice when each is ahead in something, with the figures', () => {
    const { words, front } = resultOf(VARIANTS).recommendation;
    expect(front).toEqual(['base', 'small']);
    expect(words).toMatch(/^The choice is between base and small/);
    expect(words).toMatch(/base has a lower publish p99 \(40\.\d ms\) than small \(60\.\d ms\)\./);
    expect(words).toMatch(/small has fewer bytes on the wire \(17\.8 B a record\) than base \(35\.\d B a record\)\./);
    expect(words).toMatch(/slow is beaten by small: bytes on the wire -50\.\d %|slow is beaten by base/);
  });

  it('names what durability a faster variant gives up', () => {
    const { words, front } = resultOf([{ name: 'all', p50Us: 15_000 }, { name: 'one', p50Us: 10_000, acks: '1' }]).recommendation;
    expect(front).toEqual(['all', 'one']);
    expect(words).toContain('one is acknowledged once it is in the page cache of the leader alone');
  });
});

describe('the texts', () => {
  const result = resultOf(VARIANTS, {
    thresholds: [
      { variant: 'base', metric: 'publish.p99', expression: '< 50ms', unit: 'us', value: 40_000, limit: 50_000, passed: true },
      { variant: 'slow', metric: 'records.lost', expression: '== 0', unit: 'records', value: null, limit: 0, passed: false },
    ],
    published: { source: 'a guide', figures: { base: { 'publish.p50': '8 ms' }, small: { 'wire.bytesPerRecord': '0.35 x' } } },
    notes: ['a note'],
  });

  it.each([80, 100, 120])('fit into %i columns and hold every part', (width) => {
    const text = experimentText(result, { width, isColored: true });
    const lines = text.split('\n').map(stripVTControlCharacters);
    expect(lines.filter((line) => [...line].length > width)).toEqual([]);
    for (const part of ['Variants', 'base *', 'Acknowledged means', 'Against base', 'worse', 'better', 'equivalent', 'FAILED', 'held', '0.50 x', 'a guide', 'a note', 'Recommendation']) expect(lines.join('\n')).toContain(part);
    expect(text).not.toMatch(/NaN|undefined|…/);
  });

  it('are a document in Markdown whose tables have as many cells in each row', () => {
    const text = experimentMarkdown(result);
    for (const block of text.split('\n\n').filter((each) => each.includes('\n| --- '))) {
      const cells = block.split('\n').filter((line) => line.startsWith('|')).map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(cells).size).toBe(1);
    }
    for (const part of ['## Experiment sample', '**Recommendation.**', '**failed**', '0.35 x']) expect(text).toContain(part);
  });
});
