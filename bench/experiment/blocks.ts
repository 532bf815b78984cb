/**
 * The order of an experiment's runs: randomised complete blocks (Fisher 1935). Each block holds every variant once, in an order drawn by the
 * seed, so that what drifts slowly (heat, neighbours, a fuller disk) falls on all variants alike and cancels within the block.
 */
import { SeededRandom } from '../../results/statistics/seeded-random.ts';

export interface BlockOptions {
  readonly variantCount: number;
  readonly blockCount: number;
  readonly seed: number;
}

/** For each block the variants' numbers in the order of their runs. */
export function blockOrders({ variantCount, blockCount, seed }: BlockOptions): number[][] {
  const random = new SeededRandom(seed);
  return Array.from({ length: blockCount }, () => permutation(variantCount, random));
}

/** Every order is equally probable (Durstenfeld 1964). */
function permutation(length: number, random: SeededRandom): number[] {
  const order = Array.from({ length }, (_, at) => at);
  for (let at = length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return order;
}

/**
 * The fewest blocks of which some outcome is significant: the sign flip test of n pairs cannot give less than 2^(1 - n), and Holm's correction
 * holds the smallest of `testCount` p values against alpha / testCount.
 */
export function blocksForSignificance({ testCount, alpha }: { testCount: number; alpha: number }): number {
  let blocks = 4;
  while (2 ** (1 - blocks) * testCount >= alpha) blocks++;
  return blocks;
}

/** Fewer pairs tell little of their noise. */
const PILOT_BLOCKS_MIN = 6;

/** With `repeats: auto`: the blocks from which the noise is told; 1 where nothing is compared. */
export function pilotBlocks({ testCount, alpha }: { testCount: number; alpha: number }): number {
  return testCount === 0 ? 1 : Math.max(PILOT_BLOCKS_MIN, blocksForSignificance({ testCount, alpha }));
}
