/** What one input does to the counts, the others at their values: the count at its low and high, and where the chosen count breaks or one fewer would do. */
import type { PlanQuantity, PlanSensitivity } from '../../results/plan-record.ts';
import { ChangedValues } from '../model/changed-values.ts';
import { ChosenBefore, type Chosen } from '../model/choosing.ts';
import { movedBy, type Cell, type Constraint, type CountChoice, type Sheet } from '../model/sheet.ts';

/** Values further off than this are not looked at. */
const REACH = 100;
const BISECTIONS = 40;
const TOLERANCE = 1e-9;

export interface SensitivityContext {
  readonly point: ReadonlyMap<string, number>;
  /** The user's counts: they do not change. */
  readonly fixed: ReadonlyMap<string, number>;
  /** Inputs and choices that are not asked about: of the many topics that bring little. */
  readonly isLeftOut: (id: string) => boolean;
}

/** The largest effects first. */
export function sensitivities(sheet: Sheet, { point, fixed, isLeftOut }: SensitivityContext): PlanSensitivity[] {
  const choices = [...sheet.choices.values()].filter((each): each is CountChoice => each.kind === 'count' && !each.id.endsWith('.consumers') && !isLeftOut(each.id));
  const inputs = [...sheet.inputs.values()].filter((each) => isInteresting(each) && !isLeftOut(each.id));
  const before = new ChosenBefore(sheet, new Map([...sheet.inputs.values()].map(({ id, value }) => [id, value])), { share: 1, fixed });
  const atValues = countsOf(before.chosen);
  const watched = choices.map((choice) => watchedOf(sheet, choice));
  const found = inputs.flatMap((input) => {
    const [atLow, atHigh] = [input.low, input.high].map((value) => countsOf(before.with(new Map([[input.id, value]])))) as [Counts, Counts];
    return watched.flatMap(({ choice, ...rest }): PlanSensitivity[] => {
      const flips = flipsOf(sheet, input, { watched: { choice, ...rest }, point });
      const counts = { atLow: atLow.get(choice.id) ?? null, atValue: atValues.get(choice.id) ?? null, atHigh: atHigh.get(choice.id) ?? null };
      const isMoved = counts.atLow !== counts.atValue || counts.atHigh !== counts.atValue;
      return isMoved || flips.breaksAt !== null || flips.savesAt !== null ? [{ inputId: input.id, choiceId: choice.id, ...counts, ...flips }] : [];
    });
  });
  return found.sort((a, b) => swing(b) - swing(a) || nearness(sheet, a) - nearness(sheet, b));
}

/** Doubtful ones, and the certain ones that a workload is made of. */
function isInteresting({ id, low, high, unit }: PlanQuantity): boolean {
  return low < high || unit === 'records/s' || /\.(?:record\.size|compression|retention)$/.test(id);
}

function swing({ atLow, atHigh, atValue }: PlanSensitivity): number {
  const of = (count: number | null): number => (count === null || atValue === null ? Number.MAX_SAFE_INTEGER : Math.abs(count - atValue));
  return Math.max(of(atLow), of(atHigh));
}

/** How far the input is from flipping the count, as a factor. */
function nearness(sheet: Sheet, { inputId, breaksAt, savesAt }: PlanSensitivity): number {
  const value = sheet.inputs.get(inputId)?.value ?? 1;
  return Math.min(...[breaksAt, savesAt].map((at) => (at === null || at <= 0 || value <= 0 ? Number.MAX_SAFE_INTEGER : Math.abs(Math.log(at / value)))));
}

type Counts = ReadonlyMap<string, number | null>;

function countsOf(chosen: readonly Chosen[]): Counts {
  return new Map(chosen.map(({ id, value, heldShare }) => [id, heldShare === 1 ? value : null]));
}

/** A choice with its constraints and the cells that they rest on. */
interface WatchedChoice {
  readonly choice: CountChoice;
  readonly constraints: readonly Constraint[];
  readonly sources: ReadonlySet<string>;
  readonly cells: readonly Cell[];
}

function watchedOf(sheet: Sheet, choice: CountChoice): WatchedChoice {
  const constraints = sheet.constraintsOf(choice.id);
  const wanted = constraints.flatMap(({ demand, capacity }) => [demand, capacity]);
  return { choice, constraints, sources: sheet.sources(wanted), cells: sheet.below(wanted) };
}

function flipsOf(sheet: Sheet, { id, value: from }: PlanQuantity, { watched: { choice, constraints, sources, cells }, point }: { watched: WatchedChoice; point: ReadonlyMap<string, number> }): Pick<PlanSensitivity, 'breaksAt' | 'savesAt'> {
  if (!sources.has(id)) return { breaksAt: null, savesAt: null };
  const moved = movedBy(new Set([id, choice.id]), cells);
  const values = new ChangedValues(point);
  const holds = (at: { count: number; value: number }): boolean => {
    values.set(id, at.value);
    values.set(choice.id, at.count);
    sheet.evaluate(moved, values);
    return constraints.every(({ demand, capacity }) => (values.get(demand) as number) <= (values.get(capacity) as number) * (1 + TOLERANCE));
  };
  const count = point.get(choice.id) as number;
  const breaksAt = flip(from, (value) => !holds({ count, value }));
  const fewer = count - choice.step;
  return { breaksAt, savesAt: fewer < choice.step ? null : flip(from, (value) => holds({ count: fewer, value })) };
}

/** The value nearest to `from` (as a ratio) from which `isFlipped` is true, up or down; null: not within the reach, or true already. */
function flip(from: number, isFlipped: (value: number) => boolean): number | null {
  if (from <= 0 || isFlipped(from)) return null;
  const side = [REACH, 1 / REACH].find((factor) => isFlipped(from * factor));
  if (side === undefined) return null;
  let [inside, outside] = [0, Math.log(side)];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (inside + outside) / 2;
    if (isFlipped(from * Math.exp(middle))) outside = middle;
    else inside = middle;
  }
  return from * Math.exp(outside);
}
