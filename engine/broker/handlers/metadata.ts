/** Metadata and DescribeCluster: from this broker's image; an unknown topic is created when the client and the broker allow it. */
import type { RequestOf, ResponseInput } from '../../protocol/api.ts';
import { CreateTopics, DescribeCluster, Metadata } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { TopicImage } from '../../controller/metadata-image.ts';
import { route, type Route } from '../../server/request-server.ts';
import type { BrokerState } from '../broker-state.ts';
import { OFFSETS_TOPIC } from '../offsets-topic.ts';

type TopicAnswer = NonNullable<ResponseInput<typeof Metadata>['topics']>[number];

export function metadataRoutes(state: BrokerState): Route[] {
  return [
    route(Metadata, (body, context, respond) => {
      const topics = wantedTopics(state, body, context.apiVersion);
      respond({
        brokers: state.liveBrokers().map((broker) => ({ nodeId: broker.brokerId, ...broker.endpoint, rack: broker.rack })),
        clusterId: state.clusterId,
        controllerId: state.brokerId,
        topics,
      });
    }),
    route(DescribeCluster, (_body, _context, respond) =>
      respond({
        clusterId: state.clusterId,
        controllerId: state.brokerId,
        brokers: state.liveBrokers().map((broker) => ({ brokerId: broker.brokerId, ...broker.endpoint, rack: broker.rack })),
        clusterAuthorizedOperations: -2_147_483_648,
      }),
    ),
  ];
}

function wantedTopics(state: BrokerState, body: RequestOf<typeof Metadata>, version: number): TopicAnswer[] {
  const wantsAll = body.topics === null || (version === 0 && body.topics.length === 0);
  if (wantsAll) return [...state.image.topicsByName.values()].map((topic) => describe(state, topic));
  return (body.topics ?? []).map((wanted) => {
    const topicId = wanted.topicId.toString('hex');
    const isById = wanted.name === null || wanted.name === '';
    const topic = isById ? state.image.topicsById.get(topicId) : state.image.topicsByName.get(wanted.name ?? '');
    if (topic !== undefined) return describe(state, topic);
    if (isById) return { errorCode: errorCodes.UNKNOWN_TOPIC_ID, name: null, topicId: wanted.topicId, partitions: [] };
    const name = wanted.name ?? '';
    const mayCreate = body.allowAutoTopicCreation || version < 4;
    if (mayCreate && state.config['auto.create.topics.enable'] && name !== OFFSETS_TOPIC) createInBackground(state, name);
    return { errorCode: /^[a-zA-Z0-9._-]{1,249}$/.test(name) ? errorCodes.UNKNOWN_TOPIC_OR_PARTITION : errorCodes.INVALID_TOPIC_EXCEPTION, name, partitions: [] };
  });
}

/** Clients ask again until the topic is there. */
function createInBackground(state: BrokerState, name: string): void {
  const topics = [{ name, numPartitions: -1, replicationFactor: -1 }];
  state.channel.request(CreateTopics, { topics, timeoutMs: 10_000 }).catch((error: unknown) => {
    state.environment.log(`auto-creating topic ${name} failed: ${String(error)}`);
  });
}

function describe(state: BrokerState, topic: TopicImage): TopicAnswer {
  return {
    errorCode: errorCodes.NONE,
    name: topic.name,
    topicId: Buffer.from(topic.topicId, 'hex'),
    isInternal: topic.name === OFFSETS_TOPIC,
    partitions: topic.partitions.map((partition) => {
      const isLed = partition.leader >= 0 && state.image.isAlive(partition.leader);
      return {
        errorCode: isLed ? errorCodes.NONE : errorCodes.LEADER_NOT_AVAILABLE,
        partitionIndex: partition.partition,
        leaderId: isLed ? partition.leader : -1,
        leaderEpoch: partition.leaderEpoch,
        replicaNodes: partition.replicas,
        isrNodes: partition.isr,
        offlineReplicas: partition.replicas.filter((id) => !state.image.isAlive(id)),
      };
    }),
    topicAuthorizedOperations: -2_147_483_648,
  };
}
