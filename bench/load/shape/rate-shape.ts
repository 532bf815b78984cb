/**
 * How the rate of an open loop changes over the measured window, as plain data, and the curve that it describes. The warm-up has the rate with
 * which the shape begins (its mean where it begins with nothing), so that the shape's second 0 is the window's first.
 */
import { RateCurve, type RatePiece } from './rate-curve.ts';
import { readTrace } from './trace-file.ts';

export type RateShape =
  /** One rate after the other; the last one holds. */
  | { readonly kind: 'steps'; readonly steps: readonly RateStep[] }
  /** From one rate to another on a straight line, which then holds. */
  | { readonly kind: 'ramp'; readonly fromPerSecond: number; readonly toPerSecond: number; /** Undefined: the whole window. */ readonly overSeconds?: number }
  /** `burstSeconds` in the middle of each `everySeconds` at the burst's rate. */
  | { readonly kind: 'bursts'; readonly basePerSecond: number; readonly burstPerSecond: number; readonly everySeconds: number; readonly burstSeconds: number }
  /** 24 hours in the window's length: a cosine, lowest at 04:00 and highest at 16:00. */
  | { readonly kind: 'day'; readonly troughPerSecond: number; readonly peakPerSecond: number }
  /** 24 hours in the window's length by factors of a rate at evenly spaced times from 00:00 on (24 factors: the full hours), straight lines between. */
  | { readonly kind: 'hours'; readonly ratePerSecond: number; readonly factors: readonly number[] }
  /** What a file says; see trace-file.ts. */
  | { readonly kind: 'trace'; readonly path: string; readonly repeats: boolean };

export interface RateStep {
  readonly ratePerSecond: number;
  /** Undefined in all steps: the window in equal parts. */
  readonly seconds?: number;
}

export interface ShapeWindow {
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
}

/** So many straight lines draw a day's cosine: the rate is within 0.006 % of its swing. */
const DAY_PIECES = 288;
const LOWEST_HOUR = 4;

/** Throws TraceError when a trace cannot be used. */
export function curveOf(shape: RateShape, { warmupSeconds, durationSeconds }: ShapeWindow): RateCurve {
  const { pieces, after } = piecesOf(shape, durationSeconds);
  // A gap between two arrivals of a trace says nothing about the rate.
  const first = pieces.find(({ seconds, records }) => seconds > 0 && records === undefined)?.fromPerSecond ?? 0;
  const mean = (): number => new RateCurve({ lead: { seconds: 0, ratePerSecond: 0 }, pieces, after }).meanRate(0, durationSeconds);
  return new RateCurve({ lead: { seconds: warmupSeconds, ratePerSecond: first > 0 ? first : mean() }, pieces, after });
}

function piecesOf(shape: RateShape, durationSeconds: number): { pieces: readonly RatePiece[]; after: 'repeat' | 'hold' | 'end' } {
  switch (shape.kind) {
    case 'steps':
      return { pieces: shape.steps.map(({ ratePerSecond, seconds }) => level(ratePerSecond, seconds ?? durationSeconds / shape.steps.length)), after: 'hold' };
    case 'ramp':
      return { pieces: [{ seconds: shape.overSeconds ?? durationSeconds, fromPerSecond: shape.fromPerSecond, toPerSecond: shape.toPerSecond }], after: 'hold' };
    case 'bursts':
      return { pieces: burstPieces(shape), after: 'repeat' };
    case 'day':
      return { pieces: lines(dayRates(shape), durationSeconds), after: 'repeat' };
    case 'hours':
      return { pieces: lines(shape.factors.map((factor) => factor * shape.ratePerSecond), durationSeconds), after: 'repeat' };
    case 'trace':
      return { pieces: readTrace(shape.path).pieces, after: shape.repeats ? 'repeat' : 'end' };
  }
}

function level(ratePerSecond: number, seconds: number): RatePiece {
  return { seconds, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond };
}

/** In the middle, so that the window neither begins nor ends with one. */
function burstPieces({ basePerSecond, burstPerSecond, everySeconds, burstSeconds }: Extract<RateShape, { kind: 'bursts' }>): RatePiece[] {
  const between = level(basePerSecond, (everySeconds - burstSeconds) / 2);
  return [between, level(burstPerSecond, burstSeconds), between];
}

function dayRates({ troughPerSecond, peakPerSecond }: Extract<RateShape, { kind: 'day' }>): number[] {
  const [middle, swing] = [(peakPerSecond + troughPerSecond) / 2, (peakPerSecond - troughPerSecond) / 2];
  return Array.from({ length: DAY_PIECES }, (_, at) => middle - swing * Math.cos(2 * Math.PI * (at / DAY_PIECES - LOWEST_HOUR / 24)));
}

/** From each rate to the next, and from the last to the first. */
function lines(rates: readonly number[], seconds: number): RatePiece[] {
  return rates.map((rate, at) => ({ seconds: seconds / rates.length, fromPerSecond: rate, toPerSecond: rates[(at + 1) % rates.length] as number }));
}

/** What is wrong with a shape's numbers, in words; undefined: nothing. A trace is checked when it is read. */
export function shapeProblem(shape: RateShape, durationSeconds: number): string | undefined {
  const rates = ratesOf(shape);
  const wrong = rates.find((rate) => !(rate >= 0 && Number.isFinite(rate)));
  if (wrong !== undefined) return `a rate cannot be ${wrong}`;
  if (shape.kind !== 'trace' && rates.every((rate) => rate === 0)) return 'every rate is 0: nothing would be sent';
  switch (shape.kind) {
    case 'steps': {
      const timed = shape.steps.filter(({ seconds }) => seconds !== undefined);
      if (timed.length > 0 && timed.length < shape.steps.length) return 'either every step has its time, or none (then they share the window evenly)';
      if (timed.some(({ seconds = 0 }) => !(seconds > 0))) return 'a step must take longer than 0 s';
      const total = timed.reduce((sum, { seconds = 0 }) => sum + seconds, 0);
      return total > durationSeconds * (1 + 1e-9) ? `the steps take ${total} s, and the measured window has ${durationSeconds} s` : undefined;
    }
    case 'ramp': {
      const { overSeconds = durationSeconds } = shape;
      if (!(overSeconds > 0)) return 'a ramp must take longer than 0 s';
      return overSeconds > durationSeconds ? `the ramp takes ${overSeconds} s, and the measured window has ${durationSeconds} s` : undefined;
    }
    case 'bursts':
      if (!(shape.burstSeconds > 0 && shape.burstSeconds < shape.everySeconds)) return `bursts of ${shape.burstSeconds} s do not fit into every ${shape.everySeconds} s`;
      return shape.everySeconds > durationSeconds ? `bursts come every ${shape.everySeconds} s, and the measured window has ${durationSeconds} s` : undefined;
    case 'hours':
      return shape.factors.length < 2 ? 'a day needs at least two factors, as a rule 24' : undefined;
    default:
      return undefined;
  }
}

function ratesOf(shape: RateShape): readonly number[] {
  switch (shape.kind) {
    case 'steps':
      return shape.steps.map(({ ratePerSecond }) => ratePerSecond);
    case 'ramp':
      return [shape.fromPerSecond, shape.toPerSecond];
    case 'bursts':
      return [shape.basePerSecond, shape.burstPerSecond];
    case 'day':
      return [shape.troughPerSecond, shape.peakPerSecond];
    case 'hours':
      return shape.factors.map((factor) => factor * shape.ratePerSecond);
    case 'trace':
      return [];
  }
}
