/**
 * Everything that decides what one run does, with its defaults: the ingest of a clickstream at 100,000 events a second.
 * Kafka's property names where Kafka has one, OpenMessaging Benchmark's words where it has one. Plain data: it stands in the result as it is.
 */
import { isGroupFault, type FaultConfiguration } from '../results/fault/fault-record.ts';
import { ExperimentError } from './experiment-error.ts';
import type { ClientKind } from './load/driver/load-driver.ts';
import type { LoadModel } from './load/load-messages.ts';
import { shapeProblem } from './load/shape/rate-shape.ts';
import { KEY_COUNT_MAX, WORKER_COUNT_MAX } from './workload/event-stamp.ts';
import type { KeyDistribution } from './workload/key-picker.ts';
import { SPREAD_MAX, spreadOf } from './workload/key-writer.ts';
import type { Workload } from './workload/workload.ts';

export type TargetOptions =
  | {
      readonly kind: 'embedded';
      readonly brokerCount: number;
      /** Undefined: a temporary directory that is removed after the run. */
      readonly dataDirectory: string | undefined;
      readonly brokerProperties: Readonly<Record<string, string>>;
      /** URLs of modules that each broker process loads first; see ClusterOptions. */
      readonly brokerModules?: readonly string[];
      /** Brokers and clients share the processors evenly: for a comparison with brokers that have no say over their clients. Default: see ClusterOptions.isPreferred. */
      readonly isEven?: boolean;
    }
  | {
      readonly kind: 'external';
      readonly bootstrap: string;
      /** How to connect, by Kafka's property names; secrets may stand in them, so they are stored nowhere. */
      readonly properties?: Readonly<Record<string, string>>;
      /** A properties file as Kafka's tools take it with --command-config. */
      readonly commandConfig?: string;
    };

export interface TopicOptions {
  /** Undefined: `clickstream` on an embedded cluster, a name of its own on an external one. */
  readonly name: string | undefined;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Write to a topic that is there already, and leave it there. */
  readonly useExisting: boolean;
}

export interface GroupOptions {
  readonly name: string;
  readonly memberCount: number;
  /** What a member spends on each record, microseconds. */
  readonly serviceTimeUs: number;
  readonly properties: Readonly<Record<string, string>>;
}

export interface BenchOptions {
  readonly name: string;
  readonly workload: Workload;
  readonly load: LoadModel;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
  readonly topic: TopicOptions;
  readonly producerProperties: Readonly<Record<string, string>>;
  /** What makes the load; absent: headroom's own client. */
  readonly client?: ClientKind;
  readonly groups: readonly GroupOptions[];
  readonly target: TargetOptions;
  readonly faults: readonly FaultConfiguration[];
  readonly workerCount: number;
  readonly seed: number;
  readonly verifies: boolean;
}

export const defaultKeys: KeyDistribution = { kind: 'zipf', keyCount: 200_000, exponent: 0.8 };

export const defaultBenchOptions: BenchOptions = {
  name: 'clickstream',
  workload: { kind: 'clickstream', keys: defaultKeys },
  load: { kind: 'open', ratePerSecond: 100_000, arrivals: 'constant' },
  warmupSeconds: 5,
  durationSeconds: 20,
  topic: { name: undefined, partitions: 20, replicationFactor: 3, properties: { 'min.insync.replicas': '2', 'retention.ms': '604800000' }, useExisting: false },
  producerProperties: {
    acks: 'all',
    'enable.idempotence': 'true',
    'compression.type': 'zstd',
    'linger.ms': '10',
    'batch.size': '65536',
  },
  groups: [
    { name: 'realtime', memberCount: 4, serviceTimeUs: 0, properties: {} },
    { name: 'sink', memberCount: 2, serviceTimeUs: 0, properties: { 'fetch.min.bytes': '262144', 'fetch.max.wait.ms': '500' } },
  ],
  target: { kind: 'embedded', brokerCount: 3, dataDirectory: undefined, brokerProperties: {} },
  faults: [],
  workerCount: 1,
  seed: 1,
  verifies: true,
};

/** Keys times their suffixes: the check of a run holds a few words for each and worker. */
const SPREAD_KEYS_MAX = 4_000_000;

/** Throws ExperimentError (usage) with the first contradiction and the way out; nothing has been started then. */
export function checkBenchOptions(options: BenchOptions): void {
  for (const [isWrong, message] of contradictions(options)) {
    if (isWrong) throw new ExperimentError('usage', message);
  }
}

