/**
 * Lines over an x axis. The drawing is stretched to the page's width and keeps its height; all text stands beside it as HTML, so it has
 * the same size on a phone and on a desk. Each line carries its name at its end, or in a row above where the page is narrow.
 */
import { html, trusted, type Content, type Markup } from '../markup.ts';
import type { ColorName } from '../palette.ts';
import type { Scale } from './scale.ts';

/** Along x; a null breaks the line. */
export interface Point {
  readonly x: number;
  readonly y: number | null;
}

export interface Series {
  readonly name: string;
  readonly color: ColorName;
  readonly line: 'solid' | 'dashed' | 'dotted' | 'thin';
  readonly points: readonly Point[];
  /** From this x on the line is drawn faint: it rests on few samples. */
  readonly faintFrom?: number;
}

/** A stretch of the x axis, drawn behind the lines. */
export interface Band {
  readonly kind: 'outside' | 'fault';
  readonly from: number;
  readonly to: number;
  /** At its top; empty for none. */
  readonly label: string;
}

export interface LineChart {
  readonly title: string;
  readonly unit: string;
  /** What it shows, for readers who do not see it. */
  readonly description: string;
  /** Stands where the read-out appears. */
  readonly remark: Content;
  readonly heightPx: number;
  readonly x: Scale;
  readonly y: Scale;
  readonly series: readonly Series[];
  readonly bands?: readonly Band[];
  readonly xTitle?: string;
  /** Id of the table's body that the chart draws, and which of its columns. */
  readonly rows: { readonly id: string; readonly columns: readonly number[] };
}

export const WIDTH = 1000;
/** Between the names at the ends of lines. */
const LABEL_PX = 14;

export function lineChart(chart: LineChart): Markup {
  const { title, unit, description, remark, heightPx, x, y, series, bands = [], rows } = chart;
  const top = (value: number): number => round((1 - y.share(value)) * heightPx);
  const left = (value: number): number => round(x.share(value) * WIDTH);
  const keys = series.map(({ name, color, line }) => html`<span class="c-${color}"><i class="${line}"></i>${name}</span>`);
  return html`<figure class="chart" data-rows="${rows.id}" data-columns="${rows.columns.join(' ')}">
<figcaption><b>${title}</b> <span class="unit">${unit}</span> <output>${remark}</output></figcaption>
<div class="key" aria-hidden="true">${keys}</div>
<div class="plot" style="height:${heightPx}px">${bands.map((band) => bandMarkup(band, x))}
<svg viewBox="0 0 ${WIDTH} ${heightPx}" preserveAspectRatio="none" role="img"><title>${title}, ${unit}</title><desc>${description}</desc>
${y.ticks.map(({ value }) => html`<path class="grid" d="M0 ${top(value)}H${WIDTH}"/>`)}
${series.map((each) => seriesMarkup(each, left, top))}</svg>
${yLabels(y, heightPx)}${xLabels(x)}${endLabels(series, y, heightPx)}<i class="cross" hidden></i></div>
${chart.xTitle === undefined ? null : html`<div class="xtitle" aria-hidden="true">${chart.xTitle}</div>`}</figure>
`;
}

/** Named at their own height, moved apart where they would overlap. */
export function spreadLabels(tops: readonly number[], options: { gapPx: number; heightPx: number }): number[] {
  const { gapPx, heightPx } = options;
  const order = tops.map((_, at) => at).sort((a, b) => (tops[a] as number) - (tops[b] as number));
  const placed = [...tops];
  let previous = Number.NEGATIVE_INFINITY;
  for (const at of order) previous = placed[at] = Math.max(placed[at] as number, previous + gapPx);
  let next = heightPx + gapPx;
  for (const at of order.toReversed()) next = placed[at] = Math.min(placed[at] as number, next - gapPx);
  return placed.map(round);
}

export function xLabels(x: Scale): Markup[] {
  return x.ticks.map(({ value, text, isMinor }) => html`<span class="x${isMinor ? ' minor' : ''}" style="left:${round(x.share(value) * 100)}%" aria-hidden="true">${text}</span>`);
}

export function bandMarkup({ kind, from, to, label }: Band, x: Scale): Markup {
  const start = clamp(x.share(from));
  const width = clamp(x.share(to)) - start;
  return html`<div class="band ${kind}" style="left:${round(start * 100)}%;width:${round(width * 100)}%">${label}</div>`;
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

export function yLabels(y: Scale, heightPx: number): Markup[] {
  return y.ticks.map(({ value, text }) => html`<span class="y" style="top:${round((1 - y.share(value)) * heightPx)}px" aria-hidden="true">${text}</span>`);
}

function endLabels(series: readonly Series[], y: Scale, heightPx: number): Markup[] {
  const ended = series.flatMap((each) => {
    const last = each.points.findLast((point) => point.y !== null)?.y;
    return last === undefined || last === null ? [] : [{ each, top: (1 - y.share(last)) * heightPx }];
  });
  const tops = spreadLabels(ended.map(({ top }) => top), { gapPx: LABEL_PX, heightPx });
  return ended.map(({ each: { name, color } }, at) => html`<span class="end c-${color}" style="top:${tops[at]}px" title="${name}" aria-hidden="true">${name}</span>`);
}

function seriesMarkup({ color, line, points, faintFrom = Number.POSITIVE_INFINITY }: Series, left: (x: number) => number, top: (y: number) => number): Markup {
  const path = (part: readonly Point[], extra: string): Markup | null => (part.some(({ y }) => y !== null) ? html`<path class="${line} c-${color}${extra}" d="${trusted(pathOf(part, left, top))}"/>` : null);
  const cut = points.findIndex(({ x }) => x > faintFrom);
  if (cut < 0) return html`${path(points, '')}`;
  return html`${path(points.slice(0, cut), '')}${path(points.slice(Math.max(0, cut - 1)), ' faint')}`;
}

/** A point alone is a line of no length: its round ends make it a dot. */
function pathOf(points: readonly Point[], left: (x: number) => number, top: (y: number) => number): string {
  let path = '';
  let run = 0;
  const close = (): void => {
    if (run === 1) path += 'h.01';
    run = 0;
  };
  for (const { x, y } of points) {
    if (y === null) close();
    else path += `${run++ === 0 ? 'M' : 'L'}${left(x)} ${top(y)}`;
  }
  close();
  return path;
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}
