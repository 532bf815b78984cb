/**
 * How long each partition, and the topic as a whole, went without an acknowledgement although batches were waiting for one: what a fault looks
 * like from outside. A partition that nobody writes to has no gap. Costs a few array accesses a batch.
 */
import type { AcknowledgementGap, GapsOfSecond } from '../load/load-messages.ts';

export class AcknowledgementGaps {
  /** Start of the wait that is under way: the later of the last acknowledgement and the oldest waiting batch's creation. */
  readonly #lastUs: Float64Array;
  readonly #longestUs: Float64Array;
  readonly #longestStartUs: Float64Array;
  /** By the second in which they ended. */
  readonly #seconds: GapsOfSecond[] = [];
  #lastOfTopicUs = Number.NEGATIVE_INFINITY;

  constructor(partitionCount: number) {
    this.#lastUs = new Float64Array(partitionCount).fill(Number.NEGATIVE_INFINITY);
    this.#longestUs = new Float64Array(partitionCount);
    this.#longestStartUs = new Float64Array(partitionCount);
  }

  /** A batch that was created at `createdUs` is acknowledged. */
  acknowledged(partition: number, createdUs: number, nowUs: number): void {
    this.#note(partition, createdUs, nowUs);
    this.#lastUs[partition] = nowUs;
    this.#lastOfTopicUs = nowUs;
  }

  /** A batch is given up: it waited until now, and the wait goes on for those behind it. */
  failed(partition: number, createdUs: number, nowUs: number): void {
    this.#note(partition, createdUs, nowUs);
  }

  /** The longest gap of each partition that had one. */
  longest(): AcknowledgementGap[] {
    const gaps: AcknowledgementGap[] = [];
    this.#longestUs.forEach((durationUs, partition) => {
      if (durationUs > 0) gaps.push({ partition, startUs: this.#longestStartUs[partition] as number, durationUs });
    });
    return gaps;
  }

  /** The longest gaps that ended in each second, of a partition and of the topic; ascending. */
  bySecond(): GapsOfSecond[] {
    return this.#seconds.filter(() => true);
  }

  #note(partition: number, createdUs: number, nowUs: number): void {
    const startUs = Math.max(this.#lastUs[partition] as number, createdUs);
    const gapUs = nowUs - startUs;
    if (gapUs > (this.#longestUs[partition] as number)) {
      this.#longestUs[partition] = gapUs;
      this.#longestStartUs[partition] = startUs;
    }
    const second = Math.max(0, Math.floor(nowUs / 1e6));
    const topicStartUs = Math.max(this.#lastOfTopicUs, createdUs);
    const known = this.#seconds[second];
    if (known === undefined) {
      this.#seconds[second] = { partition, startUs, durationUs: gapUs, topicStartUs, topicDurationUs: nowUs - topicStartUs };
      return;
    }
    if (gapUs > known.durationUs) Object.assign(known, { partition, startUs, durationUs: gapUs });
    if (nowUs - topicStartUs > known.topicDurationUs) Object.assign(known, { topicStartUs, topicDurationUs: nowUs - topicStartUs });
  }
}
