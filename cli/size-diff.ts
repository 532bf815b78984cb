/** `headroom size CONFIG --diff --bootstrap HOST:PORT`: what keeps a live cluster from being the planned one. Changes nothing. */
import { ExperimentError } from '../bench/experiment-error.ts';
import { readLiveCluster } from '../bench/target/live-cluster.ts';
import { AdminError } from '../engine/client/admin.ts';
import { ConnectionLostError } from '../engine/client/kafka-connection.ts';
import type { PlanDiff } from '../results/plan-diff/plan-diff.ts';
import { planDiffText } from '../results/plan-diff/plan-diff-text.ts';
import type { Plan } from '../results/plan-record.ts';
import { planDiff } from '../sizing/diff/plan-diff.ts';
import { CliError } from './cli-error.ts';

const EXIT_USAGE = 2;
const EXIT_ENVIRONMENT = 3;

export interface SizeDiffFlags {
  readonly bootstrap: string | undefined;
  readonly commandConfig: string | undefined;
}

/** Throws CliError: 2 for flags that are none, 3 for a cluster that cannot be asked. */
export async function diffPlan(plan: Plan, { bootstrap, commandConfig }: SizeDiffFlags): Promise<PlanDiff> {
  if (bootstrap === undefined) throw new CliError('--diff needs the cluster to compare with: --bootstrap host:port', EXIT_USAGE);
  const topics = plan.shape.topics.map(({ name }) => name);
  try {
    const live = await readLiveCluster({ bootstrap, commandConfig, topics, signal: new AbortController().signal });
    return planDiff(plan, live, { bootstrap, commandConfig });
  } catch (error) {
    if (error instanceof ExperimentError) throw new CliError(error.message, error.code === 'usage' ? EXIT_USAGE : EXIT_ENVIRONMENT, error);
    if (error instanceof AdminError || error instanceof ConnectionLostError) throw new CliError(`${bootstrap}: ${error.message}`, EXIT_ENVIRONMENT, error);
    throw error;
  }
}

export function diffOutput(diff: PlanDiff, options: { isJson: boolean; width: number; isColored: boolean }): string {
  return options.isJson ? `${JSON.stringify(diff, undefined, 2)}\n` : `\n${planDiffText(diff, options)}`;
}
