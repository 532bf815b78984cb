/** What an expert would hold against the numbers of a run: each with its cause, its effect and the way out. */
import { nativeMissingReason } from '../../engine/native/native.ts';
import type { HeadroomVersion, HostRecord, Measured, RunWarning } from '../../results/run.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';

const UTILIZATION_MAX = 0.9;
const SCHEDULE_DELAY_SHARE_MAX = 0.5;
const ACHIEVED_SHARE_MIN = 0.99;
const SAMPLES_ABOVE_P999_MIN = 100;
const QUOTA_TOLERANCE_CORES = 0.5;
/** Of all processors' time. */
const OTHER_LOAD_SHARE_MAX = 0.1;
const STEAL_SHARE_MAX = 0.02;

export interface WarningInputs {
  readonly outcome: ExperimentOutcome;
  readonly measured: Measured;
  readonly host: HostRecord;
  readonly headroom: HeadroomVersion;
}

export function runWarnings(inputs: WarningInputs): RunWarning[] {
  return [...machineWarnings(inputs), ...loadWarnings(inputs), ...groupWarnings(inputs), ...inputs.outcome.warnings.map(noted)];
}

function* machineWarnings({ outcome, measured, host, headroom }: WarningInputs): Generator<RunWarning> {
  if (nativeMissingReason !== undefined) {
    yield {
      code: 'native-missing',
      cause: `the native add-on is not loaded: ${nativeMissingReason}`,
      effect: 'portable files and a portable CRC-32C: brokers and clients are slower than they can be',
      remedy: 'install a C++ compiler and run npm rebuild',
    };
  }
  const seconds = Math.max(1, measured.measureEndSecond - measured.measureStartSecond);
  yield* disturbances(outcome.usage.machine, { seconds, cores: host.coreCount, isEmbedded: outcome.options.target.kind === 'embedded' });
  if (outcome.options.target.kind === 'embedded') {
    const coresUsed = measured.generator.cpuSeconds / seconds + measured.brokers.reduce((sum, { cpuCoresMean }) => sum + cpuCoresMean, 0);
    const cores = host.cgroupCpuCores ?? host.coreCount;
    if (coresUsed > cores * UTILIZATION_MAX) {
      yield {
        code: 'machine-saturated',
        cause: `load, consumers and brokers together used ${coresUsed.toFixed(2)} of ${cores} cores`,
        effect: 'they wait for each other: latencies are those of a full machine',
        remedy: 'lower --rate, or drive brokers on other machines with --bootstrap',
      };
    }
  }
  if (host.cgroupCpuCores !== null && host.cgroupCpuCores < host.coreCount - QUOTA_TOLERANCE_CORES) {
    yield {
      code: 'cpu-quota',
      cause: `a quota allows ${host.cgroupCpuCores} of ${host.coreCount} cores`,
      effect: 'work stops at the end of each period: tails grow',
      remedy: 'run without a CPU quota',
    };
  }
  if (host.cpuGovernor !== null && host.cpuGovernor !== 'performance') {
    yield { code: 'cpu-governor', cause: `the CPU governor is ${host.cpuGovernor}`, effect: 'the clock rate follows the load', remedy: 'cpupower frequency-set -g performance' };
  }
  if (headroom.isDirty === true) {
    yield { code: 'uncommitted-changes', cause: 'the checkout has changes that are not committed', effect: 'the commit does not say what was measured', remedy: 'commit before a run that is to be kept' };
  }
}

/** With brokers elsewhere, or next door but not ours, what others do cannot be told from what the target does. */
function* disturbances(machine: ExperimentOutcome['usage']['machine'], { seconds, cores, isEmbedded }: { seconds: number; cores: number; isEmbedded: boolean }): Generator<RunWarning> {
  if (machine === undefined) return;
  const [otherCores, stolenCores] = [machine.otherCpuUs / 1e6 / seconds, machine.stolenUs / 1e6 / seconds];
  if (isEmbedded && otherCores > cores * OTHER_LOAD_SHARE_MAX) {
    yield {
      code: 'other-load',
      cause: `processes that have no part in the run used ${otherCores.toFixed(2)} of ${cores} cores`,
      effect: 'brokers and load take turns with them: rates fall and tails grow',
      remedy: 'stop them, and run again',
    };
  }
  if (stolenCores > cores * STEAL_SHARE_MAX) {
    yield {
      code: 'cpu-steal',
      cause: `the hypervisor gave ${stolenCores.toFixed(2)} of ${cores} cores to other machines`,
      effect: 'everything stands still meanwhile: tails grow',
      remedy: 'run on a machine of its own, or again at another time',
    };
  }
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

function noted(sentence: string): RunWarning {
  return { code: 'noted', cause: sentence, effect: 'see the figures', remedy: 'none needed if this was expected' };
}
