/**
 * Counts of latencies in HdrHistogram's own bucket layout (lowest value 1 us, 3 significant digits), filled in place with a few
 * integer operations a sample: hdr-histogram-js spends a logarithm and a power on each. Converted to its histograms when an interval is over.
 * Samples above the range are counted as such, never clipped into the last bucket.
 */
import { build, type Histogram } from 'hdr-histogram-js';

/** 2^32 - 1 us: about 71 minutes. */
export const LATENCY_US_MAX = 2 ** 32 - 1;
const HALF_MAGNITUDE = 10;
const HALF = 1 << HALF_MAGNITUDE;
const COUNTS_LENGTH = (32 - HALF_MAGNITUDE + 1) * HALF;

/** One interval's samples, ready to cross threads; `counts` ends behind the last bucket in use. */
export interface LatencySnapshot {
  readonly counts: Uint32Array<ArrayBuffer>;
  readonly totalCount: number;
  readonly sumUs: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly overflowCount: number;
}

export class LatencyCounts {
  readonly #counts = new Uint32Array(COUNTS_LENGTH);
  #totalCount = 0;
  #sumUs = 0;
  #minUs = Number.MAX_SAFE_INTEGER;
  #maxUs = 0;
  #overflowCount = 0;

  get totalCount(): number {
    return this.#totalCount;
  }

  /** Fractions are dropped; a negative value (two clocks' rounding) counts as 0. */
  record(latencyUs: number, count = 1): void {
    const value = latencyUs > 0 ? Math.floor(latencyUs) : 0;
    this.#totalCount += count;
    this.#sumUs += value * count;
    if (value > this.#maxUs) this.#maxUs = value;
    if (value < this.#minUs) this.#minUs = value;
    if (value > LATENCY_US_MAX) this.#overflowCount += count;
    else {
      const index = indexOf(value);
      this.#counts[index] = (this.#counts[index] as number) + count;
    }
  }

  /** Hands the samples over and starts again from none. */
  take(): LatencySnapshot {
    const used = this.#totalCount === 0 ? 0 : indexOf(Math.min(this.#maxUs, LATENCY_US_MAX)) + 1;
    const snapshot = {
      counts: this.#counts.slice(0, used),
      totalCount: this.#totalCount,
      sumUs: this.#sumUs,
      minUs: this.#totalCount === 0 ? 0 : this.#minUs,
      maxUs: this.#maxUs,
      overflowCount: this.#overflowCount,
    };
    this.#counts.fill(0, 0, used);
    this.#totalCount = 0;
    this.#sumUs = 0;
    this.#minUs = Number.MAX_SAFE_INTEGER;
    this.#maxUs = 0;
    this.#overflowCount = 0;
    return snapshot;
  }
}

/** An empty histogram that holds what LatencyCounts can count. */
export function emptyHistogram(): Histogram {
  return build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LATENCY_US_MAX,
    numberOfSignificantValueDigits: 3,
  });
}

/** Adds the samples to a histogram of the same layout. The true maximum is kept: it is recorded as itself. */
export function addSnapshot(histogram: Histogram, snapshot: LatencySnapshot): void {
  const last = snapshot.counts.length - 1;
  for (let index = 0; index <= last; index++) {
    const count = snapshot.counts[index] as number;
    if (count === 0) continue;
    const value = index === last ? Math.min(snapshot.maxUs, LATENCY_US_MAX) : valueAt(index);
    histogram.recordValueWithCount(value, count);
  }
}

function indexOf(value: number): number {
  if (value < 2 * HALF) return value;
  const bucket = 31 - HALF_MAGNITUDE - Math.clz32(value);
  return (bucket << HALF_MAGNITUDE) + (value >>> bucket);
}

/** Lowest value of a bucket. */
function valueAt(index: number): number {
  if (index < 2 * HALF) return index;
  const bucket = (index >>> HALF_MAGNITUDE) - 1;
  return (index - (bucket << HALF_MAGNITUDE)) * 2 ** bucket;
}
