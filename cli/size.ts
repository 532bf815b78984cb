/** `headroom size CONFIG`: a plan from a description of the workload, with what a run measured where it is given. */
import { Command } from 'commander';
import type { Plan } from '../results/plan-record.ts';
import type { SizingInputs } from '../sizing/sizing-inputs.ts';
import { CliError } from './cli-error.ts';
import { outputWidth } from './output-width.ts';
import { collected, type InputFlags, type PlanInputs } from './size-inputs.ts';

interface SizeFlags extends InputFlags {
  readonly comparePeers?: boolean;
  readonly explain?: string;
  readonly all?: boolean;
  readonly json?: boolean;
  readonly export?: readonly string[];
  readonly out?: string;
  readonly schema?: boolean;
  readonly html?: string;
  readonly diff?: boolean;
  readonly verify?: boolean;
  readonly topic?: string;
  readonly duration?: string;
  readonly bootstrap?: string;
  readonly commandConfig?: string;
}

export function sizeCommand(): Command {
  return new Command('size')
    .description('partitions, brokers, disk, network and client settings for a workload, each with its reason')
    .argument('[config]', 'a YAML file; see examples/')
    .option('--from <results>', 'take what the file leaves out from stored runs: ids, an experiment, a search or a folder of runs, joined by commas')
    .option('--sample <file>', "your own events (JSON lines, JSON array, CSV, text; TOPIC=FILE where there are several topics, and may be repeated): sizes, key skew and compression are measured where the file leaves them out", collected)
    .option('--sample-key <path>', "where a sample's key is: dotted JSON path or CSV column (TOPIC=PATH); the topic's key unless given", collected)
    .option('--compare-peers', "what other calculators' published formulas answer for the same workload, with their sources and known flaws")
    .option('--export <format...>', 'the plan as files: kafka-topics, producer.properties, consumer.properties, broker.properties, strimzi, terraform-kafka, terraform-confluent, prometheus, all')
    .option('--out <path>', 'where --export writes: a directory, or a file where there is only one (else it is printed)')
    .option('--explain <id>', 'one number of the plan with its formula, the numbers put in and where they come from: brokers, disk.capacity, clickstream.wire ...')
    .option('--all', 'every value that the plan rests on and every constraint, also those that do not decide')
    .option('--schema', 'the JSON Schema of the file, for editors')
    .option('--diff', 'what keeps the cluster at --bootstrap from being the planned one, what to do, in which order, at what risk; changes nothing')
    .option('--verify', 'run one topic of the plan, scaled to this machine, and hold what it does against what is predicted of it')
    .option('--topic <name>', 'the topic for --verify; the first unless given')
    .option('--duration <seconds>', 'what --verify measures, after 4 s of warm-up; 12s unless given')
    .option('--bootstrap <host:port,...>', 'the cluster for --diff, or for --verify in the place of the embedded one')
    .option('--command-config <file>', "how to connect to it: security.protocol, sasl.*, ssl.*, as for Kafka's tools")
    .option('--json', 'the plan (or the comparison) as JSON')
    .option('--html <file>', 'the plan as one page with its charts, in which values can be changed and the plan is computed again')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom size examples/clickstream-size.yaml                   100,000 events/s, 5,000 a consumer: 20 partitions
  $ headroom size topic.yaml --from latest                         with what the last run measured
  $ headroom bench calibrate                                       10 minutes of runs that tell bytes, requests and records apart; then
  $ headroom size topic.yaml --from experiment-20261128-014352-m23t8c
  $ headroom size topic.yaml --sample events.jsonl                 with sizes, key skew and compression of your own events
  $ headroom size topic.yaml --compare-peers                       AWS, Google, Red Hat and others on the same workload
  $ headroom size topic.yaml --export all --out plan/              topics, client and broker settings, Strimzi, Terraform, alerts
  $ headroom size topic.yaml --explain brokers                     how a number came about
  $ headroom size topic.yaml --html plan.html                      the plan as a page that answers what-if questions
  $ headroom size topic.yaml --diff --bootstrap kafka-1:9092       what a live cluster lacks, what to do in which order, at what risk
  $ headroom size topic.yaml --verify --from latest                the plan held against a run of it on this machine, scaled down
  $ headroom size topic.yaml --json | jq .decisions

Exit codes: 0 there is a plan, 1 no plan works (the conflict is named), --diff found differences or --verify found something worse than its interval (better is told, and no failure), 2 the file cannot be read as a workload, 3 no cluster answers, or it fails.`,
    )
    .action(size);
}

async function size(path: string | undefined, flags: SizeFlags): Promise<void> {
  if (flags.schema === true) {
    const { sizingJsonSchema } = await import('../sizing/config/config-schema.ts');
    process.stdout.write(`${JSON.stringify(sizingJsonSchema(), undefined, 2)}\n`);
    return;
  }
  if (path === undefined) throw new CliError('which workload? headroom size CONFIG; examples/clickstream-size.yaml is one', 2);
  const { planInputs } = await import('./size-inputs.ts');
  const found = await planInputs(path, flags);
  const { inputs } = found;
  if (flags.comparePeers === true) {
    process.stdout.write(await peersAnswer(inputs, flags));
    return;
  }
  const { planFor } = await import('../sizing/plan.ts');
  const plan = planFor(inputs);
  if (flags.diff === true) {
    const { diffOutput, diffPlan } = await import('./size-diff.ts');
    const diff = await diffPlan(plan, { bootstrap: flags.bootstrap, commandConfig: flags.commandConfig });
    process.stdout.write(diffOutput(diff, { isJson: flags.json === true, width: outputWidth(), isColored: (await import('picocolors')).default.isColorSupported }));
    if (diff.differences.length > 0) process.exitCode = 1;
    return;
  }
  if (flags.verify === true) {
    process.stdout.write(`${await verificationOutput(plan, found, flags)}`);
    return;
  }
  if (flags.html !== undefined) process.stdout.write(`Written to ${await pageWritten(flags.html, { inputs, plan, path })}\n`);
  if (flags.export !== undefined) {
    const { exportPlan } = await import('./size-export.ts');
    process.stdout.write(await exportPlan(plan, { formats: flags.export, out: flags.out, config: path }));
  } else if (flags.html === undefined) process.stdout.write(`${await prefaceOf(found, flags)}${await planOutput(plan, flags)}`);
  if (plan.conflicts.length > 0) process.exitCode = 1;
}

/** What samples showed, for a terminal. */
async function prefaceOf({ samples }: PlanInputs, flags: SizeFlags): Promise<string> {
  if (flags.json === true || flags.explain !== undefined || samples.size === 0) return '';
  const { sampleSections } = await import('./size-sample.ts');
  return sampleSections(samples, { width: outputWidth(), isColored: (await import('picocolors')).default.isColorSupported });
}

async function planOutput(plan: Plan, flags: SizeFlags): Promise<string> {
  if (flags.json === true) return `${JSON.stringify(plan, undefined, 2)}\n`;
  const { isColorSupported: isColored } = (await import('picocolors')).default;
  const options = { width: outputWidth(), isColored };
  if (flags.explain === undefined) {
    const { fullPlanText } = await import('../results/render/plan-text.ts');
    return `\n${fullPlanText(plan, { ...options, isWhole: flags.all === true })}${await earlierOutput(plan, options)}`;
  }
  const { explainText } = await import('../results/render/explain-text.ts');
  const explained = explainText(plan, flags.explain, options);
  if (explained !== undefined) return explained;
  const { PlanTrace } = await import('../results/plan-trace.ts');
  const { nearestOf } = await import('../sizing/config/nearest-word.ts');
  const { ids } = new PlanTrace(plan);
  const nearest = nearestOf(flags.explain, ids);
  throw new CliError(`--explain ${flags.explain}: the plan has no such number; ${nearest === undefined ? `there are ${ids.length}, among them ${mainIds(ids).join(', ')}; all stand in --json` : `did you mean ${nearest}?`}`, 2);
}

/** Those that stand for the whole, without the numbers of single topics, groups and failures. */
function mainIds(ids: readonly string[]): string[] {
  return ids.filter((id) => !id.includes('.') || id.startsWith('disk.'));
}

async function verificationOutput(plan: Plan, { inputs, measured, samples }: PlanInputs, flags: SizeFlags): Promise<string> {
  const { verifyPlan } = await import('./size-verify.ts');
  const { verificationText } = await import('../results/verification/verification-text.ts');
  const { record, path } = await verifyPlan({ plan, inputs, runs: measured?.runs ?? [], samples, topic: flags.topic, duration: flags.duration, bootstrap: flags.bootstrap, commandConfig: flags.commandConfig });
  if (record.verdict.kind === 'refuted') process.exitCode = 1;
  if (flags.json === true) return `${JSON.stringify(record, undefined, 2)}\n`;
  return `\n${verificationText(record, { width: outputWidth(), isColored: (await import('picocolors')).default.isColorSupported })}\nStored in ${path}\n`;
}

/** What verifications on this machine found before, where there are any. */
async function earlierOutput(plan: Plan, options: { width: number; isColored: boolean }): Promise<string> {
  const { listResults } = await import('../results/result-reader.ts');
  const { DEFAULT_RUNS_DIRECTORY } = await import('../results/run-store.ts');
  const stored = (await listResults(DEFAULT_RUNS_DIRECTORY, 'verification')).flatMap((each) => (each.kind === 'verification' ? [each.result] : []));
  if (stored.length === 0) return '';
  const { earlierOn } = await import('../results/verification/plan-verification.ts');
  const { earlierText } = await import('../results/verification/verification-text.ts');
  const { planId } = await import('./size-export.ts');
  const { availableParallelism, cpus } = await import('node:os');
  const earlier = earlierOn({ cpuModel: cpus()[0]?.model.trim() ?? 'unknown', coreCount: availableParallelism() }, { plan: { name: plan.name, id: planId(plan) }, stored });
  return earlier === null ? '' : `\n${earlierText(earlier, options)}`;
}

async function pageWritten(file: string, { inputs, plan, path }: { inputs: SizingInputs; plan: Plan; path: string }): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { checkOutputs, writeOutput } = await import('./write-output.ts');
  await checkOutputs({ '--html': file });
  const { sizeHtml } = await import('./size-html.ts');
  const { wholeConfig } = await import('../sizing/page/whole-config.ts');
  const { sizePageScript } = await import('./size-page-script.ts');
  const { version } = (await import('../package.json', { with: { type: 'json' } })).default;
  return writeOutput('--html', file, sizeHtml({ inputs, plan, config: wholeConfig(await readFile(path, 'utf8')), script: await sizePageScript(), version }));
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
