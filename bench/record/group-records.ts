/** What each consumer group did in the measured window, and how much one of its members could do. */
import type { GroupRecord, MeasuredRate } from '../../results/run.ts';
import { rateText } from '../../results/render/number-text.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';
import { HistogramSeries } from '../latency/histogram-series.ts';
import type { ConsumeResult } from '../load/load-messages.ts';
import { measuredSeconds, mergedRecord } from './measured-window.ts';

/** A thread that was less busy says more about its idle costs than about its limit. */
const BUSY_SHARE_MIN = 0.05;

export function groupRecords(outcome: ExperimentOutcome): GroupRecord[] {
  const seconds = measuredSeconds(outcome);
  return outcome.groups.flatMap((result, index): GroupRecord[] => {
    const group = outcome.options.groups[index];
    if (group === undefined) return [];
    const lags = result.lagRecordsBySecond.slice(outcome.measureStartSecond, outcome.measureEndSecond);
    return [{
      name: group.name,
      memberCount: group.memberCount,
      records: result.measured.records,
      bytes: result.measured.bytes,
      recordsPerSecond: seconds > 0 ? result.measured.records / seconds : 0,
      lagRecordsMax: Math.max(0, ...lags),
      lagRecordsFinal: result.lagRecordsBySecond.at(-1) ?? 0,
      rebalances: result.rebalances.length,
      rebalanceRecords: result.rebalances.map(({ startUs, durationUs, groupPauseUs, partitionPauseUs, cause, memberCount }) => ({
        startMs: startUs / 1000,
        durationMs: durationUs / 1000,
        groupPauseMs: groupPauseUs / 1000,
        partitionPauseMs: partitionPauseUs / 1000,
        cause,
        memberCount,
      })),
      recordsByMember: result.members.map(({ records }) => records),
      rereadRecords: result.rereadRecords,
      serviceRatePerMember: serviceRate(result, seconds),
      endToEnd: mergedRecord(outcome.endToEndByGroup.get(group.name) ?? new HistogramSeries(), outcome),
    }];
  });
}

/** All members of a group share one thread, so the thread's limit is what one member alone would have. */
function serviceRate({ measured }: ConsumeResult, seconds: number): MeasuredRate | null {
  const { records, utilization } = measured;
  if (seconds <= 0 || records === 0 || utilization < BUSY_SHARE_MIN) return null;
  return { perSecond: records / seconds / utilization, method: `from a busy share of ${utilization.toFixed(2)} of the thread at ${rateText(records / seconds)} records/s` };
}
