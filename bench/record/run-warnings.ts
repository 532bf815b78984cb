/** What an expert would hold against the numbers of a run: each with its cause, its effect and the way out. */
import type { RunWarning } from '../../results/run.ts';
import type { InFlightUse } from '../load/in-flight-meter.ts';
import { machineWarnings } from './machine-warnings.ts';
import type { WarningInputs } from './warning-inputs.ts';

const UTILIZATION_MAX = 0.9;
const SCHEDULE_DELAY_SHARE_MAX = 0.5;
const ACHIEVED_SHARE_MIN = 0.99;
/** Of what was asked for. */
const COMPRESSION_RATIO_TOLERANCE = 0.08;
const SAMPLES_ABOVE_P999_MIN = 100;
const LITTLE_MISMATCH_MAX = 0.05;

export function runWarnings(inputs: WarningInputs): RunWarning[] {
  return [...machineWarnings(inputs), ...loadWarnings(inputs), ...groupWarnings(inputs), ...bookkeepingWarnings(inputs), ...inputs.outcome.warnings.map(noted)];
}

function* loadWarnings({ outcome, measured }: WarningInputs): Generator<RunWarning> {
  const { throughput, latency, generator } = measured;
  const isOpen = outcome.options.load.kind !== 'closed';
  const [publishP99, delayP99] = [latency.publish.summary.p99Us, latency.scheduleDelay.summary.p99Us];
  const busiest = generator.workers.filter(({ name }) => name.startsWith('load')).toSorted((a, b) => b.utilization - a.utilization)[0];
  const isLate = isOpen && publishP99 !== null && delayP99 !== null && publishP99 > 0 && delayP99 > publishP99 * SCHEDULE_DELAY_SHARE_MAX;
  if (isOpen && ((busiest !== undefined && busiest.utilization > UTILIZATION_MAX) || isLate)) {
    yield {
      code: 'generator-saturated',
      cause: busiest !== undefined && busiest.utilization > UTILIZATION_MAX ? `${busiest.name} was busy ${Math.round(busiest.utilization * 100)} % of the time` : 'the load workers were late themselves: more than half of the tail is their own delay',
      effect: "publish latency includes the generator's own lateness",
      remedy: 'use --workers 2, a machine with more cores, or a lower --rate',
    };
  }
  if (throughput.offeredPerSecond !== null && !outcome.isPartial && outcome.options.faults.length === 0 && throughput.achievedPerSecond < throughput.offeredPerSecond * ACHIEVED_SHARE_MIN) {
    yield {
      code: 'rate-not-reached',
      cause: `${Math.round(throughput.achievedPerSecond)} of ${Math.round(throughput.offeredPerSecond)} records/s were acknowledged`,
      effect: 'the target is beyond its limit: latency grows with the length of the run and says nothing',
      remedy: 'lower --rate',
    };
  }
  if (throughput.total.unsentRecords > 0 && !outcome.isPartial) {
    yield { code: 'unsent-records', cause: `${throughput.total.unsentRecords} records that were due were never sent`, effect: 'their latency is not in the histograms', remedy: 'lower --rate' };
  }
  const { workload } = outcome.options;
  const wanted = 'compressionRatio' in workload ? workload.compressionRatio : undefined;
  if (wanted !== undefined && throughput.compressionRatio !== null && Math.abs(throughput.compressionRatio / wanted - 1) > COMPRESSION_RATIO_TOLERANCE) {
    yield {
      code: 'compression-ratio-missed',
      cause: `batches compressed ${throughput.compressionRatio.toFixed(2)} times, and ${wanted} was asked for`,
      effect: 'bytes on the wire and on disk are those of other records; batches were not as large as in the trial before the run',
      remedy: 'a longer linger.ms or a higher rate fills the batches; or set --random-bytes-ratio by hand',
    };
  }
  const samples = latency.publish.summary.count;
  if (samples > 0 && samples / 1000 < SAMPLES_ABOVE_P999_MIN) {
    yield { code: 'few-samples', cause: `${samples} records were measured`, effect: 'p99.9 rests on fewer than 100 of them', remedy: 'use a longer --duration' };
  }
}

function* groupWarnings({ outcome, measured }: WarningInputs): Generator<RunWarning> {
  if (outcome.isPartial) return;
  for (const { name, lagRecordsFinal, recordsPerSecond } of measured.groups) {
    if (lagRecordsFinal <= recordsPerSecond) continue;
    yield {
      code: 'group-behind',
      cause: `group ${name} ended ${lagRecordsFinal} records behind`,
      effect: 'its end-to-end latency grows with the length of the run',
      remedy: 'give it more members, or a lower --rate',
    };
  }
}

/**
 * Little's law: records in flight = their rate x their mean latency. The left side comes from counting, the right side from the histograms.
 * Those in flight at the window's edges belong to it with a part of their latency only, which bounds how far the two may lie apart.
 */
function* bookkeepingWarnings({ outcome, measured }: WarningInputs): Generator<RunWarning> {
  const { publish, scheduleDelay } = measured.latency;
  const { count, meanUs, maxUs } = publish.summary;
  if (outcome.isPartial || meanUs === null || maxUs === null || scheduleDelay.summary.meanUs === null) return;
  const sum = (valueOf: (use: InFlightUse) => number): number => outcome.loads.reduce((total, load) => total + valueOf(load.measured.inFlight), 0);
  const byLatencyUs = count * (meanUs - scheduleDelay.summary.meanUs);
  const byCountUs = sum(({ recordUs }) => recordUs);
  const edgesUs = sum(({ startRecords, endRecords }) => startRecords + endRecords) * maxUs;
  // The histograms keep three digits; below 100 microseconds their steps are no longer small against the mean.
  const roundingUs = count * 1;
  if (Math.abs(byCountUs - byLatencyUs) <= LITTLE_MISMATCH_MAX * Math.max(byCountUs, byLatencyUs) + edgesUs + roundingUs) return;
  const seconds = Math.max(1, measured.measureEndSecond - measured.measureStartSecond);
  const mean = (recordUs: number): number => Math.round(recordUs / (seconds * 1e6));
  yield {
    code: 'bookkeeping-mismatch',
    cause: `${mean(byCountUs)} records were in flight on average by counting, but rate times mean latency gives ${mean(byLatencyUs)} (Little's law)`,
    effect: 'counts or latencies of this run are wrong: nothing in it can be relied on',
    remedy: 'this is a fault of headroom: report it with the stored run',
  };
}

function noted(sentence: string): RunWarning {
  return { code: 'noted', cause: sentence, effect: 'see the figures', remedy: 'none needed if this was expected' };
}
