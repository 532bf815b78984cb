import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactScale, logScale, shortCount, zeroScale } from '../../../results/html/chart/scale.ts';
import { spreadLabels } from '../../../results/html/chart/line-chart.ts';

const positive = fc.double({ min: 1e-3, max: 1e9, noNaN: true });

describe('scales', () => {
  it('a scale from zero holds its values between 0 and 1, with ticks at both ends', () => {
    fc.assert(
      fc.property(positive, fc.integer({ min: 2, max: 8 }), (largest, tickCount) => {
        const { share, ticks } = zeroScale({ largest, tickCount, text: String });
        expect(share(0)).toBe(0);
        expect(share(largest)).toBeLessThanOrEqual(1 + 1e-9);
        expect(share(ticks.at(-1)?.value as number)).toBeCloseTo(1, 9);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(tickCount + 2);
      }),
    );
  });

  it('a logarithmic scale holds its values, is even in ratios, and has ticks', () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1, max: 1e6, noNaN: true }), (smallest, factor) => {
        const largest = smallest * factor;
        const { share, ticks } = logScale({ smallest, largest, text: String });
        expect(share(smallest)).toBeGreaterThanOrEqual(0);
        expect(share(largest)).toBeLessThanOrEqual(1 + 1e-6);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(12);
        for (const [at, { value }] of ticks.entries()) expect(value).toBeGreaterThan(ticks[at - 1]?.value ?? 0);
      }),
    );
    const { share } = logScale({ smallest: 1, largest: 1000, text: String });
    expect(share(100) - share(10)).toBeCloseTo(share(10) - share(1), 9);
    expect(share(0)).toBe(0);
  });

  it('a scale of time begins and ends where it is told', () => {
    const { share, ticks } = exactScale({ from: 3, to: 28, tickCount: 10, text: String });
    expect([share(3), share(28)]).toEqual([0, 1]);
    for (const { value } of ticks) expect(Number.isInteger(value)).toBe(true);
  });

  it('reads large counts short', () => {
    expect([250, 40_000, 1_500_000].map(shortCount)).toEqual(['250', '40 k', '1.5 M']);
  });
});

it('labels never overlap, keep their order, and stay within the chart while they fit', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 10 }), (tops) => {
      const placed = spreadLabels(tops, { gapPx: 14, heightPx: 200 }).toSorted((a, b) => a - b);
      for (const [at, top] of placed.entries()) {
        if (at > 0) expect(top - (placed[at - 1] as number)).toBeGreaterThanOrEqual(13.9);
        expect(top).toBeLessThanOrEqual(200.01);
      }
    }),
  );
});
