/** Results that are no runs, among the runs: one file `<kind>-<id>.json` each, whole or not at all, never overwritten; no run is taken for one. */
import { join, resolve } from 'node:path';
import { writeWholeFile } from './whole-file.ts';

/** micro: `headroom bench-micro` · experiment: variants in blocks, compared · search: the highest sustainable rate · study: how far to trust the comparison. */
const KINDS = ['micro', 'experiment', 'search', 'study'] as const;
export type ResultKind = (typeof KINDS)[number];

export function isResultFile(name: string): boolean {
  return KINDS.some((kind) => name.startsWith(`${kind}-`));
}

/** Returns the path. Throws FileExistsError when the id is taken. */
export async function writeResult(directory: string, { kind, id, result }: { kind: ResultKind; id: string; result: object }): Promise<string> {
  const path = join(resolve(directory), `${kind}-${id}.json`);
  await writeWholeFile(path, `${JSON.stringify(result, undefined, 1)}\n`);
  return path;
}
