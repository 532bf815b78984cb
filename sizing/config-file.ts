/** The file that `headroom size` reads: YAML, quantities with units, every error with its line and column and the way out. */
import { isMap, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import type { PlanQuantity } from '../results/plan-record.ts';
import { clusterDefaults, producerDefaults, topicDefaults } from './input-defaults.ts';
import { input, type SizedCluster, type SizedGroup, type SizedProducer, type SizedTopic, type SizingInputs } from './sizing-inputs.ts';
import { parseQuantity, UnitError, type GivenUnit } from './units.ts';

/** What is wrong in the file and where; `line` and `column` from 1. */
export class SizingConfigError extends Error {
  override readonly name = 'SizingConfigError';
  readonly line: number;
  readonly column: number;
  constructor(message: string, place: { line: number; column: number }) {
    super(message);
    this.line = place.line;
    this.column = place.column;
  }
}

/** Of a run: what the file leaves out is taken from it. */
export type MeasuredInputs = Pick<SizedTopic, 'recordBytes' | 'compressionRatio'> | undefined;

const ACKS = ['all', '1', '0'] as const;
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Throws SizingConfigError. */
export function readSizingConfig(text: string, measured?: MeasuredInputs): SizingInputs {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken !== undefined) throw new SizingConfigError(broken.message, placeOf(lines, broken.pos[0]));
  if (!isMap(document.contents)) throw new SizingConfigError('the file must hold settings, for example "workload:"', { line: 1, column: 1 });
  return inputsOf(new Section(document.contents, { lines, path: '' }), measured);
}

function inputsOf(root: Section, measured: MeasuredInputs): SizingInputs {
  root.allow(['workload', 'consumers', 'retention', 'durability', 'producer', 'broker']);
  const workload = root.section('workload') ?? root.fail('workload is missing: it says rate and recordSize');
  workload.allow(['name', 'rate', 'growth', 'recordSize', 'compressionRatio', 'key']);
  const name = workload.text('name') ?? 'topic';
  return {
    name,
    topics: [topicOf(root, workload, { name, measured })],
    cluster: clusterOf(root),
    certaintyShare: 0.9,
    loadFactor: workload.quantity('growth', 'load.factor', 'factor on all rates', 'ratio') ?? input('load.factor', 'factor on all rates', 1, 'ratio', { source: 'assumed', why: "today's peak; partitions cannot be added later without moving keys: consider 2 to 3" }),
    growth: null,
    todayMs: null,
    notes: [],
  };
}

function topicOf(root: Section, workload: Section, { name, measured }: { name: string; measured: MeasuredInputs }): SizedTopic {
  const durability = root.section('durability');
  durability?.allow(['replicationFactor', 'minInsyncReplicas', 'acks', 'idempotence']);
  const replicationFactor = durability?.quantity('replicationFactor', `${name}.replication.factor`, 'replication factor', 'count') ?? topicDefaults.replicationFactor(name);
  const minInsyncReplicas = durability?.quantity('minInsyncReplicas', `${name}.min.insync.replicas`, 'min.insync.replicas', 'count') ?? topicDefaults.minInsyncReplicas(name, replicationFactor.value);
  if (minInsyncReplicas.value > replicationFactor.value) durability?.failAt('minInsyncReplicas', `${minInsyncReplicas.value} is more than the replication factor ${replicationFactor.value}: no write would ever be accepted`);
  const peakRate = workload.quantity('rate', `${name}.rate.peak`, 'peak rate', 'records/s') ?? workload.fail('rate is missing: the peak, for example 100k/s');
  const key = workload.text('key');
  return {
    name,
    averageRate: { ...peakRate, id: `${name}.rate.average`, name: 'average rate', why: 'no average is given: the peak' },
    peakRate,
    recordBytes: workload.quantity('recordSize', `${name}.record.size`, 'record size', 'bytes') ?? measured?.recordBytes ?? workload.fail('recordSize is missing: for example 230 B, or measure it with --from-run'),
    compressionRatio: workload.quantity('compressionRatio', `${name}.compression`, 'compression ratio', 'ratio') ?? measured?.compressionRatio ?? topicDefaults.compressionRatio(name),
    partitionBytesPerSecond: topicDefaults.partitionBytesPerSecond(name),
    keys: key === undefined ? { kind: 'none' } : { kind: 'unknown', name: key },
    ordering: key === undefined ? 'none' : 'key',
    retention: { cleanup: 'delete', seconds: root.quantity('retention', `${name}.retention`, 'retention', 'seconds') ?? topicDefaults.retention(name), partitionBytes: null, liveKeys: null, localSeconds: null },
    replicationFactor,
    minInsyncReplicas,
    producer: producerOf(root, durability, name),
    transactions: null,
    groups: groupsOf(root, name),
    partitions: null,
    isLedger: false,
  };
}

