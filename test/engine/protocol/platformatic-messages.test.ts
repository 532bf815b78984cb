/** @platformatic/kafka as the referee of the flexible versions: it was written by hand from Kafka's protocol, and names fields as Kafka does. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Api } from '../../../engine/protocol/api.ts';
import { decodeRequestHeader, encodeRequest, encodeResponse } from '../../../engine/protocol/frame.ts';
import type { AnyField, Fields } from '../../../engine/protocol/schema.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { allApis, randomBody } from './random-bodies.ts';

const seed = Date.now() % 1_000_000_000;
const dist = new URL('./', pathToFileURL(createRequire(import.meta.url).resolve('@platformatic/kafka')));

interface TheirApi {
  createRequest(...values: unknown[]): { buffer: Buffer };
  parseResponse(correlationId: number, apiKey: number, apiVersion: number, reader: object): unknown;
}

const { Reader } = (await import(new URL('protocol/reader.js', dist).href)) as { Reader: { from(buffer: Buffer): object } };

/**
 * Folder, API, versions, and what their request takes, in order (none: it takes other things than Kafka's fields).
 * Not OffsetForLeaderEpoch: they read the partition before the error code, Kafka writes it behind.
 */
const referees: [folder: string, name: string, versions: number[], request: string][] = [
  ['producer', 'InitProducerId', [3, 4, 5], 'transactionalId transactionTimeoutMs producerId producerEpoch'],
  ['producer', 'Produce', [9, 10, 11], ''],
  ['consumer', 'Fetch', [12, 13, 14, 15, 16, 17], ''],
  ['consumer', 'ListOffsets', [6, 7, 8, 9], 'replicaId isolationLevel topics'],
  ['consumer', 'JoinGroup', [8, 9], 'groupId sessionTimeoutMs rebalanceTimeoutMs memberId groupInstanceId protocolType protocols reason'],
  ['consumer', 'JoinGroup', [6, 7], 'groupId sessionTimeoutMs rebalanceTimeoutMs memberId groupInstanceId protocolType protocols'],
  ['consumer', 'SyncGroup', [4, 5], 'groupId generationId memberId groupInstanceId protocolType protocolName assignments'],
  ['consumer', 'Heartbeat', [4], 'groupId generationId memberId groupInstanceId'],
  ['consumer', 'LeaveGroup', [4, 5], 'groupId members'],
  ['consumer', 'OffsetCommit', [8, 9], 'groupId generationIdOrMemberEpoch memberId groupInstanceId topics'],
  ['consumer', 'OffsetFetch', [8, 9], 'groups requireStable'],
  ['metadata', 'ApiVersions', [3, 4], 'clientSoftwareName clientSoftwareVersion'],
  ['metadata', 'FindCoordinator', [4, 5, 6], 'keyType coordinatorKeys'],
  ['metadata', 'Metadata', [9, 10, 11, 12], ''],
  ['admin', 'CreateTopics', [7], 'topics timeoutMs validateOnly'],
  ['admin', 'DeleteTopics', [6], 'topics timeoutMs'],
  ['admin', 'CreatePartitions', [2, 3], 'topics timeoutMs validateOnly'],
  ['admin', 'DescribeConfigs', [4], 'resources includeSynonyms includeDocumentation'],
  ['admin', 'IncrementalAlterConfigs', [1], 'resources validateOnly'],
  ['admin', 'DescribeCluster', [0], 'includeClusterAuthorizedOperations'],
  ['admin', 'DescribeCluster', [1], 'includeClusterAuthorizedOperations endpointType'],
  ['admin', 'DeleteRecords', [2], 'topics timeoutMs'],
  ['admin', 'DescribeGroups', [5], 'groups includeAuthorizedOperations'],
  ['admin', 'ListGroups', [4], ''],
  ['admin', 'ListGroups', [5], 'statesFilter typesFilter'],
  ['admin', 'DeleteGroups', [2], 'groupsNames'],
];

const TOPIC_ID = '00112233-4455-4677-8899-aabbccddeeff';
const topicId = Buffer.from(TOPIC_ID.replaceAll('-', ''), 'hex');
const partition = { partition: 3, currentLeaderEpoch: 8, fetchOffset: 2 ** 40, lastFetchedEpoch: 7, partitionMaxBytes: 99 };
const theirPartition = { ...partition, fetchOffset: 2n ** 40n };

/** Their own order of values, or values that Kafka names otherwise. */
const ownRequests: { name: string; versions: number[]; ours: object; theirs: unknown[] }[] = [
  {
    name: 'Fetch', versions: [12], ours: { maxWaitMs: 500, minBytes: 1, maxBytes: 5, isolationLevel: 1, sessionId: 6, sessionEpoch: 2, topics: [{ topic: 't', partitions: [partition] }], rackId: 'r' },
    theirs: [500, 1, 5, 1, 6, 2, [{ topicId: 't', partitions: [theirPartition] }], [], 'r'],
  },
  {
    name: 'Fetch', versions: [13, 14, 15, 16, 17], ours: { maxWaitMs: 500, minBytes: 1, maxBytes: 5, isolationLevel: 1, sessionId: 6, sessionEpoch: 2, topics: [{ topicId, partitions: [partition, partition] }], forgottenTopicsData: [{ topicId, partitions: [4, 5] }], rackId: 'r' },
    theirs: [500, 1, 5, 1, 6, 2, [{ topicId: TOPIC_ID, partitions: [theirPartition, theirPartition] }], [{ topic: TOPIC_ID, partitions: [4, 5] }], 'r'],
  },
  // Not 11: they still write what Kafka dropped with it, include_cluster_authorized_operations.
  { name: 'Metadata', versions: [9, 10, 12], ours: { topics: [{ name: 'a' }, { name: 'b' }], allowAutoTopicCreation: false, includeTopicAuthorizedOperations: true }, theirs: [['a', 'b'], false, true] },
  { name: 'Metadata', versions: [9, 10, 12], ours: { topics: null, allowAutoTopicCreation: true }, theirs: [null, true, false] },
];

