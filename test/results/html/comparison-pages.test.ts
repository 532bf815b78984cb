import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../results/compare/compare-runs.ts';
import { comparisonHtml } from '../../../results/html/comparison-html.ts';
import { experimentHtml } from '../../../results/html/experiment-html.ts';
import { intervalStrip, stripScale } from '../../../results/html/chart/interval-strip.ts';
import type { Comparison, MetricComparison } from '../../../results/compare/comparison.ts';
import { readResult } from '../../../results/result-reader.ts';
import { resultOf } from '../compare/experiment/experiment-runs.ts';
import { exactRun } from '../compare/synthetic-runs.ts';

const HOSTILE = '</script><img src=x onerror=alert(1)>"\'';

function compared(): Comparison {
  const side = (us: number, prefix: string) => Array.from({ length: 6 }, (_, at) => exactRun(us + at, { id: `20260805-00000${at}-${prefix}` }));
  const outcome = compareRuns(side(1000, 'aaaaaa'), side(1300, 'bbbbbb'), { metricIds: ['publish.p50', 'publish.p99'] });
  if (outcome.kind === 'refused') throw new Error('refused');
  return outcome.comparison;
}

function embedded(page: string, id: string): unknown {
  const [, json = ''] = new RegExp(`<script type="application/json" id="${id}">([\\s\\S]*?)</script>`).exec(page) ?? [];
  return JSON.parse(json);
}

describe('comparisonHtml', () => {
  it('holds the comparison, its verdicts in words, and a strip for each metric', () => {
    const comparison = compared();
    const page = comparisonHtml(comparison);
    expect(embedded(page, 'comparison')).toEqual(JSON.parse(JSON.stringify(comparison)));
    expect(page.match(/class="strip c-/g)).toHaveLength(comparison.metrics.length);
    expect(page).toContain('2 worse');
    expect(page).toContain('In words');
  });

  it('takes names for text', () => {
    const comparison = compared();
    const page = comparisonHtml({ ...comparison, baseline: { ...comparison.baseline, names: [HOSTILE] }, cautions: [{ code: HOSTILE, sentence: HOSTILE }] });
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(2);
  });
});

describe('experimentHtml', () => {
  const result = resultOf([{ name: 'all', p50Us: 10_000 }, { name: 'one', p50Us: 6000 }]);

  it('holds the result, and shows each variant’s figures as they stand in it', () => {
    const page = experimentHtml(result);
    expect(embedded(page, 'experiment')).toEqual(JSON.parse(JSON.stringify(result)));
    for (const { name, figures } of result.variants) {
      expect(page).toContain(`<b>${name}</b>`);
      for (const metric of ['throughput.acknowledged', 'publish.p99']) expect(page).toContain(`<data value="${figures[metric]?.median}"`);
    }
    expect(page).toContain(result.recommendation.words.slice(0, 30));
  });

  it('draws both variants where they stand, and takes names for text', () => {
    const page = experimentHtml(result);
    expect(page.match(/class="mark/g)).toHaveLength(2);
    const hostile = experimentHtml({ ...result, experiment: HOSTILE, description: HOSTILE, variants: result.variants.map((variant) => ({ ...variant, name: HOSTILE })) });
    expect(hostile).not.toContain('<img');
  });

  it('is read back from its stored text, and nothing else is', () => {
    expect(readResult('experiment-x.json', JSON.stringify(result))).toMatchObject({ kind: 'experiment', result: JSON.parse(JSON.stringify(result)) as object });
    for (const text of ['', '{', 'null', '[]', '{"schemaVersion":1}', JSON.stringify({ ...result, schemaVersion: 99 })]) expect(readResult('experiment-x.json', text).kind).toBe('damaged');
  });
});

describe('intervalStrip', () => {
  const metric = (ratio: number, low: number, high: number): MetricComparison => ({ ...(compared().metrics[0] as MetricComparison), ratio, interval: { low, high } });

  it('lies evenly about no change: a halving as far to the left as a doubling to the right', () => {
    const scale = stripScale([metric(2, 1.5, 3)], 0.05);
    expect(scale.share(1)).toBe(0.5);
    expect(scale.share(2) - 0.5).toBeCloseTo(0.5 - scale.share(0.5), 12);
    expect(scale.share(3)).toBeLessThan(1);
  });

  it('keeps a wild metric at the edge instead of pressing the others flat', () => {
    const scale = stripScale([metric(1.1, 1.05, 1.2), metric(500, 300, 900)], 0.05);
    expect(scale.share(900)).toBe(1);
    expect(scale.share(1.1)).toBeGreaterThan(0.51);
    expect(intervalStrip(metric(500, 300, 900), scale).text).toContain('left:100%');
  });
});
