/**
 * One clock for all threads of this host: microseconds of the monotonic clock, read through the cheap `performance.now()` of the
 * calling thread (whose own zero differs from thread to thread), and their place on the wall clock, fixed once a run by the main thread.
 * Resolution: 1 us is what is kept; the clock itself steps by nanoseconds.
 */

export interface HostTime {
  /** Microseconds since the load's start, with a fraction; negative before it. */
  sinceStartUs(): number;
  /** Microseconds since the epoch for a time of `sinceStartUs`. */
  epochUs(sinceStartUs: number): number;
  /** Microseconds since the load's start for a reading of this thread's `performance.now()`. */
  fromPerformanceMs(nowMs: number): number;
}

/** What the main thread fixes and the workers take over. */
export interface HostTimeOrigin {
  /** Monotonic microseconds (process.hrtime) at which the load starts. */
  readonly startMonotonicUs: number;
  /** Wall clock microseconds of that moment, whole. */
  readonly startEpochUs: number;
}

export function hostMonotonicUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1000;
}

export function wallOffsetUs(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000 - hostMonotonicUs());
}

export function hostTimeFrom(origin: HostTimeOrigin): HostTime {
  const offsetUs = threadOffsetUs() - origin.startMonotonicUs;
  return {
    sinceStartUs: () => performance.now() * 1000 + offsetUs,
    epochUs: (sinceStartUs) => origin.startEpochUs + sinceStartUs,
    fromPerformanceMs: (nowMs) => nowMs * 1000 + offsetUs,
  };
}

/** hrtime minus performance.now() of this thread: the pair that was read closest together. */
function threadOffsetUs(): number {
  let best = { gapUs: Number.POSITIVE_INFINITY, offsetUs: 0 };
  for (let i = 0; i < 8; i++) {
    const before = hostMonotonicUs();
    const nowUs = performance.now() * 1000;
    const after = hostMonotonicUs();
    if (after - before < best.gapUs) best = { gapUs: after - before, offsetUs: (before + after) / 2 - nowUs };
  }
  return best.offsetUs;
}
