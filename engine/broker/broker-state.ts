/** What request handlers share: this broker's view of the cluster and its replicas. */
import type { Endpoint, Environment } from '../environment.ts';
import type { MetadataImage } from '../controller/metadata-image.ts';
import type { GroupCoordinatorConfig } from '../coordinator/group-config.ts';
import type { GroupCoordinator } from '../coordinator/group-coordinator.ts';
import { errorCodes } from '../protocol/errors.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { RequestCounter } from '../server/request-counter.ts';
import type { TimerWheel } from '../server/timer-wheel.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { ControllerChannel } from './controller-channel.ts';
import type { MetadataFollower } from './metadata-follower.ts';
import type { ProducerIds } from './producer-ids.ts';

export interface BrokerStateParts {
  readonly environment: Environment;
  readonly brokerId: number;
  readonly clusterId: string;
  readonly config: BrokerConfig;
  readonly groupConfig: GroupCoordinatorConfig;
  readonly image: MetadataImage;
  readonly replicas: ReplicaManager;
  readonly wheel: TimerWheel;
  readonly channel: ControllerChannel;
  readonly metadata: MetadataFollower;
  readonly groups: GroupCoordinator;
  readonly producerIds: ProducerIds;
  readonly counter: RequestCounter;
}

export interface LiveBroker {
  readonly brokerId: number;
  readonly endpoint: Endpoint;
  readonly rack: string | null;
}

export class BrokerState {
  readonly environment: Environment;
  readonly brokerId: number;
  readonly clusterId: string;
  readonly config: BrokerConfig;
  readonly groupConfig: GroupCoordinatorConfig;
  readonly image: MetadataImage;
  readonly replicas: ReplicaManager;
  readonly wheel: TimerWheel;
  readonly channel: ControllerChannel;
  readonly metadata: MetadataFollower;
  readonly groups: GroupCoordinator;
  readonly producerIds: ProducerIds;
  readonly counter: RequestCounter;

  constructor(parts: BrokerStateParts) {
    this.environment = parts.environment;
    this.brokerId = parts.brokerId;
    this.clusterId = parts.clusterId;
    this.config = parts.config;
    this.groupConfig = parts.groupConfig;
    this.image = parts.image;
    this.replicas = parts.replicas;
    this.wheel = parts.wheel;
    this.channel = parts.channel;
    this.metadata = parts.metadata;
    this.groups = parts.groups;
    this.producerIds = parts.producerIds;
    this.counter = parts.counter;
  }

  liveBrokers(): LiveBroker[] {
    return [...this.image.brokers.values()].filter((broker) => !broker.isFenced).toSorted((a, b) => a.brokerId - b.brokerId);
  }

  /** Why a partition is not on this broker: unknown, or led elsewhere. */
  missingPartitionError(target: { topic: string; topicId: Buffer | undefined; index: number }): number {
    const { topicId } = target;
    const topic = topicId !== undefined ? this.image.topicsById.get(topicId.toString('hex')) : this.image.topicsByName.get(target.topic);
    if (topic !== undefined && target.index >= 0 && target.index < topic.partitions.length) return errorCodes.NOT_LEADER_OR_FOLLOWER;
    return topicId !== undefined && topic === undefined ? errorCodes.UNKNOWN_TOPIC_ID : errorCodes.UNKNOWN_TOPIC_OR_PARTITION;
  }
}
