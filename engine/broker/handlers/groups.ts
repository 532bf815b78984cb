/** Consumer groups: the coordinator is the leader of the group's partition of `__consumer_offsets`, made on first use. */
import { offsetsPartitionFor } from '../../coordinator/offsets-storage.ts';
import {
  CreateTopics,
  DeleteGroups,
  DescribeGroups,
  FindCoordinator,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListGroups,
  OffsetCommit,
  OffsetDelete,
  OffsetFetch,
  SyncGroup,
} from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import { route, type Route } from '../../server/request-server.ts';
import type { BrokerState } from '../broker-state.ts';
import { OFFSETS_TOPIC } from '../offsets-topic.ts';

const GROUP_KEY = 0;

interface Found {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

export function groupRoutes(state: BrokerState): Route[] {
  const { groups } = state;
  return [
    route(FindCoordinator, (body, context, respond) => {
      const find = (key: string): Found => (body.keyType === GROUP_KEY ? findGroup(state, key) : notFound(errorCodes.INVALID_REQUEST, 'Only group coordinators are supported.'));
      if (context.apiVersion >= 4) respond({ coordinators: body.coordinatorKeys.map((key) => ({ key, ...find(key) })) });
      else respond(find(body.key));
    }),
    route(JoinGroup, (body, context, respond) => groups.joinGroup(body, context, respond)),
    route(SyncGroup, (body, context, respond) => groups.syncGroup(body, context, respond)),
    route(Heartbeat, (body, context, respond) => groups.heartbeat(body, context, respond)),
    route(LeaveGroup, (body, context, respond) => groups.leaveGroup(body, context, respond)),
    route(OffsetCommit, (body, context, respond) => groups.offsetCommit(body, context, respond)),
    route(OffsetFetch, (body, context, respond) => groups.offsetFetch(body, context, respond)),
    route(DescribeGroups, (body, context, respond) => groups.describeGroups(body, context, respond)),
    route(ListGroups, (body, context, respond) => groups.listGroups(body, context, respond)),
    route(DeleteGroups, (body, context, respond) => groups.deleteGroups(body, context, respond)),
    route(OffsetDelete, (body, context, respond) => groups.offsetDelete(body, context, respond)),
  ];
}

function findGroup(state: BrokerState, groupId: string): Found {
  const topic = state.image.topicsByName.get(OFFSETS_TOPIC);
  if (topic === undefined) {
    createOffsetsTopic(state);
    return notFound(errorCodes.COORDINATOR_NOT_AVAILABLE, `${OFFSETS_TOPIC} is being created.`);
  }
  const leader = topic.partitions[offsetsPartitionFor(groupId, topic.partitions.length)]?.leader ?? -1;
  const broker = state.image.brokers.get(leader);
  if (broker === undefined || broker.isFenced) return notFound(errorCodes.COORDINATOR_NOT_AVAILABLE, 'The coordinator is being elected.');
  return { errorCode: errorCodes.NONE, errorMessage: null, nodeId: leader, ...broker.endpoint };
}

function notFound(errorCode: number, errorMessage: string): Found {
  return { errorCode, errorMessage, nodeId: -1, host: '', port: -1 };
}

function createOffsetsTopic(state: BrokerState): void {
  const live = state.liveBrokers().length;
  const topic = {
    name: OFFSETS_TOPIC,
    numPartitions: state.groupConfig.offsetsTopicNumPartitions,
    replicationFactor: Math.min(state.groupConfig.offsetsTopicReplicationFactor, live),
    configs: [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'segment.bytes', value: String(state.groupConfig.offsetsTopicSegmentBytes) },
    ],
  };
  state.channel.request(CreateTopics, { topics: [topic], timeoutMs: 10_000 }).catch((error: unknown) => {
    state.environment.log(`creating ${OFFSETS_TOPIC} failed: ${String(error)}`);
  });
}
