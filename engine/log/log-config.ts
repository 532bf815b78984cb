/**
 * A topic's settings: one table of Kafka's topic properties (name, the broker property that gives its default,
 * type, default, check, meaning) and the typed values that the log works with. Properties of features that
 * headroom does not have (tiered storage, throttled replicas) are not in the table and are refused by name.
 */

export type TopicPropertyType = 'boolean' | 'int' | 'long' | 'double' | 'list' | 'string';

export interface TopicProperty {
  readonly name: string;
  /** The broker property whose value is the default of topics that do not set this one. */
  readonly brokerName: string;
  readonly type: TopicPropertyType;
  /** As Kafka 4.2 writes it. */
  readonly default: string;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly string[];
  readonly doc: string;
}

export interface LogConfig {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  readonly maxMessageBytes: number;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly cleanupPolicy: readonly ('delete' | 'compact')[];
  readonly deleteRetentionMs: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly messageTimestampType: 'CreateTime' | 'LogAppendTime';
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly fileDeleteDelayMs: number;
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElectionEnable: boolean;
  readonly preallocate: boolean;
  readonly compressionType: string;
}

/** A property has no such name or value; `property` and `value` are the user's. */
export class TopicConfigError extends Error {
  override readonly name = 'TopicConfigError';
  readonly property: string;
  readonly value: string;
  constructor(message: string, options: { property: string; value: string }) {
    super(message);
    this.property = options.property;
    this.value = options.value;
  }
}

const NEVER = '9223372036854775807';
const LONG_MAX = Number.MAX_SAFE_INTEGER;
const INT_MAX = 2 ** 31 - 1;

export const topicProperties: readonly TopicProperty[] = [
  { name: 'cleanup.policy', brokerName: 'log.cleanup.policy', type: 'list', default: 'delete', values: ['delete', 'compact'], doc: 'What happens to old data: deleted by age and size, compacted to the newest record of each key, or both.' },
  { name: 'compression.type', brokerName: 'compression.type', type: 'string', default: 'producer', values: ['producer'], doc: 'headroom stores batches as they were sent, so producer is the only value.' },
  { name: 'delete.retention.ms', brokerName: 'log.cleaner.delete.retention.ms', type: 'long', default: '86400000', min: 0, doc: 'How long tombstones of a compacted topic stay.' },
  { name: 'file.delete.delay.ms', brokerName: 'log.segment.delete.delay.ms', type: 'long', default: '60000', min: 0, doc: 'Delay before a dropped segment leaves the disk; headroom removes it at once, reads under way keep their file open.' },
  { name: 'flush.messages', brokerName: 'log.flush.interval.messages', type: 'long', default: NEVER, min: 1, doc: 'fdatasync after so many records. The default leaves durability to replication.' },
  { name: 'flush.ms', brokerName: 'log.flush.interval.ms', type: 'long', default: NEVER, min: 0, doc: 'fdatasync after so many milliseconds.' },
  { name: 'index.interval.bytes', brokerName: 'log.index.interval.bytes', type: 'int', default: '4096', min: 0, doc: 'Bytes of log between two index entries.' },
  { name: 'max.compaction.lag.ms', brokerName: 'log.cleaner.max.compaction.lag.ms', type: 'long', default: NEVER, min: 1, doc: 'Longest time a record may stay uncompacted.' },
  { name: 'max.message.bytes', brokerName: 'message.max.bytes', type: 'int', default: '1048588', min: 0, doc: 'Largest record batch, compressed, with its header.' },
  { name: 'message.timestamp.after.max.ms', brokerName: 'log.message.timestamp.after.max.ms', type: 'long', default: '3600000', min: 0, doc: 'How far a CreateTime timestamp may lie in the future.' },
  { name: 'message.timestamp.before.max.ms', brokerName: 'log.message.timestamp.before.max.ms', type: 'long', default: NEVER, min: 0, doc: 'How far a CreateTime timestamp may lie in the past.' },
  { name: 'message.timestamp.type', brokerName: 'log.message.timestamp.type', type: 'string', default: 'CreateTime', values: ['CreateTime', 'LogAppendTime'], doc: 'Whose clock stamps the records.' },
  { name: 'min.cleanable.dirty.ratio', brokerName: 'log.cleaner.min.cleanable.ratio', type: 'double', default: '0.5', min: 0, max: 1, doc: 'Share of uncompacted data at which compaction starts.' },
  { name: 'min.compaction.lag.ms', brokerName: 'log.cleaner.min.compaction.lag.ms', type: 'long', default: '0', min: 0, doc: 'Shortest time a record stays uncompacted.' },
  { name: 'min.insync.replicas', brokerName: 'min.insync.replicas', type: 'int', default: '1', min: 1, doc: 'acks=all is refused while fewer replicas are in sync.' },
  { name: 'preallocate', brokerName: 'log.preallocate', type: 'boolean', default: 'false', doc: 'headroom always allocates in growing steps ahead of the writer.' },
  { name: 'retention.bytes', brokerName: 'log.retention.bytes', type: 'long', default: '-1', min: -1, doc: 'Size a partition is cut back to, by whole segments; -1 for no limit.' },
  { name: 'retention.ms', brokerName: 'log.retention.ms', type: 'long', default: '604800000', min: -1, doc: 'Age at which segments go, by their largest timestamp; -1 for never.' },
  { name: 'segment.bytes', brokerName: 'log.segment.bytes', type: 'int', default: '1073741824', min: 1048576, max: INT_MAX, doc: 'Size at which a new segment is begun.' },
  { name: 'segment.index.bytes', brokerName: 'log.index.size.max.bytes', type: 'int', default: '10485760', min: 4, doc: 'Size of an index at which a new segment is begun.' },
  { name: 'segment.jitter.ms', brokerName: 'log.roll.jitter.ms', type: 'long', default: '0', min: 0, doc: 'Largest random part taken off segment.ms, so that segments do not all roll at once.' },
  { name: 'segment.ms', brokerName: 'log.roll.ms', type: 'long', default: '604800000', min: 1, doc: 'Age at which a new segment is begun.' },
  { name: 'unclean.leader.election.enable', brokerName: 'unclean.leader.election.enable', type: 'boolean', default: 'false', doc: 'Whether a replica outside the ISR may lead when no other is left; loses data.' },
];

