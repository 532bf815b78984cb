/**
 * How long each partition went without an acknowledgement although batches were waiting for one: what a fault looks like from outside.
 * A partition that nobody writes to has no gap. Costs a few array accesses a batch.
 */
import type { AcknowledgementGap } from '../load/load-messages.ts';

export class AcknowledgementGaps {
  /** Start of the wait that is under way: the later of the last acknowledgement and the oldest waiting batch's creation. */
  readonly #lastUs: Float64Array;
  readonly #longestUs: Float64Array;
  readonly #longestStartUs: Float64Array;

  constructor(partitionCount: number) {
    this.#lastUs = new Float64Array(partitionCount).fill(Number.NEGATIVE_INFINITY);
    this.#longestUs = new Float64Array(partitionCount);
    this.#longestStartUs = new Float64Array(partitionCount);
  }

  /** A batch that was created at `createdUs` is acknowledged. */
  acknowledged(partition: number, createdUs: number, nowUs: number): void {
    const startUs = Math.max(this.#lastUs[partition] as number, createdUs);
    const gapUs = nowUs - startUs;
    if (gapUs > (this.#longestUs[partition] as number)) {
      this.#longestUs[partition] = gapUs;
      this.#longestStartUs[partition] = startUs;
    }
    this.#lastUs[partition] = nowUs;
  }

  /** The longest gap of each partition that had one. */
  longest(): AcknowledgementGap[] {
    const gaps: AcknowledgementGap[] = [];
    this.#longestUs.forEach((durationUs, partition) => {
      if (durationUs > 0) gaps.push({ partition, startUs: this.#longestStartUs[partition] as number, durationUs });
    });
    return gaps;
  }
}
