/**
 * The real clock. Timers are unref'd: a parked request never keeps a finished process alive.
 * `defer` is a microtask: it runs when the I/O callback that called it (all frames of one socket read) has
 * returned, before the next socket is handled. A deferred callback that defers again runs in the same drain.
 */
import type { Clock } from '../environment.ts';

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export function createHostClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    setTimer(delayMs, callback) {
      // Node fires a longer timeout at once (32-bit milliseconds); 24.8 days stand for "later" here.
      const timer = setTimeout(callback, Math.min(delayMs, LONGEST_TIMEOUT_MS));
      timer.unref();
      return { cancel: () => clearTimeout(timer) };
    },
    defer: (callback) => queueMicrotask(callback),
    giveWay: (callback) => setImmediate(callback),
  };
}
