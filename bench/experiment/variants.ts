/** The runs that an experiment consists of: profiles times matrix, each checked before anything starts. */
import { parseConsumerConfig } from '../../engine/client/consumer-config.ts';
import { parseProducerConfig } from '../../engine/client/producer-config.ts';
import { parseBrokerConfig } from '../../engine/broker/broker-config.ts';
import { parseTopicConfig, topicProperties } from '../../engine/log/log-config.ts';
import { checkBenchOptions, type BenchOptions } from '../bench-options.ts';
import { ExperimentError } from '../experiment-error.ts';
import { checkOffered } from '../load/offered-load.ts';
import { parseBootstrap } from '../target/bootstrap.ts';
import { targetSecurity } from '../target/target-security.ts';
import { withCompressionRatio } from '../workload/compressibility.ts';
import { openRecordSource } from '../workload/workload.ts';
import type { Experiment, Layer } from './file/experiment-file.ts';
import type { Settings } from './file/experiment-schema.ts';
import { nearestName } from './file/nearest-name.ts';
import { benchOptionsOf, layered, SettingsError } from './settings.ts';

export interface Variant {
  readonly name: string;
  readonly options: BenchOptions;
}

export interface Variants {
  readonly baseline: string;
  readonly all: readonly Variant[];
}

const VARIANTS_MAX = 64;

export interface VariantOverrides {
  /** Over base and below profiles and matrix. */
  readonly settings?: Settings;
  /** Each variant is run on each, in the same blocks. */
  readonly targets?: readonly Layer[];
}

/** Throws ExperimentError (usage) that names the variant. */
export function variantsOf(experiment: Experiment, { settings: overrides = {}, targets = [] }: VariantOverrides = {}): Variants {
  checkTargets(experiment, targets);
  const combinations = combinationsOf(experiment, targets);
  if (combinations.length > VARIANTS_MAX) throw new ExperimentError('usage', `${combinations.length} variants are more than ${VARIANTS_MAX}: try fewer values at once`);
  const all = combinations.map((layers): Variant => {
    const name = layers.map((layer) => layer.name).join(' ') || 'base';
    return { name, options: checkedOptions([experiment.base, overrides, ...layers.map(({ settings }) => settings)], { experiment: experiment.name, variant: name }) };
  });
  const names = all.map(({ name }) => name);
  const stranger = Object.keys(experiment.published?.figures ?? {}).find((name) => !names.includes(name));
  if (stranger !== undefined) throw new ExperimentError('usage', `published: there is no variant ${stranger}; ${hintOf(stranger, names)}`);
  return { baseline: baselineOf(experiment, all, targets[0]), all: evenly(all) };
}

/** Beside foreign brokers the embedded ones have no say over their clients either. */
function evenly(variants: readonly Variant[]): readonly Variant[] {
  if (variants.every(({ options }) => options.target.kind === 'embedded')) return variants;
  return variants.map(({ name, options }) => (options.target.kind === 'embedded' ? { name, options: { ...options, target: { ...options.target, isEven: true } } } : { name, options }));
}

/** The first target with all profiles, the first of them with all of the matrix; then the next. */
function combinationsOf({ profiles, matrix }: Experiment, targets: readonly Layer[]): Layer[][] {
  const places: Layer[][] = targets.length === 0 ? [[]] : targets.map((target) => [target]);
  const start = profiles.length === 0 ? places : places.flatMap((place) => profiles.map((profile) => [...place, profile]));
  return matrix.reduce<Layer[][]>((combinations, { layers }) => combinations.flatMap((combination) => layers.map((layer) => [...combination, layer])), start);
}

