/** From the words on `headroom bench`'s command line to BenchOptions. Throws CliError (usage) with the word, the reason and an example. */
import { defaultBenchOptions, defaultKeys, type BenchOptions, type GroupOptions } from '../bench/bench-options.ts';
import { parseFault } from '../bench/fault/fault-grammar.ts';
import type { FaultConfiguration } from '../results/fault/fault-record.ts';
import type { RateShape } from '../bench/load/shape/rate-shape.ts';
import { parseShape, ShapeError } from '../bench/load/shape/shape-grammar.ts';
import { clientKinds } from '../bench/load/driver/load-driver.ts';
import type { KeyDistribution } from '../bench/workload/key-picker.ts';
import type { KeySpread } from '../bench/workload/key-writer.ts';
import { parseSizes, SizeError, type SizeDistribution } from '../bench/workload/size-distribution.ts';
import type { Workload } from '../bench/workload/workload.ts';
import { CliError } from './cli-error.ts';

/** What commander hands over; a flag that was not given is undefined. */
export interface BenchFlags {
  readonly rate?: string;
  readonly closedLoop?: boolean;
  readonly arrivals?: string;
  readonly shape?: string;
  readonly duration?: string;
  readonly warmup?: string;
  readonly recordSize?: string;
  readonly randomBytesRatio?: string;
  readonly compressionRatio?: string;
  readonly template?: string;
  readonly payload?: string;
  readonly key?: string;
  readonly keys?: string;
  readonly keyDistribution?: string;
  readonly zipfExponent?: string;
  readonly hotKeys?: string;
  readonly hotShare?: string;
  readonly keyBuckets?: string;
  readonly keySalts?: string;
  readonly partitions?: string;
  readonly replicationFactor?: string;
  readonly minInsyncReplicas?: string;
  readonly acks?: string;
  readonly lingerMs?: string;
  readonly batchSize?: string;
  readonly compression?: string;
  readonly producerProperty?: readonly string[];
  readonly topicProperty?: readonly string[];
  readonly brokerProperty?: readonly string[];
  readonly groups?: string;
  readonly consumerProperty?: readonly string[];
  readonly bootstrap?: string;
  readonly commandConfig?: string;
  readonly client?: string;
  readonly topic?: string;
  readonly useExisting?: boolean;
  readonly brokers?: string;
  readonly dataDir?: string;
  readonly fault?: readonly string[];
  readonly killBroker?: string;
  readonly pauseBroker?: string;
  readonly restartAfter?: string;
  readonly workers?: string;
  readonly seed?: string;
  readonly verify?: boolean;
  readonly consumerRate?: string;
}

/** Records/s of one consumer, for the plan. */
export function consumerRateFrom({ consumerRate }: BenchFlags): number | undefined {
  return consumerRate === undefined ? undefined : quantity('--consumer-rate', consumerRate);
}

export function benchOptionsFrom(flags: BenchFlags): BenchOptions {
  const defaults = defaultBenchOptions;
  const workload = workloadFrom(flags);
  const durationSeconds = flags.duration === undefined ? defaults.durationSeconds : seconds('--duration', flags.duration);
  return {
    name: workload.kind === 'fixed' ? `fixed-${workload.recordBytes}` : workload.kind === 'file' ? 'payload' : workload.kind,
    workload,
    load: loadFrom(flags),
    warmupSeconds: flags.warmup === undefined ? defaults.warmupSeconds : seconds('--warmup', flags.warmup),
    durationSeconds,
    topic: topicFrom(flags),
    producerProperties: producerPropertiesFrom(flags),
    groups: withProperties(flags.groups === undefined ? defaults.groups : groupsFrom(flags.groups), propertiesFrom('--consumer-property', flags.consumerProperty)),
    ...(flags.client === undefined ? {} : { client: oneOf('--client', flags.client, clientKinds) }),
    target: targetFrom(flags),
    faults: faultsFrom(flags),
    workerCount: count('--workers', flags.workers, defaults.workerCount),
    seed: count('--seed', flags.seed, defaults.seed),
    verifies: flags.verify ?? true,
  };
}

