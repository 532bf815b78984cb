/**
 * How V8 collects garbage in brokers and in what makes load. Without helper threads: both share the cores, and waiting for a helper that has none is a
 * pause of tens of milliseconds, which would count as the target's. With room from the start: beside a large young generation a small old one is always
 * near its limit, and is marked again every half a second in a broker (8 % of its processor time, in phases of 40 ms that slow every answer), every fifth
 * of a second in a load thread (p99 of the schedule delay 3 ms instead of 1).
 */
import { setFlagsFromString } from 'node:v8';

export const COLLECTOR_FLAGS = ['--single-threaded-gc', '--initial-heap-size=256'] as const;

/** For threads that are started after this. */
export function collectSteadily(): void {
  for (const flag of COLLECTOR_FLAGS) setFlagsFromString(flag);
}
