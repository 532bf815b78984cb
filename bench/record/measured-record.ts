/** From the parts of an outcome to the measured half of the stored run: sums, merged histograms, seconds. Nothing is estimated here. */
import type { BrokerUsageRecord, ErrorCounts, GeneratorUsage, HistogramRecord, Measured, RunEvent, SecondRecord, Throughput } from '../../results/run.ts';
import type { ServedByProcess } from '../../engine/cluster/broker-messages.ts';
import type { BrokerRequests } from '../../results/broker-requests.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';
import type { HistogramSeries } from '../latency/histogram-series.ts';
import type { LoadResult } from '../load/load-messages.ts';
import { offeredLoad } from '../load/offered-load.ts';
import { faultRecords } from './fault-records.ts';
import { groupRecords } from './group-records.ts';
import { measuredSeconds, mergedRecord } from './measured-window.ts';

export function measuredRecord(outcome: ExperimentOutcome): Measured {
  const { latencies, measureStartSecond, measureEndSecond, readiness, usage } = outcome;
  const merged = (series: HistogramSeries): HistogramRecord => mergedRecord(series, outcome);
  return {
    measureStartSecond,
    measureEndSecond,
    readiness: { clusterMs: readiness.clusterMs ?? null, firstAcknowledgedMs: readiness.firstAcknowledgedMs ?? null },
    throughput: throughput(outcome),
    latency: {
      publish: merged(latencies.publish),
      scheduleDelay: merged(latencies.scheduleDelay),
      batching: merged(latencies.batching),
      request: merged(latencies.request),
    },
    errors: errorCounts(outcome.loads),
    seconds: secondRecords(outcome),
    brokers: brokerRecords(outcome),
    brokerSamples: usage.samples.map(({ second, brokerId, cpuCores, rssBytes }) => ({ second, brokerId, cpuCores, rssBytes })),
    generator: generatorUsage(outcome),
    inFlightRecordsMean: inFlightRecordsMean(outcome),
    groups: groupRecords(outcome),
    events: runEvents(outcome),
    acknowledgedRecordsByPartition: recordsByPartition(outcome.loads),
    acknowledgementGaps: outcome.loads.flatMap(({ gaps }) => gaps.map(({ partition, startUs, durationUs }) => ({ partition, startMs: startUs / 1000, durationMs: durationUs / 1000 }))),
    ...(outcome.options.faults.length === 0 ? {} : { faults: faultRecords(outcome) }),
  };
}

function throughput(outcome: ExperimentOutcome): Throughput {
  const { loads } = outcome;
  const sum = (valueOf: (load: LoadResult) => number): number => loads.reduce((total, load) => total + valueOf(load), 0);
  const records = sum(({ measured }) => measured.records);
  const batches = sum(({ measured }) => measured.batches);
  const uncompressedBytes = sum(({ measured }) => measured.uncompressedBytes);
  const compressedBytes = sum(({ measured }) => measured.batchBytes);
  const seconds = measuredSeconds(outcome);
  return {
    offeredPerSecond: offeredPerSecond(outcome),
    achievedPerSecond: seconds > 0 ? records / seconds : 0,
    acknowledgedRecords: records,
    uncompressedBytes,
    compressedBytes,
    compressionRatio: compressedBytes > 0 ? uncompressedBytes / compressedBytes : null,
    batches,
    recordsPerBatch: batches > 0 ? records / batches : null,
    requests: batches > 0 ? sum(({ measured }) => measured.requests) : null,
    keyBytesMean: loads[0]?.keyBytesMean ?? 0,
    valueBytesMean: loads[0]?.valueBytesMean ?? 0,
    total: {
      sentRecords: sum(({ sentRecords }) => sentRecords),
      acknowledgedRecords: sum(({ acknowledgedRecords }) => acknowledgedRecords),
      failedRecords: sum(({ failedRecords }) => failedRecords),
      unsentRecords: sum(({ unsentRecords }) => unsentRecords),
    },
  };
}

/** The mean over the seconds that were measured, which an interruption may have cut short. */
function offeredPerSecond({ options, measureStartSecond, measureEndSecond }: ExperimentOutcome): number | null {
  if (options.load.kind === 'open') return options.load.ratePerSecond;
  const offered = offeredLoad(options.load, options);
  const seconds = measureEndSecond - measureStartSecond;
  return offered === undefined || seconds <= 0 ? null : offered.recordsBetween(measureStartSecond, measureEndSecond) / seconds;
}

function inFlightRecordsMean(outcome: ExperimentOutcome): number | null {
  const seconds = measuredSeconds(outcome);
  return seconds > 0 ? outcome.loads.reduce((sum, { measured }) => sum + measured.inFlight.recordUs, 0) / (seconds * 1e6) : null;
}

function recordsByPartition(loads: readonly LoadResult[]): number[] {
  const partitionCount = Math.max(0, ...loads.map(({ measured }) => measured.recordsByPartition.length));
  return Array.from({ length: partitionCount }, (_, partition) => loads.reduce((sum, { measured }) => sum + (measured.recordsByPartition[partition] ?? 0), 0));
}

