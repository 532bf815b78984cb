/**
 * Runs an experiment: every block holds every variant once as an ordinary run with brokers, topic and clients of its own, so that nothing is
 * carried from run to run. A run that fails is stored as failed and the next one goes on. The signal ends the run under way early and then all.
 */
import { newRunId } from '../../results/run-store.ts';
import type { RepeatRecord, Run } from '../../results/run.ts';
import { planRun } from '../../sizing/plan-run.ts';
import { ExperimentError } from '../experiment-error.ts';
import { runRecord } from '../record/run-record.ts';
import { runExperiment } from '../run-experiment.ts';
import type { OnProgress } from '../run-progress.ts';
import { blockOrders } from './blocks.ts';
import { failedRunRecord } from './failed-run.ts';
import type { Variant } from './variants.ts';

/** Starting brokers, making the topic, reading everything back, stopping: 1.5 to 3.5 seconds on two cores. */
const OVERHEAD_SECONDS = 3;

/** More are never wanted: whoever needs them names them. */
export const BLOCKS_MAX = 100;

export interface ExperimentRunOptions {
  readonly experiment: string;
  readonly variants: readonly Variant[];
  readonly blockCount: number;
  /** How many blocks it should be in all, asked after each from the first `blockCount` on; the budget bounds it. */
  readonly blocksWanted?: (runs: readonly Run[]) => number;
  readonly seed: number;
  /** No block is begun that would probably end later. */
  readonly budgetSeconds: number | undefined;
  readonly commandLine: readonly string[];
  readonly signal: AbortSignal;
  readonly onRunProgress: OnProgress;
  readonly onExperimentProgress: (progress: ExperimentProgress) => void;
  /** Called for each run, in order; the runner waits for it. */
  readonly store: (run: Run) => Promise<void>;
}

export type ExperimentProgress =
  | { readonly kind: 'runStarts'; readonly repeat: RepeatRecord; readonly runNumber: number; readonly runCount: number; readonly blockCount: number; readonly remainingSeconds: number }
  | { readonly kind: 'runEnded'; readonly run: Run };

export interface ExperimentRuns {
  readonly experimentId: string;
  readonly startedAt: string;
  readonly elapsedSeconds: number;
  readonly runs: readonly Run[];
  readonly blocksPlanned: number;
  readonly endedEarly: string | null;
}

export function estimatedSeconds(variants: readonly Variant[], blockCount: number): number {
  return blockCount * variants.reduce((sum, { options }) => sum + options.warmupSeconds + options.durationSeconds + OVERHEAD_SECONDS, 0);
}

/** Rejects only when a run cannot be stored. */
export async function runBlocks(plan: ExperimentRunOptions): Promise<ExperimentRuns> {
  const { variants, seed, signal, budgetSeconds } = plan;
  let { blockCount } = plan;
  const startedAt = new Date();
  const experimentId = newRunId(startedAt);
  const startMs = performance.now();
  const elapsed = (): number => (performance.now() - startMs) / 1000;
  const affordable = (done: number): number => Math.min(BLOCKS_MAX, budgetSeconds === undefined ? BLOCKS_MAX : Math.floor(budgetSeconds / (elapsed() / done)));
  const runs: Run[] = [];
  let endedEarly: string | null = null;
  const orders = blockOrders({ variantCount: variants.length, blockCount: plan.blocksWanted === undefined ? blockCount : Math.max(blockCount, BLOCKS_MAX), seed });
  blocks: for (const [at, order] of orders.entries()) {
    if (at >= plan.blockCount && plan.blocksWanted !== undefined) blockCount = Math.min(affordable(at), Math.max(at, plan.blocksWanted(runs)));
    if (at === blockCount) break;
    const perBlock = at === 0 ? estimatedSeconds(variants, 1) : elapsed() / at;
    if (at > 0 && budgetSeconds !== undefined && elapsed() + perBlock > budgetSeconds) {
      endedEarly = `The budget of ${budgetSeconds} s was spent after ${at} of ${blockCount} blocks.`;
      break;
    }
    for (const [position, variantAt] of order.entries()) {
      const variant = variants[variantAt] as Variant;
      const repeat: RepeatRecord = { experimentId, experiment: plan.experiment, variant: variant.name, block: at + 1, position: position + 1 };
      const runCount = blockCount * variants.length;
      const remainingSeconds = remaining({ elapsedSeconds: elapsed(), done: at * variants.length + position, runCount, estimated: estimatedSeconds(variants, blockCount) });
      plan.onExperimentProgress({ kind: 'runStarts', repeat, runNumber: at * variants.length + position + 1, runCount, blockCount, remainingSeconds });
      const run = await oneRun(variant, repeat, plan);
      if (run !== undefined) {
        await plan.store(run);
        runs.push(run);
        plan.onExperimentProgress({ kind: 'runEnded', run });
      }
      if (signal.aborted) {
        endedEarly = `Interrupted by the operator in block ${at + 1} of ${blockCount}.`;
        break blocks;
      }
    }
    if (at === 0 && runs.every(({ status }) => status.kind === 'failed') && blockCount > 1) {
      endedEarly = 'Every run of the first block failed: so would the others.';
      break;
    }
  }
  return { experimentId, startedAt: startedAt.toISOString(), elapsedSeconds: elapsed(), runs, blocksPlanned: blockCount, endedEarly };
}

/** By the runs that are done; before the first, by the plan. */
function remaining({ elapsedSeconds, done, runCount, estimated }: { elapsedSeconds: number; done: number; runCount: number; estimated: number }): number {
  return done === 0 ? estimated : (elapsedSeconds / done) * (runCount - done);
}

/** Undefined: interrupted before anything was measured. */
async function oneRun({ options }: Variant, repeat: RepeatRecord, { signal, onRunProgress, commandLine }: ExperimentRunOptions): Promise<Run | undefined> {
  const startedAt = new Date();
  const startMs = performance.now();
  const elapsed = (): number => (performance.now() - startMs) / 1000;
  try {
    const outcome = await runExperiment({ options, onProgress: onRunProgress, signal });
    const unplanned = runRecord(outcome, { commandLine, elapsedSeconds: elapsed(), repeat });
    return { ...unplanned, plan: planRun(unplanned, { consumerRate: undefined }) };
  } catch (error) {
    if (signal.aborted) return undefined;
    // Also what nobody foresaw: hours of other runs must not be lost with it.
    const reason = error instanceof ExperimentError ? error.message : `unexpected: ${String(error)}`;
    return failedRunRecord({ options, reason, startedAt, elapsedSeconds: elapsed(), commandLine, repeat });
  }
}
