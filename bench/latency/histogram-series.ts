/** Latency histograms by second, merged over workers: the whole of a window is the sum of its seconds, never an average of percentiles. */
import type { Histogram } from 'hdr-histogram-js';
import type { IntervalSnapshot } from './interval-latencies.ts';
import { addSnapshot, emptyHistogram } from './latency-counts.ts';

export class HistogramSeries {
  readonly #bySecond = new Map<number, { histogram: Histogram; sumUs: number; overflowCount: number }>();

  add(interval: IntervalSnapshot): void {
    let entry = this.#bySecond.get(interval.second);
    if (entry === undefined) this.#bySecond.set(interval.second, (entry = { histogram: emptyHistogram(), sumUs: 0, overflowCount: 0 }));
    addSnapshot(entry.histogram, interval);
    entry.sumUs += interval.sumUs;
    entry.overflowCount += interval.overflowCount;
  }

  /** Seconds that have samples, ascending. */
  seconds(): number[] {
    return [...this.#bySecond.keys()].sort((a, b) => a - b);
  }

  at(second: number): Histogram | undefined {
    return this.#bySecond.get(second)?.histogram;
  }

  /** Seconds [from, to) in one histogram, with the exact mean and what lay above its range. */
  merge(from: number, to: number): { histogram: Histogram; meanUs: number; overflowCount: number } {
    const histogram = emptyHistogram();
    let sumUs = 0;
    let overflowCount = 0;
    for (const [second, entry] of this.#bySecond) {
      if (second < from || second >= to) continue;
      histogram.add(entry.histogram);
      sumUs += entry.sumUs;
      overflowCount += entry.overflowCount;
    }
    const count = histogram.totalCount + overflowCount;
    return { histogram, meanUs: count === 0 ? 0 : sumUs / count, overflowCount };
  }
}
