/**
 * A fault's course: what was done to brokers, links and groups, which leaders and in-sync replicas changed, what each fault did to clients, and the
 * longest wait for an acknowledgement.
 */
import { faultRows, faultTitle } from '../fault/fault-summary.ts';
import { isFaultBegin } from '../fault/fault-words.ts';
import { momentsOf, type Moment } from '../fault/moments.ts';
import type { AcknowledgementGapRecord, Run } from '../run.ts';
import { counted, countText, latencyText } from './number-text.ts';
import { DASH, heading, labelled, sentence, table, type Cell, type Column, type Page } from './page.ts';

const MOMENTS_MAX = 30;

const COLUMNS: readonly Column[] = [
  { head: 'second', align: 'right' },
  { head: 'since fault', align: 'right' },
  { head: '', align: 'left', isFlexible: true },
];

export function faultText(run: Run, page: Page): string[] {
  const { measured: { events, acknowledgementGaps, faults = [] }, configuration } = run;
  const hasFaults = configuration.faults.length > 0;
  if (!hasFaults && events.length === 0) return [];
  const begins = events.filter(isFaultBegin).map(({ atMs }) => atMs);
  const moments = momentsOf(events);
  const rows = moments.slice(0, MOMENTS_MAX).map((moment): Cell[] => [timeText(moment), sinceText(moment.fromMs, begins), moment.sentence]);
  const lines = heading(page, hasFaults ? (configuration.faults.length === 1 ? 'Fault' : 'Faults') : 'Cluster events', 'times from the start of the load');
  if (rows.length > 0) lines.push(...table(page, COLUMNS, rows));
  if (moments.length > MOMENTS_MAX) lines.push(...sentence(page, `and ${countText(moments.length - MOMENTS_MAX)} more moments, in the stored run`));
  if (hasFaults && begins.length === 0) lines.push(...sentence(page, 'Nothing was done: the run ended before.', { paint: page.colors.yellow }));
  for (const record of faults) lines.push('', ...sentence(page, `${record.fault + 1}. ${faultTitle(run, record)}`, { paint: page.colors.bold }), ...labelled(page, faultRows(run, record)));
  if (faults.length > 0) lines.push('');
  lines.push(...sentence(page, gapText(acknowledgementGaps), { paint: page.colors.bold }));
  return lines;
}

function gapText(gaps: readonly AcknowledgementGapRecord[]): string {
  const ordered = gaps.toSorted((a, b) => b.durationMs - a.durationMs);
  const [longest] = ordered;
  if (longest === undefined) return `Longest wait for an acknowledgement: ${DASH} (not measured).`;
  const middle = ordered[Math.floor(ordered.length / 2)] ?? longest;
  const where = `partition ${longest.partition}, from ${secondText(longest.startMs)} s to ${secondText(longest.startMs + longest.durationMs)} s`;
  const others = ordered.length === 1 ? '' : `; median over ${counted(ordered.length, 'partition')} ${latencyText(middle.durationMs * 1000)}`;
  return `Longest wait for an acknowledgement: ${latencyText(longest.durationMs * 1000)} (${where}${others}).`;
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
