/**
 * The course of a run as strips of one column a second: acknowledged records, p99 of publish latency, lag of each group, marks for faults.
 * When there are more seconds than columns, a column holds several and shows the worst of them, so that a dip cannot hide.
 */
import type { Run, RunEvent, SecondRecord } from '../run.ts';
import { countText, latencyText, rateText } from './number-text.ts';
import { heading, plain, sentence, type Paint, type Page } from './page.ts';

/** Values of one column; null where nothing was measured. */
type Strip = readonly (number | null)[];

interface Columns {
  readonly firstSecond: number;
  readonly secondsPerColumn: number;
  readonly cells: readonly (readonly SecondRecord[])[];
}

const LABEL_WIDTH = 16;
/** For the largest value beside a strip. */
const SCALE_WIDTH = 24;
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NOTHING = '·';
const ZERO = '_';

const MARKS: readonly { readonly kind: RunEvent['kind']; readonly mark: string; readonly meaning: string }[] = [
  { kind: 'brokerKilled', mark: 'K', meaning: 'broker killed' },
  { kind: 'brokerPaused', mark: 'P', meaning: 'broker paused' },
  { kind: 'brokerResumed', mark: 'G', meaning: 'broker goes on' },
  { kind: 'brokerRestarted', mark: 'R', meaning: 'broker restarted' },
  { kind: 'diskSlowed', mark: 'D', meaning: 'disk slowed' },
  { kind: 'diskHealed', mark: 'd', meaning: 'disk healed' },
  { kind: 'linkCut', mark: 'C', meaning: 'link cut' },
  { kind: 'linkSlowed', mark: 'S', meaning: 'link slowed' },
  { kind: 'linkHealed', mark: 'c', meaning: 'link healed' },
  { kind: 'groupChanged', mark: 'M', meaning: 'members changed' },
  { kind: 'groupHealed', mark: 'm', meaning: 'members as before' },
  { kind: 'leaderChange', mark: 'L', meaning: 'leader changed' },
  { kind: 'isrChange', mark: 'I', meaning: 'in-sync replicas changed' },
];

export function secondsText({ measured, configuration }: Run, page: Page): string[] {
  const { seconds, measureStartSecond, measureEndSecond, events } = measured;
  const columns = columnsOf(seconds, page.width - LABEL_WIDTH - SCALE_WIDTH - 2);
  if (columns === undefined) return [];
  const rates = columns.cells.map((cell) => smallest(cell.map(({ acknowledgedRecords }) => acknowledgedRecords)));
  const p99s = columns.cells.map((cell) => largest(cell.map(({ p99Us }) => p99Us)));
  const inWindow = (second: number): boolean => second >= measureStartSecond && second < measureEndSecond;
  const lines = [
    ...heading(page, 'Second by second', columns.secondsPerColumn === 1 ? '' : `a column is ${columns.secondsPerColumn} s: the lowest rate and the highest p99 in it`),
    windowLine(columns, inWindow, page),
    ...offeredLine(columns, configuration.load, page),
    stripLine(page, { label: 'records/s', strip: rates, paint: page.colors.green, level: linear, scale: `max ${rateText(largest(rates) ?? 0)}` }),
    stripLine(page, { label: 'publish p99', strip: p99s, paint: page.colors.cyan, level: logarithmic, scale: p99Scale(p99s) }),
    ...configuration.groups.flatMap(({ name }) => lagLine(columns, name, page)),
    ...eventLines(columns, events, page),
    axisLine(columns, page),
  ];
  const worst = worstText(seconds.filter(({ second }) => inWindow(second)));
  return worst === '' ? lines : [...lines, ...sentence(page, worst)];
}

/** Undefined without a second. Seconds that are missing in the record leave an empty cell. */
function columnsOf(seconds: readonly SecondRecord[], room: number): Columns | undefined {
  const firstSecond = seconds[0]?.second;
  const lastSecond = seconds.at(-1)?.second;
  if (firstSecond === undefined || lastSecond === undefined) return undefined;
  const secondsPerColumn = Math.ceil((lastSecond - firstSecond + 1) / room);
  const count = Math.ceil((lastSecond - firstSecond + 1) / secondsPerColumn);
  const cells: SecondRecord[][] = Array.from({ length: count }, () => []);
  for (const record of seconds) cells[Math.floor((record.second - firstSecond) / secondsPerColumn)]?.push(record);
  return { firstSecond, secondsPerColumn, cells };
}

function stripLine(page: Page, options: { label: string; strip: Strip; paint: Paint; level: (value: number, strip: Strip) => number; scale: string }): string {
  const { label, strip, paint, level, scale } = options;
  const drawn = strip.map((value) => {
    if (value === null) return NOTHING;
    return value === 0 ? ZERO : (LEVELS[Math.min(LEVELS.length - 1, Math.max(0, Math.ceil(level(value, strip) * LEVELS.length) - 1))] as string);
  });
  return `${labelOf(label)}${paint(drawn.join(''))}  ${page.colors.dim(scale.slice(0, SCALE_WIDTH - 2))}`;
}

