/** All APIs that headroom speaks, by name and by key. */
import type { Api } from './api.ts';
import { Produce } from './apis/data/produce.ts';
import { DescribeProducers } from './apis/data/describe-producers.ts';
import { Fetch } from './apis/data/fetch.ts';
import { ListOffsets } from './apis/data/list-offsets.ts';
import { OffsetForLeaderEpoch } from './apis/data/offset-for-leader-epoch.ts';
import { InitProducerId } from './apis/data/init-producer-id.ts';
import { DeleteRecords } from './apis/data/delete-records.ts';
import { FindCoordinator } from './apis/group/find-coordinator.ts';
import { JoinGroup } from './apis/group/join-group.ts';
import { SyncGroup } from './apis/group/sync-group.ts';
import { Heartbeat } from './apis/group/heartbeat.ts';
import { LeaveGroup } from './apis/group/leave-group.ts';
import { OffsetCommit } from './apis/group/offset-commit.ts';
import { OffsetFetch } from './apis/group/offset-fetch.ts';
import { DescribeGroups } from './apis/group/describe-groups.ts';
import { ListGroups } from './apis/group/list-groups.ts';
import { DeleteGroups } from './apis/group/delete-groups.ts';
import { OffsetDelete } from './apis/group/offset-delete.ts';
import { Metadata } from './apis/admin/metadata.ts';
import { ApiVersions } from './apis/admin/api-versions.ts';
import { SaslHandshake } from './apis/admin/sasl-handshake.ts';
import { SaslAuthenticate } from './apis/admin/sasl-authenticate.ts';
import { CreateTopics } from './apis/admin/create-topics.ts';
import { DeleteTopics } from './apis/admin/delete-topics.ts';
import { CreatePartitions } from './apis/admin/create-partitions.ts';
import { DescribeConfigs } from './apis/admin/describe-configs.ts';
import { IncrementalAlterConfigs } from './apis/admin/incremental-alter-configs.ts';
import { DescribeCluster } from './apis/admin/describe-cluster.ts';
import { BrokerRegistration } from './apis/controller/broker-registration.ts';
import { BrokerHeartbeat } from './apis/controller/broker-heartbeat.ts';
import { AlterPartition } from './apis/controller/alter-partition.ts';
import { AllocateProducerIds } from './apis/controller/allocate-producer-ids.ts';

export {
  Produce,
  Fetch,
  ListOffsets,
  OffsetForLeaderEpoch,
  InitProducerId,
  DeleteRecords,
  DescribeProducers,
  FindCoordinator,
  JoinGroup,
  SyncGroup,
  Heartbeat,
  LeaveGroup,
  OffsetCommit,
  OffsetFetch,
  DescribeGroups,
  ListGroups,
  DeleteGroups,
  OffsetDelete,
  Metadata,
  ApiVersions,
  SaslHandshake,
  SaslAuthenticate,
  CreateTopics,
  DeleteTopics,
  CreatePartitions,
  DescribeConfigs,
  IncrementalAlterConfigs,
  DescribeCluster,
  BrokerRegistration,
  BrokerHeartbeat,
  AlterPartition,
  AllocateProducerIds,
};

const all: readonly Api[] = [
  Produce,
  Fetch,
  ListOffsets,
  OffsetForLeaderEpoch,
  InitProducerId,
  DeleteRecords,
  DescribeProducers,
  FindCoordinator,
  JoinGroup,
  SyncGroup,
  Heartbeat,
  LeaveGroup,
  OffsetCommit,
  OffsetFetch,
  DescribeGroups,
  ListGroups,
  DeleteGroups,
  OffsetDelete,
  Metadata,
  ApiVersions,
  SaslHandshake,
  SaslAuthenticate,
  CreateTopics,
  DeleteTopics,
  CreatePartitions,
  DescribeConfigs,
  IncrementalAlterConfigs,
  DescribeCluster,
  BrokerRegistration,
  BrokerHeartbeat,
  AlterPartition,
  AllocateProducerIds,
];
const byKey = new Map(all.map((each) => [each.key, each]));

/** Undefined for a key that headroom does not know. */
export function apiByKey(key: number): Api | undefined {
  return byKey.get(key);
}
