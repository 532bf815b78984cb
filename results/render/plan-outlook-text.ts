/** The parts of a plan that look beyond it, for a terminal: growth, doubt, other choices, what to mind, why none works. Pure. */
import type { Plan, PlanConflict, PlanGrowth, PlanWarning } from '../plan-record.ts';
import { countText, durationText, percentText, significant } from './number-text.ts';
import { heading, sentence, table, type Page } from './page.ts';
import { quantityText } from './quantity-text.ts';

const SENSITIVITIES_MAX = 10;
/** A flip further off says that the input does not matter. */
const FLIP_FACTOR_MAX = 4;

export function growthTable(page: Page, { choices }: Plan, growth: PlanGrowth, most = Number.POSITIVE_INFINITY): string[] {
  const columns = [
    { head: '', align: 'left', isFlexible: true },
    { head: 'now', align: 'right' },
    { head: 'lasts until', align: 'left' },
    { head: 'order by', align: 'left' },
    { head: 'at the horizon', align: 'right' },
  ] as const;
  const rows = growth.exhaustions.slice(0, most).map(({ choiceId, years, date, orderBy, atHorizon }) => {
    const choice = choices.find(({ id }) => id === choiceId);
    return [choice?.label ?? choiceId, countText(choice?.value ?? 0), lastsText({ years, date }), orderBy ?? '', atHorizon === null ? 'none is enough' : `${countText(atHorizon)}${ratioText(atHorizon, choice?.value)}`];
  });
  return [...heading(page, 'Growth', `${percentText(growth.perYear)} a year, horizon ${durationText(growth.horizonSeconds)}`), ...table(page, columns, rows), ...(growth.exhaustions.length <= most ? [] : sentence(page, `and ${growth.exhaustions.length - most} that last longer`, { indent: 2, paint: page.colors.dim }))];
}

function lastsText({ years, date }: { years: number | null; date: string | null }): string {
  if (years === null) return 'beyond 100 years';
  if (years * 365 < 1) return 'used up already';
  return date === null ? `${significant(years)} years` : `${date} (${significant(years)} years)`;
}

function ratioText(at: number, now: number | undefined): string {
  return now === undefined || now === 0 || at === now ? '' : ` (${significant(at / now)}x)`;
}

/** A tornado in figures: the count at the low and high end of each input, and where it flips. */
export function sensitivityTable(page: Page, { sensitivities, inputs, choices }: Plan): string[] {
  const columns = [
    { head: 'input, and what it moves', align: 'left', isFlexible: true },
    { head: 'low / value / high', align: 'left' },
    { head: 'too few from', align: 'left' },
    { head: 'one fewer from', align: 'left' },
  ] as const;
  const isNear = (value: number | null, of: number): value is number => value !== null && value > 0 && of > 0 && Math.abs(Math.log(value / of)) < Math.log(FLIP_FACTOR_MAX);
  const rows = sensitivities.flatMap(({ inputId, choiceId, atLow, atValue, atHigh, breaksAt, savesAt }) => {
    const input = inputs.find(({ id }) => id === inputId);
    const choice = choices.find(({ id }) => id === choiceId);
    if (input === undefined || choice === undefined) return [];
    const flip = (at: number | null): string => (isNear(at, input.value) ? quantityText(at, input.unit) : '');
    const isMoved = atLow !== atValue || atHigh !== atValue;
    if (!isMoved && flip(breaksAt) === '' && flip(savesAt) === '') return [];
    const countOf = (count: number | null): string => (count === null ? 'none' : countText(count));
    return [[`${input.name}: ${choice.label}`, isMoved ? `${countOf(atLow)} / ${countOf(atValue)} / ${countOf(atHigh)}` : '', flip(breaksAt), flip(savesAt)]];
  });
  const shown = rows.slice(0, SENSITIVITIES_MAX);
  return [...table(page, columns, shown), ...(rows.length > shown.length ? sentence(page, `and ${rows.length - shown.length} more, in --json`, { indent: 2, paint: page.colors.dim }) : [])];
}

export function alternativeList(page: Page, { alternatives, choices }: Plan): string[] {
  return alternatives.flatMap(({ choiceId, value, remark }) => sentence(page, `${countText(value)} ${choices.find(({ id }) => id === choiceId)?.label ?? choiceId}: ${remark}`, { indent: 2, hanging: 2 }));
}

export function warningList(page: Page, warnings: readonly PlanWarning[]): string[] {
  return warnings.flatMap(({ what, remedy }) => [...sentence(page, `! ${what}.`, { indent: 2, hanging: 2, paint: page.colors.yellow }), ...sentence(page, `Better: ${remedy}.`, { indent: 4, paint: page.colors.dim })]);
}

export function conflictList(page: Page, conflicts: readonly PlanConflict[]): string[] {
  return conflicts.flatMap(({ what, nearest }) => [...sentence(page, `x ${what}.`, { indent: 2, hanging: 2, paint: page.colors.red }), ...sentence(page, `Nearest that works: ${nearest}.`, { indent: 4 })]);
}
