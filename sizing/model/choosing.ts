/** The counts of a plan, chosen one after the other: the smallest that holds all its constraints in the wanted share of the draws. */
import { evenCount } from '../queueing/divisibility.ts';
import { ChangedValues } from './changed-values.ts';
import { quantile, type Column } from './column.ts';
import { CountSearch, numberOf } from './count-search.ts';
import { holdShare } from './held-share.ts';
import type { Cell, Choice, CountChoice, LevelChoice, ReadValues, Sheet, Values } from './sheet.ts';

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

function explainedLevel(choice: LevelChoice, values: ReadValues, options: ChoosingOptions): ExplainedChoice {
  const needed = values.get(choice.of) as Column;
  return { ...levelChosen(choice, values, options), p50: quantile(needed, 0.5), p90: quantile(needed, 0.9), constraints: [], decidedBy: choice.of };
}

function explainedCount(sheet: Sheet, choice: CountChoice, { values, options }: { values: Values; options: ChoosingOptions }): ExplainedChoice {
  const search = new CountSearch(sheet, choice, values);
  const chosen = countChosen(search, choice, { values, options });
  return { ...chosen, p50: search.smallest(0.5), p90: search.smallest(0.9), constraints: search.constraints.map(({ id }) => id), decidedBy: search.decidedBy(chosen.value) };
}

function levelChosen({ id, of }: LevelChoice, values: ReadValues, { share, fixed }: ChoosingOptions): Chosen {
  const needed = values.get(of) as Column;
  const value = fixed?.get(id) ?? quantile(needed, share);
  return { id, value, heldShare: holdShare(needed, value) };
}

function countChosen(search: CountSearch, { id, isShared, most }: CountChoice, { values, options: { share, fixed }, near }: { values: ReadValues; options: ChoosingOptions; near?: number | undefined }): Chosen {
  const given = fixed?.get(id);
  const smallest = given ?? search.smallest(share, near) ?? search.best(share);
  const value = given === undefined && isShared ? Math.min(evenCount(smallest), Math.max(smallest, numberOf(most, values))) : smallest;
  return { id, value, heldShare: search.heldShare(value) };
}

/** What was chosen once, to be asked what it would be with some inputs changed: only what they move is computed and chosen again. */
export class ChosenBefore {
  readonly chosen: readonly Chosen[];
  readonly #sheet: Sheet;
  readonly #options: ChoosingOptions;
  readonly #values: Values;
  readonly #choices: readonly Choice[];
  /** Before which choice a cell is computed; those after the last one come last. */
  readonly #stage = new Map<string, number>();
  /** What each choice is made by, down to inputs and other choices. */
  readonly #sources: readonly ReadonlySet<string>[];

  /** `inputs` holds all inputs. */
  constructor(sheet: Sheet, inputs: ReadonlyMap<string, Column>, options: ChoosingOptions) {
    this.#sheet = sheet;
    this.#options = options;
    this.#values = new Map(inputs);
    this.#choices = [...sheet.choices.values()];
    this.#sources = this.#choices.map((choice) => sheet.sources(basisOf(sheet, choice)));
    const { first, after } = sheet.stages();
    const stages = [first, ...this.#choices.map(({ id }) => after.get(id) ?? [])];
    for (const [at, cells] of stages.entries()) for (const { id } of cells) this.#stage.set(id, at);
    sheet.evaluate(first, this.#values);
    this.chosen = this.#choices.map((choice, at) => {
      const chosen = this.#choose(choice, this.#values);
      this.#values.set(choice.id, chosen.value);
      sheet.evaluate(stages[at + 1] ?? [], this.#values);
      return chosen;
    });
  }

  with(changes: ReadonlyMap<string, Column>): Chosen[] {
    const values = new ChangedValues(this.#values, changes);
    const stages: Cell[][] = Array.from({ length: this.#choices.length + 1 }, () => []);
    const moved = new Set<string>();
    const changed = [...changes.keys()];
    for (const id of changed) this.#move(id, { moved, stages });
    this.#sheet.evaluate(this.#sheet.inOrder(stages[0] ?? []), values);
    return this.#choices.map((choice, at) => {
      const before = this.chosen[at] as Chosen;
      const sources = this.#sources[at] as ReadonlySet<string>;
      const chosen = changed.some((id) => sources.has(id)) ? this.#choose(choice, values, before.value) : before;
      values.set(choice.id, chosen.value);
      if (chosen.value !== before.value) {
        changed.push(choice.id);
        this.#move(choice.id, { moved, stages });
      }
      this.#sheet.evaluate(this.#sheet.inOrder(stages[at + 1] ?? []), values);
      return chosen;
    });
  }

  /** What rests on the entry joins its stage. */
  #move(from: string, { moved, stages }: { moved: Set<string>; stages: readonly Cell[][] }): void {
    const open = [from];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const cell of this.#sheet.cellsNeeding(id)) {
        if (moved.has(cell.id)) continue;
        moved.add(cell.id);
        (stages[this.#stage.get(cell.id) as number] as Cell[]).push(cell);
        open.push(cell.id);
      }
    }
  }

  #choose(choice: Choice, values: ReadValues, near?: number): Chosen {
    return choice.kind === 'level' ? levelChosen(choice, values, this.#options) : countChosen(new CountSearch(this.#sheet, choice, values), choice, { values, options: this.#options, near });
  }
}

/** Ids of what a choice is made by. */
function basisOf(sheet: Sheet, choice: Choice): string[] {
  return choice.kind === 'level' ? [choice.of] : [choice.least, choice.most, ...sheet.constraintsOf(choice.id).flatMap(({ demand, capacity }) => [demand, capacity])].filter((each) => typeof each === 'string');
}
