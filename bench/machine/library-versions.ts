/** The versions of what runs, checks and compresses: parts of Node itself, and packages. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PARTS_OF_NODE = ['v8', 'uv', 'zlib', 'zstd', 'openssl'];

export function libraryVersions(packages: readonly string[]): Record<string, string> {
  const parts = PARTS_OF_NODE.flatMap((name): [string, string][] => (process.versions[name] === undefined ? [] : [[name, process.versions[name]]]));
  return Object.fromEntries([...parts, ...packages.map((name): [string, string] => [name, packageVersion(name)])]);
}

/** `glibc 2.41`; null with another C library, which does not tell. */
export function cLibrary(): string | null {
  // Else the report looks up the name of every address that a socket is connected to.
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const version = header?.glibcVersionRuntime;
  return version === undefined ? null : `glibc ${version}`;
}

/** Packages may hide their package.json from imports, so it is looked for above what they export. */
function packageVersion(name: string): string {
  try {
    for (let directory = dirname(fileURLToPath(import.meta.resolve(name))); directory !== dirname(directory); directory = dirname(directory)) {
      const found = versionIn(join(directory, 'package.json'), name);
      if (found !== undefined) return found;
    }
  } catch {
    // Not installed.
  }
  return 'unknown';
}

function versionIn(path: string, name: string): string | undefined {
  try {
    const stated = JSON.parse(readFileSync(path, 'utf8')) as { name?: string; version?: string };
    return stated.name === name ? stated.version : undefined;
  } catch {
    return undefined;
  }
}
