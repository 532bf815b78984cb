/**
 * The admin requests that a run needs: topics, cluster, offsets and configurations. Each retries retriable errors
 * (with a metadata refresh) until its deadline; any other error of the cluster is an AdminError with its code.
 */
import { CreateTopics, DeleteGroups, DeleteTopics, DescribeCluster, DescribeConfigs, ListOffsets, Metadata } from '../protocol/apis.ts';
import type { ResponseOf } from '../protocol/api.ts';
import { errorCodes, errorName, isRetriable } from '../protocol/errors.ts';
import { partitionOf, type BrokerMetadata, type ClusterClient, type TopicMetadata } from './cluster-client.ts';
import { CoordinatorLink } from './group/coordinator-link.ts';
import { ConnectionLostError } from './kafka-connection.ts';

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly configs: Readonly<Record<string, string>>;
}

export interface ClusterDescription {
  readonly clusterId: string;
  readonly controllerId: number;
  /** `rack`: null where the broker names none, or the cluster does not tell. */
  readonly brokers: readonly (BrokerMetadata & { readonly rack: string | null })[];
}

export type ListedTopic = Pick<TopicMetadata, 'name' | 'partitions'>;

export interface ConfigEntry {
  readonly name: string;
  readonly value: string | null;
  readonly isReadOnly: boolean;
  readonly isDefault: boolean;
  readonly isSensitive: boolean;
}

/** A moment in the log: a timestamp finds the first record at or behind it. */
export type OffsetSpec = 'earliest' | 'latest' | 'maxTimestamp' | { readonly timestampMs: number };

export class AdminError extends Error {
  override readonly name = 'AdminError';
  readonly code: number;

  constructor(what: string, options: { code: number; message: string | null }) {
    super(`${what}: ${errorName(options.code)}${options.message === null || options.message === '' ? '' : ` (${options.message})`}`);
    this.code = options.code;
  }
}

const TIMEOUT_MS = 60_000;
const BACKOFF_MS = 100;
const BACKOFF_MS_MAX = 1000;
const GROUP_ATTEMPTS = 10;
const FORBIDDEN: ReadonlySet<number> = new Set([errorCodes.TOPIC_AUTHORIZATION_FAILED, errorCodes.INVALID_TOPIC_EXCEPTION]);
const RESOURCE_TYPES = { topic: 2, broker: 4 } as const;
/** configSource of a value that nobody set. */
const DEFAULT_CONFIG = 5;

