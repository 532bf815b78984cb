/** A count by whole second since the load's start. */
export class PerSecond {
  readonly #counts: number[] = [];

  /** Times before the start count to second 0. */
  add(timeUs: number, amount: number): void {
    const second = Math.max(0, Math.floor(timeUs / 1e6));
    this.#counts[second] = (this.#counts[second] ?? 0) + amount;
  }

  set(timeUs: number, value: number): void {
    this.#counts[Math.max(0, Math.floor(timeUs / 1e6))] = value;
  }

  /** A second that nothing was set in has the value of the one before: of what is looked at now and then, as a lag is. */
  toHeldArray(): number[] {
    let last = 0;
    return Array.from(this.#counts, (value) => (last = value ?? last));
  }

  /** Without holes. */
  toArray(): number[] {
    return Array.from(this.#counts, (count) => count ?? 0);
  }
}
