/** `headroom results baseline`: names for sets of runs that later ones are compared with (`headroom compare @name RUNS`). Nothing but this command changes one. */
import { Command } from 'commander';
import { Baselines, BaselineExistsError } from '../../results/baselines.ts';
import { counted } from '../../results/render/number-text.ts';
import { DEFAULT_RUNS_DIRECTORY, RunStore } from '../../results/run-store.ts';
import { CliError } from '../cli-error.ts';
import { findRuns } from '../find-runs.ts';

interface BaselineFlags {
  readonly runsDir: string;
}

export function baselineCommand(): Command {
  const command = new Command('baseline').description('name sets of runs that later ones are compared with: headroom compare @NAME RUNS');
  const withDirectory = (each: Command): Command => each.option('--runs-dir <directory>', 'where runs are stored', DEFAULT_RUNS_DIRECTORY);
  withDirectory(command.command('list', { isDefault: true }).description('all baselines, with their runs')).action(list);
  withDirectory(command.command('set').description('name these runs')).argument('<name>').argument('<runs>', 'joined by commas: ids, files, or the name that runs were given').option('--note <text>', 'why these', '').option('--replace', 'where the name is taken').action(set);
  withDirectory(command.command('remove').description('forget the name; the runs stay')).argument('<name>').action(remove);
  return command.addHelpText('after', `
Examples:
  $ headroom results baseline set main acks-all --note 'release 0.1'     all runs that were named acks-all
  $ headroom compare @main branch --fail-on-regression           for CI: exit code 1 when a metric is worse
  $ headroom results baseline set main branch --replace                  only on purpose: a baseline does not follow by itself`);
}

async function list({ runsDir }: BaselineFlags): Promise<void> {
  const all = await new Baselines(runsDir).list();
  const lines = all.map((each) => (each.kind === 'damaged' ? `! ${each.path} cannot be read: set it anew` : `@${each.baseline.name}  ${counted(each.baseline.runIds.length, 'run')}, set ${each.baseline.setAt.slice(0, 16).replace('T', ' ')}${each.baseline.note === '' ? '' : `: ${each.baseline.note}`}\n  ${each.baseline.runIds.join(' ')}`));
  process.stdout.write(lines.length === 0 ? 'No baseline is set. Name one with headroom results baseline set NAME RUNS.\n' : `${lines.join('\n')}\n`);
}

async function set(name: string, references: string, { runsDir, note, replace }: BaselineFlags & { note: string; replace?: boolean }): Promise<void> {
  const runs = await findRuns(new RunStore(runsDir), references);
  try {
    const path = await new Baselines(runsDir).set({ name, setAt: new Date().toISOString(), runIds: runs.map(({ id }) => id), note }, { replaces: replace === true });
    process.stdout.write(`@${name} now means ${counted(runs.length, 'run')}, stored in ${path}\n`);
  } catch (error) {
    if (error instanceof BaselineExistsError) throw new CliError(`${error.message}: --replace puts these runs in its place`, 2, error);
    if (error instanceof RangeError) throw new CliError(error.message, 2, error);
    throw error;
  }
}

async function remove(name: string, { runsDir }: BaselineFlags): Promise<void> {
  const isRemoved = await new Baselines(runsDir).remove(name).catch((error: unknown) => {
    if (error instanceof RangeError) throw new CliError(error.message, 2, error);
    throw error;
  });
  if (!isRemoved) throw new CliError(`there is no baseline @${name}`, 2);
  process.stdout.write(`@${name} is forgotten; its runs stay\n`);
}