function baselineOf({ baseline, profiles, matrix }: Experiment, variants: readonly Variant[], firstTarget: Layer | undefined): string {
  const names = variants.map(({ name }) => name);
  if (baseline === undefined) return names[0] as string;
  const place = firstTarget === undefined ? [] : [firstTarget.name];
  const [ofProfile] = profiles.some(({ name }) => name === baseline) ? [[...place, baseline, ...matrix.map(({ layers }) => layers[0]?.name)].join(' ')] : [];
  const wanted = [baseline, [...place, baseline].join(' '), ofProfile];
  const found = wanted.flatMap((name) => names.filter((each) => each === name))[0];
  if (found === undefined) throw new ExperimentError('usage', `baseline: there is no ${baseline}; ${hintOf(baseline, [...profiles.map(({ name }) => name), ...names])}`);
  return found;
}

function checkedOptions(layers: readonly Settings[], { experiment, variant }: { experiment: string; variant: string }): BenchOptions {
  try {
    const options = benchOptionsOf(layered(layers), `${experiment}/${variant}`);
    checkBenchOptions(options);
    checkProperties(options);
    checkOffered(options.load, options);
    withCompressionRatio(options);
    openRecordSource(options.workload, { seed: options.seed, worker: 0 }).close();
    return options;
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'AssertionError') throw error;
    throw new ExperimentError('usage', `variant ${variant}: ${inSettingsWords(error.message)}`, error);
  }
}

/** Where the target is said twice, one of the two would be ignored in silence. */
function checkTargets({ profiles, matrix }: Experiment, targets: readonly Layer[]): void {
  if (targets.length === 0) return;
  const own = [...profiles, ...matrix.flatMap(({ layers }) => layers)].find(({ settings }) => settings.target !== undefined);
  if (own !== undefined) throw new ExperimentError('usage', `--target: ${own.name} of the file has a target of its own; leave one of the two out`);
}

/** What clients and brokers would refuse later. */
function checkProperties({ producerProperties, groups, topic, target }: BenchOptions): void {
  parseProducerConfig(producerProperties);
  for (const { name, properties } of groups) parseConsumerConfig({ 'group.id': name, ...properties });
  // Another Kafka has settings of its own; the embedded brokers know exactly these.
  if (target.kind !== 'embedded') {
    parseBootstrap(target.bootstrap);
    targetSecurity(target);
    return;
  }
  const known = topicProperties.map(({ name }) => name);
  const unknown = Object.keys(topic.properties).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new SettingsError(`topic.${unknown}: unknown setting; ${hintOf(unknown, [...TOPIC_WORDS, ...known])}`);
  parseTopicConfig(new Map(Object.entries(topic.properties)));
  parseBrokerConfig(target.brokerProperties);
}

const TOPIC_WORDS = ['name', 'partitions', 'replicationFactor', 'useExisting'];

function hintOf(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? `there are ${known.join(', ')}` : `did you mean ${nearest}?`;
}

/** Checks that are shared with the command line speak of its options. */
const SETTING_BY_OPTION: readonly (readonly [string, string])[] = [
  ['--min-insync-replicas', 'topic.min.insync.replicas'],
  ['--replication-factor', 'topic.replicationFactor'],
  ['--partitions', 'topic.partitions'],
  ['--use-existing', 'topic.useExisting'],
  ['--topic', 'topic.name'],
  ['--duration', 'duration'],
  ['--warmup', 'warmup'],
  ['--workers', 'workers'],
  ['--rate', 'load.rate'],
  ['--shape', 'load.shape'],
  ['--closed-loop', 'load.closedLoop'],
  ['--brokers', 'target.brokers'],
  ['--bootstrap', 'target.bootstrap'],
  ['--fault', 'faults:'],
  ['--command-config', 'target.commandConfig'],
  ['--record-size', 'workload.recordSize'],
  ['--compression-ratio', 'workload.compressionRatio'],
  ['--groups', 'consumers'],
];

function inSettingsWords(message: string): string {
  return SETTING_BY_OPTION.reduce((text, [option, setting]) => text.replaceAll(new RegExp(`${option}(?![a-z-])`, 'g'), setting), message);
}

