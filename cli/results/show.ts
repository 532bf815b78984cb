/** `headroom results show`: a stored result again, as text, as a page, or as it is stored. Computes nothing that the result does not hold. */
import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { DEFAULT_RUNS_DIRECTORY, RunStore, serializeRun } from '../../results/run-store.ts';
import { CliError } from '../cli-error.ts';
import { outputWidth } from '../output-width.ts';
import { checkOutputs, writeOutput } from '../write-output.ts';
import { findResult, type FoundResult } from './stored-files.ts';

interface ShowFlags {
  readonly json?: boolean;
  readonly html?: string;
  readonly runsDir: string;
}

export function showCommand(): Command {
  return new Command('show')
    .description('print a stored run, experiment, search, study or verification again')
    .argument('[result]', 'a run by its id, the unambiguous beginning or end of it, or a file; others by their name, as experiment-20260805-123456-k3x9qd (default: the newest run)')
    .option('--json', 'as it is stored, with the raw histograms of a run')
    .option('--html <file>', 'write it as one HTML file that needs nothing else')
    .option('--runs-dir <directory>', 'where results are stored', DEFAULT_RUNS_DIRECTORY)
    .addHelpText(
      'after',
      `
Examples:
  $ headroom results show                                        the newest run
  $ headroom results show 20260805-12                            the run whose id begins so
  $ headroom results show k3x9qd --json                          its whole record, for jq and the like
  $ headroom results show latest --html run.html                 charts by second and by percentile, the whole record inside
  $ headroom results show experiment-20260805-123456-k3x9qd --html experiment.html
  $ headroom results show ../elsewhere/run.json                  a file from another machine

Exit codes: 0 ok, 2 no such result, 3 the file or the directory cannot be read.`,
    )
    .action(show);
}

async function show(reference: string | undefined, { json, html, runsDir }: ShowFlags): Promise<void> {
  if (json === true && html !== undefined) throw new CliError('--json and --html: choose one', 2);
  await checkOutputs({ '--html': html });
  const found = await findResult(new RunStore(runsDir), reference);
  // A run of an older version is shown in the form of the present one, like everywhere; other results as they stand in their file.
  if (json === true) process.stdout.write(found.kind === 'run' ? serializeRun(found.run) : await readFile(found.path, 'utf8'));
  else if (html !== undefined) process.stdout.write(`Written to ${await writeOutput('--html', html, await pageOf(found))}\n`);
  else process.stdout.write(`${await textOf(found)}\nStored in ${found.path}\n`);
}

async function textOf(found: FoundResult): Promise<string> {
  const options = { width: outputWidth(), isColored: (await import('picocolors')).default.isColorSupported };
  switch (found.kind) {
    case 'run':
      return (await import('../../results/render/run-text.ts')).runText(found.run, options);
    case 'experiment':
      return (await import('../../results/compare/experiment/experiment-text.ts')).experimentText(found.result, options);
    case 'search':
      return (await import('../../results/search/search-text.ts')).searchText(found.result, options);
    case 'study':
      return (await import('../../results/study/study-text.ts')).studyText(found.result, options);
    case 'verification':
      return (await import('../../results/verification/verification-text.ts')).verificationText(found.result, options);
    case 'micro':
      return (await import('../../bench/micro/micro-text.ts')).microText(found.result as import('../../bench/micro/micro-run.ts').MicroResult, options);
  }
}

async function pageOf(found: FoundResult): Promise<string> {
  switch (found.kind) {
    case 'run':
      return (await import('../../results/html/run-html.ts')).runHtml(found.run);
    case 'experiment':
      return (await import('../../results/html/experiment-html.ts')).experimentHtml(found.result);
    case 'search':
      return (await import('../../results/html/search-html.ts')).searchHtml(found.result);
    case 'study':
      return (await import('../../results/html/study-html.ts')).studyHtml(found.result);
    case 'verification':
      throw new CliError('a verification has no page: leave --html out, or use --json; its run has one', 2);
    case 'micro':
      throw new CliError('contests have no page: leave --html out, or use --json', 2);
  }
}
