/** Settings of an experiment file, laid over each other, and the run that they describe. What none names is as in a plain `headroom bench`. */
import { defaultBenchOptions, defaultKeys, type BenchOptions, type GroupOptions, type TargetOptions } from '../bench-options.ts';
import type { FaultConfiguration } from '../../results/fault/fault-record.ts';
import { parseFault } from '../fault/fault-grammar.ts';
import { parseShape } from '../load/shape/shape-grammar.ts';
import { shapeOf } from './load-shape.ts';
import type { LoadModel } from '../load/load-messages.ts';
import type { KeyDistribution } from '../workload/key-picker.ts';
import type { KeySpread } from '../workload/key-writer.ts';
import { parseSizes, sizeBucket, type SizeDistribution } from '../workload/size-distribution.ts';
import type { Workload } from '../workload/workload.ts';
import type { Settings, SizeSettings } from './file/experiment-schema.ts';
import { countOf, durationSeconds, propertyText, ratePerSecond, shareOf, sizeBytes } from './file/quantities.ts';

/** Settings that contradict each other, in words that name them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Later layers win, setting by setting; a later rate takes the place of an earlier closed loop, and the reverse. */
export function layered(layers: readonly Settings[]): Settings {
  return layers.reduce((under, over) => {
    const merged: Settings = { ...under, ...over };
    for (const section of ['workload', 'topic', 'producer', 'broker'] as const) {
      if (under[section] !== undefined && over[section] !== undefined) Object.assign(merged, { [section]: { ...under[section], ...over[section] } });
    }
    if (over.load !== undefined) merged.load = { ...withoutExcluded(under.load ?? {}, over.load, LOAD_EXCLUDES), ...over.load };
    if (over.target !== undefined) {
      merged.target = { ...withoutExcluded(under.target ?? {}, over.target, TARGET_EXCLUDES), ...over.target };
      if (under.target?.properties !== undefined && over.target.properties !== undefined) merged.target.properties = { ...under.target.properties, ...over.target.properties };
    }
    if (typeof under.consumers === 'object' && typeof over.consumers === 'object') {
      const names = Object.keys({ ...under.consumers, ...over.consumers });
      const groups = [under.consumers, over.consumers];
      merged.consumers = Object.fromEntries(names.map((name) => [name, Object.assign({}, ...groups.map((each) => each[name] ?? {}))]));
    }
    return merged;
  }, {});
}

const LOAD_EXCLUDES: Readonly<Record<string, readonly string[]>> = { closedLoop: ['rate', 'arrivals', 'shape'], rate: ['closedLoop', 'shape'], shape: ['closedLoop', 'rate'] };
const OF_EXTERNAL = ['bootstrap', 'properties', 'commandConfig'];
const TARGET_EXCLUDES: Readonly<Record<string, readonly string[]>> = { bootstrap: ['brokers', 'dataDirectory'], brokers: OF_EXTERNAL, dataDirectory: OF_EXTERNAL };

function withoutExcluded<Section extends object>(under: Section, over: object, excludes: Readonly<Record<string, readonly string[]>>): Section {
  const excluded = Object.keys(over).flatMap((name) => excludes[name] ?? []);
  return Object.fromEntries(Object.entries(under).filter(([name]) => !excluded.includes(name))) as Section;
}

/** Throws SettingsError. What remains contradictory is checkBenchOptions' to find. */
export function benchOptionsOf(settings: Settings, name: string): BenchOptions {
  const defaults = defaultBenchOptions;
  return {
    name,
    workload: workloadOf(settings.workload ?? {}),
    load: loadOf(settings.load ?? {}),
    warmupSeconds: settings.warmup === undefined ? defaults.warmupSeconds : durationSeconds(settings.warmup),
    durationSeconds: settings.duration === undefined ? defaults.durationSeconds : durationSeconds(settings.duration),
    topic: topicOf(settings),
    producerProperties: producerPropertiesOf(settings.producer ?? {}),
    ...(settings.client === undefined ? {} : { client: settings.client }),
    groups: groupsOf(settings.consumers),
    target: targetOf(settings),
    faults: faultsOf(settings.faults),
    workerCount: settings.workers === undefined ? defaults.workerCount : countOf(settings.workers),
    seed: settings.seed === undefined ? defaults.seed : countOf(settings.seed),
    verifies: settings.verify ?? true,
  };
}

