/** A whole number from 1 up on the command line. */
import { CliError } from './cli-error.ts';

/** Throws CliError (usage) that names the flag and the value. */
export function wholeNumber(flag: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new CliError(`${flag} "${text}" is not a whole number from 1 up`, 2);
  return Number(text);
}
