/**
 * What each fault of a run did, from what the run measured anyway: acknowledgements and errors by second, latencies by the second in which records
 * were due, metadata that was asked for ten times a second, lag of the groups. A fault's window ends where the next one begins.
 */
import type { CatchUpRecord, FaultGroupRecord, FaultRecord } from '../../results/fault/fault-record.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';
import type { FaultOutcome } from '../fault/fault-timeline.ts';

interface Window {
  readonly outcome: ExperimentOutcome;
  readonly fault: FaultOutcome;
  readonly endUs: number;
  /** Whole seconds: [before, begin) is held against [begin, healed) and [healed, end). */
  readonly beforeSecond: number;
  readonly beginSecond: number;
  readonly healedSecond: number;
  readonly endSecond: number;
}

/** Seconds before a fault that it is held against. */
const BEFORE_SECONDS_MAX = 10;
/** Of a second's records: a group that fetches when fetch.max.wait.ms is over lags so far at any time. */
const BEHIND_SHARE = 0.5;

export function faultRecords(outcome: ExperimentOutcome): FaultRecord[] {
  const { faults } = outcome.faults;
  return faults.map((fault, at) => {
    const before = faults[at - 1];
    const endUs = faults[at + 1]?.beganUs ?? Number.POSITIVE_INFINITY;
    return faultRecord(windowOf(outcome, { fault, before, endUs }));
  });
}

function windowOf(outcome: ExperimentOutcome, { fault, before, endUs }: { fault: FaultOutcome; before: FaultOutcome | undefined; endUs: number }): Window {
  const beginSecond = Math.floor(fault.beganUs / 1e6);
  const endSecond = Math.max(beginSecond, Math.min(outcome.measureEndSecond, Math.floor(endUs / 1e6)));
  const wellSecond = before === undefined ? 1 : Math.ceil((before.healedUs ?? before.beganUs) / 1e6);
  const healedSecond = fault.healedUs === undefined ? endSecond : Math.max(beginSecond + 1, Math.ceil(fault.healedUs / 1e6));
  return { outcome, fault, endUs, beforeSecond: Math.min(beginSecond, Math.max(wellSecond, beginSecond - BEFORE_SECONDS_MAX)), beginSecond, healedSecond: Math.min(endSecond, healedSecond), endSecond };
}

function faultRecord(window: Window): FaultRecord {
  const { outcome, fault, endUs, beforeSecond, beginSecond, healedSecond, endSecond } = window;
  const secondCount = secondsOf(outcome);
  return {
    fault: fault.fault,
    brokerIds: fault.brokerIds,
    beganMs: fault.beganUs / 1000,
    healedMs: fault.healedUs === undefined ? null : fault.healedUs / 1000,
    windowEndMs: Math.min(endUs / 1000, Math.max(secondCount * 1000, fault.beganUs / 1000)),
    unavailability: unavailability(window),
    errorsByName: errorsByName(window),
    failedRecords: sum(outcome.loads.map(({ failedRecordsBySecond }) => sum(failedRecordsBySecond.slice(beginSecond, lastSecond(window))))),
    leaderChanges: changesOf(window).filter((change) => change.kind === 'leader' && change.leaderId >= 0).length,
    isr: inSyncChanges(window),
    p99Us: { before: p99(outcome, beforeSecond, beginSecond), during: p99(outcome, beginSecond, healedSecond), after: p99(outcome, healedSecond, endSecond) },
    p99RecoveredAfterMs: p99Recovery(window),
    groups: outcome.groups.map((_, index) => groupRecord(window, index)),
  };
}

function unavailability({ outcome, fault, endUs }: Window): FaultRecord['unavailability'] {
  let [topicUs, partitionUs, partition]: [number, number, number | null] = [0, 0, null];
  for (const gaps of outcome.loads.flatMap(({ gapsBySecond }) => gapsBySecond)) {
    // What of a gap lies in the window: the next fault has the rest.
    const lengthOf = (startUs: number, durationUs: number): number => Math.min(startUs + durationUs, endUs) - Math.max(startUs, fault.beganUs);
    topicUs = Math.max(topicUs, lengthOf(gaps.topicStartUs, gaps.topicDurationUs));
    const lengthUs = lengthOf(gaps.startUs, gaps.durationUs);
    if (lengthUs > partitionUs) [partitionUs, partition] = [lengthUs, gaps.partition];
  }
  return { topicMs: topicUs / 1000, partitionMs: partitionUs / 1000, partition };
}

function errorsByName(window: Window): Record<string, number> {
  const total: Record<string, number> = {};
  for (const { errorsBySecond } of window.outcome.loads) {
    for (const counts of errorsBySecond.slice(window.beginSecond, lastSecond(window))) {
      for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
    }
  }
  return total;
}

function changesOf({ outcome, fault, endUs }: Window): ExperimentOutcome['topologyChanges'] {
  return outcome.topologyChanges.filter(({ atUs }) => atUs >= fault.beganUs && atUs < endUs);
}

