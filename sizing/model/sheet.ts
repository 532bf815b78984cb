/**
 * A plan's arithmetic as a sheet: inputs, counts that are to be chosen, and cells whose formulas name other entries by their ids. It knows
 * no draws and no order of choosing; entries stand behind everything that they name.
 */
import type { PlanQuantity, PlanUnit } from '../../results/plan-record.ts';
import type { Column } from './column.ts';
import { formula, type Formula } from './formula.ts';

export type Arguments = Readonly<Record<string, string | readonly string[]>>;

export interface Cell {
  readonly id: string;
  readonly label: string;
  readonly unit: PlanUnit;
  readonly formula: Formula;
  readonly arguments: Arguments;
  /** All ids among its arguments. */
  readonly needs: readonly string[];
  readonly reference: string | null;
}

/** A count to be chosen: the smallest from `least` (an entry's id or a number) that holds all its constraints often enough. */
export interface CountChoice {
  readonly kind: 'count';
  readonly id: string;
  readonly label: string;
  readonly least: string | number;
  readonly most: string | number;
  /** Counts are multiples of it: brokers over zones. */
  readonly step: number;
  /** Shared out among members: a few more are taken where they then divide evenly over more numbers of them. */
  readonly isShared: boolean;
}

/** A quantity to be provided: the value of an entry that is not exceeded often enough. */
export interface LevelChoice {
  readonly kind: 'level';
  readonly id: string;
  readonly label: string;
  readonly of: string;
}

export type Choice = CountChoice | LevelChoice;

export interface Constraint {
  readonly id: string;
  readonly what: string;
  /** Ids of entries. */
  readonly demand: string;
  readonly capacity: string;
  /** Id of the choice that is raised until it holds; null: no count helps. */
  readonly choice: string | null;
}

export type Values = Map<string, Column>;
/** What formulas read. */
export type ReadValues = Pick<ReadonlyMap<string, Column>, 'get'>;

export class Sheet {
  readonly inputs = new Map<string, PlanQuantity>();
  readonly cells = new Map<string, Cell>();
  readonly choices = new Map<string, Choice>();
  readonly constraints = new Map<string, Constraint>();
  readonly #entries = new Map<string, 'input' | 'cell' | 'choice'>();
  readonly #place = new Map<string, number>();
  readonly #byChoice = new Map<string | null, Constraint[]>();
  readonly #needing = new Map<string, Cell[]>();

  input(quantity: PlanQuantity): string {
    if (!this.inputs.has(quantity.id)) this.#enter(quantity.id, 'input');
    this.inputs.set(quantity.id, quantity);
    return quantity.id;
  }

