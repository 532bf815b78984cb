/** `headroom footprint`: files, open files, memory maps and memory of a broker's logs as partitions and retention grow. */
import { Command, InvalidArgumentError } from 'commander';
import type { Footprint } from '../bench/footprint/log-footprint.ts';

interface FootprintFlags {
  readonly partitions: number[];
  readonly segments: number[];
  readonly json?: boolean;
}

export function footprintCommand(): Command {
  return new Command('footprint')
    .description('what the logs of one broker cost: measured, by number of partitions and of segments in each')
    .option('--partitions <counts>', 'joined by commas', counts, [20, 100, 300])
    .option('--segments <counts>', 'of each partition: retention divided by segment.bytes or segment.ms', counts, [1, 10, 50])
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom footprint
  $ headroom footprint --partitions 20 --segments 55     20 partitions that keep 55 GiB each in segments of 1 GiB`,
    )
    .action(run);
}

async function run(flags: FootprintFlags): Promise<void> {
  const { measureFootprint } = await import('../bench/footprint/log-footprint.ts');
  const { EXIT_INTERRUPTED, interruptionBySignal } = await import('./interruption.ts');
  const { CliError } = await import('./cli-error.ts');
  const interruption = interruptionBySignal((sentence) => process.stderr.write(`${sentence}\n`), 'ending');
  const rows: Footprint[] = [];
  try {
    for (const partitions of flags.partitions) {
      for (const segments of flags.segments) rows.push(await measureFootprint({ partitions, segments }, interruption.signal));
    }
  } catch (error) {
    if (interruption.signal.aborted) throw new CliError('interrupted; its files are removed', EXIT_INTERRUPTED);
    throw error;
  } finally {
    interruption.close();
  }
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 1)}\n`);
    return;
  }
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['partitions', 'segments each', 'files', 'opened in ms', 'maps', 'open files', 'memory MiB', 'after a read: maps', 'open files', 'memory MiB'],
    style: { head: [], border: [] },
    colAligns: new Array(10).fill('right') as 'right'[],
    wordWrap: true,
    colWidths: [12, 10, 8, 9, 7, 7, 8, 10, 7, 8],
  });
  for (const { partitions, segments, files, openMs, opened, read } of rows) {
    table.push([partitions, segments, files, Math.round(openMs), opened.maps, opened.openFiles, mebibytes(opened.memoryBytes), read.maps, read.openFiles, mebibytes(read.memoryBytes)]);
  }
  process.stdout.write(`${table.toString()}\nMaps, open files and memory are what the process has more than without logs.\n`);
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function counts(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.some((value) => !Number.isSafeInteger(value) || value < 1)) throw new InvalidArgumentError('Whole numbers from 1 up, joined by commas.');
  return values;
}
