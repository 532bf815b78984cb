import fc from 'fast-check';
import { expect, it } from 'vitest';
import { blockOrders, blocksForSignificance } from '../../../bench/experiment/blocks.ts';
import { holmCorrected } from '../../../results/statistics/holm.ts';
import { signFlipTest } from '../../../results/statistics/permutation-test.ts';

it('each block holds every variant once, and the seed alone decides the order', () => {
  fc.assert(
    fc.property(fc.record({ variantCount: fc.integer({ min: 1, max: 12 }), blockCount: fc.integer({ min: 1, max: 20 }), seed: fc.integer({ min: 0, max: 2 ** 31 }) }), (options) => {
      const orders = blockOrders(options);
      expect(orders).toHaveLength(options.blockCount);
      for (const order of orders) expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: options.variantCount }, (_, at) => at));
      expect(blockOrders(options)).toEqual(orders);
    }),
  );
});

it('every variant comes equally often at every position', () => {
  const [variantCount, blockCount] = [3, 6000];
  const counts = Array.from({ length: variantCount }, () => new Array<number>(variantCount).fill(0));
  for (const order of blockOrders({ variantCount, blockCount, seed: 7 })) {
    for (const [position, variant] of order.entries()) (counts[variant] as number[])[position]! += 1;
  }
  // Five standard deviations of a binomial of 6000 and 1/3.
  for (const count of counts.flat()) expect(Math.abs(count - blockCount / variantCount)).toBeLessThan(5 * Math.sqrt((blockCount * 2) / 9));
});

it('another seed draws other orders', () => {
  const orders = [1, 2].map((seed) => blockOrders({ variantCount: 6, blockCount: 6, seed }));
  expect(orders[0]).not.toEqual(orders[1]);
});

it.each([1, 2, 6, 16, 28])('with as many blocks as it says, %i tests that all point one way are significant, and with one less none is', (testCount) => {
  const needed = blocksForSignificance({ testCount, alpha: 0.05 });
  const smallest = (blocks: number): number => {
    const { pValue } = signFlipTest(Array.from({ length: blocks }, (_, at) => 1 + at / 100), { seed: 1 });
    return Math.min(...holmCorrected(new Array<number>(testCount).fill(pValue)));
  };
  expect(smallest(needed)).toBeLessThan(0.05);
  if (needed > 4) expect(smallest(needed - 1)).toBeGreaterThanOrEqual(0.05);
});
