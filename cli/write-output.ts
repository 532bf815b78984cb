/** Files that the user named for a result: looked at before anything is measured, written whole, one clear error where that cannot be. */
import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { CliError } from './cli-error.ts';

const EXIT_USAGE = 2;
const EXIT_ENVIRONMENT = 3;

/** Rejects when a file could not be written now: nobody wants to hear that after minutes of measuring. Absent flags are well. */
export async function checkOutputs(files: Readonly<Record<string, string | undefined>>): Promise<void> {
  for (const [flag, file] of Object.entries(files)) {
    if (file === undefined) continue;
    const path = resolve(file);
    const found = await stat(path).catch(() => undefined);
    try {
      if (found?.isDirectory() === true) throw Object.assign(new Error('it is a directory'), { code: 'EISDIR' });
      await access(found === undefined ? dirname(path) : path, constants.W_OK);
    } catch (error) {
      throw new CliError(`${flag} ${file} cannot be written: ${reason(error)}`, EXIT_USAGE, error);
    }
  }
}

/** Returns the full path. Overwrites: the user chose the name. */
export async function writeOutput(flag: string, file: string, text: string): Promise<string> {
  const path = resolve(file);
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new CliError(`${flag} ${file} cannot be written: ${reason(error)}`, EXIT_ENVIRONMENT, error);
  }
  return path;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'its directory does not exist';
  if (code === 'EISDIR') return 'it is a directory';
  return code === 'EACCES' ? 'writing there is not permitted' : message;
}
