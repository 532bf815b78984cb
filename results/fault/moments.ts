/**
 * The events of a run as a reader needs them: events of several partitions that say the same within a second are one moment; the stretches in
 * which a broker was down; how many partitions lacked a replica or a leader over time. Times are milliseconds from the start of the load.
 */
import type { RunEvent } from '../run.ts';
import { counted, latencyText } from '../render/number-text.ts';
import { linkWords } from './fault-words.ts';

export interface Moment {
  readonly kind: RunEvent['kind'];
  readonly fromMs: number;
  readonly toMs: number;
  readonly sentence: string;
}

export interface Outage {
  /** `broker 2 down`, `disk of broker 3 slow`. */
  readonly label: string;
  readonly fromMs: number;
  /** Null: not up again before the end. */
  readonly toMs: number | null;
}

/** From `atMs` on, so many. */
export interface Step {
  readonly atMs: number;
  readonly count: number;
}

interface Open {
  readonly event: RunEvent;
  toMs: number;
  readonly partitions: Set<number>;
}

const TOGETHER_MS = 1000;
const RANGES_MAX = 8;

export function momentsOf(events: readonly RunEvent[]): Moment[] {
  const opened: Open[] = [];
  const latest = new Map<string, Open>();
  for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) {
    const key = keyOf(event);
    const open = key === null ? undefined : latest.get(key);
    if (key !== null && open !== undefined && event.atMs - open.toMs <= TOGETHER_MS && 'partition' in event) {
      open.toMs = event.atMs;
      open.partitions.add(event.partition);
      continue;
    }
    const moment: Open = { event, toMs: event.atMs, partitions: new Set('partition' in event ? [event.partition] : []) };
    opened.push(moment);
    if (key !== null) latest.set(key, moment);
  }
  return opened.map(({ event, toMs, partitions }) => ({ kind: event.kind, fromMs: event.atMs, toMs, sentence: sentenceOf(event, [...partitions]) }));
}

/** From each event that begins something until the one that ends it. */
export function outagesOf(events: readonly RunEvent[]): Outage[] {
  const ordered = events.toSorted((a, b) => a.atMs - b.atMs);
  return ordered.flatMap((event): Outage[] => {
    const label = outageLabel(event);
    if (label === null) return [];
    const end = ordered.find((other) => other.atMs >= event.atMs && ends(other, event));
    return [{ label, fromMs: event.atMs, toMs: end?.atMs ?? null }];
  });
}

function outageLabel(event: RunEvent): string | null {
  switch (event.kind) {
    case 'brokerKilled':
      return `broker ${event.brokerId} down`;
    case 'brokerPaused':
      return `broker ${event.brokerId} paused`;
    case 'diskSlowed':
      return `disk of broker ${event.brokerId} slow`;
    case 'linkSlowed':
      return `link ${event.between.map(shortEnd).join('-')} slow`;
    case 'linkCut':
      return `link ${event.between.map(shortEnd).join('-')} cut`;
    case 'groupChanged':
      return `${event.group} ${event.change === 'scaled' ? (event.memberCount === 0 ? 'away' : `${event.memberCount} members`) : event.change}`;
    default:
      return null;
  }
}

function ends(event: RunEvent, begin: RunEvent): boolean {
  switch (begin.kind) {
    case 'brokerKilled':
      return event.kind === 'brokerRestarted' && event.brokerId === begin.brokerId;
    case 'brokerPaused':
      return event.kind === 'brokerResumed' && event.brokerId === begin.brokerId;
    case 'diskSlowed':
      return event.kind === 'diskHealed' && event.brokerId === begin.brokerId;
    case 'linkSlowed':
    case 'linkCut':
      return event.kind === 'linkHealed' && event.between.join() === begin.between.join();
    case 'groupChanged':
      return event.kind === 'groupHealed' && event.group === begin.group && event.change === begin.change;
    default:
      return false;
  }
}

function shortEnd(end: string): string {
  return end.replace('broker ', '');
}

/** Partitions whose in-sync set is smaller than the replication factor. */
export function shortOfReplica(events: readonly RunEvent[], replicationFactor: number): Step[] {
  return stepsOf(events, (event) => (event.kind === 'isrChange' ? event.isr.length < replicationFactor : null));
}

export function withoutLeader(events: readonly RunEvent[]): Step[] {
  return stepsOf(events, (event) => (event.kind === 'leaderChange' ? event.leader === null : null));
}

