/**
 * The topic that a run writes to: made for it, or an existing one when the operator says so. On somebody else's cluster nothing is made
 * before it is clear that it may be used and removed again; its name tells whose it is, should its run be killed.
 */
import { hostname, userInfo } from 'node:os';
import { Admin, AdminError } from '../../engine/client/admin.ts';
import { TopicNotReadyError, type ClusterClient } from '../../engine/client/cluster-client.ts';
import type { TopicOperation } from '../../engine/client/access.ts';
import { ConnectionLostError } from '../../engine/client/kafka-connection.ts';
import { errorCodes } from '../../engine/protocol/errors.ts';
import type { BenchOptions } from '../bench-options.ts';
import { ExperimentError } from '../experiment-error.ts';
import { checkCreation, checkGroups, checkOperations, refusalError } from './topic-access.ts';

export interface ExperimentTopic {
  readonly name: string;
  readonly partitionCount: number;
  /** By partition: the log's end before the run. */
  readonly startOffsets: readonly number[];
  /** Id of a consumer group: never one that somebody else's consumers are in. */
  groupId(group: string): string;
  /** Deletes a topic that was made on somebody else's cluster; leaves every other. */
  close(): Promise<void>;
}

const DEFAULT_NAME = 'clickstream';
const PREFIX = 'headroom-';
const LEADERS_LIMIT_MS = 5_000;
/** Kafka allows 249 characters, and makes directories of the name. */
const WORD_LENGTH_MAX = 30;

export async function prepareTopic(client: ClusterClient, admin: Admin, options: BenchOptions): Promise<ExperimentTopic> {
  const { topic, target } = options;
  if (topic.useExisting) return useExisting(client, admin, options);
  const name = topic.name ?? (target.kind === 'external' ? ownName() : await freeName(admin));
  if ((await described(admin, name)) !== undefined) {
    throw new ExperimentError('usage', `topic ${name} exists already: choose another --topic, or write to this one with --use-existing`);
  }
  const groupId = (group: string): string => `${name.startsWith(PREFIX) || target.kind === 'embedded' ? '' : PREFIX}${name}-${group}`;
  const wanted = { name, partitions: topic.partitions, replicationFactor: topic.replicationFactor, configs: { ...topic.properties } };
  const startOffsets = new Array<number>(topic.partitions).fill(0);
  if (target.kind === 'embedded') {
    await admin.createTopic(wanted);
    return { name, partitionCount: topic.partitions, startOffsets, groupId, close: async () => {} };
  }
  await checkGroups(client, options.groups.map((group) => groupId(group.name)));
  await checkCreation(client, wanted, { isOwnName: topic.name === undefined });
  await makeOrLeaveNothing(client, admin, options, wanted);
  return { name, partitionCount: topic.partitions, startOffsets, groupId, close: () => admin.deleteTopic(name) };
}

/** A topic that was made and cannot be used is removed at once. */
async function makeOrLeaveNothing(client: ClusterClient, admin: Admin, options: BenchOptions, wanted: Parameters<Admin['createTopic']>[0]): Promise<void> {
  try {
    await admin.createTopic(wanted);
    await checkOperations(client, wanted.name, [...neededOperations(options), 'delete']);
  } catch (error) {
    // Somebody else's, made since it was looked for.
    if (error instanceof AdminError && error.code === errorCodes.TOPIC_ALREADY_EXISTS) throw new ExperimentError('usage', `topic ${wanted.name} exists already: choose another --topic, or write to this one with --use-existing`, error);
    // A creation that was refused, or perhaps never arrived, made nothing that is ours to remove.
    const isOurs = !(error instanceof AdminError) && (options.topic.name === undefined || !(error instanceof ConnectionLostError));
    const left = !isOurs ? '' : await admin.deleteTopic(wanted.name).then(() => '', (failure: Error) => (isUnknown(failure) ? '' : `; topic ${wanted.name} is left behind (${failure.message})`));
    if (error instanceof AdminError) throw refusalError(`topic ${wanted.name} cannot be made`, { code: error.code, message: null }, { cause: error, left });
    throw left === '' ? error : new ExperimentError('environment', `${(error as Error).message}${left}`, error);
  }
}

function isUnknown(failure: Error): boolean {
  return failure instanceof AdminError && failure.code === errorCodes.UNKNOWN_TOPIC_OR_PARTITION;
}

async function useExisting(client: ClusterClient, admin: Admin, options: BenchOptions): Promise<ExperimentTopic> {
  const name = options.topic.name ?? DEFAULT_NAME;
  const description = await described(admin, name);
  if (description === undefined) throw new ExperimentError('usage', `topic ${name} does not exist: leave out --use-existing to have it made`);
  const partitionCount = description.partitions.length;
  const isExternal = options.target.kind === 'external';
  // The topic's own consumers are left alone: their groups, too, may be called after it.
  const prefix = isExternal ? `${ownName()}-` : '';
  const groupId = (group: string): string => `${prefix}${name}-${group}`;
  if (isExternal) {
    await leadersOf(client, name);
    await checkOperations(client, name, neededOperations(options));
    await checkGroups(client, options.groups.map((group) => groupId(group.name)));
  }
  const startOffsets = await admin.listOffsets(name, Array.from({ length: partitionCount }, (_, partition) => partition), 'latest');
  const close = async (): Promise<void> => {
    if (isExternal) await Promise.allSettled(options.groups.map((group) => admin.deleteGroup(groupId(group.name))));
  };
  return { name, partitionCount, startOffsets, groupId, close };
}

async function leadersOf(client: ClusterClient, name: string): Promise<void> {
  try {
    await client.awaitTopic(name, LEADERS_LIMIT_MS);
  } catch (error) {
    if (!(error instanceof TopicNotReadyError)) throw error;
    throw new ExperimentError('environment', `${error.message}: nothing can be written to it; are brokers down that hold its replicas?`, error);
  }
}

function neededOperations({ verifies, groups }: BenchOptions): TopicOperation[] {
  return verifies || groups.length > 0 ? ['write', 'read'] : ['write'];
}

async function described(admin: Admin, name: string) {
  try {
    return await admin.describeTopic(name);
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    throw refusalError(`topic ${name} cannot be used`, { code: error.code, message: null }, { cause: error, isUsage: error.code === errorCodes.INVALID_TOPIC_EXCEPTION });
  }
}

/** On an own cluster the plain name, numbered when its data directory holds earlier runs. */
async function freeName(admin: Admin): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? DEFAULT_NAME : `${DEFAULT_NAME}-${number}`;
    if ((await admin.describeTopic(name)) === undefined) return name;
  }
}

/** That nobody else uses, and that tells who made it: `headroom-alice-laptop-20261128010203004-4711`. */
export function ownName(): string {
  const stamp = new Date().toISOString().replaceAll(/[^0-9]/g, '').slice(0, 17);
  return `${PREFIX}${word(userName())}-${word(hostname())}-${stamp}-${process.pid}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A number without a name, as in many containers.
    return String(process.getuid?.() ?? 'user');
  }
}

function word(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9_]+/g, '_').slice(0, WORD_LENGTH_MAX) || 'unknown';
}
