/** `headroom size CONFIG`: a plan from a description of the workload, with what a run measured where it is given. */
import { Command } from 'commander';
import type { SizingInputs } from '../sizing/sizing-inputs.ts';
import { CliError } from './cli-error.ts';
import { outputWidth } from './output-width.ts';

interface SizeFlags {
  readonly fromRun?: string;
  readonly comparePeers?: boolean;
  readonly json?: boolean;
  readonly export?: readonly string[];
  readonly out?: string;
}

export function sizeCommand(): Command {
  return new Command('size')
    .description('partitions, brokers, disk, network and client settings for a workload, each with its reason')
    .argument('<config>', 'a YAML file; see examples/clickstream-size.yaml')
    .option('--from-run <run>', 'take record size and compression ratio from a stored run (an id, or the path of a file) where the file leaves them out')
    .option('--compare-peers', "what other calculators' published formulas answer for the same workload, with their sources and known flaws")
    .option('--export <format...>', 'the plan as files: kafka-topics, producer.properties, consumer.properties, broker.properties, strimzi, terraform-kafka, terraform-confluent, prometheus, all')
    .option('--out <path>', 'where --export writes: a directory, or a file where there is only one (else it is printed)')
    .option('--json', 'the plan (or the comparison) as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom size examples/clickstream-size.yaml                   100,000 events/s, 5,000 a consumer: 20 partitions
  $ headroom size topic.yaml --from-run latest                     with what the last run measured
  $ headroom size topic.yaml --compare-peers                       AWS, Google, Red Hat and others on the same workload
  $ headroom size topic.yaml --export all --out plan/              topics, client and broker settings, Strimzi, Terraform, alerts
  $ headroom size topic.yaml --json | jq .decisions`,
    )
    .action(size);
}

async function size(path: string, flags: SizeFlags): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const { readSizingConfig, SizingConfigError } = await import('../sizing/config-file.ts');
  const { planFor } = await import('../sizing/plan.ts');
  const { planText } = await import('../results/render/plan-text.ts');
  const colors = (await import('picocolors')).default;
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`cannot read ${path}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`, 2);
  });
  try {
    const inputs = readSizingConfig(text, flags.fromRun === undefined ? undefined : await measuredBy(flags.fromRun));
    if (flags.comparePeers === true) {
      process.stdout.write(await peersAnswer(inputs, flags));
      return;
    }
    const plan = planFor(inputs);
    if (flags.export !== undefined) {
      const { exportPlan } = await import('./size-export.ts');
      process.stdout.write(await exportPlan(plan, { formats: flags.export, out: flags.out, config: path }));
      return;
    }
    process.stdout.write(flags.json === true ? `${JSON.stringify(plan, undefined, 2)}\n` : `\n${planText(plan, { width: outputWidth(), isColored: colors.isColorSupported })}`);
  } catch (error) {
    if (error instanceof SizingConfigError) throw new CliError(`${path}:${error.line}:${error.column}: ${error.message}`, 2);
    throw error;
  }
}

async function peersAnswer(inputs: SizingInputs, flags: SizeFlags): Promise<string> {
  const { comparePeers } = await import('../sizing/peers/compare-peers.ts');
  const { peersWorkload } = await import('../sizing/peers-workload.ts');
  const record = comparePeers(peersWorkload(inputs));
  if (flags.json === true) return `${JSON.stringify(record, undefined, 2)}\n`;
  const { peersText } = await import('../results/peers/peers-text.ts');
  const colors = (await import('picocolors')).default;
  return peersText(record, { width: outputWidth(), isColored: colors.isColorSupported });
}

async function measuredBy(reference: string) {
  const { RunStore } = await import('../results/run-store.ts');
  const { sizingInputsFromRun } = await import('../sizing/plan-run.ts');
  const found = await new RunStore().find(reference);
  if (found.kind === 'missing') throw new CliError(`--from-run ${found.reason}`, 2);
  if (found.kind === 'damaged') throw new CliError(`--from-run: ${found.path} is not a run that can be read: ${found.problems.join('; ')}`, 3);
  const inputs = sizingInputsFromRun(found.run);
  const topic = inputs?.topics[0];
  if (topic === undefined) throw new CliError(`--from-run: ${found.path} measured nothing that a plan could rest on`, 2);
  return topic;
}
