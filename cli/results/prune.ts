/** `headroom results prune`: removes old runs, never one that a baseline names. Says what it would remove, and removes only with --yes. */
import { rm } from 'node:fs/promises';
import { Command } from 'commander';
import { durationSeconds } from '../../bench/experiment/file/quantities.ts';
import { Baselines } from '../../results/baselines.ts';
import { DEFAULT_RUNS_DIRECTORY, RunStore } from '../../results/run-store.ts';
import { CliError } from '../cli-error.ts';

interface PruneFlags {
  readonly keep?: string;
  readonly olderThan?: string;
  readonly yes?: boolean;
  readonly runsDir: string;
}

export function pruneCommand(): Command {
  return new Command('prune')
    .description('remove old runs; runs of baselines stay, and damaged files too')
    .option('--keep <count>', 'keep so many, the newest')
    .option('--older-than <time>', 'only runs that began longer ago, as 30d')
    .option('--yes', 'remove them; without it they are only named')
    .option('--runs-dir <directory>', 'where runs are stored', DEFAULT_RUNS_DIRECTORY)
    .action(prune);
}

async function prune({ keep, olderThan, yes, runsDir }: PruneFlags): Promise<void> {
  if (keep === undefined && olderThan === undefined) throw new CliError('say which runs may go: --keep 100 or --older-than 30d', 2);
  if (keep !== undefined && !/^\d+$/.test(keep)) throw new CliError(`--keep "${keep}" is not a number from 0 up`, 2);
  const store = new RunStore(runsDir);
  const kept = new Set<string>();
  for (const each of await new Baselines(runsDir).list()) {
    if (each.kind === 'damaged') throw new CliError(`${each.path} cannot be read: which runs it names is not known, so none is removed`, 3);
    for (const id of each.baseline.runIds) kept.add(id);
  }
  const stored = (await store.list()).flatMap((each) => (each.kind === 'run' ? [each] : []));
  const before = olderThan === undefined ? Number.POSITIVE_INFINITY : Date.now() - secondsOf(olderThan) * 1000;
  const going = stored.filter(({ run }, at) => at >= Number(keep ?? 0) && Date.parse(run.startedAt) < before && !kept.has(run.id));
  if (yes === true) for (const { path } of going) await rm(path);
  const names = going.map(({ run }) => `  ${run.id}  ${run.configuration.name}\n`).join('');
  const words = going.length === 0 ? 'No run is to be removed.' : yes === true ? `Removed ${going.length} of ${stored.length} runs.` : `${going.length} of ${stored.length} runs would be removed; --yes removes them.`;
  process.stdout.write(`${names}${words}\n`);
}

function secondsOf(text: string): number {
  try {
    return durationSeconds(text);
  } catch (error) {
    throw new CliError(`--older-than ${(error as Error).message}`, 2, error);
  }
}
