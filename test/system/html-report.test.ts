/** The pages in a real browser: no complaint, no request, nothing wider than the window, the same figures as in the JSON. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { experimentHtml } from '../../results/html/experiment-html.ts';
import { runHtml } from '../../results/html/run-html.ts';
import { resultOf } from '../results/compare/experiment/experiment-runs.ts';
import { damagedLogRun, faultRun, sampleRun } from '../results/sample-run.ts';
import { Chromium, findChromium } from './chromium-page.ts';

const command = findChromium();
const directory = mkdtempSync(join(tmpdir(), 'headroom-html-'));
const PAGES: Record<string, string> = {
  run: runHtml(sampleRun()),
  fault: runHtml(faultRun()),
  damaged: runHtml(damagedLogRun()),
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

  it('shows the figures that its JSON holds, as a browser reads them', async () => {
    await chromium.open(pathOf('run'), { width: 1280, height: 900 });
    const wrong = await chromium.evaluate<string[]>(`(() => {
      const run = JSON.parse(document.getElementById('run').textContent);
      const at = (path) => path.split('.').reduce((value, key) => value?.[key], run);
      return [...document.querySelectorAll('data[data-path]')].filter((element) => !/[[*]/.test(element.dataset.path) && String(at(element.dataset.path)) !== element.value).map((element) => element.dataset.path);
    })()`);
    expect(wrong).toEqual([]);
    expect(await chromium.evaluate<number>("document.querySelectorAll('data[data-path]').length")).toBeGreaterThan(30);
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
