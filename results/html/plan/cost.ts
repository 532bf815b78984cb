/** What the plan costs a month at the prices of the file: its parts, each with the arithmetic behind it, beside what the plan as written costs. */
import type { Plan, PlanValue } from '../../plan-record.ts';
import { percentText, significant } from '../../render/number-text.ts';
import { dataTable, html, note, section, type Content, type Markup } from '../markup.ts';
import { changed, traced, type PlanView } from './plan-view.ts';
import { filledFormula } from './trace.ts';

/** Of the plan's decision. */
const TOTAL_ID = 'cost';

export function costSection({ plan, asWritten }: PlanView): Markup {
  const title = { id: 'cost', title: 'Cost a month' };
  const total = valueOf(plan, TOTAL_ID);
  if (total === undefined) return section(title, html`<p>No prices are given, and none are assumed. With <code>price: { currency: USD, date: 2026-11-01, brokerPerHour: 0.5, diskPerGBMonth: 0.1, crossZonePerGB: 0.01 }</code> in the file (your own, any of them) the plan says what it costs.</p>`);
  const rows = [...plan.values.filter(({ id }) => id.startsWith(`${TOTAL_ID}.`)), total].map((value): Content[] => {
    const before = valueOf(asWritten, value.id)?.value ?? value.value;
    const text = html`<span data-cost="${value.id}">${changed(costText(before, asWritten), costText(value.value, plan), traced(value.id, costText(value.value, plan)))}</span>`;
    const range = value.p10 === value.p90 ? '' : `${significant(value.p10)} – ${significant(value.p90)}`;
    return [value.label, value === total ? html`<b>${text}</b>` : text, percentText(total.value === 0 ? 0 : value.value / total.value), range, html`<code>${value.formula}</code> <span class="unit">= ${filledFormula(plan, value)}${value.reference === null ? '' : `; ${value.reference}`}</span>`];
  });
  const columns = [{ head: '' }, { head: 'a month', isNumber: true }, { head: 'share', isNumber: true }, { head: 'p10 – p90', isNumber: true }, { head: 'arithmetic' }];
  const dates = [...new Set(plan.inputs.flatMap(({ id, date }) => (id.startsWith('price.') && date !== undefined ? [date] : [])))];
  return section(title, html`<div class="prose">${dataTable({ label: 'Cost a month', columns, rows })}</div>`, note(`Your prices of ${dates.join(', ')}, ${plan.currency ?? ''}, 730 hours a month; bytes between zones at the average rate, all else as provisioned. Nothing that is not named here is in it.`));
}

/** `1,234 USD`; undefined: no prices are given. */
export function totalCostText(plan: Plan): string | undefined {
  const total = valueOf(plan, TOTAL_ID);
  return total === undefined ? undefined : costText(total.value, plan);
}

function costText(value: number, { currency }: Pick<Plan, 'currency'>): string {
  return `${significant(value)} ${currency ?? ''}`;
}

function valueOf({ values }: Plan, id: string): PlanValue | undefined {
  return values.find((each) => each.id === id);
}
