/** From running totals by error name, looked at now and then, to what each second added. */
export class ErrorsBySecond {
  readonly #seconds: Record<string, number>[] = [];
  #before: Readonly<Record<string, number>> = {};

  note(second: number, totals: Readonly<Record<string, number>>): void {
    for (const [name, total] of Object.entries(totals)) {
      const added = total - (this.#before[name] ?? 0);
      if (added === 0) continue;
      const counts = (this.#seconds[second] ??= {});
      counts[name] = (counts[name] ?? 0) + added;
    }
    this.#before = { ...totals };
  }

  /** Without holes. */
  toArray(): Record<string, number>[] {
    return Array.from(this.#seconds, (counts) => counts ?? {});
  }
}
