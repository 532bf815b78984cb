/** `headroom report`: a stored run as text, as a page, as files that others read; or a list of the stored runs. Computes nothing that the run does not hold. */
import { Command } from 'commander';
import type { Run } from '../results/run.ts';
import type { StoredRun } from '../results/run-store.ts';
import { outputWidth } from './output-width.ts';

interface ReportFlags {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly html?: string;
  readonly export?: string;
  readonly histogram?: string;
  readonly runsDir?: string;
}

const EXPORTS = ['csv', 'hgrm', 'omb'];

export function reportCommand(): Command {
  return new Command('report')
    .description('print the newest stored run, or the one that is named')
    .argument('[run]', 'an id, its unambiguous beginning or end, or the path of a file (default: the newest run)')
    .option('--list', 'one line for each stored run, the newest first')
    .option('--json', 'the whole record as JSON instead of the report')
    .option('--html <file>', 'write the report as one HTML file that needs nothing else')
    .option('--export <format>', 'print it for other tools: csv (the seconds), hgrm (a histogram as percentiles), omb (OpenMessaging Benchmark result)')
    .option('--histogram <name>', 'of --export hgrm: publish, schedule-delay, batching, request or end-to-end:GROUP (default: publish)')
    .option('--runs-dir <directory>', 'where runs are stored (default: results/runs)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom report                           the newest run
  $ headroom report --list                    every stored run, damaged files included
  $ headroom report 20260805-12               the run whose id begins so
  $ headroom report k3x9qd --json             its whole record, for jq and the like
  $ headroom report latest --html run.html    charts by second and by percentile, the whole record inside
  $ headroom report experiment-ID --html experiment.html   variants, Pareto plot, verdicts with their intervals
  $ headroom report --export hgrm > run.hgrm  for the plotters of HdrHistogram
  $ headroom report ../elsewhere/run.json     a file from another machine

Exit codes: 0 ok, 2 no such run, 3 the file or the directory cannot be read.`,
    )
    .action(runReport);
}

async function runReport(reference: string | undefined, flags: ReportFlags): Promise<void> {
  const { CliError } = await import('./cli-error.ts');
  const forms = (['json', 'html', 'export'] as const).filter((form) => flags[form] !== undefined).map((form) => `--${form}`);
  if (flags.list === true && (reference !== undefined || forms.length > 0)) throw new CliError(`--list shows all runs: leave out ${reference === undefined ? forms.join(' and ') : `"${reference}"`}`, 2);
  if (forms.length > 1) throw new CliError(`${forms.join(' and ')}: choose one`, 2);
  if (flags.histogram !== undefined && flags.export !== 'hgrm') throw new CliError('--histogram goes with --export hgrm', 2);
  if (flags.export !== undefined && !EXPORTS.includes(flags.export)) throw new CliError(`--export "${flags.export}" is none of ${EXPORTS.join(', ')}; the whole record is --json`, 2);
  const { checkOutputs } = await import('./write-output.ts');
  await checkOutputs({ '--html': flags.html });
  const { RunStore } = await import('../results/run-store.ts');
  const store = flags.runsDir === undefined ? new RunStore() : new RunStore(flags.runsDir);
  try {
    if (reference !== undefined && (await reportedExperiment(reference, { ...flags, directory: store.directory }))) return;
    process.stdout.write(flags.list === true ? await listText(await store.list(), store.directory) : await oneText(await store.find(reference), flags));
  } catch (error) {
    const { code, path = store.directory } = error as NodeJS.ErrnoException;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw error;
    throw new CliError(`cannot read ${path}: ${code === 'EISDIR' ? 'it is a directory; name a file, or use --runs-dir' : (error as Error).message}`, 3, error);
  }
}

/** False: the reference names no experiment. */
async function reportedExperiment(reference: string, { directory, json, html, export: format }: ReportFlags & { directory: string }): Promise<boolean> {
  const { readResultText } = await import('../results/result-store.ts');
  const found = await readResultText(directory, 'experiment', reference);
  if (found === undefined) return false;
  const { CliError } = await import('./cli-error.ts');
  const { experimentResultOf } = await import('../results/compare/experiment/experiment-result.ts');
  const result = experimentResultOf(found.text);
  if (result === undefined) throw new CliError(`${found.path} is not the result of an experiment that can be read`, 3);
  if (format !== undefined) throw new CliError('--export is of a run: name one of the experiment, or use --json', 2);
  if (json === true) process.stdout.write(found.text);
  else if (html !== undefined) {
    const { experimentHtml } = await import('../results/html/experiment-html.ts');
    const { writeOutput } = await import('./write-output.ts');
    process.stdout.write(`Written to ${await writeOutput('--html', html, experimentHtml(result))}\n`);
  } else {
    const { experimentText } = await import('../results/compare/experiment/experiment-text.ts');
    const colors = (await import('picocolors')).default;
    process.stdout.write(experimentText(result, { width: outputWidth(), isColored: colors.isColorSupported }));
  }
  return true;
}

async function oneText(found: Awaited<ReturnType<import('../results/run-store.ts').RunStore['find']>>, flags: ReportFlags): Promise<string> {
  const { CliError } = await import('./cli-error.ts');
  if (found.kind === 'missing') throw new CliError(`${found.reason}\n  See headroom report --list, or measure one with headroom bench.`, 2);
  if (found.kind === 'damaged') throw new CliError(`${found.path} is not a run that can be read:\n${found.problems.map((problem) => `  ${problem}`).join('\n')}`, 3);
  const { run } = found;
  if (flags.json === true) {
    const { serializeRun } = await import('../results/run-store.ts');
    return serializeRun(run);
  }
  if (flags.export !== undefined) return exported(run, flags);
  if (flags.html !== undefined) {
    const { runHtml } = await import('../results/html/run-html.ts');
    const { writeOutput } = await import('./write-output.ts');
    return `Written to ${await writeOutput('--html', flags.html, runHtml(run))}\n`;
  }
  const { runText } = await import('../results/render/run-text.ts');
  const colors = (await import('picocolors')).default;
  return `${runText(run, { width: outputWidth(), isColored: colors.isColorSupported })}\nStored in ${found.path}\n`;
}

async function exported(run: Run, { export: format, histogram = 'publish' }: ReportFlags): Promise<string> {
  const { CliError } = await import('./cli-error.ts');
  if (format === 'csv') return (await import('../results/export/seconds-csv.ts')).secondsCsv(run);
  if (format === 'omb') return (await import('../results/export/omb-json.ts')).ombJson(run);
  const { decodeHistogram, histogramRecords } = await import('../results/export/stored-histograms.ts');
  const records = histogramRecords(run);
  const record = records.get(histogram);
  if (record === undefined) throw new CliError(`--histogram "${histogram}" is not in this run; there are ${[...records.keys()].join(', ')}`, 2);
  const decoded = decodeHistogram(record);
  if (decoded.kind === 'damaged') throw new CliError(`the histogram ${histogram} of run ${run.id} is damaged: ${decoded.reason}`, 3);
  return decoded.histogram.toHgrm();
}

/** The whole id always shows: it is what the reader copies. */
async function listText(stored: readonly StoredRun[], directory: string): Promise<string> {
  if (stored.length === 0) return `No run is stored in ${directory}. Measure one with headroom bench.\n`;
  const { runListText } = await import('../results/render/run-list-text.ts');
  const colors = (await import('picocolors')).default;
  return runListText(stored, { width: outputWidth(), isColored: colors.isColorSupported });
}
