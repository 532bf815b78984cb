import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../../results/statistics/distributions.ts';
import { RateThreshold, type RateEstimate } from '../../../results/statistics/rate-threshold.ts';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';

const OPTIONS = { low: 1000, high: 200_000, guess: 70_000, guessSpread: 0.35 };
const NINE_OF_TEN = 0.9;

/** A search on a target that holds `rate` with the chance that the model says, plus disturbances. */
function simulatedSearch(target: { theta: number; sigma: number; lapse: number }, trials: number, seed: number): RateEstimate {
  const random = new SeededRandom(seed);
  const threshold = new RateThreshold(OPTIONS);
  for (let trial = 0; trial < trials; trial++) {
    const rate = threshold.nextRate(NINE_OF_TEN);
    const chance = normalCdf((Math.log(target.theta) - Math.log(rate)) / target.sigma);
    const held = random.float() < target.lapse ? random.float() < 0.5 : random.float() < chance;
    threshold.add({ rate, held });
  }
  return threshold.estimate(NINE_OF_TEN);
}

function rateHeldBy(probability: number, { theta, sigma }: { theta: number; sigma: number }): number {
  return Math.exp(Math.log(theta) - normalQuantile(probability) * sigma);
}

describe('RateThreshold', () => {
  it.each([
    { theta: 60_000, sigma: 0.04, lapse: 0 },
    { theta: 110_000, sigma: 0.08, lapse: 0 },
    { theta: 30_000, sigma: 0.02, lapse: 0.02 },
  ])('holds the true rate of $theta (spread $sigma, lapse $lapse) in its 95 % interval in at least 43 of 50 searches of 12 runs', (target) => {
    const truth = rateHeldBy(NINE_OF_TEN, target);
    const estimates = Array.from({ length: 50 }, (_, seed) => simulatedSearch(target, 12, seed + 1));
    const covered = estimates.filter(({ low, high }) => low <= truth && truth <= high).length;
    expect(covered).toBeGreaterThanOrEqual(43);
    const errors = estimates.map(({ rate }) => Math.abs(Math.log(rate / truth))).toSorted((a, b) => a - b);
    expect(errors[25]).toBeLessThan(0.08);
  });

  it('narrows with trials', () => {
    const target = { theta: 60_000, sigma: 0.04, lapse: 0 };
    const width = ({ low, high }: RateEstimate): number => Math.log(high / low);
    const after = [3, 8, 16].map((trials) => Array.from({ length: 10 }, (_, seed) => width(simulatedSearch(target, trials, seed + 1))).reduce((sum, each) => sum + each, 0));
    expect(after).toEqual(after.toSorted((a, b) => b - a));
    expect(after[2]).toBeLessThan((after[0] as number) / 2);
  });

  it('goes up when a rate was held, and down when it was not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5000, max: 150_000 }), fc.double({ min: 0.1, max: 0.9, noNaN: true }), (rate, probability) => {
        const [held, failed] = [new RateThreshold(OPTIONS), new RateThreshold(OPTIONS)];
        held.add({ rate, held: true });
        failed.add({ rate, held: false });
        expect(held.estimate(probability).rate).toBeGreaterThanOrEqual(failed.estimate(probability).rate);
      }),
      { numRuns: 30 },
    );
  });

  it('gives a lower rate to who wants more runs to hold it', () => {
    const threshold = new RateThreshold(OPTIONS);
    for (const [rate, held] of [[40_000, true], [90_000, false], [60_000, true], [70_000, false]] as const) threshold.add({ rate, held });
    const rates = [0.5, 0.9, 0.99].map((probability) => threshold.estimate(probability).rate);
    expect(rates).toEqual(rates.toSorted((a, b) => b - a));
    expect(rates[2]).toBeLessThan(rates[0] as number);
  });

  it('says when no rate of the range holds, and when all do', () => {
    const [none, all] = [new RateThreshold(OPTIONS), new RateThreshold(OPTIONS)];
    for (let trial = 0; trial < 12; trial++) {
      none.add({ rate: none.nextRate(NINE_OF_TEN), held: false });
      all.add({ rate: all.nextRate(NINE_OF_TEN), held: true });
    }
    expect(none.estimate(NINE_OF_TEN).massAtLow).toBeGreaterThan(0.5);
    expect(all.estimate(NINE_OF_TEN).massAtHigh).toBeGreaterThan(0.5);
    expect(none.estimate(NINE_OF_TEN).massAtHigh).toBeLessThan(0.01);
  });

  it('survives one run that a disturbance spoiled', () => {
    const threshold = new RateThreshold(OPTIONS);
    threshold.add({ rate: 20_000, held: false });
    for (let trial = 0; trial < 12; trial++) {
      const rate = threshold.nextRate(NINE_OF_TEN);
      threshold.add({ rate, held: rate < 60_000 });
    }
    expect(threshold.estimate(NINE_OF_TEN).rate).toBeGreaterThan(45_000);
  });

  it('refuses a range that is none', () => {
    expect(() => new RateThreshold({ ...OPTIONS, low: 0 })).toThrow(RangeError);
    expect(() => new RateThreshold({ ...OPTIONS, high: 900 })).toThrow(/ascend/);
  });
});
