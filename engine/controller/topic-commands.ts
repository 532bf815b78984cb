/** CreateTopics, DeleteTopics, CreatePartitions and topic configuration: checked against the image, turned into records. */
import type { Random } from '../environment.ts';
import { parseTopicConfig, TopicConfigError } from '../log/log-config.ts';
import type { RequestOf } from '../protocol/api.ts';
import type { CreatePartitions, CreateTopics, IncrementalAlterConfigs } from '../protocol/apis.ts';
import { errorCodes } from '../protocol/errors.ts';
import type { MetadataRecordInput } from '../protocol/metadata-records.ts';
import { RESOURCE_TOPIC, type MetadataImage } from './metadata-image.ts';
import { METADATA_TOPIC } from './metadata-log.ts';
import { placeReplicas } from './placement.ts';

export interface TopicDefaults {
  /** num.partitions */
  readonly partitionCount: number;
  /** default.replication.factor */
  readonly replicationFactor: number;
}

/** Either records to commit or a Kafka error with its text. */
export type CommandResult<Detail = object> =
  | ({ kind: 'accepted'; records: MetadataRecordInput[] } & Detail)
  | { kind: 'refused'; errorCode: number; message: string };

type NewTopic = RequestOf<typeof CreateTopics>['topics'][number];

const MAX_PARTITIONS = 100_000;

export function createTopic(
  image: MetadataImage,
  topic: NewTopic,
  options: { random: Random; defaults: TopicDefaults },
): CommandResult<{ topicId: Buffer; partitionCount: number; replicationFactor: number }> {
  const nameError = checkTopicName(topic.name);
  if (nameError !== undefined) return refused(errorCodes.INVALID_TOPIC_EXCEPTION, nameError);
  if (image.topicsByName.has(topic.name)) return refused(errorCodes.TOPIC_ALREADY_EXISTS, `Topic '${topic.name}' already exists.`);
  const properties = new Map(topic.configs.map((config) => [config.name, config.value ?? '']));
  const configError = checkProperties(properties);
  if (configError !== undefined) return refused(errorCodes.INVALID_CONFIG, configError);
  const placement = placementOf(image, topic, options);
  if (placement.kind === 'refused') return placement;
  const topicId = Buffer.from(options.random.uuid());
  const records: MetadataRecordInput[] = [{ kind: 'topic', name: topic.name, topicId }];
  for (const [name, value] of properties) {
    records.push({ kind: 'config', resourceType: RESOURCE_TOPIC, resourceName: topic.name, name, value });
  }
  placement.replicas.forEach((replicas, partitionId) => records.push(newPartition(image, { topicId, partitionId, replicas })));
  return {
    kind: 'accepted',
    records,
    topicId,
    partitionCount: placement.replicas.length,
    replicationFactor: placement.replicas[0]?.length ?? 0,
  };
}

export function deleteTopic(image: MetadataImage, target: { name: string | null; topicId: string }): CommandResult<{ name: string }> {
  const topic = target.name !== null ? image.topicsByName.get(target.name) : image.topicsById.get(target.topicId);
  if (topic === undefined) {
    const errorCode = target.name !== null ? errorCodes.UNKNOWN_TOPIC_OR_PARTITION : errorCodes.UNKNOWN_TOPIC_ID;
    return refused(errorCode, 'This server does not host this topic.');
  }
  return { kind: 'accepted', name: topic.name, records: [{ kind: 'removeTopic', topicId: Buffer.from(topic.topicId, 'hex') }] };
}

