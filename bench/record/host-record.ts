/** The machine and the build that a run was made with. Every probe may fail; null then says that it is not known. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HeadroomVersion, HostRecord } from '../../results/run.ts';
import { cgroupFacts } from '../machine/cgroup-facts.ts';
import { diskFacts } from '../machine/disk-facts.ts';
import { cLibrary, libraryVersions } from '../machine/library-versions.ts';
import { MachineFiles } from '../machine/machine-files.ts';
import { memoryFacts } from '../machine/memory-facts.ts';
import { processorFacts } from '../machine/processor-facts.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** Those that compress records; zstd and gzip are part of Node. */
const CODEC_PACKAGES = ['lz4-napi', 'snappy'];

/** `dataDirectory` undefined: the data are on other machines. It may be gone already: what it lay on counts. */
export function hostRecord(dataDirectory: string | undefined, files = new MachineFiles()): HostRecord {
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    coreCount: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    nodeVersion: process.version,
    ...processorFacts(files),
    ...memoryFacts(files),
    ...cgroupFacts(files),
    ...(dataDirectory === undefined ? { filesystem: null, disk: null } : diskFacts(files, dataDirectory)),
    cLibrary: cLibrary(),
    libraries: libraryVersions(CODEC_PACKAGES),
  };
}

export function headroomVersion(): HeadroomVersion {
  const version = (JSON.parse(packageJson()) as { version: string }).version;
  const commit = git('rev-parse', 'HEAD');
  const changes = commit === undefined ? undefined : git('status', '--porcelain', '--untracked-files=no');
  return { version, commit: commit ?? null, isDirty: changes === undefined ? null : changes !== '' };
}

/** From the sources and from `dist/` alike. */
function packageJson(): string {
  for (let directory = here; ; directory = dirname(directory)) {
    const text = read(join(directory, 'package.json'));
    if (text !== undefined && text.includes('"headroom"')) return text;
    if (directory === dirname(directory)) return '{"version":"unknown"}';
  }
}

function git(...words: string[]): string | undefined {
  try {
    return execFileSync('git', words, { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
