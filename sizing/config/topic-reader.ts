/** A topic of a sizing file as inputs of a plan. */
import { groupId, topicId } from '../../results/plan-ids.ts';
import type { PlanQuantity } from '../../results/plan-record.ts';
import { producerDefaults, topicDefaults } from '../input-defaults.ts';
import { input, type SizedGroup, type SizedKeys, type SizedProducer, type SizedRetention, type SizedTopic } from '../sizing-inputs.ts';
import { ConfigValueError } from './config-error.ts';
import type { GroupConfig, QuantityConfig, TopicConfig } from './config-schema.ts';
import { readLoad } from './load-reader.ts';
import type { ConfigPath, QuantityReader } from './quantity-reader.ts';

/** What a run or a sample measured, for what the file leaves out. */
export type MeasuredTopic = Partial<Pick<SizedTopic, 'recordBytes' | 'compressionRatio' | 'keys'>>;

interface TopicContext extends TopicPlace {
  /** Of the ids. */
  readonly prefix: string;
}

export interface TopicPlace {
  readonly reader: QuantityReader;
  readonly path: ConfigPath;
  readonly name: string;
  readonly measured: MeasuredTopic;
}

export function readTopic(topic: TopicConfig, place: TopicPlace): SizedTopic {
  const { reader, path, name } = place;
  const prefix = topicId(name);
  const context: TopicContext = { ...place, prefix };
  const recordBytes = reader.read([...path, 'recordSize'], topic.recordSize, { id: `${prefix}.record.size`, name: 'record size', unit: 'bytes' }) ?? renamed(context.measured.recordBytes, `${prefix}.record.size`);
  if (recordBytes === undefined) throw new ConfigValueError([...path, 'recordSize'], `recordSize is missing in ${path.join('.')}: for example 230 B, or measure it with sample: FILE, --sample or --from`);
  const compressionRatio = compressionOf(topic, context);
  const replicationFactor = reader.count([...path, 'replicationFactor'], topic.replicationFactor, { id: `${prefix}.replication.factor`, name: 'replication factor' }) ?? topicDefaults.replicationFactor(prefix);
  const keys = keysOf(topic, context);
  const ordering = topic.ordering ?? (keys.kind === 'none' ? 'none' : 'key');
  return {
    name,
    ...readLoad(reader, { path, topic, sizes: { recordBytes, compressionRatio } }),
    recordBytes,
    compressionRatio,
    partitionBytesPerSecond: reader.read([...path, 'partitionRate'], topic.partitionRate, { id: `${prefix}.partition.rate`, name: 'what one partition takes from producers', unit: 'bytes/s' }) ?? topicDefaults.partitionBytesPerSecond(prefix),
    keys,
    ordering,
    retention: retentionOf(topic, context),
    replicationFactor,
    minInsyncReplicas: reader.count([...path, 'minInsyncReplicas'], topic.minInsyncReplicas, { id: `${prefix}.min.insync.replicas`, name: 'min.insync.replicas' }) ?? topicDefaults.minInsyncReplicas(prefix, replicationFactor.value),
    producer: producerOf(topic, context),
    transactions: transactionsOf(topic, context),
    groups: Object.entries(topic.groups ?? {}).map(([group, config]) => groupOf(config, { ...context, path: [...path, 'groups', group], group })),
    partitions: reader.count([...path, 'partitions'], topic.partitions, { id: `${prefix}.partitions.given`, name: 'partitions as given' }) ?? null,
    isLedger: topic.ledger ?? false,
  };
}

/** Measured by a run under another name. */
function renamed(quantity: PlanQuantity | undefined, id: string): PlanQuantity | undefined {
  return quantity === undefined ? undefined : { ...quantity, id };
}

function compressionOf(topic: TopicConfig, { reader, path, prefix, measured }: TopicContext): PlanQuantity {
  const { compression } = topic;
  const id = `${prefix}.compression`;
  if (typeof compression === 'object' && compression.ratio !== undefined) return reader.read([...path, 'compression', 'ratio'], compression.ratio, { id, name: 'compression ratio', unit: 'ratio' }) as PlanQuantity;
  if (codecOf(topic) === 'none') return input(id, 'compression ratio', 1, 'ratio', { source: 'given', why: 'no compression' });
  return renamed(measured.compressionRatio, id) ?? topicDefaults.compressionRatio(prefix);
}

function codecOf({ compression }: TopicConfig): string {
  return typeof compression === 'object' ? compression.codec : (compression ?? 'zstd');
}

