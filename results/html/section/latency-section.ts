/**
 * Latency of the measured window: the table of percentiles, curves over the percentile with the tail spread out (1 / (1 - p), logarithmic), the
 * time from when a record was due beside the service time of its request, and the buckets of the histograms.
 */
import type { LatencyHistogram } from '../../histogram.ts';
import { generatorTiming } from '../../render/generator-timing.ts';
import { bucketsOf } from '../../render/latency-text.ts';
import { percentileText } from '../../render/percentile-text.ts';
import { countText, latencyText } from '../../render/number-text.ts';
import type { HistogramRecord, Run } from '../../run.ts';
import { lineChart, WIDTH, type Point, type Series } from '../chart/line-chart.ts';
import { logScale, type Scale } from '../chart/scale.ts';
import { decodeHistogram } from '../../export/stored-histograms.ts';
import { dataTable, details, figure, html, note, section, type Content, type Markup, type TableColumn } from '../markup.ts';
import { groupColor, type ColorName } from '../palette.ts';
import { latencyFigure } from './headline-section.ts';

interface Stage {
  readonly name: string;
  /** From when to when. */
  readonly meaning: string;
  readonly path: string;
  readonly color: ColorName;
  readonly record: HistogramRecord;
  /** Null when it cannot be decoded or holds nothing in range. */
  readonly histogram: LatencyHistogram | null;
  readonly damage: string | null;
}

/** So many samples must lie above a percentile for it to be more than a guess. */
const SAMPLES_ABOVE_MIN = 100;
const POINTS_PER_DECADE = 30;
const ROWS_ID = 'percentile-rows';

export function latencySection(run: Run): Markup {
  const isClosed = run.configuration.load.kind === 'closed';
  const stages = stagesOf(run, isClosed);
  const groups = stages.filter(({ path }) => path.startsWith('measured.groups'));
  const parts = stages.filter((stage) => !groups.includes(stage));
  const decades = Math.max(1, ...stages.map(({ histogram }) => Math.log10(Math.max(1, histogram?.count ?? 1))));
  const x = percentileScale(decades);
  const percentiles = percentilesUpTo(decades);
  const timing = generatorTiming(run);
  const drawn = stages.some(({ histogram }) => histogram !== null);
  return section(
    { id: 'latency', title: 'Latency', remark: isClosed ? '' : 'from the moment each record was due, measured window' },
    stageTable(stages),
    timing === undefined ? null : html`<p class="${timing.isInvalid ? 'alarm' : 'note'}">Generator timing error: ${timing.words}.</p>`,
    isClosed ? html`<p class="note warn">Closed loop: a slow answer delays the records behind it and their wait is not counted. Judge latency at a fixed rate.</p>` : null,
    stages.flatMap(({ name, record: { summary }, damage }) => notes(name, summary, damage)),
    drawn
      ? [
          curveChart(stages, parts, x, { title: 'Publish latency and its parts', remark: 'request is the service time alone; what lies between it and publish is waiting' }),
          groups.length === 0 ? null : curveChart(stages, [...groups, ...parts.slice(0, 1)], x, { title: 'End-to-end latency by group', remark: 'publish for comparison' }),
          note(`The curves are faint where fewer than ${SAMPLES_ABOVE_MIN} samples lie above.`),
          details('Table of percentiles', percentileTable(stages, percentiles, decades)),
          details('Buckets of the histograms', html`<div class="two">${stages.filter(({ path }) => groups.some((group) => group.path === path) || path.endsWith('publish')).map(bucketTable)}</div>`),
        ]
      : null,
  );
}

