/**
 * Limits and counters of the control groups that this process is in, version 1 and 2. A limit of a group binds all below it, so the smallest
 * one from the process's own group up to the root counts. Inside a container the own group may appear as the root.
 */
import type { CgroupCounters, HostRecord } from '../../results/host-record.ts';
import type { MachineFiles } from './machine-files.ts';

export type CgroupFacts = Pick<HostRecord, 'cgroupVersion' | 'cgroupCpuCores' | 'cgroupMemoryBytes'>;

/** Version 1 says "no limit" with the largest number of whole pages. */
const MEMORY_UNLIMITED_BYTES = 2 ** 60;

export function cgroupFacts(files: MachineFiles): CgroupFacts {
  const version = cgroupVersion(files);
  if (version === null) return { cgroupVersion: null, cgroupCpuCores: null, cgroupMemoryBytes: null };
  const cores = groupsOf(files, version, 'cpu').map((group) => (version === 2 ? quotaV2(files, group) : quotaV1(files, group)));
  const memory = groupsOf(files, version, 'memory').map((group) => files.number(`${group}/${version === 2 ? 'memory.max' : 'memory.limit_in_bytes'}`));
  return { cgroupVersion: version, cgroupCpuCores: smallest(cores), cgroupMemoryBytes: smallest(memory.filter((bytes) => bytes !== null && bytes < MEMORY_UNLIMITED_BYTES)) };
}

/** Of the innermost group that counts. Null without control groups. */
export function cgroupCounters(files: MachineFiles): CgroupCounters | null {
  const version = cgroupVersion(files);
  if (version === null) return null;
  const cpu = counted(files, groupsOf(files, version, 'cpu'), 'cpu.stat');
  const memoryGroups = groupsOf(files, version, 'memory');
  const throttledUs = cpu.get('throttled_usec') ?? (cpu.has('throttled_time') ? (cpu.get('throttled_time') as number) / 1000 : undefined);
  const hits = version === 2 ? counted(files, memoryGroups, 'memory.events').get('max') : firstNumber(files, memoryGroups, 'memory.failcnt');
  return {
    cpuPeriods: cpu.get('nr_periods') ?? null,
    cpuThrottledPeriods: cpu.get('nr_throttled') ?? null,
    cpuThrottledUs: throttledUs ?? null,
    memoryUsedBytes: firstNumber(files, memoryGroups, version === 2 ? 'memory.current' : 'memory.usage_in_bytes'),
    memoryLimitHits: hits ?? null,
  };
}

function cgroupVersion(files: MachineFiles): 1 | 2 | null {
  if (files.text('sys/fs/cgroup/cgroup.controllers') !== undefined) return 2;
  return files.text('sys/fs/cgroup/cpu/cpu.shares') === undefined && files.text('sys/fs/cgroup/memory/memory.limit_in_bytes') === undefined ? null : 1;
}

/** Folders from the process's own group up to the root. */
function groupsOf(files: MachineFiles, version: 1 | 2, controller: string): string[] {
  const lines = (files.text('proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  const own = version === 2 ? lines.find(([hierarchy]) => hierarchy === '0') : lines.find(([, controllers]) => controllers?.split(',').includes(controller));
  const root = version === 2 ? 'sys/fs/cgroup' : `sys/fs/cgroup/${controller}`;
  const names = (own?.slice(2).join(':') ?? '/').split('/').filter((name) => name !== '' && name !== '..');
  return Array.from({ length: names.length + 1 }, (_, at) => [root, ...names.slice(0, names.length - at)].join('/'));
}

function quotaV2(files: MachineFiles, group: string): number | null {
  const [quota, period] = (files.text(`${group}/cpu.max`) ?? '').split(' ');
  return quota === undefined || quota === '' || quota === 'max' || !(Number(period) > 0) ? null : Number(quota) / Number(period);
}

function quotaV1(files: MachineFiles, group: string): number | null {
  const [quota, period] = [files.number(`${group}/cpu.cfs_quota_us`), files.number(`${group}/cpu.cfs_period_us`)];
  return quota === null || quota < 0 || period === null || period <= 0 ? null : quota / period;
}

function counted(files: MachineFiles, groups: readonly string[], name: string): ReadonlyMap<string, number> {
  return groups.map((group) => files.numbers(`${group}/${name}`)).find((numbers) => numbers.size > 0) ?? new Map();
}

function firstNumber(files: MachineFiles, groups: readonly string[], name: string): number | null {
  return groups.map((group) => files.number(`${group}/${name}`)).find((value) => value !== null) ?? null;
}

function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
