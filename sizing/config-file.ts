/** The file that `headroom size` reads: YAML, quantities with units, every error with its line and column and the way out. */
import type { PlanQuantity } from '../results/plan-record.ts';
import { readCluster, type MeasuredCluster } from './config/cluster-reader.ts';
import { ConfigValueError, SizingConfigError, type ConfigPlace } from './config/config-error.ts';
import { readConfigDocument } from './config/config-document.ts';
import type { Config, QuantityConfig } from './config/config-schema.ts';
import { dateText, QuantityReader } from './config/quantity-reader.ts';
import { fromSimple, simplePath } from './config/simple-config.ts';
import { readTopic, type MeasuredTopic } from './config/topic-reader.ts';
import { unitCautions } from './config/unit-cautions.ts';
import { input, type SizedGrowth, type SizedRegistry, type SizingInputs } from './sizing-inputs.ts';

export { SizingConfigError } from './config/config-error.ts';

/** What a run or a sample measured: it fills what the file leaves out. */
export interface MeasuredInputs {
  /** For the only topic. */
  readonly topic?: MeasuredTopic;
  /** By topic. */
  readonly topics?: ReadonlyMap<string, MeasuredTopic>;
  /** For those that are in neither. */
  readonly every?: MeasuredTopic;
  readonly cluster?: MeasuredCluster;
}

export interface ReadOptions {
  readonly measured?: MeasuredInputs | undefined;
  /** Milliseconds since 1970; growth counts from here unless the file says otherwise. */
  readonly todayMs?: number;
}

/** Throws SizingConfigError. */
export function readSizingConfig(text: string, options: ReadOptions = {}): SizingInputs {
  const document = readConfigDocument(text);
  const config = document.kind === 'simple' ? fromSimple(document.config) : document.config;
  try {
    const factor = document.kind === 'simple' ? document.config.workload.growth : undefined;
    return inputsOf(config, { ...options, factor });
  } catch (error) {
    if (!(error instanceof ConfigValueError)) throw error;
    const path = document.kind === 'simple' ? simplePath(error.path) : error.path;
    throw new SizingConfigError(error.message, document.placeOf(path));
  }
}

/** A topic's file of events as the configuration names it; whoever reads files finds it. */
export interface ConfigSample {
  readonly topic: string;
  /** Null: only `sampleKey` is there, for a sample that is named elsewhere. */
  readonly path: string | null;
  readonly keyPath: string | null;
  /** Of the file's name, or where there is none of the key's. */
  readonly place: ConfigPlace;
}

/** Throws SizingConfigError. */
export function configSamples(text: string): readonly ConfigSample[] {
  const document = readConfigDocument(text);
  const { topics } = document.kind === 'simple' ? fromSimple(document.config) : document.config;
  return Object.entries(topics).flatMap(([topic, { sample = null, sampleKey = null }]) => {
    if (sample === null && sampleKey === null) return [];
    const path = ['topics', topic, sample === null ? 'sampleKey' : 'sample'];
    return [{ topic, path: sample, keyPath: sampleKey, place: document.placeOf(document.kind === 'simple' ? simplePath(path) : path) }];
  });
}

function inputsOf(config: Config, { measured, todayMs, factor }: ReadOptions & { factor: QuantityConfig | undefined }): SizingInputs {
  const reader = new QuantityReader();
  const names = Object.keys(config.topics);
  if (names.length === 0) throw new ConfigValueError(['topics'], 'topics is empty: name at least one');
  const topics = Object.entries(config.topics).map(([name, topic]) => readTopic(topic, { reader, path: ['topics', name], name, measured: measured?.topics?.get(name) ?? (names.length === 1 ? measured?.topic : undefined) ?? measured?.every ?? {} }));
  const cluster = readCluster(config, { reader, measured: measured?.cluster });
  const inputs: SizingInputs = {
    name: config.name ?? names.join(', '),
    topics,
    cluster,
    certaintyShare: reader.read(['certainty'], config.certainty, { id: 'certainty', name: 'certainty', unit: 'ratio', isShare: true })?.value ?? 0.9,
    loadFactor: reader.read(['workload', 'growth'], factor, { id: 'load.factor', name: 'factor on all rates', unit: 'ratio' }) ?? input('load.factor', 'factor on all rates', 1, 'ratio', { source: 'given', why: 'the rates as they are' }),
    growth: growthOf(config, reader),
    registry: registryOf(config, reader),
    todayMs: config.today === undefined ? (todayMs ?? null) : dayOf(config.today),
    measuredMost: null,
    cautions: [],
    notes: [],
  };
  return { ...inputs, cautions: unitCautions(inputs, reader.seenBytes) };
}

function growthOf({ growth }: Config, reader: QuantityReader): SizedGrowth | null {
  if (growth === undefined) return null;
  const origin = { source: 'assumed' } as const;
  return {
    perYear: reader.read(['growth', 'perYear'], growth.perYear, { id: 'growth.perYear', name: 'growth a year', unit: 'ratio', canBeZero: true, isIncrease: true }) as PlanQuantity,
    horizon: reader.read(['growth', 'horizon'], growth.horizon, { id: 'growth.horizon', name: 'horizon', unit: 'seconds' }) ?? input('growth.horizon', 'horizon', 2 * 31_557_600, 'seconds', { ...origin, why: 'two years' }),
    lead: reader.read(['growth', 'lead'], growth.lead, { id: 'growth.lead', name: 'time from order to service', unit: 'seconds', canBeZero: true }) ?? input('growth.lead', 'time from order to service', 30 * 86_400, 'seconds', { ...origin, why: 'a month' }),
    sizeFor: growth.sizeFor ?? 'horizon',
  };
}

function registryOf({ schemaRegistry }: Config, reader: QuantityReader): SizedRegistry | null {
  if (schemaRegistry === undefined) return null;
  return {
    schemas: reader.read(['schemaRegistry', 'schemas'], schemaRegistry.schemas, { id: 'registry.schemas', name: 'schemas', unit: 'count' }) as PlanQuantity,
    lookupsPerSecond: reader.read(['schemaRegistry', 'lookups'], schemaRegistry.lookups, { id: 'registry.lookups', name: 'lookups of schemas', unit: 'records/s' }) ?? input('registry.lookups', 'lookups of schemas', 100, 'records/s', { source: 'assumed', why: 'clients keep what they looked up', low: 10, high: 1000 }),
  };
}

function dayOf(date: string | Date): number {
  const ms = Date.parse(dateText(date));
  if (Number.isNaN(ms)) throw new ConfigValueError(['today'], `today: "${dateText(date)}" is no date: write it as 2026-11-28`);
  return ms;
}
