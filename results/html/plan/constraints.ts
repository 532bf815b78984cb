/** What limits the plan: the two tightest in words, then every constraint with demand, capacity, a bar of what is used, and how often it holds. */
import type { PlannedConstraint } from '../../plan-record.ts';
import { countText, percentText } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { dataTable, html, note, section, type Content, type Markup } from '../markup.ts';
import { slackText } from './headline.ts';
import { traced, type PlanView } from './plan-view.ts';

/** From here on a constraint is tight enough to be coloured. */
const TIGHT_SHARE = 0.85;

export function constraintsSection({ plan: { constraints, certainty } }: PlanView): Markup {
  const rows = constraints.map((each): Content[] => [
    html`${each.sentence} <span class="unit">${each.id}</span>`,
    traced(each.demandId, quantityText(each.demand, each.unit)),
    traced(each.capacityId, quantityText(each.capacity, each.unit)),
    usedBar(each.slack),
    traced(each.id, slackText(each)),
    percentText(each.heldShare),
  ]);
  const columns = [{ head: '' }, { head: 'demand', isNumber: true }, { head: 'capacity', isNumber: true }, { head: 'used' }, { head: 'slack', isNumber: true }, { head: 'holds in', isNumber: true }];
  return section(
    { id: 'constraints', title: 'Constraints', remark: 'the tightest first' },
    tightest(constraints),
    html`<div class="prose">${dataTable({ label: 'Constraints', columns, rows })}</div>`,
    note(`Demand and capacity with every input at its value; "holds in" counts ${countText(certainty.draws)} draws.`),
  );
}

function tightest(constraints: readonly PlannedConstraint[]): Content {
  return constraints.slice(0, 2).map(({ id, sentence, demand, capacity, unit, slack }, at) => {
    const words = slack < 0 ? `${percentText(-slack)} too little` : `${percentText(slack)} are free`;
    return html`<p><b>${at === 0 ? 'Tightest' : 'Next'}</b>: ${sentence}: ${traced(id, html`${quantityText(demand, unit)} of ${quantityText(capacity, unit)}`)}, <span class="n">${words}</span>.</p>`;
  });
}

export function usedBar(slack: number): Markup {
  const used = 1 - slack;
  const color = used > 1 + 1e-9 ? 'bad' : used > TIGHT_SHARE ? 'warn' : 'publish';
  return html`<span class="used c-${color}" role="img" aria-label="${percentText(used)} used"><i style="width:${Math.round(Math.min(1, Math.max(0, used)) * 1000) / 10}%"></i></span>`;
}
