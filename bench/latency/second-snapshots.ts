/**
 * Latencies of single seconds, kept apart to the end of a run, so that a stretch of it (before, during and after a fault) can be told by its own
 * percentiles. A second holds its non-empty buckets only: some kilobytes.
 */
import { LatencyHistogram } from '../../results/histogram.ts';
import type { LatencySummary } from '../../results/run.ts';
import type { IntervalSnapshot } from './interval-latencies.ts';
import { addSnapshot, emptyHistogram, type LatencySnapshot } from './latency-counts.ts';

interface Sparse extends Omit<LatencySnapshot, 'counts'> {
  readonly length: number;
  readonly indexes: Uint32Array;
  readonly counts: Uint32Array;
}

export class SecondSnapshots {
  readonly #bySecond = new Map<number, Sparse[]>();

  add({ second, ...snapshot }: IntervalSnapshot): void {
    const parts = this.#bySecond.get(second);
    if (parts === undefined) this.#bySecond.set(second, [sparse(snapshot)]);
    else parts.push(sparse(snapshot));
  }

  /** Of seconds [from, to); undefined without a sample. */
  summary(from: number, to: number): LatencySummary | undefined {
    const histogram = emptyHistogram();
    let sumUs = 0;
    let overflowCount = 0;
    for (let second = from; second < to; second++) {
      for (const part of this.#bySecond.get(second) ?? []) {
        addSnapshot(histogram, dense(part));
        sumUs += part.sumUs;
        overflowCount += part.overflowCount;
      }
    }
    const count = histogram.totalCount + overflowCount;
    return count === 0 ? undefined : LatencyHistogram.of(histogram, { meanUs: sumUs / count, overflowCount }).summary();
  }
}

function sparse({ counts, ...rest }: LatencySnapshot): Sparse {
  const indexes: number[] = [];
  counts.forEach((count, index) => void (count > 0 && indexes.push(index)));
  return { ...rest, length: counts.length, indexes: Uint32Array.from(indexes), counts: Uint32Array.from(indexes, (index) => counts[index] as number) };
}

function dense({ length, indexes, counts: few, ...rest }: Sparse): LatencySnapshot {
  const counts = new Uint32Array(length);
  indexes.forEach((index, at) => (counts[index] = few[at] as number));
  return { ...rest, counts };
}