function keysOf({ key, ordering }: TopicConfig, { reader, path, prefix, measured }: TopicContext): SizedKeys {
  if (key === undefined || key === null) {
    if (ordering === 'key') throw new ConfigValueError([...path, 'ordering'], 'ordering: key needs the key by which records stay in order, for example "key: session_id"');
    return { kind: 'none' };
  }
  if (typeof key === 'string') return measuredKeys(measured.keys, { key, prefix });
  const at = [...path, 'key'];
  if (key.hottest !== undefined) return { kind: 'hottest', name: key.name, share: reader.read([...at, 'hottest'], key.hottest, { id: `${prefix}.key.hottest`, name: 'share of the hottest key', unit: 'ratio', isShare: true }) as PlanQuantity };
  if (key.count === undefined) {
    if (key.zipf !== undefined) throw new ConfigValueError([...at, 'zipf'], 'zipf: how many keys there are decides as well: give count');
    return { kind: 'unknown', name: key.name };
  }
  return {
    kind: 'law',
    name: key.name,
    count: reader.read([...at, 'count'], key.count, { id: `${prefix}.key.count`, name: 'keys', unit: 'count' }) as PlanQuantity,
    exponent: reader.read([...at, 'zipf'], key.zipf, { id: `${prefix}.key.zipf`, name: 'Zipf exponent of the keys', unit: 'ratio', canBeZero: true }) ?? input(`${prefix}.key.zipf`, 'Zipf exponent of the keys', 0, 'ratio', { source: 'assumed', why: 'all keys alike; measure yours with --sample' }),
  };
}

/** Measured under ids of its own. */
function measuredKeys(keys: SizedKeys | undefined, { key, prefix }: { key: string; prefix: string }): SizedKeys {
  if (keys?.kind !== 'law') return { kind: 'unknown', name: key };
  return { kind: 'law', name: key, count: { ...keys.count, id: `${prefix}.key.count` }, exponent: { ...keys.exponent, id: `${prefix}.key.zipf` } };
}

function retentionOf({ retention, cleanup = 'delete', liveKeys }: TopicConfig, { reader, path, prefix }: TopicContext): SizedRetention {
  const at = [...path, 'retention'];
  const timeOf = (raw: QuantityConfig | undefined, place: ConfigPath): PlanQuantity | undefined => reader.read(place, raw, { id: `${prefix}.retention`, name: 'retention', unit: 'seconds' });
  const keys = reader.read([...path, 'liveKeys'], liveKeys, { id: `${prefix}.keys.live`, name: 'keys that the topic holds', unit: 'count' }) ?? null;
  if (cleanup !== 'delete' && keys === null) throw new ConfigValueError([...path, 'liveKeys'], `liveKeys is missing in ${path.join('.')}: a compacted topic holds the newest record of each key, so their number decides its size`);
  const parts = typeof retention === 'object' ? retention : undefined;
  const isForever = retention === 'forever';
  const seconds = isForever || cleanup === 'compact' ? null : (parts === undefined ? timeOf(typeof retention === 'object' ? undefined : retention, at) : timeOf(parts.time, [...at, 'time'])) ?? (parts?.bytesPerPartition === undefined ? topicDefaults.retention(prefix) : null);
  if (isForever && cleanup === 'delete') throw new ConfigValueError(at, 'retention: forever needs a disk without end; plan it with the time until which it must last, or with "cleanup: compact"');
  const localSeconds = reader.read([...at, 'local'], parts?.local, { id: `${prefix}.retention.local`, name: 'retention on the brokers', unit: 'seconds' }) ?? null;
  if (localSeconds !== null && seconds !== null && localSeconds.value > seconds.value) throw new ConfigValueError([...at, 'local'], 'local: is longer than the retention in all: are they swapped?');
  return { cleanup, seconds, partitionBytes: reader.read([...at, 'bytesPerPartition'], parts?.bytesPerPartition, { id: `${prefix}.retention.bytes`, name: 'retention.bytes', unit: 'bytes' }) ?? null, liveKeys: keys, localSeconds };
}

