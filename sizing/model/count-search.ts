/** One count of a plan at a time, everything before it chosen: in which share of the draws a count is enough, and the smallest that is often enough. */
import { quantile, type Column } from './column.ts';
import { BrokenDraws, holdShare, TOLERANCE } from './held-share.ts';
import { movedBy, valueOf, type Cell, type Constraint, type CountChoice, type Sheet, type Values } from './sheet.ts';

/** Counts above are taken for impossible. */
const COUNT_MAX = 1_000_000;
/** One constraint that asks for so many times what the others do is not met by counting. */
const SENSIBLE_FACTOR = 10;

interface WatchedConstraint {
  readonly constraint: Constraint;
  /** Those of its cells that the count moves. */
  readonly cells: readonly Cell[];
}

/** Remembers what it has tried. The columns that it computes in are its own and are used again for the next count. */
export class CountSearch {
  readonly constraints: readonly Constraint[];
  readonly #sheet: Sheet;
  readonly #choice: CountChoice;
  readonly #values: Values;
  /** The one that told the last count to be too small comes first. */
  readonly #watched: WatchedConstraint[];
  /** Cell id to the count. */
  readonly #computedFor = new Map<string, number>();
  readonly #own = new Map<string, Float64Array>();
  readonly #broken = new BrokenDraws();
  readonly #held = new Map<number, number>();
  readonly #heldAtMost = new Map<number, number>();
  readonly #least: number;
  readonly #most: number;

  constructor(sheet: Sheet, choice: CountChoice, values: ReadonlyMap<string, Column>, constraints: readonly Constraint[] = sheet.constraintsOf(choice.id)) {
    this.#sheet = sheet;
    this.#choice = choice;
    this.#values = new Map(values);
    this.constraints = constraints;
    this.#watched = watchedOf(sheet, choice, constraints);
    this.#least = this.#stepped(numberOf(choice.least, values));
    this.#most = Math.max(this.#least, Math.min(COUNT_MAX, numberOf(choice.most, values)));
  }

  /** Null: no count up to the most allowed is enough. */
  smallest(share: number): number | null {
    const { step } = this.#choice;
    const isEnough = (steps: number): boolean => this.#isEnough(steps * step, share - TOLERANCE);
    let below = this.#least / step - 1;
    let enough = below + 1;
    const most = Math.floor(this.#most / step);
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
    this.#isEnough(count, Number.NEGATIVE_INFINITY);
    return this.#held.get(count) as number;
  }

  /** The constraint that one step fewer holds the least often, of those the one furthest off; null at the least count. */
  decidedBy(count: number): string | null {
    const fewer = count - this.#choice.step;
    if (fewer < this.#least) return null;
    for (const each of this.#watched) this.#compute(each, fewer);
    const sides = this.constraints.map(({ id, demand, capacity }) => ({ id, demand: this.#values.get(demand) as Column, capacity: this.#values.get(capacity) as Column }));
    const shares = sides.map(({ demand, capacity }) => holdShare(demand, capacity));
    const least = Math.min(...shares);
    const weakest = sides.filter((_, at) => shares[at] === least);
    if (weakest.length === 1) return weakest[0]?.id ?? null;
    return weakest.map(({ id, demand, capacity }) => ({ id, ratio: quantile(demand, 0.9) / quantile(capacity, 0.1) })).toSorted((a, b) => b.ratio - a.ratio)[0]?.id ?? null;
  }

  /** Constraint by constraint, until too many draws are broken. */
  #isEnough(count: number, share: number): boolean {
    const known = this.#held.get(count);
    if (known !== undefined) return known >= share;
    if ((this.#heldAtMost.get(count) ?? 1) < share) return false;
    this.#broken.clear();
    for (const [at, each] of this.#watched.entries()) {
      this.#compute(each, count);
      this.#broken.add(this.#values.get(each.constraint.demand) as Column, this.#values.get(each.constraint.capacity) as Column);
      if (this.#broken.heldShare >= share) continue;
      this.#heldAtMost.set(count, this.#broken.heldShare);
      this.#watched.unshift(...this.#watched.splice(at, 1));
      return false;
    }
    this.#held.set(count, this.#broken.heldShare);
    return true;
  }

  #compute({ cells }: WatchedConstraint, count: number): void {
    this.#values.set(this.#choice.id, count);
    for (const cell of cells) {
      if (this.#computedFor.get(cell.id) === count) continue;
      const value = valueOf(cell, this.#values, this.#own.get(cell.id));
      if (typeof value !== 'number' && cell.formula.isFresh) this.#own.set(cell.id, value);
      this.#values.set(cell.id, value);
      this.#computedFor.set(cell.id, count);
    }
  }

  #stepped(count: number): number {
    const { step } = this.#choice;
    return Math.max(step, Math.ceil(count / step - TOLERANCE) * step);
  }
}

function watchedOf(sheet: Sheet, choice: CountChoice, constraints: readonly Constraint[]): WatchedConstraint[] {
  const cells = movedBy(new Set([choice.id]), sheet.below(constraints.flatMap(({ demand, capacity }) => [demand, capacity])));
  return constraints.map((constraint) => {
    const needed = sheet.sources([constraint.demand, constraint.capacity]);
    return { constraint, cells: cells.filter(({ id }) => needed.has(id)) };
  });
}

export function numberOf(from: string | number, values: ReadonlyMap<string, Column>): number {
  if (typeof from === 'number') return from;
  const value = values.get(from);
  return typeof value === 'number' ? value : quantile(value as Column, 1);
}
