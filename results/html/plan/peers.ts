/** What other calculators' published formulas answer for the same workload, beside the plan's own answer, each with its source and known flaw. */
import type { PeerRow, PeerUnit } from '../../peers/peers-record.ts';
import type { Plan } from '../../plan-record.ts';
import { countText, DASH, significant } from '../../render/number-text.ts';
import { dataTable, html, note, section, type Content, type Markup } from '../markup.ts';
import { partitionChoices } from './headline.ts';
import type { PlanView } from './plan-view.ts';

export function peersSection({ plan, peers }: PlanView): Markup | null {
  if (peers === null) return null;
  const units = [...new Set(peers.rows.map(({ answer }) => answer.unit))];
  return section(
    { id: 'peers', title: 'What others answer', remark: 'their published formulas for the same workload' },
    units.map((unit) => unitTable(plan, unit, peers.rows.filter(({ answer }) => answer.unit === unit))),
    note(peers.notes.join(' ')),
  );
}

function unitTable(plan: Plan, unit: PeerUnit, rows: readonly PeerRow[]): Markup {
  const own = ownAnswer(plan, unit);
  const values = [...rows.flatMap(({ answer }) => answer.amounts.map(({ value }) => value)), ...(own === null ? [] : [own])].filter((value) => value > 0);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (value: number): number => (high > low ? Math.round((Math.log(Math.max(value, low) / low) / Math.log(high / low)) * 1000) / 10 : 50);
  const body = rows.map((row): Content[] => [row.peer, html`<b>${answerText(row)}</b>`, strip(row, own, at), decidedBy(row), html`${row.knownFlaw} <span class="unit">${row.source}${row.inputsAssumed.length === 0 ? '' : `; assumes ${row.inputsAssumed.join(', ')}`}</span>`]);
  const head = html`<span class="strip-head"><span>${countText(low)}</span><span>log</span><span>${countText(high)}</span></span>`;
  const ownText = own === null ? '' : ` this plan: ${countText(own)}, the line`;
  return html`<h3>${unit} <small>${ownText}</small></h3><div class="prose">${dataTable({ label: `Answers in ${unit}`, columns: [{ head: 'peer' }, { head: 'answer', isNumber: true }, { head }, { head: 'decided by' }, { head: 'known flaw, source' }], rows: body })}</div>`;
}

function ownAnswer(plan: Plan, unit: PeerUnit): number | null {
  if (unit === 'brokers') return plan.shape.brokers;
  if (unit === 'partitions') return partitionChoices(plan).reduce((sum, { value }) => sum + value, 0);
  return null;
}

function strip({ answer: { amounts, unit } }: PeerRow, own: number | null, at: (value: number) => number): Markup {
  const dots = amounts.filter(({ value }) => value > 0).map(({ value, label }) => html`<i class="dot" style="left:${at(value)}%" title="${label === null ? '' : `${label}: `}${countText(value)} ${unit}"></i>`);
  return html`<span class="strip peers c-publish" aria-hidden="true">${own === null ? null : html`<i class="own" style="left:${at(own)}%"></i>`}${dots}</span>`;
}

function answerText({ answer: { amounts } }: PeerRow): string {
  if (amounts.length === 0) return DASH;
  const values = amounts.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const text = (value: number): string => (Number.isInteger(value) ? countText(value) : significant(value));
  return low === high ? text(low) : `${text(low)} – ${text(high)}`;
}

function decidedBy({ answer: { amounts }, decidedBy: reason }: PeerRow): string {
  const reasons = [...new Set(amounts.map((each) => each.decidedBy))];
  return reasons.length === 0 ? reason : reasons.join(', ');
}
