/** The experiments that come with headroom: the YAML files of the folder `experiments`, in a checkout and in the installed package alike. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = 'experiments';

/** The package's root lies two folders above this file in a checkout, and one more above its compiled form. */
const LEVELS_MAX = 3;

/** Undefined when the installation lacks it. */
export function readyExperimentsDirectory(): string | undefined {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (let level = 0; level < LEVELS_MAX; level++) {
    directory = dirname(directory);
    const folder = join(directory, FOLDER);
    if (existsSync(folder) && existsSync(join(directory, 'package.json'))) return folder;
  }
  return undefined;
}

/** In alphabetical order. */
export function readyExperimentNames(): string[] {
  const directory = readyExperimentsDirectory();
  if (directory === undefined) return [];
  return readdirSync(directory).filter((name) => name.endsWith('.yaml')).map((name) => basename(name, '.yaml')).toSorted();
}

/** Of a ready experiment by its name, or of a file; a name wins over a file without an ending. Undefined: neither. */
export function experimentPath(nameOrFile: string): string | undefined {
  const directory = readyExperimentsDirectory();
  if (directory !== undefined && readyExperimentNames().includes(nameOrFile)) return join(directory, `${nameOrFile}.yaml`);
  return existsSync(nameOrFile) ? nameOrFile : undefined;
}