function stagesOf({ measured }: Run, isClosed: boolean): Stage[] {
  const { publish, scheduleDelay, batching, request } = measured.latency;
  const begin = isClosed ? 'handed over' : 'due';
  const stage = (name: string, meaning: string, path: string, color: ColorName, record: HistogramRecord): Stage => {
    const decoded = decodeHistogram(record);
    const histogram = decoded.kind === 'histogram' && record.summary.minUs !== null && record.summary.count > record.summary.overflowCount ? decoded.histogram : null;
    return { name, meaning, path, color, record, histogram, damage: decoded.kind === 'damaged' ? decoded.reason : null };
  };
  return [
    stage('publish', `${begin} to acknowledged`, 'measured.latency.publish', 'publish', publish),
    ...measured.groups.map(({ name, endToEnd }, at) => stage(`end-to-end ${name}`, `${begin} to read by the group`, `measured.groups.${at}.endToEnd`, groupColor(at), endToEnd)),
    stage('schedule delay', 'due to handed over', 'measured.latency.scheduleDelay', 'delay', scheduleDelay),
    stage('batching', 'batch opened to first sent', 'measured.latency.batching', 'batching', batching),
    stage('request', 'first sent to acknowledged', 'measured.latency.request', 'request', request),
  ];
}

function stageTable(stages: readonly Stage[]): Markup {
  const heads = ['p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max', 'mean', 'samples'];
  const rows = stages.map(({ name, meaning, path, color, record: { summary } }): Content[] => [
    html`<span class="c-${color}">${name}</span> <span class="unit">${meaning}</span>`,
    ...(['p50Us', 'p90Us', 'p99Us', 'p999Us', 'p9999Us', 'maxUs'] as const).map((field) => latencyFigure(`${path}.summary.${field}`, summary[field], summary)),
    figure(`${path}.summary.meanUs`, summary.meanUs, latencyText),
    figure(`${path}.summary.count`, summary.count, countText),
  ]);
  return dataTable({ label: 'Latency percentiles of each stage', columns: [{ head: '' }, ...heads.map((head) => ({ head, isNumber: true }))], rows });
}

function notes(name: string, { count, overflowCount, rangeUsMax }: HistogramRecord['summary'], damage: string | null): Markup[] {
  const found: string[] = [];
  if (damage !== null) found.push(`${name}: the stored histogram is damaged: ${damage}.`);
  if (overflowCount > 0) found.push(`${name}: ${countText(overflowCount)} of ${countText(count)} samples lie above ${latencyText(rangeUsMax)}, the end of the histogram; they are counted.`);
  return found.map((text) => html`<p class="note warn">${text}</p>`);
}

/** Place of a percentile on the axis: how many nines, log10(1 / (1 - p)). */
function percentileScale(decades: number): Scale {
  const ticks = [{ value: 0, text: '0 %', isMinor: false }, { value: Math.log10(2), text: '50 %', isMinor: true }];
  for (let nines = 1; nines <= decades; nines++) ticks.push({ value: nines, text: `${percentOf(nines)} %`, isMinor: nines % 2 === 0 });
  return { kind: 'linear', share: (value) => value / decades, ticks };
}

/** 90, 99, 99.9 without the errors of binary fractions. */
function percentOf(nines: number): string {
  return nines === 1 ? '90' : nines === 2 ? '99' : `99.${'9'.repeat(nines - 2)}`;
}

/** Rows of the table: 0, 50, 75, 90, 95, 97.5, 99, ... */
function percentilesUpTo(decades: number): string[] {
  const found = ['0', '25', '50', '75'];
  for (let nines = 1; nines <= decades; nines++) {
    const percent = percentOf(nines);
    const nextNine = nines === 1 ? '9' : percent.includes('.') ? percent : `${percent}.`;
    found.push(percent);
    if (nines === 1) found.push('95', '97.5');
    else found.push(`${nextNine}5`, `${nextNine}75`);
  }
  return found.filter((percent) => ninesOf(Number(percent)) <= decades);
}

function ninesOf(percent: number): number {
  return -Math.log10(1 - percent / 100);
}

