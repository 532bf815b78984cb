/**
 * Drives a sender by the event loop. Open loop: sends every record that is due, never waits for answers, and reports how late each
 * one was; when the sender has no space the due times go on, so that the wait becomes part of the latency. Closed loop: sends as
 * fast as there is space. Both give way to network events after a slice of records. An open loop sleeps until the next record is due, but
 * never for less than TICK_US: what is due within a tick is sent at its end.
 */
import type { Schedule } from './schedule.ts';
import { createWakeUp, type WakeUp } from './wake-up.ts';

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
/** Most of the lateness of records at high rates: half of this on average. Each wake-up costs some microseconds of CPU time. */
const TICK_US = 600;

/** How one slice ended. */
type SliceEnd = 'behind' | 'caughtUp' | 'noSpace' | 'finished';

interface Slices {
  send(): SliceEnd;
  /** When there is something to send again after 'caughtUp'. */
  nextDueUs(): number;
}

export class Pacer {
  readonly #options: PacerOptions;
  readonly #slices: Slices;
  readonly #wakeUp: WakeUp;
  #isWaitingForSpace = false;
  #isSending = false;
  #hasEnded = false;
  #endTimer: NodeJS.Timeout | undefined;

  constructor(options: PacerOptions, slices: Slices) {
    this.#options = options;
    this.#slices = slices;
    this.#wakeUp = createWakeUp(() => this.#turn());
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

  /** Sends what is due in the middle of other work of this thread, so that it does not wait for the end of it. */
  pump(): void {
    if (this.#hasEnded || this.#isWaitingForSpace || this.#isSending) return;
    this.#accept(this.#sendSlice());
  }

  /** Ends now; `onEnd` is called once. Idempotent. */
  stop(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#endTimer);
    this.#wakeUp.close();
    this.#options.onEnd();
  }

  readonly #turn = (): void => {
    if (this.#hasEnded || this.#isWaitingForSpace) return;
    const end = this.#sendSlice();
    this.#accept(end);
    if (end === 'behind') setImmediate(this.#turn);
    else if (end === 'caughtUp') this.#wakeUp.after(Math.max(TICK_US, Math.min(this.#slices.nextDueUs(), this.#options.endUs) - this.#options.nowUs()));
  };

  #sendSlice(): SliceEnd {
    this.#isSending = true;
    const end = this.#slices.send();
    this.#isSending = false;
    return end;
  }

  #accept(end: SliceEnd): void {
    if (end === 'finished') this.stop();
    else if (end === 'noSpace') this.#isWaitingForSpace = true;
  }
}

export function openLoopPacer(schedule: Schedule, options: PacerOptions): Pacer {
  const send = (): SliceEnd => {
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
  };
  return new Pacer(options, { send, nextDueUs: () => schedule.dueUs });
}

/** A record is due when it is sent: the latency of a closed loop is service time, and says nothing about an arrival rate. */
export function closedLoopPacer(options: PacerOptions): Pacer {
  const send = (): SliceEnd => {
    for (let sent = 0; sent < SLICE_RECORDS; ) {
      const nowUs = options.nowUs();
      if (nowUs >= options.endUs) return 'finished';
      for (const until = sent + CLOCK_EVERY; sent < until; sent++) {
        if (!options.send(nowUs, nowUs)) return 'noSpace';
      }
    }
    return 'behind';
  };
  return new Pacer(options, { send, nextDueUs: options.nowUs });
}

/** Records of the schedule that were due before `endUs` and have not been sent. */
export function countUnsent(schedule: Schedule, endUs: number): number {
  let count = 0;
  for (; schedule.dueUs < endUs; schedule.advance()) count++;
  return count;
}
