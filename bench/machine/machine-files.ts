/** The kernel's own account of the machine: small files under /proc and /sys. What is not there, or may not be read, is undefined. */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class MachineFiles {
  readonly #root: string;

  /** `root` is another than `/` for files that were taken from elsewhere. */
  constructor(root = '/') {
    this.#root = root;
  }

  text(path: string): string | undefined {
    try {
      return readFileSync(join(this.#root, path), 'utf8').trim();
    } catch {
      return undefined;
    }
  }

  /** A file in the folder above that which the link `path` leads to; `..` behind a link would not get there. */
  textAbove(path: string, name: string): string | undefined {
    try {
      return readFileSync(join(dirname(realpathSync(join(this.#root, path))), name), 'utf8').trim();
    } catch {
      return undefined;
    }
  }

  /** Null also for what is no number (`max`). */
  number(path: string): number | null {
    const text = this.text(path);
    const value = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : null;
  }

  /** `name 12` or `name: 12 kB` a line, as in vmstat, meminfo, cpu.stat. */
  numbers(path: string): ReadonlyMap<string, number> {
    const lines = (this.text(path) ?? '').split('\n');
    return new Map(
      lines.flatMap((line): [string, number][] => {
        const [, name, value, unit] = /^(\S+?):?\s+(\d+)(?:\s+(kB))?$/.exec(line.trim()) ?? [];
        return name === undefined ? [] : [[name, Number(value) * (unit === 'kB' ? 1024 : 1)]];
      }),
    );
  }

  names(path: string): string[] {
    try {
      return readdirSync(join(this.#root, path));
    } catch {
      return [];
    }
  }
}
