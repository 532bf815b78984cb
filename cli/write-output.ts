/** A file that the user named: written whole, with one clear error where it cannot be. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from './cli-error.ts';

const EXIT_ENVIRONMENT = 3;

/** Returns the full path. Overwrites: the user chose the name. */
export async function writeOutput(flag: string, file: string, text: string): Promise<string> {
  const path = resolve(file);
  try {
    await writeFile(path, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'its directory does not exist' : code === 'EISDIR' ? 'it is a directory' : code === 'EACCES' ? 'writing there is not permitted' : message;
    throw new CliError(`${flag} ${file} cannot be written: ${why}`, EXIT_ENVIRONMENT, error);
  }
  return path;
}
