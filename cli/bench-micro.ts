/** `headroom bench-micro`: the parts of headroom against their limits and against the libraries that were not chosen. */
import { Command, InvalidArgumentError } from 'commander';

interface MicroFlags {
  readonly only?: string;
  readonly rounds: number;
  readonly time: number;
  readonly json?: boolean;
}

export function benchMicroCommand(): Command {
  return new Command('bench-micro')
    .description('checksums, batches, codecs, appends and look-ups, each beside its limit in the same rounds')
    .option('--only <text>', 'contests whose title holds this text')
    .option('--rounds <count>', 'rounds', positiveInteger, 5)
    .option('--time <ms>', 'time of one contender in one round', positiveInteger, 100)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom bench-micro                     all contests, about a minute
  $ headroom bench-micro --only compress     the codec race
  $ headroom bench-micro --rounds 20 --json > micro.json`,
    )
    .action(runBenchMicro);
}

async function runBenchMicro(flags: MicroFlags): Promise<void> {
  const { runMicro } = await import('../bench/micro/micro-run.ts');
  const { microText } = await import('../bench/micro/micro-text.ts');
  const { outputWidth } = await import('./output-width.ts');
  const { CliError } = await import('./cli-error.ts');
  const pc = (await import('picocolors')).default;
  const result = runMicro({
    rounds: { count: flags.rounds, timeMs: flags.time },
    only: flags.only,
    onContest: (title) => process.stderr.write(`${title}\n`),
  });
  if (result.rows.length === 0) throw new CliError(`no contest's title holds "${flags.only}": leave out --only to see them`, 2);
  process.stdout.write(flags.json === true ? `${JSON.stringify(result, undefined, 1)}\n` : microText(result, { width: outputWidth(), isColored: pc.isColorSupported }));
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return value;
}
