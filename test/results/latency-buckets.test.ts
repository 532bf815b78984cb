import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../results/histogram.ts';
import { bucketStartUs, latencyBuckets } from '../../results/latency-buckets.ts';

describe('latencyBuckets', () => {
  it('holds every sample once, in the bucket of its latency as far as the histogram tells it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50_000_000 }), { minLength: 1, maxLength: 100 }), (latenciesUs) => {
        const histogram = new LatencyHistogram();
        for (const latencyUs of latenciesUs) histogram.record(latencyUs);
        const { first, counts } = latencyBuckets(histogram) ?? { first: -1, counts: [] };
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(latenciesUs.length);
        for (const [at, count] of counts.entries()) {
          // 0.1 % is the histogram's own width.
          const [low, high] = [bucketStartUs(first + at) * 0.998 - 1, bucketStartUs(first + at + 1) * 1.002 + 1];
          const near = latenciesUs.filter((latencyUs) => latencyUs >= low && latencyUs <= high).length;
          expect(count).toBeLessThanOrEqual(near);
        }
        expect(counts[0]).toBeGreaterThan(0);
        expect(counts.at(-1)).toBeGreaterThan(0);
      }),
    );
  });

  it('begins and ends with a bucket that holds something, also where the histogram rounds across an edge', () => {
    const histogram = new LatencyHistogram();
    for (const latencyUs of [15_848_932, 15_843_328]) histogram.record(latencyUs);
    expect(latencyBuckets(histogram)?.counts).toEqual([2]);
  });

  it('has ten buckets to a decade, and puts a round number into the bucket that it begins', () => {
    const histogram = new LatencyHistogram();
    histogram.record(1000);
    expect(latencyBuckets(histogram)).toEqual({ first: 30, counts: [1] });
    expect(bucketStartUs(40)).toBeCloseTo(10_000, 6);
  });

  it('is undefined without a sample', () => {
    expect(latencyBuckets(new LatencyHistogram())).toBeUndefined();
  });
});
