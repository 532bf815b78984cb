/** What both kinds of OpenMessaging Benchmark files share: reading their fields one by one, so that none is left over without a word. */
import { nearestName } from '../file/nearest-name.ts';
import { ExperimentFileError, plainValue, placeOf, readYamlTree, type TreeMap } from '../file/yaml-tree.ts';

/** Throws ExperimentFileError for a key that is neither known nor refused; its reason for one that is refused. */
export class OmbFields {
  readonly tree: TreeMap;
  readonly notes: string[] = [];

  constructor(text: string, { known, refused }: { known: readonly string[]; refused: Readonly<Record<string, string>> }) {
    this.tree = readYamlTree(text);
    for (const { key, keyPlace } of this.tree.entries) {
      const reason = refused[key];
      if (reason !== undefined) throw new ExperimentFileError(`${key} cannot be honoured: ${reason}`, keyPlace);
      if (known.includes(key)) continue;
      const nearest = nearestName(key, known);
      throw new ExperimentFileError(`${key}: unknown key; ${nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`}`, keyPlace);
    }
  }

  has(key: string): boolean {
    return this.tree.entries.some((entry) => entry.key === key);
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') this.fail(key, 'must be a word');
    return String(value);
  }

  number(key: string, options: { preset?: number; integer?: boolean } = {}): number {
    const value = this.#value(key) ?? options.preset;
    if (value === undefined) throw new ExperimentFileError(`${key} is missing`, this.tree.place);
    if (typeof value !== 'number' || value < 0 || (options.integer === true && !Number.isInteger(value))) this.fail(key, `must be a ${options.integer === true ? 'whole ' : ''}number from 0 up`);
    return value;
  }

  /** A map of numbers from 0 up; undefined: it is not there. */
  numbers(key: string): Record<string, number> | undefined {
    const value = this.#value(key);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) this.fail(key, 'must be a map, as {"0-256": 234}');
    for (const [name, each] of Object.entries(value)) if (typeof each !== 'number' || !(each >= 0)) this.fail(key, `${name} must have a number from 0 up`);
    return value as Record<string, number>;
  }

  flag(key: string): boolean {
    const value = this.#value(key) ?? false;
    if (typeof value !== 'boolean') this.fail(key, 'must be true or false');
    return value;
  }

  fail(key: string, message: string): never {
    throw new ExperimentFileError(`${key}: ${message}`, placeOf(this.tree, [key]));
  }

  #value(key: string): unknown {
    const entry = this.tree.entries.find((each) => each.key === key);
    return entry === undefined ? undefined : plainValue(entry.value);
  }
}