export function addPartitions(image: MetadataImage, request: RequestOf<typeof CreatePartitions>['topics'][number], random: Random): CommandResult {
  const topic = image.topicsByName.get(request.name);
  if (topic === undefined) return refused(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic.');
  const before = topic.partitions.length;
  if (request.count <= before) {
    return refused(errorCodes.INVALID_PARTITIONS, `Topic has ${before} partitions; ${request.count} would not be an increase.`);
  }
  if (request.count > MAX_PARTITIONS) return refused(errorCodes.INVALID_PARTITIONS, `At most ${MAX_PARTITIONS} partitions a topic.`);
  const live = liveBrokers(image);
  const count = request.count - before;
  const replicationFactor = topic.partitions[0]?.replicas.length ?? 1;
  if (request.assignments !== null && request.assignments.length !== count) {
    return refused(errorCodes.INVALID_REPLICA_ASSIGNMENT, `${count} partitions are added, ${request.assignments.length} are assigned.`);
  }
  const assignmentError = request.assignments === null ? undefined : checkAssignments(image, request.assignments.map((each) => each.brokerIds), replicationFactor);
  if (assignmentError !== undefined) return refused(errorCodes.INVALID_REPLICA_ASSIGNMENT, assignmentError);
  if (request.assignments === null && live.length < replicationFactor) {
    return refused(errorCodes.INVALID_REPLICATION_FACTOR, `Replication factor ${replicationFactor} is above the ${live.length} live brokers.`);
  }
  const placed =
    request.assignments?.map((assignment) => assignment.brokerIds) ??
    placeReplicas(live, { count, replicationFactor, start: random.nextInt(live.length) });
  const topicId = Buffer.from(topic.topicId, 'hex');
  return { kind: 'accepted', records: placed.map((replicas, at) => newPartition(image, { topicId, partitionId: before + at, replicas })) };
}

const SET = 0;
const DELETE = 1;

export function alterConfigs(image: MetadataImage, resource: RequestOf<typeof IncrementalAlterConfigs>['resources'][number]): CommandResult {
  if (resource.resourceType !== RESOURCE_TOPIC) {
    return refused(errorCodes.INVALID_REQUEST, 'Only topic configurations can be altered at run time.');
  }
  if (!image.topicsByName.has(resource.resourceName)) return refused(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic.');
  const properties = new Map(image.topicProperties.get(resource.resourceName));
  const records: MetadataRecordInput[] = [];
  for (const config of resource.configs) {
    if (config.configOperation !== SET && config.configOperation !== DELETE) {
      return refused(errorCodes.INVALID_REQUEST, `Operation ${config.configOperation} is not supported for ${config.name}: use SET or DELETE.`);
    }
    const value = config.configOperation === DELETE ? null : (config.value ?? '');
    if (value === null) properties.delete(config.name);
    else properties.set(config.name, value);
    records.push({ kind: 'config', resourceType: RESOURCE_TOPIC, resourceName: resource.resourceName, name: config.name, value });
  }
  const error = checkProperties(properties);
  return error === undefined ? { kind: 'accepted', records } : refused(errorCodes.INVALID_CONFIG, error);
}

function placementOf(
  image: MetadataImage,
  topic: NewTopic,
  options: { random: Random; defaults: TopicDefaults },
): { kind: 'placed'; replicas: number[][] } | { kind: 'refused'; errorCode: number; message: string } {
  if (topic.assignments.length > 0) return assignedPlacement(image, topic);
  const count = topic.numPartitions === -1 ? options.defaults.partitionCount : topic.numPartitions;
  const replicationFactor = topic.replicationFactor === -1 ? options.defaults.replicationFactor : topic.replicationFactor;
  if (count <= 0 || count > MAX_PARTITIONS) {
    return refused(errorCodes.INVALID_PARTITIONS, `Number of partitions was ${count}; it must be 1 to ${MAX_PARTITIONS}.`);
  }
  const live = liveBrokers(image);
  if (replicationFactor <= 0 || replicationFactor > live.length) {
    return refused(errorCodes.INVALID_REPLICATION_FACTOR, `Replication factor ${replicationFactor} is outside 1 to ${live.length}, the number of live brokers.`);
  }
  return { kind: 'placed', replicas: placeReplicas(live, { count, replicationFactor, start: options.random.nextInt(live.length) }) };
}

function assignedPlacement(
  image: MetadataImage,
  topic: NewTopic,
): { kind: 'placed'; replicas: number[][] } | { kind: 'refused'; errorCode: number; message: string } {
  const replicas: number[][] = [];
  for (const assignment of topic.assignments) {
    if (assignment.partitionIndex < 0 || assignment.partitionIndex >= topic.assignments.length) {
      return refused(errorCodes.INVALID_REPLICA_ASSIGNMENT, 'Partitions must be assigned consecutively from 0.');
    }
    replicas[assignment.partitionIndex] = assignment.brokerIds;
  }
  if (Object.keys(replicas).length !== topic.assignments.length) {
    return refused(errorCodes.INVALID_REPLICA_ASSIGNMENT, 'Partitions must be assigned consecutively from 0, each once.');
  }
  const error = checkAssignments(image, replicas, replicas[0]?.length ?? 0);
  return error === undefined ? { kind: 'placed', replicas } : refused(errorCodes.INVALID_REPLICA_ASSIGNMENT, error);
}

function checkAssignments(image: MetadataImage, assignments: readonly (readonly number[])[], replicationFactor: number): string | undefined {
  for (const ids of assignments) {
    if (ids.length === 0 || ids.length !== replicationFactor) return `Replicas ${ids.join(', ')}: all partitions of a topic have the same number of replicas, at least 1.`;
    if (new Set(ids).size !== ids.length || ids.some((id) => !image.brokers.has(id))) return `Replicas ${ids.join(', ')}: each must be a registered broker, once.`;
  }
  return undefined;
}

function newPartition(image: MetadataImage, options: { topicId: Buffer; partitionId: number; replicas: readonly number[] }): MetadataRecordInput {
  const isr = options.replicas.filter((id) => image.isAlive(id));
  const inSync = isr.length > 0 ? isr : options.replicas;
  return {
    kind: 'partition',
    partitionId: options.partitionId,
    topicId: options.topicId,
    replicas: options.replicas,
    isr: inSync,
    leader: isr[0] ?? -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
  };
}

function liveBrokers(image: MetadataImage): number[] {
  return [...image.brokers.values()].filter((broker) => !broker.isFenced).map((broker) => broker.brokerId).toSorted((a, b) => a - b);
}

function checkTopicName(name: string): string | undefined {
  if (name.length === 0 || name.length > 249 || name === '.' || name === '..') return 'A topic name has 1 to 249 characters and is not . or ..';
  if (name === METADATA_TOPIC) return `${METADATA_TOPIC} is the controller's own.`;
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) return `Topic name '${name}' has characters other than ASCII alphanumerics, '.', '_' and '-'.`;
  return undefined;
}

function checkProperties(properties: Map<string, string>): string | undefined {
  try {
    parseTopicConfig(properties);
    return undefined;
  } catch (error) {
    if (error instanceof TopicConfigError) return error.message;
    throw error;
  }
}

function refused(errorCode: number, message: string): { kind: 'refused'; errorCode: number; message: string } {
  return { kind: 'refused', errorCode, message };
}
