/** What processes with no part in a measurement take of the processors, over a short while. Linux counts in steps of 10 ms. */
import { readMachineUsage, readProcessUsage } from '../process-usage.ts';
import type { MachineFiles } from './machine-files.ts';

export interface OtherProcesses {
  readonly otherCpuCores: number | null;
  readonly busiestProcesses: readonly { readonly name: string; readonly cpuCores: number }[];
}

const NAMED_MAX = 3;
/** Less is the counter's step. */
const NAMED_CORES_MIN = 0.05;

export class OtherProcessesMeter {
  readonly #files: MachineFiles;
  readonly #startMs = performance.now();
  readonly #machineStart = readMachineUsage();
  readonly #startUsByPid: ReadonlyMap<number, number>;
  readonly #ownStartUs = ownCpuUs();

  constructor(files: MachineFiles) {
    this.#files = files;
    this.#startUsByPid = this.#cpuUsByPid();
  }

  /** `partUs`: CPU time of helpers of the measurement that have ended since. */
  finish(partUs: number): OtherProcesses {
    const elapsedUs = (performance.now() - this.#startMs) * 1000;
    const machineEnd = readMachineUsage();
    if (this.#machineStart === undefined || machineEnd === undefined) return { otherCpuCores: null, busiestProcesses: [] };
    const busyUs = machineEnd.busyUs - this.#machineStart.busyUs;
    const otherUs = Math.max(0, busyUs - partUs - (ownCpuUs() - this.#ownStartUs));
    return { otherCpuCores: otherUs / elapsedUs, busiestProcesses: this.#busiest(elapsedUs) };
  }

  /** One that began meanwhile counts from zero. */
  #busiest(elapsedUs: number): OtherProcesses['busiestProcesses'] {
    const used = [...this.#cpuUsByPid()].map(([pid, cpuUs]) => ({ pid, cpuCores: (cpuUs - (this.#startUsByPid.get(pid) ?? 0)) / elapsedUs }));
    const largest = used.filter(({ cpuCores }) => cpuCores >= NAMED_CORES_MIN).toSorted((a, b) => b.cpuCores - a.cpuCores).slice(0, NAMED_MAX);
    return largest.map(({ pid, cpuCores }) => ({ name: this.#files.text(`proc/${pid}/comm`) ?? String(pid), cpuCores }));
  }

  #cpuUsByPid(): Map<number, number> {
    const pids = this.#files.names('proc').filter((name) => /^\d+$/.test(name)).map(Number);
    return new Map(pids.flatMap((pid): [number, number][] => {
      const usage = pid === process.pid ? undefined : readProcessUsage(pid);
      return usage === undefined ? [] : [[pid, usage.cpuUs]];
    }));
  }
}

function ownCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
