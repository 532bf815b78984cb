/** What the brokers carry in normal work, with one of them down and with a zone down, each as used of allowed; and the arithmetic of N - 1. */
import type { Plan, PlannedConstraint } from '../../plan-record.ts';
import { counted, countText, DASH, significant } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { dataTable, html, note, section, type Content, type Markup } from '../markup.ts';
import { usedBar } from './constraints.ts';
import { traced, type PlanView } from './plan-view.ts';

const STATES = [
  { prefix: '', head: 'all brokers work' },
  { prefix: 'failure.n-1.', head: 'one is down' },
  { prefix: 'failure.zone.', head: 'a zone is down' },
] as const;

export function failuresSection({ plan }: PlanView): Markup | null {
  const { constraints, shape } = plan;
  const find = (id: string): PlannedConstraint | undefined => constraints.find((each) => each.id === id);
  const loads = constraints.filter(({ id }) => find(`failure.n-1.${id}`) !== undefined || find(`failure.zone.${id}`) !== undefined);
  const states = STATES.filter(({ prefix }) => constraints.some(({ id }) => prefix !== '' && id.startsWith(prefix)) || prefix === '');
  const others = constraints.filter(({ id }) => /\.failure\.|^recovery\./.test(id));
  if (loads.length === 0 && others.length === 0) return section({ id: 'failures', title: 'Failures' }, html`<p>The cluster is asked to survive nothing: a broker that is down is not carried by the others.</p>`);
  const rows = loads.map((load): Content[] => [load.sentence, ...states.flatMap(({ prefix }) => stateCells(find(`${prefix}${load.id}`)))]);
  return section(
    { id: 'failures', title: 'Failures' },
    html`<p>${words(plan)}</p>`,
    html`<div class="prose">${dataTable({ label: 'Load of a broker in normal work and in failures', columns: [{ head: 'of one broker' }, ...states.flatMap(({ head }) => [{ head, isNumber: true }, { head: '' }])], rows })}</div>`,
    html`<div class="held">${others.map(({ id, sentence, demand, capacity, unit, slack }) => html`<p>${sentence}: ${traced(id, html`${quantityText(demand, unit)} of ${quantityText(capacity, unit)}`)} <b class="${slack < 0 ? 'bad' : 'good'}">${slack < 0 ? 'does not hold' : 'holds'}</b></p>`)}</div>`,
    note(`Used of allowed. While something is down the rest may be used more, for a short time. ${countText(shape.brokers)} brokers as chosen.`),
  );
}

function stateCells(constraint: PlannedConstraint | undefined): Content[] {
  if (constraint === undefined) return [DASH, ''];
  const { id, demand, capacity, unit, slack } = constraint;
  return [traced(id, html`${quantityText(demand, unit)} of ${quantityText(capacity, unit)}`), usedBar(slack)];
}

function words({ shape: { brokers, zones, topics } }: Plan): string {
  const survivors = brokers > 1 ? `With one of ${countText(brokers)} brokers down each of the others carries ${countText(brokers)} / ${countText(brokers - 1)} = ${significant(brokers / (brokers - 1))}x its load.` : 'A single broker has nobody to take over.';
  const zone = zones > 1 ? ` With one of ${countText(zones)} zones down: ${countText(zones)} / ${countText(zones - 1)} = ${significant(zones / (zones - 1))}x.` : '';
  const writes = topics.map(({ name, replicationFactor, properties }) => {
    const spare = replicationFactor - Number(properties['min.insync.replicas'] ?? 1);
    return `${name} takes writes with ${spare > 0 ? `${counted(spare, 'replica')} down` : 'no replica down'} (RF ${replicationFactor}, min.insync.replicas ${properties['min.insync.replicas'] ?? 1})`;
  });
  return `${survivors}${zone} ${writes.join('; ')}.`;
}
