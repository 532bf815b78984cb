import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupCounters, cgroupFacts } from '../../../bench/machine/cgroup-facts.ts';
import { diskFacts, nearestFolder } from '../../../bench/machine/disk-facts.ts';
import { MachineFiles } from '../../../bench/machine/machine-files.ts';
import { memoryFacts, memoryState } from '../../../bench/machine/memory-facts.ts';
import { cpuMhzMean, processorFacts } from '../../../bench/machine/processor-facts.ts';
import { hostRecord } from '../../../bench/record/host-record.ts';
import { hostSchema } from '../../../results/host-schema.ts';

let root: string;
let files: MachineFiles;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'headroom-machine-'));
  files = new MachineFiles(root);
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function put(texts: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
}

const CPUS = 'sys/devices/system/cpu';

function cpu(number: number, { socket, siblings }: { socket: number; siblings: string }): Record<string, string> {
  return { [`${CPUS}/cpu${number}/topology/physical_package_id`]: String(socket), [`${CPUS}/cpu${number}/topology/thread_siblings_list`]: siblings };
}

describe('a machine that tells nothing', () => {
  it('is a record full of "not known", and a valid one', () => {
    expect(processorFacts(files)).toEqual({ cpuGovernor: null, socketCount: null, physicalCoreCount: null, threadCount: null, isSmtActive: null, isTurboEnabled: null, hypervisor: null, container: null, clockSource: null });
    expect(memoryFacts(files)).toEqual({ swapBytes: null, transparentHugePages: null, hugePageCount: null });
    expect(memoryState(files)).toEqual({ memoryAvailableBytes: null, swapUsedBytes: null, swappedPages: null });
    expect(cgroupFacts(files)).toEqual({ cgroupVersion: null, cgroupCpuCores: null, cgroupMemoryBytes: null });
    expect([cgroupCounters(files), cpuMhzMean(files)]).toEqual([null, null]);
    expect(diskFacts(files, root)).toEqual({ filesystem: null, disk: null });
    expect(hostSchema.safeParse(hostRecord(root, files)).success).toBe(true);
  });
});

describe('the processor', () => {
  it('is counted in sockets, cores and threads, without those that are switched off', () => {
    put({ ...cpu(0, { socket: 0, siblings: '0,2' }), ...cpu(1, { socket: 1, siblings: '1,3' }), ...cpu(2, { socket: 0, siblings: '0,2' }), ...cpu(3, { socket: 1, siblings: '1,3' }), [`${CPUS}/cpu4/online`]: '0' });
    expect(processorFacts(files)).toMatchObject({ socketCount: 2, physicalCoreCount: 2, threadCount: 4, isSmtActive: true });
  });

  it.each([
    [`${CPUS}/intel_pstate/no_turbo`, '1', false],
    [`${CPUS}/intel_pstate/no_turbo`, '0', true],
    [`${CPUS}/cpufreq/boost`, '1', true],
    [`${CPUS}/cpufreq/boost`, '0', false],
  ])('says whether it may run faster than its base rate: %s %s', (path, text, isTurboEnabled) => {
    put({ [path]: text });
    expect(processorFacts(files).isTurboEnabled).toBe(isTurboEnabled);
  });

  it.each([
    ['flags\t\t: fpu sse', {}, 'none'],
    ['flags\t\t: fpu hypervisor sse', {}, 'unknown'],
    ['flags\t\t: fpu hypervisor sse', { 'sys/class/dmi/id/sys_vendor': 'Amazon EC2' }, 'kvm'],
    ['flags\t\t: fpu hypervisor sse', { 'sys/class/dmi/id/product_name': 'VMware Virtual Platform' }, 'vmware'],
    ['flags\t\t: fpu hypervisor sse', { 'sys/devices/system/clocksource/clocksource0/available_clocksource': 'tsc kvm-clock' }, 'kvm'],
    ['flags\t\t: fpu hypervisor sse', { 'sys/hypervisor/type': 'xen' }, 'xen'],
    ['Features\t: fp asimd', {}, null],
  ])('says which hypervisor it is a guest of: %j %j', (cpuinfo, texts, hypervisor) => {
    put({ 'proc/cpuinfo': cpuinfo, ...texts });
    expect(processorFacts(files).hypervisor).toBe(hypervisor);
  });

  it.each([
    [{ '.dockerenv': '' }, 'docker'],
    [{ 'run/.containerenv': '' }, 'podman'],
    [{ 'proc/self/cgroup': '0::/kubepods.slice/pod1' }, 'kubernetes'],
    [{ 'proc/self/cgroup': '0::/user.slice' }, 'none'],
  ])('says whether it is in a container: %j', (texts, container) => {
    put(texts);
    expect(processorFacts(files).container).toBe(container);
  });

  it('tells the mean of the clock rates', () => {
    put({ 'proc/cpuinfo': 'cpu MHz\t\t: 2000.5\nmodel name : x\ncpu MHz\t\t: 3000.5' });
    expect(cpuMhzMean(files)).toBe(2500.5);
  });
});

