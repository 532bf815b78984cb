/** The record of a run that ended before there was anything to measure: what was asked for, and why it failed. Nothing in it passes for a figure. */
import { LatencyHistogram } from '../../results/histogram.ts';
import { newRunId } from '../../results/run-store.ts';
import { RUN_SCHEMA_VERSION, type Measured, type RepeatRecord, type Run } from '../../results/run.ts';
import type { BenchOptions } from '../bench-options.ts';
import { configurationRecord } from '../record/configuration-record.ts';
import { headroomVersion, hostRecord } from '../record/host-record.ts';

export interface FailedRun {
  readonly options: BenchOptions;
  readonly reason: string;
  readonly startedAt: Date;
  readonly elapsedSeconds: number;
  readonly commandLine: readonly string[];
  readonly repeat: RepeatRecord;
}

export function failedRunRecord({ options, reason, startedAt, elapsedSeconds, commandLine, repeat }: FailedRun): Run {
  const target = { brokers: [], dataDirectory: undefined, filesKind: undefined };
  return {
    schemaVersion: RUN_SCHEMA_VERSION,
    id: newRunId(startedAt),
    startedAt: startedAt.toISOString(),
    elapsedSeconds,
    commandLine,
    status: { kind: 'failed', reason },
    headroom: headroomVersion(),
    host: hostRecord(undefined),
    machine: { before: null, after: null },
    seed: options.seed,
    warnings: [],
    configuration: configurationRecord({ options, topic: options.topic.name ?? '', target }),
    measured: nothingMeasured(),
    verification: { kind: 'skipped', reason: 'the run failed' },
    plan: null,
    repeat,
  };
}

function nothingMeasured(): Measured {
  const empty = new LatencyHistogram().toRecord();
  return {
    measureStartSecond: 0,
    measureEndSecond: 0,
    readiness: { clusterMs: null, firstAcknowledgedMs: null },
    throughput: {
      offeredPerSecond: null,
      achievedPerSecond: 0,
      acknowledgedRecords: 0,
      uncompressedBytes: 0,
      compressedBytes: 0,
      compressionRatio: null,
      batches: 0,
      recordsPerBatch: null,
      requests: null,
      keyBytesMean: 0,
      valueBytesMean: 0,
      total: { sentRecords: 0, acknowledgedRecords: 0, failedRecords: 0, unsentRecords: 0 },
    },
    latency: { publish: empty, scheduleDelay: empty, batching: empty, request: empty },
    errors: { failedRecordsByError: {}, batchesRetried: 0, retriesByError: {}, bufferFullCount: 0 },
    seconds: [],
    brokers: [],
    brokerSamples: [],
    generator: { cpuSeconds: 0, rssBytesMax: 0, workers: [] },
    inFlightRecordsMean: null,
    groups: [],
    events: [],
    acknowledgementGaps: [],
  };
}
