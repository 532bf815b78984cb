/** Results that are no runs, among the runs: one file `<kind>-<id>.json` each, whole or not at all, never overwritten; no run is taken for one. */
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeWholeFile } from './whole-file.ts';

/**
 * micro: `headroom bench-micro` · experiment: variants in blocks, compared · search: the highest sustainable rate · study: how far to trust the comparison ·
 * verification: a plan held against a run. */
const KINDS = ['micro', 'experiment', 'search', 'study', 'verification'] as const;
export type ResultKind = (typeof KINDS)[number];

export function isResultFile(name: string): boolean {
  return resultKindOf(name) !== undefined;
}

/** By the name of its file; undefined for a run. */
export function resultKindOf(path: string): ResultKind | undefined {
  return KINDS.find((kind) => basename(path).startsWith(`${kind}-`));
}

/** Returns the path. Throws FileExistsError when the id is taken. */
export async function writeResult(directory: string, { kind, id, result }: { kind: ResultKind; id: string; result: object }): Promise<string> {
  const path = join(resolve(directory), `${kind}-${id}.json`);
  await writeWholeFile(path, `${JSON.stringify(result, undefined, 1)}\n`);
  return path;
}

/** The text of a result by its file or its name in `directory` (`experiment-20260805-123456-k3x9qd`); undefined where the reference names no result. */
export async function readResultText(directory: string, reference: string): Promise<{ path: string; text: string } | undefined> {
  if (!isResultFile(basename(reference))) return undefined;
  for (const path of [resolve(reference), join(resolve(directory), `${basename(reference, '.json')}.json`)]) {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) return { path, text };
  }
  return undefined;
}
