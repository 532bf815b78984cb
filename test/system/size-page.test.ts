/** A plan's page in a real browser: it asks for nothing, shows what `headroom size --json` says, and computes what that would say for changed values. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '../../results/plan-record.ts';
import { Chromium, findChromium } from './chromium-page.ts';

const EXAMPLE = 'examples/clickstream-size.yaml';
const BYTES_MAX = 2_000_000;
const command = findChromium();
const directory = mkdtempSync(join(tmpdir(), 'headroom-size-'));
const page = join(directory, 'plan.html');
/** Several topics over zones, with prices. */
const SHOP = `${readFileSync('examples/shop-size.yaml', 'utf8')}\nprice: { currency: EUR, date: 2026-11-01, brokerPerHour: 0.4, diskPerGBMonth: 0.09, crossZonePerGB: 0.01 }\n`;
const shop = join(directory, 'shop.yaml');
const shopPage = join(directory, 'shop.html');

function size(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/main.ts', 'size', ...args], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
}

/** The plan of the shop with another line. */
function shopWith(from: string, to: string): Plan {
  const file = join(directory, 'changed-shop.yaml');
  writeFileSync(file, SHOP.replace(from, to));
  return JSON.parse(size(file, '--json')) as Plan;
}

/** The plan of the example with one of its lines changed. */
function planWith(from: string, to: string): Plan {
  const file = join(directory, 'changed.yaml');
  writeFileSync(file, readFileSync(EXAMPLE, 'utf8').replace(from, to));
  return JSON.parse(size(file, '--json')) as Plan;
}

const DECISIONS = `Object.fromEntries([...document.querySelectorAll('[data-decision]')].map((cell) => [cell.dataset.decision, (cell.querySelector('ins') ?? cell).textContent]))`;

function decisionsOf({ decisions }: Plan): Record<string, string> {
  return Object.fromEntries(decisions.map(({ id, value }) => [id, value]));
}

beforeAll(() => {
  size(EXAMPLE, '--html', page);
  writeFileSync(shop, SHOP);
  size(shop, '--html', shopPage);
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the file', () => {
  it('holds everything in less than two megabytes', () => {
    expect(statSync(page).size).toBeLessThan(BYTES_MAX);
  });
});

