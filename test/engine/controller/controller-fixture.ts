/** A controller alone, over a virtual clock, network and disk; the brokers are connections that a test speaks through. */
import { expect } from 'vitest';
import { startController } from '../../../engine/broker/broker.ts';
import { KafkaConnection } from '../../../engine/client/kafka-connection.ts';
import type { Controller } from '../../../engine/controller/controller.ts';
import type { Api, RequestInput, ResponseOf } from '../../../engine/protocol/api.ts';
import { AlterPartition, BrokerHeartbeat, BrokerRegistration, CreateTopics } from '../../../engine/protocol/apis.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import type { PartitionState } from '../../../engine/replication/partition-state.ts';
import { SimulatedCluster } from '../../simulator/simulated-cluster.ts';
import type { SimulatedHost } from '../../simulator/simulated-host.ts';

const ENDPOINT = { host: 'controller', port: 9092 };
export const SESSION_MS = 600;
const PROPERTIES = { 'broker.session.timeout.ms': String(SESSION_MS), 'leader.imbalance.check.interval.seconds': '1' };

export class ControllerFixture {
  readonly world: SimulatedCluster;
  readonly epochs = new Map<number, number>();
  host: SimulatedHost;
  controller!: Controller;
  private connection: KafkaConnection | undefined;

  constructor(seed = 1) {
    this.world = new SimulatedCluster({ seed, brokerCount: 0 });
    this.host = this.world.host(ENDPOINT.host);
  }

  async start(): Promise<void> {
    const starting = startController({ environment: this.host.environment, directory: '/controller', listen: ENDPOINT, properties: PROPERTIES });
    this.controller = (await this.driven(starting)).controller;
    this.connection = await this.driven(KafkaConnection.open(this.world.host('test').environment, ENDPOINT, { clientId: 'test', requestTimeoutMs: 1000 }));
  }

  /** kill -9, and a new process over the same files. */
  async restart(): Promise<void> {
    this.host.kill();
    this.host = this.world.host(ENDPOINT.host);
    await this.start();
  }

  ask<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    return this.driven((this.connection as KafkaConnection).request(api, undefined, body));
  }

  async register(brokerId: number, options: { incarnation?: number; port?: number } = {}): Promise<number> {
    const { incarnation = brokerId, port = 9000 + brokerId } = options;
    const listeners = [{ name: 'PLAINTEXT', host: 'localhost', port, securityProtocol: 0 }];
    const { errorCode, brokerEpoch } = await this.ask(BrokerRegistration, { brokerId, clusterId: 'c', incarnationId: Buffer.alloc(16, incarnation), listeners, features: [], rack: null });
    if (errorCode === 0) this.epochs.set(brokerId, brokerEpoch);
    return errorCode;
  }

  heartbeat(brokerId: number, options: { wantShutDown?: boolean; epoch?: number; metadataOffset?: number } = {}): Promise<ResponseOf<typeof BrokerHeartbeat>> {
    const { wantShutDown = false, epoch = this.epochs.get(brokerId) ?? -1, metadataOffset = 1_000_000 } = options;
    return this.ask(BrokerHeartbeat, { brokerId, brokerEpoch: epoch, currentMetadataOffset: metadataOffset, wantFence: false, wantShutDown });
  }

  async join(...brokerIds: number[]): Promise<void> {
    for (const id of brokerIds) {
      expect(await this.register(id)).toBe(errorCodes.NONE);
      expect(await this.heartbeat(id)).toMatchObject({ errorCode: errorCodes.NONE, isFenced: false });
    }
  }

  /** Time passes while these brokers speak. */
  async pass(durationMs: number, ...speaking: number[]): Promise<void> {
    for (let passed = 0; passed < durationMs; passed += 100) {
      for (const id of speaking) await this.heartbeat(id);
      await this.world.clock.run(100);
    }
  }

  async createTopic(name: string, options: { partitions?: number; replicas?: number; assignments?: number[][]; configs?: Record<string, string> } = {}): Promise<number> {
    const { partitions = 1, replicas = 3, assignments = [], configs = {} } = options;
    const isAssigned = assignments.length > 0;
    const topic = {
      name,
      numPartitions: isAssigned ? -1 : partitions,
      replicationFactor: isAssigned ? -1 : replicas,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    };
    return (await this.ask(CreateTopics, { topics: [topic], timeoutMs: 1000, validateOnly: false })).topics[0]?.errorCode ?? -1;
  }

  partitions(topic: string): readonly PartitionState[] {
    return this.controller.image.topicsByName.get(topic)?.partitions ?? [];
  }

  async alter(topic: string, isr: { brokerId: number; brokerEpoch?: number }[], options: { from?: number; leaderEpoch?: number; partitionEpoch?: number } = {}): Promise<number> {
    const state = this.partitions(topic)[0] as PartitionState;
    const { from = state.leader, leaderEpoch = state.leaderEpoch, partitionEpoch = state.partitionEpoch } = options;
    const newIsrWithEpochs = isr.map(({ brokerId, brokerEpoch }) => ({ brokerId, brokerEpoch: brokerEpoch ?? this.epochs.get(brokerId) ?? -1 }));
    const partition = { partitionIndex: 0, leaderEpoch, newIsrWithEpochs, leaderRecoveryState: 0, partitionEpoch };
    const answer = await this.ask(AlterPartition, { brokerId: from, brokerEpoch: this.epochs.get(from) ?? -1, topics: [{ topicId: Buffer.from(state.topicId, 'hex'), partitions: [partition] }] });
    return answer.errorCode === errorCodes.NONE ? (answer.topics[0]?.partitions[0]?.errorCode ?? -1) : answer.errorCode;
  }

  private async driven<Result>(promise: Promise<Result>): Promise<Result> {
    let isDone = false;
    promise.then(() => (isDone = true), () => (isDone = true));
    while (!isDone) await this.world.clock.run(1);
    return promise;
  }
}
