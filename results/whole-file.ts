/** A file that appears whole or not at all and never replaces another one, also with several writers. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export class FileExistsError extends Error {
  override readonly name = 'FileExistsError';
  readonly code = 'EEXIST';
}

/** Makes the directory where it is missing. Throws FileExistsError when the name is taken; a disk that is full leaves nothing behind. */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true });
  const temporary = join(directory, `.${basename(path, '.json')}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
  try {
    await writeSynced(temporary, text);
    await publish(temporary, path);
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A hard link, unlike rename, never replaces what is there. */
async function publish(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new FileExistsError(`${path} is there already`, { cause: error });
    // File systems without hard links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    if (existsSync(path)) throw new FileExistsError(`${path} is there already`, { cause: error });
    await rename(temporary, path);
  }
}