/** Replicas that a set lacked before the fault are not its doing, but their return is what it waits for. */
function inSyncChanges(window: Window): FaultRecord['isr'] {
  const { outcome, fault, endUs } = window;
  const replicas = outcome.options.topic.replicationFactor;
  const sizes = new Map<number, number>();
  const [shrunk, short] = [new Set<number>(), new Set<number>()];
  let [firstUs, wholeUs]: (number | undefined)[] = [undefined, undefined];
  for (const change of outcome.topologyChanges) {
    if (change.kind !== 'isr' || change.atUs >= endUs) continue;
    const { partition, atUs, inSyncReplicas: { length } } = change;
    const isInWindow = atUs >= fault.beganUs;
    if (isInWindow && length < (sizes.get(partition) ?? replicas)) {
      shrunk.add(partition);
      firstUs ??= atUs;
    }
    sizes.set(partition, length);
    if (length < replicas) short.add(partition);
    else if (short.delete(partition) && short.size === 0 && isInWindow) wholeUs = atUs;
  }
  const after = (us: number | undefined): number | null => (us === undefined ? null : (us - fault.beganUs) / 1000);
  return { shrunkPartitions: shrunk.size, shrunkAfterMs: after(firstUs), wholeAfterMs: short.size > 0 ? null : after(wholeUs), shortPartitionsAtEnd: short.size };
}

function p99(outcome: ExperimentOutcome, from: number, to: number): number | null {
  return outcome.publishBySecond?.summary(from, to)?.p99Us ?? null;
}

function p99Recovery({ outcome, fault, beforeSecond, beginSecond, endSecond }: Window): number | null {
  const at = (second: number): number | null => outcome.latencies.publish.at(second)?.p99Us ?? null;
  const before = range(beforeSecond, beginSecond).map(at).filter((value) => value !== null);
  if (before.length === 0) return null;
  const level = Math.max(...before);
  const isBack = (second: number): boolean => (at(second) ?? Number.POSITIVE_INFINITY) <= level;
  const back = range(beginSecond, endSecond).find((second) => isBack(second) && (second + 1 === endSecond || isBack(second + 1)));
  if (back === undefined) return null;
  return back === beginSecond ? 0 : back * 1000 - fault.beganUs / 1000;
}

function groupRecord(window: Window, index: number): FaultGroupRecord {
  const { outcome, fault, beforeSecond, beginSecond } = window;
  const { lagRecordsBySecond: lags = [] } = outcome.groups[index] ?? {};
  const lagAt = (second: number): number => lags[second] ?? 0;
  const end = Math.max(beginSecond + 1, Math.min(lags.length, lastSecond(window)));
  const peakSecond = range(beginSecond, end).reduce((most, second) => (lagAt(second) > lagAt(most) ? second : most), beginSecond);
  const highestBefore = Math.max(0, ...range(beforeSecond, beginSecond).map(lagAt));
  const perSecond = producedBetween(outcome, beforeSecond, end) / Math.max(1, end - beforeSecond);
  const level = Math.max(Math.min(highestBefore, perSecond), perSecond * BEHIND_SHARE);
  const isBehind = lagAt(peakSecond) > level + perSecond * BEHIND_SHARE;
  return {
    name: outcome.options.groups[index]?.name ?? '',
    lagRecordsBefore: beginSecond > 0 ? lagAt(beginSecond - 1) : 0,
    lagRecordsPeak: lagAt(peakSecond),
    peakAfterMs: Math.max(0, peakSecond * 1000 - fault.beganUs / 1000),
    catchUp: isBehind ? catchUp(window, { index, level, fromSecond: peakSecond, end }) : null,
  };
}

/** A second's lag is that at its end: what is read from the next second on makes it smaller. */
function catchUp({ outcome }: Window, { index, level, fromSecond, end }: { index: number; level: number; fromSecond: number; end: number }): CatchUpRecord {
  const { lagRecordsBySecond: lags = [], consumedRecordsBySecond: consumed = [] } = outcome.groups[index] ?? {};
  const doneSecond = range(fromSecond + 1, end).find((second) => (lags[second] ?? 0) <= level);
  const lastOf = doneSecond ?? end - 1;
  const seconds = Math.max(1, lastOf - fromSecond);
  const consumedPerSecond = sum(consumed.slice(fromSecond + 1, lastOf + 1)) / seconds;
  const producedPerSecond = producedBetween(outcome, fromSecond + 1, lastOf + 1) / seconds;
  const lagRecords = lags[fromSecond] ?? 0;
  const serviceTimeUs = outcome.options.groups[index]?.serviceTimeUs ?? 0;
  const capacity = serviceTimeUs > 0 ? 1e6 / serviceTimeUs : (consumed[fromSecond + 1] ?? 0);
  return {
    fromMs: (fromSecond + 1) * 1000,
    lagRecords,
    tookMs: doneSecond === undefined ? null : (doneSecond - fromSecond) * 1000,
    consumedPerSecond,
    producedPerSecond,
    predictedMs: capacity > producedPerSecond ? (lagRecords / (capacity - producedPerSecond)) * 1000 : null,
    prediction: serviceTimeUs > 0 ? 'its service time' : 'what it took in its first whole second',
    publishP99Us: p99(outcome, fromSecond + 1, lastOf + 1),
  };
}

/** Written, as told by acknowledgements. */
function producedBetween({ loads }: ExperimentOutcome, from: number, to: number): number {
  return sum(loads.map(({ acknowledgedRecordsBySecond }) => sum(acknowledgedRecordsBySecond.slice(from, to))));
}

/** Behind the window, the drain included. */
function lastSecond({ outcome, endUs }: Window): number {
  return Math.min(secondsOf(outcome), Math.floor(endUs / 1e6));
}

function secondsOf({ loads, groups }: ExperimentOutcome): number {
  return Math.max(0, ...loads.map(({ acknowledgedRecordsBySecond }) => acknowledgedRecordsBySecond.length), ...loads.map(({ errorsBySecond }) => errorsBySecond.length), ...groups.map(({ lagRecordsBySecond }) => lagRecordsBySecond.length));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + (value ?? 0), 0);
}
