/**
 * A broker's data directory belongs to one process: `.lock` in it names the holder. A lock whose process is gone (kill -9, power)
 * is taken over. Works between processes that see each other's ids, so not between containers that share a volume.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
  readonly code = 'DIRECTORY_LOCKED';
}

/** Throws DirectoryLockedError while another process holds the directory, which is created if need be. Returns what gives it back. */
export function lockDirectory(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  const path = lockPath(directory);
  const ownPath = `${path}.${process.pid}`;
  writeFileSync(ownPath, identityOf(process.pid));
  try {
    // A link either comes into being with its content or finds another one.
    linkSync(ownPath, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = holderOf(directory);
    if (holder !== undefined) {
      throw new DirectoryLockedError(`${directory} is used by process ${holder}: stop that cluster first, or choose another data directory`);
    }
    renameSync(ownPath, path);
  } finally {
    rmSync(ownPath, { force: true });
  }
  return () => rmSync(path, { force: true });
}

/** Whether a living process holds the directory. */
export function isDirectoryLocked(directory: string): boolean {
  return holderOf(directory) !== undefined;
}

function holderOf(directory: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(lockPath(directory), 'utf8');
  } catch {
    return undefined;
  }
  const pid = Number.parseInt(text, 10);
  return pid > 0 && isAlive(pid) && identityOf(pid) === text ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process ids are used again; with its start time (proc(5): field 22 of stat) a process has one name. Elsewhere the id alone must do. */
function identityOf(pid: number): string {
  try {
    // The second field, the command in brackets, may hold spaces and brackets.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
    return fields[0] === 'Z' ? 'ended' : `${pid} ${fields[19]}\n`;
  } catch {
    return `${pid}\n`;
  }
}

function lockPath(directory: string): string {
  return join(directory, '.lock');
}