function loadFrom(flags: BenchFlags): BenchOptions['load'] {
  if (flags.closedLoop === true) {
    if (flags.rate !== undefined) throw usage('--rate and --closed-loop exclude each other: a closed loop has no rate');
    if (flags.shape !== undefined) throw usage('--shape and --closed-loop exclude each other: a closed loop has no rate');
    return { kind: 'closed' };
  }
  const arrivals = oneOf('--arrivals', flags.arrivals ?? 'constant', ['constant', 'poisson']);
  if (flags.shape !== undefined) {
    if (flags.rate !== undefined) throw usage('--shape and --rate exclude each other: the shape has its own rates');
    return { kind: 'shaped', shape: shapeFrom(flags.shape), arrivals };
  }
  return { kind: 'open', ratePerSecond: flags.rate === undefined ? 100_000 : quantity('--rate', flags.rate), arrivals };
}

function shapeFrom(text: string): RateShape {
  try {
    return parseShape(text);
  } catch (error) {
    if (error instanceof ShapeError) throw usage(`--shape: ${error.message}`);
    throw error;
  }
}

function workloadFrom(flags: BenchFlags): Workload {
  if (flags.payload !== undefined) {
    if (flags.recordSize !== undefined) throw usage('--payload and --record-size exclude each other: a file has its own records');
    if (flags.template !== undefined) throw usage('--payload and --template exclude each other: a file has its own records');
    const ofKeys = [flags.keys, flags.keyDistribution, flags.hotKeys, flags.hotShare, flags.keyBuckets, flags.keySalts];
    if (ofKeys.some((flag) => flag !== undefined)) throw usage('--keys and --key-distribution are for generated records; with --payload take the key from a field with --key');
    return { kind: 'file', path: flags.payload, key: flags.key };
  }
  if (flags.key !== undefined) throw usage('--key names a field of a payload file: it needs --payload FILE');
  const keys = { keys: keysFrom(flags), ...keySpreadFrom(flags) };
  if (flags.recordSize === undefined) {
    if (flags.randomBytesRatio !== undefined) throw usage('--random-bytes-ratio needs --record-size');
    if (flags.compressionRatio !== undefined) throw usage('--compression-ratio needs --record-size');
    return flags.template === undefined ? { kind: 'clickstream', ...keys } : { kind: 'template', ...keys, template: flags.template };
  }
  if (flags.template !== undefined) throw usage('--template and --record-size exclude each other: a template has its own length');
  if (flags.randomBytesRatio !== undefined && flags.compressionRatio !== undefined) throw usage('--random-bytes-ratio and --compression-ratio exclude each other: the second finds the first');
  const compressibility = {
    randomBytesRatio: number('--random-bytes-ratio', flags.randomBytesRatio, 0.5),
    ...(flags.compressionRatio === undefined ? {} : { compressionRatio: number('--compression-ratio', flags.compressionRatio, 1) }),
  };
  const sizes = sizesFrom(flags.recordSize);
  return sizes === undefined ? { kind: 'fixed', ...keys, recordBytes: bytes('--record-size', flags.recordSize), ...compressibility } : { kind: 'sized', ...keys, sizes, ...compressibility };
}

/** Undefined: one size. */
function sizesFrom(text: string): SizeDistribution | undefined {
  try {
    return parseSizes(text, (size) => bytes('--record-size', size));
  } catch (error) {
    if (error instanceof SizeError) throw usage(`--record-size: ${error.message}`);
    throw error;
  }
}

