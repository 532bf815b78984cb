/** How far doubt moves the answer: how many draws need how much of each count, and what each uncertain input does to it, with where it flips. */
import type { Plan, PlanChoice, PlanQuantity, PlanSensitivity } from '../../plan-record.ts';
import { countText, percentText } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { dataTable, html, note, section, type Content, type Markup } from '../markup.ts';
import { choiceText, traced, type CountSpread, type PlanView } from './plan-view.ts';

/** A flip further off says that the input does not matter. */
const FLIP_FACTOR_MAX = 4;

export function doubtSection({ plan, spreads }: PlanView): Markup | null {
  const uncertain = plan.inputs.filter(({ low, high }) => low !== high).length;
  return section(
    { id: 'doubt', title: 'How sure it is', remark: `${countText(plan.certainty.draws)} draws of ${countText(uncertain)} uncertain inputs` },
    html`<div class="spreads">${spreads.map((each) => spreadFigure(plan, each))}</div>`,
    sureWords(plan, spreads),
    tornado(plan),
  );
}

function spreadFigure({ choices, certainty }: Plan, { choiceId, steps }: CountSpread): Markup | null {
  const choice = choices.find(({ id }) => id === choiceId);
  if (choice === undefined || steps.length < 2) return null;
  const bars = steps.map(({ count, enoughShare }, at) => ({ count, enoughShare, share: enoughShare - (steps[at - 1]?.enoughShare ?? 0) }));
  const highest = Math.max(...bars.map(({ share }) => share));
  const isSure = choice.p50 === choice.p90;
  const remark = isSure ? `${choiceText(choice, choice.p90)} in half of the draws and in nine of ten` : `half of the draws need ${choiceText(choice, choice.p50)} (p50), nine of ten ${choiceText(choice, choice.p90)} at most (p90)`;
  const columns = bars.map(
    ({ count, share, enoughShare }) => html`<i class="${count === choice.value ? 'chosen' : count < choice.value ? 'below' : 'above'}" title="${choiceText(choice, count)}: needed in ${percentText(share)} of the draws, enough in ${percentText(enoughShare)}"><b style="height:${Math.round((share / highest) * 1000) / 10}%"></b></i>`,
  );
  const words = bars.map(({ count, share }) => `${choiceText(choice, count)} in ${percentText(share)}`).join(', ');
  return html`<figure class="spread"><figcaption><b>${choice.label}</b> ${traced(choice.id, choiceText(choice, choice.value))} <span class="unit">enough in ${percentText(choice.heldShare)}, asked for ${percentText(certainty.share)}</span></figcaption>
<div class="columns" role="img" aria-label="${choice.label}: ${words}">${columns}</div><div class="ends" aria-hidden="true"><span>${choiceText(choice, bars[0]?.count ?? 0)}</span><span>${choiceText(choice, bars.at(-1)?.count ?? 0)}</span></div><p class="unit">${remark}</p></figure>`;
}

/** What no draw changes needs no drawing. */
function sureWords({ choices }: Plan, spreads: readonly CountSpread[]): Markup | null {
  const sure = choices.filter(({ id }) => (spreads.find(({ choiceId }) => choiceId === id)?.steps.length ?? 0) === 1);
  if (sure.length === 0) return null;
  return html`<p>The same in every draw: ${sure.map((choice, at) => html`${at === 0 ? '' : ', '}${traced(choice.id, choiceText(choice, choice.value))} ${choice.label}`)}.</p>`;
}

interface TornadoRow {
  readonly input: PlanQuantity;
  readonly sensitivity: PlanSensitivity;
  readonly breaks: string;
  readonly saves: string;
}

function tornado(plan: Plan): Content {
  if (plan.sensitivities.length === 0) return null;
  const parts = plan.choices.flatMap((choice) => {
    const rows = rowsOf(plan, choice);
    return rows.length === 0 ? [] : [tornadoOf(choice, rows)];
  });
  return html`<h3>What flips the answer <small>one input at a time, the others at their values</small></h3>${parts}${note(`The bar is the count from the low to the high end of the input, the line the count at its value. "Too few from": beyond it the chosen count is no longer enough; "one fewer from": there one less would do. Nothing stands where the flip is more than ${FLIP_FACTOR_MAX} times away.`)}`;
}

function rowsOf({ sensitivities, inputs }: Plan, { id }: PlanChoice): TornadoRow[] {
  const rows = sensitivities.flatMap((sensitivity): TornadoRow[] => {
    const input = inputs.find((each) => each.id === sensitivity.inputId);
    if (sensitivity.choiceId !== id || input === undefined) return [];
    const flip = (at: number | null): string => (at !== null && isNear(at, input.value) ? quantityText(at, input.unit) : '');
    const row = { input, sensitivity, breaks: flip(sensitivity.breaksAt), saves: flip(sensitivity.savesAt) };
    return isMoved(sensitivity) || row.breaks !== '' || row.saves !== '' ? [row] : [];
  });
  return rows.toSorted((a, b) => widthOf(b.sensitivity) - widthOf(a.sensitivity));
}

function tornadoOf(choice: PlanChoice, rows: readonly TornadoRow[]): Markup {
  const counts = [choice.value, ...rows.flatMap(({ sensitivity: { atLow, atValue, atHigh } }) => [atLow, atValue, atHigh].filter((each) => each !== null))];
  const [from, to] = [Math.min(...counts), Math.max(...counts)];
  const at = (count: number | null): number => (to === from ? 50 : Math.round(((Math.min(count ?? to, to) - from) / (to - from)) * 1000) / 10);
  const body = rows.map(({ input, sensitivity: { atLow, atValue, atHigh }, breaks, saves }): Content[] => {
    const [left, right] = [Math.min(at(atLow), at(atHigh)), Math.max(at(atLow), at(atHigh))];
    const words = `${choiceText(choice, atLow)} at ${quantityText(input.low, input.unit)}, ${choiceText(choice, atHigh)} at ${quantityText(input.high, input.unit)}`;
    return [
      html`${input.name} <span class="source ${input.source}">${input.source}</span>`,
      input.low === input.high ? quantityText(input.value, input.unit) : `${quantityText(input.low, input.unit)} – ${quantityText(input.high, input.unit)}`,
      html`<span class="strip tornado c-publish" role="img" aria-label="${words}"><i class="zero" style="left:${at(atValue)}%"></i><i class="reach" style="left:${left}%;width:${Math.round((right - left) * 10) / 10}%"></i></span>`,
      `${choiceText(choice, atLow)} / ${choiceText(choice, atHigh)}`,
      breaks,
      saves,
    ];
  });
  const columns = [{ head: 'input' }, { head: 'range', isNumber: true }, { head: html`<span class="strip-head"><span>${choiceText(choice, from)}</span><span>${choiceText(choice, to)}</span></span>` }, { head: 'low / high end', isNumber: true }, { head: 'too few from', isNumber: true }, { head: 'one fewer from', isNumber: true }];
  return html`<h4>${choice.label}</h4>${dataTable({ label: `What flips ${choice.label}`, columns, rows: body })}`;
}

function isMoved({ atLow, atValue, atHigh }: PlanSensitivity): boolean {
  return atLow !== atValue || atHigh !== atValue;
}

function widthOf({ atLow, atHigh }: PlanSensitivity): number {
  return atLow === null || atHigh === null ? Number.POSITIVE_INFINITY : Math.abs(atHigh - atLow);
}

function isNear(value: number, of: number): boolean {
  return value > 0 && of > 0 && Math.abs(Math.log(value / of)) < Math.log(FLIP_FACTOR_MAX);
}
