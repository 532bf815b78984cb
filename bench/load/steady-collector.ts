/**
 * How V8 collects garbage in a process that makes load. Without helper threads: they would be waited for whenever all cores are busy, and pauses of tens
 * of milliseconds would count as the target's. With room from the start: beside a large young generation a small old one is always near its limit, and
 * is marked again every fifth of a second (p99 of the schedule delay 3 ms instead of 1).
 */
import { setFlagsFromString } from 'node:v8';

export const COLLECTOR_FLAGS = ['--single-threaded-gc', '--initial-heap-size=256'] as const;

/** For threads that are started after this. */
export function collectSteadily(): void {
  for (const flag of COLLECTOR_FLAGS) setFlagsFromString(flag);
}