const cases = referees.flatMap(([folder, name, versions, request]) => {
  const api = allApis.find((each) => each.name === name) as Api;
  const path = `apis/${folder}/${name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}`;
  return versions.map((version) => ({ name, version, api, request, load: async () => (await import(new URL(`${path}-v${version}.js`, dist).href)) as TheirApi }));
});

describe(`@platformatic/kafka (seed ${seed})`, () => {
  it.each(cases)('reads our response of $name $version', async ({ name, version, api, load }) => {
    const { parseResponse } = await load();
    const random = new SeededRandom(seed + version);
    for (let run = 0; run < 20; run++) {
      const { input } = randomBody(withoutTags(api.response), { version, isFlexible: true }, random, 1);
      const body = withKnownErrors(plain(input, ['records']), random) as object;
      const frame = Buffer.concat(encodeResponse(api, version, 1, body)).subarray(name === 'ApiVersions' ? 8 : 9);
      expectSame(parsed(() => parseResponse(1, api.key, version, Reader.from(frame))), body, name);
    }
  });

  it.each(cases.filter(({ request }) => request !== ''))('writes our request of $name $version', async ({ version, api, request, load }) => {
    const { createRequest } = await load();
    const random = new SeededRandom(seed + version);
    for (let run = 0; run < 20; run++) {
      const { input } = randomBody(withoutTags(api.request), { version, isFlexible: true }, random, 1);
      const frame = Buffer.concat(encodeRequest(api, version, { correlationId: 1, clientId: null }, input)).subarray(4);
      const values = request.split(' ').map((field) => asTheirs(api.request[field] as AnyField, input[field]));
      expect(frame.toString('hex', decodeRequestHeader(frame).bodyStart)).toBe(createRequest(...values).buffer.toString('hex'));
    }
  });

  it.each(ownRequests.flatMap((each) => each.versions.map((version) => ({ ...each, version }))))('writes our request of $name $version, in its own order', async ({ name, version, ours, theirs }) => {
    const { api, load } = cases.find((each) => each.name === name && each.version === version) as (typeof cases)[number];
    const { createRequest } = await load();
    const frame = Buffer.concat(encodeRequest(api, version, { correlationId: 1, clientId: null }, ours)).subarray(4);
    expect(frame.toString('hex', decodeRequestHeader(frame).bodyStart)).toBe(createRequest(...theirs).buffer.toString('hex'));
  });
});

/** They look codes up in their table, and have none for what no broker sends. */
function withKnownErrors(value: unknown, random: SeededRandom): unknown {
  if (Array.isArray(value)) return value.map((each) => withKnownErrors(each, random));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, /errorCode$/i.test(name) ? random.pick([0, 3, 41, 100]) : withKnownErrors(each, random)]));
}

/** They read the size of tagged fields wrongly and write none. */
function withoutTags(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(([, field]) => field.options.tag === undefined);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutTagsIn(field)]));
}

function withoutTagsIn(field: AnyField): AnyField {
  if (field.fields !== undefined) return { ...field, fields: withoutTags(field.fields) };
  return field.element === undefined ? field : { ...field, element: withoutTagsIn(field.element) };
}

function plain(value: unknown, dropped: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, dropped));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !dropped.includes(name)).map(([name, each]) => [name, plain(each, dropped)]));
}

/** Errors in a response are thrown by them, with what they read. */
function parsed(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    const { response } = error as { response?: unknown };
    if (response === undefined) throw error;
    return response;
  }
}

/** What they named as we do must be equal; null, empty and missing are one to them. */
function expectSame(theirs: unknown, ours: unknown, place: string): void {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    expect([place, theirs.length]).toEqual([place, ours.length]);
    ours.forEach((each, at) => expectSame(theirs[at], each, `${place}[${at}]`));
  } else if (isRecord(ours) && isRecord(theirs)) {
    const shared = Object.keys(theirs).filter((name) => name in ours);
    expect([place, shared.length > 0]).toEqual([place, true]);
    for (const name of shared) expectSame(theirs[name], ours[name], `${place}.${name}`);
  } else {
    expect([place, scalar(theirs)]).toEqual([place, scalar(ours)]);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function scalar(value: unknown): unknown {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return 'nothing';
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex') || 'nothing';
  return typeof value === 'string' ? value.replace(/^(.{8})-(.{4})-(.{4})-(.{4})-(.{12})$/, '$1$2$3$4$5') : value;
}

function asTheirs(field: AnyField, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (field.type === 'int64') return BigInt(value as number);
  if (field.type === 'uuid') return (value as Buffer).toString('hex');
  if (field.type === 'array') return (value as unknown[]).map((each) => asTheirs(field.element as AnyField, each));
  if (field.type !== 'struct') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asTheirs((field.fields as Fields)[name] as AnyField, each)]));
}
