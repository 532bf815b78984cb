/**
 * What wakes a thread when its next record is due: a timer of microseconds where the add-on has one, else Node's, which counts whole
 * milliseconds. One wake-up at a time.
 */
import { native } from '../../engine/native/native.ts';
import type { Promptness } from './load-messages.ts';

/** The shortest slice that the kernel takes is 100 us. */
const SLICE_US = 100;

export interface WakeUp {
  /** Calls back once, in about `delayUs`; a later call replaces an earlier one. */
  after(delayUs: number): void;
  close(): void;
}

export function createWakeUp(callback: () => void): WakeUp {
  if (native?.openAlarm === undefined) return timeoutWakeUp(callback);
  const { setAlarm, closeAlarm } = native;
  const alarm = native.openAlarm(callback);
  return { after: (delayUs) => setAlarm?.(alarm, delayUs), close: () => closeAlarm?.(alarm) };
}

const PROMPTNESS: readonly Promptness[] = ['default', 'shortSlices', 'realTime'];

/**
 * Asks for the calling thread. In real time only when told: a thread that never sleeps would keep a processor from the brokers for itself.
 */
export function askForPromptness({ mayBeRealTime }: { mayBeRealTime: boolean }): Promptness {
  return PROMPTNESS[native?.bePrompt(mayBeRealTime, SLICE_US) ?? 0] as Promptness;
}

function timeoutWakeUp(callback: () => void): WakeUp {
  let timer: NodeJS.Timeout | undefined;
  return {
    after(delayUs) {
      clearTimeout(timer);
      timer = setTimeout(callback, delayUs / 1000);
    },
    close: () => clearTimeout(timer),
  };
}
