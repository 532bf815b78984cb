/** The counts of a plan, chosen one after the other: the smallest that holds all its constraints in the wanted share of the draws. */
import { evenCount } from '../queueing/divisibility.ts';
import { quantile, type Column } from './column.ts';
import { CountSearch, numberOf } from './count-search.ts';
import { holdShare } from './held-share.ts';
import { movedBy, type Cell, type Choice, type CountChoice, type LevelChoice, type Sheet, type Values } from './sheet.ts';

/** What a choice comes to. */
export interface Chosen {
  readonly id: string;
  readonly value: number;
  readonly heldShare: number;
}

/** With what half of the draws and nine of ten need, and what decides. */
export interface ExplainedChoice extends Chosen {
  readonly p50: number | null;
  readonly p90: number | null;
  readonly constraints: readonly string[];
  readonly decidedBy: string | null;
}

export interface ChoosingOptions {
  readonly share: number;
  /** Counts that are taken as they are. */
  readonly fixed?: ReadonlyMap<string, number>;
}

/** Fills `values`, which holds the inputs, with every choice and cell. */
export function chooseAll(sheet: Sheet, values: Values, options: ChoosingOptions): ExplainedChoice[] {
  const { first, after } = sheet.stages();
  sheet.evaluate(first, values);
  return [...sheet.choices.values()].map((choice) => {
    const chosen = choice.kind === 'level' ? explainedLevel(choice, values, options) : explainedCount(sheet, choice, { values, options });
    values.set(choice.id, chosen.value);
    sheet.evaluate(after.get(choice.id) ?? [], values);
    return chosen;
  });
}

function explainedLevel(choice: LevelChoice, values: Values, options: ChoosingOptions): ExplainedChoice {
  const needed = values.get(choice.of) as Column;
  return { ...levelChosen(choice, values, options), p50: quantile(needed, 0.5), p90: quantile(needed, 0.9), constraints: [], decidedBy: choice.of };
}

function explainedCount(sheet: Sheet, choice: CountChoice, { values, options }: { values: Values; options: ChoosingOptions }): ExplainedChoice {
  const search = new CountSearch(sheet, choice, values);
  const chosen = countChosen(search, choice, { values, options });
  return { ...chosen, p50: search.smallest(0.5), p90: search.smallest(0.9), constraints: search.constraints.map(({ id }) => id), decidedBy: search.decidedBy(chosen.value) };
}

function levelChosen({ id, of }: LevelChoice, values: Values, { share, fixed }: ChoosingOptions): Chosen {
  const needed = values.get(of) as Column;
  const value = fixed?.get(id) ?? quantile(needed, share);
  return { id, value, heldShare: holdShare(needed, value) };
}

function countChosen(search: CountSearch, { id, isShared, most }: CountChoice, { values, options: { share, fixed } }: { values: Values; options: ChoosingOptions }): Chosen {
  const given = fixed?.get(id);
  const smallest = given ?? search.smallest(share) ?? search.best(share);
  const value = given === undefined && isShared ? Math.min(evenCount(smallest), Math.max(smallest, numberOf(most, values))) : smallest;
  return { id, value, heldShare: search.heldShare(value) };
}

/** What was chosen once, to be asked what it would be with some inputs changed: only what they move is computed and chosen again. */
export class ChosenBefore {
  readonly chosen: readonly Chosen[];
  readonly #sheet: Sheet;
  readonly #options: ChoosingOptions;
  readonly #values: Values;
  readonly #stages;
  readonly #basis: ReadonlyMap<string, ChoiceBasis>;

  /** `inputs` holds all inputs. */
  constructor(sheet: Sheet, inputs: ReadonlyMap<string, Column>, options: ChoosingOptions) {
    this.#sheet = sheet;
    this.#options = options;
    this.#values = new Map(inputs);
    this.#stages = sheet.stages();
    this.#basis = new Map([...sheet.choices.values()].map((choice) => [choice.id, basisOf(sheet, choice)]));
    sheet.evaluate(this.#stages.first, this.#values);
    this.chosen = [...sheet.choices.values()].map((choice) => {
      const chosen = this.#choose(choice, this.#values);
      this.#values.set(choice.id, chosen.value);
      sheet.evaluate(this.#stages.after.get(choice.id) ?? [], this.#values);
      return chosen;
    });
  }

  with(changes: ReadonlyMap<string, Column>): Chosen[] {
    const values: Values = new Map([...this.#values, ...changes]);
    const moved = new Set(changes.keys());
    this.#sheet.evaluate(movedBy(moved, this.#stages.first), values);
    return [...this.#sheet.choices.values()].map((choice, at) => {
      const before = this.chosen[at] as Chosen;
      const chosen = this.#isMoved(choice, moved) ? this.#choose(choice, values) : before;
      values.set(choice.id, chosen.value);
      if (chosen.value !== before.value) moved.add(choice.id);
      this.#sheet.evaluate(movedBy(moved, this.#stages.after.get(choice.id) ?? []), values);
      return chosen;
    });
  }

  #isMoved({ id }: Choice, moved: ReadonlySet<string>): boolean {
    const { ids, cells } = this.#basis.get(id) as ChoiceBasis;
    return ids.some((each) => moved.has(each)) || movedBy(new Set(moved), cells).length > 0;
  }

  #choose(choice: Choice, values: Values): Chosen {
    return choice.kind === 'level' ? levelChosen(choice, values, this.#options) : countChosen(new CountSearch(this.#sheet, choice, values), choice, { values, options: this.#options });
  }
}

/** What a choice is made by. */
interface ChoiceBasis {
  readonly ids: readonly string[];
  readonly cells: readonly Cell[];
}

function basisOf(sheet: Sheet, choice: Choice): ChoiceBasis {
  const ids = choice.kind === 'level' ? [choice.of] : [choice.least, choice.most, ...sheet.constraintsOf(choice.id).flatMap(({ demand, capacity }) => [demand, capacity])].filter((each) => typeof each === 'string');
  return { ids, cells: sheet.below(ids) };
}