function workloadOf(workload: NonNullable<Settings['workload']>): Workload {
  const { recordSize, randomBytesRatio, compressionRatio, template, payload, key } = workload;
  if (payload !== undefined) {
    const generated = (['recordSize', 'randomBytesRatio', 'compressionRatio', 'template', 'keys', 'keyDistribution', 'zipfExponent', 'hotKeys', 'hotShare', 'keyBuckets', 'keySalts'] as const).find((name) => workload[name] !== undefined);
    if (generated !== undefined) throw new SettingsError(`workload.${generated} is for generated records, and workload.payload names a file that has its own`);
    return { kind: 'file', path: payload, key };
  }
  if (key !== undefined) throw new SettingsError('workload.key names a field of a payload file: it needs workload.payload');
  const keys = { keys: keysOf(workload), ...keySpreadOf(workload) };
  if (template !== undefined) {
    if (recordSize !== undefined) throw new SettingsError('workload.template and workload.recordSize exclude each other: a template has its own length');
    return { kind: 'template', ...keys, template };
  }
  if (randomBytesRatio !== undefined && compressionRatio !== undefined) throw new SettingsError('workload.randomBytesRatio and workload.compressionRatio exclude each other: the second finds the first');
  if (recordSize !== undefined) {
    const compressibility = { randomBytesRatio: shareOf(randomBytesRatio ?? 0.5), ...(compressionRatio === undefined ? {} : { compressionRatio }) };
    const sizes = typeof recordSize === 'string' ? parseSizes(recordSize, sizeBytes) : sizesOf(recordSize);
    return sizes === undefined ? { kind: 'fixed', ...keys, recordBytes: sizeBytes(recordSize as string), ...compressibility } : { kind: 'sized', ...keys, sizes, ...compressibility };
  }
  for (const name of ['randomBytesRatio', 'compressionRatio'] as const) if (workload[name] !== undefined) throw new SettingsError(`workload.${name} needs workload.recordSize`);
  return { kind: 'clickstream', ...keys };
}

function sizesOf({ uniform, lognormal, buckets, file }: SizeSettings): SizeDistribution {
  if (uniform !== undefined) return { kind: 'uniform', minBytes: sizeBytes(uniform.min), maxBytes: sizeBytes(uniform.max) };
  if (lognormal !== undefined) return { kind: 'lognormal', meanBytes: sizeBytes(lognormal.mean), p99Bytes: sizeBytes(lognormal.p99) };
  if (buckets !== undefined) return { kind: 'buckets', buckets: Object.entries(buckets).map(([range, weight]) => sizeBucket(range, weight)) };
  return { kind: 'file', path: file ?? '' };
}

/** Later layers win: 0 switches off what an earlier one asked for. */
function keySpreadOf({ keyBuckets, keySalts }: NonNullable<Settings['workload']>): { keySpread?: KeySpread } {
  const [buckets, salts] = [countOf(keyBuckets ?? 0), countOf(keySalts ?? 0)];
  if (buckets > 0 && salts > 0) throw new SettingsError('workload.keyBuckets and workload.keySalts exclude each other: a key has one suffix');
  if (buckets > 0) return { keySpread: { kind: 'buckets', buckets } };
  return salts > 0 ? { keySpread: { kind: 'salts', salts } } : {};
}

function keysOf({ keys, keyDistribution = 'zipf', zipfExponent, hotKeys, hotShare }: NonNullable<Settings['workload']>): KeyDistribution {
  const zipf = defaultKeys.kind === 'zipf' ? defaultKeys : { keyCount: 200_000, exponent: 0.8 };
  const keyCount = keys === undefined ? zipf.keyCount : countOf(keys);
  if (zipfExponent !== undefined && keyDistribution !== 'zipf') throw new SettingsError(`workload.zipfExponent is for keyDistribution: zipf, not ${keyDistribution}`);
  if ((hotKeys !== undefined || hotShare !== undefined) && keyDistribution !== 'hotSet') throw new SettingsError(`workload.hotKeys and hotShare are for keyDistribution: hotSet, not ${keyDistribution}`);
  switch (keyDistribution) {
    case 'none':
      return { kind: 'none' };
    case 'uniform':
    case 'sequential':
      return { kind: keyDistribution, keyCount };
    case 'zipf':
      return { kind: 'zipf', keyCount, exponent: zipfExponent ?? zipf.exponent };
    case 'hotSet':
      return { kind: 'hotSet', keyCount, hotKeyCount: countOf(hotKeys ?? 1), hotShare: shareOf(hotShare ?? 0.8) };
  }
}

