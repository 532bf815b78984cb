/** `headroom bench-micro`: the parts of headroom against their limits and against the libraries that were not chosen. */
import { Command, InvalidArgumentError } from 'commander';
import type { MicroResult } from '../bench/micro/micro-run.ts';

const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface MicroFlags {
  readonly only?: RegExp;
  readonly rounds: number;
  readonly time: number;
  readonly json?: boolean;
  /** False: `--no-store`. */
  readonly store: boolean;
  readonly runsDir?: string;
}

export function benchMicroCommand(): Command {
  return new Command('bench-micro')
    .description('checksums, batches, codecs, appends, reads, a socket and the opening of logs, each beside its limit in the same rounds')
    .option('--only <pattern>', 'contests whose title matches this regular expression, in any case', pattern)
    .option('--rounds <count>', 'rounds', positiveInteger, 5)
    .option('--time <ms>', 'time of one contender in one round', positiveInteger, 100)
    .option('--json', 'print the result as JSON')
    .option('--runs-dir <directory>', 'where the result is stored (default: results/runs)')
    .option('--no-store', 'do not store the result')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom bench-micro                     all contests, in about a minute
  $ headroom bench-micro --only compress     the codec race, against the C libraries where they are
  $ headroom bench-micro --rounds 20 --no-store --json > micro.json`,
    )
    .action(runBenchMicro);
}

async function runBenchMicro(flags: MicroFlags): Promise<void> {
  const { allContests, runMicro } = await import('../bench/micro/micro-run.ts');
  const { CliError } = await import('./cli-error.ts');
  const only = flags.only;
  if (only !== undefined && !allContests().some(({ title }) => only.test(title))) {
    throw new CliError(`no contest matches ${only.source}; there are:\n${allContests().map(({ title }) => `  ${title}`).join('\n')}`, EXIT_USAGE);
  }
  const interruption = new AbortController();
  const onSignal = (): void => interruption.abort();
  // Once each: a second Ctrl-C does not wait for the files to be removed.
  for (const name of SIGNALS) process.once(name, onSignal);
  try {
    const result = await runMicro({
      rounds: { count: flags.rounds, timeMs: flags.time },
      only,
      signal: interruption.signal,
      onContest: (title) => process.stderr.write(`${title}\n`),
    });
    await present(result, flags);
  } catch (error) {
    if (interruption.signal.aborted) throw new CliError('interrupted; its files are removed', EXIT_INTERRUPTED);
    throw error;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

/** Stored first: what is printed may go into a pipe that breaks. */
async function present(result: MicroResult, flags: MicroFlags): Promise<void> {
  const stored = flags.store ? await store(result, flags.runsDir) : undefined;
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(result, undefined, 1)}\n`);
    if (stored !== undefined) process.stderr.write(`Stored in ${stored}\n`);
    return;
  }
  const { microText } = await import('../bench/micro/micro-text.ts');
  const { outputWidth } = await import('./output-width.ts');
  const { isColorSupported } = (await import('picocolors')).default;
  process.stdout.write(microText(result, { width: outputWidth(), isColored: isColorSupported }));
  if (stored !== undefined) process.stdout.write(`\nStored in ${stored}\n`);
}

async function store(result: MicroResult, runsDir: string | undefined): Promise<string> {
  const { writeResult } = await import('../results/result-store.ts');
  const { DEFAULT_RUNS_DIRECTORY } = await import('../results/run-store.ts');
  return writeResult(runsDir ?? DEFAULT_RUNS_DIRECTORY, { kind: 'micro', id: result.id, result });
}

function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return value;
}