function errorCounts(loads: readonly LoadResult[]): ErrorCounts {
  return {
    failedRecordsByError: summed(loads.map(({ failedRecordsByError }) => failedRecordsByError)),
    batchesRetried: loads.reduce((total, { batchesRetried }) => total + batchesRetried, 0),
    retriesByError: summed(loads.map(({ producerStats }) => producerStats.errorsByName)),
    bufferFullCount: loads.reduce((total, { bufferFullCount }) => total + bufferFullCount, 0),
  };
}

function summed(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(part)) total[name] = (total[name] ?? 0) + count;
  return total;
}

function secondRecords({ loads, groups, latencies: { publish }, options }: ExperimentOutcome): SecondRecord[] {
  const columns = [...loads.flatMap((load) => [load.acknowledgedRecordsBySecond, load.failedRecordsBySecond]), ...groups.map(({ consumedRecordsBySecond }) => consumedRecordsBySecond)];
  const length = Math.max(0, ...columns.map((column) => column.length), ...publish.seconds().map((second) => second + 1));
  const at = (column: readonly number[], second: number): number => column[second] ?? 0;
  const offered = offeredLoad(options.load, options);
  return Array.from({ length }, (_, second): SecondRecord => {
    const latency = publish.at(second);
    return {
      second,
      ...(offered === undefined ? {} : { offeredRecords: offered.recordsBetween(second, second + 1) }),
      acknowledgedRecords: loads.reduce((total, load) => total + at(load.acknowledgedRecordsBySecond, second), 0),
      acknowledgedBytes: loads.reduce((total, load) => total + at(load.acknowledgedBytesBySecond, second), 0),
      failedRecords: loads.reduce((total, load) => total + at(load.failedRecordsBySecond, second), 0),
      p50Us: latency?.p50Us ?? null,
      p99Us: latency?.p99Us ?? null,
      maxUs: latency?.maxUs ?? null,
      ...(latency?.publishBuckets === undefined ? {} : { publishBuckets: latency.publishBuckets }),
      consumedRecordsByGroup: byGroup(options.groups, groups.map(({ consumedRecordsBySecond }) => at(consumedRecordsBySecond, second))),
      lagRecordsByGroup: byGroup(options.groups, groups.map(({ lagRecordsBySecond }) => at(lagRecordsBySecond, second))),
    };
  });
}

/** Results stand in the order of the options. */
function byGroup(groups: readonly { readonly name: string }[], values: readonly number[]): Record<string, number> {
  return Object.fromEntries(values.map((value, index) => [groups[index]?.name ?? String(index), value]));
}

function brokerRecords(outcome: ExperimentOutcome): BrokerUsageRecord[] {
  const seconds = measuredSeconds(outcome);
  return outcome.usage.brokers.map(({ brokerId, cpuUs, rssBytesMax, served }) => {
    const broker = outcome.target.brokers.find(({ id }) => id === brokerId);
    const { host, port } = broker?.endpoint ?? { host: '', port: 0 };
    return {
      brokerId,
      endpoint: `${host}:${port}`,
      isController: broker?.isController ?? false,
      cpuSeconds: cpuUs / 1e6,
      cpuCoresMean: seconds > 0 ? cpuUs / 1e6 / seconds : 0,
      rssBytesMax,
      requests: served === undefined ? null : brokerRequests(served),
      scheduling: broker?.isPreferred === true ? 'preferred' : 'default',
    };
  });
}

function brokerRequests({ broker, controller }: ServedByProcess): BrokerRequests {
  const { Produce: produce = 0, Fetch: fetches = 0, ...otherByApi } = broker.byApi;
  return {
    produce,
    consumerFetch: fetches - broker.followerFetches,
    followerFetch: broker.followerFetches,
    otherByApi,
    controller: Object.values(controller?.byApi ?? {}).reduce((sum, requests) => sum + requests, 0),
    receivedBytes: broker.receivedBytes + (controller?.receivedBytes ?? 0),
    sentBytes: broker.sentBytes + (controller?.sentBytes ?? 0),
  };
}

function generatorUsage({ usage, loads, groups, options }: ExperimentOutcome): GeneratorUsage {
  return {
    cpuSeconds: loads.reduce((sum, { processUse }) => sum + (processUse?.cpuUs ?? 0), usage.generatorCpuUs) / 1e6,
    rssBytesMax: loads.reduce((sum, { processUse }) => sum + (processUse?.rssBytesMax ?? 0), usage.generatorRssBytesMax),
    workers: [
      ...loads.map(({ worker, measured, promptness, processUse }) => ({ name: `load ${worker}`, cpuSeconds: (processUse?.cpuUs ?? measured.threadCpuUs) / 1e6, utilization: measured.utilization, scheduling: promptness })),
      ...groups.map(({ measured }, index) => ({ name: `group ${options.groups[index]?.name ?? index}`, cpuSeconds: measured.threadCpuUs / 1e6, utilization: measured.utilization })),
    ],
  };
}

function runEvents({ faults, topologyChanges, topic }: ExperimentOutcome): RunEvent[] {
  const events: RunEvent[] = topologyChanges.map((change) =>
    change.kind === 'leader'
      ? { kind: 'leaderChange', atMs: change.atUs / 1000, topic, partition: change.partition, leader: change.leaderId < 0 ? null : change.leaderId }
      : { kind: 'isrChange', atMs: change.atUs / 1000, topic, partition: change.partition, isr: change.inSyncReplicas },
  );
  events.push(...faults.events);
  return events.sort((a, b) => a.atMs - b.atMs);
}
