/** CPU time and event loop use of the calling thread between two moments of the load's clock. */
import type { HostTime } from './host-time.ts';

export interface ThreadUse {
  readonly threadCpuUs: number;
  /** Share of the time in which the event loop was busy, 0 to 1. */
  readonly utilization: number;
}

export class ThreadMeter {
  #timers: NodeJS.Timeout[] = [];
  #cpuBefore = threadCpuUs();
  #loopBefore = performance.eventLoopUtilization();
  #use: ThreadUse | undefined;

  /** Reads the meters when the window begins and ends; both in microseconds since the load's start. */
  schedule(time: HostTime, window: { startUs: number; endUs: number }): void {
    const at = (us: number, read: () => void): void => {
      this.#timers.push(setTimeout(read, Math.max(0, (us - time.sinceStartUs()) / 1000)));
    };
    at(window.startUs, () => {
      this.#cpuBefore = threadCpuUs();
      this.#loopBefore = performance.eventLoopUtilization();
    });
    at(window.endUs, () => {
      this.#use = this.#read();
    });
  }

  /** Of the whole window, or up to now when it was cut short. */
  finish(): ThreadUse {
    for (const timer of this.#timers) clearTimeout(timer);
    return this.#use ?? this.#read();
  }

  #read(): ThreadUse {
    const { utilization } = performance.eventLoopUtilization(this.#loopBefore);
    return { threadCpuUs: threadCpuUs() - this.#cpuBefore, utilization };
  }
}

function threadCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
