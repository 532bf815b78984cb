/** `headroom study-sizing`: how far to trust a prediction of `headroom size` on this machine. Calibration runs in, configurations out that they do not hold. */
import { Command } from 'commander';
import type { Run } from '../results/run.ts';
import { median } from '../results/statistics/sample.ts';
import type { PredictionOutcome, SizingStudyResult, SizingStudyRow } from '../results/study/sizing-study.ts';
import { CliError } from './cli-error.ts';
import { outputWidth } from './output-width.ts';

interface StudySizingFlags {
  readonly from: string;
  readonly measured?: string;
  readonly seed: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function studySizingCommand(): Command {
  return new Command('study-sizing')
    .description('how far to trust a prediction on this machine: 14 configurations that no calibration holds, predicted, then measured')
    .requiredOption('--from <results>', 'calibration runs (headroom bench calibrate): an experiment, ids or a folder, joined by commas')
    .option('--measured <results>', 'judge stored runs of an earlier study instead of measuring')
    .option('--seed <number>', 'of order, load and resampling', '1')
    .option('--out <file>', 'write the result there too')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom bench calibrate                                                  10 minutes
  $ headroom study-sizing --from experiment-20261128-015253-udp562            14 configurations, 56 runs, 11 minutes
  $ headroom study-sizing --from EXPERIMENT --measured results/runs/study-runs

Exit codes: 0 ok, 2 usage, 3 nothing could be measured.`,
    )
    .action(studySizing);
}

async function studySizing(flags: StudySizingFlags): Promise<void> {
  const { checkOutputs, writeOutput } = await import('./write-output.ts');
  const { sizingStudyText } = await import('../results/study/sizing-study-text.ts');
  const { default: colors } = await import('picocolors');
  await checkOutputs({ '--out': flags.out });
  const result = await studied(flags);
  const json = `${JSON.stringify(result, undefined, 1)}\n`;
  if (flags.out !== undefined) await writeOutput('--out', flags.out, json);
  process.stdout.write(flags.json === true ? json : `\n${sizingStudyText(result, { width: outputWidth(), isColored: colors.isColorSupported })}`);
  if (result.rows.every(({ maximumPerSecond }) => maximumPerSecond === null)) process.exitCode = 3;
}

async function studied(flags: StudySizingFlags): Promise<SizingStudyResult> {
  const { RunStore } = await import('../results/run-store.ts');
  const { runAmounts } = await import('../sizing/measured/run-amounts.ts');
  const { machineModel } = await import('../sizing/measured/machine-model.ts');
  const { hostRecord } = await import('../bench/record/host-record.ts');
  const { LOAD_SHARE, throughputVariants } = await import('../bench/study/sizing-configurations.ts');
  const { runsOfResults } = await import('./stored-results.ts');
  const seed = Number(flags.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) throw new CliError(`--seed is a whole number from 0 up, not ${flags.seed}`, 2);
  const startedAt = new Date().toISOString();
  const { cpuModel, coreCount, kernel } = hostRecord(undefined);
  const calibration = (await runsOfResults(new RunStore(), flags.from)).flatMap((run) => runAmounts(run) ?? []);
  const variants = throughputVariants();
  const model = machineModel(calibration, { cores: calibration[0]?.cores ?? coreCount, seed });
  if (model === null) throw new CliError(`--from ${flags.from}: ${calibration.length} runs are too few to predict with; headroom bench calibrate makes enough`, 2);
  const { full, partial, endedEarly } = flags.measured === undefined ? await (await import('./study-runs.ts')).sizingStudyRuns({ seed }) : { ...byLoad(await runsOfResults(new RunStore(), flags.measured)), endedEarly: null };
  const calibrated = new Set(calibration.map(({ runId }) => runId));
  if ([...full, ...partial].some(({ id }) => calibrated.has(id))) throw new CliError('--measured holds a run that was calibrated with: a prediction is judged by runs that it has not seen', 2);
  const { plannedShape } = await import('../bench/study/planned-shape.ts');
  const rows = variants.map(({ name, options }): SizingStudyRow => {
    const shape = plannedShape(options, options.target.kind === 'embedded' ? options.target.brokerCount : 1);
    const [fast, slow] = [completeOf(full, name), completeOf(partial, name)];
    const p99 = slow.length === 0 ? null : model.p99Seconds(shape, median(slow.map(({ measured: { throughput } }) => throughput.offeredPerSecond ?? throughput.achievedPerSecond)));
    return {
      name,
      wireBytesPerRecord: outcome({ value: shape.wireBytes, low: shape.wireBytes, high: shape.wireBytes }, fast, ({ measured: { throughput } }) => throughput.compressedBytes / throughput.acknowledgedRecords),
      maximumPerSecond: outcome(model.maximumPerSecond(shape), fast, ({ measured }) => measured.throughput.achievedPerSecond),
      p99Seconds: outcome(p99, slow, ({ measured }) => (measured.latency.publish.summary.p99Us ?? Number.NaN) / 1e6),
    };
  });
  return {
    kind: 'sizingStudy',
    schemaVersion: 2,
    startedAt,
    commandLine: ['headroom', ...process.argv.slice(2)],
    host: { cpuModel, coreCount, kernel },
    calibration: { runIds: calibration.map(({ runId }) => runId), rateError: model.rateError, latencyError: model.latencyError },
    loadShare: LOAD_SHARE,
    rows,
    endedEarly,
  };
}

function byLoad(runs: readonly Run[]): { full: readonly Run[]; partial: readonly Run[] } {
  return { full: runs.filter(({ configuration }) => configuration.load.kind === 'closed'), partial: runs.filter(({ configuration }) => configuration.load.kind === 'open') };
}

function completeOf(runs: readonly Run[], name: string): readonly Run[] {
  return runs.filter(({ configuration, status }) => configuration.name === `sizing-study/${name}` && status.kind === 'complete');
}

/** Against the median of the runs. Null: none, or no prediction. */
function outcome(predicted: { value: number; low: number; high: number } | null, runs: readonly Run[], of: (run: Run) => number): PredictionOutcome | null {
  const found = runs.map((run) => ({ value: of(run), id: run.id })).filter(({ value }) => Number.isFinite(value));
  if (predicted === null || found.length === 0) return null;
  const { value, low, high } = predicted;
  return { predicted: value, low, high, measured: median(found.map((each) => each.value)), runIds: found.map(({ id }) => id) };
}
