/** What happened to the cluster during the load: brokers down, replicas and leaders missing over time, and each moment in words. */
import type { Run } from '../../run.ts';
import { faultRows, faultTitle } from '../../fault/fault-summary.ts';
import { isFaultBegin } from '../../fault/fault-words.ts';
import { counted, countText, latencyText } from '../../render/number-text.ts';
import { bandMarkup, round, xLabels, type Band } from '../chart/line-chart.ts';
import { secondsAxis, type SecondsAxis } from '../chart/seconds-axis.ts';
import { WIDTH } from '../chart/line-chart.ts';
import { dataTable, definitions, html, note, section, trusted, type Content, type Markup } from '../markup.ts';
import { momentsOf, outagesOf, shortOfReplica, withoutLeader, type Moment, type Step } from '../../fault/moments.ts';

const MOMENTS_MAX = 100;
const LANE_PX = 34;

export function eventsSection(run: Run): Markup | null {
  const { configuration, measured } = run;
  const hasFaults = configuration.faults.length > 0;
  if (!hasFaults && measured.events.length === 0) return null;
  const axis = secondsAxis(run);
  const moments = momentsOf(measured.events);
  const begins = measured.events.filter(isFaultBegin).map(({ atMs }) => atMs);
  const columns = [{ head: 'second', isNumber: true }, { head: 'since fault', isNumber: true }, { head: 'what happened' }];
  const rows = moments.slice(0, MOMENTS_MAX).map((moment): Content[] => [timeText(moment), sinceText(moment.fromMs, begins), moment.sentence]);
  const isUndone = begins.length === 0;
  return section(
    { id: 'events', title: hasFaults ? (configuration.faults.length === 1 ? 'Fault' : 'Faults') : 'Cluster events', remark: 'times from the start of the load' },
    hasFaults && isUndone ? html`<p class="warn">Nothing was done: the run ended before.</p>` : null,
    axis === undefined || measured.events.length === 0 ? null : lanes(run, axis),
    rows.length === 0 ? null : dataTable({ label: 'Events', columns: isUndone ? columns.filter(({ head }) => head !== 'since fault') : columns, rows: isUndone ? rows.map(([time, , text]) => [time, text]) : rows }),
    moments.length > MOMENTS_MAX ? note(`and ${countText(moments.length - MOMENTS_MAX)} more moments, in the JSON`) : null,
    (measured.faults ?? []).map((record) => html`<h3>${record.fault + 1}. ${faultTitle(run, record)}</h3>${definitions(faultRows(run, record))}`),
    html`<p>${gapText(measured.acknowledgementGaps)}</p>`,
  );
}

/** A strip for each question, over the same axis as the charts of the seconds. */
function lanes({ measured: { events }, configuration }: Run, axis: SecondsAxis): Markup {
  const endMs = (axis.columns.at(-1)?.toSecond ?? 0) * 1000;
  const outages = outagesOf(events).map(({ label, fromMs, toMs }): Band => ({ kind: 'fault', from: fromMs / 1000, to: (toMs ?? endMs) / 1000, label }));
  const changes = events.filter(({ kind }) => kind === 'leaderChange');
  const drawn: Markup[] = [];
  if (outages.length > 0) drawn.push(lane('faults', countText(outages.length), html`${outages.map((band) => bandMarkup(band, axis.scale))}`));
  drawn.push(...stepLane('partitions short of a replica', shortOfReplica(events, configuration.topic.replicationFactor), axis, endMs));
  drawn.push(...stepLane('partitions without a leader', withoutLeader(events), axis, endMs));
  if (changes.length > 0) {
    const ticks = changes.map(({ atMs }) => html`<path class="c-publish" d="M${round(axis.scale.share(atMs / 1000) * WIDTH)} 6V${LANE_PX - 6}"/>`);
    drawn.push(lane('leader changes', countText(changes.length), svg(ticks, `${counted(changes.length, 'change')} of leader`)));
  }
  if (drawn.length === 0) return html``;
  return html`<div class="lanes">${drawn}<div class="plot axis">${xLabels(axis.scale)}</div></div>\n`;
}

function lane(name: string, remark: string, content: Markup): Markup {
  return html`<div class="lane"><p class="unit">${name} <b>${remark}</b></p><div class="plot" style="height:${LANE_PX}px">${content}</div></div>\n`;
}

function stepLane(name: string, steps: readonly Step[], axis: SecondsAxis, endMs: number): Markup[] {
  const most = steps.reduce((largest, { count }) => Math.max(largest, count), 0);
  if (most === 0) return [];
  let path = '';
  let last = 0;
  const left = (ms: number): number => round(Math.min(1, Math.max(0, axis.scale.share(ms / 1000))) * WIDTH);
  const top = (count: number): number => round(LANE_PX - (count / most) * (LANE_PX - 4));
  for (const { atMs, count } of steps) {
    path += path === '' ? `M${left(atMs)} ${LANE_PX}` : `H${left(atMs)}`;
    path += `V${top(count)}`;
    last = count;
  }
  path += last === 0 ? '' : `H${left(endMs)}V${LANE_PX}`;
  return [lane(name, `up to ${countText(most)}`, svg(html`<path class="area c-bad" d="${trusted(path)}Z"/>`, `${name}, up to ${most}`))];
}

function svg(content: Content, title: string): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${LANE_PX}" preserveAspectRatio="none" role="img"><title>${title}</title>${content}</svg>`;
}

function gapText(gaps: Run['measured']['acknowledgementGaps']): string {
  const ordered = gaps.toSorted((a, b) => b.durationMs - a.durationMs);
  const [longest] = ordered;
  if (longest === undefined) return 'Longest wait for an acknowledgement: not measured.';
  const where = `partition ${longest.partition}, from ${secondText(longest.startMs)} s to ${secondText(longest.startMs + longest.durationMs)} s`;
  return `Longest wait for an acknowledgement: ${latencyText(longest.durationMs * 1000)} (${where}).`;
}

function timeText({ fromMs, toMs }: Moment): string {
  const from = secondText(fromMs);
  const to = secondText(toMs);
  return from === to ? from : `${from}–${to}`;
}

/** Since the latest fault that had begun. */
function sinceText(atMs: number, begins: readonly number[]): string {
  const began = begins.findLast((beginMs) => beginMs <= atMs);
  return began === undefined ? '' : `+${secondText(atMs - began)} s`;
}

function secondText(ms: number): string {
  return (ms / 1000).toFixed(2);
}
