/** Runs by what a user calls a result: ids of runs (as find-runs.ts takes them), an experiment, a search, or a folder of stored runs. */
import { stat } from 'node:fs/promises';
import { readResultText } from '../results/result-store.ts';
import { RunStore } from '../results/run-store.ts';
import type { Run } from '../results/run.ts';
import { CliError } from './cli-error.ts';
import { findRuns, listed } from './find-runs.ts';

/** Joined by commas. Throws CliError. */
export async function runsOfResults(store: RunStore, references: string): Promise<Run[]> {
  const runs = new Map<string, Run>();
  for (const reference of listed(references)) for (const run of await runsOf(store, reference)) runs.set(run.id, run);
  if (runs.size === 0) throw new CliError(`"${references}" names no run`, 2);
  return [...runs.values()];
}

async function runsOf(store: RunStore, reference: string): Promise<Run[]> {
  if ((await stat(reference).catch(() => undefined))?.isDirectory() === true) return readable(new RunStore(reference), `no run is stored in ${reference}`);
  const found = await readResultText(store.directory, reference);
  if (found !== undefined) return ofExecution(store, { id: idIn(found), reference });
  const ofId = await store.list();
  const own = ofId.flatMap((each) => (each.kind === 'run' && each.run.repeat?.experimentId === reference ? [each.run] : []));
  return own.length > 0 ? own.toReversed() : findRuns(store, reference);
}

/** Every run of an experiment or a search carries its id. */
async function ofExecution(store: RunStore, { id, reference }: { id: string; reference: string }): Promise<Run[]> {
  const own = (await store.list()).flatMap((each) => (each.kind === 'run' && each.run.repeat?.experimentId === id ? [each.run] : []));
  if (own.length === 0) throw new CliError(`the runs of ${reference} are no longer stored in ${store.directory}`, 2);
  return own.toReversed();
}

function idIn({ path, text }: { path: string; text: string }): string {
  const value: unknown = JSON.parse(text);
  const { experimentId, id } = value as { experimentId?: unknown; id?: unknown };
  const found = experimentId ?? id;
  if (typeof found !== 'string') throw new CliError(`${path} does not say which runs it was made of`, 3);
  return found;
}

async function readable(store: RunStore, otherwise: string): Promise<Run[]> {
  const all = await store.list();
  const runs = all.flatMap((each) => (each.kind === 'run' ? [each.run] : []));
  if (runs.length < all.length) process.stderr.write(`headroom: ${all.length - runs.length} of ${all.length} files in ${store.directory} are no runs that can be read, and were left out\n`);
  if (runs.length === 0) throw new CliError(otherwise, 2);
  return runs.toReversed();
}
