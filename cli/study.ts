/** `headroom study`: how far to trust a comparison on this machine: alike runs that are called different, a known slow-down that is found. */
import { Command } from 'commander';
import type { BenchOptions } from '../bench/bench-options.ts';
import type { ExperimentRuns } from '../bench/experiment/experiment-runner.ts';
import type { RunStore } from '../results/run-store.ts';
import type { Run } from '../results/run.ts';
import { STUDY_RESULT_SCHEMA_VERSION, type StudyResult } from '../results/study/study-result.ts';
import { CliError } from './cli-error.ts';
import { outputWidth } from './output-width.ts';

interface StudyFlags {
  readonly comparisons: string;
  readonly repeats: string;
  readonly slower: string;
  readonly detect: string;
  readonly budget: string;
  readonly from?: readonly string[];
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
    .option('--repeats <count>', 'blocks of one live comparison, and from which a resampled one tells its noise', '6')
    .option('--slower <share>', 'CPU time that the slower brokers burn for what they use; 0 %: no slower ones', '5 %')
    .option('--detect <share>', 'the change that resampled comparisons choose their repeats for', '5 %')
    .option('--budget <time>', 'longest time of one comparison, as experiments have by default', '6 min')
    .option('--from <study...>', 'measure nothing: judge the stored runs of these studies together')
    .option('--rate <records/s>', 'offered to each', '20k')
    .option('--duration <time>', 'measured window of a run', '2s')
    .option('--warmup <time>', 'before it', '1s')
    .option('--min-difference <share>', 'smallest difference that is called', '1 %')
    .option('--metrics <ids>', 'judged one by one, joined by commas', 'cpu.brokers,cpu.brokersPerLoad,publish.p50,publish.p99')
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
  $ headroom study --from 20261128-013405-9q8bn8 20261128-024501-k3m1xq

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
  readonly detect: number;
  readonly budgetSeconds: number;
  readonly minDifference: number;
  readonly metricIds: readonly string[];
  readonly from: readonly string[];
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
  const [detect, minDifference] = [parsed('detect', flags.detect, shareOf), parsed('min-difference', flags.minDifference, shareOf)];
  if (detect <= minDifference) throw new CliError(`--detect ${flags.detect} lies within --min-difference: such a change is never called`, 2);
  return { options, comparisons, repeats, slowerShare: parsed('slower', flags.slower, shareOf), detect, budgetSeconds: parsed('budget', flags.budget, durationSeconds), minDifference, metricIds, from: flags.from ?? [] };
}

async function measured(asked: Asked): Promise<StudyResult> {
  const { hostRecord } = await import('../bench/record/host-record.ts');
  const { metricsOf } = await import('../results/compare/run-metrics.ts');
  const { studiedMetrics } = await import('../results/study/comparison-study.ts');
  const { studyBlocks } = await import('../bench/study/study-variants.ts');
  const { repeats, minDifference, detect, metricIds, from } = asked;
  const commandLine = ['headroom', ...process.argv.slice(2)];
  const outcome = from.length === 0 ? await liveRuns(asked, commandLine) : await storedRuns(from);
  const { blocks, leftOut } = studyBlocks(outcome.runs);
  if (blocks.length < repeats) throw new CliError(`${blocks.length} complete blocks make no comparison of ${repeats}${leftOut === 0 ? '' : `; ${leftOut} had a run that failed`}`, outcome.endedEarly === null ? 3 : EXIT_INTERRUPTED);
  const { cpuModel, coreCount, kernel } = hostRecord(undefined);
  const seed = asked.options.seed;
  const blocksMax = Math.floor(asked.budgetSeconds / (2 * secondsOf(outcome.runs)));
  const judged = { metricIds, blocksPerComparison: repeats, blocksMax, detect, resampledCount: RESAMPLED_COUNT, alpha: ALPHA, minDifference, seed };
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
    seed,
    from,
    slowerShare: asked.slowerShare,
    blocksPerComparison: repeats,
    blocksMax,
    detect,
    alpha: ALPHA,
    minDifference,
    metrics: studiedMetrics(blocks, judged),
    runs: outcome.runs.map((run) => ({ runId: run.id, block: run.repeat?.block ?? 0, position: run.repeat?.position ?? 0, variant: run.repeat?.variant ?? '', figures: figures(run) })),
    blocksLeftOut: leftOut,
    endedEarly: outcome.endedEarly,
  };
}

/** Of one run with what is around it. */
function secondsOf(runs: readonly Run[]): number {
  const { warmupSeconds, durationSeconds } = (runs[0] as Run).configuration;
  return warmupSeconds + durationSeconds + OVERHEAD_SECONDS;
}

/** All runs of earlier studies, one study after the other. They must have measured the same. */
async function storedRuns(studyIds: readonly string[]): Promise<Pick<ExperimentRuns, 'experimentId' | 'startedAt' | 'elapsedSeconds' | 'runs' | 'endedEarly'>> {
  const store = await studyStore();
  const { newRunId } = await import('../results/run-store.ts');
  const startedAt = new Date();
  const stored = (await store.list()).toReversed().flatMap((found) => (found.kind === 'run' && studyIds.includes(found.run.repeat?.experimentId ?? '') ? [found.run] : []));
  for (const id of studyIds) if (!stored.some(({ repeat }) => repeat?.experimentId === id)) throw new CliError(`--from ${id}: ${store.directory} holds no run of it`, 2);
  const shapes = new Set(stored.map(({ configuration: { load, warmupSeconds, durationSeconds } }) => JSON.stringify([load, warmupSeconds, durationSeconds])));
  if (shapes.size > 1) throw new CliError(`--from: the studies have different loads or lengths: ${[...shapes].join(' and ')}`, 2);
  const runs = studyIds.flatMap((id) => stored.filter(({ repeat }) => repeat?.experimentId === id));
  return { experimentId: newRunId(startedAt), startedAt: startedAt.toISOString(), elapsedSeconds: runs.reduce((sum, { elapsedSeconds }) => sum + elapsedSeconds, 0), runs, endedEarly: null };
}

async function studyStore(): Promise<RunStore> {
  const { join } = await import('node:path');
  const { DEFAULT_RUNS_DIRECTORY, RunStore: Store } = await import('../results/run-store.ts');
  return new Store(join(DEFAULT_RUNS_DIRECTORY, 'study-runs'));
}

async function liveRuns({ options, comparisons, repeats, slowerShare }: Asked, commandLine: readonly string[]) {
  const { collectSteadily } = await import('../engine/host/steady-collector.ts');
  const { runBlocks } = await import('../bench/experiment/experiment-runner.ts');
  const { studyVariants } = await import('../bench/study/study-variants.ts');
  const { durationText } = await import('../results/render/number-text.ts');
  const { interruptionBySignal } = await import('./interruption.ts');
  const { ExperimentProgressText } = await import('./experiment-progress.ts');
  const variants = studyVariants(options, slowerShare);
  const blockCount = comparisons * repeats;
  const seconds = blockCount * variants.length * (options.warmupSeconds + options.durationSeconds + OVERHEAD_SECONDS);
  process.stderr.write(`study: ${blockCount * variants.length} runs, about ${durationText(seconds)}\n`);
  const progress = new ExperimentProgressText(process.stderr, { showsBrokerLines: false });
  const interruption = interruptionBySignal((sentence) => progress.note(sentence));
  const store = await studyStore();
  collectSteadily();
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
