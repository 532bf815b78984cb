/**
 * One hashed timer wheel for all parked requests: arming and disarming cost a set operation, not a timer.
 * Resolution TICK_MS; never early, late by up to two ticks.
 */
import type { Clock, Timer } from '../environment.ts';

const TICK_MS = 5;
const SLOT_COUNT = 512;

export interface WheelEntry {
  readonly deadlineMs: number;
  readonly onExpire: () => void;
}

export class TimerWheel {
  readonly #clock: Clock;
  readonly #slots: Set<WheelEntry>[] = Array.from({ length: SLOT_COUNT }, () => new Set<WheelEntry>());
  #count = 0;
  #tick = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  arm(delayMs: number, onExpire: () => void): WheelEntry {
    const nowMs = this.#clock.monotonicMs();
    const entry = { deadlineMs: nowMs + Math.max(0, delayMs), onExpire };
    if (this.#count === 0) this.#tick = Math.floor(nowMs / TICK_MS);
    this.#slotOf(entry).add(entry);
    this.#count++;
    this.#timer ??= this.#clock.setTimer(TICK_MS, () => this.#advance());
    return entry;
  }

  /** No effect on an entry that has expired or was disarmed. */
  disarm(entry: WheelEntry): void {
    if (this.#slotOf(entry).delete(entry)) this.#count--;
  }

  close(): void {
    this.#timer?.cancel();
    for (const slot of this.#slots) slot.clear();
    this.#count = 0;
  }

  #slotOf(entry: WheelEntry): Set<WheelEntry> {
    return this.#slots[Math.ceil(entry.deadlineMs / TICK_MS) % SLOT_COUNT] as Set<WheelEntry>;
  }

  #advance(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    const target = Math.floor(nowMs / TICK_MS);
    // After a long stall one turn of the wheel visits every slot.
    const first = Math.max(this.#tick, target - SLOT_COUNT + 1);
    const due: WheelEntry[] = [];
    for (let tick = first; tick <= target; tick++) {
      for (const entry of this.#slots[tick % SLOT_COUNT] as Set<WheelEntry>) if (entry.deadlineMs <= nowMs) due.push(entry);
    }
    this.#tick = target;
    for (const entry of due) {
      this.disarm(entry);
      entry.onExpire();
    }
    if (this.#count > 0) this.#timer ??= this.#clock.setTimer(TICK_MS, () => this.#advance());
  }
}
