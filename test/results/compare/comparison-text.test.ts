import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compareRuns, type CompareOptions } from '../../../results/compare/compare-runs.ts';
import type { Comparison } from '../../../results/compare/comparison.ts';
import { changeText, comparisonMarkdown, comparisonText } from '../../../results/compare/comparison-text.ts';
import { visibleWidth } from '../../../results/render/page.ts';
import type { Run } from '../../../results/run.ts';
import { closedLoopRun } from '../sample-run.ts';
import { exactRun } from './synthetic-runs.ts';

const COMPARISONS: Readonly<Record<string, () => Comparison>> = {
  'four verdicts': fourVerdicts,
  pairs: () => comparison(around(100).map(at), around(130).map(at), { isPaired: true }),
  'one run a side': () => comparison([at(100)], [at(1e9)]),
  'closed loop': () => comparison([{ ...closedLoopRun(), id: 'a' }], [{ ...closedLoopRun(), id: 'b' }]),
  'many differences': () => comparison([at(100)], [{ ...hostile(), id: 'h' }]),
};

const names = Object.keys(COMPARISONS);

describe('comparisonText', () => {
  it.each(names)('%s: no line is wider than the width, colours add nothing, nothing reads as NaN or null', (name) => {
    const compared = (COMPARISONS[name] as () => Comparison)();
    for (const width of [80, 100, 120]) {
      const plain = comparisonText(compared, { width, isColored: false });
      expect(plain.split('\n').filter((line) => visibleWidth(line) > width)).toEqual([]);
      expect(stripVTControlCharacters(comparisonText(compared, { width, isColored: true }))).toBe(plain);
      expect(plain).not.toMatch(/NaN|undefined|Infinity|null|\[object|\u001b/);
    }
  });

  it('has a line for each metric: medians, change, interval, p, verdict', () => {
    const text = comparisonText(fourVerdicts(), { width: 100, isColored: false });
    expect(lineOf(text, 'publish p50')).toMatch(/^publish p50 10\.0 ms 13\.0 ms \+30\.0 % \+2\d\.\d to \+3\d\.\d % \d\.\d+ worse$/);
    expect(lineOf(text, 'CPU of the brokers')).toMatch(/0\.0 % 0\.0 to 0\.0 % 1\.00 equivalent$/);
    expect(text).toContain('8 worse, 5 equivalent\n');
  });

  it('says each verdict in a sentence, the worse ones first, and shares it among metrics of which the same is to be said', () => {
    const words = flat(comparisonText(fourVerdicts(), { width: 100, isColored: false })).split('In words ')[1] ?? '';
    expect(words).toMatch(/^publish p50, publish p99, .*end-to-end sink p99: worse: \+\d+\.\d % \(.*\), higher by more than 5 %, p = 0\.00\d\./);
    expect(words).toMatch(/CPU of the load: equivalent: 0\.0 % .* within 5 %\./);
  });

  it('says what an undecided metric would need', () => {
    const few = flat(comparisonText(comparison(around(100).slice(0, 4).map(at), around(130).slice(0, 4).map(at)), { width: 120, isColored: false }));
    expect(few).toMatch(/undecided: .* with 4 runs a side no outcome is significant over 8 tests.*About 6 runs a side would decide it\./);
    expect(few).toContain('compare once');
    const single = flat(comparisonText(comparison([at(100)], [at(200)]), { width: 120, isColored: false }));
    expect(single).toMatch(/undecided: \+100 %, and 1 run a side allow no verdict \(4 at least\)\./);
  });

  it('names what was not compared, and why', () => {
    expect(flat(comparisonText((COMPARISONS['closed loop'] as () => Comparison)(), { width: 120, isColored: false }))).toMatch(/Not compared publish\.p50, publish\.p99, .*: run a ran in a closed loop/);
  });
});

describe('comparisonMarkdown', () => {
  it('has a table whose rows have as many cells as its head, whatever the properties hold', () => {
    for (const name of names) {
      const tables = comparisonMarkdown((COMPARISONS[name] as () => Comparison)()).split('\n\n').filter((block) => block.startsWith('|'));
      expect(tables.length).toBeGreaterThan(0);
      for (const block of tables) expect(new Set(block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length)).size, block).toBe(1);
    }
  });

  it('begins with the verdicts', () => {
    expect(comparisonMarkdown(fourVerdicts())).toMatch(/^\*\*8 worse, 5 equivalent\*\*\n/);
  });
});

it.each([
  [1, '0.0 %'],
  [0.9996, '0.0 %'],
  [1.0321, '+3.2 %'],
  [0.88, '-12.0 %'],
  [13.5, '+1,250 %'],
])('changeText of %d is %s', (ratio, text) => {
  expect(changeText(ratio)).toBe(text);
});

function fourVerdicts(): Comparison {
  return comparison(around(10_000).map(at), around(13_000).map(at));
}

/** Properties with what breaks tables. */
function hostile(): Run {
  const run = at(100);
  const long = `a|b\n\u001b[31m${'long/'.repeat(40)}`;
  return { ...run, seed: 99, configuration: { ...run.configuration, name: 'x|y', producerProperties: { ...run.configuration.producerProperties, 'client.id': long, empty: '' } } };
}

function at(p50Us: number): Run {
  return exactRun(p50Us);
}

function around(center: number): number[] {
  return [0.99, 1.01, 1, 0.995, 1.005, 0.9925, 1.0075, 1.002].map((factor) => center * factor);
}

function comparison(baseline: readonly Run[], candidate: readonly Run[], options: CompareOptions = {}): Comparison {
  const outcome = compareRuns(baseline, candidate, { resampleCount: 400, ...options });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusals));
  return outcome.comparison;
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function lineOf(text: string, label: string): string {
  return flat(text.split('\n').find((line) => line.trim().startsWith(`${label} `)) ?? `no line begins with ${label}`).trim();
}
