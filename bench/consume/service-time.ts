/** The cost of a record to a slow consumer, paid by sleeping the thread: no other work, no CPU. One thread is one worker, however many members it has. */

/** Shorter sleeps are saved up: the kernel adds about 50 us to each. */
const SLEEP_US_MIN = 1000;

export class ServiceTime {
  readonly #usPerRecord: number;
  readonly #never = new Int32Array(new SharedArrayBuffer(4));
  #owedUs = 0;

  constructor(usPerRecord: number) {
    this.#usPerRecord = usPerRecord;
  }

  spend(records: number): void {
    this.#owedUs += records * this.#usPerRecord;
    if (this.#owedUs < SLEEP_US_MIN) return;
    const startMs = performance.now();
    Atomics.wait(this.#never, 0, 0, this.#owedUs / 1000);
    this.#owedUs -= (performance.now() - startMs) * 1000;
  }
}
