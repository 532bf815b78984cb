/**
 * Baselines: names for sets of stored runs that later ones are compared with. One file each, changed by nobody but a person: a baseline that
 * follows every run lets a slow loss of 10 % a week pass unseen.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { FileExistsError, writeWholeFile } from './whole-file.ts';

/** Files from before it have none, and mean the same. */
const BASELINE_SCHEMA_VERSION = 1;

export interface Baseline {
  readonly name: string;
  readonly setAt: string;
  readonly runIds: readonly string[];
  /** Why these. */
  readonly note: string;
}

export type StoredBaseline = { readonly kind: 'baseline'; readonly path: string; readonly baseline: Baseline } | { readonly kind: 'damaged'; readonly path: string };

export class BaselineExistsError extends Error {
  override readonly name = 'BaselineExistsError';
}

export class Baselines {
  readonly directory: string;

  /** Stand in a folder of their own among the runs. */
  constructor(runsDirectory: string) {
    this.directory = join(resolve(runsDirectory), 'baselines');
  }

  /** Returns the path. Throws BaselineExistsError for a name that is taken, unless it is to be replaced; RangeError for a bad name. */
  async set(baseline: Baseline, { replaces }: { replaces: boolean }): Promise<string> {
    const path = this.#pathOf(baseline.name);
    const text = `${JSON.stringify({ schemaVersion: BASELINE_SCHEMA_VERSION, ...baseline }, undefined, 1)}\n`;
    if (replaces) await rm(path, { force: true });
    try {
      await writeWholeFile(path, text);
    } catch (error) {
      if (error instanceof FileExistsError) throw new BaselineExistsError(`there is a baseline ${baseline.name} already`, { cause: error });
      throw error;
    }
    return path;
  }

  /** Undefined when there is none of that name. */
  async find(name: string): Promise<StoredBaseline | undefined> {
    return this.#load(this.#pathOf(name));
  }

  /** By name. */
  async list(): Promise<StoredBaseline[]> {
    const names = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const all = await Promise.all(names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort().map((name) => this.#load(join(this.directory, name))));
    return all.filter((each) => each !== undefined);
  }

  /** False when there was none. The runs stay. */
  async remove(name: string): Promise<boolean> {
    const path = this.#pathOf(name);
    if ((await this.#load(path)) === undefined) return false;
    await rm(path);
    return true;
  }

  #pathOf(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new RangeError(`"${name}" cannot name a baseline: letters, digits, dots and dashes`);
    return join(this.directory, `${name}.json`);
  }

  async #load(path: string): Promise<StoredBaseline | undefined> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const baseline = parsed(text);
    return baseline === undefined || baseline.name !== basename(path, '.json') ? { kind: 'damaged', path } : { kind: 'baseline', path, baseline };
  }
}

function parsed(text: string): Baseline | undefined {
  try {
    const value = JSON.parse(text) as (Partial<Baseline> & { schemaVersion?: number }) | null;
    const isWhole = [undefined, BASELINE_SCHEMA_VERSION].includes(value?.schemaVersion) && typeof value?.name === 'string' && typeof value.setAt === 'string' && typeof value.note === 'string' && Array.isArray(value.runIds) && value.runIds.length > 0 && value.runIds.every((id) => typeof id === 'string');
    return isWhole ? (value as Baseline) : undefined;
  } catch {
    return undefined;
  }
}
