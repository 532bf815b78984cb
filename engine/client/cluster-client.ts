/**
 * What a client knows about a cluster: brokers, controller, topics and leaders, and the connections to them.
 * Metadata is refreshed on request, after `metadataMaxAgeMs`, and never goes back to an older leader epoch. Any live broker
 * serves, bootstrap servers last. Connections are per broker and lane, so that a long poll never holds up another's requests.
 */
import type { Endpoint, Environment, Timer } from '../environment.ts';
import { Metadata } from '../protocol/apis.ts';
import type { ResponseOf } from '../protocol/api.ts';
import { errorCodes, errorName } from '../protocol/errors.ts';
import { ConnectionLostError, KafkaConnection } from './kafka-connection.ts';
import type { ClientSecurity } from './security/client-security.ts';

export interface ClusterClientOptions {
  readonly bootstrap: readonly Endpoint[];
  readonly clientId: string;
  /** Absent: plaintext. */
  readonly security?: ClientSecurity | undefined;
  readonly requestTimeoutMs?: number;
  readonly metadataMaxAgeMs?: number;
  readonly retryBackoffMs?: number;
  readonly retryBackoffMaxMs?: number;
}

export interface PartitionMetadata {
  readonly index: number;
  /** -1: nobody leads. */
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
  readonly errorCode: number;
}

export interface TopicMetadata {
  readonly name: string;
  /** 16 bytes, all zero when the cluster has no topic ids. */
  readonly topicId: Buffer;
  /** By index, without gaps. */
  readonly partitions: readonly PartitionMetadata[];
}

export interface BrokerMetadata extends Endpoint {
  readonly id: number;
}

const REQUEST_TIMEOUT_MS = 30_000;
const METADATA_MAX_AGE_MS = 300_000;
const TOPIC_TIMEOUT_MS = 60_000;
/** A broker that hangs is left for another one sooner than a request that does work. */
const METADATA_TIMEOUT_MS = 5_000;

/** A topic that does not come to have a leader for each partition. */
export class TopicNotReadyError extends Error {
  override readonly name = 'TopicNotReadyError';
}

export class ClusterClient {
  readonly environment: Environment;
  /** Metadata older than this is refreshed. */
  metadataMaxAgeMs: number;
  readonly #options: Required<Omit<ClusterClientOptions, 'metadataMaxAgeMs' | 'security'>> & Pick<ClusterClientOptions, 'security'>;
  #laneCount = 0;
  readonly #connections = new Map<string, Promise<KafkaConnection>>();
  readonly #listeners = new Set<() => void>();
  readonly #wanted = new Set<string>();
  readonly #topics = new Map<string, TopicMetadata>();
  readonly #topicErrors = new Map<string, number>();
  #brokers = new Map<number, BrokerMetadata>();
  #controllerId = -1;
  #clusterId: string | null = null;
  #refreshing: Promise<void> | undefined;
  #refreshTimer: Timer | undefined;
  #failedRefreshes = 0;
  #ageTimer: Timer | undefined;
  #isClosed = false;

  constructor(environment: Environment, options: ClusterClientOptions) {
    this.environment = environment;
    this.metadataMaxAgeMs = options.metadataMaxAgeMs ?? METADATA_MAX_AGE_MS;
    this.#options = {
      ...options,
      requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      retryBackoffMs: options.retryBackoffMs ?? 100,
      retryBackoffMaxMs: options.retryBackoffMaxMs ?? 1000,
    };
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get clusterId(): string | null {
    return this.#clusterId;
  }

  get controllerId(): number {
    return this.#controllerId;
  }

  get brokers(): readonly BrokerMetadata[] {
    return [...this.#brokers.values()];
  }

  /** As of the last refresh. */
  topic(name: string): TopicMetadata | undefined {
    return this.#topics.get(name);
  }

  /** What the cluster said of a topic when it was last asked: a Kafka error code, 0 for none. */
  topicErrorCode(name: string): number {
    return this.#topicErrors.get(name) ?? errorCodes.NONE;
  }

  leaderOf(topic: string, partition: number): number | undefined {
    const leaderId = this.#topics.get(topic)?.partitions[partition]?.leaderId;
    return leaderId === undefined || leaderId < 0 ? undefined : leaderId;
  }

  /** Of a topic that was deleted: no refresh asks for it any more. */
  forget(name: string): void {
    this.#wanted.delete(name);
    this.#topics.delete(name);
    this.#topicErrors.delete(name);
  }

  /** Calls back after each refresh and each leader hint; returns the way to end that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Asks for the named topics and those asked for before; an unknown topic is no error. Rejects when no broker answers. */
  refresh(topics: readonly string[] = []): Promise<void> {
    const before = this.#wanted.size;
    for (const topic of topics) this.#wanted.add(topic);
    const running = this.#refreshing;
    if (running !== undefined) {
      // The one under way does not know of the new topics.
      return this.#wanted.size === before ? running : running.catch(() => {}).then(() => this.refresh());
    }
    const refreshing = this.#refresh().finally(() => {
      if (this.#refreshing === refreshing) this.#refreshing = undefined;
    });
    this.#refreshing = refreshing;
    return refreshing;
  }

