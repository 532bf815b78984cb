import { describe, expect, it } from 'vitest';
import { LATENCY_US_MAX, LatencyHistogram } from '../../results/histogram.ts';
import type { HistogramRecord } from '../../results/run.ts';
import { histogramOf, latencies, lehmer } from './sample-run.ts';

/** HdrHistogram with three significant digits: a value may read at most this much too high. */
const RESOLUTION = 1.001;

describe('LatencyHistogram', () => {
  it('T18: gives percentiles within a thousandth of the exact nearest rank', () => {
    for (const seed of [1, 2, 3]) {
      const samples = latencies({ seed, count: 20_011, medianUs: 900 * seed, sigma: 0.9 });
      const histogram = new LatencyHistogram();
      for (const sample of samples) histogram.record(sample);
      const sorted = samples.toSorted((a, b) => a - b);
      for (const percentile of [1, 50, 90, 99, 99.9, 99.99, 100]) {
        const exact = sorted[Math.max(1, Math.ceil((percentile * sorted.length) / 100 - 1e-6)) - 1] as number;
        const found = histogram.percentileUs(percentile) as number;
        expect(found, `seed ${seed}, p${percentile}`).toBeGreaterThanOrEqual(exact);
        expect(found, `seed ${seed}, p${percentile}`).toBeLessThanOrEqual(Math.max(exact * RESOLUTION, exact + 1));
      }
      const { minUs, maxUs, meanUs, count } = histogram.summary();
      expect({ minUs, maxUs, count }).toEqual({ minUs: sorted[0], maxUs: sorted.at(-1), count: sorted.length });
      expect(meanUs).toBeCloseTo(samples.reduce((sum, sample) => sum + sample, 0) / samples.length, 6);
    }
  });

  it('comes back from its stored form with the same summary', () => {
    const record = histogramOf([...latencies({ seed: 5, count: 5000, medianUs: 2500, sigma: 1 }), LATENCY_US_MAX + 7, 0]);
    const throughJson = JSON.parse(JSON.stringify(record)) as HistogramRecord;
    expect(LatencyHistogram.fromRecord(throughJson).toRecord()).toEqual(record);
  });

  it('T12: merges to what one histogram of all samples would hold, stored forms included', () => {
    const parts = [1, 2, 3].map((seed) => latencies({ seed, count: 3000, medianUs: 10 ** (seed + 1), sigma: 0.4 }));
    const merged = LatencyHistogram.merge(parts.map((part) => LatencyHistogram.fromRecord(histogramOf(part))));
    const whole = LatencyHistogram.fromRecord(histogramOf(parts.flat()));
    const { meanUs, ...others } = merged.summary();
    const { meanUs: meanOfWhole, ...othersOfWhole } = whole.summary();
    expect(others).toEqual(othersOfWhole);
    expect(meanUs).toBeCloseTo(meanOfWhole as number, 6);
    expect(merged.toRecord().hdrBase64).toBe(whole.toRecord().hdrBase64);
  });

  it('T14: counts samples above its range without clipping them', () => {
    const histogram = new LatencyHistogram();
    for (const latencyUs of [10, 20, 30, LATENCY_US_MAX * 2]) histogram.record(latencyUs);
    expect(histogram.summary()).toMatchObject({ count: 4, overflowCount: 1, p50Us: 20, p99Us: null, maxUs: null });
  });

  it('T17: without a sample knows no latency', () => {
    const empty = LatencyHistogram.merge([new LatencyHistogram(), LatencyHistogram.fromRecord(histogramOf([]))]);
    expect(empty.summary()).toMatchObject({ count: 0, meanUs: null, minUs: null, p50Us: null, p9999Us: null, maxUs: null });
  });

  it('counts every sample between limits once', () => {
    const random = lehmer(77);
    const samples = Array.from({ length: 4000 }, () => Math.floor(random() * 1900));
    const limits = [0, 1, 10, 100, 500, 1000, 1500, 2000];
    const exact = limits.slice(1).map((to, at) => samples.filter((sample) => sample >= (limits[at] as number) && sample < to).length);
    expect(LatencyHistogram.fromRecord(histogramOf(samples)).countsBetween(limits)).toEqual(exact);
  });

  it('refuses what no clock can have measured', () => {
    expect(() => new LatencyHistogram().record(-1)).toThrow(RangeError);
    expect(() => new LatencyHistogram().record(Number.NaN)).toThrow(RangeError);
  });
});
