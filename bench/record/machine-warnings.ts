/** What of the machine casts doubt on a run: too little of it, others on it, limits that were met, a state that changed meanwhile. */
import { url as inspectorUrl } from 'node:inspector';
import { nativeMissingReason } from '../../engine/native/native.ts';
import { calibrationChanges, changeWords } from '../../results/calibration.ts';
import { bytesText } from '../../results/render/number-text.ts';
import type { RunWarning } from '../../results/run.ts';
import type { WarningInputs } from './warning-inputs.ts';

const UTILIZATION_MAX = 0.9;
const QUOTA_TOLERANCE_CORES = 0.5;
/** Of all processors' time. */
const OTHER_LOAD_SHARE_MAX = 0.1;
const STEAL_SHARE_MAX = 0.02;
/** Of all memory: a few pages that nobody needs lie in swap on many machines and harm nothing. */
const SWAP_USED_SHARE_MAX = 0.01;
const DISK_FREE_SHARE_MIN = 0.05;
const DISK_FREE_BYTES_MIN = 2 * 2 ** 30;

export function* machineWarnings(inputs: WarningInputs): Generator<RunWarning> {
  const { outcome, measured, host, headroom } = inputs;
  if (nativeMissingReason !== undefined) {
    yield {
      code: 'native-missing',
      cause: `the native add-on is not loaded: ${nativeMissingReason}`,
      effect: 'portable files and a portable CRC-32C: brokers and clients are slower than they can be',
      remedy: 'install a C++ compiler and run npm rebuild',
    };
  }
  const seconds = Math.max(1, measured.measureEndSecond - measured.measureStartSecond);
  yield* processorWarnings(inputs, seconds);
  yield* limitWarnings(inputs);
  yield* memoryWarnings(inputs);
  if (outcome.options.target.kind === 'embedded') yield* diskWarnings(inputs);
  yield* driftWarnings(inputs);
  if (inspectorUrl() !== undefined) {
    yield { code: 'inspector-attached', cause: 'the inspector is open in the process that makes the load', effect: 'code runs slower under a debugger or a profiler, and stops at its breakpoints', remedy: 'run without --inspect' };
  }
  if (host.cpuGovernor !== null && host.cpuGovernor !== 'performance') {
    yield { code: 'cpu-governor', cause: `the CPU governor is ${host.cpuGovernor}`, effect: 'the clock rate follows the load', remedy: 'cpupower frequency-set -g performance' };
  }
  if (headroom.isDirty === true) {
    yield { code: 'uncommitted-changes', cause: 'the checkout has changes that are not committed', effect: 'the commit does not say what was measured', remedy: 'commit before a run that is to be kept' };
  }
}

