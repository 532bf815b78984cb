/** The answer first: brokers, partitions, disk, network, how sure it is and what is tightest; then what contradicts, and what to mind. */
import type { Plan, PlanChoice, PlannedConstraint } from '../../plan-record.ts';
import { counted, countText, decimalBytesText, percentText } from '../../render/number-text.ts';
import { html, section, type Content, type Markup } from '../markup.ts';
import { totalCostText } from './cost.ts';
import { changed, choiceText, traced, type PlanView } from './plan-view.ts';

export function planHeadline({ plan, asWritten }: PlanView): Markup {
  const { certainty, conflicts } = plan;
  const alarm = conflicts.length === 0 ? null : html`<p class="alarm">No plan with these inputs works: ${conflicts.map(({ what }) => what).join('; ')}. Nearest that works: ${conflicts.map(({ nearest }) => nearest).join('; ')}.</p>`;
  return html`<p class="meta">Every count is the smallest that is enough in ${percentText(certainty.share)} of ${countText(certainty.draws)} draws of the uncertain inputs (seed ${certainty.seed}). Press a number to see how it came about.</p>
${alarm}
<dl class="figures">${keyFigures(plan, asWritten)}</dl>
`;
}

/** The figures once more in one line, for the bar that stays in sight while values are changed. */
export function answerLine({ plan, asWritten }: PlanView): Markup {
  const parts = summaries(plan).map(({ name, text }, at) => html`<span><small>${name}</small> <b>${changed(summaries(asWritten)[at]?.text ?? text, text)}</b></span>`);
  const [tightest] = plan.constraints;
  return html`${parts}${plan.conflicts.length > 0 || (tightest?.slack ?? 0) < 0 ? html`<span class="bad"><b>does not fit</b></span>` : null}`;
}

export function warningsSection({ plan: { warnings, conflicts } }: PlanView): Markup {
  const items = [
    ...conflicts.map(({ code, what, nearest }) => html`<div class="warning"><p><b class="bad">${code}</b>: ${what}</p><p><b>nearest that works</b> ${nearest}</p></div>\n`),
    ...warnings.map(({ code, what, remedy }) => html`<div class="warning"><p><b class="warn">${code}</b>: ${what}</p><p><b>remedy</b> ${remedy}</p></div>\n`),
  ];
  const remark = items.length === 0 ? 'none' : `${counted(conflicts.length, 'conflict')}, ${counted(warnings.length, 'warning')}`;
  return section({ id: 'warnings', title: 'Warnings and conflicts', remark }, items.length === 0 ? html`<p>Nothing in these settings contradicts itself or is known to do harm.</p>` : items);
}

interface Summary {
  readonly id: string;
  readonly name: string;
  readonly text: string;
}

function summaries(plan: Plan): Summary[] {
  const value = (id: string): number => plan.values.find((each) => each.id === id)?.value ?? 0;
  const partitions = partitionChoices(plan);
  const brokers = choice(plan, 'brokers');
  const disk = choice(plan, 'disk.perBroker');
  const cost = totalCostText(plan);
  return [
    { id: 'brokers', name: 'Brokers', text: choiceText(brokers, brokers.value) },
    { id: partitions[0]?.id ?? 'replicas', name: 'Partitions', text: countText(partitions.reduce((sum, each) => sum + each.value, 0)) },
    { id: 'disk.perBroker', name: 'Disk per broker', text: choiceText(disk, disk.value) },
    { id: 'net.egress.total', name: 'Network out', text: `${decimalBytesText(value('net.egress.total'))}/s` },
    { id: 'net.ingress.total', name: 'Network in', text: `${decimalBytesText(value('net.ingress.total'))}/s` },
    ...(cost === undefined ? [] : [{ id: 'cost', name: 'Cost a month', text: cost }]),
  ];
}

function keyFigures(plan: Plan, asWritten: Plan): Markup[] {
  const before = summaries(asWritten);
  const partitions = partitionChoices(plan);
  const brokers = choice(plan, 'brokers');
  const disk = choice(plan, 'disk.perBroker');
  const held = (of: PlanChoice): string => `enough in ${percentText(of.heldShare)} of the draws; half need ${choiceText(of, of.p50)}`;
  const remarks = [
    held(brokers),
    partitions.length === 1 && partitions[0] !== undefined ? held(partitions[0]) : plan.shape.topics.map(({ name, partitions: count }) => `${countText(count)} ${name}`).join(', '),
    `${decimalBytesText(disk.value * brokers.value)} in all; half need ${choiceText(disk, disk.p50)}`,
    'all brokers, to groups and followers, at the peak',
    'all brokers, producers and followers, at the peak',
    'at your prices',
  ];
  return [
    ...summaries(plan).map(({ id, name, text }, at) => item(name, changed(before[at]?.text ?? text, text, traced(id, text)), remarks[at])),
    ...plan.constraints.slice(0, 2).map((constraint, at) => item(at === 0 ? 'Tightest' : 'Next', traced(constraint.id, slackText(constraint)), constraint.sentence)),
  ];
}

export function slackText({ slack }: Pick<PlannedConstraint, 'slack'>): Markup {
  return slack < 0 ? html`<span class="bad">${percentText(-slack)} too little</span>` : html`${percentText(slack)} free`;
}

export function partitionChoices({ choices }: Plan): PlanChoice[] {
  return choices.filter(({ id }) => id.endsWith('.partitions'));
}

function choice({ choices }: Plan, id: string): PlanChoice {
  return choices.find((each) => each.id === id) as PlanChoice;
}

function item(name: string, number: Content, remark: Content): Markup {
  return html`<div><dt>${name}</dt><dd>${number} <small>${remark}</small></dd></div>\n`;
}
