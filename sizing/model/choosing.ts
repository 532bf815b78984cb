/** The counts of a plan, chosen one after the other: the smallest that holds all its constraints in the wanted share of the draws. */
import { evenCount } from '../queueing/divisibility.ts';
import { quantile, type Column } from './column.ts';
import { Sheet, type Constraint, type CountChoice, type Values } from './sheet.ts';

/** Counts above are taken for impossible. */
const COUNT_MAX = 1_000_000;
/** Rounding noise is no violation. */
const TOLERANCE = 1e-9;

export interface Chosen {
  readonly id: string;
  readonly value: number;
  readonly heldShare: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly constraints: readonly string[];
  readonly decidedBy: string | null;
}

/** Fills `values` with every choice and cell. `fixed` choices are taken as they are. */
export function chooseAll(sheet: Sheet, values: Values, { share, fixed }: { share: number; fixed?: ReadonlyMap<string, number> }): Chosen[] {
  const chosen: Chosen[] = [];
  sheet.evaluateKnown(values);
  for (const choice of sheet.choices.values()) {
    const given = fixed?.get(choice.id);
    if (choice.kind === 'level') {
      const value = given ?? quantile(values.get(choice.of) as Column, share);
      chosen.push({ id: choice.id, value, heldShare: holdShare(values.get(choice.of) as Column, value), p50: quantile(values.get(choice.of) as Column, 0.5), p90: quantile(values.get(choice.of) as Column, 0.9), constraints: [], decidedBy: choice.of });
      values.set(choice.id, value);
    } else {
      const search = new CountSearch(sheet, choice, values);
      const smallest = given ?? search.smallest(share) ?? search.best(share);
      const value = given === undefined && choice.isShared ? Math.min(evenCount(smallest), Math.max(smallest, numberOf(choice.most, values))) : smallest;
      chosen.push({ id: choice.id, value, heldShare: search.heldShare(value), p50: search.smallest(0.5), p90: search.smallest(0.9), constraints: search.constraints.map(({ id }) => id), decidedBy: search.decidedBy(value) });
      values.set(choice.id, value);
    }
    sheet.evaluateKnown(values);
  }
  return chosen;
}

/** One choice at a time, everything before it chosen. Remembers what it has tried. */
export class CountSearch {
  readonly constraints: readonly Constraint[];
  readonly #sheet: Sheet;
  readonly #choice: CountChoice;
  readonly #values: Values;
  readonly #cells;
  readonly #tried = new Map<number, number>();
  readonly #least: number;
  readonly #most: number;

  constructor(sheet: Sheet, choice: CountChoice, values: Values, constraints?: readonly Constraint[]) {
    this.#sheet = sheet;
    this.#choice = choice;
    this.#values = new Map(values);
    this.constraints = constraints ?? [...sheet.constraints.values()].filter((each) => each.choice === choice.id);
    this.#cells = sheet.between([choice.id], this.constraints.flatMap(({ demand, capacity }) => [demand, capacity]));
    this.#least = this.#stepped(numberOf(choice.least, values));
    this.#most = Math.max(this.#least, Math.min(COUNT_MAX, numberOf(choice.most, values)));
  }

  /** Null: no count up to the most allowed is enough. */
  smallest(share: number): number | null {
    const { step } = this.#choice;
    const isEnough = (steps: number): boolean => this.heldShare(steps * step) >= share - TOLERANCE;
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

  /** Where none is enough: the smallest that holds those constraints which the most allowed would hold. */
  best(share: number): number {
    this.#set(this.#most);
    const possible = this.constraints.filter((each) => jointShare([each], this.#values) >= share - TOLERANCE);
    const rest = new CountSearch(this.#sheet, this.#choice, this.#values, possible);
    return rest.smallest(share) ?? this.#most;
  }

  heldShare(count: number): number {
    const known = this.#tried.get(count);
    if (known !== undefined) return known;
    this.#set(count);
    const share = jointShare(this.constraints, this.#values);
    this.#tried.set(count, share);
    return share;
  }

  /** The constraint that one step fewer holds the least often; null at the least count. */
  decidedBy(count: number): string | null {
    const fewer = count - this.#choice.step;
    if (fewer < this.#least) return null;
    this.#set(fewer);
    const shares = this.constraints.map(({ id, demand, capacity }) => {
      const [wanted, given] = [this.#values.get(demand) as Column, this.#values.get(capacity) as Column];
      return { id, share: holdShare(wanted, given), ratio: quantile(wanted, 0.9) / quantile(given, 0.1) };
    });
    return shares.toSorted((a, b) => a.share - b.share || b.ratio - a.ratio)[0]?.id ?? null;
  }

  #set(count: number): void {
    this.#values.set(this.#choice.id, count);
    this.#sheet.evaluate(this.#cells, this.#values);
  }

  #stepped(count: number): number {
    const { step } = this.#choice;
    return Math.max(step, Math.ceil(count / step - TOLERANCE) * step);
  }
}

export function holdShare(demand: Column, capacity: Column): number {
  return jointShare([{ demand: 'demand', capacity: 'capacity' }], new Map([['demand', demand], ['capacity', capacity]]));
}

/** Share of the draws in which all of them hold. */
export function jointShare(constraints: readonly Pick<Constraint, 'demand' | 'capacity'>[], values: ReadonlyMap<string, Column>): number {
  let broken: Uint8Array | undefined;
  for (const { demand, capacity } of constraints) {
    const [wanted, given] = [values.get(demand) as Column, values.get(capacity) as Column];
    if (typeof wanted === 'number' && typeof given === 'number') {
      if (!(wanted <= given + Math.abs(given) * TOLERANCE)) return 0;
      continue;
    }
    const length = typeof wanted === 'number' ? (given as Float64Array).length : wanted.length;
    broken ??= new Uint8Array(length);
    for (let at = 0; at < length; at++) {
      const limit = typeof given === 'number' ? given : (given[at] as number);
      if (!((typeof wanted === 'number' ? wanted : (wanted[at] as number)) <= limit + Math.abs(limit) * TOLERANCE)) broken[at] = 1;
    }
  }
  if (broken === undefined) return 1;
  let count = 0;
  for (const each of broken) count += each;
  return 1 - count / broken.length;
}

function numberOf(from: string | number, values: Values): number {
  if (typeof from === 'number') return from;
  const value = values.get(from);
  return typeof value === 'number' ? value : quantile(value as Column, 1);
}
