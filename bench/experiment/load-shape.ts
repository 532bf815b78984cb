/** The shape of a load as it stands in an experiment file, piece by piece instead of in one word, and what a run takes of it. */
import type { RateShape } from '../load/shape/rate-shape.ts';
import type { ShapeSettings } from './file/experiment-schema.ts';
import { durationSeconds, ratePerSecond } from './file/quantities.ts';

/** The schema has seen to it that exactly one kind is named. */
export function shapeOf({ steps, ramp, bursts, day, trace }: ShapeSettings): RateShape {
  if (steps !== undefined) {
    return { kind: 'steps', steps: steps.map(({ rate, for: length }) => ({ ratePerSecond: ratePerSecond(rate), ...(length === undefined ? {} : { seconds: durationSeconds(length) }) })) };
  }
  if (ramp !== undefined) {
    return { kind: 'ramp', fromPerSecond: ratePerSecond(ramp.from), toPerSecond: ratePerSecond(ramp.to), ...(ramp.over === undefined ? {} : { overSeconds: durationSeconds(ramp.over) }) };
  }
  if (bursts !== undefined) {
    return { kind: 'bursts', basePerSecond: ratePerSecond(bursts.base), burstPerSecond: ratePerSecond(bursts.burst), everySeconds: durationSeconds(bursts.every), burstSeconds: durationSeconds(bursts.length) };
  }
  if (day !== undefined && 'factors' in day) return { kind: 'hours', ratePerSecond: ratePerSecond(day.rate), factors: day.factors };
  if (day !== undefined) return { kind: 'day', troughPerSecond: ratePerSecond(day.trough), peakPerSecond: ratePerSecond(day.peak) };
  return { kind: 'trace', path: trace?.file ?? '', repeats: trace?.repeat ?? true };
}
