import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../results/statistics/seeded-random.ts';
import { costOf, fitCosts, type CostedRun } from '../../../sizing/regression/cost-regression.ts';

const PRICES = [2e-9, 5e-5, 0.1];
const TERMS = ['bytes', 'requests', 'idle'];

describe('the regression of costs', () => {
  it('finds the prices of runs without noise, with no width and R2 of 1', () => {
    const fit = fitCosts(simulated(new SeededRandom(3), 0), { termNames: TERMS, seed: 1 });
    for (const [at, term] of fit.terms.entries()) {
      expect(term.price / (PRICES[at] as number)).toBeCloseTo(1, 6);
      expect(term.low / term.high).toBeCloseTo(1, 5);
      expect(term.confusedWith).toBeNull();
    }
    expect(fit.rSquared).toBeCloseTo(1, 9);
    expect(Math.max(...fit.residualShares.map(Math.abs))).toBeLessThan(1e-6);
  });

  it('holds the true price in its 90 % intervals in 80 to 98 of 100 studies with 10 % noise', () => {
    const random = new SeededRandom(5);
    const held = [0, 0, 0];
    const studies = 200;
    for (let study = 0; study < studies; study++) {
      const fit = fitCosts(simulated(random, 0.1), { termNames: TERMS, seed: study, resampleCount: 200 });
      for (const [at, { low, high }] of fit.terms.entries()) if (low <= (PRICES[at] as number) && (PRICES[at] as number) <= high) held[at] = (held[at] as number) + 1;
    }
    for (const count of held) {
      expect(count / studies).toBeGreaterThan(0.8);
      expect(count / studies).toBeLessThan(0.98);
    }
  });

  it('says which two terms moved together, and lets each range from nothing to all of it', () => {
    const random = new SeededRandom(7);
    const runs = Array.from({ length: 12 }, (): CostedRun => {
      const bytes = 1e8 * (1 + 9 * random.float());
      const amounts = [bytes, bytes * 3 * (1 + 0.001 * random.normal()), 10];
      return { amounts, cost: costOf({ amounts }, [1e-9, 1e-9, 0.01]) * (1 + 0.02 * random.normal()) };
    });
    const [written, read, idle] = fitCosts(runs, { termNames: ['written', 'read', 'idle'], seed: 1 }).terms;
    expect(written?.confusedWith).toBe('read');
    expect(read?.confusedWith).toBe('written');
    expect(idle?.confusedWith).toBeNull();
    expect(written?.low).toBe(0);
    expect(written?.high).toBeGreaterThan(3.5e-9);
    expect(read?.high).toBeGreaterThan(1.2e-9);
  });

  it('is off by more on a run that was left out than on one that was fitted', () => {
    const fit = fitCosts(simulated(new SeededRandom(9), 0.1), { termNames: TERMS, seed: 1 });
    const size = (shares: readonly number[]): number => Math.hypot(...shares);
    expect(size(fit.leftOutShares)).toBeGreaterThan(size(fit.residualShares));
  });

  it('refuses fewer runs than terms and two', () => {
    expect(() => fitCosts(simulated(new SeededRandom(1), 0).slice(0, 4), { termNames: TERMS, seed: 1 })).toThrow('3 prices need 5 runs, there are 4');
  });
});

function simulated(random: SeededRandom, noise: number): CostedRun[] {
  return Array.from({ length: 16 }, () => {
    const amounts = [1e8 * 10 ** (1.5 * random.float()), 1e3 * 10 ** (1.5 * random.float()), 1 + 4 * random.float()];
    return { amounts, cost: costOf({ amounts }, PRICES) * Math.exp(noise * random.normal()) };
  });
}
