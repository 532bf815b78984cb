/** What is enough as often as is wanted, together with the other constraints of the same count: where those break, no value of this one helps. */
import { apply, combine, quantile, type Column } from '../model/column.ts';
import type { Sheet, Values } from '../model/sheet.ts';

const TOLERANCE = 1e-9;

export interface EnoughQuery {
  readonly sheet: Sheet;
  readonly drawn: Values;
  readonly share: number;
  /** The constraint that is to be met. */
  readonly constraintId: string;
}

/** Of a quantity that meets the constraint from its value on. Where the others alone break too often, it is met by itself. */
export function enoughQuantile(wanted: Column, { sheet, drawn, share, constraintId }: EnoughQuery): number {
  const choice = sheet.constraints.get(constraintId)?.choice ?? null;
  const others = choice === null ? [] : [...sheet.constraints.values()].filter((each) => each.choice === choice && each.id !== constraintId);
  const worst = others.reduce<Column>((highest, { demand, capacity }) => combine('max', highest, combine('/', drawn.get(demand) as Column, drawn.get(capacity) as Column)), 0);
  const together = quantile(apply([wanted, worst], ([value = 0, other = 0]) => (other > 1 + TOLERANCE ? Number.POSITIVE_INFINITY : value)), share);
  return Number.isFinite(together) ? together : quantile(wanted, share);
}