function curveChart(stages: readonly Stage[], shown: readonly Stage[], x: Scale, options: { title: string; remark: string }): Markup | null {
  const drawn = shown.flatMap((stage) => (stage.histogram === null ? [] : [{ stage, histogram: stage.histogram }]));
  if (drawn.length === 0) return null;
  const series = drawn.map(({ stage: { name, color, record }, histogram }): Series => ({
    name: name.replace(/^end-to-end /, ''),
    color,
    line: 'solid',
    points: curveOf(histogram, record.summary.maxUs),
    faintFrom: Math.log10(Math.max(1, histogram.count / SAMPLES_ABOVE_MIN)),
  }));
  const values = series.flatMap(({ points }) => points.flatMap(({ y }) => (y === null ? [] : [y])));
  return lineChart({
    title: options.title,
    unit: 'by percentile, both axes log',
    description: `Latency at each percentile for ${series.map(({ name }) => name).join(', ')}. The axis spreads the tail: each step to the right has one more nine.`,
    remark: options.remark,
    heightPx: 270,
    x,
    y: logScale({ smallest: values.reduce((a, b) => Math.min(a, b)), largest: values.reduce((a, b) => Math.max(a, b)), text: latencyText }),
    series,
    xTitle: 'percentile',
    rows: { id: ROWS_ID, columns: drawn.map(({ stage }) => stages.indexOf(stage) + 1) },
  });
}

/** Ends at the largest sample, or where the samples above the range begin. */
function curveOf(histogram: LatencyHistogram, maxUs: number | null): Point[] {
  const end = Math.log10(histogram.count);
  const points: Point[] = [];
  for (let at = 0; at / POINTS_PER_DECADE < end; at++) {
    const nines = at / POINTS_PER_DECADE;
    points.push({ x: nines, y: histogram.percentileUs(100 * (1 - 10 ** -nines)) });
  }
  points.push({ x: end, y: maxUs });
  return points;
}

function percentileTable(stages: readonly Stage[], percentiles: readonly string[], decades: number): Markup {
  const columns: TableColumn[] = [{ head: 'percentile', isNumber: true }, ...stages.map(({ name, path }): TableColumn => ({ head: name, isNumber: true, field: path }))];
  const rows = percentiles.map((percent): Content[] => [
    `${percent} %`,
    ...stages.map(({ histogram, record: { summary } }) => (histogram === null ? percentileText(null, { ...summary, count: 0 }) : percentileText(histogram.percentileUs(Number(percent)), summary))),
  ]);
  const xs = percentiles.map((percent) => (ninesOf(Number(percent)) / decades) * WIDTH);
  return dataTable({ label: 'Latency by percentile', id: ROWS_ID, columns, rows, xs });
}

function bucketTable({ name, record, color, histogram }: Stage): Markup | null {
  if (histogram === null) return null;
  const buckets = bucketsOf(record);
  const { count, overflowCount, rangeUsMax } = record.summary;
  const largest = Math.max(overflowCount, ...buckets.map((bucket) => bucket.count));
  let below = 0;
  const rows = buckets.map(({ fromUs, toUs, count: inBucket }): Content[] => {
    below += inBucket;
    return [`${latencyText(fromUs)} – ${latencyText(toUs)}`, bar(inBucket / largest, color), countText(inBucket), `${(Math.floor((below / count) * 1e5) / 1e3).toFixed(3)} %`];
  });
  if (overflowCount > 0) rows.push([`above ${latencyText(rangeUsMax)}`, bar(overflowCount / largest, 'bad'), countText(overflowCount), '100.000 %']);
  const columns: TableColumn[] = [{ head: '', isNumber: true }, { head: '' }, { head: 'samples', isNumber: true }, { head: 'up to here', isNumber: true }];
  return html`<div class="bars"><h3>${name}</h3>${dataTable({ label: `Buckets of ${name}`, columns, rows })}</div>`;
}

function bar(share: number, color: ColorName): Markup | null {
  return share > 0 ? html`<span class="bar c-${color}" style="width:${Math.round(share * 1000) / 10}%"></span>` : null;
}
