/** What happened to the cluster during the load: brokers down, replicas and leaders missing over time, and each moment in words. */
import type { Run } from '../../run.ts';
import { isFaultBegin } from '../../render/fault-text.ts';
import { counted, countText, latencyText } from '../../render/number-text.ts';
import { bandMarkup, round, xLabels, type Band } from '../chart/line-chart.ts';
import { secondsAxis, type SecondsAxis } from '../chart/seconds-axis.ts';
import { WIDTH } from '../chart/line-chart.ts';
import { dataTable, html, note, section, trusted, type Content, type Markup } from '../markup.ts';
import { momentsOf, outagesOf, shortOfReplica, withoutLeader, type Moment, type Step } from '../moments.ts';

const MOMENTS_MAX = 100;
const LANE_PX = 34;

export function eventsSection(run: Run): Markup | null {
  const { configuration, measured } = run;
  if (configuration.fault === null && measured.events.length === 0) return null;
  const axis = secondsAxis(run);
  const moments = momentsOf(measured.events);
  const killed = measured.events.find(isFaultBegin);
  const columns = [{ head: 'second', isNumber: true }, { head: 'since fault', isNumber: true }, { head: 'what happened' }];
  const rows = moments.slice(0, MOMENTS_MAX).map((moment): Content[] => [timeText(moment), sinceText(moment.fromMs, killed?.atMs ?? null), moment.sentence]);
  return section(
    { id: 'events', title: configuration.fault === null ? 'Cluster events' : 'Fault', remark: 'times from the start of the load' },
    configuration.fault !== null && killed === undefined ? html`<p class="warn">Nothing was done to a broker: the run ended before.</p>` : null,
    axis === undefined || measured.events.length === 0 ? null : lanes(run, axis),
    rows.length === 0 ? null : dataTable({ label: 'Events', columns: killed === undefined ? columns.filter(({ head }) => head !== 'since fault') : columns, rows: killed === undefined ? rows.map(([time, , text]) => [time, text]) : rows }),
    moments.length > MOMENTS_MAX ? note(`and ${countText(moments.length - MOMENTS_MAX)} more moments, in the JSON`) : null,
    html`<p>${gapText(measured.acknowledgementGaps)} ${recoveryText(run, killed?.atMs ?? null)}</p>`,
  );
}

/** A strip for each question, over the same axis as the charts of the seconds. */
function lanes({ measured: { events }, configuration }: Run, axis: SecondsAxis): Markup {
  const endMs = (axis.columns.at(-1)?.toSecond ?? 0) * 1000;
  const outages = outagesOf(events).map(({ brokerId, fromMs, toMs }): Band => ({ kind: 'fault', from: fromMs / 1000, to: (toMs ?? endMs) / 1000, label: `broker ${brokerId}` }));
  const changes = events.filter(({ kind }) => kind === 'leaderChange');
  const drawn: Markup[] = [];
  if (outages.length > 0) drawn.push(lane('brokers down', counted(outages.length, 'broker'), html`${outages.map((band) => bandMarkup(band, axis.scale))}`));
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

function recoveryText({ measured: { events }, configuration }: Run, killedMs: number | null): string {
  if (killedMs === null) return '';
  const restartedMs = events.find(({ kind, atMs }) => kind === 'brokerRestarted' && atMs >= killedMs)?.atMs ?? Number.POSITIVE_INFINITY;
  const elections = events.filter((event) => event.kind === 'leaderChange' && event.leader !== null && event.atMs >= killedMs && event.atMs < restartedMs);
  const lastElectionMs = elections.reduce((latest, { atMs }) => Math.max(latest, atMs), Number.NEGATIVE_INFINITY);
  const leaderText = elections.length === 0 ? 'no new leader was seen' : `the last new leader stood ${latencyText((lastElectionMs - killedMs) * 1000)} after the fault`;
  const steps = shortOfReplica(events.filter(({ atMs }) => atMs >= killedMs), configuration.topic.replicationFactor);
  const last = steps.at(-1);
  if (last === undefined) return `Recovery: ${leaderText}; no in-sync set was seen to shrink.`;
  if (last.count > 0) return `Recovery: ${leaderText}; ${counted(last.count, 'partition')} still lacked a replica at the end.`;
  return `Recovery: ${leaderText}; all replicas were in sync again ${latencyText((last.atMs - killedMs) * 1000)} after it.`;
}

function timeText({ fromMs, toMs }: Moment): string {
  const from = secondText(fromMs);
  const to = secondText(toMs);
  return from === to ? from : `${from}–${to}`;
}

function sinceText(atMs: number, killedMs: number | null): string {
  return killedMs === null || atMs < killedMs ? '' : `+${secondText(atMs - killedMs)} s`;
}

function secondText(ms: number): string {
  return (ms / 1000).toFixed(2);
}
