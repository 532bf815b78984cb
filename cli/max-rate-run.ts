/**
 * `headroom bench --rate max`: searches the highest rate that is held under the objectives, stores every run and the result, prints it. The
 * first Ctrl-C ends with what there is, the second at once.
 */
import pc from 'picocolors';
import type { BenchOptions } from '../bench/bench-options.ts';
import { failedRunRecord } from '../bench/experiment/failed-run.ts';
import { durationSeconds, shareOf } from '../bench/experiment/file/quantities.ts';
import { nearestName } from '../bench/experiment/file/nearest-name.ts';
import { parseThreshold, thresholdMetricIds, type Threshold } from '../bench/experiment/thresholds.ts';
import { ExperimentError } from '../bench/experiment-error.ts';
import { runRecord } from '../bench/record/run-record.ts';
import { runExperiment } from '../bench/run-experiment.ts';
import { leastBudgetSeconds, searchSustainableRate, type RateRequest } from '../bench/search/sustainable-rate.ts';
import { collectSteadily } from '../engine/host/steady-collector.ts';
import { durationText, rateText } from '../results/render/number-text.ts';
import { DEFAULT_RUNS_DIRECTORY, newRunId, RunStore } from '../results/run-store.ts';
import { writeResult } from '../results/result-store.ts';
import type { RepeatRecord, Run } from '../results/run.ts';
import { SEARCH_RESULT_SCHEMA_VERSION, type SearchResult } from '../results/search/search-result.ts';
import { searchHtml } from '../results/html/search-html.ts';
import { searchText } from '../results/search/search-text.ts';
import { planRun } from '../sizing/plan-run.ts';
import { benchOptionsFrom, type BenchFlags } from './bench-flags.ts';
import { interruptionBySignal } from './interruption.ts';
import { CliError } from './cli-error.ts';
import { ExperimentProgressText } from './experiment-progress.ts';
import { outputWidth } from './output-width.ts';
import { writeOutput } from './write-output.ts';

export interface MaxRateFlags extends BenchFlags {
  readonly objective?: readonly string[];
  readonly precision?: string;
  readonly budget?: string;
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const DEFAULT_OBJECTIVE = 'publish.p99 < 100ms';
const DEFAULT_PRECISION = '7 %';
const DEFAULT_BUDGET = '8min';
/** Of one run of the search, where no --duration and --warmup were given. */
const DURATION = { warmupSeconds: 3, durationSeconds: 10 };
/** What brokers, a topic and the reading back take around a run, at the least. */
const START_SECONDS = 5;
const EXIT_NONE_HOLDS = 1;
const EXIT_ENVIRONMENT = 3;
const EXIT_INTERRUPTED = 130;

export async function runMaxRate(flags: MaxRateFlags): Promise<void> {
  const { rate: _, ...others } = flags;
  const asked = benchOptionsFrom(others);
  const options: BenchOptions = {
    ...asked,
    warmupSeconds: flags.warmup === undefined ? DURATION.warmupSeconds : asked.warmupSeconds,
    durationSeconds: flags.duration === undefined ? DURATION.durationSeconds : asked.durationSeconds,
  };
  checkFlags(flags, options);
  const search = { objectives: objectivesOf(flags, options), precision: quantity('--precision', flags.precision ?? DEFAULT_PRECISION, shareOf), budgetSeconds: budgetOf(flags, options) };
  const result = await run(options, search, flags);
  const path = await writeResult(DEFAULT_RUNS_DIRECTORY, { kind: 'search', id: result.id, result });
  const json = `${JSON.stringify(result, undefined, 2)}\n`;
  if (flags.out !== undefined) await writeOutput('--out', flags.out, json);
  if (flags.html !== undefined) await writeOutput('--html', flags.html, searchHtml(result));
  process.stdout.write(flags.json === true ? json : `\n${searchText(result, { width: outputWidth(), isColored: pc.isColorSupported })}\nStored in ${path}, every run beside it\n`);
  if (result.end.kind === 'interrupted') process.exitCode = EXIT_INTERRUPTED;
  else if (result.end.kind === 'ceilingFailed') process.exitCode = EXIT_ENVIRONMENT;
  else if (result.sustained === null) process.exitCode = EXIT_NONE_HOLDS;
}

interface SearchWords {
  readonly objectives: readonly Threshold[];
  readonly precision: number;
  readonly budgetSeconds: number;
}

async function run(options: BenchOptions, search: SearchWords, flags: MaxRateFlags): Promise<SearchResult> {
  const progress = new ExperimentProgressText(process.stderr, { showsBrokerLines: flags.verbose === true });
  const interruption = interruptionBySignal((sentence) => progress.note(sentence));
  const store = new RunStore();
  const startedAt = new Date();
  const id = newRunId(startedAt);
  const name = `${options.name}-max`;
  const commandLine = ['headroom', ...process.argv.slice(2)];
  let runNumber = 0;
  collectSteadily();
  try {
    const nowSeconds = (): number => performance.now() / 1000;
    const beganSeconds = nowSeconds();
    const measure = async (request: RateRequest): Promise<Run | undefined> => {
      const variant = request.ratePerSecond === undefined ? 'closed loop' : `${request.phase} at ${rateText(request.ratePerSecond)}/s`;
      progress.note(`run ${++runNumber}: ${variant}`);
      const repeat = { experimentId: id, experiment: name, variant, block: runNumber, position: 1 };
      const measured = await oneRun(optionsOf(options, request), { repeat, commandLine, signal: interruption.signal, progress });
      if (measured !== undefined) await store.write(measured);
      return measured;
    };
    const outcome = await searchSustainableRate({ ...search, durationSeconds: options.durationSeconds, seed: options.seed, nowSeconds, measure, signal: interruption.signal, onPoint: (point, estimate) => progress.showPoint(point, estimate) });
    return { schemaVersion: SEARCH_RESULT_SCHEMA_VERSION, kind: 'maximumSustainableThroughput', id, startedAt: startedAt.toISOString(), elapsedSeconds: nowSeconds() - beganSeconds, name, commandLine, seed: options.seed, ...outcome };
  } finally {
    progress.end();
    interruption.close();
  }
}

function optionsOf(options: BenchOptions, { ratePerSecond, durationSeconds: length }: RateRequest): BenchOptions {
  const arrivals = options.load.kind === 'closed' ? 'constant' : options.load.arrivals;
  return { ...options, durationSeconds: length, load: ratePerSecond === undefined ? { kind: 'closed' } : { kind: 'open', ratePerSecond, arrivals } };
}

interface RunPlace {
  readonly repeat: RepeatRecord;
  readonly commandLine: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ExperimentProgressText;
}

/** Undefined: interrupted before anything was measured. A wrong use ends the search, a run that fails is a point that does not hold. */
async function oneRun(options: BenchOptions, { repeat, commandLine, signal, progress }: RunPlace): Promise<Run | undefined> {
  const startedAt = new Date();
  const startMs = performance.now();
  const elapsed = (): number => (performance.now() - startMs) / 1000;
  try {
    const outcome = await runExperiment({ options, onProgress: progress.showRun, signal });
    const unplanned = runRecord(outcome, { commandLine, elapsedSeconds: elapsed(), repeat });
    return { ...unplanned, plan: planRun(unplanned, { consumerRate: undefined }) };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof ExperimentError)) throw error;
    if (error.code === 'usage') throw new CliError(error.message, 2, error);
    return failedRunRecord({ options, reason: error.message, startedAt, elapsedSeconds: elapsed(), commandLine, repeat });
  }
}

