/** kafkajs as the referee of the old versions: the bytes of its requests, and what it reads in our responses. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Api } from '../../../engine/protocol/api.ts';
import { decodeRequestBody, decodeRequestHeader, encodeRequest, encodeResponse } from '../../../engine/protocol/frame.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { allApis } from './random-bodies.ts';

interface Encoder {
  readonly buffer: Buffer;
}

const load = createRequire(import.meta.url);
const frameOf = load('kafkajs/src/protocol/request.js') as (options: object) => Promise<Encoder>;

interface Exchange {
  readonly name: string;
  /** kafkajs' folder. */
  readonly folder: string;
  readonly versions: readonly number[];
  readonly theirs: unknown;
  readonly ours: object;
}

const metadata = Buffer.from('metadata');
const group = { groupId: 'g', generationId: 3, memberId: 'member-1' };

const requests: Exchange[] = [
  { name: 'ApiVersions', folder: 'apiVersions', versions: [0, 1, 2], theirs: {}, ours: {} },
  { name: 'Metadata', folder: 'metadata', versions: [0, 1, 2, 3, 4, 5, 6], theirs: { topics: ['a', 'größe'], allowAutoTopicCreation: false }, ours: { topics: [{ name: 'a' }, { name: 'größe' }], allowAutoTopicCreation: false } },
  { name: 'Metadata', folder: 'metadata', versions: [1, 4], theirs: { topics: [] }, ours: { topics: null } },
  {
    name: 'Fetch', folder: 'fetch', versions: [4, 5, 6, 7, 8, 9, 10, 11],
    theirs: { replicaId: -1, maxWaitTime: 500, minBytes: 1, maxBytes: 10_000, isolationLevel: 1, rackId: 'r1', topics: [{ topic: 't', partitions: [{ partition: 2, currentLeaderEpoch: -1, fetchOffset: 2 ** 40, maxBytes: 7 }, { partition: 3, fetchOffset: 0, maxBytes: 8 }] }] },
    ours: { maxWaitMs: 500, minBytes: 1, maxBytes: 10_000, isolationLevel: 1, rackId: 'r1', topics: [{ topic: 't', partitions: [{ partition: 2, fetchOffset: 2 ** 40, partitionMaxBytes: 7 }, { partition: 3, fetchOffset: 0, partitionMaxBytes: 8 }] }] },
  },
  {
    name: 'ListOffsets', folder: 'listOffsets', versions: [1, 2, 3],
    theirs: { replicaId: -1, isolationLevel: 1, topics: [{ topic: 't', partitions: [{ partition: 0, timestamp: -1 }, { partition: 1, timestamp: 1_700_000_000_000 }] }] },
    ours: { replicaId: -1, isolationLevel: 1, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1 }, { partitionIndex: 1, timestamp: 1_700_000_000_000 }] }] },
  },
  {
    name: 'OffsetCommit', folder: 'offsetCommit', versions: [2, 3, 4, 5],
    theirs: { groupId: 'g', groupGenerationId: 3, memberId: 'member-1', retentionTime: 99, topics: [{ topic: 't', partitions: [{ partition: 0, offset: 12, metadata: 'm' }, { partition: 1, offset: 13 }] }] },
    ours: { groupId: 'g', generationIdOrMemberEpoch: 3, memberId: 'member-1', retentionTimeMs: 99, topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 12, committedMetadata: 'm' }, { partitionIndex: 1, committedOffset: 13, committedMetadata: null }] }] },
  },
  { name: 'OffsetFetch', folder: 'offsetFetch', versions: [1, 2, 3, 4], theirs: { groupId: 'g', topics: [{ topic: 't', partitions: [{ partition: 4 }, { partition: 5 }] }] }, ours: { groupId: 'g', topics: [{ name: 't', partitionIndexes: [4, 5] }] } },
  { name: 'OffsetFetch', folder: 'offsetFetch', versions: [3, 4], theirs: { groupId: 'g', topics: [] }, ours: { groupId: 'g', topics: null } },
  { name: 'FindCoordinator', folder: 'findCoordinator', versions: [0, 1, 2], theirs: { groupId: 'g', coordinatorKey: 'g', coordinatorType: 1 }, ours: { key: 'g', keyType: 1 } },
  {
    name: 'JoinGroup', folder: 'joinGroup', versions: [0, 1, 2, 3, 4, 5],
    theirs: { groupId: 'g', sessionTimeout: 1000, rebalanceTimeout: 2000, memberId: 'member-1', groupInstanceId: 'static', protocolType: 'consumer', groupProtocols: [{ name: 'range', metadata }] },
    ours: { groupId: 'g', sessionTimeoutMs: 1000, rebalanceTimeoutMs: 2000, memberId: 'member-1', groupInstanceId: 'static', protocolType: 'consumer', protocols: [{ name: 'range', metadata }] },
  },
  { name: 'SyncGroup', folder: 'syncGroup', versions: [0, 1, 2, 3], theirs: { ...group, groupAssignment: [{ memberId: 'member-1', memberAssignment: metadata }] }, ours: { ...group, assignments: [{ memberId: 'member-1', assignment: metadata }] } },
  { name: 'Heartbeat', folder: 'heartbeat', versions: [0, 1, 2, 3], theirs: { ...group, groupGenerationId: 3, groupInstanceId: null }, ours: group },
  { name: 'LeaveGroup', folder: 'leaveGroup', versions: [0, 1, 2], theirs: group, ours: { groupId: 'g', memberId: 'member-1' } },
  { name: 'LeaveGroup', folder: 'leaveGroup', versions: [3], theirs: { groupId: 'g', members: [{ memberId: 'a', groupInstanceId: 's' }, { memberId: 'b' }] }, ours: { groupId: 'g', members: [{ memberId: 'a', groupInstanceId: 's' }, { memberId: 'b' }] } },
  { name: 'ListGroups', folder: 'listGroups', versions: [0, 1, 2], theirs: {}, ours: {} },
  { name: 'DescribeGroups', folder: 'describeGroups', versions: [0, 1, 2], theirs: { groupIds: ['a', 'b'] }, ours: { groups: ['a', 'b'] } },
  { name: 'DeleteGroups', folder: 'deleteGroups', versions: [0, 1], theirs: ['a', 'b'], ours: { groupsNames: ['a', 'b'] } },
  {
    name: 'CreateTopics', folder: 'createTopics', versions: [0, 1, 2, 3],
    theirs: { topics: [{ topic: 't', numPartitions: 3, replicationFactor: 2, replicaAssignment: [{ partition: 0, replicas: [1, 2] }], configEntries: [{ name: 'retention.ms', value: '5' }] }], timeout: 9, validateOnly: true },
    ours: { topics: [{ name: 't', numPartitions: 3, replicationFactor: 2, assignments: [{ partitionIndex: 0, brokerIds: [1, 2] }], configs: [{ name: 'retention.ms', value: '5' }] }], timeoutMs: 9, validateOnly: true },
  },
  { name: 'DeleteTopics', folder: 'deleteTopics', versions: [0, 1], theirs: { topics: ['a', 'b'], timeout: 9 }, ours: { topicNames: ['a', 'b'], timeoutMs: 9 } },
  { name: 'CreatePartitions', folder: 'createPartitions', versions: [0, 1], theirs: { topicPartitions: [{ topic: 't', count: 5, assignments: [[1, 2]] }, { topic: 'u', count: 2 }], timeout: 9, validateOnly: true }, ours: { topics: [{ name: 't', count: 5, assignments: [{ brokerIds: [1, 2] }] }, { name: 'u', count: 2, assignments: null }], timeoutMs: 9, validateOnly: true } },
  { name: 'DescribeConfigs', folder: 'describeConfigs', versions: [0, 1, 2], theirs: { resources: [{ type: 2, name: 't', configNames: ['a'] }, { type: 4, name: '1' }], includeSynonyms: true }, ours: { resources: [{ resourceType: 2, resourceName: 't', configurationKeys: ['a'] }, { resourceType: 4, resourceName: '1', configurationKeys: null }], includeSynonyms: true } },
  { name: 'DeleteRecords', folder: 'deleteRecords', versions: [0, 1], theirs: { topics: [{ topic: 't', partitions: [{ partition: 1, offset: '77' }] }], timeout: 9 }, ours: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, offset: 77 }] }], timeoutMs: 9 } },
  { name: 'InitProducerId', folder: 'initProducerId', versions: [0, 1], theirs: { transactionalId: null, transactionTimeout: 9 }, ours: { transactionalId: null, transactionTimeoutMs: 9 } },
];