function loadOf({ rate, arrivals, closedLoop, shape }: NonNullable<Settings['load']>): LoadModel {
  if (closedLoop === true) {
    if (rate !== undefined || arrivals !== undefined || shape !== undefined) throw new SettingsError('load.closedLoop excludes load.rate, load.shape and load.arrivals: a closed loop has no rate');
    return { kind: 'closed' };
  }
  if (shape !== undefined) {
    if (rate !== undefined) throw new SettingsError('load.shape excludes load.rate: the shape has its own rates');
    return { kind: 'shaped', shape: typeof shape === 'string' ? parseShape(shape) : shapeOf(shape), arrivals: arrivals ?? 'constant' };
  }
  const standard = defaultBenchOptions.load.kind === 'open' ? defaultBenchOptions.load.ratePerSecond : 100_000;
  return { kind: 'open', ratePerSecond: rate === undefined ? standard : ratePerSecond(rate), arrivals: arrivals ?? 'constant' };
}

function topicOf({ topic = {}, target = {} }: Settings): BenchOptions['topic'] {
  const { name, partitions, replicationFactor, useExisting, ...properties } = topic;
  const defaults = defaultBenchOptions.topic;
  const brokerCount = target.brokers === undefined ? 3 : countOf(target.brokers);
  const replicas = replicationFactor === undefined ? Math.min(defaults.replicationFactor, brokerCount) : countOf(replicationFactor);
  return {
    name,
    partitions: partitions === undefined ? defaults.partitions : countOf(partitions),
    replicationFactor: replicas,
    properties: { ...defaults.properties, 'min.insync.replicas': String(Math.min(2, replicas)), ...texts('topic', properties) },
    useExisting: useExisting ?? false,
  };
}

function producerPropertiesOf(producer: NonNullable<Settings['producer']>): Record<string, string> {
  const given = texts('producer', producer);
  if (given['acks'] === '-1') given['acks'] = 'all';
  // Idempotence needs acks=all; who asks for both gets the producer's error.
  const idempotence: Record<string, string> = given['acks'] === undefined || given['acks'] === 'all' ? {} : { 'enable.idempotence': 'false' };
  return { ...defaultBenchOptions.producerProperties, ...idempotence, ...given };
}

function groupsOf(consumers: Settings['consumers']): readonly GroupOptions[] {
  if (consumers === undefined) return defaultBenchOptions.groups;
  if (consumers === 'none') return [];
  return Object.entries(consumers).map(([name, { members, serviceTime, ...properties }]) => ({
    name,
    memberCount: members === undefined ? 1 : countOf(members),
    serviceTimeUs: serviceTime === undefined ? 0 : durationSeconds(serviceTime) * 1e6,
    properties: texts(`consumers.${name}`, properties),
  }));
}

function targetOf({ target = {}, broker = {} }: Settings): TargetOptions {
  const { bootstrap, brokers, dataDirectory, properties, commandConfig } = target;
  if (bootstrap === undefined) {
    if (properties !== undefined || commandConfig !== undefined) throw new SettingsError('target.properties and target.commandConfig say how to connect to another Kafka: they need target.bootstrap');
    const brokerCount = brokers === undefined ? 3 : countOf(brokers);
    return { kind: 'embedded', brokerCount, dataDirectory, brokerProperties: texts('broker', broker) };
  }
  if (brokers !== undefined || dataDirectory !== undefined) throw new SettingsError('target.brokers and target.dataDirectory are for the embedded cluster: leave them out with target.bootstrap');
  if (Object.keys(broker).length > 0) throw new SettingsError('broker: sets properties of the embedded brokers: leave it out with target.bootstrap');
  return { kind: 'external', bootstrap, ...(properties === undefined ? {} : { properties: texts('target.properties', properties) }), ...(commandConfig === undefined ? {} : { commandConfig }) };
}

function faultsOf(faults: Settings['faults']): FaultConfiguration[] {
  if (faults === undefined || faults === 'none') return [];
  return [faults].flat().map((text) => {
    try {
      return parseFault(text);
    } catch (error) {
      if (error instanceof RangeError) throw new SettingsError(`faults: ${error.message}`);
      throw error;
    }
  });
}

function texts(section: string, properties: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => {
      try {
        return [name, propertyText(name, value as string | number | boolean)];
      } catch (error) {
        throw new SettingsError(`${section}.${name}: ${(error as Error).message}`);
      }
    }),
  );
}
