/**
 * A clock that moves only when told to. Timers run in the order of their due time, equal ones in the order they were
 * set; deferred callbacks run before time moves on. Nothing here depends on the host's clock.
 */
import type { Clock, Timer } from '../../engine/environment.ts';

interface PendingTimer {
  readonly dueMs: number;
  readonly sequence: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

export class VirtualClock implements Clock {
  private elapsedMs = 0;
  private sequence = 0;
  private readonly startMs: number;
  /** Binary heap, the next one first. */
  private readonly timers: PendingTimer[] = [];
  private deferred: (() => void)[] = [];

  /** `startMs`: the wall clock at the beginning. */
  constructor(startMs = 1_700_000_000_000) {
    this.startMs = startMs;
  }

  nowMs(): number {
    return this.startMs + Math.floor(this.elapsedMs);
  }

  monotonicMs(): number {
    return this.elapsedMs;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (!(delayMs >= 0)) throw new RangeError(`timer in ${delayMs} ms`);
    const timer = { dueMs: this.elapsedMs + delayMs, sequence: this.sequence++, callback, isCancelled: false };
    this.push(timer);
    return {
      cancel: () => {
        timer.isCancelled = true;
      },
    };
  }

  defer(callback: () => void): void {
    this.deferred.push(callback);
  }

  giveWay(callback: () => void): void {
    this.setTimer(0, callback);
  }

  /** Due time of the next timer on the monotonic clock. */
  get nextTimerMs(): number | undefined {
    while (this.timers[0]?.isCancelled === true) this.pop();
    return this.timers[0]?.dueMs;
  }

  /** Runs what is deferred, or else the next timer due until `untilMs` (monotonic); false when there is nothing. */
  step(untilMs = Number.POSITIVE_INFINITY): boolean {
    if (this.deferred.length > 0) {
      const callbacks = this.deferred;
      this.deferred = [];
      for (const callback of callbacks) callback();
      return true;
    }
    const nextMs = this.nextTimerMs;
    if (nextMs === undefined || nextMs > untilMs) return false;
    const timer = this.pop();
    this.elapsedMs = Math.max(this.elapsedMs, nextMs);
    timer?.callback();
    return true;
  }

  /** Moves on by `durationMs` and runs everything due on the way, but no promise reactions. */
  advance(durationMs: number): void {
    const untilMs = this.elapsedMs + durationMs;
    while (this.step(untilMs));
    this.elapsedMs = untilMs;
  }

  /** As `advance`, with all promise reactions run between events. */
  async run(durationMs: number): Promise<void> {
    const untilMs = this.elapsedMs + durationMs;
    await reactionsDone();
    while (this.step(untilMs)) await reactionsDone();
    this.elapsedMs = untilMs;
  }

  private push(timer: PendingTimer): void {
    const { timers } = this;
    let index = timers.length;
    timers.push(timer);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = timers[parentIndex];
      if (parent === undefined || !isBefore(timer, parent)) break;
      timers[index] = parent;
      index = parentIndex;
    }
    timers[index] = timer;
  }

  private pop(): PendingTimer | undefined {
    const { timers } = this;
    const first = timers[0];
    const last = timers.pop();
    if (last === undefined || timers.length === 0) return first;
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      const [left, right] = [timers[childIndex], timers[childIndex + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) childIndex++;
      const child = timers[childIndex] ?? left;
      if (!isBefore(child, last)) break;
      timers[index] = child;
      index = childIndex;
    }
    timers[index] = last;
    return first;
  }
}

/** Resolves when no promise reaction is left to run. */
export function reactionsDone(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isBefore(a: PendingTimer, b: PendingTimer): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.sequence < b.sequence);
}
