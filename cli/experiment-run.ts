/**
 * `headroom bench NAME_OR_FILE` and `--workload FILE --driver FILE`: reads the experiment, says what it will do, runs it, stores each run, prints
 * the result. The first Ctrl-C ends with what there is, the second at once.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import pc from 'picocolors';
import { blocksForSignificance, pilotBlocks } from '../bench/experiment/blocks.ts';
import { AUTO_BUDGET_SECONDS, readExperiment, type Experiment, type Layer } from '../bench/experiment/file/experiment-file.ts';
import { estimatedSeconds, runBlocks } from '../bench/experiment/experiment-runner.ts';
import type { Settings } from '../bench/experiment/file/experiment-schema.ts';
import { readOmbDriver } from '../bench/experiment/omb/omb-driver.ts';
import { ombExperiment } from '../bench/experiment/omb/omb-experiment.ts';
import { readOmbWorkload } from '../bench/experiment/omb/omb-workload.ts';
import { experimentPath, readyExperimentNames } from '../bench/experiment/ready-experiments.ts';
import { countOf, durationSeconds } from '../bench/experiment/file/quantities.ts';
import { SettingsError } from '../bench/experiment/settings.ts';
import { thresholdOutcomes } from '../bench/experiment/thresholds.ts';
import { variantsOf, type Variants } from '../bench/experiment/variants.ts';
import { ExperimentFileError } from '../bench/experiment/file/yaml-tree.ts';
import { ExperimentError } from '../bench/experiment-error.ts';
import { collectSteadily } from '../engine/host/steady-collector.ts';
import { blocksWanted, type BlocksWanted } from '../results/compare/experiment/blocks-wanted.ts';
import { experimentMarkdown } from '../results/compare/experiment/experiment-markdown.ts';
import type { ExperimentResult } from '../results/compare/experiment/experiment-result.ts';
import { experimentResult, runsByVariantOf } from '../results/compare/experiment/experiment-summary.ts';
import { experimentText } from '../results/compare/experiment/experiment-text.ts';
import { experimentHtml } from '../results/html/experiment-html.ts';
import { counted, durationText, percentText } from '../results/render/number-text.ts';
import { writeResult } from '../results/result-store.ts';
import type { Run } from '../results/run.ts';
import { DEFAULT_RUNS_DIRECTORY, RunStore } from '../results/run-store.ts';
import type { BenchFlags } from './bench-flags.ts';
import { interruptionBySignal } from './interruption.ts';
import { CliError } from './cli-error.ts';
import { ExperimentProgressText } from './experiment-progress.ts';
import { outputWidth } from './output-width.ts';
import { writeOutput } from './write-output.ts';

export interface ExperimentFlags extends BenchFlags {
  readonly workload?: string;
  readonly target?: readonly string[];
  readonly driver?: readonly string[];
  readonly repeats?: string;
  readonly budget?: string;
  readonly dryRun?: boolean;
  readonly markdown?: boolean;
  readonly out?: string;
  readonly html?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const EXIT_FAILED = 1;
const EXIT_ENVIRONMENT = 3;
const EXIT_INTERRUPTED = 130;
const ALPHA = 0.05;
/** May stand beside an experiment; everything else belongs into its file. */
const OVERRIDES = ['rate', 'duration', 'warmup', 'seed', 'bootstrap', 'commandConfig', 'brokers', 'workers'];
const OWN = ['target', 'workload', 'driver', 'repeats', 'budget', 'dryRun', 'markdown', 'out', 'html', 'json', 'verbose', 'verify'];

export async function runExperimentCommand(nameOrFile: string | undefined, flags: ExperimentFlags): Promise<void> {
  checkFlags(nameOrFile, flags);
  const { experiment, variants } = await loaded(nameOrFile, flags);
  const plan = planOf({ experiment, variants }, flags);
  checkBudget(plan);
  const planned = planText(plan);
  if (flags.dryRun === true) {
    process.stdout.write(planned);
    return;
  }
  process.stderr.write(planned);
  const result = await run(plan, flags);
  await present(result, flags);
}

interface Plan {
  readonly experiment: Experiment;
  readonly variants: Variants;
  /** With `isAuto`: from which the noise is told, which then asks for more. */
  readonly blockCount: number;
  readonly isAuto: boolean;
  readonly budgetSeconds: number | undefined;
}

