/** Every input with its origin, and every computed number with its formula: the page's own appendix, also where no script runs. */
import type { Plan } from '../../plan-record.ts';
import { PlanTrace } from '../../plan-trace.ts';
import { counted } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { dataTable, details, html, note, section, type Content, type Markup } from '../markup.ts';
import { changed, traced, type PlanView } from './plan-view.ts';
import { filledFormula } from './trace.ts';

export function inputsSection({ plan, asWritten }: PlanView): Markup {
  const before = new Map(asWritten.inputs.map((each) => [each.id, each]));
  const counts = (['measured', 'given', 'assumed'] as const).map((source) => `${plan.inputs.filter((each) => each.source === source).length} ${source}`);
  const rows = plan.inputs.map(({ id, name, value, low, high, unit, source, why, runId, date }): Content[] => {
    const old = before.get(id);
    const now = quantityText(value, unit);
    return [
      html`${name} <code class="unit">${id}</code>`,
      changed(old === undefined ? now : quantityText(old.value, unit), now),
      low === high ? '' : `${quantityText(low, unit)} – ${quantityText(high, unit)}`,
      html`<span class="source ${source}">${source}</span>`,
      html`${why}${runId === undefined ? null : html` <span class="unit">run ${runId}</span>`}${date === undefined ? null : html` <span class="unit">${date}</span>`}`,
    ];
  });
  const columns = [{ head: 'input' }, { head: 'value', isNumber: true }, { head: 'range', isNumber: true }, { head: 'origin' }, { head: 'why' }];
  return section({ id: 'inputs', title: 'Inputs', remark: counts.join(', ') }, html`<div class="prose">${dataTable({ label: 'Inputs', columns, rows })}</div>`);
}

export function valuesSection({ plan }: PlanView): Markup {
  const columns = [{ head: 'number' }, { head: 'value', isNumber: true }, { head: 'p10 – p90', isNumber: true }, { head: 'formula' }];
  return section(
    { id: 'values', title: 'Every number' },
    details(`${counted(plan.values.length, 'computed number')} with formulas`, html`<div class="prose">${dataTable({ label: 'Computed numbers', columns, rows: valueRows(plan) })}</div>`),
    note('The plan stands in this page as JSON: JSON.parse(document.getElementById(\'plan\').textContent).plan; headroom size CONFIG --json prints the same. Each value can be computed again from its formula and arguments.'),
  );
}

function valueRows(plan: Plan): Content[][] {
  const trace = new PlanTrace(plan);
  return plan.values.map((value) => {
    const { id, label, unit, p10, p90, formula, reference } = value;
    return [
      html`${label} <code class="unit">${id}</code>`,
      traced(id, quantityText(value.value, unit)),
      p10 === p90 ? '' : `${quantityText(p10, unit)} – ${quantityText(p90, unit)}`,
      html`<code>${formula}</code> <span class="unit">= ${filledFormula(plan, value, trace)}${reference === null ? '' : `; ${reference}`}</span>`,
    ];
  });
}
