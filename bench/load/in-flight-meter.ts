/**
 * How many records are handed over and not yet answered, averaged over the measured window by counting alone: no latency goes into it. By
 * Little's law it equals their rate times their mean latency, so that the two hold each other to account.
 */

export interface InFlightUse {
  /** Records times microseconds, over the window. */
  readonly recordUs: number;
  /** In flight when the window began, and when it ended. */
  readonly startRecords: number;
  readonly endRecords: number;
}

export class InFlightMeter {
  #startUs = 0;
  #endUs = 0;
  #records = 0;
  #lastUs = 0;
  #recordUs = 0;
  #startRecords = 0;
  #endRecords = 0;

  /** Microseconds since the load's start. */
  schedule({ startUs, endUs }: { startUs: number; endUs: number }): void {
    this.#startUs = startUs;
    this.#endUs = endUs;
  }

  /** Handed over: above 0; answered, with whatever answer: below. Times never go back. */
  change(nowUs: number, records: number): void {
    const fromUs = Math.max(this.#lastUs, this.#startUs);
    const toUs = Math.min(nowUs, this.#endUs);
    if (toUs > fromUs) this.#recordUs += this.#records * (toUs - fromUs);
    if (nowUs < this.#startUs) this.#startRecords = this.#records + records;
    if (nowUs < this.#endUs) this.#endRecords = this.#records + records;
    this.#lastUs = Math.max(this.#lastUs, nowUs);
    this.#records += records;
  }

  /** Up to the window's end, or up to now when it was cut short. */
  finish(nowUs: number): InFlightUse {
    this.change(Math.max(nowUs, this.#lastUs), 0);
    return { recordUs: this.#recordUs, startRecords: this.#startRecords, endRecords: this.#endRecords };
  }
}
