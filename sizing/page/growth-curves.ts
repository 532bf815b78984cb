/** What growth does to each thing that it uses up: demand as a share of what is provisioned, from today on, the counts as chosen. */
import type { GrowthCurves } from '../../results/html/plan/plan-view.ts';
import type { Plan } from '../../results/plan-record.ts';
import { combine, quantile, type Column } from '../model/column.ts';
import { drawnInputs } from '../model/draws.ts';
import type { Values } from '../model/sheet.ts';
import { sheetOf } from '../plan.ts';
import type { SizingInputs } from '../sizing-inputs.ts';

const YEAR_SECONDS = 365.25 * 86_400;
const POINTS = 25;
const LINES_MAX = 4;
/** As many as the dates rest on. */
const DRAWS = 500;

/** Null: no growth is given. The shares are what is not exceeded as often as the plan asks for. */
export function growthCurves(inputs: SizingInputs, { growth, constraints, choices, certainty }: Plan): GrowthCurves | null {
  if (growth === null) return null;
  const sheet = sheetOf(inputs);
  const drawn = drawnInputs(sheet, { draws: DRAWS, seed: certainty.seed });
  const last = spanOf(growth);
  const years = Array.from({ length: POINTS }, (_, at) => (last * at) / (POINTS - 1));
  const drawnAs = growth.exhaustions.slice(0, LINES_MAX).flatMap(({ choiceId, constraintId }) => {
    const constraint = constraints.find(({ id }) => id === constraintId);
    return constraint === undefined ? [] : [{ choiceId, constraint }];
  });
  const values: Values = new Map<string, Column>([...drawn, ...choices.map(({ id, value }) => [id, value] as const)]);
  sheet.evaluateKnown(values);
  const moved = sheet.between(['growth.years'], drawnAs.flatMap(({ constraint: { demandId, capacityId } }) => [demandId, capacityId]));
  const sharesAt = years.map((year) => {
    values.set('growth.years', year);
    sheet.evaluate(moved, values);
    return drawnAs.map(({ constraint: { demandId, capacityId } }) => quantile(combine('/', values.get(demandId) as Column, values.get(capacityId) as Column), certainty.share));
  });
  const lines = drawnAs.map(({ choiceId }, line) => ({ choiceId, label: choices.find(({ id }) => id === choiceId)?.label ?? choiceId, shares: sharesAt.map((shares) => shares[line] as number) }));
  return { years, lines };
}

/** To the horizon, and to the last thing used up where that is near it. */
function spanOf({ horizonSeconds, exhaustions }: NonNullable<Plan['growth']>): number {
  const horizon = horizonSeconds / YEAR_SECONDS;
  const near = exhaustions.flatMap(({ years }) => (years !== null && years < 3 * horizon ? [years] : []));
  return 1.1 * Math.max(horizon, ...near);
}
