/** `headroom results`: everything that stands in results/runs: list it, show it again, hand it to other tools, name baselines, remove old runs. */
import { Command } from 'commander';
import { baselineCommand } from './results/baseline.ts';
import { exportCommand } from './results/export.ts';
import { listCommand } from './results/list.ts';
import { pruneCommand } from './results/prune.ts';
import { showCommand } from './results/show.ts';

export function resultsCommand(): Command {
  return new Command('results')
    .description('stored runs, experiments, searches and studies: list, show, export, baseline, prune')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(showCommand())
    .addCommand(exportCommand())
    .addCommand(baselineCommand())
    .addCommand(pruneCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ headroom results                                    the list, the newest first
  $ headroom results list --name zstd --since 7d        runs and experiments with zstd in their name, of the last week
  $ headroom results show                               the newest run again
  $ headroom results show experiment-20260805-12 --html experiment.html
  $ headroom results export latest hgrm > run.hgrm      for the plotters of HdrHistogram
  $ headroom results baseline set main acks-all         all runs named acks-all, for headroom compare @main RUNS
  $ headroom results prune --keep 100                   what would be removed; --yes removes it`,
    );
}
