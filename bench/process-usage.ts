/** CPU time and memory of a process by its id, from /proc; undefined where there is no /proc or no such process. */
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** User and system time since its start, microseconds; the kernel counts in steps of 10 ms. */
  readonly cpuUs: number;
  readonly rssBytes: number;
}

/** USER_HZ, the unit of /proc/<pid>/stat: 100 on every Linux that Node runs on (man 5 proc). */
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
