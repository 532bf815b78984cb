/** The pages in a real browser: no complaint, no request, nothing wider than the window, the same figures as in the JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareRuns } from '../../results/compare/compare-runs.ts';
import { comparisonHtml } from '../../results/html/comparison-html.ts';
import { experimentHtml } from '../../results/html/experiment-html.ts';
import { runHtml } from '../../results/html/run-html.ts';
import { searchHtml } from '../../results/html/search-html.ts';
import { studyHtml } from '../../results/html/study-html.ts';
import { resultOf } from '../results/compare/experiment/experiment-runs.ts';
import { exactRun } from '../results/compare/synthetic-runs.ts';
import { longRun } from '../results/long-run.ts';
import { sampleSearch, sampleStudy } from '../results/sample-results.ts';
import { damagedLogRun, faultRun, sampleRun } from '../results/sample-run.ts';
import { Chromium, findChromium } from './chromium-page.ts';

const command = findChromium();
const directory = mkdtempSync(join(tmpdir(), 'headroom-html-'));
const SIDES = (['a', 'b'] as const).map((side, which) => Array.from({ length: 6 }, (_, at) => exactRun(1000 + 300 * which + at, { id: `20260805-00000${at}-${side}` })));
const COMPARED = compareRuns(SIDES[0] ?? [], SIDES[1] ?? [], { metricIds: ['publish.p50', 'publish.p99'] });
const PAGES: Record<string, string> = {
  run: runHtml(sampleRun()),
  fault: runHtml(faultRun()),
  damaged: runHtml(damagedLogRun()),
  long: runHtml(longRun()),
  comparison: COMPARED.kind === 'compared' ? comparisonHtml(COMPARED.comparison) : '',
  search: searchHtml(sampleSearch()),
  study: studyHtml(sampleStudy()),
  experiment: experimentHtml(resultOf([{ name: 'all', p50Us: 10_000 }, { name: 'one', p50Us: 6000 }])),
};

function pathOf(name: string): string {
  return join(directory, `${name}.html`);
}

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe.skipIf(command === undefined)('a page in Chromium (skipped where there is none)', () => {
  let chromium: Chromium;

  beforeAll(async () => {
    for (const [name, page] of Object.entries(PAGES)) writeFileSync(pathOf(name), page);
    chromium = await Chromium.start(command as string);
    await chromium.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  });

  afterAll(async () => {
    await chromium.close();
  });

  it.each(Object.keys(PAGES).flatMap((name) => ([390, 1280] as const).flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ name, width, scheme })))))(
    'the $name page at $width in $scheme fits, asks for nothing and complains of nothing',
    async ({ name, width, scheme }) => {
      await chromium.open(pathOf(name), { width, height: 900, scheme });
      expect(await chromium.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      expect(chromium.complaints).toEqual([]);
      expect(chromium.requests.filter((url) => !url.startsWith('data:'))).toEqual([]);
    },
  );

  it('has no label of an axis over another', async () => {
    await chromium.open(pathOf('fault'), { width: 390, height: 900 });
    const overlaps = await chromium.evaluate<string[]>(`[...document.querySelectorAll('.plot')].flatMap((plot) => {
      const boxes = [...plot.querySelectorAll('.x')].filter((label) => getComputedStyle(label).display !== 'none').map((label) => ({ text: label.textContent, box: label.getBoundingClientRect() })).sort((a, b) => a.box.left - b.box.left);
      return boxes.slice(1).flatMap(({ text, box }, at) => (box.left < boxes[at].box.right ? [boxes[at].text + ' | ' + text] : []));
    })`);
    expect(overlaps).toEqual([]);
  });

  it('of ten minutes and six groups stays below two megabytes, with every second in it', () => {
    const page = PAGES['long'] as string;
    expect(Buffer.byteLength(page)).toBeLessThan(2e6);
    expect(page).not.toContain('left out of it');
  });

  it.each([['run', 'run', 30], ['long', 'run', 60], ['fault', 'run', 30], ['experiment', 'experiment', 8], ['search', 'search', 4]] as const)('of the kind %s shows the figures that its JSON holds, as a browser reads them', async (name, id, least) => {
    await chromium.open(pathOf(name), { width: 1280, height: 900 });
    const { wrong, count } = await chromium.evaluate<{ wrong: string[]; count: number }>(`(() => {
      const stored = JSON.parse(document.getElementById('${id}').textContent);
      // Names of metrics have points themselves: the longest key that fits goes first.
      const at = (value, path) => {
        if (path === '' || value === null || value === undefined) return value;
        const key = Object.keys(value).filter((each) => path === each || path.startsWith(each + '.')).sort((a, b) => b.length - a.length)[0];
        return key === undefined ? undefined : at(value[key], path.slice(key.length + 1));
      };
      // The unit of bytes stands in the cell beside: MB.
      const US = { 'µs': 1, ms: 1e3, s: 1e6 };
      const reads = ({ textContent, value, dataset: { path } }) => {
        const [, digits, unit] = /^([\\d,.]+)(?: (µs|ms|s))?$/.exec(textContent) ?? [];
        if (digits === undefined) return true;
        if (path.endsWith('Us') && unit === undefined) return false;
        const shown = Number(digits.replaceAll(',', '')) * (path.endsWith('Us') ? US[unit] : /throughput\\..*Bytes$/.test(path) ? 1e6 : 1);
        return (unit === undefined || path.endsWith('Us')) ? Math.abs(shown - value) <= Math.max(0.5, 0.0051 * Math.abs(value)) : true;
      };
      const all = [...document.querySelectorAll('data[data-path]')].filter((element) => !/[[*]/.test(element.dataset.path));
      return { wrong: all.filter((element) => String(at(stored, element.dataset.path)) !== element.value || !reads(element)).map(({ dataset, value, textContent }) => dataset.path + ': ' + value + ' as ' + textContent), count: all.length };
    })()`);
    expect(wrong).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(least);
  });

  it('reads the values of a second out with the arrow keys', async () => {
    await chromium.open(pathOf('run'), { width: 1280, height: 900 });
    const texts = await chromium.evaluate<string[]>(`(() => {
      const figure = [...document.querySelectorAll('figure[data-rows="seconds-rows"]')][0];
      const plot = figure.querySelector('.plot');
      const key = () => plot.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
      key(); const first = figure.querySelector('output').textContent;
      key(); return [first, figure.querySelector('output').textContent];
    })()`);
    expect(texts[0]).toMatch(/^second 0 · /);
    expect(texts[1]).toMatch(/^second 1 · /);
  });
});
