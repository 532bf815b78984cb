/**
 * Latencies by the second in which a sample was due, in bounded memory: the few seconds that samples still arrive for are
 * held, older ones are handed out. A second may be handed out more than once; its parts add up.
 */
import { LatencyCounts, type LatencySnapshot } from './latency-counts.ts';

/** Power of two: seconds that are open at a time. */
const OPEN_SECONDS = 4;

export interface IntervalSnapshot extends LatencySnapshot {
  /** Whole seconds since the start of the load; negative never. */
  readonly second: number;
}

export class IntervalLatencies {
  readonly #slots: LatencyCounts[] = Array.from({ length: OPEN_SECONDS }, () => new LatencyCounts());
  readonly #seconds: number[] = new Array<number>(OPEN_SECONDS).fill(-1);
  readonly #onInterval: (interval: IntervalSnapshot) => void;
  #currentStartUs = 0;
  #currentEndUs = 0;
  #current: LatencyCounts = this.#slots[0] as LatencyCounts;

  constructor(onInterval: (interval: IntervalSnapshot) => void) {
    this.#onInterval = onInterval;
  }

  /** `dueUs`: since the start of the load. */
  record(dueUs: number, latencyUs: number, count = 1): void {
    if (dueUs < this.#currentStartUs || dueUs >= this.#currentEndUs) this.#select(Math.max(0, Math.floor(dueUs / 1e6)));
    this.#current.record(latencyUs, count);
  }

  /** Hands out seconds before `second`. */
  flushBefore(second: number): void {
    for (let slot = 0; slot < OPEN_SECONDS; slot++) {
      if ((this.#seconds[slot] as number) < second) this.#handOut(slot);
    }
  }

  #select(second: number): void {
    const slot = second & (OPEN_SECONDS - 1);
    if (this.#seconds[slot] !== second) {
      this.#handOut(slot);
      this.#seconds[slot] = second;
    }
    this.#current = this.#slots[slot] as LatencyCounts;
    this.#currentStartUs = second === 0 ? Number.NEGATIVE_INFINITY : second * 1e6;
    this.#currentEndUs = (second + 1) * 1e6;
  }

  #handOut(slot: number): void {
    const counts = this.#slots[slot] as LatencyCounts;
    const second = this.#seconds[slot] as number;
    if (counts.totalCount > 0) this.#onInterval({ second, ...counts.take() });
  }
}
