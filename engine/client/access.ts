/**
 * What a cluster lets a client's user do, asked without changing anything: whether topics may be made and removed, what may be done with one
 * that is there, whether a group has a coordinator. Kafka's error codes are data here.
 */
import { CreateTopics, DeleteTopics, FindCoordinator, Metadata } from '../protocol/apis.ts';
import { errorCodes, isRetriable } from '../protocol/errors.ts';
import type { NewTopic } from './admin.ts';
import type { ClusterClient } from './cluster-client.ts';

export interface Refusal {
  readonly code: number;
  readonly message: string | null;
}

/** Kafka's AclOperation, by the bit in authorizedOperations. */
const OPERATIONS = { read: 3, write: 4, delete: 6 } as const;
export type TopicOperation = keyof typeof OPERATIONS;

const NOT_TOLD = -2_147_483_648;
const WITH_OPERATIONS = 8;
const TIMEOUT_MS = 5_000;
const PAUSE_MS = 200;

/** Why the topic could not be made; undefined: it could. */
export async function refusalOfCreation(client: ClusterClient, topic: NewTopic): Promise<Refusal | undefined> {
  const configs = Object.entries(topic.configs).map(([name, value]) => ({ name, value }));
  const { topics } = await (await client.controller()).request(
    CreateTopics,
    undefined,
    { topics: [{ name: topic.name, numPartitions: topic.partitions, replicationFactor: topic.replicationFactor, configs }], timeoutMs: TIMEOUT_MS, validateOnly: true },
    { timeoutMs: TIMEOUT_MS },
  );
  return refusalIn(topics[0]);
}

/** Why a topic of a name that nobody uses could not be removed: brokers look at the right before they look for the topic. Undefined: it could. */
export async function refusalOfDeletion(client: ClusterClient, unusedName: string): Promise<Refusal | undefined> {
  const connection = await client.controller();
  const body = { topics: [{ name: unusedName }], topicNames: [unusedName], timeoutMs: TIMEOUT_MS };
  const result = (await connection.request(DeleteTopics, undefined, body, { timeoutMs: TIMEOUT_MS })).responses[0];
  return result?.errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION ? undefined : refusalIn(result);
}

/** Undefined: brokers older than Kafka 2.3 do not tell. */
export async function allowedOperations(client: ClusterClient, topic: string): Promise<ReadonlySet<TopicOperation> | undefined> {
  const connection = await client.anyBroker();
  if ((connection.versionOf(Metadata) ?? 0) < WITH_OPERATIONS) return undefined;
  const { topics } = await connection.request(Metadata, undefined, { topics: [{ name: topic }], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true }, { timeoutMs: TIMEOUT_MS });
  const bits = topics[0]?.topicAuthorizedOperations ?? NOT_TOLD;
  if (bits === NOT_TOLD) return undefined;
  return new Set((Object.keys(OPERATIONS) as TopicOperation[]).filter((name) => (bits & (1 << OPERATIONS[name])) !== 0));
}

/** Why nobody coordinates the group, after `limitMs` of asking where asking again may help (the first group of a cluster waits for its topic). */
export async function refusalOfGroup(client: ClusterClient, groupId: string, limitMs: number): Promise<Refusal | undefined> {
  const deadlineMs = client.environment.clock.monotonicMs() + limitMs;
  for (;;) {
    const connection = await client.anyBroker();
    const answer = await connection.request(FindCoordinator, undefined, { key: groupId, keyType: 0, coordinatorKeys: [groupId] }, { timeoutMs: TIMEOUT_MS });
    const refusal = refusalIn(answer.coordinators[0] ?? answer);
    if (refusal === undefined || !isRetriable(refusal.code) || client.environment.clock.monotonicMs() >= deadlineMs) return refusal;
    await client.pause(PAUSE_MS);
  }
}

function refusalIn(result: { readonly errorCode: number; readonly errorMessage?: string | null } | undefined): Refusal | undefined {
  if (result?.errorCode === errorCodes.NONE) return undefined;
  return { code: result?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR, message: result?.errorMessage ?? null };
}
