/** What is told of each fault, from a run whose seconds are made by hand: 50,000 records/s, a fault at second 4 of 12. */
import { describe, expect, it } from 'vitest';
import { faultRecords } from '../../../bench/record/fault-records.ts';
import { measuredRecord } from '../../../bench/record/measured-record.ts';
import type { ExperimentOutcome } from '../../../bench/experiment-outcome.ts';
import type { FaultOutcome } from '../../../bench/fault/fault-timeline.ts';
import { HistogramSeries } from '../../../bench/latency/histogram-series.ts';
import { LatencyCounts } from '../../../bench/latency/latency-counts.ts';
import { SecondSnapshots } from '../../../bench/latency/second-snapshots.ts';
import type { LoadResult } from '../../../bench/load/load-messages.ts';
import type { TopologyChange } from '../../../bench/target/topology-watcher.ts';
import { RECORDS_PER_SECOND, sampleOutcome } from './sample-outcome.ts';

const SECONDS = 12;
const FAULT: FaultOutcome = { fault: 0, brokerIds: [2], beganUs: 4_200_000, healedUs: 6_500_000 };
const MS_BY_SECOND = [10, 10, 12, 11, 900, 800, 700, 20, 11, 10, 10, 10];
const LAG_BY_SECOND = [0, 0, 100, 200, 40_000, 90_000, 150_000, 100_000, 50_000, 0, 0, 0];

interface Changes {
  readonly faults?: readonly FaultOutcome[];
  readonly load?: Partial<LoadResult>;
  readonly topology?: readonly TopologyChange[];
  readonly lags?: readonly number[];
  readonly serviceTimeUs?: number;
}

function outcomeWith({ faults = [FAULT], load = {}, topology = [], lags = LAG_BY_SECOND, serviceTimeUs = 0 }: Changes = {}): ExperimentOutcome {
  const publish = new HistogramSeries();
  const publishBySecond = new SecondSnapshots();
  for (const [second, ms] of MS_BY_SECOND.entries()) {
    const counts = new LatencyCounts();
    counts.record(ms * 1000, RECORDS_PER_SECOND);
    const interval = { second, ...counts.take() };
    publish.add(interval);
    publishBySecond.add(interval);
  }
  const sample = sampleOutcome();
  const bySecond = Array.from({ length: SECONDS }, () => RECORDS_PER_SECOND);
  const [first] = sample.loads;
  const [group] = sample.groups;
  if (first === undefined || group === undefined) throw new Error('the sample has a load and a group');
  return {
    ...sample,
    options: { ...sample.options, durationSeconds: 10, faults: faults.map(() => ({ kind: 'kill', atSeconds: 2, forSeconds: 2, broker: 'leader' })), groups: [{ name: 'readers', memberCount: 2, serviceTimeUs, properties: {} }] },
    measureEndSecond: SECONDS,
    loads: [{ ...first, acknowledgedRecordsBySecond: bySecond, ...load }],
    groups: [{ ...group, lagRecordsBySecond: lags, consumedRecordsBySecond: [50, 50, 50, 50, 10, 0, 0, 100, 100, 100, 50, 50].map((thousands) => thousands * 1000) }],
    latencies: { ...sample.latencies, publish },
    publishBySecond,
    faults: { faults, events: [], warnings: [] },
    topologyChanges: topology,
  };
}