const batch = buildBatch([{ key: Buffer.from('k'), value: Buffer.from('v'), timestampMs: 5 }, { key: null, value: Buffer.from('w'), timestampMs: 6 }], { baseOffset: 41 });
const partition = { partitionIndex: 1, leaderId: 2, replicaNodes: [2, 3], isrNodes: [3], offlineReplicas: [9] };

const responses: Exchange[] = [
  { name: 'ApiVersions', folder: 'apiVersions', versions: [0, 1, 2], theirs: { errorCode: 0, apiVersions: [{ apiKey: 3, minVersion: 0, maxVersion: 12 }] }, ours: { apiKeys: [{ apiKey: 3, minVersion: 0, maxVersion: 12 }] } },
  {
    name: 'Metadata', folder: 'metadata', versions: [1, 2, 3, 4, 5, 6],
    theirs: { brokers: [{ nodeId: 2, host: 'h', port: 9092, rack: null }], controllerId: 2, topicMetadata: [{ topicErrorCode: 0, topic: 't', isInternal: true, partitionMetadata: [{ partitionErrorCode: 0, partitionId: 1, leader: 2, replicas: [2, 3], isr: [3] }] }] },
    ours: { throttleTimeMs: 1, clusterId: 'c', brokers: [{ nodeId: 2, host: 'h', port: 9092 }], controllerId: 2, topics: [{ name: 't', isInternal: true, partitions: [partition] }] },
  },
  {
    name: 'Fetch', folder: 'fetch', versions: [4, 5, 7, 8, 9, 10, 11],
    theirs: { responses: [{ topicName: 't', partitions: [{ partition: 6, errorCode: 0, highWatermark: '43', lastStableOffset: '42', abortedTransactions: [{ producerId: '5', firstOffset: '6' }], messages: [{ offset: '41', timestamp: '5', key: Buffer.from('k'), value: Buffer.from('v') }, { offset: '42', timestamp: '6', key: null, value: Buffer.from('w') }] }] }] },
    ours: { throttleTimeMs: 4, responses: [{ topic: 't', partitions: [{ partitionIndex: 6, highWatermark: 43, lastStableOffset: 42, abortedTransactions: [{ producerId: 5, firstOffset: 6 }], records: batch }] }] },
  },
  {
    name: 'Produce', folder: 'produce', versions: [3, 4, 5, 6, 7],
    theirs: { topics: [{ topicName: 't', partitions: [{ partition: 4, errorCode: 0, baseOffset: `${2 ** 45}`, logAppendTime: '-1' }] }] },
    ours: { throttleTimeMs: 1, responses: [{ name: 't', partitionResponses: [{ index: 4, baseOffset: 2 ** 45 }] }] },
  },
  { name: 'ListOffsets', folder: 'listOffsets', versions: [1, 2, 3], theirs: { responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 0, timestamp: '8', offset: '9' }] }] }, ours: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, timestamp: 8, offset: 9 }] }] } },
  { name: 'OffsetFetch', folder: 'offsetFetch', versions: [1, 2, 3, 4], theirs: { responses: [{ topic: 't', partitions: [{ partition: 1, offset: '9', metadata: 'm', errorCode: 0 }] }] }, ours: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, committedOffset: 9, metadata: 'm' }] }] } },
  { name: 'OffsetCommit', folder: 'offsetCommit', versions: [2, 3, 4, 5], theirs: { responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 22 }] }] }, ours: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, errorCode: 22 }] }] } },
  { name: 'FindCoordinator', folder: 'findCoordinator', versions: [0, 1, 2], theirs: { errorCode: 0, coordinator: { nodeId: 1, host: 'h', port: 9093 } }, ours: { nodeId: 1, host: 'h', port: 9093, errorMessage: null } },
  { name: 'JoinGroup', folder: 'joinGroup', versions: [0, 1, 2, 3, 4, 5], theirs: { errorCode: 0, generationId: 4, groupProtocol: 'range', leaderId: 'l', memberId: 'm', members: [{ memberId: 'm', memberMetadata: metadata }] }, ours: { generationId: 4, protocolName: 'range', leader: 'l', memberId: 'm', members: [{ memberId: 'm', metadata }] } },
  { name: 'SyncGroup', folder: 'syncGroup', versions: [0, 1, 2, 3], theirs: { errorCode: 0, memberAssignment: metadata }, ours: { assignment: metadata } },
  { name: 'LeaveGroup', folder: 'leaveGroup', versions: [3], theirs: { errorCode: 0, members: [{ memberId: 'm', groupInstanceId: null, errorCode: 25 }] }, ours: { members: [{ memberId: 'm', groupInstanceId: null, errorCode: 25 }] } },
  { name: 'CreateTopics', folder: 'createTopics', versions: [0, 1, 2, 3], theirs: { topicErrors: [{ topic: 't', errorCode: 36 }] }, ours: { topics: [{ name: 't', errorCode: 36, errorMessage: 'exists' }] } },
  { name: 'InitProducerId', folder: 'initProducerId', versions: [0, 1], theirs: { errorCode: 0, producerId: `${2 ** 40}`, producerEpoch: 7 }, ours: { producerId: 2 ** 40, producerEpoch: 7 } },
];