function keysFrom(flags: BenchFlags): KeyDistribution {
  const kind = oneOf('--key-distribution', flags.keyDistribution ?? 'zipf', ['zipf', 'uniform', 'sequential', 'hotSet', 'none']);
  for (const [flag, value] of [['--hot-keys', flags.hotKeys], ['--hot-share', flags.hotShare]] as const) {
    if (value !== undefined && kind !== 'hotSet') throw usage(`${flag} is for --key-distribution hotSet`);
  }
  if (kind === 'none') return { kind };
  const zipf = defaultKeys.kind === 'zipf' ? defaultKeys : { keyCount: 200_000, exponent: 0.8 };
  const keyCount = flags.keys === undefined ? zipf.keyCount : quantity('--keys', flags.keys);
  if (kind === 'uniform' || kind === 'sequential') return { kind, keyCount };
  if (kind === 'hotSet') return { kind, keyCount, hotKeyCount: flags.hotKeys === undefined ? 1 : quantity('--hot-keys', flags.hotKeys), hotShare: number('--hot-share', flags.hotShare, 0.8) };
  return { kind, keyCount, exponent: number('--zipf-exponent', flags.zipfExponent, zipf.exponent) };
}

function keySpreadFrom({ keyBuckets, keySalts }: BenchFlags): { keySpread?: KeySpread } {
  if (keyBuckets !== undefined && keySalts !== undefined) throw usage('--key-buckets and --key-salts exclude each other: a key has one suffix');
  if (keyBuckets !== undefined) return { keySpread: { kind: 'buckets', buckets: count('--key-buckets', keyBuckets, 0) } };
  return keySalts === undefined ? {} : { keySpread: { kind: 'salts', salts: count('--key-salts', keySalts, 0) } };
}

function topicFrom(flags: BenchFlags): BenchOptions['topic'] {
  const defaults = defaultBenchOptions.topic;
  const brokerCount = flags.bootstrap === undefined ? count('--brokers', flags.brokers, 3) : 3;
  const replicationFactor = count('--replication-factor', flags.replicationFactor, Math.min(defaults.replicationFactor, brokerCount));
  const minInsyncReplicas = flags.minInsyncReplicas ?? String(Math.min(2, replicationFactor));
  return {
    name: flags.topic,
    partitions: count('--partitions', flags.partitions, defaults.partitions),
    replicationFactor,
    properties: { ...defaults.properties, 'min.insync.replicas': minInsyncReplicas, ...propertiesFrom('--topic-property', flags.topicProperty) },
    useExisting: flags.useExisting ?? false,
  };
}

function producerPropertiesFrom(flags: BenchFlags): Record<string, string> {
  const properties: Record<string, string> = { ...defaultBenchOptions.producerProperties };
  if (flags.acks !== undefined) {
    const acks = oneOf('--acks', flags.acks === '-1' ? 'all' : flags.acks, ['all', '1', '0']);
    properties['acks'] = acks;
    // Idempotence needs acks=all; who asks for both with --producer-property gets the producer's error.
    if (acks !== 'all') properties['enable.idempotence'] = 'false';
  }
  if (flags.lingerMs !== undefined) properties['linger.ms'] = flags.lingerMs;
  if (flags.batchSize !== undefined) properties['batch.size'] = String(bytes('--batch-size', flags.batchSize));
  if (flags.compression !== undefined) properties['compression.type'] = flags.compression;
  return { ...properties, ...propertiesFrom('--producer-property', flags.producerProperty) };
}

function targetFrom(flags: BenchFlags): BenchOptions['target'] {
  if (flags.bootstrap === undefined) {
    if (flags.commandConfig !== undefined) throw usage('--command-config says how to connect to another Kafka: it needs --bootstrap');
    return {
      kind: 'embedded',
      brokerCount: count('--brokers', flags.brokers, 3),
      dataDirectory: flags.dataDir,
      brokerProperties: propertiesFrom('--broker-property', flags.brokerProperty),
    };
  }
  for (const [flag, value] of [['--brokers', flags.brokers], ['--data-dir', flags.dataDir], ['--broker-property', flags.brokerProperty]] as const) {
    if (value !== undefined) throw usage(`${flag} is for the embedded cluster: leave it out with --bootstrap`);
  }
  return { kind: 'external', bootstrap: flags.bootstrap, ...(flags.commandConfig === undefined ? {} : { commandConfig: flags.commandConfig }) };
}

