/** Memory, swap and huge pages by the kernel's account. */
import type { HostRecord, MachineState } from '../../results/host-record.ts';
import type { MachineFiles } from './machine-files.ts';

export type MemoryFacts = Pick<HostRecord, 'swapBytes' | 'transparentHugePages' | 'hugePageCount'>;

export function memoryFacts(files: MachineFiles): MemoryFacts {
  const meminfo = files.numbers('proc/meminfo');
  const [, chosen] = /\[([^\]]+)\]/.exec(files.text('sys/kernel/mm/transparent_hugepage/enabled') ?? '') ?? [];
  return { swapBytes: meminfo.get('SwapTotal') ?? null, transparentHugePages: chosen ?? null, hugePageCount: meminfo.get('HugePages_Total') ?? null };
}

export type MemoryState = Pick<MachineState, 'memoryAvailableBytes' | 'swapUsedBytes' | 'swappedPages'>;

export function memoryState(files: MachineFiles): MemoryState {
  const meminfo = files.numbers('proc/meminfo');
  const vmstat = files.numbers('proc/vmstat');
  const [total, free, pagesIn, pagesOut] = [meminfo.get('SwapTotal'), meminfo.get('SwapFree'), vmstat.get('pswpin'), vmstat.get('pswpout')];
  return {
    memoryAvailableBytes: meminfo.get('MemAvailable') ?? null,
    swapUsedBytes: total === undefined || free === undefined ? null : total - free,
    swappedPages: pagesIn === undefined || pagesOut === undefined ? null : pagesIn + pagesOut,
  };
}
