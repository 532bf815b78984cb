/**
 * The figures of a run that are compared, one number a run: rates, quantiles of its own histograms, bytes, CPU. A figure that a run does not
 * have is undefined with a reason. Latency of a closed loop is not offered: it does not count from the moment a record was due.
 */
import type { HistogramRecord, LatencySummary, Run } from '../run.ts';
import { faultMetrics } from './fault-metrics.ts';
import type { RunMetric } from './run-metric.ts';
import { hottestPartition } from '../hottest-partition.ts';

const PUBLISH_QUANTILES = [['p50', 'p50Us'], ['p99', 'p99Us'], ['p99.9', 'p999Us'], ['max', 'maxUs']] as const;
const END_TO_END_QUANTILES = [['p50', 'p50Us'], ['p99', 'p99Us']] as const;

type QuantileField = (typeof PUBLISH_QUANTILES)[number][1];

const HOTTEST_PARTITION: RunMetric = { id: 'partition.hottestShare', label: 'hottest partition', unit: 'share', betterWhen: 'lower', valueOf: hottestPartitionShare };

/** Those of `runs`: groups differ from run to run, older runs do not store what each partition had, and only runs with faults have figures of faults. */
export function metricsOf(runs: readonly Run[]): RunMetric[] {
  const groups = [...new Set(runs.flatMap(({ measured }) => measured.groups.map(({ name }) => name)))];
  const storesPartitions = runs.length === 0 || runs.some(({ measured }) => measured.acknowledgedRecordsByPartition !== undefined);
  return [
    { id: 'throughput.sent', label: 'sent', unit: 'records/s', betterWhen: 'higher', valueOf: sentPerSecond },
    { id: 'throughput.acknowledged', label: 'acknowledged', unit: 'records/s', betterWhen: 'higher', valueOf: ({ measured }) => measured.throughput.achievedPerSecond },
    ...PUBLISH_QUANTILES.map(([name, field]): RunMetric => ({
      id: `publish.${name}`,
      label: `publish ${name}`,
      unit: 'us',
      betterWhen: 'lower',
      valueOf: (run) => quantile(run, run.measured.latency.publish, field),
    })),
    ...groups.flatMap((group) => END_TO_END_QUANTILES.map(([name, field]): RunMetric => ({
      id: `endToEnd.${group}.${name}`,
      label: `end-to-end ${group} ${name}`,
      unit: 'us',
      betterWhen: 'lower',
      valueOf: (run) => quantile(run, run.measured.groups.find((each) => each.name === group)?.endToEnd, field),
    }))),
    { id: 'wire.bytesPerRecord', label: 'bytes on the wire', unit: 'bytes/record', betterWhen: 'lower', valueOf: (run) => perRecord(run, run.measured.throughput.compressedBytes) },
    ...(storesPartitions ? [HOTTEST_PARTITION] : []),
    { id: 'cpu.brokers', label: 'CPU of the brokers', unit: 'CPU s/M records', betterWhen: 'lower', valueOf: brokerCpu },
    { id: 'cpu.load', label: 'CPU of the load', unit: 'CPU s/M records', betterWhen: 'lower', valueOf: loadCpu },
    { id: 'cpu.brokersPerLoad', label: 'CPU of the brokers over that of the load', unit: 'ratio', betterWhen: 'lower', isOnRequest: true, valueOf: brokerPerLoadCpu },
    ...(runs.some(({ measured }) => (measured.faults ?? []).length > 0) ? faultMetrics(groups) : []),
  ];
}

/** Over the whole load, warm-up included: what was sent in the measured window alone is not stored. */
function sentPerSecond({ measured, configuration }: Run): number | { missing: string } {
  const seconds = configuration.warmupSeconds + configuration.durationSeconds;
  return seconds > 0 ? measured.throughput.total.sentRecords / seconds : { missing: 'has a load of no length' };
}

function quantile(run: Run, histogram: HistogramRecord | undefined, field: QuantileField & keyof LatencySummary): number | { missing: string } {
  if (run.configuration.load.kind === 'closed') return { missing: 'ran in a closed loop, where latency does not count from an intended time' };
  if (histogram === undefined) return { missing: 'has no such group' };
  const { [field]: value, count, rangeUsMax } = histogram.summary;
  if (value !== null) return value;
  return { missing: count === 0 ? 'has no sample' : `has it above ${rangeUsMax / 1e6} s, where the histogram ends` };
}

function perRecord({ measured }: Run, amount: number): number | { missing: string } {
  const { acknowledgedRecords } = measured.throughput;
  return acknowledgedRecords > 0 ? amount / acknowledgedRecords : { missing: 'acknowledged no record' };
}

/** Of the acknowledged records; 1 / partitions when they are spread evenly. */
function hottestPartitionShare(run: Run): number | { missing: string } {
  const hottest = hottestPartition(run.measured);
  return hottest === undefined ? { missing: 'does not store the records of each partition' } : hottest.share;
}

function brokerCpu(run: Run): number | { missing: string } {
  const { brokers } = run.measured;
  if (brokers.length === 0) return { missing: 'has brokers whose processes cannot be seen' };
  return perRecord(run, brokers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) * 1e6);
}

/** Of the load workers only: consumers have their own threads. */
function loadCpu(run: Run): number | { missing: string } {
  const workers = run.measured.generator.workers.filter(({ name }) => name.startsWith('load'));
  if (workers.length === 0) return { missing: 'names no load worker' };
  return perRecord(run, workers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) * 1e6);
}

/**
 * The load as a control variate: it does the same work in the same seconds, so that a machine that is slower for a while makes both dearer, and
 * their ratio keeps. Tells a dearer broker under the same load; says nothing where the load's own settings differ.
 */
function brokerPerLoadCpu(run: Run): number | { missing: string } {
  const [brokers, load] = [brokerCpu(run), loadCpu(run)];
  if (typeof brokers !== 'number') return brokers;
  if (typeof load !== 'number') return load;
  return load > 0 ? brokers / load : { missing: 'has a load that used no CPU time' };
}
