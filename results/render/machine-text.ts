/** The machine: what it is, what state it was in, and how fast it was at fixed work before and after the run. The words serve pages as well. */
import { calibrationChanges, CALIBRATION_PROBES, changeWords } from '../calibration.ts';
import type { MachineReading } from '../host-record.ts';
import type { Run } from '../run.ts';
import { bytesText, counted, latencyText, significant } from './number-text.ts';
import { DASH, heading, labelled, orDash, table, type Cell, type Page } from './page.ts';

const UNKNOWN = 'not known';

export function machineText(run: Run, page: Page): string[] {
  const name = run.configuration.target.kind === 'embedded' ? 'Machine' : 'Machine of the generator';
  const calibration = calibrationRows(run);
  const lines = [...heading(page, name), ...labelled(page, machineRows(run))];
  if (calibration.length === 0) return lines;
  const columns = [{ head: 'same work before and after', align: 'left' }, { head: 'before', align: 'right' }, { head: 'after', align: 'right' }, { head: '', align: 'left' }] as const;
  return [...lines, ...table(page, columns, calibration.map(({ label, before, after, words, isDrift }): Cell[] => [label, before, after, isDrift ? { text: words, paint: page.colors.yellow } : { text: words, paint: page.colors.dim }]))];
}

/** A name beside each sentence. */
export function machineRows({ host, machine: { before, after }, configuration: { target } }: Run): [string, string][] {
  const rows: [string, string][] = [
    ['processor', processorWords(host)],
    ['guest', guestWords(host)],
    ['memory', memoryWords(host, before)],
    ['limits', limitWords(host, { before, after })],
  ];
  if (target.kind === 'embedded') rows.push(['disk', diskWords(host, before)]);
  rows.push(
    ['software', [host.kernel, host.cLibrary ?? 'C library not known', `Node ${host.nodeVersion}`, ...Object.entries(host.libraries).map(([name, version]) => `${name} ${version}`)].join(', ')],
    ['clock', host.clockSource ?? UNKNOWN],
  );
  if (before !== null) rows.push(['before the run', busyWords(before)]);
  if (after !== null) rows.push(['after the run', busyWords(after)]);
  return rows;
}

export interface CalibrationRow {
  readonly label: string;
  readonly before: string;
  readonly after: string;
  readonly words: string;
  readonly isDrift: boolean;
}

/** Empty without a calibration. */
export function calibrationRows({ machine: { before, after } }: Run): CalibrationRow[] {
  const [from, to] = [before?.calibration ?? null, after?.calibration ?? null];
  if (from === null && to === null) return [];
  const changes = calibrationChanges(from, to);
  return CALIBRATION_PROBES.filter(({ name }) => (from?.[name] ?? null) !== null || (to?.[name] ?? null) !== null).map(({ name, label, driftMax }) => {
    const change = changes.find((each) => each.name === name);
    const words = change === undefined ? '' : change.isDrift ? changeWords({ ...change, label: '' }).trim() : driftMax < 1 ? `within ${Math.round(driftMax * 100)} %` : `within a factor of ${driftMax + 1}`;
    return { label, before: orDash(from?.[name], latencyText), after: orDash(to?.[name], latencyText), words, isDrift: change?.isDrift === true };
  });
}

function processorWords({ cpuModel, coreCount, socketCount, physicalCoreCount, threadCount, isSmtActive, cpuGovernor, isTurboEnabled }: Run['host']): string {
  const shape = [socketCount === null ? [] : [counted(socketCount, 'socket')], physicalCoreCount === null ? [] : [counted(physicalCoreCount, 'core')], threadCount === null ? [] : [counted(threadCount, 'thread')]].flat();
  return [cpuModel, ...shape, `${coreCount} usable`, `SMT ${onOff(isSmtActive)}`, `turbo ${onOff(isTurboEnabled)}`, `governor ${cpuGovernor ?? UNKNOWN}`].filter((part) => part !== '').join(', ');
}

function onOff(value: boolean | null): string {
  return value === null ? UNKNOWN : value ? 'on' : 'off';
}

