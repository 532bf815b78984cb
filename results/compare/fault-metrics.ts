/**
 * The figures of runs with faults that are compared and held against thresholds: over all faults of a run the worst, and of each group its lag and
 * how it caught up. 0 is a figure here (nothing was lost of a run that went on as if nothing was), although it has no ratio.
 */
import type { CatchUpRecord, FaultGroupRecord, FaultRecord } from '../fault/fault-record.ts';
import type { GroupRecord, Run } from '../run.ts';
import type { MetricUnit } from './comparison.ts';
import type { RunMetric } from './run-metric.ts';

type Value = number | { readonly missing: string };

const NO_FAULT = { missing: 'had no fault' };

/** By the last part of `faults.X`. */
const OF_FAULTS: Readonly<Record<string, { label: string; unit: MetricUnit; valueOf: (faults: readonly FaultRecord[]) => Value }>> = {
  unavailability: { label: 'longest wait of a partition in a fault', unit: 'us', valueOf: (faults) => largest(faults.map(({ unavailability }) => unavailability.partitionMs * 1000)) },
  topicUnavailability: { label: 'longest wait of the topic in a fault', unit: 'us', valueOf: (faults) => largest(faults.map(({ unavailability }) => unavailability.topicMs * 1000)) },
  p99: { label: 'highest publish p99 during a fault', unit: 'us', valueOf: (faults) => largestOf(faults.map(({ p99Us }) => p99Us.during), 'acknowledged nothing during a fault') },
  p99Recovery: { label: 'publish p99 back at its level', unit: 'us', valueOf: (faults) => largestOf(faults.map(({ p99RecoveredAfterMs }) => inUs(p99RecoveredAfterMs)), 'did not come back to its p99 before a fault') },
  isrRecovery: { label: 'in-sync sets whole again', unit: 'us', valueOf: (faults) => largestOf(faults.map(isrRecovery), 'ended with an in-sync set that was not whole') },
};

/** By the last part of `group.NAME.X`. */
const OF_GROUPS: Readonly<Record<string, { label: string; unit: MetricUnit; betterWhen: RunMetric['betterWhen']; valueOf: (group: GroupRecord, faults: readonly FaultGroupRecord[]) => Value }>> = {
  lagMax: { label: 'highest lag', unit: 'records', betterWhen: 'lower', valueOf: ({ lagRecordsMax }) => lagRecordsMax },
  catchUp: { label: 'time to catch up', unit: 'us', betterWhen: 'lower', valueOf: (_, faults) => largestOf(catchUpsOf(faults).map(({ tookMs }) => inUs(tookMs)), 'had not caught up at its end') },
  catchUpPredicted: { label: 'lag / (read - written)', unit: 'us', betterWhen: 'lower', valueOf: (_, faults) => largestOf(catchUpsOf(faults).map(({ predictedMs }) => inUs(predictedMs)), 'reads more slowly than it is written') },
  catchUpPublishP99: { label: 'publish p99 while it caught up', unit: 'us', betterWhen: 'lower', valueOf: (_, faults) => largestOf(catchUpsOf(faults).map(({ publishP99Us }) => publishP99Us), 'acknowledged nothing meanwhile') },
  drainRate: { label: 'read while it caught up', unit: 'records/s', betterWhen: 'higher', valueOf: (_, faults) => catchUpsOf(faults)[0]?.consumedPerSecond ?? { missing: 'never fell behind' } },
  rebalancePause: { label: 'longest pause of the group', unit: 'us', betterWhen: 'lower', valueOf: ({ rebalanceRecords = [] }) => largest(rebalanceRecords.map(({ groupPauseMs }) => groupPauseMs * 1000)) },
  partitionPause: { label: 'longest pause of a partition', unit: 'us', betterWhen: 'lower', valueOf: ({ rebalanceRecords = [] }) => largest(rebalanceRecords.map(({ partitionPauseMs }) => partitionPauseMs * 1000)) },
};

export function faultMetrics(groupNames: readonly string[]): RunMetric[] {
  const ofFaults = Object.entries(OF_FAULTS).map(([name, { label, unit, valueOf }]): RunMetric => ({
    id: `faults.${name}`,
    label,
    unit,
    betterWhen: 'lower',
    valueOf: ({ measured: { faults = [] } }) => (faults.length === 0 ? NO_FAULT : valueOf(faults)),
  }));
  const ofGroups = groupNames.flatMap((group) => Object.entries(OF_GROUPS).map(([name, { label, unit, betterWhen, valueOf }]): RunMetric => ({
    id: `group.${group}.${name}`,
    label: `${group}: ${label}`,
    unit,
    betterWhen,
    valueOf: (run) => ofGroup(run, group, valueOf),
  })));
  return [...ofFaults, ...ofGroups];
}

function ofGroup({ measured: { groups, faults = [] } }: Run, name: string, valueOf: (group: GroupRecord, faults: readonly FaultGroupRecord[]) => Value): Value {
  const group = groups.find((each) => each.name === name);
  if (group === undefined) return { missing: 'has no such group' };
  if (faults.length === 0) return NO_FAULT;
  return valueOf(group, faults.flatMap((fault) => fault.groups.filter((each) => each.name === name)));
}

function catchUpsOf(groups: readonly FaultGroupRecord[]): CatchUpRecord[] {
  return groups.flatMap(({ catchUp }) => (catchUp === null ? [] : [catchUp]));
}

/** 0 when no set shrank; null when one was not whole at the end. */
function isrRecovery({ isr: { shortPartitionsAtEnd, wholeAfterMs } }: FaultRecord): number | null {
  return shortPartitionsAtEnd > 0 ? null : (wholeAfterMs ?? 0) * 1000;
}

function inUs(ms: number | null): number | null {
  return ms === null ? null : ms * 1000;
}

function largestOf(values: readonly (number | null)[], missing: string): Value {
  return values.some((value) => value === null) ? { missing } : largest(values as readonly number[]);
}

function largest(values: readonly number[]): number {
  return Math.max(0, ...values);
}
