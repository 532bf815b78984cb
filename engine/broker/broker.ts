/**
 * One broker: registers with the controller, follows the metadata log, holds its replicas, serves clients and followers.
 * With a controller directory the process is a combined node (process.roles=broker,controller).
 */
import type { Endpoint, Environment, Timer } from '../environment.ts';
import { Controller } from '../controller/controller.ts';
import { MetadataImage, type MetadataDelta } from '../controller/metadata-image.ts';
import { GroupCoordinator } from '../coordinator/group-coordinator.ts';
import { LogDirectory } from '../log/log-directory.ts';
import { AlterPartition, BrokerHeartbeat, BrokerRegistration } from '../protocol/apis.ts';
import { errorCodes, errorName } from '../protocol/errors.ts';
import type { IsrChange, PartitionState } from '../replication/partition-state.ts';
import type { Partition } from '../replication/partition.ts';
import { ReplicaManager } from '../replication/replica-manager.ts';
import { RequestCounter, type ServedRequests } from '../server/request-counter.ts';
import { DEFAULT_LIMITS, RequestServer } from '../server/request-server.ts';
import { TimerWheel } from '../server/timer-wheel.ts';
import { parseBrokerConfig, type ParsedBrokerConfig } from './broker-config.ts';
import { BrokerState } from './broker-state.ts';
import { ControllerChannel } from './controller-channel.ts';
import { configRoute } from './handlers/configs.ts';
import { fetchRoute } from './handlers/fetch.ts';
import { groupRoutes } from './handlers/groups.ts';
import { metadataRoutes } from './handlers/metadata.ts';
import { offsetRoutes } from './handlers/offsets.ts';
import { produceRoute } from './handlers/produce.ts';
import { topicRoutes } from './handlers/topics.ts';
import { MetadataFollower } from './metadata-follower.ts';
import { OFFSETS_TOPIC, OffsetsTopic } from './offsets-topic.ts';
import { ProducerIds } from './producer-ids.ts';

export interface BrokerOptions {
  readonly environment: Environment;
  readonly brokerId: number;
  readonly clusterId: string;
  /** log.dirs: one directory. */
  readonly directory: string;
  /** Port 0 takes a free one. */
  readonly listen: Endpoint;
  readonly properties: Readonly<Record<string, string>>;
  /** The disk under the log directory failed: until its next start this broker serves nothing. */
  readonly onDirectoryFailed?: (error: Error) => void;
}

const REGISTER_RETRY_MS = 50;
const ISR_RETRY_MS = 100;
/** Answers after which the change has not been and will not be committed. */
const REFUSED_ISR_CHANGES: ReadonlySet<number> = new Set([errorCodes.INELIGIBLE_REPLICA, errorCodes.INVALID_REQUEST, errorCodes.OPERATION_NOT_ATTEMPTED]);
/** Answers after which the partition has another state, which comes with the metadata; it may hold the change. */
const OVERTAKEN_ISR_CHANGES: ReadonlySet<number> = new Set([
  errorCodes.INVALID_UPDATE_VERSION,
  errorCodes.FENCED_LEADER_EPOCH,
  errorCodes.UNKNOWN_TOPIC_ID,
  errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
]);
const PLAINTEXT = 0;

/** Starts the controller of a combined node; its endpoint is what all brokers connect to. */
export async function startController(options: { environment: Environment; directory: string; listen: Endpoint; properties: Readonly<Record<string, string>> }): Promise<{
  controller: Controller;
  endpoint: Endpoint;
}> {
  const { config, topicDefaults } = parseBrokerConfig(options.properties);
  const controller = new Controller({
    environment: options.environment,
    directory: `${options.directory}/__cluster_metadata-0`,
    settings: {
      partitionCount: config['num.partitions'],
      replicationFactor: config['default.replication.factor'],
      brokerSessionTimeoutMs: config['broker.session.timeout.ms'],
      preferredLeaderCheckMs: config['auto.leader.rebalance.enable'] ? config['leader.imbalance.check.interval.seconds'] * 1000 : 0,
      topicDefaults,
    },
  });
  return { controller, endpoint: await controller.start(options.listen) };
}