function planOf({ experiment, variants }: Pick<Plan, 'experiment' | 'variants'>, flags: ExperimentFlags): Plan {
  const repeats = flags.repeats === undefined ? experiment.repeats : flags.repeats === 'auto' ? 'auto' : Number(flags.repeats);
  const budgetSeconds = budgetOf(experiment, flags);
  if (repeats !== 'auto') return { experiment, variants, blockCount: repeats, isAuto: false, budgetSeconds };
  const testCount = experiment.metricIds.length * (variants.all.length - 1);
  const blockCount = pilotBlocks({ testCount, alpha: ALPHA });
  return { experiment, variants, blockCount, isAuto: testCount > 0, budgetSeconds: budgetSeconds ?? Math.max(AUTO_BUDGET_SECONDS, estimatedSeconds(variants.all, blockCount)) };
}

async function run({ experiment, variants, blockCount, isAuto, budgetSeconds }: Plan, flags: ExperimentFlags): Promise<ExperimentResult> {
  const progress = new ExperimentProgressText(process.stderr, { showsBrokerLines: flags.verbose === true });
  const interruption = interruptionBySignal((sentence) => progress.note(sentence));
  const store = new RunStore();
  const seed = variants.all[0]?.options.seed ?? 1;
  const { metricIds, minDifference, detect } = experiment;
  let wanted: BlocksWanted | undefined;
  const askNoise = (runs: readonly Run[]): number => {
    wanted = blocksWanted(runs, { variants: variants.all, baseline: variants.baseline, metricIds, minDifference, detect, alpha: ALPHA });
    return wanted.blocks;
  };
  collectSteadily();
  try {
    const outcome = await runBlocks({
      experiment: experiment.name,
      variants: variants.all,
      blockCount,
      ...(isAuto ? { blocksWanted: askNoise } : {}),
      seed,
      budgetSeconds,
      commandLine: ['headroom', ...process.argv.slice(2)],
      signal: interruption.signal,
      onRunProgress: progress.showRun,
      onExperimentProgress: progress.show,
      store: async (each) => {
        await store.write(each);
      },
    });
    return experimentResult({
      ...outcome,
      experiment: experiment.name,
      description: experiment.description,
      seed,
      baseline: variants.baseline,
      notes: [...experiment.notes, ...(wanted === undefined ? [] : [repeatsNote(wanted, { detect, done: outcome.blocksPlanned })])],
      variants: variants.all.map(({ name, options }) => ({ name, producerProperties: options.producerProperties, topic: options.topic })),
      blocksPlanned: outcome.blocksPlanned,
      metricIds: experiment.metricIds,
      minDifference: experiment.minDifference,
      alpha: ALPHA,
      thresholds: thresholdOutcomes(experiment.thresholds, runsByVariantOf(variants.all, outcome.runs.filter(({ status }) => status.kind === 'complete')), variants.baseline),
      published: experiment.published,
    });
  } finally {
    progress.end();
    interruption.close();
  }
}

/** Why there are as many blocks as there are. */
function repeatsNote({ blocks, decidedBy }: BlocksWanted, { detect, done }: { detect: number; done: number }): string {
  if (decidedBy === null) return 'No two blocks could be compared: the number of repeats is that of the pilot.';
  const { variant, metricId, deviation } = decidedBy;
  const asked = `To find a change of ${percentText(detect)} in nine of ten cases, the noise asks for ${counted(blocks, 'block')} (${metricId} of ${variant}: ${percentText(deviation)} from pair to pair)`;
  return blocks <= done ? `${asked}: ${done} were run.` : `${asked}; the budget allowed ${done}: smaller changes may stay undecided.`;
}

async function present(result: ExperimentResult, flags: ExperimentFlags): Promise<void> {
  const json = `${JSON.stringify(result, undefined, 2)}\n`;
  const path = await writeResult(DEFAULT_RUNS_DIRECTORY, { kind: 'experiment', id: result.experimentId, result });
  if (flags.out !== undefined) await writeOutput('--out', flags.out, json);
  if (flags.html !== undefined) await writeOutput('--html', flags.html, experimentHtml(result));
  if (flags.json === true) process.stdout.write(json);
  else if (flags.markdown === true) process.stdout.write(experimentMarkdown(result));
  else process.stdout.write(`\n${experimentText(result, { width: outputWidth(), isColored: pc.isColorSupported })}\nStored in ${path}, every run beside it\n`);
  const runs = result.variants.flatMap((variant) => variant.runs);
  const isInterrupted = result.endedEarly?.startsWith('Interrupted') === true;
  if (isInterrupted) process.exitCode = EXIT_INTERRUPTED;
  else if (runs.every(({ status }) => status !== 'complete')) process.exitCode = EXIT_ENVIRONMENT;
  // What an interruption left unmeasured has not failed.
  const hasFailed = result.thresholds.some(({ passed, value }) => !passed && (value !== null || !isInterrupted));
  if (hasFailed || result.variants.some(hasLostRecords)) process.exitCode = EXIT_FAILED;
}