function producerOf(root: Section, durability: Section | undefined, at: string): SizedProducer {
  const producer = root.section('producer');
  producer?.allow(['compression', 'linger', 'batchSize']);
  const acks = durability?.choice('acks', ACKS) ?? 'all';
  const isIdempotent = durability?.choice('idempotence', ['true', 'false']) ?? (acks === 'all' ? 'true' : 'false');
  if (isIdempotent === 'true' && acks !== 'all') durability?.failAt('idempotence', `idempotence needs acks: all, not ${acks}`);
  const defaults = producerDefaults(at);
  return {
    ...defaults,
    acks,
    isIdempotent: isIdempotent === 'true',
    compression: producer?.choice('compression', CODECS) ?? defaults.compression,
    linger: producer?.quantity('linger', `${at}.linger`, 'linger.ms', 'seconds') ?? defaults.linger,
    batchBytes: producer?.quantity('batchSize', `${at}.batch.size`, 'batch.size', 'bytes') ?? defaults.batchBytes,
  };
}

function clusterOf(root: Section): SizedCluster {
  const broker = root.section('broker');
  broker?.allow(['disk', 'diskThroughput', 'network', 'utilization']);
  const network = (way: 'in' | 'out', name: string): PlanQuantity | undefined => broker?.quantity('network', `broker.network.${way}`, name, 'bytes/s');
  return {
    ...clusterDefaults,
    diskBytes: broker?.quantity('disk', 'broker.disk', 'disk of a broker', 'bytes') ?? clusterDefaults.diskBytes,
    diskBytesPerSecond: broker?.quantity('diskThroughput', 'broker.disk.throughput', 'disk throughput of a broker', 'bytes/s') ?? clusterDefaults.diskBytesPerSecond,
    networkInBytesPerSecond: network('in', 'network into a broker') ?? clusterDefaults.networkInBytesPerSecond,
    networkOutBytesPerSecond: network('out', 'network out of a broker') ?? clusterDefaults.networkOutBytesPerSecond,
    utilization: broker?.quantity('utilization', 'utilization', 'allowed utilization', 'ratio') ?? clusterDefaults.utilization,
  };
}

function groupsOf(root: Section, at: string): SizedGroup[] {
  const consumers = root.section('consumers');
  if (consumers === undefined) return [];
  return consumers.keys().map((name) => ({
    name,
    kind: 'real-time',
    consumerRate: consumers.quantity(name, `${at}.${name}.consumer.rate`, `rate of one consumer of ${name}`, 'records/s') ?? topicDefaults.consumerRate(`${at}.${name}`, name),
    catchUp: null,
    consumers: null,
    state: null,
  }));
}

/** One map of the file, with where everything in it stands. */
class Section {
  readonly #map: YAMLMap;
  readonly #lines: LineCounter;
  readonly #path: string;

  constructor(map: YAMLMap, from: { lines: LineCounter; path: string }) {
    this.#map = map;
    this.#lines = from.lines;
    this.#path = from.path;
  }

  keys(): string[] {
    return this.#map.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key)));
  }

  allow(known: readonly string[]): void {
    for (const key of this.keys()) {
      if (!known.includes(key)) this.failAt(key, `unknown setting${this.#path === '' ? '' : ` in ${this.#path}`}; there are ${known.join(', ')}`);
    }
  }

  section(name: string): Section | undefined {
    const node: unknown = this.#map.get(name, true);
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined;
    if (!isMap(node)) this.failAt(name, `${name} holds settings of its own, one a line below it`);
    return new Section(node, { lines: this.#lines, path: name });
  }

  text(name: string): string | undefined {
    const node: unknown = this.#map.get(name, true);
    if (node === undefined) return undefined;
    if (!isScalar(node) || node.value === null || node.value === '') this.failAt(name, `${name} must be a word`);
    return String(node.source ?? node.value);
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return choices.find((each) => each === text) ?? this.failAt(name, `"${text}" is none of ${choices.join(', ')}`);
  }

  /** `5k/s`, or a map of value, low and high. */
  quantity(name: string, id: string, inputName: string, unit: GivenUnit): PlanQuantity | undefined {
    const node: unknown = this.#map.get(name, true);
    if (node === undefined) return undefined;
    if (!isMap(node)) {
      const value = this.#parsed(name, unit);
      return input(id, inputName, value, unit, { source: 'given', why: 'in the file' });
    }
    const range = new Section(node, { lines: this.#lines, path: name });
    range.allow(['value', 'low', 'high']);
    const [value, low, high] = ['value', 'low', 'high'].map((each) => (range.text(each) === undefined ? range.fail(`${name} with a range needs value, low and high`) : range.#parsed(each, unit))) as [number, number, number];
    if (low > value || value > high) range.fail(`${name}: low, value and high must rise`);
    return input(id, inputName, value, unit, { source: 'given', why: 'in the file, with its range', low, high });
  }

  #parsed(name: string, unit: GivenUnit): number {
    const text = this.text(name) as string;
    try {
      const value = parseQuantity(text, unit);
      if (value <= 0) this.failAt(name, `${name} must be more than ${text}`);
      return value;
    } catch (error) {
      if (error instanceof UnitError) this.failAt(name, error.message);
      throw error;
    }
  }

  fail(message: string): never {
    throw new SizingConfigError(message, placeOf(this.#lines, this.#map.range?.[0] ?? 0));
  }

  failAt(name: string, message: string): never {
    const pair = this.#map.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    const key = pair?.key as { range?: readonly number[] } | undefined;
    throw new SizingConfigError(`${name}: ${message}`, placeOf(this.#lines, key?.range?.[0] ?? 0));
  }
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}