const propertyByName = new Map(topicProperties.map((property) => [property.name, property]));

/** Values that `entries` does not name are `defaults` (by topic property name), then Kafka's. Throws TopicConfigError. */
export function parseTopicConfig(entries: ReadonlyMap<string, string>, defaults: ReadonlyMap<string, string> = new Map()): LogConfig {
  for (const [name, value] of entries) {
    if (!propertyByName.has(name)) throw new TopicConfigError(`unknown topic property ${name}`, { property: name, value });
  }
  const raw = (name: string): string => entries.get(name) ?? defaults.get(name) ?? (propertyByName.get(name) as TopicProperty).default;
  const checked = (name: string): string => checkTopicProperty(propertyByName.get(name) as TopicProperty, raw(name));
  const number = (name: string): number => Math.min(Number(checked(name)), LONG_MAX);
  const flag = (name: string): boolean => checked(name).toLowerCase() === 'true';
  return {
    segmentBytes: number('segment.bytes'),
    segmentMs: number('segment.ms'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentIndexBytes: number('segment.index.bytes'),
    indexIntervalBytes: number('index.interval.bytes'),
    maxMessageBytes: number('max.message.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    cleanupPolicy: splitList(checked('cleanup.policy')) as ('delete' | 'compact')[],
    deleteRetentionMs: number('delete.retention.ms'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    messageTimestampType: checked('message.timestamp.type') as LogConfig['messageTimestampType'],
    messageTimestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    messageTimestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    minInsyncReplicas: number('min.insync.replicas'),
    uncleanLeaderElectionEnable: flag('unclean.leader.election.enable'),
    preallocate: flag('preallocate'),
    compressionType: checked('compression.type'),
  };
}

/** The value without surrounding blanks. Throws TopicConfigError with what is allowed. */
export function checkTopicProperty(property: TopicProperty, text: string): string {
  const value = text.trim();
  const refuse = (allowed: string): never => {
    throw new TopicConfigError(`${property.name} cannot be "${value}": ${allowed}`, { property: property.name, value });
  };
  if (property.type === 'boolean') {
    if (!/^(true|false)$/i.test(value)) refuse('true or false');
  } else if (property.type === 'list') {
    const items = splitList(value);
    if (items.length === 0 || items.some((item) => property.values?.includes(item) === false)) refuse(`a list of ${property.values?.join(', ')}`);
  } else if (property.type === 'string') {
    if (property.values?.includes(value) === false) refuse(`one of ${property.values.join(', ')}`);
  } else {
    checkNumber(property, value, refuse);
  }
  return value;
}

function checkNumber(property: TopicProperty, value: string, refuse: (allowed: string) => never): void {
  const pattern = property.type === 'double' ? /^[+-]?\d+(\.\d+)?$/ : /^[+-]?\d+$/;
  if (!pattern.test(value)) refuse(property.type === 'double' ? 'a number' : 'a whole number');
  const number = Number(value);
  const max = property.max ?? (property.type === 'int' ? INT_MAX : undefined);
  if (property.min !== undefined && number < property.min) refuse(`at least ${property.min}`);
  if (max !== undefined && number > max) refuse(`at most ${max}`);
  if (property.type === 'long' && (BigInt(value.replace('+', '')) > BigInt(NEVER) || BigInt(value.replace('+', '')) < -BigInt(NEVER))) refuse('a 64-bit number');
}

function splitList(value: string): string[] {
  return value.split(',').map((item) => item.trim()).filter((item) => item !== '');
}
