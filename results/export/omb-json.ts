/**
 * A run in the words of the OpenMessaging Benchmark's result file (`TestResult`), for the tools that read it: rates per second, latencies in
 * milliseconds, publish delay in microseconds. Only what was measured stands in it: percentiles by second are those that a run holds (p50 and p99), a field that it does not
 * hold is left out, and aggregates come from the whole histograms. Its `beginTime`, `endTime` and `version` are strings as there.
 */
import type { HistogramRecord, Run, SecondRecord } from '../run.ts';
import { decodeHistogram } from './stored-histograms.ts';

/** As they stand in OMB's files. */
const QUANTILES = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 99.999, 100];

const US_PER_MS = 1000;

export function ombJson(run: Run): string {
  const { configuration, measured, startedAt, elapsedSeconds } = run;
  const window = measured.seconds.filter(({ second }) => second >= measured.measureStartSecond && second < measured.measureEndSecond);
  const bytesPerRecord = measured.throughput.keyBytesMean + measured.throughput.valueBytesMean;
  const result = {
    workload: configuration.name,
    driver: configuration.target.kind === 'external' ? `kafka ${configuration.target.bootstrap}` : `headroom ${run.headroom.version} embedded`,
    messageSize: Math.round(bytesPerRecord),
    topics: 1,
    partitions: configuration.topic.partitions,
    producersPerTopic: configuration.workerCount,
    consumersPerTopic: configuration.groups.reduce((sum, { memberCount }) => sum + memberCount, 0),
    beginTime: startedAt,
    endTime: new Date(Date.parse(startedAt) + elapsedSeconds * 1000).toISOString(),
    version: run.headroom.commit ?? run.headroom.version,
    publishRate: window.map(({ acknowledgedRecords }) => acknowledgedRecords),
    publishErrorRate: window.map(({ failedRecords }) => failedRecords),
    ...(configuration.groups.length === 0 ? {} : { consumeRate: window.map(({ consumedRecordsByGroup }) => sumOf(consumedRecordsByGroup)), backlog: window.map(({ lagRecordsByGroup }) => sumOf(lagRecordsByGroup)) }),
    publishLatency50pct: window.map(inMs('p50Us')),
    publishLatency99pct: window.map(inMs('p99Us')),
    publishLatencyMax: window.map(inMs('maxUs')),
    ...aggregated('PublishLatency', measured.latency.publish, US_PER_MS),
    // The one latency that it keeps in microseconds.
    ...aggregated('PublishDelayLatency', measured.latency.scheduleDelay, 1),
    ...(measured.groups[0] === undefined ? {} : aggregated('EndToEndLatency', measured.groups[0].endToEnd, US_PER_MS)),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

/** OMB has one end-to-end latency for all subscriptions: the first group's stands for it, as they are not to be averaged. */
function aggregated(name: string, record: HistogramRecord, unitUs: number): Record<string, unknown> {
  const { meanUs, p50Us, p99Us, p999Us, p9999Us, maxUs, overflowCount } = record.summary;
  const decoded = decodeHistogram(record);
  // Above the histogram's range there is no value to give.
  if (decoded.kind === 'damaged' || record.summary.count === 0 || overflowCount > 0) return {};
  const at = (percentile: number): number => (decoded.histogram.percentileUs(percentile) ?? 0) / unitUs;
  const inUnit = (us: number | null): number | null => (us === null ? null : us / unitUs);
  return {
    [`aggregated${name}Avg`]: inUnit(meanUs),
    [`aggregated${name}50pct`]: inUnit(p50Us),
    [`aggregated${name}75pct`]: at(75),
    [`aggregated${name}95pct`]: at(95),
    [`aggregated${name}99pct`]: inUnit(p99Us),
    [`aggregated${name}999pct`]: inUnit(p999Us),
    [`aggregated${name}9999pct`]: inUnit(p9999Us),
    [`aggregated${name}Max`]: inUnit(maxUs),
    [`aggregated${name}Quantiles`]: Object.fromEntries(QUANTILES.map((percentile) => [percentile.toString(), at(percentile)])),
  };
}

function inMs(field: 'p50Us' | 'p99Us' | 'maxUs'): (second: SecondRecord) => number | null {
  return (second) => toMs(second[field]);
}

function toMs(us: number | null): number | null {
  return us === null ? null : us / 1000;
}

function sumOf(byGroup: Readonly<Record<string, number>>): number {
  return Object.values(byGroup).reduce((total, each) => total + each, 0);
}
