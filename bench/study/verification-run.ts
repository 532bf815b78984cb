/** One run of a planned topic with its record, and what its logs take on disk: kept until they are counted, then removed. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Run } from '../../results/run.ts';
import { planRun } from '../../sizing/plan-run.ts';
import type { BenchOptions } from '../bench-options.ts';
import { runRecord } from '../record/run-record.ts';
import { runExperiment, type RunExperimentOptions } from '../run-experiment.ts';

export interface VerificationOutcome {
  readonly run: Run;
  /** Of all replicas of the topic, batches and indexes, after the brokers were stopped; null where the disks cannot be seen. */
  readonly logBytes: number | null;
}

export async function verificationRun({ options, commandLine, ...way }: RunExperimentOptions & { readonly commandLine: readonly string[] }): Promise<VerificationOutcome> {
  if (options.target.kind === 'external') return { run: await recordedRun({ options, commandLine, ...way }), logBytes: null };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'headroom-verify-'));
  try {
    const run = await recordedRun({ options: { ...options, target: { ...options.target, dataDirectory } }, commandLine, ...way });
    const { target, topic } = run.configuration;
    const logBytes = await topicBytes(dataDirectory, topic.name);
    const stored = target.kind === 'embedded' ? { ...run, configuration: { ...run.configuration, target: { ...target, dataDirectory: { ...target.dataDirectory, kind: 'temporary' as const } } } } : run;
    return { run: stored, logBytes };
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
}

async function recordedRun({ options, commandLine, onProgress, signal }: { options: BenchOptions; commandLine: readonly string[] } & Omit<RunExperimentOptions, 'options'>): Promise<Run> {
  const startMs = performance.now();
  const outcome = await runExperiment({ options, onProgress, signal });
  const unplanned = runRecord(outcome, { commandLine, elapsedSeconds: (performance.now() - startMs) / 1000 });
  return { ...unplanned, plan: planRun(unplanned, { consumerRate: undefined }) };
}

/** `<topic>-<partition>` in any broker's directory. Files are as long as what they hold once a broker has stopped. */
async function topicBytes(directory: string, topic: string): Promise<number> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  const isOwn = (path: string): boolean => path.split('/').some((part) => part.startsWith(`${topic}-`) && /^\d+$/.test(part.slice(topic.length + 1)));
  const sizes = await Promise.all(names.filter((each) => each.isFile() && isOwn(each.parentPath)).map(async (each) => (await stat(join(each.parentPath, each.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
