/** The machine and the build that a run was made with. Every probe may fail; null then says that it is not known. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HeadroomVersion, HostRecord } from '../../results/run.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** statfs(2) f_type of the file systems that logs are kept on. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: 'ext4',
  0x5846_5342: 'xfs',
  0x9123_683e: 'btrfs',
  0x0102_1994: 'tmpfs',
  0x794c_7630: 'overlayfs',
  0x6969: 'nfs',
  0x2fc1_2fc1: 'zfs',
};

/** `dataDirectory` undefined: the data are on other machines. */
export function hostRecord(dataDirectory: string | undefined): HostRecord {
  const quota = read('/sys/fs/cgroup/cpu.max')?.split(' ');
  const memoryMax = Number(read('/sys/fs/cgroup/memory.max') ?? Number.NaN);
  const isLimited = quota?.[0] !== undefined && quota[0] !== 'max' && Number(quota[1]) > 0;
  return {
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    coreCount: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    nodeVersion: process.version,
    filesystem: dataDirectory === undefined ? null : fileSystemOf(dataDirectory),
    cpuGovernor: read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor') ?? null,
    cgroupCpuCores: isLimited ? Number(quota[0]) / Number(quota[1]) : null,
    cgroupMemoryBytes: Number.isFinite(memoryMax) ? memoryMax : null,
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

function fileSystemOf(path: string): string | null {
  try {
    const { type: magic } = statfsSync(path);
    return FILE_SYSTEMS[magic] ?? `0x${magic.toString(16)}`;
  } catch {
    return null;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
