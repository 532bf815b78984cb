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
import type { IsrChange } from '../replication/partition-state.ts';
import type { Partition } from '../replication/partition.ts';
import { ReplicaManager } from '../replication/replica-manager.ts';
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
}

const REGISTER_RETRY_MS = 50;
const ISR_RETRY_MS = 100;
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
  readonly #metadata: MetadataFollower;
  readonly #replicas: ReplicaManager;
  readonly #groups: GroupCoordinator;
  readonly #offsets: OffsetsTopic;
  readonly #server: RequestServer;
  readonly #wheel: TimerWheel;
  readonly #incarnationId: Buffer;
  #brokerEpoch = -1;
  #heartbeatTimer: Timer | undefined;
  #onUnfenced: (() => void) | undefined;
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
    this.#channel = new ControllerChannel({
      environment,
      endpoint: options.controller,
      clientId: `broker-${brokerId}`,
      requestTimeoutMs: config['broker.session.timeout.ms'],
    });
    this.#metadata = new MetadataFollower({
      environment,
      channel: this.#channel,
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

  /** Listens, registers, catches up with the metadata, and is unfenced when this resolves. */
  async start(): Promise<Endpoint> {
    const endpoint = await this.#server.listen(this.#options.listen);
    await this.#register(endpoint);
    const unfenced = new Promise<void>((resolve) => (this.#onUnfenced = resolve));
    void this.#metadata.run();
    await this.#metadata.whenApplied(this.#brokerEpoch + 1);
    void this.#heartbeat();
    await unfenced;
    return endpoint;
  }

  /** Clean stop. `hands over` leadership first when the rest of the cluster goes on (controlled shutdown). */
  async close(options: { handsOver: boolean }): Promise<void> {
    if (this.#isClosed) return;
    if (options.handsOver) await this.#handOver();
    this.#isClosed = true;
    this.#heartbeatTimer?.cancel();
    this.#metadata.close();
    this.#channel.close();
    this.#groups.shutdown();
    await this.#server.close();
    this.#replicas.close({ brokerEpoch: this.#brokerEpoch });
    this.#wheel.close();
  }

  #createReplicas(): ReplicaManager {
    const { environment, brokerId, directory } = this.#options;
    const { config } = this.#parsed;
    return new ReplicaManager({
      environment,
      directory: LogDirectory.open(environment, directory),
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
        requestIsrChange: (change) => void this.#alterIsr(change),
      },
      onLeadership: (partition, isLeader) => this.#leadershipChanged(partition, isLeader),
    });
  }

  #createServer(): RequestServer {
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
    });
    return new RequestServer({
      environment: this.#environment,
      name: `broker ${this.#options.brokerId}`,
      routes: [produceRoute(state), fetchRoute(state), configRoute(state), ...metadataRoutes(state), ...topicRoutes(state), ...offsetRoutes(state), ...groupRoutes(state)],
      limits: { ...DEFAULT_LIMITS, maxFrameBytes: this.#parsed.config['socket.request.max.bytes'] },
    });
  }

  async #register(endpoint: Endpoint): Promise<void> {
    const { brokerId, clusterId } = this.#options;
    const listeners = [{ name: 'PLAINTEXT', host: endpoint.host, port: endpoint.port, securityProtocol: PLAINTEXT }];
    for (;;) {
      try {
        const answer = await this.#channel.request(BrokerRegistration, { brokerId, clusterId, incarnationId: this.#incarnationId, listeners, features: [], rack: null });
        if (answer.errorCode === errorCodes.NONE) {
          this.#brokerEpoch = answer.brokerEpoch;
          return;
        }
        this.#environment.log(`broker ${brokerId}: registration refused: ${errorName(answer.errorCode)}; tries again`);
      } catch (error) {
        if (this.#isClosed) throw error;
      }
      await this.#pause(REGISTER_RETRY_MS);
    }
  }

  async #heartbeat(): Promise<void> {
    if (this.#isClosed) return;
    let delayMs = this.#parsed.config['broker.heartbeat.interval.ms'];
    try {
      const answer = await this.#channel.request(BrokerHeartbeat, this.#heartbeatBody(false));
      if (answer.errorCode === errorCodes.NONE && !answer.isFenced) {
        this.#onUnfenced?.();
        this.#onUnfenced = undefined;
      } else if (answer.errorCode === errorCodes.NONE) {
        delayMs = REGISTER_RETRY_MS;
      } else {
        this.#environment.log(`broker ${this.#options.brokerId}: heartbeat refused: ${errorName(answer.errorCode)}`);
      }
    } catch {
      delayMs = Math.min(delayMs, 10 * REGISTER_RETRY_MS);
    }
    if (!this.#isClosed) this.#heartbeatTimer = this.#environment.clock.setTimer(delayMs, () => void this.#heartbeat());
  }

  #heartbeatBody(wantShutDown: boolean): { brokerId: number; brokerEpoch: number; currentMetadataOffset: number; wantFence: boolean; wantShutDown: boolean } {
    return { brokerId: this.#options.brokerId, brokerEpoch: this.#brokerEpoch, currentMetadataOffset: this.#image.nextOffset - 1, wantFence: false, wantShutDown };
  }

  async #handOver(): Promise<void> {
    try {
      await this.#channel.request(BrokerHeartbeat, this.#heartbeatBody(true));
    } catch (error) {
      this.#environment.log(`broker ${this.#options.brokerId}: could not hand over before the stop: ${String(error)}`);
    }
  }

  #apply(delta: MetadataDelta): void {
    if (this.#isClosed) return;
    for (const topic of delta.removedTopics) this.#replicas.removeTopic(topic.topicId);
    if (delta.removedTopics.length > 0) this.#groups.topicsDeleted(new Set(delta.removedTopics.map((topic) => topic.name)));
    for (const topic of delta.configuredTopics) this.#replicas.reconfigure(topic);
    for (const state of delta.partitions) this.#replicas.apply(state);
    if (delta.areBrokersChanged) this.#replicas.brokersChanged();
  }

  #leadershipChanged(partition: Partition, isLeader: boolean): void {
    if (partition.topic !== OFFSETS_TOPIC) return;
    if (isLeader) this.#offsets.load(partition, this.#groups);
    else this.#groups.unload(partition.index);
  }

  /** One ISR change to the controller; the outcome is applied from the answer, or comes with the metadata. */
  async #alterIsr(change: IsrChange): Promise<void> {
    const { topicId, partition: partitionIndex, leaderEpoch, partitionEpoch, isr } = change;
    const newIsrWithEpochs = isr.map((brokerId) => ({ brokerId, brokerEpoch: this.#image.brokers.get(brokerId)?.brokerEpoch ?? -1 }));
    const wanted = { partitionIndex, leaderEpoch, newIsrWithEpochs, leaderRecoveryState: 0, partitionEpoch };
    let errorCode: number;
    try {
      const answer = await this.#channel.request(AlterPartition, {
        brokerId: this.#options.brokerId,
        brokerEpoch: this.#brokerEpoch,
        topics: [{ topicId: Buffer.from(topicId, 'hex'), partitions: [wanted] }],
      });
      const outcome = answer.topics[0]?.partitions[0];
      errorCode = answer.errorCode !== errorCodes.NONE ? answer.errorCode : (outcome?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR);
      const partition = this.#replicas.partitionById(topicId, partitionIndex);
      if (errorCode === errorCodes.NONE && outcome !== undefined && partition !== undefined) {
        partition.apply({ ...partition.state, leader: outcome.leaderId, leaderEpoch: outcome.leaderEpoch, isr: outcome.isr, partitionEpoch: outcome.partitionEpoch });
        return;
      }
    } catch {
      errorCode = errorCodes.NETWORK_EXCEPTION;
    }
    await this.#pause(ISR_RETRY_MS);
    const partition = this.#replicas.partitionById(topicId, partitionIndex);
    if (partition?.state.partitionEpoch === partitionEpoch) partition.isrChangeFailed();
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#environment.clock.setTimer(delayMs, resolve));
  }
}
