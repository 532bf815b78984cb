/**
 * Latency over the measured window: the table of each stage's percentiles with what the reader must know of how they were taken, and the
 * histograms as pictures: buckets on a logarithmic scale of round numbers, a bar, the count, how much lies at or below the bucket's end.
 */
import { LatencyHistogram } from '../histogram.ts';
import type { HistogramRecord, LatencySummary, Run } from '../run.ts';
import { generatorTiming } from './generator-timing.ts';
import { countText, latencyText } from './number-text.ts';
import { heading, sentence, table, type Cell, type Column, type Page } from './page.ts';
import { percentileText } from './percentile-text.ts';

const COLUMNS: readonly Column[] = [
  { head: '', align: 'left', isFlexible: true },
  { head: 'p50', align: 'right' },
  { head: 'p90', align: 'right' },
  { head: 'p99', align: 'right' },
  { head: 'p99.9', align: 'right' },
  { head: 'max', align: 'right' },
  { head: 'samples', align: 'right' },
];

const CLOSED_LOOP_NOTE = 'Closed loop: a slow answer delays the records behind it and their wait is not counted. Judge latency at a fixed rate.';

/** So many samples must lie above a percentile for it to be more than a guess. */
const SAMPLES_ABOVE_MIN = 100;

export interface Bucket {
  readonly fromUs: number;
  /** Exclusive. */
  readonly toUs: number;
  readonly count: number;
}

const ROWS_MAX = 12;

