/**
 * The group coordinator's broker properties: Kafka's names, defaults (4.2) and bounds.
 * Properties of other parts of the broker are passed over here; whoever reads the whole file reports unknown ones.
 */

export interface GroupCoordinatorConfig {
  readonly initialRebalanceDelayMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  /** Members of one group, at most. */
  readonly maxSize: number;
  /** How long offsets of a group without members are kept. */
  readonly offsetsRetentionMinutes: number;
  readonly offsetsRetentionCheckIntervalMs: number;
  /** Characters of a commit's metadata string, at most (Kafka's name says bytes). */
  readonly offsetMetadataMaxBytes: number;
  readonly offsetsTopicNumPartitions: number;
  readonly offsetsTopicReplicationFactor: number;
  readonly offsetsTopicSegmentBytes: number;
  readonly offsetsCommitTimeoutMs: number;
}

export interface GroupProperty {
  readonly name: string;
  readonly field: keyof GroupCoordinatorConfig;
  readonly default: number;
  readonly minimum: number;
  readonly doc: string;
}

const int32Max = 2 ** 31 - 1;

export const groupProperties: readonly GroupProperty[] = [
  {
    name: 'group.initial.rebalance.delay.ms',
    field: 'initialRebalanceDelayMs',
    default: 3000,
    minimum: 0,
    doc: 'Wait for more members before the first rebalance of an empty group; each join extends it.',
  },
  {
    name: 'group.min.session.timeout.ms',
    field: 'minSessionTimeoutMs',
    default: 6000,
    minimum: 0,
    doc: 'Smallest session timeout a member may ask for.',
  },
  {
    name: 'group.max.session.timeout.ms',
    field: 'maxSessionTimeoutMs',
    default: 1_800_000,
    minimum: 0,
    doc: 'Largest session timeout a member may ask for.',
  },
  {
    name: 'group.max.size',
    field: 'maxSize',
    default: int32Max,
    minimum: 1,
    doc: 'Most members of one group.',
  },
  {
    name: 'offsets.retention.minutes',
    field: 'offsetsRetentionMinutes',
    default: 10_080,
    minimum: 1,
    doc: 'Offsets are kept this long after their group became empty.',
  },
  {
    name: 'offsets.retention.check.interval.ms',
    field: 'offsetsRetentionCheckIntervalMs',
    default: 600_000,
    minimum: 1,
    doc: 'Time between two searches for expired offsets.',
  },
  {
    name: 'offset.metadata.max.bytes',
    field: 'offsetMetadataMaxBytes',
    default: 4096,
    minimum: 0,
    doc: 'Longest metadata string of an offset commit.',
  },
  {
    name: 'offsets.topic.num.partitions',
    field: 'offsetsTopicNumPartitions',
    default: 50,
    minimum: 1,
    doc: 'Partitions of __consumer_offsets; not to be changed later.',
  },
  {
    name: 'offsets.topic.replication.factor',
    field: 'offsetsTopicReplicationFactor',
    default: 3,
    minimum: 1,
    doc: 'Replicas of each partition of __consumer_offsets.',
  },
  {
    name: 'offsets.topic.segment.bytes',
    field: 'offsetsTopicSegmentBytes',
    default: 104_857_600,
    minimum: 1,
    doc: 'Segment size of __consumer_offsets; small ones load faster after compaction.',
  },
  {
    name: 'offsets.commit.timeout.ms',
    field: 'offsetsCommitTimeoutMs',
    default: 5000,
    minimum: 1,
    doc: 'A commit not replicated after this fails.',
  },
];

export class GroupConfigError extends Error {
  override readonly name = 'GroupConfigError';
  readonly code = 'GROUP_CONFIG';
}

/** Throws GroupConfigError for a value that is no whole number or out of bounds. */
export function parseGroupConfig(entries: ReadonlyMap<string, string>): GroupCoordinatorConfig {
  const values = {} as Record<keyof GroupCoordinatorConfig, number>;
  for (const property of groupProperties) {
    values[property.field] = parseValue(property, entries.get(property.name));
  }
  if (values.minSessionTimeoutMs > values.maxSessionTimeoutMs) {
    throw new GroupConfigError(
      `group.min.session.timeout.ms=${values.minSessionTimeoutMs} is above group.max.session.timeout.ms=${values.maxSessionTimeoutMs}: lower the first or raise the second`,
    );
  }
  return values;
}

export const defaultGroupConfig: GroupCoordinatorConfig = parseGroupConfig(new Map());

function parseValue(property: GroupProperty, text: string | undefined): number {
  if (text === undefined) return property.default;
  const value = Number(text.trim());
  const inBounds = Number.isInteger(value) && value >= property.minimum && value <= int32Max;
  if (text.trim() === '' || !inBounds) {
    throw new GroupConfigError(
      `${property.name}=${text}: give a whole number from ${property.minimum} to ${int32Max} (default ${property.default})`,
    );
  }
  return value;
}
