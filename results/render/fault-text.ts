/** What happened to the cluster during the load, moment by moment, how long records went without an acknowledgement, and when all was well again. */
import type { AcknowledgementGapRecord, FaultConfiguration, Run, RunEvent } from '../run.ts';
import { counted, countText, latencyText } from './number-text.ts';
import { DASH, heading, sentence, table, type Cell, type Column, type Page } from './page.ts';

/** Events of several partitions that say the same within a short time are one moment. */
interface Moment {
  readonly event: RunEvent;
  lastMs: number;
  readonly partitions: number[];
}

const TOGETHER_MS = 1000;
const MOMENTS_MAX = 30;
const RANGES_SHOWN = 8;

const COLUMNS: readonly Column[] = [
  { head: 'second', align: 'right' },
  { head: 'since fault', align: 'right' },
  { head: '', align: 'left', isFlexible: true },
];

/** What was done, in words. */
export function faultWords(fault: FaultConfiguration): string {
  if (fault.kind === 'killBroker') return `kill -9 of a broker ${fault.atSeconds} s into the measured window, restarted ${fault.restartAfterSeconds} s later`;
  return `${fault.which === 'all' ? 'all brokers' : 'a leading broker'} paused for ${latencyText(fault.forSeconds * 1e6)}, ${fault.atSeconds} s into the measured window`;
}

export function isFaultBegin({ kind }: RunEvent): boolean {
  return kind === 'brokerKilled' || kind === 'brokerPaused';
}

export function faultText({ measured: { events, acknowledgementGaps }, configuration }: Run, page: Page): string[] {
  if (configuration.fault === null && events.length === 0) return [];
  const ordered = events.toSorted((a, b) => a.atMs - b.atMs);
  const killedMs = ordered.find(isFaultBegin)?.atMs ?? null;
  const moments = momentsOf(ordered);
  const rows = moments.slice(0, MOMENTS_MAX).map((moment): Cell[] => [timeText(moment), sinceText(moment.event.atMs, killedMs), sentenceOf(moment)]);
  const lines = heading(page, configuration.fault === null ? 'Cluster events' : 'Fault', 'times from the start of the load');
  if (rows.length > 0) lines.push(...table(page, COLUMNS, rows));
  if (moments.length > MOMENTS_MAX) lines.push(...sentence(page, `and ${countText(moments.length - MOMENTS_MAX)} more moments, in the stored run`));
  if (configuration.fault !== null && killedMs === null) lines.push(...sentence(page, 'Nothing was done to a broker: the run ended before.', { paint: page.colors.yellow }));
  lines.push(...sentence(page, gapText(acknowledgementGaps), { paint: page.colors.bold }));
  if (killedMs !== null) lines.push(...sentence(page, recoveryText(ordered, { killedMs, replicationFactor: configuration.topic.replicationFactor })));
  return lines;
}

function momentsOf(ordered: readonly RunEvent[]): Moment[] {
  const moments: Moment[] = [];
  const latest = new Map<string, Moment>();
  for (const event of ordered) {
    const isOfPartition = event.kind === 'leaderChange' || event.kind === 'isrChange';
    const partitions = isOfPartition ? [event.partition] : [];
    const key = event.kind === 'leaderChange' ? `leader ${event.topic} ${event.leader}` : event.kind === 'isrChange' ? `isr ${event.topic} ${sortedIds(event.isr)}` : '';
    const open = latest.get(key);
    if (isOfPartition && open !== undefined && event.atMs - open.lastMs <= TOGETHER_MS) {
      open.lastMs = event.atMs;
      if (!open.partitions.includes(event.partition)) open.partitions.push(event.partition);
      continue;
    }
    const moment = { event, lastMs: event.atMs, partitions };
    moments.push(moment);
    latest.set(key, moment);
  }
  return moments;
}

function sentenceOf({ event, partitions }: Moment): string {
  switch (event.kind) {
    case 'brokerKilled':
      return `broker ${event.brokerId} killed with ${event.signal}; it led ${event.ledPartitions.length === 0 ? 'no partition' : partitionsText(event.ledPartitions)}`;
    case 'brokerRestarted':
      return `broker ${event.brokerId} up again, ${latencyText(event.tookMs * 1000)} after its start`;
    case 'brokerPaused':
      return `broker ${event.brokerId} paused; it led ${event.ledPartitions.length === 0 ? 'no partition' : partitionsText(event.ledPartitions)}`;
    case 'brokerResumed':
      return `broker ${event.brokerId} goes on`;
    case 'leaderChange':
      return event.leader === null ? `no leader for ${partitionsText(partitions)} of ${event.topic}` : `broker ${event.leader} leads ${partitionsText(partitions)} of ${event.topic}`;
    case 'isrChange':
      return `in-sync replicas {${sortedIds(event.isr)}} for ${partitionsText(partitions)} of ${event.topic}`;
    case 'note':
      return event.sentence;
  }
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

/** From the kill: the last new leader before the restart, and the moment from which every in-sync set that shrank is whole again. */
function recoveryText(ordered: readonly RunEvent[], { killedMs, replicationFactor }: { killedMs: number; replicationFactor: number }): string {
  const restartedMs = ordered.find(({ kind, atMs }) => kind === 'brokerRestarted' && atMs >= killedMs)?.atMs ?? Number.MAX_VALUE;
  const elections = ordered.filter((event) => event.kind === 'leaderChange' && event.leader !== null && event.atMs >= killedMs && event.atMs < restartedMs);
  const lastElection = elections.at(-1);
  const shrunk = new Set<string>();
  let wholeMs: number | undefined;
  for (const event of ordered) {
    if (event.kind !== 'isrChange' || event.atMs < killedMs) continue;
    const partition = `${event.topic}-${event.partition}`;
    if (event.isr.length < replicationFactor) shrunk.add(partition);
    else if (shrunk.delete(partition) && shrunk.size === 0) wholeMs = event.atMs;
  }
  const parts = [
    lastElection === undefined ? 'no new leader was seen' : `the last new leader stood ${latencyText((lastElection.atMs - killedMs) * 1000)} after the fault`,
    shrunk.size > 0
      ? `${counted(shrunk.size, 'partition')} still lacked a replica at the end`
      : wholeMs === undefined
        ? 'no in-sync set was seen to shrink'
        : `all replicas were in sync again ${latencyText((wholeMs - killedMs) * 1000)} after it`,
  ];
  return `Recovery: ${parts.join('; ')}.`;
}

/** `partition 4`, `8 partitions (0, 3-7, 12, 15)`. */
function partitionsText(partitions: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && partition === last.to + 1) last.to = partition;
    else ranges.push({ from: partition, to: partition });
  }
  const shown = ranges.slice(0, RANGES_SHOWN).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  const list = ranges.length > RANGES_SHOWN ? `${shown.join(', ')}, ...` : shown.join(', ');
  return partitions.length === 1 ? `partition ${list}` : `${counted(partitions.length, 'partition')} (${list})`;
}

function sortedIds(ids: readonly number[]): string {
  return ids.toSorted((a, b) => a - b).join(', ');
}

function timeText({ event, lastMs }: Moment): string {
  const from = secondText(event.atMs);
  const to = secondText(lastMs);
  return from === to ? from : `${from}–${to}`;
}

function sinceText(atMs: number, killedMs: number | null): string {
  if (killedMs === null || atMs < killedMs) return '';
  return `+${secondText(atMs - killedMs)} s`;
}

function secondText(ms: number): string {
  return (ms / 1000).toFixed(2);
}
