/** `headroom compare`: two sets of stored runs, metric by metric, with intervals and verdicts. Reads only. */
import { Command } from 'commander';
import type { Comparison, RunRefusal } from '../results/compare/comparison.ts';
import type { CompareOptions } from '../results/compare/compare-runs.ts';
import type { Run } from '../results/run.ts';
import { CliError } from './cli-error.ts';
import { findRuns, listed } from './find-runs.ts';
import { outputWidth } from './output-width.ts';
import { checkOutputs, writeOutput } from './write-output.ts';

interface CompareFlags {
  readonly minDifference: string;
  readonly alpha: string;
  readonly paired?: boolean;
  readonly metrics?: string;
  readonly allowInvalid?: boolean;
  readonly failOnRegression?: boolean;
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly html?: string;
  readonly runsDir?: string;
}

const EXIT_REGRESSION = 1;

export function compareCommand(): Command {
  return new Command('compare')
    .description('compare two sets of stored runs: change, interval and verdict for each metric')
    .argument('<baseline>', 'runs joined by commas (ids, their beginnings or ends, files), the name that runs were given, or @BASELINE')
    .argument('<candidate>', 'the same; 4 runs a side are the least for a verdict, 6 to 10 give one')
    .option('--min-difference <percent>', 'smallest difference that matters', '5')
    .option('--alpha <probability>', 'chance of a false call that is accepted, over all metrics', '0.05')
    .option('--paired', 'run n of one side was measured beside run n of the other')
    .option('--metrics <ids>', 'only these, joined by commas; fewer tests need fewer runs, but choose before looking')
    .option('--allow-invalid', 'compare also runs that failed, were cut short or whose generator was the limit')
    .option('--fail-on-regression', 'end with exit code 1 when a metric is worse')
    .option('--json', 'print the comparison as JSON')
    .option('--markdown', 'print it as Markdown')
    .option('--html <file>', 'write it as one HTML file that needs nothing else')
    .option('--runs-dir <directory>', 'where runs are stored (default: results/runs)')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom compare zstd lz4                                     all runs named zstd against all named lz4
  $ headroom compare a1,a2,a3,a4,a5,a6 b1,b2,b3,b4,b5,b6 --paired  measured in alternation, a1 beside b1
  $ headroom compare main branch --fail-on-regression --min-difference 3
  $ headroom compare @main branch --fail-on-regression             against the baseline that is named main
  $ headroom compare main branch --metrics publish.p99,cpu.brokers

Exit codes: 0 ok, 1 a metric is worse (with --fail-on-regression), 2 usage, no such run, or runs that must not be compared,
3 a file or the directory cannot be read.`,
    )
    .action(compare);
}

async function compare(baseline: string, candidate: string, flags: CompareFlags): Promise<void> {
  if (flags.json === true && flags.markdown === true) throw new CliError('--json and --markdown: choose one', 2);
  await checkOutputs({ '--html': flags.html });
  const options: CompareOptions = {
    alpha: between('--alpha', flags.alpha, 1),
    minDifference: between('--min-difference', flags.minDifference, 1000) / 100,
    isPaired: flags.paired === true,
    allowsInvalid: flags.allowInvalid === true,
    ...(flags.metrics === undefined ? {} : { metricIds: listed(flags.metrics) }),
  };
  const { RunStore } = await import('../results/run-store.ts');
  const store = flags.runsDir === undefined ? new RunStore() : new RunStore(flags.runsDir);
  const comparison = await compared(await findRuns(store, baseline), await findRuns(store, candidate), options);
  process.stdout.write(await textOf(comparison, flags));
  if (flags.html !== undefined) {
    const { comparisonHtml } = await import('../results/html/comparison-html.ts');
    const path = await writeOutput('--html', flags.html, comparisonHtml(comparison));
    if (flags.json !== true && flags.markdown !== true) process.stdout.write(`\nWritten to ${path}\n`);
  }
  if (flags.failOnRegression === true && comparison.metrics.some(({ verdict }) => verdict.kind === 'worse')) process.exitCode = EXIT_REGRESSION;
}

async function compared(baseline: readonly Run[], candidate: readonly Run[], options: CompareOptions): Promise<Comparison> {
  const { compareRuns } = await import('../results/compare/compare-runs.ts');
  try {
    const outcome = compareRuns(baseline, candidate, options);
    if (outcome.kind === 'refused') throw new CliError(refusalText(outcome.refusals), 2);
    return outcome.comparison;
  } catch (error) {
    // Unknown metric, unequal pairs: what the user asked for.
    if (error instanceof RangeError) throw new CliError(error.message, 2, error);
    throw error;
  }
}

async function textOf(comparison: Comparison, flags: CompareFlags): Promise<string> {
  if (flags.json === true) return `${JSON.stringify(comparison, undefined, 2)}\n`;
  const { comparisonMarkdown, comparisonText } = await import('../results/compare/comparison-text.ts');
  if (flags.markdown === true) return comparisonMarkdown(comparison);
  const colors = (await import('picocolors')).default;
  return comparisonText(comparison, { width: outputWidth(), isColored: colors.isColorSupported });
}

function refusalText(refusals: readonly RunRefusal[]): string {
  const lines = refusals.map(({ side, runId, code, reason }) => `  ${side} ${runId}: ${code}: ${reason}`);
  const wayOut = refusals.every(({ canBeAllowed }) => canBeAllowed) ? 'leave them out, or compare them anyway with --allow-invalid' : 'leave them out';
  return `these runs must not be compared:\n${lines.join('\n')}\n  Way out: ${wayOut}.`;
}

/** Above 0 and below `limit`. */
function between(flag: string, text: string, limit: number): number {
  const value = Number(text.trim() === '' ? Number.NaN : text);
  if (!(value > 0 && value < limit)) throw new CliError(`${flag} "${text}" is not a number between 0 and ${limit}`, 2);
  return value;
}