function producerOf({ producer, compression, uncleanElection, ...rest }: TopicConfig, { reader, path, prefix }: TopicContext): SizedProducer {
  const at = [...path, 'producer'];
  const defaults = producerDefaults(prefix);
  const acks = String(producer?.acks ?? 'all') as SizedProducer['acks'];
  const isIdempotent = producer?.idempotence ?? acks === 'all';
  if (isIdempotent && acks !== 'all') throw new ConfigValueError([...at, 'idempotence'], `idempotence needs acks: all, not ${acks}`);
  return {
    acks,
    isIdempotent,
    isRetrying: producer?.retries ?? true,
    compression: codecOf({ compression, ...rest }),
    linger: reader.read([...at, 'linger'], producer?.linger, { id: `${prefix}.linger`, name: 'linger.ms', unit: 'seconds', canBeZero: true }) ?? defaults.linger,
    batchBytes: reader.read([...at, 'batchSize'], producer?.batchSize, { id: `${prefix}.batch.size`, name: 'batch.size', unit: 'bytes' }) ?? defaults.batchBytes,
    count: reader.read([...at, 'instances'], producer?.instances, { id: `${prefix}.producers`, name: 'producers', unit: 'count' }) ?? defaults.count,
    isUncleanElection: uncleanElection ?? false,
    evidence: null,
  };
}

function transactionsOf({ transactions }: TopicConfig, { reader, path, prefix }: TopicContext): SizedTopic['transactions'] {
  if (transactions === undefined) return null;
  const at = [...path, 'transactions'];
  return {
    commitsPerSecond: reader.read([...at, 'commits'], transactions.commits, { id: `${prefix}.commits`, name: 'commits', unit: 'records/s' }) as PlanQuantity,
    partitionsPerTransaction: reader.read([...at, 'partitions'], transactions.partitions, { id: `${prefix}.transaction.partitions`, name: 'partitions of a transaction', unit: 'count' }) as PlanQuantity,
  };
}

function groupOf(config: GroupConfig, { reader, path, name, group }: TopicContext & { group: string }): SizedGroup {
  const at = groupId(name, group);
  const meaning = { id: `${at}.consumer.rate`, name: `rate of one consumer of ${group}`, unit: 'records/s' } as const;
  if (typeof config !== 'object' || 'value' in config) return { name: group, kind: 'real-time', consumerRate: reader.read(path, config, meaning) as PlanQuantity, catchUp: null, consumers: null, tasksMax: null, state: null };
  if (config.rate !== undefined && config.serviceTime !== undefined) throw new ConfigValueError([...path, 'serviceTime'], 'serviceTime: the rate is given already; one is the inverse of the other, keep one');
  const service = reader.read([...path, 'serviceTime'], config.serviceTime, { ...meaning, unit: 'seconds' });
  const consumerRate = reader.read([...path, 'rate'], config.rate, meaning) ?? (service === undefined ? topicDefaults.consumerRate(at, group) : inverse(service));
  return {
    name: group,
    kind: config.kind ?? 'real-time',
    consumerRate,
    catchUp: config.recover === undefined ? null : {
      outage: reader.read([...path, 'recover', 'outage'], config.recover.outage, { id: `${at}.outage`, name: `how long ${group} may stand still`, unit: 'seconds' }) as PlanQuantity,
      recovery: reader.read([...path, 'recover', 'within'], config.recover.within, { id: `${at}.recovery`, name: `time in which ${group} must catch up`, unit: 'seconds' }) as PlanQuantity,
    },
    consumers: reader.count([...path, 'consumers'], config.consumers, { id: `${at}.consumers.given`, name: `consumers of ${group} as given` }) ?? null,
    tasksMax: reader.count([...path, 'connectorTasksMax'], config.connectorTasksMax, { id: `${at}.tasks.max`, name: `tasks that ${group} can use` }) ?? null,
    state: config.state === undefined ? null : {
      keys: reader.read([...path, 'state', 'keys'], config.state.keys, { id: `${at}.state.keys`, name: `keys in the state of ${group}`, unit: 'count' }) as PlanQuantity,
      bytesPerKey: reader.read([...path, 'state', 'bytesPerKey'], config.state.bytesPerKey, { id: `${at}.state.bytes`, name: `state of one key of ${group}`, unit: 'bytes' }) as PlanQuantity,
      stores: reader.count([...path, 'state', 'stores'], config.state.stores, { id: `${at}.state.stores`, name: `stores of ${group}` }) ?? input(`${at}.state.stores`, `stores of ${group}`, 1, 'count', { source: 'assumed', why: 'one store' }),
    },
  };
}

/** 200 us a record are 5,000 records/s. */
function inverse({ value, low, high, why, ...rest }: PlanQuantity): PlanQuantity {
  return { ...rest, unit: 'records/s', value: 1 / value, low: 1 / high, high: 1 / low, why: `${why}, as a service time` };
}
