/** A small run as its parts leave it: two workers, one group, 2 s of warm-up and 3 s measured at 50,000 records/s, nothing wrong with it. */
import { defaultBenchOptions } from '../../../bench/bench-options.ts';
import type { ServedByProcess } from '../../../engine/cluster/broker-messages.ts';
import type { ExperimentOutcome } from '../../../bench/experiment-outcome.ts';
import { HistogramSeries } from '../../../bench/latency/histogram-series.ts';
import { LatencyCounts } from '../../../bench/latency/latency-counts.ts';
import { sampleReading } from '../../results/sample-run.ts';
import type { LoadResult } from '../../../bench/load/load-messages.ts';

export const SECONDS = 5;
export const RECORDS_PER_SECOND = 50_000;

/** Every record of a second with the same latency. */
export function seriesOf(latencyUs: (second: number) => number, recordsPerSecond = RECORDS_PER_SECOND): HistogramSeries {
  const series = new HistogramSeries();
  for (let second = 0; second < SECONDS; second++) {
    const counts = new LatencyCounts();
    counts.record(latencyUs(second), recordsPerSecond);
    series.add({ second, ...counts.take() });
  }
  return series;
}

function loadResult(worker: number): LoadResult {
  const perSecond = RECORDS_PER_SECOND / 2;
  const bySecond = Array.from({ length: SECONDS }, () => perSecond);
  return {
    worker,
    promptness: 'shortSlices',
    sentRecords: perSecond * SECONDS,
    unsentRecords: 0,
    acknowledgedRecords: perSecond * SECONDS,
    failedRecords: 0,
    failedRecordsByError: {},
    acknowledgedRecordsBySecond: bySecond,
    acknowledgedBytesBySecond: bySecond.map((records) => records * 100),
    failedRecordsBySecond: [],
    measured: { batches: 300, records: perSecond * 3, recordsByPartition: [perSecond, perSecond * 2], uncompressedBytes: perSecond * 3 * 100, batchBytes: perSecond * 3 * 25, requests: 100, threadCpuUs: 600_000, utilization: 0.3, inFlight: { recordUs: perSecond * 3 * 9900, startRecords: 250, endRecords: 250 } },
    batchesRetried: 0,
    bufferFullCount: 0,
    gaps: [],
    gapsBySecond: [],
    errorsBySecond: [],
    valueBytesMean: 90,
    keyBytesMean: 6,
    producerStats: { requests: 170, batches: 500, bytes: 1, retries: 0, errorsByName: {}, identityRenewals: 0 },
    ledger: undefined,
    warnings: [],
  };
}

/** Of one broker in three seconds. */
function served(isCombined: boolean): ServedByProcess {
  const broker = { byApi: { Produce: 90, Fetch: 300, Heartbeat: 3, OffsetCommit: 2 }, followerFetches: 180, receivedBytes: 2000, sentBytes: 5000 };
  return { broker, controller: isCombined ? { byApi: { BrokerHeartbeat: 18, Fetch: 6 }, followerFetches: 0, receivedBytes: 700, sentBytes: 300 } : null };
}

export function sampleOutcome(changes: Partial<ExperimentOutcome> = {}): ExperimentOutcome {
  const total = RECORDS_PER_SECOND * SECONDS;
  return {
    options: {
      ...defaultBenchOptions,
      load: { kind: 'open', ratePerSecond: RECORDS_PER_SECOND, arrivals: 'constant' },
      warmupSeconds: 2,
      durationSeconds: 3,
      groups: [{ name: 'readers', memberCount: 2, serviceTimeUs: 0, properties: {} }],
    },
    target: { brokers: [1, 2, 3].map((id) => ({ id, endpoint: { host: '127.0.0.1', port: 9000 + id }, isController: id === 1, isPreferred: id > 1 })), dataDirectory: undefined, filesKind: 'mapped' },
    topic: 'clickstream',
    startedAtEpochMs: 1_790_000_000_000,
    readiness: { clusterMs: 300, firstAcknowledgedMs: 400 },
    measureStartSecond: 2,
    measureEndSecond: 5,
    loads: [loadResult(0), loadResult(1)],
    groups: [
      {
        group: 'clickstream-readers',
        consumedRecords: total,
        consumedBytes: total * 100,
        consumedRecordsBySecond: Array.from({ length: SECONDS }, () => RECORDS_PER_SECOND),
        lagRecordsBySecond: [900_000, 900_000, 10, 30, 20, 0],
        rebalances: [],
        members: [],
        rereadRecords: 0,
        measured: { records: RECORDS_PER_SECOND * 3, bytes: RECORDS_PER_SECOND * 300, threadCpuUs: 300_000, utilization: 0.1 },
        warnings: [],
      },
    ],
    latencies: {
      publish: seriesOf((second) => (second < 2 ? 900_000 : 10_000)),
      scheduleDelay: seriesOf(() => 100),
      batching: seriesOf(() => 5000),
      request: seriesOf(() => 4000),
    },
    publishBySecond: undefined,
    endToEndByGroup: new Map([['readers', seriesOf(() => 12_000)]]),
    usage: {
      brokers: [1, 2, 3].map((brokerId) => ({ brokerId, cpuUs: 300_000 * brokerId, rssBytesMax: 1 << 28, served: brokerId === 3 ? undefined : served(brokerId === 1) })),
      generatorCpuUs: 900_000,
      generatorRssBytesMax: 1 << 28,
      machine: { otherCpuUs: 0, stolenUs: 0 },
      samples: [],
    },
    faults: { faults: [], events: [], warnings: [] },
    topologyChanges: [],
    isPartial: false,
    warnings: [],
    verification: undefined,
    failure: undefined,
    machine: { before: sampleReading(), after: sampleReading() },
    ...changes,
  };
}