/** `publish.p99 < 50ms`, several hold together. */
function objectivesOf({ objective = [DEFAULT_OBJECTIVE] }: MaxRateFlags, { groups }: BenchOptions): Threshold[] {
  const known = thresholdMetricIds(groups.map(({ name }) => name));
  return objective.map((text) => {
    const match = /^\s*([\w.-]+)\s*([<>=].*)$/.exec(text);
    const [, metric = '', expression = ''] = match ?? [];
    if (match === null) throw new CliError(`--objective "${text}" is not a metric and what it must hold (for example "${DEFAULT_OBJECTIVE}")`, 2);
    if (!known.includes(metric)) throw new CliError(`--objective "${text}": there is no metric ${metric}; the nearest known is '${nearestName(metric, known) ?? 'publish.p99'}'`, 2);
    try {
      return parseThreshold(metric, expression);
    } catch (error) {
      throw new CliError(`--objective "${text}": ${(error as Error).message}`, 2, error);
    }
  });
}

function checkFlags({ closedLoop, useExisting, shape }: MaxRateFlags, { load, faults }: BenchOptions): void {
  if (shape !== undefined) throw new CliError('--rate max and --shape exclude each other: the search offers one rate a run', 2);
  if (closedLoop === true || load.kind === 'closed') throw new CliError('--rate max and --closed-loop exclude each other: the search begins with a closed loop by itself', 2);
  if (faults.length > 0) throw new CliError('--rate max finds what is held without faults: leave out --fault, --kill-broker and --pause-broker', 2);
  if (useExisting === true) throw new CliError('--rate max makes a new topic for every run: leave out --use-existing', 2);
}

function budgetOf({ budget = DEFAULT_BUDGET }: MaxRateFlags, { durationSeconds: runSeconds, warmupSeconds }: BenchOptions): number {
  const budgetSeconds = quantity('--budget', budget, durationSeconds);
  const least = leastBudgetSeconds({ durationSeconds: runSeconds, overheadSeconds: warmupSeconds + START_SECONDS });
  if (budgetSeconds >= least) return budgetSeconds;
  throw new CliError(`--budget ${budget} is too short for a search with runs of ${runSeconds} s: at least ${durationText(Math.ceil(least))}, or a shorter --duration`, 2);
}

function quantity(flag: string, text: string, read: (text: string) => number): number {
  try {
    return read(text);
  } catch (error) {
    throw new CliError(`${flag} ${(error as Error).message}`, 2, error);
  }
}
