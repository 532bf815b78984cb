/**
 * A trace: how many records came when, from a file that somebody measured. One line a point, either rates or single arrivals:
 *
 *   second,rate          or JSON lines {"second":0,"rate":1200}: from that second on, until the next line, so many a second
 *   timestamp            or JSON lines {"timestamp":1790000000.25}, or a bare number a line: one record arrived then
 *
 * Times rise; they are seconds, milliseconds when the column is called timestamp_ms (or second_ms), or ISO 8601. The first is the trace's second 0.
 */
import { readFileSync, statSync } from 'node:fs';
import type { RatePiece } from './rate-curve.ts';

export class TraceError extends Error {
  override readonly name = 'TraceError';
}

export interface Trace {
  readonly kind: 'rates' | 'arrivals';
  readonly pieces: readonly RatePiece[];
  readonly seconds: number;
  readonly records: number;
}

/** A line of a trace becomes a few numbers in every load worker. */
const POINTS_MAX = 1_000_000;
const FILE_BYTES_MAX = 128 << 20;

interface Point {
  readonly seconds: number;
  /** Undefined: one arrival. */
  readonly ratePerSecond: number | undefined;
}

/** Throws TraceError with the line. */
export function readTrace(path: string): Trace {
  const points = pointsOf(path, textOf(path));
  points.forEach(({ seconds }, at) => {
    if (at > 0 && seconds < (points[at - 1] as Point).seconds) throw new TraceError(`trace ${path}: point ${at + 1} lies before the one above it: times must rise`);
  });
  const isRates = points[0]?.ratePerSecond !== undefined;
  const pieces = isRates ? ratePieces(points) : arrivalPieces(points);
  const seconds = pieces.reduce((sum, piece) => sum + piece.seconds, 0);
  const records = pieces.reduce((sum, piece) => sum + (piece.records ?? piece.seconds * piece.fromPerSecond), 0);
  if (!(seconds > 0 && records > 0)) throw new TraceError(`trace ${path} covers ${seconds} s and ${records} records: there is nothing to replay`);
  return { kind: isRates ? 'rates' : 'arrivals', pieces, seconds, records };
}

/** The last rate holds as long as the one before it; a second, when it is alone. */
function ratePieces(points: readonly Point[]): RatePiece[] {
  let seconds = 1;
  return points.map((point, at): RatePiece => {
    const next = points[at + 1];
    if (next !== undefined) seconds = next.seconds - point.seconds;
    const rate = point.ratePerSecond ?? 0;
    return { seconds, fromPerSecond: rate, toPerSecond: rate };
  });
}

/** Record n is due at arrival n: between two arrivals the rate is one a gap. Behind the last one, a gap of mean length. */
function arrivalPieces(points: readonly Point[]): RatePiece[] {
  const span = ((points.at(-1) as Point).seconds - (points[0] as Point).seconds) / Math.max(1, points.length - 1);
  return points.map(({ seconds: at }, index): RatePiece => {
    const next = points[index + 1];
    const seconds = next === undefined ? span : next.seconds - at;
    const rate = seconds > 0 ? 1 / seconds : 0;
    return { seconds, fromPerSecond: rate, toPerSecond: rate, records: 1 };
  });
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > FILE_BYTES_MAX) throw new TraceError(`trace ${path} has ${size} bytes, more than ${FILE_BYTES_MAX}: thin it out, or give rates instead of arrivals`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof TraceError) throw error;
    throw new TraceError(`cannot read trace ${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`, { cause: error });
  }
}

function pointsOf(path: string, text: string): Point[] {
  const points: Point[] = [];
  let columns: readonly string[] | undefined;
  for (const [at, line] of text.replace(/^\uFEFF/, '').split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const fields = fieldsOf(line, { columns, mayBeHeader: points.length === 0 }, `trace ${path}, line ${at + 1}`);
    if (fields === 'header') {
      columns = line.split(/[,;\t]/).map((name) => name.trim());
      continue;
    }
    const point = pointOf(fields, `trace ${path}, line ${at + 1}`);
    if (points.length > 0 && (point.ratePerSecond === undefined) !== (points[0]?.ratePerSecond === undefined)) throw new TraceError(`trace ${path}, line ${at + 1}: rates and single arrivals do not go together`);
    if (points.length === POINTS_MAX) throw new TraceError(`trace ${path} has more than ${POINTS_MAX} points: give rates instead of arrivals`);
    points.push(point);
  }
  if (points.length === 0) throw new TraceError(`trace ${path} holds no point: it needs lines of second,rate or one timestamp a line`);
  return points;
}

type Fields = Readonly<Record<string, unknown>>;

/** A first line without a number is a CSV header. */
function fieldsOf(line: string, { columns, mayBeHeader }: { columns: readonly string[] | undefined; mayBeHeader: boolean }, where: string): Fields | 'header' {
  if (line.trimStart().startsWith('{')) {
    try {
      return JSON.parse(line) as Fields;
    } catch {
      throw new TraceError(`${where}: "${line.slice(0, 60)}" is no JSON object`);
    }
  }
  const values = line.split(/[,;\t]/).map((value) => value.trim());
  if (columns === undefined && mayBeHeader && timeOf(values[0] ?? '', 1) === undefined) return 'header';
  const names = columns ?? (values.length > 1 ? ['second', 'rate'] : ['timestamp']);
  return Object.fromEntries(names.map((name, at) => [name, values[at]]));
}

const TIME_FIELDS: readonly (readonly [string, number])[] = [['second', 1], ['timestamp', 1], ['time', 1], ['second_ms', 1e-3], ['timestamp_ms', 1e-3], ['timestampMs', 1e-3]];

function pointOf(fields: Fields, where: string): Point {
  const [name, scale] = TIME_FIELDS.find(([each]) => fields[each] !== undefined) ?? [undefined, 1];
  if (name === undefined) throw new TraceError(`${where}: there is no ${TIME_FIELDS.map(([each]) => each).join(', ')} in it`);
  const seconds = timeOf(fields[name], scale);
  if (seconds === undefined) throw new TraceError(`${where}: ${name} ${JSON.stringify(fields[name])} is neither a number nor an ISO 8601 time`);
  if (fields['rate'] === undefined) return { seconds, ratePerSecond: undefined };
  const rate = Number(fields['rate']);
  if (fields['rate'] === '' || !(rate >= 0 && Number.isFinite(rate))) throw new TraceError(`${where}: rate ${JSON.stringify(fields['rate'])} is no number from 0 up`);
  return { seconds, ratePerSecond: rate };
}

function timeOf(value: unknown, scale: number): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value * scale : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) return number * scale;
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms / 1000;
}
