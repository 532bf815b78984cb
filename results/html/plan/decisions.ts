/** `Decision | Value | Why`, with the values of the plan as written beside those that were changed, and what was not chosen. */
import type { DecisionRow } from '../../plan-record.ts';
import { PlanTrace } from '../../plan-trace.ts';
import { percentText } from '../../render/number-text.ts';
import { dataTable, html, section, type Content, type Markup } from '../markup.ts';
import { changed, choiceText, traced, type PlanView } from './plan-view.ts';

/** Decisions that are not entries of the sheet under their own names. */
const TRACES: Readonly<Record<string, string>> = { 'disk.total': 'storage', network: 'net.egress.total' };

export function decisionsSection({ plan, asWritten }: PlanView): Markup {
  const trace = new PlanTrace(plan);
  const before = new Map(asWritten.decisions.map(({ id, value }) => [id, value]));
  const rows = plan.decisions.map((row): Content[] => {
    const id = traceId(row, trace);
    const shown = id === undefined ? html`<b>${row.value}</b>` : traced(id, html`<b>${row.value}</b>`);
    return [row.decision, html`<span data-decision="${row.id}">${changed(before.get(row.id) ?? '', row.value, shown)}</span>`, row.why];
  });
  return section(
    { id: 'decisions', title: 'Decisions' },
    html`<div class="prose">${dataTable({ label: 'Decisions', columns: [{ head: 'Decision' }, { head: 'Value' }, { head: 'Why' }], rows })}</div>`,
    alternatives({ plan }),
    plan.notes.length === 0 ? null : html`<ul class="note">${plan.notes.map((text) => html`<li>${text}</li>`)}</ul>`,
  );
}

function traceId({ id, inputs }: DecisionRow, trace: PlanTrace): string | undefined {
  return [id, TRACES[id], inputs[0]].find((each) => each !== undefined && trace.find(each) !== undefined);
}

function alternatives({ plan: { alternatives: others, choices } }: Pick<PlanView, 'plan'>): Markup | null {
  if (others.length === 0) return null;
  const rows = others.flatMap(({ choiceId, value, heldShare, remark }): Content[][] => {
    const choice = choices.find(({ id }) => id === choiceId);
    return choice === undefined ? [] : [[choice.label, choiceText(choice, value), percentText(heldShare), remark]];
  });
  return html`<h3>Not chosen</h3><div class="prose">${dataTable({ label: 'Choices that were not made', columns: [{ head: '' }, { head: 'would be', isNumber: true }, { head: 'enough in', isNumber: true }, { head: 'what comes of it' }], rows })}</div>`;
}