function guestWords({ hypervisor, container }: Run['host']): string {
  const machine = hypervisor === null ? 'hypervisor not known' : hypervisor === 'none' ? 'no hypervisor' : hypervisor === 'unknown' ? 'a virtual machine' : `a virtual machine (${hypervisor})`;
  return `${machine}, ${container === null ? 'container not known' : container === 'none' ? 'no container' : `in a container (${container})`}`;
}

function memoryWords({ memoryBytes, swapBytes, transparentHugePages, hugePageCount }: Run['host'], before: MachineReading | null): string {
  const available = before?.state.memoryAvailableBytes ?? null;
  const swapUsed = before?.state.swapUsedBytes ?? null;
  const swap = swapBytes === null ? `swap ${UNKNOWN}` : swapBytes === 0 ? 'no swap' : `swap ${bytesText(swapBytes)}${swapUsed === null ? '' : `, ${bytesText(swapUsed)} of it used`}`;
  return [bytesText(memoryBytes), ...(available === null ? [] : [`${bytesText(available)} available`]), swap, `transparent huge pages ${transparentHugePages ?? UNKNOWN}`, ...(hugePageCount === null || hugePageCount === 0 ? [] : [counted(hugePageCount, 'huge page')])].join(', ');
}

function limitWords({ cgroupVersion, cgroupCpuCores, cgroupMemoryBytes }: Run['host'], { before, after }: Run['machine']): string {
  if (cgroupVersion === null) return cgroupCpuCores === null && cgroupMemoryBytes === null ? 'no control groups found' : `${cgroupCpuCores ?? DASH} cores, ${cgroupMemoryBytes === null ? DASH : bytesText(cgroupMemoryBytes)}`;
  const throttled = growth(before?.state.cgroup?.cpuThrottledPeriods, after?.state.cgroup?.cpuThrottledPeriods);
  return [
    cgroupCpuCores === null ? 'no CPU limit' : `${significant(cgroupCpuCores)} cores`,
    cgroupMemoryBytes === null ? 'no memory limit' : `memory ${bytesText(cgroupMemoryBytes)}`,
    `cgroup v${cgroupVersion}`,
    ...(throttled === null ? [] : [throttled === 0 ? 'never throttled' : `throttled in ${counted(throttled, 'period')}`]),
  ].join(', ');
}

function growth(from: number | null | undefined, to: number | null | undefined): number | null {
  return from === null || from === undefined || to === null || to === undefined ? null : to - from;
}

function diskWords({ disk, filesystem }: Run['host'], before: MachineReading | null): string {
  if (disk === null) return filesystem ?? UNKNOWN;
  const free = before?.state.diskFreeBytes ?? null;
  const kind = disk.isRotational === null ? [] : [disk.isRotational ? 'rotational by its own account' : 'not rotational'];
  const size = disk.sizeBytes === null ? [] : [free === null ? bytesText(disk.sizeBytes) : `${bytesText(free)} of ${bytesText(disk.sizeBytes)} free`];
  return [`${filesystem ?? UNKNOWN} on ${disk.mountPoint} (${disk.mountOptions})`, disk.device, `scheduler ${disk.scheduler ?? UNKNOWN}`, ...kind, ...size].join(', ');
}

function busyWords({ state: { loadAverages, otherCpuCores, busiestProcesses, cpuMhzMean } }: MachineReading): string {
  const load = loadAverages === null ? [] : [`load ${loadAverages.map((each) => each.toFixed(2)).join(' ')}`];
  const names = busiestProcesses.length === 0 ? '' : ` (${busiestProcesses.map(({ name, cpuCores }) => `${name} ${cpuCores.toFixed(2)}`).join(', ')})`;
  const others = otherCpuCores === null ? [] : [`other processes used ${otherCpuCores.toFixed(2)} cores${names}`];
  const clock = cpuMhzMean === null ? [] : [`${Math.round(cpuMhzMean)} MHz`];
  const words = [...load, ...others, ...clock];
  return words.length === 0 ? UNKNOWN : words.join(', ');
}
