/** `headroom study`: how far to trust a comparison on this machine: alike runs that are called different, a known slow-down that is found. */
import { Command } from 'commander';
import type { BenchOptions } from '../bench/bench-options.ts';
import type { Run } from '../results/run.ts';
import { STUDY_RESULT_SCHEMA_VERSION, type StudyResult } from '../results/study/study-result.ts';
import { CliError } from './cli-error.ts';
import { outputWidth } from './output-width.ts';

interface StudyFlags {
  readonly comparisons: string;
  readonly repeats: string;
  readonly slower: string;
  readonly rate: string;
  readonly duration: string;
  readonly warmup: string;
  readonly minDifference: string;
  readonly metrics: string;
  readonly seed: string;
  readonly out?: string;
  readonly json?: boolean;
}

const RESAMPLED_COUNT = 200;
const ALPHA = 0.05;
const EXIT_INTERRUPTED = 130;
/** Of a run, beside its load. */
const OVERHEAD_SECONDS = 2;

export function studyCommand(): Command {
  return new Command('study')
    .description('how far to trust a comparison on this machine: measures one configuration against itself, and against slower brokers')
    .option('--comparisons <count>', 'live comparisons of each kind', '30')
    .option('--repeats <count>', 'blocks of one comparison, as experiments have by default', '6')
    .option('--slower <share>', 'CPU time that the slower brokers burn for what they use', '5 %')
    .option('--rate <records/s>', 'offered to each', '20k')
    .option('--duration <time>', 'measured window of a run', '2s')
    .option('--warmup <time>', 'before it', '1s')
    .option('--min-difference <share>', 'smallest difference that is called', '1 %')
    .option('--metrics <ids>', 'judged one by one, joined by commas', 'cpu.brokers,publish.p50,publish.p99')
    .option('--seed <number>', 'of order, load and resampling', '1')
    .option('--out <file>', 'write the result there too')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom study                                    30 comparisons of each kind: 540 runs, about 45 minutes
  $ headroom study --comparisons 3                    a first look, 5 minutes
  $ headroom study --slower 10% --metrics cpu.brokers

Every run is stored below results/runs, the result beside them, with the figures of each run.
Exit codes: 0 ok, 2 usage, 3 no block was complete, 130 interrupted.`,
    )
    .action(study);
}

async function study(flags: StudyFlags): Promise<void> {
  const { checkOutputs, writeOutput } = await import('./write-output.ts');
  await checkOutputs({ '--out': flags.out });
  const asked = await askedBy(flags);
  const result = await measured(asked);
  const { writeResult } = await import('../results/result-store.ts');
  const { DEFAULT_RUNS_DIRECTORY } = await import('../results/run-store.ts');
  const { studyText } = await import('../results/study/study-text.ts');
  const { default: colors } = await import('picocolors');
  const path = await writeResult(DEFAULT_RUNS_DIRECTORY, { kind: 'study', id: result.id, result });
  const json = `${JSON.stringify(result, undefined, 1)}\n`;
  if (flags.out !== undefined) await writeOutput('--out', flags.out, json);
  process.stdout.write(flags.json === true ? json : `\n${studyText(result, { width: outputWidth(), isColored: colors.isColorSupported })}\nStored in ${path}\n`);
  if (result.endedEarly !== null) process.exitCode = EXIT_INTERRUPTED;
}

interface Asked {
  readonly options: BenchOptions & { target: { kind: 'embedded' } };
  readonly comparisons: number;
  readonly repeats: number;
  readonly slowerShare: number;
  readonly minDifference: number;
  readonly metricIds: readonly string[];
}

async function askedBy(flags: StudyFlags): Promise<Asked> {
  const { countOf, durationSeconds, shareOf } = await import('../bench/experiment/file/quantities.ts');
  const { defaultBenchOptions, checkBenchOptions } = await import('../bench/bench-options.ts');
  const { metricIds: knownMetrics } = await import('../bench/experiment/thresholds.ts');
  const { nearestName } = await import('../bench/experiment/file/nearest-name.ts');
  const parsed = <Value>(flag: string, text: string, parse: (text: string) => Value): Value => {
    try {
      return parse(text);
    } catch (error) {
      throw new CliError(`--${flag} ${(error as Error).message}`, 2, error);
    }
  };
  const { target } = defaultBenchOptions;
  if (target.kind !== 'embedded') throw new Error('the default target is the embedded cluster');
  const options = {
    ...defaultBenchOptions,
    name: 'study',
    load: { kind: 'open', ratePerSecond: parsed('rate', flags.rate, countOf), arrivals: 'constant' },
    durationSeconds: parsed('duration', flags.duration, durationSeconds),
    warmupSeconds: parsed('warmup', flags.warmup, durationSeconds),
    seed: parsed('seed', flags.seed, countOf),
    groups: [],
    target,
    verifies: false,
  } as const;
  try {
    checkBenchOptions(options);
  } catch (error) {
    throw new CliError((error as Error).message, 2, error);
  }
  const metricIds = flags.metrics.split(',').map((each) => each.trim());
  const known = knownMetrics([]);
  for (const id of metricIds) if (!known.includes(id)) throw new CliError(`--metrics: there is no "${id}"; the nearest known is ${nearestName(id, known)}`, 2);
  const [comparisons, repeats] = [parsed('comparisons', flags.comparisons, countOf), parsed('repeats', flags.repeats, countOf)];
  if (comparisons < 1 || repeats < 6) throw new CliError('--comparisons begins with 1, --repeats with 6: fewer pairs are never significant', 2);
  return { options, comparisons, repeats, slowerShare: parsed('slower', flags.slower, shareOf), minDifference: parsed('min-difference', flags.minDifference, shareOf), metricIds };
}

async function measured(asked: Asked): Promise<StudyResult> {
  const { hostRecord } = await import('../bench/record/host-record.ts');
  const { metricsOf } = await import('../results/compare/run-metrics.ts');
  const { studiedMetrics } = await import('../results/study/comparison-study.ts');
  const { studyBlocks } = await import('../bench/study/study-variants.ts');
  const { options, repeats, slowerShare, minDifference, metricIds } = asked;
  const commandLine = ['headroom', ...process.argv.slice(2)];
  const outcome = await liveRuns(asked, commandLine);
  const { blocks, leftOut } = studyBlocks(outcome.runs);
  if (blocks.length < repeats) throw new CliError(`${blocks.length} complete blocks make no comparison of ${repeats}${leftOut === 0 ? '' : `; ${leftOut} had a run that failed`}`, outcome.endedEarly === null ? 3 : EXIT_INTERRUPTED);
  const { cpuModel, coreCount, kernel } = hostRecord(undefined);
  const judged = { metricIds, blocksPerComparison: repeats, resampledCount: RESAMPLED_COUNT, alpha: ALPHA, minDifference, seed: options.seed };
  const figures = (run: Run): Record<string, number | null> =>
    Object.fromEntries(metricsOf([run]).map((metric) => [metric.id, metric.valueOf(run)] as const).map(([id, value]) => [id, typeof value === 'number' ? value : null]));
  return {
    schemaVersion: STUDY_RESULT_SCHEMA_VERSION,
    kind: 'comparisonStudy',
    id: outcome.experimentId,
    startedAt: outcome.startedAt,
    elapsedSeconds: outcome.elapsedSeconds,
    commandLine,
    host: { cpuModel, coreCount, kernel },
    seed: options.seed,
    slowerShare,
    blocksPerComparison: repeats,
    alpha: ALPHA,
    minDifference,
    metrics: studiedMetrics(blocks, judged),
    runs: outcome.runs.map((run) => ({ runId: run.id, block: run.repeat?.block ?? 0, position: run.repeat?.position ?? 0, variant: run.repeat?.variant ?? '', figures: figures(run) })),
    blocksLeftOut: leftOut,
    endedEarly: outcome.endedEarly,
  };
}

async function liveRuns({ options, comparisons, repeats, slowerShare }: Asked, commandLine: readonly string[]) {
  const { setFlagsFromString } = await import('node:v8');
  const { join } = await import('node:path');
  const { runBlocks } = await import('../bench/experiment/experiment-runner.ts');
  const { studyVariants } = await import('../bench/study/study-variants.ts');
  const { DEFAULT_RUNS_DIRECTORY, RunStore } = await import('../results/run-store.ts');
  const { durationText } = await import('../results/render/number-text.ts');
  const { interruptionBySignal } = await import('./bench-run.ts');
  const { ExperimentProgressText } = await import('./experiment-progress.ts');
  const variants = studyVariants(options, slowerShare);
  const blockCount = comparisons * repeats;
  const seconds = blockCount * variants.length * (options.warmupSeconds + options.durationSeconds + OVERHEAD_SECONDS);
  process.stderr.write(`study: ${blockCount * variants.length} runs, about ${durationText(seconds)}\n`);
  const progress = new ExperimentProgressText(process.stderr, { showsBrokerLines: false });
  const interruption = interruptionBySignal((sentence) => progress.note(sentence));
  const store = new RunStore(join(DEFAULT_RUNS_DIRECTORY, 'study-runs'));
  // As in a plain run: collector helpers would wait for busy cores, and that would be measured as the target's.
  setFlagsFromString('--single-threaded-gc');
  try {
    return await runBlocks({
      experiment: 'study',
      variants,
      blockCount,
      seed: options.seed,
      budgetSeconds: undefined,
      commandLine,
      signal: interruption.signal,
      onRunProgress: progress.showRun,
      onExperimentProgress: progress.show,
      store: async (run) => {
        await store.write(run);
      },
    });
  } finally {
    progress.end();
    interruption.close();
  }
}