/** From 0. */
function linear(value: number, strip: Strip): number {
  return value / (largest(strip) ?? value);
}

/** From the smallest value, or a tenth of the largest where all are alike: noise must not fill the strip. */
function logarithmic(value: number, strip: Strip): number {
  const high = Math.log(largest(strip) ?? value);
  const low = Math.min(Math.log(smallest(strip.filter((other) => other !== 0)) ?? value), high - Math.LN10);
  return (Math.log(value) - low) / (high - low);
}

function p99Scale(p99s: Strip): string {
  const low = smallest(p99s);
  const high = largest(p99s);
  return low === null || high === null ? '' : `${latencyText(low)}–${latencyText(high)}, log`;
}

/** Only where it changes: the records that were due in each second. */
function offeredLine(columns: Columns, load: Run['configuration']['load'], page: Page): string[] {
  if (load.kind !== 'shaped') return [];
  const offered = columns.cells.map((cell) => smallest(cell.map(({ offeredRecords }) => offeredRecords ?? null)));
  return [stripLine(page, { label: 'offered', strip: offered, paint: page.colors.dim, level: linear, scale: `max ${rateText(largest(offered) ?? 0)}` })];
}

/** Only for a group that ever lagged. */
function lagLine(columns: Columns, name: string, page: Page): string[] {
  const lags = columns.cells.map((cell) => largest(cell.map(({ lagRecordsByGroup }) => lagRecordsByGroup[name] ?? null)));
  const highest = largest(lags);
  if (highest === null || highest === 0) return [];
  return [stripLine(page, { label: `lag ${plain(name)}`, strip: lags, paint: page.colors.yellow, level: linear, scale: `max ${countText(highest)} records` })];
}

function windowLine({ cells, firstSecond, secondsPerColumn }: Columns, inWindow: (second: number) => boolean, page: Page): string {
  const drawn = cells.map((_, at) => (inWindow(firstSecond + at * secondsPerColumn) ? '━' : '┄'));
  return `${labelOf('')}${page.colors.dim(`${drawn.join('')}  ━ measured ┄ not`)}`;
}

function eventLines({ cells, firstSecond, secondsPerColumn }: Columns, events: readonly RunEvent[], page: Page): string[] {
  const used = MARKS.filter(({ kind }) => events.some((event) => event.kind === kind));
  if (used.length === 0) return [];
  const marks = Array.from({ length: cells.length }, () => ' ');
  // The most important one is drawn last.
  for (const { kind, mark } of used.toReversed()) {
    for (const event of events) {
      const at = Math.floor((event.atMs / 1000 - firstSecond) / secondsPerColumn);
      if (event.kind === kind && at >= 0 && at < marks.length) marks[at] = mark;
    }
  }
  return [
    `${labelOf('events')}${page.colors.red(marks.join('').trimEnd())}`,
    ...sentence(page, used.map(({ mark, meaning }) => `${mark} ${meaning}`).join(' · '), { indent: LABEL_WIDTH + 2, paint: page.colors.dim }),
  ];
}

/** Seconds since the load's start, at each tenth column. */
function axisLine({ cells, firstSecond, secondsPerColumn }: Columns, page: Page): string {
  let axis = '';
  for (let at = 0; at < cells.length; at += 10) axis = `${axis.padEnd(at)}${firstSecond + at * secondsPerColumn}`;
  return `${labelOf('second')}${page.colors.dim(axis)}`;
}

function worstText(seconds: readonly SecondRecord[]): string {
  const [first] = seconds;
  if (first === undefined) return '';
  const slowest = seconds.reduce((worst, second) => (second.acknowledgedRecords < worst.acknowledgedRecords ? second : worst), first);
  const latest = seconds.reduce((worst, second) => ((second.p99Us ?? -1) > (worst.p99Us ?? -1) ? second : worst), first);
  const p99 = latest.p99Us === null ? '' : `, highest p99 ${latencyText(latest.p99Us)} in second ${latest.second}`;
  return `Measured window: lowest rate ${countText(slowest.acknowledgedRecords)} records/s in second ${slowest.second}${p99}.`;
}

function labelOf(label: string): string {
  return `  ${label.slice(0, LABEL_WIDTH - 1).padEnd(LABEL_WIDTH)}`;
}

function smallest(values: Strip): number | null {
  return values.reduce((least, value) => (value !== null && (least === null || value < least) ? value : least), null);
}

function largest(values: Strip): number | null {
  return values.reduce((most, value) => (value !== null && (most === null || value > most) ? value : most), null);
}
