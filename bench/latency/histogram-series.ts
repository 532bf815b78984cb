/**
 * Latency histograms by second, merged over workers: the whole of a window is the sum of its seconds, never an average of percentiles. Memory is
 * bounded however long a run is: seconds that lie far back are added up into the window's histogram, and only their summary is kept.
 */
import type { Histogram } from 'hdr-histogram-js';
import { LatencyHistogram } from '../../results/histogram.ts';
import { latencyBuckets } from '../../results/latency-buckets.ts';
import type { SecondRecord } from '../../results/run.ts';
import type { IntervalSnapshot } from './interval-latencies.ts';
import { addSnapshot, emptyHistogram } from './latency-counts.ts';

export type SecondLatency = Pick<SecondRecord, 'p50Us' | 'p99Us' | 'maxUs' | 'publishBuckets'>;

export interface HistogramSeriesOptions {
  /** Whole seconds since the load's start, [fromSecond, toSecond): all that `merge` will be asked for, or a beginning of it. */
  readonly fromSecond: number;
  readonly toSecond: number;
  /** Seconds behind the newest whose samples are held apart: a delivery.timeout.ms for a summary that misses nothing. */
  readonly openSeconds: number;
}

interface Entry {
  readonly histogram: Histogram;
  sumUs: number;
  overflowCount: number;
}

const EVERYTHING: HistogramSeriesOptions = { fromSecond: 0, toSecond: Number.POSITIVE_INFINITY, openSeconds: Number.POSITIVE_INFINITY };

export class HistogramSeries {
  readonly #options: HistogramSeriesOptions;
  readonly #open = new Map<number, Entry>();
  readonly #closed = new Map<number, SecondLatency>();
  readonly #closedInWindow: Entry = emptyEntry();
  #newest = -1;
  /** All before are closed. */
  #oldestOpen = 0;

  constructor(options: HistogramSeriesOptions = EVERYTHING) {
    this.#options = options;
  }

  add(interval: IntervalSnapshot): void {
    const { second } = interval;
    if (second > this.#newest) {
      this.#newest = second;
      this.#closeBefore(second - this.#options.openSeconds);
    }
    if (second < this.#oldestOpen) this.#addLate(interval);
    else addTo(this.#entryOf(second), interval);
  }

  /** Seconds that have samples, ascending. */
  seconds(): number[] {
    return [...this.#closed.keys(), ...this.#open.keys()].sort((a, b) => a - b);
  }

  /** Undefined without a sample. Percentiles are null where samples came later than `openSeconds`: then they are not known any more. */
  at(second: number): SecondLatency | undefined {
    const entry = this.#open.get(second);
    return entry === undefined ? this.#closed.get(second) : summaryOf(entry);
  }

  /** Seconds [from, to) in one histogram, with the exact mean and what lay above its range. Throws RangeError where that is not held apart any more. */
  merge(from: number, to: number): { histogram: Histogram; meanUs: number; overflowCount: number } {
    const merged = emptyEntry();
    if (to > from && this.#closed.size > 0) {
      if (from !== this.#options.fromSecond || to < Math.min(this.#oldestOpen, this.#options.toSecond)) throw new RangeError(`seconds ${from} to ${to} are not held apart: the window is ${this.#options.fromSecond} to ${this.#options.toSecond}, all before ${this.#oldestOpen} added up`);
      addEntry(merged, this.#closedInWindow);
    }
    for (const [second, entry] of this.#open) {
      if (second >= from && second < to) addEntry(merged, entry);
    }
    const count = merged.histogram.totalCount + merged.overflowCount;
    return { histogram: merged.histogram, meanUs: count === 0 ? 0 : merged.sumUs / count, overflowCount: merged.overflowCount };
  }

  #entryOf(second: number): Entry {
    let entry = this.#open.get(second);
    if (entry === undefined) this.#open.set(second, (entry = emptyEntry()));
    return entry;
  }

  #closeBefore(limit: number): void {
    if (limit <= this.#oldestOpen) return;
    this.#oldestOpen = limit;
    for (const [second, entry] of this.#open) {
      if (second >= limit) continue;
      this.#open.delete(second);
      this.#closed.set(second, summaryOf(entry));
      if (this.#isInWindow(second)) addEntry(this.#closedInWindow, entry);
    }
  }

  #addLate(interval: IntervalSnapshot): void {
    const { second, maxUs } = interval;
    if (this.#isInWindow(second)) addTo(this.#closedInWindow, interval);
    const before = this.#closed.get(second);
    this.#closed.set(second, { p50Us: null, p99Us: null, maxUs: Math.max(before?.maxUs ?? 0, maxUs) });
  }

  #isInWindow(second: number): boolean {
    return second >= this.#options.fromSecond && second < this.#options.toSecond;
  }
}

function emptyEntry(): Entry {
  return { histogram: emptyHistogram(), sumUs: 0, overflowCount: 0 };
}

function addTo(entry: Entry, interval: IntervalSnapshot): void {
  addSnapshot(entry.histogram, interval);
  entry.sumUs += interval.sumUs;
  entry.overflowCount += interval.overflowCount;
}

function addEntry(entry: Entry, other: Entry): void {
  entry.histogram.add(other.histogram);
  entry.sumUs += other.sumUs;
  entry.overflowCount += other.overflowCount;
}

function summaryOf({ histogram, overflowCount }: Entry): SecondLatency {
  const latencies = LatencyHistogram.of(histogram, { meanUs: histogram.mean, overflowCount });
  const { p50Us, p99Us, maxUs } = latencies.summary();
  const publishBuckets = histogram.totalCount === 0 ? undefined : latencyBuckets(latencies);
  return { p50Us, p99Us, maxUs, ...(publishBuckets === undefined ? {} : { publishBuckets }) };
}