export class Broker {
  readonly #environment: Environment;
  readonly #options: BrokerOptions;
  readonly #parsed: ParsedBrokerConfig;
  readonly #image: MetadataImage;
  readonly #channel: ControllerChannel;
  /** The metadata long poll has its own connection: answers come in order, and nothing is to wait for it. */
  readonly #metadataChannel: ControllerChannel;
  readonly #metadata: MetadataFollower;
  readonly #replicas: ReplicaManager;
  readonly #groups: GroupCoordinator;
  readonly #offsets: OffsetsTopic;
  readonly #server: RequestServer;
  readonly #wheel: TimerWheel;
  readonly #incarnationId: Buffer;
  #brokerEpoch = -1;
  #heartbeatTimer: Timer | undefined;
  /** Settled when the broker is unfenced for the first time, or its directory fails before. */
  readonly #unfenced = Promise.withResolvers<void>();
  #isDirectoryFailed = false;
  #isStopping = false;
  #isClosed = false;

  constructor(options: BrokerOptions & { controller: Endpoint }) {
    this.#options = options;
    this.#environment = options.environment;
    this.#parsed = parseBrokerConfig(options.properties);
    const { environment, brokerId } = options;
    const { config } = this.#parsed;
    this.#incarnationId = Buffer.from(environment.random.uuid());
    this.#image = new MetadataImage(this.#parsed.topicDefaults);
    this.#wheel = new TimerWheel(environment.clock);
    const channelOptions = { environment, endpoint: options.controller, clientId: `broker-${brokerId}`, requestTimeoutMs: config['broker.session.timeout.ms'] };
    this.#channel = new ControllerChannel(channelOptions);
    this.#metadataChannel = new ControllerChannel(channelOptions);
    this.#metadata = new MetadataFollower({
      environment,
      channel: this.#metadataChannel,
      image: this.#image,
      brokerId,
      onApplied: (delta) => this.#apply(delta),
    });
    this.#replicas = this.#createReplicas();
    this.#offsets = new OffsetsTopic({
      environment,
      wheel: this.#wheel,
      partitionCount: this.#parsed.groups.offsetsTopicNumPartitions,
      commitTimeoutMs: this.#parsed.groups.offsetsCommitTimeoutMs,
      partitionOf: (index) => this.#replicas.partition(OFFSETS_TOPIC, index),
      onStorageError: (error) => this.#replicas.noteFailure(error),
    });
    this.#groups = new GroupCoordinator({
      clock: environment.clock,
      random: environment.random,
      config: this.#parsed.groups,
      storage: this.#offsets,
      log: environment.log,
    });
    this.#server = this.#createServer();
  }

  /** Since its start, by clients and followers; what a controller in the same process serves is counted there. */
  get served(): ServedRequests {
    return this.#server.counter.read();
  }

  /** Listens, registers, catches up with the metadata, and is unfenced when this resolves. */
  async start(): Promise<Endpoint> {
    const endpoint = await this.#server.listen(this.#options.listen);
    await this.#register(endpoint);
    void this.#metadata.run({ publishFrom: this.#brokerEpoch + 1 });
    await this.#metadata.whenApplied(this.#brokerEpoch + 1);
    this.#replicas.removeStrays((topicId) => this.#image.topicsById.has(topicId));
    void this.#heartbeat();
    await this.#unfenced.promise;
    return endpoint;
  }

  /**
   * Clean stop. `handsOver`: leadership goes first, for when the rest of the cluster goes on (controlled shutdown).
   * `isKept` false: the data are about to be deleted and need not reach the disk.
   */
  async close(options: { handsOver: boolean; isKept?: boolean }): Promise<void> {
    if (this.#isStopping) return;
    // A heartbeat behind the hand-over would ask to be unfenced again.
    this.#isStopping = true;
    this.#heartbeatTimer?.cancel();
    if (options.handsOver) await this.#handOver();
    this.#isClosed = true;
    this.#metadata.close();
    this.#channel.close();
    this.#metadataChannel.close();
    this.#groups.shutdown();
    await this.#server.close();
    await this.#replicas.close({ brokerEpoch: this.#brokerEpoch, isKept: options.isKept ?? true });
    this.#wheel.close();
  }

  #createReplicas(): ReplicaManager {
    const { environment, brokerId, clusterId } = this.#options;
    const { config } = this.#parsed;
    const directory = LogDirectory.open(environment, this.#options.directory);
    directory.claim({ clusterId, nodeId: brokerId });
    return new ReplicaManager({
      environment,
      directory,
      settings: {
        brokerId,
        waitMaxMs: config['replica.fetch.wait.max.ms'],
        minBytes: config['replica.fetch.min.bytes'],
        maxBytes: config['replica.fetch.max.bytes'],
        responseMaxBytes: config['replica.fetch.response.max.bytes'],
        backoffMs: config['replica.fetch.backoff.ms'],
        replicaLagTimeMaxMs: config['replica.lag.time.max.ms'],
        highWatermarkCheckpointMs: config['replica.high.watermark.checkpoint.interval.ms'],
        retentionCheckMs: config['log.retention.check.interval.ms'],
        cleaner: {
          isEnabled: config['log.cleaner.enable'],
          backoffMs: config['log.cleaner.backoff.ms'],
          dedupeBufferBytes: config['log.cleaner.dedupe.buffer.size'],
        },
      },
      cluster: {
        brokerId,
        brokerEpoch: () => this.#brokerEpoch,
        endpointOf: (id) => this.#image.brokers.get(id)?.endpoint,
        topicConfig: (topic) => this.#image.configOf(topic),
        isEligibleForIsr: (id, brokerEpoch) => {
          const broker = this.#image.brokers.get(id);
          return broker !== undefined && !broker.isFenced && (brokerEpoch === -1 || broker.brokerEpoch === brokerEpoch);
        },
        requestIsrChange: (change) => {
          this.#alterIsr(change).catch((error: unknown) => environment.log(`ISR of ${change.topicId}-${change.partition}: ${String(error)}`));
        },
      },
      onLeadership: (partition, isLeader) => this.#leadershipChanged(partition, isLeader),
      onDirectoryFailed: () => this.#directoryFailed(),
    });
  }

  #createServer(): RequestServer {
    const counter = new RequestCounter();
    const state = new BrokerState({
      environment: this.#environment,
      brokerId: this.#options.brokerId,
      clusterId: this.#options.clusterId,
      config: this.#parsed.config,
      groupConfig: this.#parsed.groups,
      image: this.#image,
      replicas: this.#replicas,
      wheel: this.#wheel,
      channel: this.#channel,
      metadata: this.#metadata,
      groups: this.#groups,
      producerIds: new ProducerIds({ channel: this.#channel, brokerId: this.#options.brokerId, brokerEpoch: () => this.#brokerEpoch }),
      counter,
    });
    return new RequestServer({
      environment: this.#environment,
      name: `broker ${this.#options.brokerId}`,
      routes: [produceRoute(state), fetchRoute(state), configRoute(state), ...metadataRoutes(state), ...topicRoutes(state), ...offsetRoutes(state), ...groupRoutes(state)],
      limits: { ...DEFAULT_LIMITS, maxFrameBytes: this.#parsed.config['socket.request.max.bytes'] },
      counter,
    });
  }

  async #register(endpoint: Endpoint): Promise<void> {
    const { brokerId, clusterId } = this.#options;
    let lastRefusal: number = errorCodes.NONE;
    const listeners = [{ name: 'PLAINTEXT', host: endpoint.host, port: endpoint.port, securityProtocol: PLAINTEXT }];
    for (;;) {
      try {
        const answer = await this.#channel.request(BrokerRegistration, { brokerId, clusterId, incarnationId: this.#incarnationId, listeners, features: [], rack: null });
        if (answer.errorCode === errorCodes.NONE) {
          this.#brokerEpoch = answer.brokerEpoch;
          return;
        }
        if (answer.errorCode !== lastRefusal) this.#environment.log(`registration refused: ${errorName(answer.errorCode)}; tries again`);
        lastRefusal = answer.errorCode;
      } catch (error) {
        if (this.#isClosed) throw error;
      }
      await this.#pause(REGISTER_RETRY_MS);
    }
  }

  async #heartbeat(): Promise<void> {
    if (this.#isStopping) return;
    let delayMs = this.#parsed.config['broker.heartbeat.interval.ms'];
    try {
      const answer = await this.#channel.request(BrokerHeartbeat, this.#heartbeatBody(false));
      if (answer.errorCode === errorCodes.NONE && this.#isDirectoryFailed) {
        delayMs = this.#parsed.config['broker.heartbeat.interval.ms'];
      } else if (answer.errorCode === errorCodes.NONE && !answer.isFenced) {
        this.#unfenced.resolve();
      } else if (answer.errorCode === errorCodes.NONE) {
        delayMs = REGISTER_RETRY_MS;
      } else {
        this.#environment.log(`heartbeat refused: ${errorName(answer.errorCode)}`);
      }
    } catch {
      delayMs = Math.min(delayMs, 10 * REGISTER_RETRY_MS);
    }
    if (!this.#isStopping) this.#heartbeatTimer = this.#environment.clock.setTimer(delayMs, () => void this.#heartbeat());
  }

  #heartbeatBody(wantShutDown: boolean): { brokerId: number; brokerEpoch: number; currentMetadataOffset: number; wantFence: boolean; wantShutDown: boolean } {
    return { brokerId: this.#options.brokerId, brokerEpoch: this.#brokerEpoch, currentMetadataOffset: this.#image.nextOffset - 1, wantFence: this.#isDirectoryFailed, wantShutDown };
  }

  async #handOver(): Promise<void> {
    try {
      await this.#channel.request(BrokerHeartbeat, this.#heartbeatBody(true));
    } catch (error) {
      this.#environment.log(`could not hand over before the stop: ${String(error)}`);
    }
  }

  #apply(delta: MetadataDelta): void {
    if (this.#isClosed) return;
    for (const topic of delta.removedTopics) this.#guarded(`topic ${topic.name}`, () => this.#replicas.removeTopic(topic.topicId));
    if (delta.removedTopics.length > 0) this.#groups.topicsDeleted(new Set(delta.removedTopics.map((topic) => topic.name)));
    for (const topic of delta.configuredTopics) this.#replicas.reconfigure(topic);
    for (const state of delta.partitions) this.#guarded(`${state.topic}-${state.partition}`, () => this.#replicas.apply(state));
    if (delta.areBrokersChanged) this.#replicas.brokersChanged();
  }

  /** One log that the disk refuses does not keep the others from their decisions. */
  #guarded(what: string, task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#environment.log(`broker ${this.#options.brokerId}: ${what} is not available here: ${String(error)}`);
      this.#replicas.noteFailure(error);
    }
  }

  /** The controller hears at once: others lead what this broker led. Its groups move to the new leaders of their partitions. */
  #directoryFailed(): void {
    this.#isDirectoryFailed = true;
    this.#unfenced.promise.catch(() => {});
    const failure = this.#replicas.failure as Error;
    this.#unfenced.reject(failure);
    this.#options.onDirectoryFailed?.(failure);
    for (const partition of this.#replicas.partitions()) if (partition.topic === OFFSETS_TOPIC) this.#groups.unload(partition.index);
    this.#heartbeatTimer?.cancel();
    void this.#heartbeat();
  }

  #leadershipChanged(partition: Partition, isLeader: boolean): void {
    if (partition.topic !== OFFSETS_TOPIC) return;
    if (isLeader) this.#offsets.load(partition, this.#groups);
    else this.#groups.unload(partition.index);
  }

  /**
   * One ISR change to the controller. Asked again until there is an answer: an unanswered change may have been committed,
   * so until then the high watermark waits for the members of both ISRs (`Partition` keeps the change pending).
   */
  async #alterIsr(change: IsrChange): Promise<void> {
    const { topicId, partition: partitionIndex } = change;
    const isCurrent = (): Partition | undefined => {
      const partition = this.#isClosed ? undefined : this.#replicas.partitionById(topicId, partitionIndex);
      return partition?.isLeader === true && partition.state.partitionEpoch === change.partitionEpoch ? partition : undefined;
    };
    while (isCurrent() !== undefined) {
      const answer = await this.#askForIsr(change);
      if (typeof answer !== 'number') {
        const partition = isCurrent();
        partition?.apply({ ...partition.state, ...answer });
        return;
      }
      if (OVERTAKEN_ISR_CHANGES.has(answer)) return;
      await this.#pause(ISR_RETRY_MS);
      if (REFUSED_ISR_CHANGES.has(answer)) {
        isCurrent()?.isrChangeFailed();
        return;
      }
    }
  }

  /** The state that the controller committed, or an error code. */
  async #askForIsr(change: IsrChange): Promise<Pick<PartitionState, 'leader' | 'leaderEpoch' | 'isr' | 'partitionEpoch'> | number> {
    const { topicId, partition: partitionIndex, leaderEpoch, partitionEpoch, isr } = change;
    const wanted = { partitionIndex, leaderEpoch, newIsrWithEpochs: isr, leaderRecoveryState: 0, partitionEpoch };
    try {
      const answer = await this.#channel.request(AlterPartition, {
        brokerId: this.#options.brokerId,
        brokerEpoch: this.#brokerEpoch,
        topics: [{ topicId: Buffer.from(topicId, 'hex'), partitions: [wanted] }],
      });
      if (answer.errorCode !== errorCodes.NONE) return answer.errorCode;
      const outcome = answer.topics[0]?.partitions[0];
      if (outcome === undefined) return errorCodes.UNKNOWN_SERVER_ERROR;
      if (outcome.errorCode !== errorCodes.NONE) return outcome.errorCode;
      return { leader: outcome.leaderId, leaderEpoch: outcome.leaderEpoch, isr: outcome.isr, partitionEpoch: outcome.partitionEpoch };
    } catch {
      return errorCodes.NETWORK_EXCEPTION;
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#environment.clock.setTimer(delayMs, resolve));
  }
}
