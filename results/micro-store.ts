/** Results of `headroom bench-micro` among the runs: one file `micro-<id>.json` each, whole or not at all, never overwritten; no run is taken for one. */
import { join, resolve } from 'node:path';
import { writeWholeFile } from './whole-file.ts';

const PREFIX = 'micro-';

export function isMicroFile(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Returns the path. Throws FileExistsError when the id is taken. */
export async function writeMicroResult(directory: string, result: { readonly id: string }): Promise<string> {
  const path = join(resolve(directory), `${PREFIX}${result.id}.json`);
  await writeWholeFile(path, `${JSON.stringify(result, undefined, 1)}\n`);
  return path;
}