/** `partition 4`, `8 partitions (0, 3-7, 12, 15)`. */
export function partitionsText(partitions: readonly number[]): string {
  if (partitions.length === 0) return 'no partition';
  const ranges: { from: number; to: number }[] = [];
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && partition === last.to + 1) last.to = partition;
    else ranges.push({ from: partition, to: partition });
  }
  const shown = ranges.slice(0, RANGES_MAX).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  const list = `${shown.join(', ')}${ranges.length > RANGES_MAX ? ', ...' : ''}`;
  return partitions.length === 1 ? `partition ${list}` : `${counted(partitions.length, 'partition')} (${list})`;
}

/** `answer` is null for an event that is no answer to the question. */
function stepsOf(events: readonly RunEvent[], answer: (event: RunEvent) => boolean | null): Step[] {
  const affected = new Set<string>();
  const steps: Step[] = [];
  for (const event of events.toSorted((a, b) => a.atMs - b.atMs)) {
    const isAffected = answer(event);
    if (isAffected === null || !('partition' in event)) continue;
    const before = affected.size;
    if (isAffected) affected.add(`${event.topic}/${event.partition}`);
    else affected.delete(`${event.topic}/${event.partition}`);
    if (affected.size === before) continue;
    if (steps.at(-1)?.atMs === event.atMs) steps.pop();
    steps.push({ atMs: event.atMs, count: affected.size });
  }
  return steps;
}

/** Null for what is a moment of its own. */
function keyOf(event: RunEvent): string | null {
  if (event.kind === 'leaderChange') return `leader ${event.leader} ${event.topic}`;
  if (event.kind === 'isrChange') return `isr ${event.isr.toSorted((a, b) => a - b).join()} ${event.topic}`;
  return null;
}

function sentenceOf(event: RunEvent, partitions: readonly number[]): string {
  switch (event.kind) {
    case 'brokerKilled':
      return `broker ${event.brokerId} ${event.signal === 'SIGKILL' ? 'killed' : 'stopped'} with ${event.signal}; it led ${partitionsText(event.ledPartitions)}`;
    case 'brokerRestarted':
      return `broker ${event.brokerId} up again, ${latencyText(event.tookMs * 1000)} after its start`;
    case 'brokerPaused':
      return `broker ${event.brokerId} paused; it led ${partitionsText(event.ledPartitions)}`;
    case 'brokerResumed':
      return `broker ${event.brokerId} goes on`;
    case 'diskSlowed':
      return `disk of broker ${event.brokerId} slower by ${latencyText(event.delayMs * 1000)} an operation; it leads ${partitionsText(event.ledPartitions)}`;
    case 'diskHealed':
      return `disk of broker ${event.brokerId} as fast as before`;
    case 'linkSlowed':
      return `link between ${event.between[0]} and ${event.between[1]} slower by ${linkWords(event)}`;
    case 'linkCut':
      return `link between ${event.between[0]} and ${event.between[1]} cut`;
    case 'linkHealed':
      return `link between ${event.between[0]} and ${event.between[1]} well again`;
    case 'groupChanged':
      return groupSentence(event);
    case 'groupHealed':
      return { scaled: `group ${event.group}: ${counted(event.memberCount, 'member')} again`, crashed: `group ${event.group}: another member joins`, stuck: `group ${event.group}: the member polls again`, slowed: `group ${event.group}: the member is as fast as before` }[event.change];
    case 'leaderChange':
      return event.leader === null ? `no leader for ${partitionsText(partitions)} of ${event.topic}` : `broker ${event.leader} leads ${partitionsText(partitions)} of ${event.topic}`;
    case 'isrChange':
      return `in-sync replicas {${event.isr.toSorted((a, b) => a - b).join(', ')}} for ${partitionsText(partitions)} of ${event.topic}`;
    case 'note':
      return event.sentence;
  }
}

function groupSentence({ group, change, memberCount, serviceTimeUs }: Extract<RunEvent, { kind: 'groupChanged' }>): string {
  switch (change) {
    case 'scaled':
      return memberCount === 0 ? `group ${group}: all members leave` : `group ${group}: ${counted(memberCount, 'member')} from now on`;
    case 'crashed':
      return `group ${group}: a member is gone without leaving, ${counted(memberCount, 'member')} left`;
    case 'stuck':
      return `group ${group}: a member polls no more`;
    case 'slowed':
      return `group ${group}: a member takes ${latencyText(serviceTimeUs ?? 0)} longer for each record`;
  }
}
