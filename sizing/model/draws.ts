/**
 * Draws of the uncertain inputs: a Latin hypercube (each input's range is cut into as many equal parts as there are draws, and each part is
 * drawn once), seeded by the input's id, so that another input more or less changes nothing for the rest.
 */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { SeededRandom } from '../../results/statistics/seeded-random.ts';
import type { Column } from './column.ts';

export interface DrawOptions {
  readonly draws: number;
  readonly seed: number;
}

/** A certain input stays a number. */
export function drawInput(input: PlanQuantity, { draws, seed }: DrawOptions): Column {
  if (input.low === input.high) return input.value;
  const random = new SeededRandom(seed ^ hashOf(input.id));
  const order = Uint32Array.from({ length: draws }, (_, at) => at);
  for (let at = draws - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other] as number, order[at] as number];
  }
  return Float64Array.from(order, (part) => valueAt(input, (part + random.float()) / draws));
}

/**
 * The value below which a share `u` of the belief lies: half of it on each side of the value, densest there, none beyond low and high.
 * Ratios count, not differences (2 to 6 around 3), except where a range touches 0. Rises with low, value and high.
 */
export function valueAt({ low, value, high }: { low: number; value: number; high: number }, u: number): number {
  const [from, to, way] = u < 0.5 ? [value, low, 1 - Math.sqrt(2 * u)] : [value, high, 1 - Math.sqrt(2 * (1 - u))];
  return low > 0 ? from * (to / from) ** way : from + (to - from) * way;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
