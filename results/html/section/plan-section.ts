/** The plan that the run was turned into: decisions with their reasons, every number they rest on with its origin, constraints with their slack. */
import type { PlanRecord } from '../../plan-record.ts';
import { percentText } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { dataTable, figure, html, section, type Content, type Markup } from '../markup.ts';

export function planSection(plan: PlanRecord | null): Markup | null {
  if (plan === null) return null;
  return section(
    { id: 'plan', title: 'Plan' },
    decisions(plan),
    html`<h3>Rests on</h3>`,
    inputs(plan),
    html`<h3>Constraints <small>the tightest first</small></h3>`,
    constraints(plan),
    plan.notes.length === 0 ? null : html`<h3>Notes</h3><ul>${plan.notes.map((text) => html`<li>${text}</li>`)}</ul>`,
  );
}

function decisions(plan: PlanRecord): Markup {
  const rows = plan.decisions.map(({ decision, value, why, formula, inputs: names }): Content[] => [decision, html`<b>${value}</b>`, html`${why} ${formula === null ? null : html`<span class="unit">[${formula}${names.length === 0 ? '' : `: ${names.join(', ')}`}]</span>`}`]);
  return html`<div class="prose">${dataTable({ label: 'Decisions', columns: [{ head: 'decision' }, { head: 'value' }, { head: 'why' }], rows })}</div>`;
}

function inputs(plan: PlanRecord): Markup {
  const rows = plan.inputs.map(({ name, value, low, high, unit, source, why }, at): Content[] => [
    html`<code>${name}</code>`,
    figure(`plan.inputs.${at}.value`, value, (number) => quantityText(number, unit)),
    low === high ? '' : `${quantityText(low, unit)} – ${quantityText(high, unit)}`,
    source === 'assumed' ? html`<span class="warn">assumed</span>` : source,
    why,
  ]);
  const columns = [{ head: 'input' }, { head: 'value', isNumber: true }, { head: 'range' }, { head: 'origin' }, { head: 'why' }];
  return html`<div class="prose">${dataTable({ label: 'Inputs of the plan', columns, rows })}</div>`;
}

function constraints(plan: PlanRecord): Markup {
  const rows = plan.constraints.map(({ sentence, demand, capacity, unit, slack, formula }, at): Content[] => [
    html`${sentence} <span class="unit">[${formula}]</span>`,
    figure(`plan.constraints.${at}.demand`, demand, (number) => quantityText(number, unit)),
    figure(`plan.constraints.${at}.capacity`, capacity, (number) => quantityText(number, unit)),
    slack < 0 ? html`<b class="bad">${percentText(-slack)} too little</b>` : `${percentText(slack)} free`,
  ]);
  const columns = [{ head: '' }, { head: 'demand', isNumber: true }, { head: 'capacity', isNumber: true }, { head: 'slack', isNumber: true }];
  return html`<div class="prose">${dataTable({ label: 'Constraints', columns, rows })}</div>`;
}
