/** What a load offers, by its rate or its shape: expected records of any stretch of the run. What was sent has no part in it. */
import type { LoadModel } from './load-messages.ts';
import { TraceError } from './shape/trace-file.ts';
import { curveOf, type ShapeWindow } from './shape/rate-shape.ts';

export interface OfferedLoad {
  /** Records that are due in [from, to), seconds from the start of the load. */
  recordsBetween(fromSecond: number, toSecond: number): number;
}

/** Undefined for a closed loop, which offers no rate. Throws TraceError. */
export function offeredLoad(load: LoadModel, window: ShapeWindow): OfferedLoad | undefined {
  const endSecond = window.warmupSeconds + window.durationSeconds;
  switch (load.kind) {
    case 'closed':
      return undefined;
    case 'open':
      return { recordsBetween: (from, to) => load.ratePerSecond * Math.max(0, Math.min(to, endSecond) - from) };
    case 'shaped': {
      const curve = curveOf(load.shape, window);
      return { recordsBetween: (from, to) => Math.max(0, curve.recordsBefore(Math.min(to, endSecond)) - curve.recordsBefore(Math.min(from, endSecond))) };
    }
  }
}

/** Throws TraceError for a trace that cannot be used, or that has no record within the run. */
export function checkOffered(load: LoadModel, window: ShapeWindow): void {
  const offered = load.kind === 'shaped' ? offeredLoad(load, window) : undefined;
  if (offered === undefined || offered.recordsBetween(window.warmupSeconds, window.warmupSeconds + window.durationSeconds) >= 1) return;
  throw new TraceError(`the shape offers no record in the ${window.durationSeconds} s of the measured window`);
}

/** Of the planned window. */
export function offeredRange(load: LoadModel, window: ShapeWindow): { meanPerSecond: number; lowestPerSecond: number; highestPerSecond: number } | undefined {
  const offered = offeredLoad(load, window);
  if (offered === undefined) return undefined;
  const { warmupSeconds: start, durationSeconds } = window;
  let [lowestPerSecond, highestPerSecond] = [Number.POSITIVE_INFINITY, 0];
  for (let second = start; second < start + durationSeconds; second++) {
    const records = offered.recordsBetween(second, second + 1);
    lowestPerSecond = Math.min(lowestPerSecond, records);
    highestPerSecond = Math.max(highestPerSecond, records);
  }
  return { meanPerSecond: offered.recordsBetween(start, start + durationSeconds) / durationSeconds, lowestPerSecond, highestPerSecond };
}
