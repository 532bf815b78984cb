/**
 * The seconds of a run as columns of its charts. A run with more seconds than columns has several in one, and shows the worst of them (the
 * lowest rate, the highest latency and lag), so that a dip cannot hide. Seconds that are missing in the record leave a gap.
 */
import type { Run, SecondRecord } from '../../run.ts';
import { outagesOf } from '../../fault/moments.ts';
import { WIDTH, type Band, type Point } from './line-chart.ts';
import { exactScale, type Scale } from './scale.ts';

export interface SecondsAxis {
  readonly scale: Scale;
  readonly bands: readonly Band[];
  readonly columns: readonly SecondsColumn[];
  readonly secondsPerColumn: number;
}

export interface SecondsColumn {
  readonly fromSecond: number;
  readonly toSecond: number;
  readonly seconds: readonly SecondRecord[];
  /** Middle of the column: a second's figures belong to all of it. */
  readonly x: number;
}

const COLUMNS_MAX = 600;

/** Undefined without a second. */
export function secondsAxis({ measured, configuration }: Run): SecondsAxis | undefined {
  const { seconds, measureStartSecond, measureEndSecond, events } = measured;
  const first = seconds[0]?.second;
  const last = seconds.at(-1)?.second;
  if (first === undefined || last === undefined) return undefined;
  const end = last + 1;
  const secondsPerColumn = Math.ceil((end - first) / COLUMNS_MAX);
  const columns = Array.from({ length: Math.ceil((end - first) / secondsPerColumn) }, (_, at): SecondsColumn & { seconds: SecondRecord[] } => {
    const fromSecond = first + at * secondsPerColumn;
    const toSecond = Math.min(end, fromSecond + secondsPerColumn);
    return { fromSecond, toSecond, seconds: [], x: (fromSecond + toSecond) / 2 };
  });
  for (const record of seconds) columns[Math.floor((record.second - first) / secondsPerColumn)]?.seconds.push(record);
  const outside: Band[] = [];
  const hasWindow = measureEndSecond > measureStartSecond;
  if (hasWindow && measureStartSecond > first) outside.push({ kind: 'outside', from: first, to: measureStartSecond, label: configuration.warmupSeconds > 0 ? 'warm-up' : '' });
  if (hasWindow && measureEndSecond < end) outside.push({ kind: 'outside', from: measureEndSecond, to: end, label: 'drain' });
  const faults = outagesOf(events).map(({ label, fromMs, toMs }): Band => ({ kind: 'fault', from: fromMs / 1000, to: toMs === null ? end : toMs / 1000, label }));
  return { scale: exactScale({ from: first, to: end, tickCount: 10, text: String }), bands: [...outside, ...faults], columns, secondsPerColumn };
}

/** The `worst` of a column's values, null where none was measured. */
export function pointsOf(axis: SecondsAxis, value: (second: SecondRecord) => number | null | undefined, worst: 'lowest' | 'highest'): Point[] {
  return axis.columns.map(({ x, seconds }) => ({ x, y: worstOf(seconds.map(value), worst) }));
}

export function worstOf(values: readonly (number | null | undefined)[], worst: 'lowest' | 'highest'): number | null {
  let found: number | null = null;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    if (found === null || (worst === 'lowest' ? value < found : value > found)) found = value;
  }
  return found;
}

/** Places of the columns along the chart, for its read-out. */
export function columnXs({ columns, scale }: SecondsAxis): number[] {
  return columns.map(({ x }) => scale.share(x) * WIDTH);
}
