/** How one number came about: the formula, the same with the numbers put in, and everything below it down to the inputs with their origin. */
import type { Plan, PlanChoice, PlanQuantity, PlanValue } from '../../plan-record.ts';
import { PlanTrace } from '../../plan-trace.ts';
import { countText, percentText } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { html, type Content, type Markup } from '../markup.ts';
import { choiceText } from './plan-view.ts';

/** Steps that are unfolded from the beginning. */
const OPEN_DEPTH = 2;

/** Null: the plan has no such number. */
export function traceMarkup(plan: Plan, id: string): Markup | null {
  const trace = new PlanTrace(plan);
  if (trace.find(id) === undefined) return null;
  return html`<ul class="trace">${step({ plan, trace, written: new Set() }, id, 0)}</ul>`;
}

interface Walk {
  readonly plan: Plan;
  readonly trace: PlanTrace;
  /** Each number is explained once. */
  readonly written: Set<string>;
}

function step(walk: Walk, id: string, depth: number): Content {
  const { plan, trace, written } = walk;
  const entry = trace.find(id);
  if (entry === undefined) return null;
  if (written.has(id)) return html`<li><b>${numberText(walk, id)}</b> <code>${id}</code> <small>explained above</small></li>`;
  written.add(id);
  switch (entry.kind) {
    case 'input':
      return html`<li>${inputLine(entry.input)}</li>`;
    case 'choice':
      return folded(depth, html`<b>${numberText(walk, id)}</b> ${entry.choice.label} <code>${id}</code>`, html`<p>${choiceWords(plan, entry.choice)}</p>`, entry.choice.decidedBy === null ? null : step(walk, entry.choice.decidedBy, depth + 1));
    case 'value':
      return folded(depth, html`<b>${numberText(walk, id)}</b> ${entry.value.label} <code>${id}</code>`, valueLines(walk, entry.value), trace.parts(id).map((part) => step(walk, part, depth + 1)));
    case 'constraint': {
      const { sentence, demand, capacity, unit, heldShare, slack, demandId, capacityId } = entry.constraint;
      const verdict = slack < 0 ? `${percentText(-slack)} too little` : `${percentText(slack)} free`;
      return folded(depth, html`<b>${quantityText(demand, unit)} ${slack < 0 ? '>' : '≤'} ${quantityText(capacity, unit)}</b> ${sentence} <code>${id}</code>`, html`<p>${verdict}; holds in ${percentText(heldShare)} of the draws</p>`, [step(walk, demandId, depth + 1), step(walk, capacityId, depth + 1)]);
    }
  }
}

function folded(depth: number, summary: Content, words: Content, parts: Content): Markup {
  return html`<li>${depth < OPEN_DEPTH ? html`<details open><summary>${summary}</summary>${words}<ul>${parts}</ul></details>` : html`<details><summary>${summary}</summary>${words}<ul>${parts}</ul></details>`}</li>`;
}

function inputLine({ id, name, value, low, high, unit, source, why, runId, date }: PlanQuantity): Markup {
  const range = low === high ? '' : ` (${quantityText(low, unit)} – ${quantityText(high, unit)})`;
  const origin = [why, ...(runId === undefined ? [] : [`run ${runId}`]), ...(date === undefined ? [] : [date])].join(', ');
  return html`<b>${quantityText(value, unit)}</b>${range} ${name} <code>${id}</code> <span class="source ${source}">${source}</span> <small>${origin}</small>`;
}

function choiceWords({ certainty }: Plan, choice: PlanChoice): string {
  const { heldShare, p50, p90, constraints, decidedBy } = choice;
  const draws = `${countText(certainty.draws)} draws`;
  const halves = `${choiceText(choice, p50)} in half of them, ${choiceText(choice, p90)} in 90 %`;
  const others = constraints.filter((each) => each !== decidedBy);
  const rest = others.length === 0 ? '' : ` Also held: ${others.join(', ')}.`;
  if (constraints.length === 0) return `What is not exceeded in ${percentText(heldShare)} of ${draws} (${halves}).`;
  const least = decidedBy === null ? ' The least that is possible is enough.' : ' One fewer breaks first:';
  return `The smallest count that holds its constraints in ${percentText(certainty.share)} of ${draws}: this one holds in ${percentText(heldShare)} (enough: ${halves}).${rest}${least}`;
}

function valueLines(walk: Walk, value: PlanValue): Markup {
  const { formula, reference, p10, p50, p90, unit } = value;
  const spread = p10 === p90 ? null : html`<p>over the draws: ${quantityText(p10, unit)} (p10), ${quantityText(p50, unit)} (p50), ${quantityText(p90, unit)} (p90)</p>`;
  return html`<p class="formula"><code>= ${formula}</code><br><code>= ${filledIn(walk, value)}</code></p>${spread}${reference === null ? null : html`<p><small>${reference}</small></p>`}`;
}

/** `trace` is that of the plan. */
export function filledFormula(plan: Plan, value: PlanValue, trace = new PlanTrace(plan)): string {
  return filledIn({ plan, trace, written: new Set() }, value);
}

function filledIn(walk: Walk, { formula, arguments: terms }: PlanValue): string {
  return formula.replaceAll(/[a-zA-Z_]\w*/g, (name) => {
    const named = terms[name];
    if (named === undefined) return name;
    return typeof named === 'string' ? numberText(walk, named) : named.map((each) => numberText(walk, each)).join(', ');
  });
}

function numberText({ trace }: Walk, id: string): string {
  const entry = trace.find(id);
  switch (entry?.kind) {
    case 'input':
      return quantityText(entry.input.value, entry.input.unit);
    case 'value':
      return quantityText(entry.value.value, entry.value.unit);
    case 'choice':
      return choiceText(entry.choice, entry.choice.value);
    default:
      return id;
  }
}
