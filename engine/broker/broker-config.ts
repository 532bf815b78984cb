/** The broker properties that headroom knows: Kafka's names, types and defaults (4.2). Unknown names are refused. */
import { groupProperties, parseGroupConfig, type GroupCoordinatorConfig } from '../coordinator/group-config.ts';
import { topicProperties } from '../log/log-config.ts';

interface BrokerProperty {
  readonly type: 'int' | 'long' | 'boolean';
  readonly default: number | boolean;
  readonly min?: number;
  readonly doc: string;
}

export const brokerProperties = {
  'num.partitions': { type: 'int', default: 1, min: 1, doc: 'Partitions of a topic that is created without a count.' },
  'default.replication.factor': { type: 'int', default: 1, min: 1, doc: 'Replicas of a topic that is created without a factor.' },
  'auto.create.topics.enable': { type: 'boolean', default: true, doc: 'Whether asking for an unknown topic creates it.' },
  'broker.heartbeat.interval.ms': { type: 'int', default: 2000, min: 10, doc: 'How often a broker tells the controller that it lives.' },
  'broker.session.timeout.ms': { type: 'int', default: 9000, min: 100, doc: 'Silence after which the controller fences a broker.' },
  'replica.lag.time.max.ms': { type: 'long', default: 30_000, min: 10, doc: 'A follower not caught up for so long leaves the ISR.' },
  'replica.fetch.wait.max.ms': { type: 'int', default: 500, min: 1, doc: 'Longest wait of a follower fetch without data.' },
  'replica.fetch.min.bytes': { type: 'int', default: 1, min: 1, doc: 'Least bytes a follower fetch waits for.' },
  'replica.fetch.max.bytes': { type: 'int', default: 1_048_576, min: 1, doc: 'Most bytes a partition in a follower fetch.' },
  'replica.fetch.response.max.bytes': { type: 'int', default: 10_485_760, min: 1, doc: 'Most bytes in a follower fetch.' },
  'replica.fetch.backoff.ms': { type: 'int', default: 1000, min: 1, doc: 'Wait after a failed follower fetch.' },
  'replica.high.watermark.checkpoint.interval.ms': { type: 'long', default: 5000, min: 100, doc: 'How often high watermarks are written to disk.' },
  'log.retention.check.interval.ms': { type: 'long', default: 300_000, min: 100, doc: 'How often retention is applied.' },
  'log.cleaner.enable': { type: 'boolean', default: true, doc: 'Whether logs with cleanup.policy=compact are compacted.' },
  'log.cleaner.backoff.ms': { type: 'long', default: 15_000, min: 10, doc: 'Wait when there is nothing to compact.' },
  'log.cleaner.dedupe.buffer.size': { type: 'long', default: 134_217_728, min: 1_048_576, doc: 'Memory for the keys of one round of compaction.' },
  'auto.leader.rebalance.enable': { type: 'boolean', default: true, doc: 'Whether preferred leaders get their partitions back.' },
  'leader.imbalance.check.interval.seconds': { type: 'long', default: 300, min: 1, doc: 'How often preferred leaders are restored.' },
  'fetch.max.bytes': { type: 'int', default: 57_671_680, min: 1024, doc: 'Most bytes of any fetch answer.' },
  'socket.request.max.bytes': { type: 'int', default: 104_857_600, min: 1024, doc: 'Largest request.' },
  'max.incremental.fetch.session.cache.slots': { type: 'int', default: 1000, min: 0, doc: 'Most fetch sessions kept.' },
} as const satisfies Record<string, BrokerProperty>;

type Properties = typeof brokerProperties;
export type BrokerConfig = { readonly [K in keyof Properties]: Properties[K]['type'] extends 'boolean' ? boolean : number };

export class BrokerConfigError extends Error {
  override readonly name = 'BrokerConfigError';
  readonly code = 'INVALID_BROKER_PROPERTY';
}

export interface ParsedBrokerConfig {
  readonly config: BrokerConfig;
  readonly groups: GroupCoordinatorConfig;
  /** log.* properties, by the topic property they give a default to. */
  readonly topicDefaults: Map<string, string>;
}

/** Throws BrokerConfigError. */
export function parseBrokerConfig(properties: Readonly<Record<string, string>>): ParsedBrokerConfig {
  const values: Record<string, number | boolean> = {};
  for (const [name, property] of Object.entries(brokerProperties)) values[name] = property.default;
  const topicDefaults = new Map<string, string>();
  const topicNames = new Map(topicProperties.map((each) => [each.brokerName, each.name]));
  for (const [name, value] of Object.entries(properties)) {
    const topicName = topicNames.get(name);
    const property: BrokerProperty | undefined = name in brokerProperties ? brokerProperties[name as keyof Properties] : undefined;
    if (topicName !== undefined) topicDefaults.set(topicName, value);
    else if (property !== undefined) values[name] = parseValue(name, property, value);
    else if (!groupProperties.some((each) => each.name === name)) throw new BrokerConfigError(`unknown broker property '${name}'; the nearest known is '${nearest(name)}'`);
  }
  return { config: values as BrokerConfig, groups: parseGroupConfig(new Map(Object.entries(properties))), topicDefaults };
}

function parseValue(name: string, property: BrokerProperty, value: string): number | boolean {
  if (property.type === 'boolean') {
    if (value !== 'true' && value !== 'false') throw new BrokerConfigError(`${name}='${value}': must be true or false`);
    return value === 'true';
  }
  const parsed = Number(value);
  if (!Number.isSafeInteger(parsed) || parsed < (property.min ?? 0)) {
    throw new BrokerConfigError(`${name}='${value}': must be a whole number from ${property.min ?? 0} up`);
  }
  return parsed;
}

function nearest(name: string): string {
  const known = [...Object.keys(brokerProperties), ...groupProperties.map((each) => each.name), ...topicProperties.map((each) => each.brokerName)];
  const shared = (each: string): number => each.split('.').filter((word) => name.includes(word)).length;
  return known.toSorted((a, b) => shared(b) - shared(a))[0] ?? '';
}
