/** Runs of the study of predictions: every configuration as fast as it goes, then all of them at a share of what they reached. All are stored. */
import { join } from 'node:path';
import { runBlocks } from '../bench/experiment/experiment-runner.ts';
import type { Variant } from '../bench/experiment/variants.ts';
import { latencyVariants, STUDY_BLOCKS, throughputVariants } from '../bench/study/sizing-configurations.ts';
import { collectSteadily } from '../engine/host/steady-collector.ts';
import type { Run } from '../results/run.ts';
import { DEFAULT_RUNS_DIRECTORY, RunStore } from '../results/run-store.ts';
import { interruptionBySignal } from './interruption.ts';
import { ExperimentProgressText } from './experiment-progress.ts';

export const STUDY_RUNS_DIRECTORY = join(DEFAULT_RUNS_DIRECTORY, 'study-runs');

/** `full`: closed loops · `partial`: at a share of their throughput. An interruption gives what was measured until then. */
export async function sizingStudyRuns({ seed }: { seed: number }): Promise<{ full: readonly Run[]; partial: readonly Run[]; endedEarly: string | null }> {
  const progress = new ExperimentProgressText(process.stderr, { showsBrokerLines: false });
  const interruption = interruptionBySignal((sentence) => progress.note(sentence));
  const store = new RunStore(STUDY_RUNS_DIRECTORY);
  collectSteadily();
  const measured = (experiment: string, variants: readonly Variant[]) =>
    runBlocks({
      experiment,
      variants,
      blockCount: STUDY_BLOCKS,
      seed,
      budgetSeconds: undefined,
      commandLine: ['headroom', ...process.argv.slice(2)],
      signal: interruption.signal,
      onRunProgress: progress.showRun,
      onExperimentProgress: progress.show,
      store: async (run) => {
        await store.write(run);
      },
    });
  try {
    const full = await measured('sizing-throughput', throughputVariants());
    if (full.endedEarly !== null) return { full: full.runs, partial: [], endedEarly: full.endedEarly };
    const partial = await measured('sizing-latency', latencyVariants(full.runs));
    return { full: full.runs, partial: partial.runs, endedEarly: partial.endedEarly };
  } finally {
    progress.end();
    interruption.close();
  }
}
