/** `headroom report`: prints a stored run, or lists the stored runs. Reads only; computes nothing that the run does not hold. */
import { Command } from 'commander';
import type { StoredRun } from '../results/run-store.ts';
import { outputWidth } from './output-width.ts';

interface ReportFlags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly runsDir?: string;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('print the newest stored run, or the one that is named')
    .argument('[run]', 'an id, its unambiguous beginning or end, or the path of a file (default: the newest run)')
    .option('--list', 'one line for each stored run, the newest first')
    .option('--json', 'the whole record as JSON instead of the report')
    .option('--runs-dir <directory>', 'where runs are stored (default: results/runs)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom report                           the newest run
  $ headroom report --list                    every stored run, damaged files included
  $ headroom report 20260805-12               the run whose id begins so
  $ headroom report k3x9qd --json             its whole record, for jq and the like
  $ headroom report ../elsewhere/run.json     a file from another machine

Exit codes: 0 ok, 2 no such run, 3 the file or the directory cannot be read.`,
    )
    .action(runReport);
}

async function runReport(reference: string | undefined, flags: ReportFlags): Promise<void> {
  const { CliError } = await import('./cli-error.ts');
  if (flags.list === true && (reference !== undefined || flags.json === true)) {
    throw new CliError(`--list shows all runs: leave out ${reference === undefined ? '--json' : `"${reference}"`}`, 2);
  }
  const { RunStore } = await import('../results/run-store.ts');
  const store = flags.runsDir === undefined ? new RunStore() : new RunStore(flags.runsDir);
  try {
    process.stdout.write(flags.list === true ? await listText(await store.list(), store.directory) : await oneText(await store.find(reference), flags));
  } catch (error) {
    const { code, path = store.directory } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw new CliError(`cannot read ${path}: ${code === 'EISDIR' ? 'it is a directory; name a file, or use --runs-dir' : (error as Error).message}`, 3, error);
  }
}

async function oneText(found: Awaited<ReturnType<import('../results/run-store.ts').RunStore['find']>>, flags: ReportFlags): Promise<string> {
  const { CliError } = await import('./cli-error.ts');
  if (found.kind === 'missing') throw new CliError(`${found.reason}\n  See headroom report --list, or measure one with headroom bench.`, 2);
  if (found.kind === 'damaged') throw new CliError(`${found.path} is not a run that can be read:\n${found.problems.map((problem) => `  ${problem}`).join('\n')}`, 3);
  if (flags.json === true) {
    const { serializeRun } = await import('../results/run-store.ts');
    return serializeRun(found.run);
  }
  const { runText } = await import('../results/render/run-text.ts');
  const colors = (await import('picocolors')).default;
  return `${runText(found.run, { width: outputWidth(), isColored: colors.isColorSupported })}\nStored in ${found.path}\n`;
}

/** The whole id always shows: it is what the reader copies. */
async function listText(stored: readonly StoredRun[], directory: string): Promise<string> {
  if (stored.length === 0) return `No run is stored in ${directory}. Measure one with headroom bench.\n`;
  const { runListText } = await import('../results/render/run-list-text.ts');
  const colors = (await import('picocolors')).default;
  return runListText(stored, { width: outputWidth(), isColored: colors.isColorSupported });
}
