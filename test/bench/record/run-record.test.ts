import { describe, expect, it } from 'vitest';
import type { ExperimentOutcome } from '../../../bench/experiment-outcome.ts';
import { measuredRecord } from '../../../bench/record/measured-record.ts';
import { runRecord } from '../../../bench/record/run-record.ts';
import { runWarnings } from '../../../bench/record/run-warnings.ts';
import { nativeMissingReason } from '../../../engine/native/native.ts';
import { metricsOf } from '../../../results/compare/run-metrics.ts';
import { hottestPartition } from '../../../results/hottest-partition.ts';
import { runHtml } from '../../../results/html/run-html.ts';
import { runText } from '../../../results/render/run-text.ts';
import { validateRun } from '../../../results/run-schema.ts';
import type { HostRecord } from '../../../results/run.ts';
import { sampleReading, sampleRun } from '../../results/sample-run.ts';
import { RECORDS_PER_SECOND, sampleOutcome, seriesOf } from './sample-outcome.ts';

const CONTEXT = { commandLine: ['headroom', 'bench'], elapsedSeconds: 7 };
const HOST: HostRecord = sampleRun().host;

describe('the stored run', () => {
  it('is valid by its own schema, also through JSON', () => {
    const run = { ...runRecord(sampleOutcome(), CONTEXT), plan: null };
    expect(validateRun(JSON.parse(JSON.stringify(run)))).toMatchObject({ kind: 'valid' });
  });

  it('sums the measured window over all workers and leaves warm-up out', () => {
    const { throughput, latency, generator, brokers } = measuredRecord(sampleOutcome());
    expect(throughput).toMatchObject({
      offeredPerSecond: RECORDS_PER_SECOND,
      achievedPerSecond: RECORDS_PER_SECOND,
      acknowledgedRecords: 3 * RECORDS_PER_SECOND,
      uncompressedBytes: 300 * RECORDS_PER_SECOND,
      compressionRatio: 4,
      batches: 600,
      recordsPerBatch: 250,
      requests: 200,
      total: { sentRecords: 5 * RECORDS_PER_SECOND, acknowledgedRecords: 5 * RECORDS_PER_SECOND, failedRecords: 0, unsentRecords: 0 },
    });
    expect(latency.publish.summary.count).toBe(3 * RECORDS_PER_SECOND);
    expect(latency.publish.summary.maxUs).toBeLessThan(11_000);
    expect(generator.workers.map(({ name }) => name)).toEqual(['load 0', 'load 1', 'group readers']);
    expect(brokers.map(({ brokerId, isController, cpuCoresMean }) => [brokerId, isController, cpuCoresMean.toFixed(2)])).toEqual([[1, true, '0.10'], [2, false, '0.20'], [3, false, '0.30']]);
  });

  it('tells the requests of consumers, of followers and of all else apart, and has none of a broker that was restarted', () => {
    const { brokers } = measuredRecord(sampleOutcome());
    expect(brokers.map(({ requests }) => requests)).toEqual([
      { produce: 90, consumerFetch: 120, followerFetch: 180, otherByApi: { Heartbeat: 3, OffsetCommit: 2 }, controller: 24, receivedBytes: 2700, sentBytes: 5300 },
      { produce: 90, consumerFetch: 120, followerFetch: 180, otherByApi: { Heartbeat: 3, OffsetCommit: 2 }, controller: 0, receivedBytes: 2000, sentBytes: 5000 },
      null,
    ]);
  });

  it('says which brokers went before their clients', () => {
    expect(measuredRecord(sampleOutcome()).brokers.map(({ scheduling }) => scheduling)).toEqual(['default', 'preferred', 'preferred']);
  });

  it('holds a load that changes against what its shape offered, second by second', () => {
    const { options } = sampleOutcome();
    const run = { ...runRecord(sampleOutcome({ options: { ...options, load: { kind: 'shaped', shape: { kind: 'ramp', fromPerSecond: 20_000, toPerSecond: 80_000 }, arrivals: 'poisson' } } }), CONTEXT), plan: null };
    expect(validateRun(JSON.parse(JSON.stringify(run)))).toMatchObject({ kind: 'valid' });
    expect(run.measured.throughput.offeredPerSecond).toBe(50_000);
    expect(run.measured.seconds.map(({ offeredRecords }) => offeredRecords)).toEqual([20_000, 20_000, 30_000, 50_000, 70_000]);
    expect(run.configuration.load).toMatchObject({ kind: 'shaped', meanPerSecond: 50_000, lowestPerSecond: 30_000, highestPerSecond: 70_000 });
    expect(run.warnings.map(({ code }) => code)).not.toContain('rate-not-reached');
  });

  it('says that a shape’s mean was not reached', () => {
    const { options } = sampleOutcome();
    const run = runRecord(sampleOutcome({ options: { ...options, load: { kind: 'shaped', shape: { kind: 'ramp', fromPerSecond: 30_000, toPerSecond: 80_000 }, arrivals: 'constant' } } }), CONTEXT);
    expect(run.warnings.find(({ code }) => code === 'rate-not-reached')?.cause).toMatch(/^50000 of 55000 records/);
  });

  it('holds what each partition had, from which the share of the hottest follows', () => {
    const run = { ...runRecord(sampleOutcome(), CONTEXT), plan: null };
    expect(run.measured.acknowledgedRecordsByPartition).toEqual([RECORDS_PER_SECOND, 2 * RECORDS_PER_SECOND]);
    expect(hottestPartition(run.measured)).toEqual({ partition: 1, records: 2 * RECORDS_PER_SECOND, share: 2 / 3 });
    const metric = metricsOf([run]).find(({ id }) => id === 'partition.hottestShare');
    expect(metric?.valueOf(run)).toBeCloseTo(2 / 3, 9);
    expect(runText(run, { width: 100, isColored: false })).toMatch(/hottest partition +66\.7 +% +of the records, on partition 1; evenly it would be 50 %/);
    expect(runHtml(run)).toContain('most: 66.7 % on partition 1 (evenly it would be 50 %)');
  });

  it('T25: publish latency has a histogram of its own, and is no sum of the percentiles of its parts', () => {
    const { publish, scheduleDelay, batching, request } = measuredRecord(sampleOutcome()).latency;
    const parts = [scheduleDelay, batching, request].map(({ summary }) => summary.p99Us as number);
    expect(parts.reduce((sum, p99Us) => sum + p99Us, 0)).toBeLessThan(9200);
    expect(publish.summary.p99Us).toBeGreaterThanOrEqual(10_000);
    expect(publish.summary.count).toBe(scheduleDelay.summary.count);
  });

  it('tells the largest lag of the measured window, and the last one there was', () => {
    const [group] = measuredRecord(sampleOutcome()).groups;
    expect(group).toMatchObject({ name: 'readers', lagRecordsMax: 30, lagRecordsFinal: 0, recordsPerSecond: RECORDS_PER_SECOND, serviceRatePerMember: { perSecond: RECORDS_PER_SECOND / 0.1 } });
  });

  it('keeps what happened in the order of time', () => {
    const faults = {
      faults: [{ fault: 0, brokerIds: [2], beganUs: 3_000_000, healedUs: 4_500_000 }],
      events: [{ kind: 'brokerKilled', atMs: 3000, brokerId: 2, signal: 'SIGKILL', ledPartitions: [1] }, { kind: 'brokerRestarted', atMs: 4500, brokerId: 2, tookMs: 500 }],
      warnings: [],
    } as const;
    const topologyChanges = [
      { kind: 'isr', atUs: 4_700_000, partition: 1, inSyncReplicas: [1, 2, 3] },
      { kind: 'leader', atUs: 3_200_000, partition: 1, leaderId: -1 },
    ] as const;
    const { events } = measuredRecord(sampleOutcome({ faults, topologyChanges }));
    expect(events.map(({ kind, atMs }) => [kind, atMs])).toEqual([['brokerKilled', 3000], ['leaderChange', 3200], ['brokerRestarted', 4500], ['isrChange', 4700]]);
    expect(events[1]).toMatchObject({ leader: null });
  });

  it.each<[string, Partial<ExperimentOutcome>, string, RegExp]>([
    ['whole', {}, 'complete', /it could not be done/],
    ['cut short', { isPartial: true }, 'partial', /the run was cut short/],
    ['without an end of its target', { failure: 'reading back failed: no connection' }, 'failed', /no connection/],
    ['not to be verified', { options: { ...sampleOutcome().options, verifies: false } }, 'complete', /--no-verify/],
  ])('says of a run that is %s what it is worth', (_what, changes, status, reason) => {
    const run = runRecord(sampleOutcome(changes), CONTEXT);
    expect(run.status.kind).toBe(status);
    expect(run.verification).toMatchObject({ kind: 'skipped', reason: expect.stringMatching(reason) as string });
  });
});