function hasLostRecords({ runs }: ExperimentResult['variants'][number]): boolean {
  return runs.some(({ isVerified }) => isVerified === false);
}

async function loaded(nameOrFile: string | undefined, flags: ExperimentFlags): Promise<{ experiment: Experiment; variants: Variants }> {
  const path = nameOrFile === undefined ? undefined : experimentPath(nameOrFile);
  if (nameOrFile !== undefined && path === undefined) throw new CliError(`"${nameOrFile}" is neither a file nor a ready experiment; there are ${readyExperimentNames().join(', ')}`, 2);
  try {
    const experiment = path === undefined ? await ombOf(flags) : await inFile(path, readExperiment);
    return { experiment, variants: variantsOf(experiment, { settings: overridesOf(flags), targets: targetsOf(experiment, flags) }) };
  } catch (error) {
    if (error instanceof ExperimentError || error instanceof SettingsError) throw new CliError(`${path === undefined ? '' : `${path}: `}${error.message}`, 2);
    throw error;
  }
}

async function ombOf(flags: ExperimentFlags): Promise<Experiment> {
  const { workload = '', driver = [] } = flags;
  const drivers = [];
  for (const path of driver) {
    const read = await inFile(path, readOmbDriver);
    // Stock files are all called Kafka: their own names tell them apart.
    drivers.push(driver.length > 1 ? { ...read, name: basename(path).replace(/\.ya?ml$/, '') } : read);
  }
  const hasOwnTarget = flags.bootstrap !== undefined || flags.brokers !== undefined;
  return ombExperiment({ workload: await inFile(workload, readOmbWorkload), drivers, repeats: 1, hasOwnTarget });
}

async function inFile<Read>(path: string, read: (text: string) => Read): Promise<Read> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`, 2);
  });
  try {
    return read(text);
  } catch (error) {
    if (error instanceof ExperimentFileError) throw new CliError(`${path}:${error.place.line}:${error.place.column}: ${error.message}`, 2);
    throw error;
  }
}

function checkFlags(nameOrFile: string | undefined, flags: ExperimentFlags): void {
  if (nameOrFile !== undefined && (flags.workload ?? flags.driver) !== undefined) throw new CliError('an experiment and --workload exclude each other', 2);
  if (nameOrFile === undefined && (flags.workload === undefined || flags.driver === undefined)) throw new CliError('--workload and --driver go together: the load is in one, the Kafka properties in the other', 2);
  const foreign = Object.entries(flags).find(([name, value]) => value !== undefined && !OVERRIDES.includes(name) && !OWN.includes(name))?.[0];
  if (foreign !== undefined) throw new CliError(`--${foreign.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} belongs into the experiment's file; beside it go --rate, --duration, --warmup, --seed, --workers, --target, --bootstrap, --command-config, --brokers and --no-verify`, 2);
  if (flags.target !== undefined && flags.bootstrap !== undefined) throw new CliError('--target and --bootstrap exclude each other: write --target kafka=HOST:PORT', 2);
  if (flags.json === true && flags.markdown === true) throw new CliError('--json and --markdown: choose one', 2);
  if (flags.repeats !== undefined && !/^([1-9]\d*|auto)$/.test(flags.repeats)) throw new CliError(`--repeats "${flags.repeats}" is neither a number from 1 up nor auto`, 2);
}

