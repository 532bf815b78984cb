/**
 * The cluster's metadata as the records of `__cluster_metadata` build it up: brokers, topics, partitions, configurations.
 * Controller and brokers replay the same records through `apply`, so their images are equal at equal offsets.
 */
import { assert } from '../assert.ts';
import type { Endpoint } from '../environment.ts';
import { parseTopicConfig, type LogConfig } from '../log/log-config.ts';
import type { MetadataRecord } from '../protocol/metadata-records.ts';
import type { PartitionState } from '../replication/partition-state.ts';

export interface BrokerRegistration {
  readonly brokerId: number;
  /** Offset of the registration record. */
  readonly brokerEpoch: number;
  readonly incarnationId: string;
  readonly endpoint: Endpoint;
  readonly rack: string | null;
  readonly isFenced: boolean;
}

export interface TopicImage {
  readonly name: string;
  /** 32 hex digits. */
  readonly topicId: string;
  /** Index = partition. */
  readonly partitions: PartitionState[];
}

/** What a run of records changed. */
export interface MetadataDelta {
  readonly partitions: Set<PartitionState>;
  readonly removedTopics: TopicImage[];
  readonly configuredTopics: Set<string>;
  areBrokersChanged: boolean;
}

export function emptyDelta(): MetadataDelta {
  return { partitions: new Set(), removedTopics: [], configuredTopics: new Set(), areBrokersChanged: false };
}

export const RESOURCE_TOPIC = 2;
export const RESOURCE_BROKER = 4;
const NO_LEADER_CHANGE = -2;

export class MetadataImage {
  readonly brokers = new Map<number, BrokerRegistration>();
  readonly topicsByName = new Map<string, TopicImage>();
  readonly topicsById = new Map<string, TopicImage>();
  /** Topic name to its own (non-default) properties. */
  readonly topicProperties = new Map<string, Map<string, string>>();
  nextProducerId = 0;
  /** Offset behind the last applied record. */
  nextOffset = 0;
  /** Topic properties that the brokers set for all topics. */
  readonly defaults: Map<string, string>;
  readonly #configs = new Map<string, LogConfig>();

  /** `defaults`: topic properties that the brokers' configuration sets for all topics. */
  constructor(defaults: Map<string, string>) {
    this.defaults = defaults;
  }

  partition(topicId: string, index: number): PartitionState | undefined {
    return this.topicsById.get(topicId)?.partitions[index];
  }

  isAlive(brokerId: number): boolean {
    return this.brokers.get(brokerId)?.isFenced === false;
  }

  /** The configuration a topic has or would have: broker defaults overridden by its own properties. */
  configOf(topic: string): LogConfig {
    const known = this.#configs.get(topic);
    if (known !== undefined) return known;
    const config = parseTopicConfig(new Map([...this.defaults, ...(this.topicProperties.get(topic) ?? [])]));
    this.#configs.set(topic, config);
    return config;
  }

  apply(record: MetadataRecord, offset: number, delta: MetadataDelta): void {
    this.nextOffset = offset + 1;
    switch (record.kind) {
      case 'registerBroker': {
        const [endpoint] = record.endPoints;
        assert(endpoint !== undefined, 'a broker registers with an endpoint');
        this.brokers.set(record.brokerId, {
          brokerId: record.brokerId,
          brokerEpoch: offset,
          incarnationId: record.incarnationId.toString('hex'),
          endpoint: { host: endpoint.host, port: endpoint.port },
          rack: record.rack,
          isFenced: record.fenced,
        });
        delta.areBrokersChanged = true;
        return;
      }
      case 'unregisterBroker':
        this.brokers.delete(record.brokerId);
        delta.areBrokersChanged = true;
        return;
      case 'fenceBroker':
        this.#setFenced(record.id, true, delta);
        return;
      case 'unfenceBroker':
        this.#setFenced(record.id, false, delta);
        return;
      case 'topic': {
        const topic: TopicImage = { name: record.name, topicId: record.topicId.toString('hex'), partitions: [] };
        this.topicsByName.set(topic.name, topic);
        this.topicsById.set(topic.topicId, topic);
        return;
      }
      case 'partition': {
        const topic = this.topicsById.get(record.topicId.toString('hex'));
        assert(topic !== undefined, 'a partition record follows its topic record');
        this.#setPartition(topic, delta, {
          topic: topic.name,
          topicId: topic.topicId,
          partition: record.partitionId,
          replicas: record.replicas,
          isr: record.isr,
          leader: record.leader,
          leaderEpoch: record.leaderEpoch,
          partitionEpoch: record.partitionEpoch,
        });
        return;
      }
      case 'partitionChange': {
        const topic = this.topicsById.get(record.topicId.toString('hex'));
        const before = topic?.partitions[record.partitionId];
        assert(topic !== undefined && before !== undefined, 'a change follows its partition record');
        const isNewLeader = record.leader !== NO_LEADER_CHANGE;
        this.#setPartition(topic, delta, {
          ...before,
          replicas: record.replicas ?? before.replicas,
          isr: record.isr ?? before.isr,
          leader: isNewLeader ? record.leader : before.leader,
          leaderEpoch: before.leaderEpoch + (isNewLeader ? 1 : 0),
          partitionEpoch: before.partitionEpoch + 1,
        });
        return;
      }
      case 'removeTopic': {
        const topic = this.topicsById.get(record.topicId.toString('hex'));
        assert(topic !== undefined, 'only known topics are removed');
        this.topicsById.delete(topic.topicId);
        this.topicsByName.delete(topic.name);
        this.topicProperties.delete(topic.name);
        this.#configs.delete(topic.name);
        for (const state of topic.partitions) delta.partitions.delete(state);
        delta.removedTopics.push(topic);
        return;
      }
      case 'config': {
        if (record.resourceType !== RESOURCE_TOPIC) return;
        let properties = this.topicProperties.get(record.resourceName);
        if (properties === undefined) this.topicProperties.set(record.resourceName, (properties = new Map()));
        if (record.value === null) properties.delete(record.name);
        else properties.set(record.name, record.value);
        this.#configs.delete(record.resourceName);
        delta.configuredTopics.add(record.resourceName);
        return;
      }
      case 'producerIds':
        this.nextProducerId = record.nextProducerId;
        return;
      default:
        // Feature levels and no-ops carry nothing that this image keeps.
        return;
    }
  }

  #setFenced(brokerId: number, isFenced: boolean, delta: MetadataDelta): void {
    const broker = this.brokers.get(brokerId);
    assert(broker !== undefined, 'only registered brokers are fenced and unfenced');
    this.brokers.set(brokerId, { ...broker, isFenced });
    delta.areBrokersChanged = true;
  }

  #setPartition(topic: TopicImage, delta: MetadataDelta, state: PartitionState): void {
    const before = topic.partitions[state.partition];
    if (before !== undefined) delta.partitions.delete(before);
    topic.partitions[state.partition] = state;
    delta.partitions.add(state);
  }
}