describe('a fault', () => {
  it('is told by the seconds before, during and after it, and by when p99 was back', () => {
    const [record] = faultRecords(outcomeWith());
    expect(record).toMatchObject({ beganMs: 4200, healedMs: 6500, windowEndMs: 12_000, brokerIds: [2] });
    const { before, during, after } = record?.p99Us ?? {};
    expect([before, during, after].map((us) => Math.round((us ?? 0) / 1000))).toEqual([12, 900, 20]);
    // The 12 ms of second 2 are the level: seconds 8 and 9 are the first two at or under it.
    expect(record?.p99RecoveredAfterMs).toBe(3800);
  });

  it('has a time without acknowledgements, of which the next fault has what falls to it', () => {
    const gapsBySecond = [
      { partition: 3, startUs: 3_900_000, durationUs: 2_000_000, topicStartUs: 4_300_000, topicDurationUs: 500_000 },
      { partition: 7, startUs: 7_900_000, durationUs: 3_000_000, topicStartUs: 9_000_000, topicDurationUs: 900_000 },
    ];
    const next: FaultOutcome = { fault: 1, brokerIds: [3], beganUs: 8_000_000, healedUs: 9_000_000 };
    const records = faultRecords(outcomeWith({ faults: [FAULT, next], load: { gapsBySecond } }));
    expect(records.map(({ unavailability }) => unavailability)).toEqual([{ topicMs: 500, partitionMs: 1700, partition: 3 }, { topicMs: 900, partitionMs: 2900, partition: 7 }]);
    expect(records.map(({ windowEndMs }) => windowEndMs)).toEqual([8000, 12_000]);
  });

  it('counts the errors and the records given up from its beginning on', () => {
    const errorsBySecond = [{ NETWORK_EXCEPTION: 9 }, {}, {}, {}, { NETWORK_EXCEPTION: 2 }, { NOT_LEADER_OR_FOLLOWER: 3, NETWORK_EXCEPTION: 1 }];
    const [record] = faultRecords(outcomeWith({ load: { errorsBySecond, failedRecordsBySecond: [7, 0, 0, 0, 0, 5] } }));
    expect([record?.errorsByName, record?.failedRecords]).toEqual([{ NETWORK_EXCEPTION: 3, NOT_LEADER_OR_FOLLOWER: 3 }, 5]);
  });

  it('tells which in-sync sets shrank and when all were whole, and new leaders', () => {
    const isr = (atUs: number, partition: number, inSyncReplicas: number[]): TopologyChange => ({ kind: 'isr', atUs, partition, inSyncReplicas });
    const topology: TopologyChange[] = [isr(4_700_000, 0, [1, 3]), isr(4_900_000, 1, [1, 3]), { kind: 'leader', atUs: 5_000_000, partition: 1, leaderId: -1 }, { kind: 'leader', atUs: 5_100_000, partition: 1, leaderId: 3 }, isr(7_000_000, 0, [1, 2, 3])];
    expect(faultRecords(outcomeWith({ topology }))[0]).toMatchObject({ leaderChanges: 1, isr: { shrunkPartitions: 2, shrunkAfterMs: 500, wholeAfterMs: null, shortPartitionsAtEnd: 1 } });
    expect(faultRecords(outcomeWith({ topology: [...topology, isr(7_200_000, 1, [1, 2, 3])] }))[0]).toMatchObject({ isr: { wholeAfterMs: 3000, shortPartitionsAtEnd: 0 } });
    expect(faultRecords(outcomeWith())[0]).toMatchObject({ leaderChanges: 0, isr: { shrunkPartitions: 0, shrunkAfterMs: null, wholeAfterMs: null, shortPartitionsAtEnd: 0 } });
  });

  it('tells how far a group fell behind and how it caught up, beside lag / (read - written)', () => {
    const [record] = faultRecords(outcomeWith());
    const [group] = record?.groups ?? [];
    expect(group).toMatchObject({ name: 'readers', lagRecordsBefore: 200, lagRecordsPeak: 150_000, peakAfterMs: 1800 });
    expect(group?.catchUp).toMatchObject({ fromMs: 7000, lagRecords: 150_000, tookMs: 3000, consumedPerSecond: 100_000, producedPerSecond: 50_000, predictedMs: 3000, prediction: expect.stringContaining('first whole second') as string });
    expect(faultRecords(outcomeWith({ serviceTimeUs: 8 }))[0]?.groups[0]?.catchUp).toMatchObject({ predictedMs: 2000, prediction: 'its service time' });
    expect(faultRecords(outcomeWith({ serviceTimeUs: 25 }))[0]?.groups[0]?.catchUp).toMatchObject({ predictedMs: null });
  });

  it('leaves a group alone that lagged no more than a fetch brings, and says so of one that was never done', () => {
    expect(faultRecords(outcomeWith({ lags: [0, 20_000, 0, 15_000, 22_000, 10_000] }))[0]?.groups[0]?.catchUp).toBeNull();
    expect(faultRecords(outcomeWith({ lags: [0, 0, 0, 0, 50_000, 150_000, 140_000, 130_000, 120_000, 110_000, 100_000, 90_000] }))[0]?.groups[0]?.catchUp).toMatchObject({ tookMs: null, lagRecords: 150_000 });
  });

  it('that had not ended when the run did has no end, and a run without faults no records', () => {
    const { healedUs: _, ...endless } = FAULT;
    expect(faultRecords(outcomeWith({ faults: [{ ...endless, healedUs: undefined }] }))[0]).toMatchObject({ healedMs: null, p99Us: { after: null } });
    expect(measuredRecord(sampleOutcome())).not.toHaveProperty('faults');
  });
});
