/** Values of which a few differ from those before, which stay as they are and are not copied. */
import type { Column } from './column.ts';
import type { ReadValues } from './sheet.ts';

export class ChangedValues {
  readonly #before: ReadValues;
  readonly #changed: Map<string, Column>;

  constructor(before: ReadValues, changed: Iterable<readonly [string, Column]> = []) {
    this.#before = before;
    this.#changed = new Map(changed);
  }

  get(id: string): Column | undefined {
    return this.#changed.get(id) ?? this.#before.get(id);
  }

  set(id: string, value: Column): void {
    this.#changed.set(id, value);
  }
}