function* contradictions(options: BenchOptions): Generator<[boolean, string]> {
  const { topic, target, load, workload } = options;
  const whole = (value: number, least: number, most = Number.MAX_SAFE_INTEGER): boolean =>
    Number.isSafeInteger(value) && value >= least && value <= most;
  yield [!whole(options.durationSeconds, 1), `--duration must be whole seconds from 1 up, not ${options.durationSeconds}`];
  yield [!whole(options.warmupSeconds, 0), `--warmup must be whole seconds from 0 up, not ${options.warmupSeconds}`];
  yield [load.kind === 'open' && !(load.ratePerSecond > 0 && Number.isFinite(load.ratePerSecond)), '--rate must be above 0; for the highest rate there is use --closed-loop'];
  const shapeWrong = load.kind === 'shaped' ? shapeProblem(load.shape, options.durationSeconds) : undefined;
  yield [shapeWrong !== undefined, `--shape: ${shapeWrong}`];
  yield [!whole(options.workerCount, 1, WORKER_COUNT_MAX), `--workers must be 1 to ${WORKER_COUNT_MAX}`];
  yield [!whole(topic.partitions, 1, 10_000), '--partitions must be 1 to 10000'];
  yield [!whole(topic.replicationFactor, 1, 1000), '--replication-factor must be at least 1'];
  const minIsr = minInsyncReplicas(topic);
  yield [!whole(minIsr, 1), `--min-insync-replicas must be at least 1, not ${topic.properties['min.insync.replicas']}`];
  yield [!topic.useExisting && minIsr > topic.replicationFactor, `--min-insync-replicas ${minIsr} is more than --replication-factor ${topic.replicationFactor}: no write would ever be accepted`];
  if (target.kind === 'embedded') {
    yield [!whole(target.brokerCount, 1, 100), '--brokers must be 1 to 100'];
    yield [topic.replicationFactor > target.brokerCount, `--replication-factor ${topic.replicationFactor} needs as many brokers, --brokers is ${target.brokerCount}`];
  }
  yield [topic.useExisting && topic.name === undefined, '--use-existing needs --topic'];
  for (const fault of options.faults) yield* faultContradictions(fault, options);
  if (workload.kind !== 'file' && workload.keys.kind !== 'none') yield [!whole(workload.keys.keyCount, 1, KEY_COUNT_MAX), `the number of keys must be 1 to ${KEY_COUNT_MAX}`];
  if (workload.kind !== 'file' && workload.keys.kind === 'hotSet') {
    yield [!whole(workload.keys.hotKeyCount, 1, workload.keys.keyCount), `the number of hot keys must be 1 to the number of keys, ${workload.keys.keyCount}`];
    yield [!(workload.keys.hotShare > 0 && workload.keys.hotShare <= 1), `the share of the hot keys must lie above 0 and up to 1, not at ${workload.keys.hotShare}`];
  }
  if (workload.kind !== 'file' && workload.keySpread !== undefined) {
    const spread = spreadOf(workload.keySpread);
    yield [!whole(spread, 2, SPREAD_MAX), `buckets or salts of a key must be 2 to ${SPREAD_MAX}, not ${spread}`];
    yield [workload.keys.kind === 'none', 'records without keys have nothing to spread: leave out the buckets or salts'];
    const keyCount = workload.keys.kind === 'none' ? 0 : workload.keys.keyCount;
    yield [keyCount * spread > SPREAD_KEYS_MAX, `${keyCount} keys times ${spread} are more than the check of every key can hold (${SPREAD_KEYS_MAX}): use fewer keys`];
  }
  if (workload.kind === 'fixed') yield [!whole(workload.recordBytes, 1, 64 << 20), '--record-size must be at least 1'];
  if (workload.kind === 'fixed' || workload.kind === 'sized') {
    const { compressionRatio = 1 } = workload;
    yield [!(compressionRatio >= 1 && Number.isFinite(compressionRatio)), `--compression-ratio is how many times smaller batches become: at least 1, not ${compressionRatio}`];
    yield [!(workload.randomBytesRatio >= 0 && workload.randomBytesRatio <= 1), 'the share of random bytes must be 0 to 1'];
  }
  const names = options.groups.map(({ name }) => name);
  yield [new Set(names).size < names.length, '--groups names a group twice'];
  for (const { name, memberCount, serviceTimeUs } of options.groups) {
    // Nobody at first is a group that starts late.
    const joinsLater = options.faults.some((fault) => fault.kind === 'scaleGroup' && fault.group === name);
    yield [!whole(memberCount, joinsLater ? 0 : 1, 1000), `group ${name} needs at least one member`];
    yield [!(serviceTimeUs >= 0), `group ${name}: the time a record takes cannot be ${serviceTimeUs}`];
  }
}

function* faultContradictions(fault: FaultConfiguration, { target, groups, durationSeconds }: BenchOptions): Generator<[boolean, string]> {
  const { kind, atSeconds, forSeconds } = fault;
  const what = `--fault ${kind}`;
  yield [!(atSeconds >= 0 && atSeconds < durationSeconds), `${what} at ${atSeconds} lies outside the measured ${durationSeconds} s`];
  yield [kind !== 'restart' && forSeconds === 0, `${what} lasts no time`];
  if (isGroupFault(fault)) {
    yield [!groups.some(({ name }) => name === fault.group), `${what}: there is no group ${fault.group}; there are ${groups.map(({ name }) => name).join(', ') || 'none'}`];
    return;
  }
  if (target.kind === 'external') {
    yield [true, `${what} is done to brokers of the embedded cluster only: leave out --bootstrap`];
    return;
  }
  const choices = 'between' in fault ? fault.between : [fault.broker];
  const stranger = choices.find((choice) => typeof choice === 'number' && (choice < 1 || choice > target.brokerCount));
  yield [stranger !== undefined, `${what}: there is no broker ${stranger}; --brokers is ${target.brokerCount}`];
  const needsTwo = 'between' in fault ? fault.between.every((end) => end !== 'clients' && end !== 'everybody') : (kind === 'kill' || kind === 'pause') && fault.broker === 'leader';
  yield [needsTwo && target.brokerCount < 2, `${what} needs at least two brokers`];
  yield [choices.includes('follower') && target.brokerCount < 2, `${what}: a follower needs at least two brokers`];
  yield ['delayMs' in fault && !('bytesPerSecond' in fault && fault.bytesPerSecond !== null) && fault.delayMs === 0, `${what} slows nothing down`];
  yield ['bytesPerSecond' in fault && fault.bytesPerSecond === 0, `${what}: a rate of 0 is a cut: write cut-link`];
}

/** Of the topic's settings; Kafka's default is 1. */
export function minInsyncReplicas(topic: BenchOptions['topic']): number {
  return Number(topic.properties['min.insync.replicas'] ?? 1);
}
