/** Constraints while one entry of a sheet is moved and all others stand still: in which share of the draws they hold together. */
import type { Column } from './column.ts';
import { ChangedValues } from './changed-values.ts';
import { BrokenDraws, holdShare } from './held-share.ts';
import { valueOf, type Cell, type Constraint, type ReadValues, type Sheet } from './sheet.ts';

interface WatchedConstraint {
  readonly constraint: Constraint;
  /** Those of its cells that the entry moves. */
  readonly cells: readonly Cell[];
}

/** Of a sheet, an entry and a list of constraints: asked for again with each what-if question. A sheet that is asked is complete. */
const watched = new WeakMap<readonly Constraint[], { readonly sheet: Sheet; readonly byEntry: Map<string, readonly WatchedConstraint[]> }>();

function watchedIn(sheet: Sheet, id: string, constraints: readonly Constraint[]): readonly WatchedConstraint[] {
  let known = watched.get(constraints);
  if (known?.sheet !== sheet) watched.set(constraints, (known = { sheet, byEntry: new Map() }));
  const found = known.byEntry.get(id);
  if (found !== undefined) return found;
  const cells = sheet.between([id], constraints.flatMap(({ demand, capacity }) => [demand, capacity]));
  const made = constraints.map((constraint) => {
    const needed = sheet.sources([constraint.demand, constraint.capacity]);
    return { constraint, cells: cells.filter((cell) => needed.has(cell.id)) };
  });
  known.byEntry.set(id, made);
  return made;
}

/** Remembers what it has tried. The columns that it computes in are its own and are used again for the next value. */
export class HeldWatch {
  readonly #id: string;
  readonly #constraints: readonly Constraint[];
  readonly #values: ChangedValues;
  /** The one that told the last value to be too much comes first. */
  readonly #watched: WatchedConstraint[];
  /** Cell id to the value of the entry. */
  readonly #computedFor = new Map<string, number>();
  readonly #own = new Map<string, Float64Array>();
  readonly #broken = new BrokenDraws();
  readonly #held = new Map<number, number>();
  readonly #heldAtMost = new Map<number, number>();

  constructor(sheet: Sheet, id: string, { values, constraints }: { values: ReadValues; constraints: readonly Constraint[] }) {
    this.#id = id;
    this.#constraints = constraints;
    this.#values = new ChangedValues(values);
    this.#watched = [...watchedIn(sheet, id, constraints)];
  }

  heldShare(value: number): number {
    this.isHeldIn(Number.NEGATIVE_INFINITY, value);
    return this.#held.get(value) as number;
  }

  /** Whether all hold in so many of the draws: constraint by constraint, until too many draws are broken. */
  isHeldIn(share: number, value: number): boolean {
    const known = this.#held.get(value);
    if (known !== undefined) return known >= share;
    if ((this.#heldAtMost.get(value) ?? 1) < share) return false;
    this.#broken.clear();
    for (const [at, each] of this.#watched.entries()) {
      this.#compute(each, value);
      this.#broken.add(this.#values.get(each.constraint.demand) as Column, this.#values.get(each.constraint.capacity) as Column);
      if (this.#broken.heldShare >= share) continue;
      this.#heldAtMost.set(value, this.#broken.heldShare);
      this.#watched.unshift(...this.#watched.splice(at, 1));
      return false;
    }
    this.#held.set(value, this.#broken.heldShare);
    return true;
  }

  /** Each constraint for itself, in their own order; the columns are lent until the next question. */
  sidesAt(value: number): { readonly constraint: Constraint; readonly demand: Column; readonly capacity: Column; readonly heldShare: number }[] {
    for (const each of this.#watched) this.#compute(each, value);
    return this.#constraints.map((constraint) => {
      const [demand, capacity] = [this.#values.get(constraint.demand) as Column, this.#values.get(constraint.capacity) as Column];
      return { constraint, demand, capacity, heldShare: holdShare(demand, capacity) };
    });
  }

  #compute({ cells }: WatchedConstraint, value: number): void {
    this.#values.set(this.#id, value);
    for (const cell of cells) {
      if (this.#computedFor.get(cell.id) === value) continue;
      const column = valueOf(cell, this.#values, this.#own.get(cell.id));
      if (typeof column !== 'number' && cell.formula.isFresh) this.#own.set(cell.id, column);
      this.#values.set(cell.id, column);
      this.#computedFor.set(cell.id, value);
    }
  }
}