const CGROUP = { cpuPeriods: 0, cpuThrottledPeriods: 0, cpuThrottledUs: 0, memoryUsedBytes: 0, memoryLimitHits: 0 };

describe('warnings', () => {
  const codes = (outcome: ExperimentOutcome, host: Partial<HostRecord> = {}, isDirty: boolean | null = false): string[] =>
    runWarnings({ outcome, measured: measuredRecord(outcome), host: { ...HOST, ...host }, headroom: { version: '0', commit: null, isDirty } })
      .map(({ code }) => code)
      .filter((code) => code !== 'native-missing');
  const outcome = sampleOutcome();
  const { usage, options, loads } = outcome;
  const [first, second] = loads as [(typeof loads)[number], (typeof loads)[number]];

  /** `recordUs`: of both workers together. */
  function inFlight(recordUs: number): ExperimentOutcome['loads'] {
    return loads.map((load) => ({ ...load, measured: { ...load.measured, inFlight: { recordUs: recordUs / 2, startRecords: 0, endRecords: 0 } } }));
  }

  it('do not appear without a reason', () => {
    expect(codes(outcome)).toEqual([]);
    expect(nativeMissingReason === undefined || runWarnings({ outcome, measured: measuredRecord(outcome), host: HOST, headroom: { version: '0', commit: null, isDirty: false } }).length === 1).toBe(true);
  });

  it.each<[string, Partial<ExperimentOutcome>]>([
    ['other-load', { usage: { ...usage, machine: { otherCpuUs: 700_000, stolenUs: 0 } } }],
    ['cpu-steal', { usage: { ...usage, machine: { otherCpuUs: 0, stolenUs: 200_000 } } }],
    ['machine-saturated', { usage: { ...usage, generatorCpuUs: 4_000_000 } }],
    ['generator-saturated', { loads: [first, { ...second, measured: { ...second.measured, utilization: 0.95 } }] }],
    ['generator-saturated', { latencies: { ...outcome.latencies, scheduleDelay: seriesOf(() => 6000) }, loads: inFlight(RECORDS_PER_SECOND * 3 * 4000) }],
    ['rate-not-reached', { loads: [first, { ...second, measured: { ...second.measured, records: second.measured.records - 4000 } }] }],
    ['unsent-records', { loads: [first, { ...second, unsentRecords: 1 }] }],
    ['few-samples', { latencies: { ...outcome.latencies, publish: seriesOf(() => 10_000, 1000) }, loads: inFlight(1000 * 3 * 9900) }],
    ['group-behind', { groups: outcome.groups.map((group) => ({ ...group, lagRecordsBySecond: [0, 0, 0, 0, RECORDS_PER_SECOND + 1] })) }],
    ['noted', { warnings: ['something odd'] }],
    ['machine-drifted', { machine: { before: sampleReading(), after: sampleReading({ cpuLoopUs: 4000 }) } }],
    ['cgroup-throttled', { machine: { before: sampleReading(), after: sampleReading({}, { cgroup: { ...CGROUP, cpuPeriods: 50, cpuThrottledPeriods: 3, cpuThrottledUs: 90_000 } }) } }],
    ['cgroup-memory-limit', { machine: { before: sampleReading(), after: sampleReading({}, { cgroup: { ...CGROUP, memoryLimitHits: 2 } }) } }],
    ['swap-in-use', { machine: { before: sampleReading(), after: sampleReading({}, { swappedPages: 1240 }) } }],
    ['swap-in-use', { machine: { before: sampleReading({}, { swapUsedBytes: 2 ** 30 }), after: sampleReading() } }],
    ['low-disk-space', { machine: { before: sampleReading(), after: sampleReading({}, { diskFreeBytes: 2 ** 30 }) } }],
    ['bookkeeping-mismatch', { loads: [first, { ...second, measured: { ...second.measured, inFlight: { ...second.measured.inFlight, recordUs: second.measured.inFlight.recordUs * 1.3 } } }] }],
  ])('%s appears when its condition holds, alone', (code, changes) => {
    expect(codes(sampleOutcome(changes))).toEqual([code]);
  });

  it('of the machine appear by what the host says', () => {
    expect(codes(outcome, { cgroupCpuCores: 1.4 })).toEqual(['cpu-quota']);
    expect(codes(outcome, { cpuGovernor: 'powersave' })).toEqual(['cpu-governor']);
    expect(codes(outcome, { cpuGovernor: 'performance' })).toEqual([]);
    expect(codes(outcome, { filesystem: 'tmpfs' })).toEqual(['logs-in-memory']);
    expect(codes(outcome, {}, true)).toEqual(['uncommitted-changes']);
    expect(codes(outcome, {}, null)).toEqual([]);
  });

  it('of an external cluster say nothing of the disk, which is not the brokers\'', () => {
    const target = { kind: 'external', bootstrap: 'a:1' } as const;
    const machine = { before: sampleReading({}, { diskFreeBytes: 2 ** 20 }), after: null };
    expect(codes(sampleOutcome({ options: { ...options, target }, machine }), { filesystem: 'tmpfs' })).toEqual([]);
  });

  it('of the inspector appear while it is open', async () => {
    const inspector = await import('node:inspector');
    inspector.open(0, '127.0.0.1', false);
    try {
      expect(codes(outcome)).toEqual(['inspector-attached']);
    } finally {
      inspector.close();
    }
  });

  it('let the records in flight at the edges of the window differ from Little\'s law', () => {
    const atEdge = { ...second.measured, inFlight: { recordUs: second.measured.inFlight.recordUs * 1.3, startRecords: 0, endRecords: 25_000 } };
    expect(codes(sampleOutcome({ loads: [first, { ...second, measured: atEdge }] }))).toEqual([]);
  });

  it('of other processes make no sense where the brokers may be among them', () => {
    const external = { ...options, target: { kind: 'external', bootstrap: 'a:1' } } as const;
    expect(codes(sampleOutcome({ options: external, usage: { ...usage, brokers: [], machine: { otherCpuUs: 5_000_000, stolenUs: 0 } } }))).toEqual([]);
  });
});