  /** Refreshes soon, at most once per back-off; failures are retried until the client closes. */
  requestRefresh(): void {
    if (this.#isClosed || this.#refreshTimer !== undefined || this.#refreshing !== undefined) return;
    const { retryBackoffMs, retryBackoffMaxMs } = this.#options;
    const backoffMs = Math.min(retryBackoffMaxMs, retryBackoffMs * 2 ** this.#failedRefreshes);
    this.#refreshTimer = this.environment.clock.setTimer(backoffMs, () => {
      this.#refreshTimer = undefined;
      this.refresh().catch(() => this.requestRefresh());
    });
  }

  /** Waits until the topic is known and each partition has a leader. */
  async awaitTopic(name: string, timeoutMs = TOPIC_TIMEOUT_MS): Promise<TopicMetadata> {
    const deadlineMs = this.environment.clock.monotonicMs() + timeoutMs;
    for (let attempt = 0; ; attempt++) {
      let reason = 'it does not exist';
      try {
        await this.refresh([name]);
        const topic = this.#topics.get(name);
        if (topic !== undefined && topic.partitions.every(({ leaderId }) => leaderId >= 0)) return topic;
        const errorCode = this.#topicErrors.get(name) ?? 0;
        if (errorCode === errorCodes.INVALID_TOPIC_EXCEPTION || errorCode === errorCodes.TOPIC_AUTHORIZATION_FAILED) throw new TopicNotReadyError(`topic ${name}: ${errorName(errorCode)}`);
        if (topic !== undefined) reason = leaderless(topic);
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
        reason = error.message;
      }
      if (this.#isClosed || this.environment.clock.monotonicMs() >= deadlineMs) throw new TopicNotReadyError(`topic ${name} is not ready: ${reason}`);
      await this.pause(Math.min(this.#options.retryBackoffMaxMs, this.#options.retryBackoffMs * 2 ** attempt));
    }
  }

  /** A leader named in an answer (KIP-951), when it is newer than what is known. */
  noteLeader(topic: string, partition: number, leader: { leaderId: number; leaderEpoch: number }): void {
    const known = this.#topics.get(topic);
    const before = known?.partitions[partition];
    if (known === undefined || before === undefined || leader.leaderId < 0 || leader.leaderEpoch <= before.leaderEpoch) return;
    if (!this.#brokers.has(leader.leaderId)) return;
    this.#topics.set(topic, { ...known, partitions: known.partitions.with(partition, { ...before, ...leader }) });
    this.#tellListeners();
  }

  /** One connection per broker and lane; opened on demand, replaced after it broke. */
  connectionTo(nodeId: number, lane = 'main'): Promise<KafkaConnection> {
    const broker = this.#brokers.get(nodeId);
    if (broker === undefined) return Promise.reject(new ConnectionLostError(`broker ${nodeId} is not in the cluster's metadata`));
    return this.#connection(broker, `${nodeId} ${lane}`);
  }

  /** A lane that nobody else uses. */
  newLane(purpose: string): string {
    return `${purpose}-${this.#laneCount++}`;
  }

  /** To the active controller, for admin requests. */
  async controller(): Promise<KafkaConnection> {
    if (!this.#brokers.has(this.#controllerId)) await this.refresh();
    return this.connectionTo(this.#controllerId);
  }

  async anyBroker(): Promise<KafkaConnection> {
    let lost: unknown;
    for (const endpoint of this.#candidates()) {
      try {
        return await this.#connection(endpoint, 'id' in endpoint ? `${endpoint.id} main` : `bootstrap ${endpoint.host}:${endpoint.port}`);
      } catch (error) {
        lost = error;
      }
    }
    throw lost;
  }

  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.environment.clock.setTimer(delayMs, resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refreshTimer?.cancel();
    this.#ageTimer?.cancel();
    this.#listeners.clear();
    const opening = [...this.#connections.values()];
    this.#connections.clear();
    await Promise.all(opening.map((each) => each.then((connection) => connection.close(), () => {})));
  }

  #candidates(): (BrokerMetadata | Endpoint)[] {
    const brokers = [...this.#brokers.values()];
    const first = brokers.length === 0 ? 0 : this.environment.random.nextInt(brokers.length);
    return [...brokers.slice(first), ...brokers.slice(0, first), ...this.#options.bootstrap];
  }

  #connection(endpoint: Endpoint, key: string): Promise<KafkaConnection> {
    if (this.#isClosed) return Promise.reject(new ConnectionLostError('the client is closed'));
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const { clientId, requestTimeoutMs, security } = this.#options;
    const forget = (): void => {
      if (this.#connections.get(key) === opening) this.#connections.delete(key);
    };
    const opening: Promise<KafkaConnection> = KafkaConnection.open(this.environment, endpoint, { clientId, requestTimeoutMs, security }).then(
      (connection) => {
        connection.onClose = forget;
        return connection;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    this.#connections.set(key, opening);
    return opening;
  }

  async #refresh(): Promise<void> {
    this.#refreshTimer?.cancel();
    this.#refreshTimer = undefined;
    let lost: unknown;
    for (const endpoint of this.#candidates()) {
      if (this.#isClosed) break;
      const key = 'id' in endpoint ? `${endpoint.id} metadata` : `bootstrap ${endpoint.host}:${endpoint.port}`;
      try {
        const connection = await this.#connection(endpoint, key);
        const topics = [...this.#wanted].map((name) => ({ name }));
        this.#accept(await connection.request(Metadata, undefined, { topics, allowAutoTopicCreation: false }, { timeoutMs: METADATA_TIMEOUT_MS }));
        if (!('id' in endpoint)) connection.close();
        this.#failedRefreshes = 0;
        return;
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
        lost = error;
      }
    }
    this.#failedRefreshes = Math.min(this.#failedRefreshes + 1, 8);
    throw lost ?? new ConnectionLostError('the client is closed');
  }

  #accept(response: ResponseOf<typeof Metadata>): void {
    if (this.#isClosed) return;
    this.#acceptBrokers(response);
    for (const each of response.topics) {
      const { name } = each;
      if (name === null) continue;
      this.#topicErrors.set(name, each.errorCode);
      if (each.errorCode !== errorCodes.NONE && each.partitions.length === 0) {
        if (each.errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION) this.#topics.delete(name);
        continue;
      }
      const known = this.#topics.get(name);
      const before = known?.topicId.equals(each.topicId) === true ? known.partitions : [];
      const partitions = each.partitions
        .map(partitionOf)
        .sort((a, b) => a.index - b.index);
      this.#topics.set(name, { name, topicId: each.topicId, partitions: partitions.map((now) => newer(before[now.index], now)) });
    }
    this.#ageTimer?.cancel();
    this.#ageTimer = this.environment.clock.setTimer(this.metadataMaxAgeMs, () => this.requestRefresh());
    this.#tellListeners();
  }

  #acceptBrokers(response: ResponseOf<typeof Metadata>): void {
    if (response.brokers.length === 0) return;
    const before = this.#brokers;
    this.#brokers = new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, { id: nodeId, host, port }]));
    this.#controllerId = response.controllerId;
    this.#clusterId = response.clusterId;
    for (const [id, { host, port }] of before) {
      const now = this.#brokers.get(id);
      if (now !== undefined && (now.host !== host || now.port !== port)) this.#dropConnectionsTo(id);
    }
  }

  #dropConnectionsTo(nodeId: number): void {
    for (const [key, opening] of this.#connections) {
      if (!key.startsWith(`${nodeId} `)) continue;
      this.#connections.delete(key);
      opening.then((connection) => connection.close(), () => {});
    }
  }

  #tellListeners(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function leaderless({ partitions }: TopicMetadata): string {
  const without = partitions.filter(({ leaderId }) => leaderId < 0).map(({ index }) => index);
  const named = `${without.slice(0, 10).join(', ')}${without.length > 10 ? ', ...' : ''}`;
  return `${without.length} of its ${partitions.length} partitions ${without.length === 1 ? 'has' : 'have'} no leader (${named})`;
}

export function partitionOf({ partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes, errorCode }: ResponseOf<typeof Metadata>['topics'][number]['partitions'][number]): PartitionMetadata {
  return { index: partitionIndex, leaderId, leaderEpoch, replicas: replicaNodes, inSyncReplicas: isrNodes, errorCode };
}

/** Brokers learn of elections at different times: a stale one must not undo what a newer epoch said. */
function newer(before: PartitionMetadata | undefined, now: PartitionMetadata): PartitionMetadata {
  if (before === undefined || now.leaderEpoch < 0 || now.leaderEpoch >= before.leaderEpoch) return now;
  return { ...now, leaderId: before.leaderId, leaderEpoch: before.leaderEpoch };
}
