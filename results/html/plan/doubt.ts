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
  return html`<h3>What flips the answer <small>one input at a time, the others at their values</small></h3>${parts}${note(`The middle of a strip is the input at its value, its ends a ${FLIP_FACTOR_MAX}th and ${FLIP_FACTOR_MAX} times of it; the bar is the range in which it is believed to lie. Red: from here on the chosen count is too small; green: from here on one fewer would do.`)}`;
}

function rowsOf({ sensitivities, inputs }: Plan, { id }: PlanChoice): TornadoRow[] {
  const rows = sensitivities.flatMap((sensitivity): TornadoRow[] => {
    const input = inputs.find((each) => each.id === sensitivity.inputId);
    if (sensitivity.choiceId !== id || input === undefined) return [];
    const flip = (at: number | null): string => (at !== null && isNear(at, input.value) ? quantityText(at, input.unit) : '');
    const row = { input, sensitivity, breaks: flip(sensitivity.breaksAt), saves: flip(sensitivity.savesAt) };
    return isMoved(sensitivity) || row.breaks !== '' || row.saves !== '' ? [row] : [];
  });
  return rows.toSorted((a, b) => distanceOf(a) - distanceOf(b));
}

function tornadoOf(choice: PlanChoice, rows: readonly TornadoRow[]): Markup {
  const isAnyMoved = rows.some(({ sensitivity }) => isMoved(sensitivity));
  const body = rows.map(({ input, sensitivity, breaks, saves }): Content[] => [
    html`${input.name} <span class="source ${input.source}">${input.source}</span>`,
    input.low === input.high ? quantityText(input.value, input.unit) : `${quantityText(input.low, input.unit)} – ${quantityText(input.high, input.unit)}`,
    flipStrip(input, sensitivity),
    breaks,
    saves,
    ...(isAnyMoved ? [isMoved(sensitivity) ? `${choiceText(choice, sensitivity.atLow)} – ${choiceText(choice, sensitivity.atHigh)}` : ''] : []),
  ]);
  const head = html`<span class="strip-head"><span>¼x</span><span>value</span><span>${FLIP_FACTOR_MAX}x</span></span>`;
  const columns = [{ head: 'input' }, { head: 'value or range', isNumber: true }, { head }, { head: 'too few from', isNumber: true }, { head: 'one fewer from', isNumber: true }, ...(isAnyMoved ? [{ head: 'count, low – high end', isNumber: true }] : [])];
  return html`<h4>${choice.label}</h4>${dataTable({ label: `What flips ${choice.label}`, columns, rows: body })}`;
}

function flipStrip({ value, low, high }: PlanQuantity, { breaksAt, savesAt }: PlanSensitivity): Markup {
  const at = (number: number): number => Math.round(Math.min(1, Math.max(0, 0.5 + Math.log(number / value) / (2 * Math.log(FLIP_FACTOR_MAX)))) * 1000) / 10;
  const tick = (number: number | null, name: string): Markup | null => (number === null || !isNear(number, value) ? null : html`<i class="flip ${name}" style="left:${at(number)}%"></i>`);
  return html`<span class="strip tornado c-publish" aria-hidden="true"><i class="zero"></i><i class="reach" style="left:${at(low)}%;width:${Math.round((at(high) - at(low)) * 10) / 10}%"></i>${tick(breaksAt, 'breaks')}${tick(savesAt, 'saves')}</span>`;
}

/** Of the nearer flip, as a factor's logarithm. */
function distanceOf({ input: { value }, sensitivity: { breaksAt, savesAt } }: TornadoRow): number {
  return Math.min(...[breaksAt, savesAt].map((flip) => (flip === null || flip <= 0 ? Number.POSITIVE_INFINITY : Math.abs(Math.log(flip / value)))), Number.MAX_VALUE);
}

function isMoved({ atLow, atValue, atHigh }: PlanSensitivity): boolean {
  return atLow !== atValue || atHigh !== atValue;
}

function isNear(value: number, of: number): boolean {
  return value > 0 && of > 0 && Math.abs(Math.log(value / of)) < Math.log(FLIP_FACTOR_MAX);
}
