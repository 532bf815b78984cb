/** The versions of the libraries that take part in the contests or time them. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['hdr-histogram-js', 'lz4-napi', 'snappy', 'tinybench'];

export function libraryVersions(): Record<string, string> {
  const bundled = { zlib: process.versions.zlib ?? 'unknown', zstd: process.versions['zstd'] ?? 'unknown' };
  return { ...Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])), ...bundled };
}

/** Packages may hide their package.json from imports, so it is looked for above what they export. */
function packageVersion(name: string): string {
  try {
    for (let directory = dirname(fileURLToPath(import.meta.resolve(name))); directory !== dirname(directory); directory = dirname(directory)) {
      const found = versionIn(join(directory, 'package.json'), name);
      if (found !== undefined) return found;
    }
  } catch {
    // Not installed: then it takes no part either.
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