const split = (exchanges: Exchange[]) => exchanges.flatMap((exchange) => exchange.versions.map((version) => ({ ...exchange, version, api: allApis.find((api) => api.name === exchange.name) as Api })));

describe('requests', () => {
  it.each(split(requests))('$name $version is byte for byte the one of kafkajs', async ({ api, folder, version, theirs, ours }) => {
    const create = load(`kafkajs/src/protocol/requests/${folder}/v${version}/request.js`) as (options: unknown) => object;
    const expected = await frameOf({ correlationId: 12, clientId: 'client', request: create(theirs) });
    const frame = Buffer.concat(encodeRequest(api, version, { correlationId: 12, clientId: 'client' }, ours));
    expect(frame.toString('hex')).toBe(expected.buffer.toString('hex'));
  });

  it.each([3, 4, 5, 6, 7])('Produce %i of kafkajs is read', async (version) => {
    const create = load(`kafkajs/src/protocol/requests/produce/v${version}/request.js`) as (options: object) => object;
    const messages = [{ key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 5 }];
    const request = create({ acks: -1, timeout: 9, topicData: [{ topic: 't', partitions: [{ partition: 3, firstSequence: 0, messages }] }] });
    const frame = (await frameOf({ correlationId: 12, clientId: 'client', request })).buffer.subarray(4);
    const produce = allApis.find((api) => api.name === 'Produce') as Api;
    const { bodyStart, ...header } = decodeRequestHeader(frame);
    expect(header).toEqual({ apiKey: 0, apiVersion: version, correlationId: 12, clientId: 'client' });
    const body = decodeRequestBody(produce, version, frame, bodyStart);
    expect(body).toMatchObject({ transactionalId: null, acks: -1, timeoutMs: 9, topicData: [{ name: 't', partitionData: [{ index: 3 }] }] });
  });
});

describe('responses', () => {
  it.each(split(responses))('$name $version is read by kafkajs', async ({ api, folder, version, theirs, ours }) => {
    const { decode } = load(`kafkajs/src/protocol/requests/${folder}/v${version}/response.js`) as { decode(bytes: Buffer): Promise<object> };
    const frame = Buffer.concat(encodeResponse(api, version, 12, ours));
    expect(await decode(frame.subarray(8))).toMatchObject(theirs as object);
  });
});
