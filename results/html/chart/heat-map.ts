/**
 * Publish latency over the seconds as a heat map: a column of cells for each second, the darker the larger the share of the second's records
 * in the cell's latencies. Shows what quantile lines hide: two modes, a stall that only some records met, a tail that comes and goes.
 */
import { bucketStartUs } from '../../latency-buckets.ts';
import { latencyText } from '../../render/number-text.ts';
import { html, type Markup } from '../markup.ts';
import { bandMarkup, round, WIDTH, xLabels, yLabels } from './line-chart.ts';
import { logScale } from './scale.ts';
import type { SecondsAxis } from './seconds-axis.ts';

const HEIGHT_PX = 170;
/** Shares fall over decades: each class is a tenth of the one before. */
const CLASSES: readonly { readonly from: number; readonly opacity: number; readonly words: string }[] = [
  { from: 0.1, opacity: 1, words: '10 % and more' },
  { from: 0.01, opacity: 0.62, words: '1 %' },
  { from: 0.001, opacity: 0.34, words: '0.1 %' },
  { from: 0, opacity: 0.16, words: 'less' },
];

interface Cell {
  readonly column: number;
  readonly bucket: number;
  readonly share: number;
}

/** Null for a run that holds no buckets. */
export function latencyHeatMap(axis: SecondsAxis): Markup | null {
  const cells = cellsOf(axis);
  if (cells.length === 0) return null;
  const buckets = cells.map(({ bucket }) => bucket);
  const y = logScale({ smallest: bucketStartUs(Math.max(1, Math.min(...buckets))), largest: bucketStartUs(Math.max(...buckets) + 1), text: latencyText });
  const top = (us: number): number => round((1 - y.share(us)) * HEIGHT_PX);
  const paths = CLASSES.map(({ opacity, from }, at) => {
    const below = CLASSES[at - 1]?.from ?? Number.POSITIVE_INFINITY;
    const path = cells.filter(({ share }) => share >= from && share < below).map(({ column, bucket }) => cellPath(axis, column, { top: top(bucketStartUs(bucket + 1)), bottom: top(bucketStartUs(bucket)) }));
    return path.length === 0 ? null : html`<path class="area c-publish" style="opacity:${opacity}" d="${path.join('')}"/>`;
  });
  return html`<figure class="chart">
<figcaption><b>Publish latency, all of it</b> <span class="unit">share of the second’s records in each cell, log</span> <output></output></figcaption>
<div class="heat-key" aria-hidden="true">${CLASSES.map(({ opacity, words }) => html`<span><i class="c-publish" style="opacity:${opacity}"></i>${words}</span>`)}</div>
<div class="plot" style="height:${HEIGHT_PX}px">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT_PX}" preserveAspectRatio="none" role="img"><title>Publish latency by second, heat map</title><desc>Each column is a second of the load, each cell a range of latencies; the darker, the more of the second’s records took so long. The figures are in the record, measured.seconds.publishBuckets.</desc>
${y.ticks.map(({ value }) => html`<path class="grid" d="M0 ${top(value)}H${WIDTH}"/>`)}
${paths}</svg>
${axis.bands.filter(({ kind }) => kind === 'fault').map((band) => bandMarkup(band, axis.scale))}${yLabels(y, HEIGHT_PX)}${xLabels(axis.scale)}</div></figure>
`;
}

function cellsOf({ columns }: SecondsAxis): Cell[] {
  return columns.flatMap(({ seconds }, column) => {
    const counts = new Map<number, number>();
    for (const { publishBuckets } of seconds) {
      for (const [at, count] of publishBuckets?.counts.entries() ?? []) counts.set((publishBuckets?.first ?? 0) + at, (counts.get((publishBuckets?.first ?? 0) + at) ?? 0) + count);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return [...counts].flatMap(([bucket, count]): Cell[] => (count === 0 ? [] : [{ column, bucket, share: count / total }]));
  });
}

function cellPath({ columns, scale }: SecondsAxis, at: number, { top, bottom }: { top: number; bottom: number }): string {
  const { fromSecond = 0, toSecond = 0 } = columns[at] ?? {};
  return `M${round(scale.share(fromSecond) * WIDTH)} ${top}H${round(scale.share(toSecond) * WIDTH)}V${bottom}H${round(scale.share(fromSecond) * WIDTH)}Z`;
}
