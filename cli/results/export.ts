/** `headroom results export`: a stored run in the form that another tool reads, on stdout. */
import { Argument, Command } from 'commander';
import { DEFAULT_RUNS_DIRECTORY, RunStore } from '../../results/run-store.ts';
import type { Run } from '../../results/run.ts';
import { CliError } from '../cli-error.ts';
import { findResult } from './stored-files.ts';

const FORMATS = ['csv', 'hgrm', 'hlog', 'omb'] as const;
type Format = (typeof FORMATS)[number];

interface ExportFlags {
  readonly histogram?: string;
  readonly runsDir: string;
}

export function exportCommand(): Command {
  return new Command('export')
    .description('a stored run in the form that another tool reads')
    .argument('<run>', 'latest, an id, the unambiguous beginning or end of one, or a file')
    .addArgument(new Argument('<format>', 'csv: the seconds; hgrm: a histogram as percentiles; hlog: all histograms as a HistogramLog; omb: result of the OpenMessaging Benchmark').choices(FORMATS))
    .option('--histogram <name>', 'of hgrm: publish, schedule-delay, batching, request or end-to-end:GROUP (default: publish)')
    .option('--runs-dir <directory>', 'where results are stored', DEFAULT_RUNS_DIRECTORY)
    .addHelpText(
      'after',
      `
Examples:
  $ headroom results export latest csv > seconds.csv
  $ headroom results export latest hgrm --histogram end-to-end:sink > sink.hgrm
  $ headroom results export k3x9qd omb > result.json

The whole record, with its raw histograms, is headroom results show RUN --json.`,
    )
    .action(exportRun);
}

async function exportRun(reference: string, format: Format, { histogram, runsDir }: ExportFlags): Promise<void> {
  if (histogram !== undefined && format !== 'hgrm') throw new CliError('--histogram goes with hgrm; hlog holds all of them', 2);
  const found = await findResult(new RunStore(runsDir), reference);
  if (found.kind !== 'run') throw new CliError(`${reference} is no run: export one of its runs, or take headroom results show ${reference} --json`, 2);
  process.stdout.write(await exported(found.run, format, histogram ?? 'publish'));
}

async function exported(run: Run, format: Format, histogram: string): Promise<string> {
  switch (format) {
    case 'csv':
      return (await import('../../results/export/seconds-csv.ts')).secondsCsv(run);
    case 'omb':
      return (await import('../../results/export/omb-json.ts')).ombJson(run);
    case 'hlog':
      return (await import('../../results/export/histogram-log.ts')).histogramLog(run);
    case 'hgrm':
      return hgrm(run, histogram);
  }
}

async function hgrm(run: Run, name: string): Promise<string> {
  const { decodeHistogram, histogramRecords } = await import('../../results/export/stored-histograms.ts');
  const records = histogramRecords(run);
  const record = records.get(name);
  if (record === undefined) throw new CliError(`--histogram "${name}" is not in this run; there are ${[...records.keys()].join(', ')}`, 2);
  const decoded = decodeHistogram(record);
  if (decoded.kind === 'damaged') throw new CliError(`the histogram ${name} of run ${run.id} is damaged: ${decoded.reason}`, 3);
  return decoded.histogram.toHgrm();
}