  cell(id: string, { label, unit, text, terms, reference = null }: { label: string; unit: PlanUnit; text: string; terms: Arguments; reference?: string | null }): string {
    const parsed = formula(text);
    for (const name of parsed.names) {
      const named = terms[name];
      if (named === undefined) throw new ReferenceError(`the formula of ${id} names ${name}, which is not among its terms`);
      for (const each of [named].flat() as string[]) if (!this.#entries.has(each)) throw new ReferenceError(`the formula of ${id} needs ${each}, which comes later or never`);
    }
    this.#enter(id, 'cell');
    const cell = { id, label, unit, formula: parsed, arguments: terms, needs: Object.values(terms).flat() as string[], reference };
    this.cells.set(id, cell);
    this.#place.set(id, this.#place.size);
    for (const need of new Set(cell.needs)) listed(this.#needing, need).push(cell);
    return id;
  }

  choose(choice: Choice): string {
    this.#enter(choice.id, 'choice');
    this.choices.set(choice.id, choice);
    return choice.id;
  }

  constrain(constraint: Constraint): void {
    for (const each of [constraint.demand, constraint.capacity]) if (!this.#entries.has(each)) throw new ReferenceError(`the constraint ${constraint.id} compares ${each}, which is not there`);
    if (this.constraints.has(constraint.id)) throw new ReferenceError(`a constraint ${constraint.id} is there already`);
    this.constraints.set(constraint.id, constraint);
    listed(this.#byChoice, constraint.choice).push(constraint);
  }

  /** The same list each time. */
  constraintsOf(choiceId: string): readonly Constraint[] {
    return listed(this.#byChoice, choiceId);
  }

  /** Cells whose formulas name the entry. */
  cellsNeeding(id: string): readonly Cell[] {
    return this.#needing.get(id) ?? [];
  }

  inOrder(cells: Iterable<Cell>): Cell[] {
    return [...cells].sort((a, b) => (this.#place.get(a.id) as number) - (this.#place.get(b.id) as number));
  }

  /** What `ids` are computed from, all the way down, themselves included. */
  sources(ids: readonly string[]): Set<string> {
    const found = new Set<string>();
    const visit = (id: string): void => {
      if (found.has(id)) return;
      found.add(id);
      for (const each of this.cells.get(id)?.needs ?? []) visit(each);
      const choice = this.choices.get(id);
      if (choice?.kind === 'level') visit(choice.of);
    };
    for (const id of ids) visit(id);
    return found;
  }

  /** The cells that `wanted` rest on, in order of computation. */
  below(wanted: readonly string[]): Cell[] {
    const cells: Cell[] = [];
    for (const id of this.sources(wanted)) {
      const cell = this.cells.get(id);
      if (cell !== undefined) cells.push(cell);
    }
    return this.inOrder(cells);
  }

  /** Of the cells that `wanted` rest on, those that change with `changed`, in order of computation. */
  between(changed: readonly string[], wanted: readonly string[]): Cell[] {
    return movedBy(new Set(changed), this.below(wanted));
  }

  /** In order of computation: the cells that no choice is needed for, then for each choice those that it is the last one needed for. */
  stages(): { readonly first: readonly Cell[]; readonly after: ReadonlyMap<string, readonly Cell[]> } {
    const order = [...this.choices.keys()];
    const last = new Map<string, number>(order.map((id, at) => [id, at]));
    const lists: Cell[][] = Array.from({ length: order.length + 1 }, () => []);
    for (const cell of this.cells.values()) {
      const stage = cell.needs.reduce((most, id) => Math.max(most, last.get(id) ?? -1), -1);
      last.set(cell.id, stage);
      (lists[stage + 1] as Cell[]).push(cell);
    }
    return { first: lists[0] as Cell[], after: new Map(order.map((id, at) => [id, lists[at + 1] as Cell[]])) };
  }

  evaluate(cells: Iterable<Cell>, values: ReadValues & { set(id: string, value: Column): unknown }): void {
    for (const cell of cells) values.set(cell.id, valueOf(cell, values));
  }

  /** Every cell that can be computed from what is in `values`. */
  evaluateKnown(values: Values): void {
    for (const cell of this.cells.values()) {
      if (!values.has(cell.id) && cell.needs.every((each) => values.has(each))) values.set(cell.id, valueOf(cell, values));
    }
  }

  #enter(id: string, kind: 'input' | 'cell' | 'choice'): void {
    if (this.#entries.has(id)) throw new ReferenceError(`${id} is there already`);
    this.#entries.set(id, kind);
  }
}

function listed<Key, Item>(lists: Map<Key, Item[]>, key: Key): Item[] {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const made: Item[] = [];
  lists.set(key, made);
  return made;
}

/** Of cells in order of computation those that change with what is in `moved`, which they are added to. */
export function movedBy(moved: Set<string>, cells: Iterable<Cell>): Cell[] {
  const found: Cell[] = [];
  for (const cell of cells) {
    if (!cell.needs.some((each) => moved.has(each))) continue;
    moved.add(cell.id);
    found.push(cell);
  }
  return found;
}

/** A column of its own is written into `into` where that is given, which may be its value before and no other's. */
export function valueOf({ formula: { evaluate }, arguments: terms }: Pick<Cell, 'formula' | 'arguments'>, values: ReadValues, into?: Float64Array): Column {
  const read = (id: string): Column => {
    const value = values.get(id);
    if (value === undefined) throw new ReferenceError(`${id} has no value yet`);
    return value;
  };
  return evaluate((name) => {
    const named = terms[name] as string | readonly string[];
    return typeof named === 'string' ? read(named) : named.map(read);
  }, into);
}
