/** How much this process uses of what Linux allows it in memory maps and open files. Nothing elsewhere. */
import fs from 'node:fs';
import type { ResourceUse } from '../environment.ts';

/** Counting maps costs about a microsecond each: for once a minute, not for every append. */
export function resourceUse(): ResourceUse[] {
  try {
    const limits = fs.readFileSync('/proc/self/limits', 'utf8');
    const openFilesLimit = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
    const mapsLimit = Number(fs.readFileSync('/proc/sys/vm/max_map_count', 'utf8'));
    return [
      { name: 'memory maps', used: linesOf('/proc/self/maps'), limit: mapsLimit, remedy: `sysctl -w vm.max_map_count=${4 * mapsLimit}` },
      { name: 'open files', used: fs.readdirSync('/proc/self/fd').length, limit: openFilesLimit, remedy: `ulimit -n ${4 * openFilesLimit}` },
    ];
  } catch {
    return [];
  }
}

function linesOf(path: string): number {
  const bytes = fs.readFileSync(path);
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
