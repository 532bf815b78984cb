/** When growth uses up each count of a plan, the day by which to order, and what the counts would be at the horizon. */
import type { PlanGrowth } from '../../results/plan-record.ts';
import { ChosenBefore } from '../model/choosing.ts';
import { drawnInputs } from '../model/draws.ts';
import { HeldWatch } from '../model/held-watch.ts';
import type { CountChoice, Sheet, Values } from '../model/sheet.ts';
import type { SizedGrowth } from '../sizing-inputs.ts';

const YEAR_SECONDS = 365.25 * 86_400;
const YEARS_MAX = 100;
const BISECTIONS = 24;
/** The date moves by days with more of them; growth itself is not known better. */
const DRAWS = 500;

export interface GrowthContext {
  readonly sheet: Sheet;
  readonly growth: SizedGrowth;
  readonly todayMs: number | null;
  readonly share: number;
  readonly seed: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly fixed: ReadonlyMap<string, number>;
}

export function growthOutlook(context: GrowthContext): PlanGrowth {
  const { sheet, growth, counts, share, seed } = context;
  const drawn = drawnInputs(sheet, { draws: DRAWS, seed });
  const horizonYears = growth.horizon.value / YEAR_SECONDS;
  // Sized for the horizon already: the plan's own counts, from more draws.
  const atHorizon = growth.sizeFor === 'horizon' ? counts : countsIn(new Map([...drawn, ['growth.years', horizonYears]]), context);
  const choices = [...sheet.choices.values()].filter((each): each is CountChoice => each.kind === 'count' && !each.id.endsWith('.consumers'));
  const chosen: Values = new Map([...drawn, ...counts]);
  sheet.evaluateKnown(chosen);
  const exhaustions = choices.map((choice) => ({ ...exhaustionOf(choice, { ...context, share, chosen }), choiceId: choice.id, atHorizon: atHorizon.get(choice.id) ?? null }));
  exhaustions.sort((a, b) => (a.years ?? Number.POSITIVE_INFINITY) - (b.years ?? Number.POSITIVE_INFINITY) || (counts.get(a.choiceId) ?? 0) - (counts.get(b.choiceId) ?? 0));
  return { perYear: growth.perYear.value, horizonSeconds: growth.horizon.value, leadSeconds: growth.lead.value, exhaustions };
}

function countsIn(values: Values, { sheet, share }: GrowthContext): Map<string, number | null> {
  return new Map(new ChosenBefore(sheet, values, { share }).chosen.map(({ id, value, heldShare }) => [id, heldShare >= share - 1e-9 ? value : null]));
}

type Exhaustion = Pick<PlanGrowth['exhaustions'][number], 'constraintId' | 'years' | 'date' | 'orderBy'>;

function exhaustionOf(choice: CountChoice, { sheet, growth, todayMs, share, chosen }: GrowthContext & { chosen: Values }): Exhaustion {
  const watch = new HeldWatch(sheet, 'growth.years', { values: chosen, constraints: sheet.constraintsOf(choice.id) });
  // Fewer draws than the plan's: what holds today holds by definition.
  const wanted = Math.min(share, watch.heldShare(0)) - 1e-9;
  const weakest = (years: number): string => watch.sidesAt(years).toSorted((one, other) => one.heldShare - other.heldShare)[0]?.constraint.id ?? '';
  if (growth.perYear.value === 0 || watch.isHeldIn(wanted, YEARS_MAX)) return { constraintId: weakest(YEARS_MAX), years: null, date: null, orderBy: null };
  let [holds, breaks] = [0, YEARS_MAX];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (holds + breaks) / 2;
    if (watch.isHeldIn(wanted, middle)) holds = middle;
    else breaks = middle;
  }
  const day = (years: number): string | null => (todayMs === null ? null : new Date(todayMs + years * YEAR_SECONDS * 1000).toISOString().slice(0, 10));
  return { constraintId: weakest(breaks), years: breaks, date: day(breaks), orderBy: day(breaks - growth.lead.value / YEAR_SECONDS) };
}