export class Admin {
  readonly #client: ClusterClient;

  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Resolves when every partition has a leader that the cluster's metadata names. */
  async createTopic(topic: NewTopic): Promise<void> {
    const what = `creating topic ${topic.name}`;
    await this.#retry(async (attempt) => {
      const { topics } = await (await this.#client.controller()).request(CreateTopics, undefined, {
        topics: [{
          name: topic.name,
          numPartitions: topic.partitions,
          replicationFactor: topic.replicationFactor,
          configs: Object.entries(topic.configs).map(([name, value]) => ({ name, value })),
        }],
        timeoutMs: TIMEOUT_MS / 2,
      });
      const result = topics[0];
      // An earlier attempt, whose answer was lost, may have made it.
      if (attempt > 0 && result?.errorCode === errorCodes.TOPIC_ALREADY_EXISTS) return;
      check(what, result?.errorCode, result?.errorMessage);
    });
    await this.#client.awaitTopic(topic.name);
  }

  async deleteTopic(name: string): Promise<void> {
    const what = `deleting topic ${name}`;
    await this.#retry(async (attempt) => {
      const connection = await this.#client.controller();
      const body = { topics: [{ name }], topicNames: [name], timeoutMs: TIMEOUT_MS / 2 };
      const result = (await connection.request(DeleteTopics, undefined, body)).responses[0];
      if (attempt > 0 && result?.errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) return;
      check(what, result?.errorCode, result?.errorMessage);
    }, errorCodes.UNKNOWN_TOPIC_OR_PARTITION);
    this.#client.forget(name);
  }

  async describeCluster(): Promise<ClusterDescription> {
    return this.#retry(async () => {
      const connection = await this.#client.anyBroker();
      if (connection.versionOf(DescribeCluster) === undefined) {
        await this.#client.refresh();
        return { clusterId: this.#client.clusterId ?? '', controllerId: this.#client.controllerId, brokers: this.#client.brokers.map((each) => ({ ...each, rack: null })) };
      }
      const { errorCode, errorMessage, clusterId, controllerId, brokers } = await connection.request(DescribeCluster, undefined, {});
      check('describing the cluster', errorCode, errorMessage);
      return { clusterId, controllerId, brokers: brokers.map(({ brokerId, host, port, rack }) => ({ id: brokerId, host, port, rack })) };
    });
  }

  /** Every topic of the cluster that may be seen, by name; a topic that has just been deleted may still be among them. */
  async listTopics(): Promise<ListedTopic[]> {
    return this.#retry(async () => {
      const { topics } = await (await this.#client.anyBroker()).request(Metadata, undefined, { topics: null, allowAutoTopicCreation: false });
      return topics.flatMap(({ name, partitions }) => (name === null ? [] : [{ name, partitions: partitions.map(partitionOf).sort((a, b) => a.index - b.index) }])).sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  /** Undefined: there is no such topic. Rejects with AdminError when the user may not know, or the name is none. */
  async describeTopic(name: string): Promise<TopicMetadata | undefined> {
    return this.#retry(async () => {
      await this.#client.refresh([name]);
      const [topic, code] = [this.#client.topic(name), this.#client.topicErrorCode(name)];
      if (topic === undefined) this.#client.forget(name);
      if (FORBIDDEN.has(code)) check(`describing topic ${name}`, code, null);
      return topic;
    });
  }

  /** By position in `partitions`; -1 when no record is that young. */
  async listOffsets(topic: string, partitions: readonly number[], spec: OffsetSpec): Promise<number[]> {
    const offsets = new Map<number, number>();
    const what = `offsets of topic ${topic}`;
    await this.#retry(async (attempt) => {
      if (attempt > 0 || this.#client.topic(topic) === undefined) await this.#client.refresh([topic]);
      const byLeader = Map.groupBy(partitions.filter((each) => !offsets.has(each)), (partition) => this.#client.leaderOf(topic, partition));
      await Promise.all([...byLeader].map(async ([leaderId, wanted]) => {
        if (leaderId === undefined) throw new AdminError(`${what}: partition ${wanted.join()}`, { code: errorCodes.LEADER_NOT_AVAILABLE, message: null });
        for (const each of await this.#listOffsetsOf(leaderId, { topic, partitions: wanted, spec })) {
          check(`${what}: partition ${each.partitionIndex}`, each.errorCode, null);
          offsets.set(each.partitionIndex, each.offset);
        }
      }));
    });
    return partitions.map((partition) => offsets.get(partition) as number);
  }

  async describeConfigs(resource: { readonly kind: 'topic' | 'broker'; readonly name: string }): Promise<ConfigEntry[]> {
    const what = `configuration of ${resource.kind} ${resource.name}`;
    return this.#retry(async () => {
      const connection = resource.kind === 'topic' ? await this.#client.anyBroker() : await this.#brokerNamed(resource.name);
      const { results } = await connection.request(DescribeConfigs, undefined, {
        resources: [{ resourceType: RESOURCE_TYPES[resource.kind], resourceName: resource.name, configurationKeys: null }],
      });
      const result = results[0];
      check(what, result?.errorCode, result?.errorMessage);
      return (result?.configs ?? []).map(({ name, value, readOnly, isDefault, configSource, isSensitive }) => ({
        name, value, isReadOnly: readOnly, isDefault: isDefault || configSource === DEFAULT_CONFIG, isSensitive,
      }));
    });
  }

  /** No error when there is no such group. */
  async deleteGroup(groupId: string): Promise<void> {
    const codeOf = ({ results }: ResponseOf<typeof DeleteGroups>): number => results[0]?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR;
    const response = await new CoordinatorLink(this.#client, groupId, BACKOFF_MS).request({ api: DeleteGroups, body: { groupsNames: [groupId] }, codeOf, attempts: GROUP_ATTEMPTS });
    if (codeOf(response) !== errorCodes.GROUP_ID_NOT_FOUND) check(`deleting group ${groupId}`, codeOf(response), null);
  }

  async #brokerNamed(name: string) {
    if (this.#client.brokers.length === 0) await this.#client.refresh();
    return this.#client.connectionTo(Number(name));
  }

  async #listOffsetsOf(
    leaderId: number,
    { topic, partitions, spec }: { topic: string; partitions: readonly number[]; spec: OffsetSpec },
  ): Promise<ResponseOf<typeof ListOffsets>['topics'][number]['partitions']> {
    const timestamp = typeof spec === 'object' ? spec.timestampMs : { latest: -1, earliest: -2, maxTimestamp: -3 }[spec];
    const connection = await this.#client.connectionTo(leaderId);
    const { topics } = await connection.request(ListOffsets, undefined, {
      replicaId: -1,
      topics: [{ name: topic, partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
      timeoutMs: TIMEOUT_MS / 2,
    });
    return topics[0]?.partitions ?? [];
  }

  /** `finalCode`: an error that is retriable for others, but not here. */
  async #retry<T>(attemptIt: (attempt: number) => Promise<T>, finalCode?: number): Promise<T> {
    const { clock } = this.#client.environment;
    const deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
    for (let attempt = 0; ; attempt++) {
      try {
        return await attemptIt(attempt);
      } catch (error) {
        const isLost = error instanceof ConnectionLostError;
        const isTransient = error instanceof AdminError && isRetriable(error.code) && error.code !== finalCode;
        if ((!isLost && !isTransient) || this.#client.isClosed || clock.monotonicMs() >= deadlineMs) throw error;
      }
      await this.#client.pause(Math.min(BACKOFF_MS_MAX, BACKOFF_MS * 2 ** attempt));
      await this.#client.refresh().catch(() => {});
    }
  }
}

function check(what: string, code: number | undefined, message: string | null | undefined): void {
  if (code === errorCodes.NONE) return;
  throw new AdminError(what, { code: code ?? errorCodes.UNKNOWN_SERVER_ERROR, message: message ?? null });
}
