/**
 * Latency histograms in whole microseconds: HdrHistogram, 3 significant digits, up to 2^32 - 1 us (71 minutes). A sample above the range
 * is counted as such and never clipped; percentiles count it. Histograms merge by their counts: percentiles are never averaged.
 * Not for the hot path of a load worker, which counts in its own array and hands over here.
 */
import * as hdr from 'hdr-histogram-js';
import type { Histogram } from 'hdr-histogram-js';
import type { HistogramRecord, LatencySummary } from './run.ts';

export const LATENCY_US_MAX = 2 ** 32 - 1;

/** 64-bit counts: an hour at a million a second would overflow 32-bit ones. */
const BUCKET_BITS = 64;

export class LatencyHistogram {
  readonly #histogram: Histogram;
  #sumUs = 0;
  #minUs = Number.POSITIVE_INFINITY;
  #maxUs = Number.NEGATIVE_INFINITY;
  #overflowCount = 0;

  constructor(histogram: Histogram = emptyHistogram()) {
    this.#histogram = histogram;
    if (histogram.totalCount === 0) return;
    this.#sumUs = histogram.mean * histogram.totalCount;
    this.#minUs = histogram.getValueAtPercentile(0);
    this.#maxUs = histogram.maxValue;
  }

  /** Around a histogram that was filled elsewhere, with what it cannot hold: the exact mean (over all samples) and the samples above its range. */
  static of(histogram: Histogram, exact: { meanUs: number; overflowCount: number }): LatencyHistogram {
    const latencies = new LatencyHistogram(histogram);
    latencies.#overflowCount = exact.overflowCount;
    latencies.#sumUs = exact.meanUs * latencies.count;
    return latencies;
  }

  static fromRecord({ hdrBase64, summary }: HistogramRecord): LatencyHistogram {
    const latencies = LatencyHistogram.of(hdr.decodeFromCompressedBase64(hdrBase64, BUCKET_BITS), {
      meanUs: summary.meanUs ?? 0,
      overflowCount: summary.overflowCount,
    });
    if (summary.minUs !== null) latencies.#minUs = summary.minUs;
    if (summary.maxUs !== null) latencies.#maxUs = summary.maxUs;
    return latencies;
  }

  static merge(parts: Iterable<LatencyHistogram>): LatencyHistogram {
    const merged = new LatencyHistogram();
    for (const part of parts) merged.add(part);
    return merged;
  }

  /** Samples, those above the range included. */
  get count(): number {
    return this.#histogram.totalCount + this.#overflowCount;
  }

  get overflowCount(): number {
    return this.#overflowCount;
  }

  /** Fractions are dropped. Throws RangeError for a negative value or NaN: that is a clock gone wrong, not a latency. */
  record(latencyUs: number, count = 1): void {
    if (!(latencyUs >= 0)) throw new RangeError(`a latency cannot be ${latencyUs} us`);
    const value = Math.floor(latencyUs);
    this.#sumUs += value * count;
    this.#minUs = Math.min(this.#minUs, value);
    this.#maxUs = Math.max(this.#maxUs, value);
    if (value > LATENCY_US_MAX) this.#overflowCount += count;
    else this.#histogram.recordValueWithCount(value, count);
  }

  add(other: LatencyHistogram): void {
    if (other.#histogram.totalCount > 0) this.#histogram.add(other.#histogram);
    this.#sumUs += other.#sumUs;
    this.#minUs = Math.min(this.#minUs, other.#minUs);
    this.#maxUs = Math.max(this.#maxUs, other.#maxUs);
    this.#overflowCount += other.#overflowCount;
  }

  /** The value that `percentile` % of the samples do not exceed (nearest rank); null without a sample or above the range. */
  percentileUs(percentile: number): number | null {
    const rank = Math.max(1, Math.ceil((percentile * this.count) / 100 - 1e-6));
    const inRange = this.#histogram.totalCount;
    if (inRange === 0 || rank > inRange) return null;
    // The bucket's upper end can lie above the largest sample.
    return Math.min(this.#valueAtRank(rank), this.#maxUs);
  }

  summary(): LatencySummary {
    const { count } = this;
    const hasSamples = count > 0;
    return {
      count,
      meanUs: hasSamples ? this.#sumUs / count : null,
      minUs: Number.isFinite(this.#minUs) ? this.#minUs : null,
      p50Us: this.percentileUs(50),
      p90Us: this.percentileUs(90),
      p99Us: this.percentileUs(99),
      p999Us: this.percentileUs(99.9),
      p9999Us: this.percentileUs(99.99),
      maxUs: hasSamples && this.#overflowCount === 0 ? this.#maxUs : null,
      overflowCount: this.#overflowCount,
      rangeUsMax: LATENCY_US_MAX,
    };
  }

  toRecord(): HistogramRecord {
    return { hdrBase64: hdr.encodeIntoCompressedBase64(this.#histogram), summary: this.summary() };
  }

  /** Samples in [from, to) of a rising list of limits: `limits.length - 1` counts. What lies outside is not counted. */
  countsBetween(limitsUs: readonly number[]): number[] {
    const atOrBelow = limitsUs.map((limit) => this.#countBelow(limit));
    return atOrBelow.slice(1).map((count, index) => count - (atOrBelow[index] as number));
  }

  /** HdrHistogram's percentile text (`.hgrm`), values in milliseconds; for the plotter at hdrhistogram.github.io. */
  toHgrm(): string {
    const text = this.#histogram.outputPercentileDistribution(5, 1000);
    return this.#overflowCount === 0 ? text : `${text}#[Above ${LATENCY_US_MAX / 1000} ms = ${this.#overflowCount}]\n`;
  }

  /** Bisection over ranks: the library's iterators are not public. */
  #countBelow(limitUs: number): number {
    let low = 0;
    let high = this.#histogram.totalCount;
    while (low < high) {
      const rank = low + Math.ceil((high - low) / 2);
      if (Math.min(this.#valueAtRank(rank), this.#maxUs) < limitUs) low = rank;
      else high = rank - 1;
    }
    return low;
  }

  /** Half a rank less: the library rounds up, and a rounding error must not carry it to the next rank. */
  #valueAtRank(rank: number): number {
    return this.#histogram.getValueAtPercentile(((rank - 0.5) / this.#histogram.totalCount) * 100);
  }
}

/** An empty histogram of the layout that is stored. */
export function emptyHistogram(): Histogram {
  return hdr.build({
    bitBucketSize: BUCKET_BITS,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LATENCY_US_MAX,
    numberOfSignificantValueDigits: 3,
  });
}
