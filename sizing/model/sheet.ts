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

export class Sheet {
  readonly inputs = new Map<string, PlanQuantity>();
  readonly cells = new Map<string, Cell>();
  readonly choices = new Map<string, Choice>();
  readonly constraints = new Map<string, Constraint>();
  readonly #entries = new Map<string, 'input' | 'cell' | 'choice'>();

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
    this.cells.set(id, { id, label, unit, formula: parsed, arguments: terms, reference });
    return id;
  }

  choose(choice: Choice): string {
    this.#enter(choice.id, 'choice');
    this.choices.set(choice.id, choice);
    return choice.id;
  }

  constrain(constraint: Constraint): void {
    for (const each of [constraint.demand, constraint.capacity]) if (!this.#entries.has(each)) throw new ReferenceError(`the constraint ${constraint.id} compares ${each}, which is not there`);
    this.constraints.set(constraint.id, constraint);
  }

  /** What `id` is computed from, all the way down, itself included. */
  sources(ids: readonly string[]): Set<string> {
    const found = new Set<string>();
    const visit = (id: string): void => {
      if (found.has(id)) return;
      found.add(id);
      for (const named of Object.values(this.cells.get(id)?.arguments ?? {})) for (const each of [named].flat() as string[]) visit(each);
      const choice = this.choices.get(id);
      if (choice?.kind === 'level') visit(choice.of);
    };
    for (const id of ids) visit(id);
    return found;
  }

  /** Of the cells that `wanted` rest on, those that change with `changed`, in order of computation. */
  between(changed: readonly string[], wanted: readonly string[]): Cell[] {
    const needed = this.sources(wanted);
    const moved = new Set(changed);
    return [...this.cells.values()].filter((cell) => {
      if (!needed.has(cell.id)) return false;
      const isMoved = Object.values(cell.arguments).some((named) => ([named].flat() as string[]).some((each) => moved.has(each)));
      if (isMoved) moved.add(cell.id);
      return isMoved;
    });
  }

  evaluate(cells: Iterable<Cell>, values: Values): void {
    for (const cell of cells) values.set(cell.id, valueOf(cell, values));
  }

  /** Every cell that can be computed from what is in `values`. */
  evaluateKnown(values: Values): void {
    for (const cell of this.cells.values()) {
      if (values.has(cell.id)) continue;
      const isKnown = Object.values(cell.arguments).every((named) => ([named].flat() as string[]).every((each) => values.has(each)));
      if (isKnown) values.set(cell.id, valueOf(cell, values));
    }
  }

  #enter(id: string, kind: 'input' | 'cell' | 'choice'): void {
    if (this.#entries.has(id)) throw new ReferenceError(`${id} is there already`);
    this.#entries.set(id, kind);
  }
}

export function valueOf({ formula: { evaluate }, arguments: terms }: Pick<Cell, 'formula' | 'arguments'>, values: ReadonlyMap<string, Column>): Column {
  const read = (id: string): Column => {
    const value = values.get(id);
    if (value === undefined) throw new ReferenceError(`${id} has no value yet`);
    return value;
  };
  return evaluate((name) => {
    const named = terms[name] as string | readonly string[];
    return typeof named === 'string' ? read(named) : named.map(read);
  });
}