/** Limits within a decade, the finest first: the finest that needs no more than ROWS_MAX rows is taken. */
const STEPS: readonly (readonly number[])[] = [
  [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
];

const PICTURE_COLUMNS: readonly Column[] = [
  { head: '', align: 'right' },
  { head: '', align: 'left' },
  { head: 'samples', align: 'right' },
  { head: 'up to here', align: 'right' },
  { head: '', align: 'left' },
];

const BAR_WIDTH_MAX = 50;
/** Of a picture: the indent, four gaps, `up to here`. */
const GAPS_AND_SHARE_WIDTH = 20;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export function latencyTableText(run: Run, page: Page): string[] {
  const { measured, configuration } = run;
  const { publish, scheduleDelay, batching, request } = measured.latency;
  const endToEnd = measured.groups.map(({ name, endToEnd: { summary } }): [string, LatencySummary] => [`end-to-end ${name}`, summary]);
  const stages: [string, LatencySummary][] = [
    ['publish', publish.summary],
    ...endToEnd,
    ['schedule delay', scheduleDelay.summary],
    ['batching', batching.summary],
    ['request', request.summary],
  ];
  const rows = stages.map(([stage, summary], at) => rowOf(stage, summary, at <= endToEnd.length ? page.colors.bold : undefined));
  const isClosed = configuration.load.kind === 'closed';
  return [
    ...heading(page, 'Latency', isClosed ? '' : 'from the moment each record was due, measured window'),
    ...table(page, COLUMNS, rows),
    ...generatorTimingText(run, page),
    ...sentence(page, meaningText(isClosed, endToEnd.length > 0), { paint: page.colors.dim }),
    ...(isClosed ? sentence(page, CLOSED_LOOP_NOTE, { paint: page.colors.yellow }) : []),
    ...notes(stages, endToEnd.length + 1).flatMap((note) => sentence(page, note, { paint: page.colors.yellow })),
  ];
}

function generatorTimingText(run: Run, page: Page): string[] {
  const timing = generatorTiming(run);
  return timing === undefined ? [] : sentence(page, `Generator timing error: ${timing.words}.`, timing.isInvalid ? { paint: (text) => page.colors.bold(page.colors.red(text)) } : {});
}

function rowOf(stage: string, summary: LatencySummary, paint: ((text: string) => string) | undefined): Cell[] {
  const values = [summary.p50Us, summary.p90Us, summary.p99Us, summary.p999Us, summary.maxUs].map((value) => percentileText(value, summary));
  const cells = [stage, ...values, countText(summary.count)];
  return paint === undefined ? cells : cells.map((text) => ({ text, paint }));
}

function meaningText(isClosed: boolean, hasGroups: boolean): string {
  const publish = isClosed ? 'publish: handed over to acknowledged' : 'publish: due to acknowledged';
  const parts = [publish, ...(hasGroups ? [`end-to-end: ${isClosed ? 'handed over' : 'due'} to read by the group`] : []), 'schedule delay: due to handed over', 'batching: batch opened to first sent', 'request: first sent to acknowledged'];
  return `${parts.join(' · ')}.`;
}

function notes(stages: readonly (readonly [string, LatencySummary])[], mainCount: number): string[] {
  const found: string[] = [];
  for (const [stage, { count, overflowCount, rangeUsMax }] of stages) {
    if (overflowCount > 0) found.push(`${stage}: ${countText(overflowCount)} of ${countText(count)} samples lie above ${latencyText(rangeUsMax)}, the end of the histogram; they are counted.`);
  }
  for (const [stage, { count }] of stages.slice(0, mainCount)) {
    if (count > 0 && count * 0.001 < SAMPLES_ABOVE_MIN) found.push(`${stage}: only ${Math.floor(count * 0.001)} of ${countText(count)} samples lie above p99.9; run longer before building on it.`);
  }
  return found;
}

export function latencyPicturesText({ measured }: Run, page: Page): string[] {
  const pictures = [picture('Publish latency', measured.latency.publish, page)];
  for (const { name, endToEnd } of measured.groups) pictures.push(picture(`End-to-end latency of group ${name}`, endToEnd, page));
  return pictures.filter((lines) => lines.length > 0).flatMap((lines, at) => (at === 0 ? lines : ['', ...lines]));
}

/** Without gaps, from the smallest sample to the largest in range. Throws DamagedHistogramError. */
export function bucketsOf(record: HistogramRecord): Bucket[] {
  const { minUs, count, overflowCount } = record.summary;
  if (minUs === null || count === overflowCount) return [];
  const histogram = decoded(record);
  const largestUs = histogram.percentileUs(((count - overflowCount) / count) * 100) ?? minUs;
  const limits = limitsAround(minUs, largestUs);
  return histogram.countsBetween(limits).map((inBucket, at) => ({ fromUs: limits[at] as number, toUs: limits[at + 1] as number, count: inBucket }));
}

/** A run's schema cannot see into an encoded histogram: damage shows here, when it is read. */
export class DamagedHistogramError extends Error {
  override readonly name = 'DamagedHistogramError';
  readonly code = 'DAMAGED_HISTOGRAM';
}

function decoded(record: HistogramRecord): LatencyHistogram {
  let histogram: LatencyHistogram;
  try {
    histogram = LatencyHistogram.fromRecord(record);
  } catch (error) {
    throw new DamagedHistogramError(`hdrBase64 cannot be decoded: ${(error as Error).message}`, { cause: error });
  }
  const { count } = record.summary;
  if (histogram.count !== count) throw new DamagedHistogramError(`hdrBase64 holds ${histogram.count} samples, its summary says ${count}`);
  return histogram;
}

/** `▏` to `█` in eighths of a column; something is shown for every count above zero. */
export function bar(share: number, columns: number): string {
  const eighths = share > 0 ? Math.max(1, Math.round(share * columns * 8)) : 0;
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8]}`;
}

function picture(title: string, record: HistogramRecord, page: Page): string[] {
  let buckets: Bucket[];
  try {
    buckets = bucketsOf(record);
  } catch (error) {
    if (!(error instanceof DamagedHistogramError)) throw error;
    return [...heading(page, title), ...sentence(page, `The stored histogram is damaged: ${error.message}`, { paint: page.colors.red })];
  }
  if (buckets.length === 0) return [];
  const { count, overflowCount, rangeUsMax } = record.summary;
  const largest = Math.max(overflowCount, ...buckets.map((bucket) => bucket.count));
  let below = 0;
  const parts = buckets.map((bucket) => {
    const marks = percentilesIn(record.summary, below, below + bucket.count);
    below += bucket.count;
    return { range: `${limitText(bucket.fromUs)} – ${limitText(bucket.toUs)}`, share: bucket.count / largest, count: countText(bucket.count), upToHere: shareText(below, count), marks };
  });
  const above = overflowCount > 0 ? `above ${latencyText(rangeUsMax)}` : '';
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const besides = widest([...parts.map(({ range }) => range), above]) + widest([...parts.map((part) => part.count), 'samples']) + widest(parts.map(({ marks }) => marks));
  const barWidth = Math.min(BAR_WIDTH_MAX, page.width - besides - GAPS_AND_SHARE_WIDTH);
  const rows = parts.map(({ range, share, count: samples, upToHere, marks }): Cell[] => [
    range,
    { text: bar(share, barWidth), paint: page.colors.cyan },
    samples,
    upToHere,
    { text: marks, paint: page.colors.dim },
  ]);
  if (overflowCount > 0) rows.push([above, { text: bar(overflowCount / largest, barWidth), paint: page.colors.red }, countText(overflowCount), shareText(count, count), '']);
  return [...heading(page, title), ...table(page, PICTURE_COLUMNS, rows)];
}

/** Cut, not rounded: nothing may read as all samples while some are left. */
function shareText(below: number, count: number): string {
  return `${(Math.floor((below / count) * 1e5) / 1e3).toFixed(3)} %`;
}

/** Limits are exact: `1.5 ms`, not `1.50 ms`. */
function limitText(us: number): string {
  return latencyText(us).replace(/(\.\d*[1-9])0+ |\.0+ /, '$1 ');
}

/** The percentiles of the table that fall among samples number `below` + 1 to `upTo`. */
function percentilesIn({ count }: LatencySummary, below: number, upTo: number): string {
  const marks: string[] = [];
  for (const percentile of [50, 90, 99, 99.9]) {
    const rank = Math.max(1, Math.ceil((percentile * count) / 100 - 1e-6));
    if (rank > below && rank <= upTo) marks.push(`p${percentile}`);
  }
  return marks.join(' ');
}

function limitsAround(smallestUs: number, largestUs: number): number[] {
  let limits: number[] = [];
  for (const steps of STEPS) {
    limits = roundLimits(steps, smallestUs, largestUs);
    if (limits.length - 1 <= ROWS_MAX) break;
  }
  return limits;
}

/** From the last limit at or below `smallest` to the first above `largest`; whole microseconds. */
function roundLimits(steps: readonly number[], smallestUs: number, largestUs: number): number[] {
  const all = [0];
  for (let decade = 1; all.at(-1) as number <= largestUs; decade *= 10) {
    for (const step of steps) {
      const limit = Math.round(step * decade);
      if (limit > (all.at(-1) as number)) all.push(limit);
    }
  }
  const first = all.findLastIndex((limit) => limit <= smallestUs);
  const last = all.findIndex((limit) => limit > largestUs);
  return all.slice(first, last + 1);
}