/** The command line's words, as bare as they may be there, in the file's. */
function overridesOf({ rate, duration, warmup, seed, bootstrap, commandConfig, brokers, workers, verify, target }: ExperimentFlags): Settings {
  const seconds = (text: string): string => (/^\d+$/.test(text) ? `${text}s` : text);
  try {
    return {
      ...(rate === undefined ? {} : { load: { rate: `${countOf(rate.replace(/\/s$/, ''))}/s` } }),
      ...(duration === undefined ? {} : { duration: `${durationSeconds(seconds(duration))}s` }),
      ...(warmup === undefined ? {} : { warmup: `${durationSeconds(seconds(warmup))}s` }),
      ...(seed === undefined ? {} : { seed: countOf(seed) }),
      ...(target === undefined ? targetOverride({ bootstrap, commandConfig, brokers }) : {}),
      ...(workers === undefined ? {} : { workers: countOf(workers) }),
      ...(verify === false ? { verify } : {}),
    };
  } catch (error) {
    throw new CliError((error as Error).message, 2, error);
  }
}

/** `embedded`, `kafka=host:9092`: a layer each. */
function targetsOf(experiment: Experiment, { target = [], brokers, commandConfig }: ExperimentFlags): Layer[] {
  const layers = target.map((text): Layer => {
    const [, name = '', bootstrap] = /^([A-Za-z0-9._-]+)(?:=(.+))?$/.exec(text) ?? [];
    if (name === '' || (bootstrap === undefined) !== (name === 'embedded')) throw new CliError(`--target "${text}" is neither embedded nor NAME=HOST:PORT (for example kafka=localhost:9092)`, 2);
    if (bootstrap === undefined) return { name, settings: { target: { brokers: brokers === undefined ? (experiment.base.target?.brokers ?? 3) : countOf(brokers) } } };
    return { name, settings: { target: { bootstrap, ...(commandConfig === undefined ? {} : { commandConfig }) } } };
  });
  const twice = layers.find(({ name }, at) => layers.findIndex((other) => other.name === name) < at);
  if (twice !== undefined) throw new CliError(`--target ${twice.name} stands there twice: give the second another name`, 2);
  return layers;
}

function targetOverride({ bootstrap, commandConfig, brokers }: { [Name in 'bootstrap' | 'commandConfig' | 'brokers']: string | undefined }): Settings {
  if (bootstrap === undefined && commandConfig === undefined && brokers === undefined) return {};
  return {
    target: { ...(bootstrap === undefined ? {} : { bootstrap }), ...(commandConfig === undefined ? {} : { commandConfig }), ...(brokers === undefined ? {} : { brokers: countOf(brokers) }) },
  };
}

function budgetOf(experiment: Experiment, { budget }: ExperimentFlags): number | undefined {
  if (budget === undefined) return experiment.budgetSeconds;
  try {
    return durationSeconds(budget);
  } catch (error) {
    throw new CliError(`--budget ${(error as Error).message}`, 2, error);
  }
}

function checkBudget({ variants, blockCount, budgetSeconds }: Plan): void {
  const estimate = estimatedSeconds(variants.all, blockCount);
  if (budgetSeconds === undefined || estimate <= budgetSeconds) return;
  const fitting = Math.floor(budgetSeconds / estimatedSeconds(variants.all, 1));
  const wayOut = fitting === 0 ? 'not one block fits' : `${counted(fitting, 'block')} fit: --repeats ${fitting}`;
  throw new CliError(`${counted(variants.all.length * blockCount, 'run')} take about ${durationText(estimate)}, and the budget is ${durationText(budgetSeconds)}; ${wayOut}`, 2);
}

function planText({ experiment, variants, blockCount, isAuto, budgetSeconds }: Plan): string {
  const names = variants.all.map(({ name }) => (name === variants.baseline ? `${name} (baseline)` : name));
  const testCount = experiment.metricIds.length * (variants.all.length - 1);
  const needed = blocksForSignificance({ testCount, alpha: ALPHA });
  const tooFew = testCount > 0 && blockCount < needed ? `  ! with ${counted(blockCount, 'block')} no difference can be called over ${counted(testCount, 'test')}: that needs ${needed}; use more repeats, or fewer metrics\n` : '';
  const notes = experiment.notes.map((note) => `  ! ${note}\n`).join('');
  const about = durationText(Math.round(estimatedSeconds(variants.all, blockCount)));
  const more = isAuto && budgetSeconds !== undefined ? `, then as many more as the noise asks for, within ${durationText(budgetSeconds)}` : '';
  return `${experiment.name}: ${counted(variants.all.length, 'variant')} x ${counted(blockCount, 'block')}, about ${about}${more}\n${names.map((name) => `  ${name}\n`).join('')}${tooFew}${notes}`;
}
