/**
 * Drives a sender by the event loop. Open loop: sends every record that is due, never waits for answers, and reports how late each
 * one was; when the sender has no space the due times go on, so that the wait becomes part of the latency. Closed loop: sends as
 * fast as there is space. Both give way to network events after a slice of records.
 */
import type { Schedule } from './schedule.ts';

export interface PacerOptions {
  /** Same clock as the schedule's due times. */
  nowUs(): number;
  /** Sends the next record; false when there is no space: the same record is offered again after `resume`. */
  send(dueUs: number, nowUs: number): boolean;
  /** No record that is due at or after this is sent. */
  readonly endUs: number;
  /** Records that are late at the end are still sent for so long; the rest counts as unsent. */
  readonly graceUs: number;
  onEnd(): void;
}

/** Records between two looks at the clock, and between two turns of the event loop. */
const CLOCK_EVERY = 32;
const SLICE_RECORDS = 1024;
/** The event loop's timer resolution. */
const TICK_MS = 1;

/** How one slice ended. */
type SliceEnd = 'behind' | 'caughtUp' | 'noSpace' | 'finished';

export class Pacer {
  readonly #options: PacerOptions;
  readonly #sendSlice: () => SliceEnd;
  #isWaitingForSpace = false;
  #hasEnded = false;
  #endTimer: NodeJS.Timeout | undefined;

  constructor(options: PacerOptions, sendSlice: () => SliceEnd) {
    this.#options = options;
    this.#sendSlice = sendSlice;
  }

  start(): void {
    const { nowUs, endUs, graceUs } = this.#options;
    this.#endTimer = setTimeout(() => this.stop(), Math.max(0, (endUs + graceUs - nowUs()) / 1000));
    this.#turn();
  }

  /** There is space again. */
  resume(): void {
    if (!this.#isWaitingForSpace) return;
    this.#isWaitingForSpace = false;
    setImmediate(this.#turn);
  }

  /** Ends now; `onEnd` is called once. Idempotent. */
  stop(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#endTimer);
    this.#options.onEnd();
  }

  readonly #turn = (): void => {
    if (this.#hasEnded) return;
    const end = this.#sendSlice();
    if (end === 'finished') this.stop();
    else if (end === 'noSpace') this.#isWaitingForSpace = true;
    else if (end === 'behind') setImmediate(this.#turn);
    else setTimeout(this.#turn, TICK_MS);
  };
}

export function openLoopPacer(schedule: Schedule, options: PacerOptions): Pacer {
  return new Pacer(options, () => {
    for (let sent = 0; sent < SLICE_RECORDS; ) {
      const nowUs = options.nowUs();
      for (const until = sent + CLOCK_EVERY; sent < until; sent++) {
        const dueUs = schedule.dueUs;
        // A load that has nothing more to send lasts until its end all the same.
        if (dueUs > nowUs) return nowUs >= options.endUs ? 'finished' : 'caughtUp';
        if (dueUs >= options.endUs) return 'finished';
        if (!options.send(dueUs, nowUs)) return 'noSpace';
        schedule.advance();
      }
    }
    return 'behind';
  });
}

/** A record is due when it is sent: the latency of a closed loop is service time, and says nothing about an arrival rate. */
export function closedLoopPacer(options: PacerOptions): Pacer {
  return new Pacer(options, () => {
    for (let sent = 0; sent < SLICE_RECORDS; ) {
      const nowUs = options.nowUs();
      if (nowUs >= options.endUs) return 'finished';
      for (const until = sent + CLOCK_EVERY; sent < until; sent++) {
        if (!options.send(nowUs, nowUs)) return 'noSpace';
      }
    }
    return 'behind';
  });
}

/** Records of the schedule that were due before `endUs` and have not been sent. */
export function countUnsent(schedule: Schedule, endUs: number): number {
  let count = 0;
  for (; schedule.dueUs < endUs; schedule.advance()) count++;
  return count;
}
