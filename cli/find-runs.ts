/** Runs by what a user calls them: ids, their beginnings or ends, files, the name that runs were given, or `@baseline`. */
import { Baselines } from '../results/baselines.ts';
import type { RunStore } from '../results/run-store.ts';
import type { Run } from '../results/run.ts';
import { CliError } from './cli-error.ts';

/** `references` are joined by commas. Throws CliError. */
export async function findRuns(store: RunStore, references: string): Promise<Run[]> {
  const runs: Run[] = [];
  for (const reference of listed(references)) runs.push(...(reference.startsWith('@') ? await runsOfBaseline(store, reference.slice(1)) : await runsFor(store, reference)));
  if (runs.length === 0) throw new CliError(`"${references}" names no run`, 2);
  return runs;
}

export function listed(text: string): string[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '');
}

async function runsOfBaseline(store: RunStore, name: string): Promise<Run[]> {
  const baselines = new Baselines(store.directory);
  const found = /^[A-Za-z0-9]/.test(name) ? await baselines.find(name) : undefined;
  if (found === undefined) {
    const names = (await baselines.list()).flatMap((each) => (each.kind === 'baseline' ? [`@${each.baseline.name}`] : []));
    throw new CliError(`there is no baseline @${name}; ${names.length === 0 ? 'set one with headroom results baseline set NAME RUNS' : `there are ${names.join(', ')}`}`, 2);
  }
  if (found.kind === 'damaged') throw new CliError(`${found.path} is not a baseline that can be read; set it anew`, 3);
  const runs: Run[] = [];
  for (const id of found.baseline.runIds) runs.push(...(await runsFor(store, id)));
  return runs;
}

/** One run by its id or file, or all of a name, the oldest first. */
async function runsFor(store: RunStore, reference: string): Promise<Run[]> {
  try {
    const found = await store.find(reference).catch((error: NodeJS.ErrnoException) => {
      // A folder may be called like the runs.
      if (error.code === 'EISDIR') return { kind: 'missing', reason: `"${reference}" is a directory` } as const;
      throw error;
    });
    if (found.kind === 'run') return [found.run];
    if (found.kind === 'damaged') throw new CliError(`${found.path} is not a run that can be read:\n${found.problems.map((problem) => `  ${problem}`).join('\n')}`, 3);
    const named = (await store.list()).flatMap((stored) => (stored.kind === 'run' && stored.run.configuration.name === reference ? [stored.run] : []));
    if (named.length > 0) return named.toReversed();
    throw new CliError(`${found.reason}, and no run has that name\n  See headroom results list.`, 2);
  } catch (error) {
    const { code, path = store.directory } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw new CliError(`cannot read ${path}: ${(error as Error).message}`, 3, error);
  }
}
