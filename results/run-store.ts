/**
 * The folder of runs: one file `<id>.json` each. A file appears whole or not at all and is never overwritten, also with several writers.
 * A damaged file is an answer, not an exception; only the folder itself being unreadable or unwritable throws.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isResultFile } from './result-store.ts';
import type { Run } from './run.ts';
import { FileExistsError, writeWholeFile } from './whole-file.ts';

export const DEFAULT_RUNS_DIRECTORY = join('results', 'runs');

export type StoredRun =
  | { readonly kind: 'run'; readonly path: string; readonly run: Run }
  | { readonly kind: 'damaged'; readonly path: string; readonly problems: readonly string[] };

export type FoundRun = StoredRun | { readonly kind: 'missing'; readonly reason: string };

/** `20260805-123456-k3x9qd`: sorts by time, no two alike. */
export function newRunId(startedAt: Date): string {
  const digits = startedAt.toISOString().replaceAll(/[-:]/g, '').slice(0, 15).replace('T', '-');
  const random = Array.from(randomBytes(6), (byte) => ID_LETTERS[byte & 31]).join('');
  return `${digits}-${random}`;
}

/** 32 letters and digits that are not taken for each other. */
const ID_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

export class RunStore {
  readonly directory: string;

  constructor(directory: string = DEFAULT_RUNS_DIRECTORY) {
    this.directory = resolve(directory);
  }

  /** Returns the path. Throws RunExistsError when the id is taken. */
  async write(run: Run): Promise<string> {
    const path = this.pathOf(run.id);
    try {
      await writeWholeFile(path, serializeRun(run));
    } catch (error) {
      if (error instanceof FileExistsError) throw new RunExistsError(`a run is stored already at ${path}`, { cause: error });
      throw error;
    }
    return path;
  }

  pathOf(id: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id)) throw new RangeError(`"${id}" cannot name a run`);
    return join(this.directory, `${id}.json`);
  }

  /** Newest first. */
  async ids(): Promise<string[]> {
    let names: string[];
    try {
      names = await readdir(this.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    const ids = names.filter((name) => name.endsWith('.json') && !name.startsWith('.') && !isResultFile(name)).map((name) => basename(name, '.json'));
    return ids.sort().reverse();
  }

  /** Newest first, damaged ones included. */
  async list(): Promise<StoredRun[]> {
    const runs: StoredRun[] = [];
    for (const id of await this.ids()) runs.push(await loadRunFile(join(this.directory, `${id}.json`)));
    return runs;
  }

  /** `latest` (or nothing), an id, the unambiguous beginning or end of an id, or the path of a file. */
  async find(reference: string = 'latest'): Promise<FoundRun> {
    const ids = await this.ids();
    if (reference === 'latest') {
      const [latest] = ids;
      return latest === undefined ? { kind: 'missing', reason: `no run is stored in ${this.directory}` } : loadRunFile(join(this.directory, `${latest}.json`));
    }
    if (ids.includes(reference)) return loadRunFile(join(this.directory, `${reference}.json`));
    if (existsSync(reference)) return loadRunFile(resolve(reference));
    const matches = ids.filter((id) => id.startsWith(reference) || id.endsWith(reference));
    const [only] = matches;
    if (only !== undefined && matches.length === 1) return loadRunFile(join(this.directory, `${only}.json`));
    const reason = matches.length === 0 ? `neither a run in ${this.directory} nor a file` : `${matches.length} runs begin or end so: ${matches.slice(0, 4).join(', ')}`;
    return { kind: 'missing', reason: `"${reference}": ${reason}` };
  }
}

export class RunExistsError extends Error {
  override readonly name = 'RunExistsError';
  readonly code = 'EEXIST';
}

/** Rejects only when the file cannot be opened or read. */
export async function loadRunFile(path: string): Promise<StoredRun> {
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'damaged', path, problems: [text.trim() === '' ? 'the file is empty' : `not JSON: ${(error as Error).message}`] };
  }
  const { validateRun } = await import('./run-schema.ts');
  const validation = validateRun(value);
  return validation.kind === 'valid' ? { kind: 'run', path, run: validation.run } : { kind: 'damaged', path, problems: validation.problems };
}

export function serializeRun(run: Run): string {
  return `${JSON.stringify(run, undefined, 1)}\n`;
}