/** In the order of their times. --kill-broker and --pause-broker are short for the two that are asked for most. */
function faultsFrom(flags: BenchFlags): FaultConfiguration[] {
  if (flags.restartAfter !== undefined && flags.killBroker === undefined) throw usage('--restart-after needs --kill-broker');
  const faults = (flags.fault ?? []).map((text) => faultOf('--fault', text));
  if (flags.killBroker !== undefined) faults.push(faultOf('--kill-broker', `kill@${flags.killBroker}+${flags.restartAfter ?? '5'}`));
  if (flags.pauseBroker !== undefined) faults.push(faultOf('--pause-broker', `pause@${flags.pauseBroker.replace(':', '+')}`));
  return faults.toSorted((a, b) => a.atSeconds - b.atSeconds);
}

function faultOf(flag: string, text: string): FaultConfiguration {
  try {
    return parseFault(text);
  } catch (error) {
    if (error instanceof RangeError) throw usage(`${flag} ${error.message}`);
    throw error;
  }
}

/** Of all groups. */
function withProperties(groups: readonly GroupOptions[], properties: Readonly<Record<string, string>>): GroupOptions[] {
  return groups.map((group) => ({ ...group, properties: { ...group.properties, ...properties } }));
}

/** `name=members[:serviceTime]`, comma separated; `none` for no consumers. */
export function groupsFrom(list: string): GroupOptions[] {
  if (list === 'none') return [];
  return list.split(',').map((entry) => {
    const match = /^([A-Za-z0-9._-]+)=(\d+)(?::(\d+(?:\.\d+)?)(us|ms)?)?$/.exec(entry.trim());
    if (match === null) throw usage(`--groups "${entry}" is not name=members or name=members:time (for example realtime=4,sink=2:5us)`);
    const [, name = '', members, time, unit] = match;
    const known = defaultBenchOptions.groups.find((group) => group.name === name);
    return { name, memberCount: Number(members), serviceTimeUs: Number(time ?? 0) * (unit === 'ms' ? 1000 : 1), properties: known?.properties ?? {} };
  });
}

function propertiesFrom(flag: string, pairs: readonly string[] = []): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of pairs) {
    const split = pair.indexOf('=');
    if (split <= 0) throw usage(`${flag} "${pair}" is not name=value (for example linger.ms=5)`);
    properties[pair.slice(0, split)] = pair.slice(split + 1);
  }
  return properties;
}

/** `20`, `20s`, `2m`: whole seconds. */
function seconds(flag: string, text: string): number {
  const match = /^(\d+)(s|m)?$/.exec(text);
  if (match === null) throw usage(`${flag} "${text}" is not a whole number of seconds (for example 20, 20s or 2m)`);
  return Number(match[1]) * (match[2] === 'm' ? 60 : 1);
}

/** `100000`, `100k`, `1.5m`. */
function quantity(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)([km])?$/i.exec(text.replaceAll(/[_,]/g, ''));
  if (match === null) throw usage(`${flag} "${text}" is not a number (for example 100000 or 100k)`);
  return Number(match[1]) * ({ k: 1e3, m: 1e6 }[match[2]?.toLowerCase() ?? ''] ?? 1);
}

/** `1024`, `64k`, `1m`: bytes in powers of 1024. */
function bytes(flag: string, text: string): number {
  const match = /^(\d+)(k|kib|kb|m|mib|mb)?$/i.exec(text);
  if (match === null) throw usage(`${flag} "${text}" is not a number of bytes (for example 1024 or 64k)`);
  return Number(match[1]) * ({ k: 1 << 10, m: 1 << 20 }[match[2]?.[0]?.toLowerCase() ?? ''] ?? 1);
}

function count(flag: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  if (!/^\d+$/.test(text)) throw usage(`${flag} "${text}" is not a whole number`);
  return Number(text);
}

function number(flag: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw usage(`${flag} "${text}" is not a number`);
  return value;
}

function oneOf<Choice extends string>(flag: string, text: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw usage(`${flag} "${text}" is none of ${choices.join(', ')}`);
  return choice;
}

function usage(message: string): CliError {
  return new CliError(message, 2);
}