function* processorWarnings({ outcome, measured, host }: WarningInputs, seconds: number): Generator<RunWarning> {
  const isEmbedded = outcome.options.target.kind === 'embedded';
  yield* disturbances(outcome, { seconds, cores: host.coreCount, isEmbedded });
  if (!isEmbedded) return;
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

/** With brokers elsewhere, or next door but not ours, what others do cannot be told from what the target does. */
function* disturbances({ usage: { machine }, machine: { before } }: WarningInputs['outcome'], { seconds, cores, isEmbedded }: { seconds: number; cores: number; isEmbedded: boolean }): Generator<RunWarning> {
  if (machine === undefined) return;
  const busiest = before?.state.busiestProcesses ?? [];
  const [otherCores, stolenCores] = [machine.otherCpuUs / 1e6 / seconds, machine.stolenUs / 1e6 / seconds];
  if (isEmbedded && otherCores > cores * OTHER_LOAD_SHARE_MAX) {
    yield {
      code: 'other-load',
      cause: `processes that have no part in the run used ${otherCores.toFixed(2)} of ${cores} cores`,
      effect: 'brokers and load take turns with them: rates fall and tails grow',
      remedy: busiest.length === 0 ? 'stop them, and run again' : `stop them, and run again; the busiest before the run were ${busiest.map(({ name, cpuCores }) => `${name} (${cpuCores.toFixed(2)} cores)`).join(', ')}`,
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

function* limitWarnings({ outcome: { machine }, host }: WarningInputs): Generator<RunWarning> {
  if (host.cgroupCpuCores !== null && host.cgroupCpuCores < host.coreCount - QUOTA_TOLERANCE_CORES) {
    yield {
      code: 'cpu-quota',
      cause: `a quota allows ${host.cgroupCpuCores} of ${host.coreCount} cores`,
      effect: 'work stops at the end of each period: tails grow',
      remedy: 'run without a CPU quota',
    };
  }
  const [before, after] = [machine.before?.state.cgroup, machine.after?.state.cgroup];
  const throttledUs = growth(before?.cpuThrottledUs, after?.cpuThrottledUs);
  const throttledPeriods = growth(before?.cpuThrottledPeriods, after?.cpuThrottledPeriods);
  if (throttledPeriods > 0) {
    yield {
      code: 'cgroup-throttled',
      cause: `the CPU quota stopped processes in ${throttledPeriods} of ${growth(before?.cpuPeriods, after?.cpuPeriods)} periods, ${(throttledUs / 1e6).toFixed(2)} s in all`,
      effect: 'each stop is tens of milliseconds in which nothing is sent, answered or read: the tail is the quota\'s',
      remedy: 'raise the quota or take it away (cpu.max, docker --cpus, limits.cpu)',
    };
  }
  const limitHits = growth(before?.memoryLimitHits, after?.memoryLimitHits);
  if (limitHits > 0) {
    yield {
      code: 'cgroup-memory-limit',
      cause: `the memory limit of the control group was met ${limitHits} times`,
      effect: 'pages of logs and processes are thrown out and read again: brokers wait for the disk',
      remedy: 'raise the limit (memory.max, docker --memory, limits.memory)',
    };
  }
}

function* memoryWarnings({ outcome: { machine }, host }: WarningInputs): Generator<RunWarning> {
  const swappedPages = growth(machine.before?.state.swappedPages, machine.after?.state.swappedPages);
  const usedBytes = machine.before?.state.swapUsedBytes ?? 0;
  if (swappedPages === 0 && usedBytes <= host.memoryBytes * SWAP_USED_SHARE_MAX) return;
  yield {
    code: 'swap-in-use',
    cause: swappedPages > 0 ? `${swappedPages} pages went to swap or came from it during the run` : `${bytesText(usedBytes)} lay in swap when the run began`,
    effect: 'a thread that needs such a page stands still until the disk has it',
    remedy: 'free memory, or run with swap off (swapoff -a)',
  };
}

function* diskWarnings({ outcome: { machine }, host }: WarningInputs): Generator<RunWarning> {
  if (host.filesystem === 'tmpfs' || host.filesystem === 'ramfs') {
    yield {
      code: 'logs-in-memory',
      cause: `the logs lie on ${host.filesystem}, which is memory`,
      effect: 'writing and syncing cost next to nothing: a disk would be slower, and acknowledged records do not survive a power cut even when synced',
      remedy: 'name a folder on a disk with --data-dir',
    };
  }
  const free = machine.after?.state.diskFreeBytes ?? machine.before?.state.diskFreeBytes ?? null;
  const sizeBytes = host.disk?.sizeBytes ?? null;
  if (free === null || sizeBytes === null || free >= Math.min(DISK_FREE_BYTES_MIN, sizeBytes / 2) && free >= sizeBytes * DISK_FREE_SHARE_MIN) return;
  yield {
    code: 'low-disk-space',
    cause: `${bytesText(free)} of ${bytesText(sizeBytes)} are free where the logs lie`,
    effect: 'file systems slow down when nearly full, and a full one takes the brokers\' logs offline',
    remedy: 'free space, or name another folder with --data-dir',
  };
}

/** Faster at the end is drift as well: then the beginning was disturbed. */
function* driftWarnings({ outcome: { machine } }: WarningInputs): Generator<RunWarning> {
  const drifts = calibrationChanges(machine.before?.calibration, machine.after?.calibration).filter(({ isDrift }) => isDrift);
  if (drifts.length === 0) return;
  yield {
    code: 'machine-drifted',
    cause: `after the run the same work took another time than before it: ${drifts.map(changeWords).join(', ')}`,
    effect: 'the machine changed under the measurement: its figures belong to neither state',
    remedy: 'look for heat, other machines on the host, or a job that began or ended meanwhile; run again, in blocks for a comparison',
  };
}

function growth(from: number | null | undefined, to: number | null | undefined): number {
  return from === null || from === undefined || to === null || to === undefined ? 0 : to - from;
}
