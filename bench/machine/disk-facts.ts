/** The file system and the device that a folder lies on, by the kernel's table of mounts. */
import { realpathSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DiskRecord } from '../../results/host-record.ts';
import type { MachineFiles } from './machine-files.ts';

export interface DiskFacts {
  readonly filesystem: string | null;
  readonly disk: DiskRecord | null;
}

/** `path` need not exist yet: what it will lie on counts. */
export function diskFacts(files: MachineFiles, path: string): DiskFacts {
  const mount = mountOf(files, nearestFolder(path));
  if (mount === undefined) return { filesystem: null, disk: null };
  const { mountPoint, mountOptions, device, number, filesystem } = mount;
  const queue = `sys/dev/block/${number}`;
  // A partition has no queue of its own, its disk has.
  const queueFile = (name: string): string | undefined => files.text(`${queue}/queue/${name}`) ?? files.textAbove(queue, `queue/${name}`);
  const [, chosen] = /\[([^\]]+)\]/.exec(queueFile('scheduler') ?? '') ?? [];
  const rotational = queueFile('rotational');
  const disk = { mountPoint, mountOptions, device, scheduler: chosen ?? null, isRotational: rotational === undefined ? null : rotational === '1', sizeBytes: space(path)?.sizeBytes ?? null };
  return { filesystem, disk };
}

/** What an ordinary user may still write. */
export function diskFreeBytes(path: string): number | null {
  return space(path)?.freeBytes ?? null;
}

function space(path: string): { sizeBytes: number; freeBytes: number } | undefined {
  try {
    const { bsize, blocks, bavail } = statfsSync(nearestFolder(path));
    return { sizeBytes: bsize * blocks, freeBytes: bsize * bavail };
  } catch {
    return undefined;
  }
}

/** The path itself, or the nearest above it that is there, with all links followed. */
export function nearestFolder(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    try {
      return realpathSync(folder);
    } catch {
      if (folder === dirname(folder)) return folder;
    }
  }
}

interface Mount {
  readonly number: string;
  readonly mountPoint: string;
  readonly mountOptions: string;
  readonly filesystem: string;
  readonly device: string;
}

/** The longest mount point above the path; of several on the same, the last one, which hides the others. */
function mountOf(files: MachineFiles, path: string): Mount | undefined {
  const mounts = (files.text('proc/self/mountinfo') ?? '').split('\n').flatMap(mountFrom);
  const above = mounts.filter(({ mountPoint }) => path === mountPoint || path.startsWith(mountPoint === '/' ? '/' : `${mountPoint}/`));
  return above.reduce<Mount | undefined>((best, mount) => (best === undefined || mount.mountPoint.length >= best.mountPoint.length ? mount : best), undefined);
}

/** `id parent major:minor root point options fields... - type source super-options` (man 5 proc). */
function mountFrom(line: string): Mount[] {
  const words = line.split(' ');
  const dash = words.indexOf('-');
  const [number, , mountPoint, mountOptions] = words.slice(2);
  const [filesystem, device, superOptions = ''] = words.slice(dash + 1);
  if (dash < 0 || number === undefined || mountPoint === undefined || mountOptions === undefined || filesystem === undefined || device === undefined) return [];
  const options = [...new Set([...mountOptions.split(','), ...superOptions.split(',')])].filter((option) => option !== '');
  return [{ number, mountPoint: unescaped(mountPoint), mountOptions: options.join(','), filesystem, device: unescaped(device) }];
}

/** Spaces and the like stand as octal numbers. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
