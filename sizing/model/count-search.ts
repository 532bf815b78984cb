/** One count of a plan at a time, everything before it chosen: in which share of the draws a count is enough, and the smallest that is often enough. */
import { quantile, type Column } from './column.ts';
import { TOLERANCE } from './held-share.ts';
import { HeldWatch } from './held-watch.ts';
import type { Constraint, CountChoice, ReadValues, Sheet } from './sheet.ts';

/** Counts above are taken for impossible. */
const COUNT_MAX = 1_000_000;
/** One constraint that asks for so many times what the others do is not met by counting. */
const SENSIBLE_FACTOR = 10;

export class CountSearch {
  readonly constraints: readonly Constraint[];
  readonly #sheet: Sheet;
  readonly #choice: CountChoice;
  readonly #values: ReadValues;
  readonly #watch: HeldWatch;
  readonly #least: number;
  readonly #most: number;

  constructor(sheet: Sheet, choice: CountChoice, values: ReadValues, constraints: readonly Constraint[] = sheet.constraintsOf(choice.id)) {
    this.#sheet = sheet;
    this.#choice = choice;
    this.#values = values;
    this.#watch = new HeldWatch(sheet, choice.id, { values, constraints });
    this.constraints = constraints;
    this.#least = this.#stepped(numberOf(choice.least, values));
    this.#most = Math.max(this.#least, Math.min(COUNT_MAX, numberOf(choice.most, values)));
  }

  /** Null: no count up to the most allowed is enough. `near`: where it was before a change, which moves few counts. */
  smallest(share: number, near?: number): number | null {
    const { step } = this.#choice;
    const isEnough = (steps: number): boolean => this.#watch.isHeldIn(share - TOLERANCE, steps * step);
    let below = this.#least / step - 1;
    let enough = below + 1;
    const most = Math.floor(this.#most / step);
    const before = near === undefined ? 0 : near / step;
    if (before > enough && before <= most && isEnough(before) && !isEnough(before - 1)) return before * step;
    while (!isEnough(enough)) {
      if (enough >= most) return null;
      below = enough;
      enough = Math.min(most, Math.max(enough + 1, enough * 2));
    }
    while (enough - below > 1) {
      const middle = Math.floor((below + enough) / 2);
      if (isEnough(middle)) enough = middle;
      else below = middle;
    }
    return enough * step;
  }

  /** Where none is enough: all that there may be, or the smallest that holds those constraints which a count of a sensible size would hold. */
  best(share: number): number {
    if (this.#most < COUNT_MAX) return this.#most;
    const needed = this.constraints.map((each) => new CountSearch(this.#sheet, this.#choice, this.#values, [each]).smallest(share));
    const rising = needed.filter((each) => each !== null).toSorted((a, b) => a - b);
    return rising.reduce((best, count) => (count <= best * SENSIBLE_FACTOR ? count : best), rising[0] ?? this.#least);
  }

  heldShare(count: number): number {
    return this.#watch.heldShare(count);
  }

  /** The constraint that one step fewer holds the least often, of those the one furthest off; null at the least count. */
  decidedBy(count: number): string | null {
    const fewer = count - this.#choice.step;
    if (fewer < this.#least) return null;
    const sides = this.#watch.sidesAt(fewer);
    const least = Math.min(...sides.map(({ heldShare }) => heldShare));
    const weakest = sides.filter(({ heldShare }) => heldShare === least);
    if (weakest.length === 1) return weakest[0]?.constraint.id ?? null;
    const ratios = weakest.map(({ constraint: { id }, demand, capacity }) => ({ id, ratio: quantile(demand, 0.9) / quantile(capacity, 0.1) }));
    return ratios.toSorted((a, b) => b.ratio - a.ratio)[0]?.id ?? null;
  }

  #stepped(count: number): number {
    const { step } = this.#choice;
    return Math.max(step, Math.ceil(count / step - TOLERANCE) * step);
  }
}

export function numberOf(from: string | number, values: ReadValues): number {
  if (typeof from === 'number') return from;
  const value = values.get(from);
  return typeof value === 'number' ? value : quantile(value as Column, 1);
}
