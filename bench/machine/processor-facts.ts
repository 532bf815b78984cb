/** Sockets, cores, threads, what sets their clock rate, and whether they are a guest's. */
import type { HostRecord } from '../../results/host-record.ts';
import type { MachineFiles } from './machine-files.ts';

const CPUS = 'sys/devices/system/cpu';

export type ProcessorFacts = Pick<HostRecord, 'cpuGovernor' | 'socketCount' | 'physicalCoreCount' | 'threadCount' | 'isSmtActive' | 'isTurboEnabled' | 'hypervisor' | 'container' | 'clockSource'>;

export function processorFacts(files: MachineFiles): ProcessorFacts {
  const cpuinfo = files.text('proc/cpuinfo') ?? '';
  return {
    cpuGovernor: files.text(`${CPUS}/cpu0/cpufreq/scaling_governor`) ?? null,
    ...topology(files),
    isTurboEnabled: turbo(files),
    hypervisor: hypervisor(files, cpuinfo),
    container: container(files),
    clockSource: files.text('sys/devices/system/clocksource/clocksource0/current_clocksource') ?? null,
  };
}

/** As the scheduler moves between clock rates; null where the kernel does not tell (many guests). */
export function cpuMhzMean(files: MachineFiles): number | null {
  const rates = [...(files.text('proc/cpuinfo') ?? '').matchAll(/^cpu MHz\s*:\s*([\d.]+)$/gm)].map(([, mhz]) => Number(mhz));
  return rates.length === 0 ? null : rates.reduce((sum, mhz) => sum + mhz, 0) / rates.length;
}

function topology(files: MachineFiles): Pick<HostRecord, 'socketCount' | 'physicalCoreCount' | 'threadCount' | 'isSmtActive'> {
  const cpus = files.names(CPUS).filter((name) => /^cpu\d+$/.test(name));
  const [sockets, cores] = [new Set<string>(), new Set<string>()];
  let threadCount = 0;
  for (const cpu of cpus) {
    const socket = files.text(`${CPUS}/${cpu}/topology/physical_package_id`);
    const siblings = files.text(`${CPUS}/${cpu}/topology/thread_siblings_list`);
    // A processor that is switched off has no topology.
    if (socket === undefined || siblings === undefined) continue;
    threadCount++;
    sockets.add(socket);
    cores.add(siblings);
  }
  const smt = files.text(`${CPUS}/smt/active`);
  return {
    socketCount: orNull(sockets.size),
    physicalCoreCount: orNull(cores.size),
    threadCount: orNull(threadCount),
    isSmtActive: smt === undefined ? (threadCount === 0 ? null : threadCount > cores.size) : smt === '1',
  };
}

/** intel_pstate says whether it is off, everybody else whether it is on. */
function turbo(files: MachineFiles): boolean | null {
  const [isOff, isOn] = [files.number(`${CPUS}/intel_pstate/no_turbo`), files.number(`${CPUS}/cpufreq/boost`)];
  if (isOff !== null) return isOff === 0;
  return isOn === null ? null : isOn === 1;
}

const VENDORS: readonly [RegExp, string][] = [
  [/kvm|qemu|google|amazon ec2|openstack|digitalocean|firecracker/i, 'kvm'],
  [/vmware/i, 'vmware'],
  [/virtualbox|innotek/i, 'virtualbox'],
  [/microsoft/i, 'hyperv'],
  [/xen/i, 'xen'],
  [/parallels/i, 'parallels'],
];

/** By the processor's flag; the name by what the firmware or the kernel says. */
function hypervisor(files: MachineFiles, cpuinfo: string): string | null {
  const kind = files.text('sys/hypervisor/type');
  if (kind !== undefined) return kind;
  if (cpuinfo === '') return null;
  if (!/^flags\s*:.*\bhypervisor\b/m.test(cpuinfo)) return /^flags\s*:/m.test(cpuinfo) ? 'none' : null;
  const says = ['sys_vendor', 'product_name', 'bios_vendor'].map((name) => files.text(`sys/class/dmi/id/${name}`) ?? '').join(' ');
  const [, name] = VENDORS.find(([pattern]) => pattern.test(says)) ?? [];
  if (name !== undefined) return name;
  return /kvm-clock/.test(files.text('sys/devices/system/clocksource/clocksource0/available_clocksource') ?? '') ? 'kvm' : 'unknown';
}

function container(files: MachineFiles): string | null {
  if (files.text('.dockerenv') !== undefined) return 'docker';
  if (files.text('run/.containerenv') !== undefined) return 'podman';
  const groups = files.text('proc/self/cgroup');
  if (groups === undefined) return null;
  const [name] = /kubepods|docker|libpod|lxc|containerd/.exec(groups) ?? [];
  return name === undefined ? 'none' : (CONTAINERS[name] ?? name);
}

const CONTAINERS: Readonly<Record<string, string>> = { kubepods: 'kubernetes', libpod: 'podman' };

function orNull(count: number): number | null {
  return count === 0 ? null : count;
}
