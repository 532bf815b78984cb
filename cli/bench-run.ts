/**
 * Runs what `headroom bench` was asked for: progress, the two meanings of Ctrl-C (end early and keep what was measured; end now), the
 * stored result, the report and the exit code.
 */
import pc from 'picocolors';
import { ExperimentError } from '../bench/experiment-error.ts';
import { runRecord } from '../bench/record/run-record.ts';
import { runExperiment } from '../bench/run-experiment.ts';
import { collectSteadily } from '../engine/host/steady-collector.ts';
import { runHtml } from '../results/html/run-html.ts';
import { runText } from '../results/render/run-text.ts';
import { RunStore, serializeRun } from '../results/run-store.ts';
import type { Run } from '../results/run.ts';
import { planRun } from '../sizing/plan-run.ts';
import { benchOptionsFrom, consumerRateFrom, type BenchFlags } from './bench-flags.ts';
import { CliError } from './cli-error.ts';
import { EXIT_INTERRUPTED, interruptionBySignal } from './interruption.ts';
import { ProgressLine } from './progress-line.ts';
import { outputWidth } from './output-width.ts';
import { writeOutput } from './write-output.ts';

const EXIT_CHECK_FAILED = 1;
const EXIT_ENVIRONMENT = 3;

export async function runBench(flags: BenchFlags & { out?: string; html?: string; json?: boolean; verbose?: boolean }): Promise<void> {
  const options = benchOptionsFrom(flags);
  const consumerRate = consumerRateFrom(flags);
  const progress = new ProgressLine(process.stderr, { showsBrokerLines: flags.verbose === true });
  const interruption = interruptionBySignal((sentence) => progress.lines.print(sentence));
  const startMs = performance.now();
  collectSteadily();
  try {
    const outcome = await runExperiment({ options, onProgress: progress.show, signal: interruption.signal });
    progress.end();
    const unplanned = runRecord(outcome, { commandLine: ['headroom', ...process.argv.slice(2)], elapsedSeconds: (performance.now() - startMs) / 1000 });
    await present({ ...unplanned, plan: planRun(unplanned, { consumerRate }) }, flags);
    if (outcome.isPartial) process.exitCode = EXIT_INTERRUPTED;
    if (outcome.failure !== undefined) process.exitCode = EXIT_ENVIRONMENT;
    if (outcome.verification?.report.passed === false) process.exitCode = EXIT_CHECK_FAILED;
  } catch (error) {
    progress.end();
    if (interruption.signal.aborted) throw new CliError('interrupted before anything was measured', EXIT_INTERRUPTED);
    if (error instanceof ExperimentError) throw new CliError(error.message, error.code === 'usage' ? 2 : 3);
    throw error;
  } finally {
    interruption.close();
  }
}

async function present(run: Run, flags: { out?: string; html?: string; json?: boolean }): Promise<void> {
  const path = await new RunStore().write(run);
  if (flags.out !== undefined) await writeOutput('--out', flags.out, serializeRun(run));
  const page = flags.html === undefined ? undefined : await writeOutput('--html', flags.html, runHtml(run));
  if (flags.json === true) {
    process.stdout.write(serializeRun(run));
    return;
  }
  process.stdout.write(runText(run, { width: outputWidth(), isColored: pc.isColorSupported }));
  process.stdout.write(`\nStored in ${path}\n${page === undefined ? '' : `Written to ${page}\n`}`);
}
