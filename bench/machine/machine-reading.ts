/** The state of the machine and its speed at fixed work at one moment, outside of any measured window; takes some 0.3 s. */
import type { MachineReading } from '../../results/host-record.ts';
import { calibrate } from './calibration.ts';
import { cgroupCounters } from './cgroup-facts.ts';
import { diskFreeBytes, nearestFolder } from './disk-facts.ts';
import { MachineFiles } from './machine-files.ts';
import { memoryState } from './memory-facts.ts';
import { OtherProcessesMeter } from './other-processes.ts';
import { cpuMhzMean } from './processor-facts.ts';

/** `dataDirectory` undefined: the data are on other machines. */
export async function readMachine(dataDirectory: string | undefined, files = new MachineFiles()): Promise<MachineReading> {
  const [one, five, fifteen] = (files.text('proc/loadavg') ?? '').split(' ').map(Number);
  const others = new OtherProcessesMeter(files);
  const directory = dataDirectory === undefined ? null : nearestFolder(dataDirectory);
  const answer = await calibrate({ directory });
  // Without an answer it is not known what the calibration itself used.
  const { otherCpuCores, busiestProcesses } = answer === undefined ? { otherCpuCores: null, busiestProcesses: [] } : others.finish(answer.cpuUs);
  return {
    state: {
      loadAverages: one === undefined || five === undefined || fifteen === undefined ? null : [one, five, fifteen],
      otherCpuCores,
      busiestProcesses,
      cpuMhzMean: cpuMhzMean(files),
      ...memoryState(files),
      diskFreeBytes: directory === null ? null : diskFreeBytes(directory),
      cgroup: cgroupCounters(files),
    },
    calibration: answer?.calibration ?? null,
  };
}