describe.skipIf(command === undefined)('the page of a plan in Chromium (skipped where there is none)', () => {
  let chromium: Chromium;

  beforeAll(async () => {
    chromium = await Chromium.start(command as string);
    await chromium.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 });
  });

  afterAll(async () => {
    await chromium.close();
  });

  /** Resolves when the page has the plan of 10,000 draws for what was done. */
  async function computed(action: string): Promise<void> {
    await chromium.evaluate(`new Promise((resolve) => {
      const body = document.body;
      delete body.dataset.state;
      new MutationObserver((_, observer) => { if (body.dataset.state === 'done') { observer.disconnect(); resolve(true); } }).observe(body, { attributes: true });
      ${action}
    })`);
  }

  const set = (id: string, text: string): string => `{ const field = document.querySelector('[data-control="${id}"] input'); field.value = '${text}'; field.dispatchEvent(new Event('change')); }`;

  it.each(([390, 1280] as const).flatMap((width) => (['light', 'dark'] as const).map((scheme) => ({ width, scheme }))))('fits at $width in $scheme, asks for nothing and complains of nothing', async ({ width, scheme }) => {
    await chromium.open(page, { width, height: 900, scheme });
    expect(await chromium.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await computed(set('clickstream.rate.peak', '3M/s'));
    expect(await chromium.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(chromium.complaints).toEqual([]);
    expect(chromium.requests.filter((url) => !/^(?:data|blob):/.test(url))).toEqual([]);
  });

  it('shows the decisions of headroom size --json', async () => {
    await chromium.open(page, { width: 1280, height: 900 });
    expect(await chromium.evaluate(DECISIONS)).toEqual(decisionsOf(JSON.parse(size(EXAMPLE, '--json')) as Plan));
  });

  it('computes for another rate exactly what headroom size prints for it, and shows both', async () => {
    await chromium.open(page, { width: 1280, height: 900 });
    await computed(set('clickstream.rate.peak', '170k/s'));
    expect(await chromium.evaluate(DECISIONS)).toEqual(decisionsOf(planWith('rate: 100k/s', 'rate: 170k/s')));
    expect(await chromium.evaluate(`document.querySelector('[data-decision="clickstream.partitions"]').textContent`)).toMatch(/^20 3\d/);
    expect(await chromium.evaluate(`document.querySelector('[data-control="clickstream.rate.peak"]').className`)).toContain('changed');
  });

  it("says what the plan costs at the file's prices, as headroom size does, and what it costs with a value changed", async () => {
    const costs = "Object.fromEntries([...document.querySelectorAll('[data-cost]')].map((cell) => [cell.dataset.cost, (cell.querySelector('ins') ?? cell).textContent]))";
    const costOf = (plan: Plan): string | undefined => plan.decisions.find(({ id }) => id === 'cost')?.value;
    const written = JSON.parse(size(shop, '--json')) as Plan;
    await chromium.open(shopPage, { width: 1280, height: 900 });
    const before = await chromium.evaluate<Record<string, string>>(costs);
    expect(Object.keys(before)).toEqual(['cost.brokers', 'cost.disk', 'cost.zones', 'cost']);
    expect(before['cost']).toBe(costOf(written));
    await computed(set('clicks.retention.local', '2 d'));
    const changed = shopWith('local: 12 h', 'local: 2 d');
    expect(costOf(changed)).not.toBe(costOf(written));
    expect((await chromium.evaluate<Record<string, string>>(costs))['cost']).toBe(costOf(changed));
    expect(await chromium.evaluate(DECISIONS)).toEqual(decisionsOf(changed));
    expect(await chromium.evaluate("document.getElementById('answer').textContent")).toContain(costOf(changed));
    await chromium.open(page, { width: 1280, height: 900 });
    expect(await chromium.evaluate("document.getElementById('cost').textContent")).toContain('No prices are given');
  });

  it('follows a slider while it is dragged; let go, it shows the plan first and its charts after that; reset takes all back', async () => {
    await chromium.open(shopPage, { width: 1280, height: 900 });
    const states = await chromium.evaluate<string[]>(`new Promise((resolve) => {
      const [states, slider] = [[], document.querySelector('[data-control="clicks.rate.peak"] input[type=range]')];
      const move = (kind, position) => { slider.value = position; slider.dispatchEvent(new Event(kind)); };
      const positions = [520, 560, 600, 640];
      new MutationObserver((_, observer) => {
        const state = document.body.dataset.state;
        if (state === 'computing') return;
        states.push(state);
        if (state === 'done') { observer.disconnect(); resolve(states); }
        if (state === 'quick') { if (positions.length > 0) move('input', positions.shift()); else move('change', 640); }
      }).observe(document.body, { attributes: true, attributeFilter: ['data-state'] });
      move('input', positions.shift());
    })`);
    expect(states).toEqual(['quick', 'quick', 'quick', 'quick', 'plan', 'done']);
    const text = await chromium.evaluate<string>(`document.querySelector('[data-control="clicks.rate.peak"] input').value`);
    expect(text).toBe('190k/s');
    await computed("document.getElementById('reset').click();");
    expect(await chromium.evaluate(DECISIONS)).toEqual(decisionsOf(JSON.parse(size(shop, '--json')) as Plan));
    expect(chromium.complaints).toEqual([]);
  });

  it('holds the plan as JSON, that of headroom size --json', async () => {
    await chromium.open(shopPage, { width: 1280, height: 900 });
    const { plan } = JSON.parse(await chromium.evaluate<string>("document.getElementById('plan').textContent")) as { plan: Plan };
    expect(decisionsOf(plan)).toEqual(decisionsOf(JSON.parse(size(shop, '--json')) as Plan));
  });

  it('keeps a change in its address, which gives the same page again; the reset button takes it back', async () => {
    await chromium.open(page, { width: 1280, height: 900 });
    const written = await chromium.evaluate(DECISIONS);
    await computed(set('clickstream.enrichment.consumer.rate', '2k/s'));
    const changed = await chromium.evaluate(DECISIONS);
    const hash = await chromium.evaluate<string>('location.hash');
    expect(changed).not.toEqual(written);
    await chromium.open(`${page}?again${hash}`, { width: 1280, height: 900 });
    await chromium.evaluate("new Promise((resolve) => { const look = () => (document.body.dataset.state === 'done' ? resolve(true) : requestAnimationFrame(look)); look(); })");
    expect(await chromium.evaluate(DECISIONS)).toEqual(changed);
    await computed("document.getElementById('reset').click();");
    expect(await chromium.evaluate(DECISIONS)).toEqual(written);
    expect(await chromium.evaluate('location.hash')).toBe('');
  });

  it('writes the configuration of what it shows, which headroom size reads', async () => {
    await chromium.open(page, { width: 1280, height: 900 });
    await computed(set('clickstream.compression', '4.5'));
    const text = await chromium.evaluate<string>(`new Promise((resolve) => {
      const text = document.getElementById('config-text');
      new MutationObserver(() => resolve(text.textContent)).observe(text, { childList: true });
      document.getElementById('config').open = true;
    })`);
    const file = join(directory, 'written.yaml');
    writeFileSync(file, text);
    expect(await chromium.evaluate(DECISIONS)).toEqual(decisionsOf(JSON.parse(size(file, '--json')) as Plan));
  });

  it('says what is wrong with a value that cannot be read, and leaves the plan as it is', async () => {
    await chromium.open(page, { width: 1280, height: 900 });
    const written = await chromium.evaluate(DECISIONS);
    await chromium.evaluate(`${set('clickstream.rate.peak', '170 apples')} true`);
    expect(await chromium.evaluate(`document.querySelector('[data-control="clickstream.rate.peak"] .was').textContent`)).toMatch(/170 apples/);
    expect(await chromium.evaluate(DECISIONS)).toEqual(written);
  });

  it('tells of a number how it came about, down to the inputs', async () => {
    await chromium.open(page, { width: 1280, height: 900 });
    await chromium.evaluate(`document.querySelector('[data-decision="brokers"] button').click()`);
    const text = await chromium.evaluate<string>(`document.getElementById('trace').textContent`);
    expect(text).toContain('= storage / brokers');
    expect(text).toMatch(/compression ratio clickstream\.compression given/);
    expect(await chromium.evaluate(`document.getElementById('trace-dialog').open`)).toBe(true);
  });
});
