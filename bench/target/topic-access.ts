/** What a run needs to be allowed on somebody else's cluster, looked at before anything is made there; each refusal with its way out. */
import { allowedOperations, refusalOfCreation, refusalOfDeletion, refusalOfGroup, type Refusal, type TopicOperation } from '../../engine/client/access.ts';
import type { NewTopic } from '../../engine/client/admin.ts';
import type { ClusterClient } from '../../engine/client/cluster-client.ts';
import { errorCodes, errorName } from '../../engine/protocol/errors.ts';
import { ExperimentError } from '../experiment-error.ts';

/** The first group of a cluster waits until its brokers have made __consumer_offsets. */
const GROUP_LIMIT_MS = 8_000;
const EXISTING = ', or make a topic yourself and name it with --topic NAME --use-existing';
const NO_CONSUMERS = ', or leave the consumers out with --groups none';
const UNREMOVABLE: WayOut = { needed: 'what is made could not be removed (delete.topic.enable=false)', flags: ': make a topic yourself and name it with --topic NAME --use-existing' };

/** What is needed, and what goes on in the flags of `headroom bench`. */
interface WayOut {
  readonly needed: string;
  readonly flags: string;
}

const WAYS_OUT: Readonly<Record<number, WayOut>> = {
  [errorCodes.TOPIC_AUTHORIZATION_FAILED]: { needed: 'the user needs Create, Delete, Describe, Read and Write on topics (kafka-acls --resource-pattern-type prefixed --topic headroom-)', flags: EXISTING },
  [errorCodes.CLUSTER_AUTHORIZATION_FAILED]: { needed: 'the user needs Create on topics of the prefix headroom- or on the cluster', flags: EXISTING },
  [errorCodes.GROUP_AUTHORIZATION_FAILED]: { needed: 'the user needs Read on groups (kafka-acls --resource-pattern-type prefixed --group headroom-)', flags: NO_CONSUMERS },
  [errorCodes.INVALID_REPLICATION_FACTOR]: { needed: 'fewer brokers are up than the topic is to have replicas', flags: ' (--replication-factor)' },
  [errorCodes.INVALID_PARTITIONS]: { needed: 'look at its partitions', flags: ' (--partitions)' },
  [errorCodes.INVALID_CONFIG]: { needed: "look at the topic's properties", flags: ' (--topic-property, --min-insync-replicas)' },
  [errorCodes.POLICY_VIOLATION]: { needed: 'the cluster has a policy for new topics: look at partitions, replication factor and properties', flags: ` (--partitions, --replication-factor, --topic-property)${EXISTING}` },
  [errorCodes.TOPIC_DELETION_DISABLED]: UNREMOVABLE,
  [errorCodes.INVALID_REQUEST]: UNREMOVABLE,
  [errorCodes.COORDINATOR_NOT_AVAILABLE]: { needed: 'the cluster cannot keep the offsets of groups: are fewer brokers up than offsets.topic.replication.factor asks for?', flags: ' Or leave the consumers out with --groups none' },
};

/** `isOwnName`: the name is of this run alone. `certain`: whether the removal was shown to be possible. Throws ExperimentError. */
export async function checkCreation(client: ClusterClient, topic: NewTopic, { isOwnName }: { isOwnName: boolean }): Promise<void> {
  check(`topic ${topic.name} cannot be made`, await refusalOfCreation(client, topic));
  // Never asked for a name that somebody else might take this very moment.
  const refusal = await refusalOfDeletion(client, isOwnName ? topic.name : `${topic.name}-headroom-${crypto.randomUUID()}`);
  const isOfAnotherName = !isOwnName && refusal?.code === errorCodes.TOPIC_AUTHORIZATION_FAILED;
  if (!isOfAnotherName) check('topics cannot be removed', refusal);
}

/** Of a topic that is there. Throws ExperimentError. */
export async function checkOperations(client: ClusterClient, topic: string, needed: readonly TopicOperation[]): Promise<void> {
  const allowed = await allowedOperations(client, topic);
  const lacking = allowed === undefined ? [] : needed.filter((each) => !allowed.has(each));
  if (lacking.length === 0) return;
  const wayOut = WAYS_OUT[errorCodes.TOPIC_AUTHORIZATION_FAILED] as WayOut;
  const plain = `the user may not ${lacking.join(' or ')} topic ${topic}: ${wayOut.needed}`;
  throw new ExperimentError('environment', `${plain}${wayOut.flags}`, undefined, plain);
}

/** Throws ExperimentError. */
export async function checkGroups(client: ClusterClient, groupIds: readonly string[]): Promise<void> {
  for (const groupId of groupIds) check(`group ${groupId} cannot be used`, await refusalOfGroup(client, groupId, GROUP_LIMIT_MS));
}

/** `left`: what remains of it, to be added. */
export function refusalError(what: string, refusal: Refusal, { cause, left = '', isUsage = false }: { cause?: unknown; left?: string; isUsage?: boolean } = {}): ExperimentError {
  const { code, message } = refusal;
  const wayOut = WAYS_OUT[code];
  const plain = `${what}: ${errorName(code)}${message === null || message === '' ? '' : ` (${message.replace(/\.$/, '')})`}${wayOut === undefined ? '' : `; ${wayOut.needed}`}`;
  return new ExperimentError(isUsage ? 'usage' : 'environment', `${plain}${wayOut?.flags ?? ''}${left}`, cause, `${plain}${left}`);
}

function check(what: string, refusal: Refusal | undefined): void {
  if (refusal === undefined) return;
  const isUsage = refusal.code === errorCodes.INVALID_TOPIC_EXCEPTION || refusal.code === errorCodes.INVALID_CONFIG || refusal.code === errorCodes.TOPIC_ALREADY_EXISTS;
  throw refusalError(what, refusal, { isUsage });
}