describe('control groups', () => {
  const V2 = { 'sys/fs/cgroup/cgroup.controllers': 'cpu memory', 'proc/self/cgroup': '0::/slice/bench' };

  it('of version 2 limit by the smallest of all groups above', () => {
    put({ ...V2, 'sys/fs/cgroup/slice/bench/cpu.max': 'max 100000', 'sys/fs/cgroup/slice/cpu.max': '150000 100000', 'sys/fs/cgroup/slice/bench/memory.max': '2147483648', 'sys/fs/cgroup/slice/memory.max': 'max' });
    expect(cgroupFacts(files)).toEqual({ cgroupVersion: 2, cgroupCpuCores: 1.5, cgroupMemoryBytes: 2 ** 31 });
  });

  it('of version 2 count what they held back', () => {
    put({ ...V2, 'sys/fs/cgroup/slice/bench/cpu.stat': 'usage_usec 5\nnr_periods 40\nnr_throttled 7\nthrottled_usec 123456', 'sys/fs/cgroup/slice/bench/memory.current': '4096', 'sys/fs/cgroup/slice/bench/memory.events': 'low 0\nhigh 0\nmax 3\noom 0' });
    expect(cgroupCounters(files)).toEqual({ cpuPeriods: 40, cpuThrottledPeriods: 7, cpuThrottledUs: 123_456, memoryUsedBytes: 4096, memoryLimitHits: 3 });
  });

  const V1 = { 'sys/fs/cgroup/cpu/cpu.shares': '1024', 'proc/self/cgroup': '4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc' };

  it('of version 1 limit and count alike, also where a container sees its own group as the root', () => {
    put({
      ...V1,
      'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '50000',
      'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      'sys/fs/cgroup/cpu/cpu.stat': 'nr_periods 9\nnr_throttled 2\nthrottled_time 5000000',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '1073741824',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '1000',
      'sys/fs/cgroup/memory/memory.failcnt': '4',
    });
    expect(cgroupFacts(files)).toEqual({ cgroupVersion: 1, cgroupCpuCores: 0.5, cgroupMemoryBytes: 2 ** 30 });
    expect(cgroupCounters(files)).toEqual({ cpuPeriods: 9, cpuThrottledPeriods: 2, cpuThrottledUs: 5000, memoryUsedBytes: 1000, memoryLimitHits: 4 });
  });

  it('of version 1 without limits say so with -1 and with a number beyond all memory', () => {
    put({ ...V1, 'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1', 'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000', 'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712' });
    expect(cgroupFacts(files)).toEqual({ cgroupVersion: 1, cgroupCpuCores: null, cgroupMemoryBytes: null });
  });
});

describe('memory', () => {
  it('is told with its swap and huge pages', () => {
    put({
      'proc/meminfo': 'MemAvailable:    1000 kB\nSwapTotal:       500 kB\nSwapFree:        200 kB\nHugePages_Total:       6',
      'proc/vmstat': 'pswpin 3\npswpout 4',
      'sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never',
    });
    expect(memoryFacts(files)).toEqual({ swapBytes: 512_000, transparentHugePages: 'madvise', hugePageCount: 6 });
    expect(memoryState(files)).toEqual({ memoryAvailableBytes: 1_024_000, swapUsedBytes: 300 * 1024, swappedPages: 7 });
  });
});

describe('the disk', () => {
  it('is that of the longest mount point above the folder, of several there the last, with the scheduler of the whole disk', () => {
    const folder = nearestFolder(root);
    put({
      'proc/self/mountinfo': [
        '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro',
        `23 22 0:40 / ${folder} rw - tmpfs hidden rw`,
        `24 22 259:3 / ${folder} rw,noatime - xfs /dev/nvme0n1p3 rw,attr2`,
        `25 22 0:41 / ${folder}-other rw - tmpfs tmpfs rw`,
        'garbage',
      ].join('\n'),
      'sys/devices/nvme0n1/queue/scheduler': '[none] mq-deadline kyber',
      'sys/devices/nvme0n1/queue/rotational': '0',
      'sys/devices/nvme0n1/nvme0n1p3/partition': '3',
      'sys/dev/block/.keep': '',
    });
    symlinkSync('../../devices/nvme0n1/nvme0n1p3', join(root, 'sys/dev/block/259:3'));
    const facts = diskFacts(files, join(root, 'not', 'there', 'yet'));
    expect(facts).toEqual({ filesystem: 'xfs', disk: { mountPoint: folder, mountOptions: 'rw,noatime,attr2', device: '/dev/nvme0n1p3', scheduler: 'none', isRotational: false, sizeBytes: expect.any(Number) as number } });
  });
});
