/** `headroom results list`: one line for each stored run, experiment, search and study. Damaged files are listed with what is wrong with them. */
import { Command } from 'commander';
import type { ResultFilter } from '../../results/result-filter.ts';
import { durationSeconds } from '../../bench/experiment/file/quantities.ts';
import { DEFAULT_RUNS_DIRECTORY, RunStore } from '../../results/run-store.ts';
import { CliError } from '../cli-error.ts';
import { outputWidth } from '../output-width.ts';
import { readingError } from './stored-files.ts';

interface ListFlags {
  readonly name?: string;
  readonly variant?: string;
  readonly commit?: string;
  readonly since?: string;
  readonly until?: string;
  readonly json?: boolean;
  readonly runsDir: string;
}

export function listCommand(): Command {
  return new Command('list')
    .description('one line each, the newest first; damaged files too')
    .option('--name <text>', 'whose name holds this')
    .option('--variant <name>', 'of this variant of an experiment')
    .option('--commit <commit>', 'made by this commit of headroom (its beginning will do)')
    .option('--since <time>', 'that began at this time or later: 2026-08-05, 2026-08-05T12:00, or so long ago: 7d')
    .option('--until <time>', 'that began before it')
    .option('--json', 'as JSON: kind, id, name, start, path, and the figures of the line')
    .option('--runs-dir <directory>', 'where results are stored', DEFAULT_RUNS_DIRECTORY)
    // As the default command it is also what gets a mistyped one.
    .allowExcessArguments()
    .action((flags: ListFlags, { args: [word] }: Command) => {
      if (word !== undefined) throw new CliError(`results has no command "${word}": there are list, show, export, baseline and prune; --name ${word} lists those whose name holds it`, 2);
      return list(flags);
    });
}

async function list({ json, runsDir, ...flags }: ListFlags): Promise<void> {
  const filter = filterOf(flags);
  const isFiltered = Object.keys(filter).length > 0;
  const store = new RunStore(runsDir);
  const { resultMatches, runMatches } = await import('../../results/result-filter.ts');
  const { listResults } = await import('../../results/result-reader.ts');
  try {
    // What is damaged says neither its name nor its time: a filter leaves it out.
    const runs = (await store.list()).filter((each) => (each.kind === 'run' ? runMatches(each.run, filter) : !isFiltered));
    const others = (await listResults(store.directory)).filter((each) => (each.kind === 'damaged' ? !isFiltered : resultMatches(each, filter)));
    const { resultListText, resultListJson } = await import('../../results/render/result-list-text.ts');
    if (json === true) process.stdout.write(resultListJson(runs, others));
    else if (runs.length + others.length === 0) process.stdout.write(isFiltered ? `Nothing in ${store.directory} is so.\n` : `Nothing is stored in ${store.directory}. Measure with headroom bench.\n`);
    else process.stdout.write(resultListText(runs, others, { width: outputWidth(), isColored: (await import('picocolors')).default.isColorSupported }));
  } catch (error) {
    throw readingError(error, store.directory);
  }
}

function filterOf({ since, until, ...words }: Pick<ListFlags, 'name' | 'variant' | 'commit' | 'since' | 'until'>): ResultFilter {
  return { ...words, ...(since === undefined ? {} : { since: timeOf('--since', since) }), ...(until === undefined ? {} : { until: timeOf('--until', until) }) };
}

/** A date and time in UTC, or a duration back from now. */
function timeOf(flag: string, text: string): string {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const at = Date.parse(/[Z+]/.test(text.slice(10)) || text.length === 10 ? text : `${text}Z`);
    if (Number.isFinite(at)) return new Date(at).toISOString();
  }
  try {
    return new Date(Date.now() - durationSeconds(text) * 1000).toISOString();
  } catch (error) {
    throw new CliError(`${flag} "${text}" is neither a time (2026-08-05, 2026-08-05T12:00, in UTC) nor a duration back from now (7d, 12h)`, 2, error);
  }
}
