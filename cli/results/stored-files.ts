/** Results by what a user calls them, and the errors of reading them in the user's words. */
import { basename } from 'node:path';
import type { ReadResult, StoredResult } from '../../results/result-reader.ts';
import type { RunStore } from '../../results/run-store.ts';
import type { Run } from '../../results/run.ts';
import { CliError } from '../cli-error.ts';

export type FoundResult = { readonly kind: 'run'; readonly path: string; readonly run: Run } | StoredResult;

/** Undefined: the newest run. Throws CliError. */
export async function findResult(store: RunStore, reference: string | undefined): Promise<FoundResult> {
  try {
    const other = reference === undefined ? undefined : await otherResult(store.directory, reference);
    if (other !== undefined) {
      if (other.kind === 'damaged') throw new CliError(`${other.path} cannot be read: ${other.problem}`, 3);
      return other;
    }
    const found = await store.find(reference);
    if (found.kind === 'missing') throw new CliError(`${found.reason}.\n  See headroom results list, or measure one with headroom bench.`, 2);
    if (found.kind === 'damaged') throw new CliError(`${found.path} is not a run that can be read:\n${found.problems.map((problem) => `  ${problem}`).join('\n')}`, 3);
    return found;
  } catch (error) {
    throw readingError(error, store.directory);
  }
}

/** Errors of the file system become the user's; others stay what they are. */
export function readingError(error: unknown, directory: string): unknown {
  const { code, path = directory } = error as NodeJS.ErrnoException;
  if (error instanceof CliError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  return new CliError(`cannot read ${path}: ${code === 'EISDIR' ? 'it is a directory; name a file, or use --runs-dir' : (error as Error).message}`, 3, error);
}

/** Also by the unambiguous beginning of its name. Undefined: the reference names no result beside the runs. */
async function otherResult(directory: string, reference: string): Promise<ReadResult | undefined> {
  const { isResultFile, readResultText } = await import('../../results/result-store.ts');
  if (!isResultFile(basename(reference))) return undefined;
  const { listResults, readResult } = await import('../../results/result-reader.ts');
  const exact = await readResultText(directory, reference);
  if (exact !== undefined) return readResult(exact.path, exact.text);
  const begun = (await listResults(directory)).filter(({ path }) => basename(path).startsWith(reference));
  if (begun.length > 1) throw new CliError(`"${reference}": ${begun.length} results begin so: ${begun.slice(0, 4).map(({ path }) => basename(path, '.json')).join(', ')}`, 2);
  return begun[0];
}
