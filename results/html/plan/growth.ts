/** Growth as dates: demand over the years against what is provisioned, when each count is used up, and by when more must be ordered. */
import type { Plan, PlanGrowth } from '../../plan-record.ts';
import { countText, durationText, percentText, significant } from '../../render/number-text.ts';
import { lineChart, type Band, type Series } from '../chart/line-chart.ts';
import { exactScale, zeroScale } from '../chart/scale.ts';
import { dataTable, details, html, note, section, type Content, type Markup } from '../markup.ts';
import { groupColor } from '../palette.ts';
import { choiceText, traced, type GrowthCurves, type PlanView } from './plan-view.ts';

const YEAR_SECONDS = 365.25 * 86_400;
const ROWS_ID = 'growth-rows';

export function growthSection({ plan, outlook }: PlanView): Markup {
  const { growth } = plan;
  if (growth === null) return section({ id: 'growth', title: 'Growth' }, html`<p>No growth is given: the plan is for the load as it stands. With <code>growth: { perYear: 45 %, horizon: 2 y, lead: 45 d }</code> in the file each count has the day on which it is used up.</p>`);
  return section(
    { id: 'growth', title: 'Growth', remark: `${percentText(growth.perYear)} a year, horizon ${durationText(growth.horizonSeconds)}, ${durationText(growth.leadSeconds)} from order to service` },
    exhaustionTable(plan, growth),
    outlook === null || outlook.lines.length === 0 ? null : growthChart(growth, outlook),
  );
}

function exhaustionTable({ choices }: Plan, growth: PlanGrowth): Markup {
  const rows = growth.exhaustions.map(({ choiceId, constraintId, years, date, orderBy, atHorizon }): Content[] => {
    const choice = choices.find(({ id }) => id === choiceId);
    if (choice === undefined) return [choiceId];
    return [choice.label, traced(choiceId, choiceText(choice, choice.value)), html`<b>${lastsText({ years, date })}</b>`, orderBy ?? '', choiceText(choice, atHorizon), html`<code>${constraintId}</code>`];
  });
  return html`<div class="prose">${dataTable({ label: 'When growth uses up each count', columns: [{ head: '' }, { head: 'provisioned', isNumber: true }, { head: 'lasts until' }, { head: 'order by' }, { head: 'at the horizon', isNumber: true }, { head: 'what gives out' }], rows })}</div>`;
}

function lastsText({ years, date }: { years: number | null; date: string | null }): string {
  if (years === null) return 'beyond 100 years';
  if (years * 365 < 1) return 'used up already';
  return date === null ? `${significant(years)} years` : `${date} (${significant(years)} years)`;
}

function growthChart({ exhaustions, leadSeconds }: PlanGrowth, { years, lines }: GrowthCurves): Markup {
  const last = years.at(-1) ?? 1;
  const series = lines.map(({ label, shares }, at): Series => ({ name: label, color: groupColor(at), line: 'solid', points: years.map((x, index) => ({ x, y: shares[index] ?? null })) }));
  const provisioned: Series = { name: 'provisioned', color: 'bad', line: 'dashed', points: [{ x: 0, y: 1 }, { x: last, y: 1 }] };
  const first = exhaustions.find((each) => each.years !== null && each.years > 0 && each.years <= last);
  const bands: Band[] = first === undefined || first.years === null ? [] : [{ kind: 'fault', from: Math.max(0, first.years - leadSeconds / YEAR_SECONDS), to: first.years, label: `order${first.orderBy === null ? '' : ` by ${first.orderBy}`}` }];
  const rows = years.map((year, index): Content[] => [significant(year), ...lines.map(({ shares }) => percentText(shares[index] ?? 0))]);
  const scale = (x: number): number => (x / last) * 1000;
  return html`${lineChart({
    title: 'Demand over time',
    unit: 'share of what is provisioned, years from now across',
    description: lines.map(({ label, shares }) => `${label}: ${percentText(shares[0] ?? 0)} now, ${percentText(shares.at(-1) ?? 0)} in ${significant(last)} years`).join('; '),
    remark: '',
    heightPx: 220,
    x: exactScale({ from: 0, to: last, tickCount: 6, text: (value) => countText(value) }),
    y: zeroScale({ largest: Math.max(1, ...lines.flatMap(({ shares }) => [...shares])), text: percentText }),
    series: [...series, provisioned],
    bands,
    xTitle: 'years from now',
    rows: { id: ROWS_ID, columns: lines.map((_, at) => at + 1) },
  })}${note('What gives out first for each count, the counts as chosen, as it is not exceeded in the wanted share of the draws. The shaded time is the lead: an order later than its beginning comes too late.')}${details('These curves as a table', dataTable({ label: 'Demand over time', id: ROWS_ID, xs: years.map(scale), columns: [{ head: 'year', isNumber: true }, ...lines.map(({ label }) => ({ head: label, isNumber: true }))], rows }))}`;
}
