/** A search for the highest sustainable rate as a page: the rate with its interval, latency against load, and every run. Pure. */
import { latencyText, percentText, rateText, counted, durationText } from '../render/number-text.ts';
import { DASH } from '../render/page.ts';
import type { SearchPoint, SearchResult } from '../search/search-result.ts';
import { CONDITION_WORDS, noAnswer } from '../search/search-text.ts';
import { lineChart, WIDTH, type Point } from './chart/line-chart.ts';
import { logScale, shortCount, zeroScale } from './chart/scale.ts';
import { embeddedJson } from './embedded-run.ts';
import { dataTable, figure, html, note, section, type Content, type Markup, type TableColumn } from './markup.ts';
import { pageHtml } from './page-shell.ts';

const ROWS_ID = 'search-rows';
const HEIGHT_PX = 260;

export function searchHtml(result: SearchResult): string {
  const { id, name, startedAt, elapsedSeconds, points, seed } = result;
  const header = html`<header>
<h1>${name}</h1>
<p class="meta">search <code>${id}</code> · ${startedAt.slice(0, 19).replace('T', ' ')} UTC · ${counted(points.length, 'run')} · took ${durationText(Math.round(elapsedSeconds))} · seed ${seed}</p>
${answer(result)}
</header>
`;
  return pageHtml({
    title: `${name} · headroom search ${id}`,
    header,
    sections: [
      ['load', 'Latency against load', loadSection(result)],
      ['method', 'Method', methodSection(result)],
    ],
    embedded: embeddedJson('search', result),
  });
}

function answer({ sustained, end, ceilingPerSecond, knee, points, limits }: SearchResult): Markup {
  if (sustained === null) return html`<p class="alarm">${noAnswer(end)}</p>`;
  const at = points.find(({ phase, offeredPerSecond, held }) => phase === 'confirmation' && held && offeredPerSecond === sustained.ratePerSecond);
  const item = (term: string, number: Content, remark: Content): Markup => html`<div><dt>${term}</dt><dd>${number} <small>${remark}</small></dd></div>\n`;
  const failed = limits.map(({ condition, count }) => `${CONDITION_WORDS[condition]} (${count})`).join(', ');
  return html`<dl class="figures">${item(sustained.confirmedBy > 0 ? 'Sustained' : 'Estimate, not confirmed', figure('sustained.ratePerSecond', sustained.ratePerSecond, rateText), html`records/s, 95 % interval ${figure('sustained.low', sustained.low, rateText)} – ${figure('sustained.high', sustained.high, rateText)}`)}${
    at === undefined ? null : item('Publish p99 at it', at.p99Us === null ? DASH : latencyText(at.p99Us), 'a fresh run, three times as long')
  }${item('Closed loop', figure('ceilingPerSecond', ceilingPerSecond, rateText), 'records/s when nobody asks for latency')}${knee === null ? null : item('Knee', figure('knee.ratePerSecond', knee.ratePerSecond, rateText), 'records/s: from here p99 climbs faster than the load')}</dl>
${failed === '' ? null : html`<p>Above it failed: ${failed}.</p>`}`;
}

/** In the order of their rates; the closed loop, which offers none, last. */
function ordered(points: readonly SearchPoint[]): SearchPoint[] {
  return points.toSorted((a, b) => (a.offeredPerSecond ?? Number.POSITIVE_INFINITY) - (b.offeredPerSecond ?? Number.POSITIVE_INFINITY));
}

function loadSection({ points }: SearchResult): Markup | null {
  const all = ordered(points);
  const offered = all.flatMap(({ offeredPerSecond }) => (offeredPerSecond === null ? [] : [offeredPerSecond]));
  if (all.length === 0) return null;
  const x = zeroScale({ largest: Math.max(1, ...offered), tickCount: 5, text: shortCount });
  const columns: TableColumn[] = [{ head: 'offered/s', isNumber: true }, { head: 'acknowledged/s', isNumber: true }, { head: 'p50', isNumber: true }, { head: 'p99', isNumber: true }, { head: 'p99.9', isNumber: true }, { head: 'generator', isNumber: true }, { head: 'run' }, { head: 'held' }];
  const latency = (us: number | null): string => (us === null ? DASH : latencyText(us));
  const rows = all.map(({ offeredPerSecond, achievedPerSecond, p50Us, p99Us, p999Us, generatorUtilization, phase, held, failures, runId }): Content[] => [
    offeredPerSecond === null ? DASH : rateText(offeredPerSecond),
    rateText(achievedPerSecond),
    latency(p50Us),
    latency(p99Us),
    latency(p999Us),
    generatorUtilization === null ? DASH : percentText(generatorUtilization),
    html`${phase} <code class="unit">${runId}</code>`,
    phase === 'ceiling' ? '' : held ? html`<b class="good">yes</b>` : html`<b class="warn">no</b> ${failures.map(({ words }) => words).join('; ')}`,
  ]);
  const xs = all.map(({ offeredPerSecond }) => x.share(offeredPerSecond ?? 0) * WIDTH);
  return section({ id: 'load', title: 'Latency against load', remark: 'each row is a stored run' }, chart(all, x), dataTable({ label: 'Runs of the search', id: ROWS_ID, columns, rows, xs }));
}

function chart(points: readonly SearchPoint[], x: ReturnType<typeof zeroScale>): Markup | null {
  const pointsOf = (field: 'p50Us' | 'p99Us'): Point[] => points.flatMap(({ offeredPerSecond, [field]: us }): Point[] => (offeredPerSecond === null || us === null ? [] : [{ x: offeredPerSecond, y: us }]));
  const [p50, p99] = [pointsOf('p50Us'), pointsOf('p99Us')];
  const values = [...p50, ...p99].flatMap(({ y }) => (y === null ? [] : [y]));
  if (p99.length < 2) return null;
  return lineChart({
    title: 'Publish latency',
    unit: 'log, by the offered rate in records/s',
    description: 'Publish latency of every run of the search at its offered rate.',
    remark: 'runs that did not hold are in it: the climb is what they show',
    heightPx: HEIGHT_PX,
    x,
    y: logScale({ smallest: Math.min(...values), largest: Math.max(...values), text: latencyText }),
    series: [{ name: 'p99', color: 'publish', line: 'solid', points: p99 }, { name: 'p50', color: 'request', line: 'solid', points: p50 }],
    xTitle: 'offered records/s',
    rows: { id: ROWS_ID, columns: [3, 2] },
  });
}

function methodSection({ conditions, probability, precision }: SearchResult): Markup {
  return section(
    { id: 'method', title: 'A rate is held by a run that is' },
    html`<ul>${conditions.map((condition) => html`<li>${condition}</li>`)}</ul>`,
    note(`Looked for is the rate that ${percentText(probability)} of runs hold (psi method, Kontsevich and Tyler 1999), until its interval is within ${percentText(precision)} to both sides. The result stands in this page as JSON: JSON.parse(document.getElementById('search').textContent).`),
  );
}
