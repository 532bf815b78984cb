/**
 * Draws of the uncertain inputs: a Latin hypercube (each input's range is cut into as many equal parts as there are draws, and each part is
 * drawn once), seeded by the input's id, so that another input more or less changes nothing for the rest.
 */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { SeededRandom } from '../../results/statistics/seeded-random.ts';
import type { Column } from './column.ts';
import type { Sheet, Values } from './sheet.ts';

export interface DrawOptions {
  readonly draws: number;
  readonly seed: number;
}

/** All inputs of a sheet, drawn. */
export function drawnInputs(sheet: Sheet, options: DrawOptions): Values {
  return new Map([...sheet.inputs.values()].map((each) => [each.id, drawInput(each, options)]));
}

/** The latest draws, which every part of a plan and the next what-if question ask for again. Nobody writes into a column of an input. */
const drawn = new Map<string, Float64Array>();
const KEPT_MAX = 256;

/** A certain input stays a number. */
export function drawInput(input: PlanQuantity, { draws, seed }: DrawOptions): Column {
  const { id, low, value, high } = input;
  if (low === high) return value;
  const key = `${draws} ${seed} ${low} ${value} ${high} ${id}`;
  const known = drawn.get(key);
  const column = known ?? drawnAnew(input, { draws, seed });
  drawn.delete(key);
  drawn.set(key, column);
  if (drawn.size > KEPT_MAX) drawn.delete(drawn.keys().next().value as string);
  return column;
}

function drawnAnew(input: PlanQuantity, { draws, seed }: DrawOptions): Float64Array {
  const random = new SeededRandom(seed ^ hashOf(input.id));
  const order = new Uint32Array(draws);
  for (let at = 0; at < draws; at++) order[at] = at;
  for (let at = draws - 1; at > 0; at--) {
    const other = random.below(at + 1);
    const part = order[at] as number;
    order[at] = order[other] as number;
    order[other] = part;
  }
  const column = new Float64Array(draws);
  for (let at = 0; at < draws; at++) column[at] = valueAt(input, ((order[at] as number) + random.float()) / draws);
  return column;
}

/**
 * The value below which a share `u` of the belief lies: half of it on each side of the value, densest there, none beyond low and high.
 * Ratios count, not differences (2 to 6 around 3), except where a range touches 0. Rises with low, value and high.
 */
export function valueAt({ low, value, high }: { low: number; value: number; high: number }, u: number): number {
  const to = u < 0.5 ? low : high;
  const way = 1 - Math.sqrt(2 * (u < 0.5 ? u : 1 - u));
  return low > 0 ? value * (to / value) ** way : value + (to - value) * way;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
