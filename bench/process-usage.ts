/** CPU time and memory of a process by its id, and of the machine, from /proc; undefined where there is no /proc or no such process. */
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** User and system time since its start, microseconds; the kernel counts in steps of 10 ms. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** All processors together. */
export interface MachineUsage {
  /** In processes, the kernel and interrupts, since the machine's start, microseconds. */
  readonly busyUs: number;
  /** Wanted, but given to other machines by the hypervisor. */
  readonly stolenUs: number;
}

/** USER_HZ, the unit of /proc/<pid>/stat and /proc/stat: 100 on every Linux that Node runs on (man 5 proc). */
const TICK_US = 10_000;

export function readProcessUsage(pid: number): ProcessUsage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    // The command name may hold spaces and brackets: fields are counted behind its closing one. utime and stime are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const rssKib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    return { cpuUs: (Number(fields[11]) + Number(fields[12])) * TICK_US, rssBytes: Number(rssKib ?? 0) * 1024 };
  } catch {
    return undefined;
  }
}

export function readMachineUsage(): MachineUsage | undefined {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
    // cpu  user nice system idle iowait irq softirq steal (guest time is in user's already)
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(/\s+/).slice(1).map(Number);
    return { busyUs: (user + nice + system + irq + softirq) * TICK_US, stolenUs: steal * TICK_US };
  } catch {
    return undefined;
  }
}
