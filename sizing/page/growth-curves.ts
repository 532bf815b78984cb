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
  const valuesAt = years.map((year): Values => {
    const values: Values = new Map<string, Column>([...drawn, ...choices.map(({ id, value }) => [id, value] as const), ['growth.years', year]]);
    sheet.evaluateKnown(values);
    return values;
  });
  const lines = growth.exhaustions.slice(0, LINES_MAX).flatMap(({ choiceId, constraintId }) => {
    const constraint = constraints.find(({ id }) => id === constraintId);
    if (constraint === undefined) return [];
    const shares = valuesAt.map((values) => quantile(combine('/', values.get(constraint.demandId) as Column, values.get(constraint.capacityId) as Column), certainty.share));
    return [{ choiceId, label: choices.find(({ id }) => id === choiceId)?.label ?? choiceId, shares }];
  });
  return { years, lines };
}

/** To the horizon, and to the last thing used up where that is near it. */
function spanOf({ horizonSeconds, exhaustions }: NonNullable<Plan['growth']>): number {
  const horizon = horizonSeconds / YEAR_SECONDS;
  const near = exhaustions.flatMap(({ years }) => (years !== null && years < 3 * horizon ? [years] : []));
  return 1.1 * Math.max(horizon, ...near);
}
