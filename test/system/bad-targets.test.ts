/** Targets that cannot be used: one error each, in words with a way out, within ten seconds, and nothing is left on the cluster or the disk. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBootstrap } from '../../bench/target/bootstrap.ts';
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { startCluster, type EmbeddedCluster } from '../../engine/cluster/embedded-cluster.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { ApiVersions, CreateTopics, DeleteTopics, FindCoordinator, Metadata, Produce } from '../../engine/protocol/apis.ts';
import { errorCodes } from '../../engine/protocol/errors.ts';
import { BlackHole, DeafServer } from './secured/black-holes.ts';
import { headroom, SHORT, type Ended } from './secured/command.ts';
import { Gateway, type GatewayOptions } from './secured/gateway.ts';

const LIMIT_MS = 10_000;
let directory: string;
let cluster: EmbeddedCluster;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-bad-targets-'));
  cluster = await startCluster({ brokerCount: 2, dataDirectory: join(directory, 'data'), isTemporary: true, properties: { 'group.initial.rebalance.delay.ms': '0' }, onLine: () => {} });
  await withAdmin((admin) => admin.createTopic({ name: 'orders', partitions: 2, replicationFactor: 2, configs: {} }));
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function withAdmin<Result>(use: (admin: Admin) => Promise<Result>): Promise<Result> {
  const client = new ClusterClient(createHostEnvironment(), { bootstrap: parseBootstrap(cluster.bootstrap), clientId: 'test' });
  try {
    return await use(new Admin(client));
  } finally {
    await client.close();
  }
}

function bench(bootstrap: string, words: readonly string[] = []): Promise<Ended> {
  return headroom(['bench', ...SHORT, '--replication-factor', '2', '--bootstrap', bootstrap, ...words], { cwd: directory });
}

/** Partitions that the brokers hold, beside those of the topic that was there before. */
function partitionsLeft(): string[] {
  const stored = readdirSync(join(directory, 'data'), { recursive: true }).map(String);
  return stored.filter((path) => /\/(?!orders-|__)[^/]*-\d+$/.test(path) && !path.includes('.'));
}

function expectRefused(ended: Ended, message: RegExp, code: number): void {
  expect(ended.stderr).toMatch(message);
  expect(ended.code).toBe(code);
  expect(ended.stderr.match(/^headroom: /gm)).toHaveLength(1);
  expect(ended.stderr).not.toMatch(/this is a bug|left behind|\n {4}at /);
  expect(ended.elapsedMs).toBeLessThan(LIMIT_MS);
  expect(partitionsLeft()).toEqual([]);
  expect(existsSync(join(directory, 'results'))).toBe(false);
}

describe('an address', () => {
  it('where nothing listens', async () => {
    const server = await DeafServer.open();
    const { address } = server;
    await server[Symbol.asyncDispose]();
    expectRefused(await bench(address), /no connection to 127\.0\.0\.1:\d+: refused, nothing listens there/, 3);
  });

  it('that no name server knows', async () => {
    expectRefused(await bench('nowhere.invalid:9092'), /nowhere\.invalid:9092: (there is no host of that name|the name cannot be looked up now)/, 3);
  });

  it('that swallows everything', async () => {
    await using hole = await BlackHole.open();
    expectRefused(await bench(hole.address), /127\.0\.0\.1:\d+.* within 4\.?\d* ?m?s/, 3);
  });

  it('that accepts and never answers', async () => {
    await using server = await DeafServer.open();
    expectRefused(await bench(server.address), /127\.0\.0\.1:\d+ did not answer/, 3);
  });

  it('that closes at once', async () => {
    await using server = await DeafServer.open((socket) => socket.destroy());
    expectRefused(await bench(server.address), /closed the connection.* before the first answer: it may be a listener with TLS/, 3);
  });

  it.each([['HTTP/1.1 400 Bad Request\r\n\r\n', /answers in HTTP: it is no Kafka broker/], ['\x15\x03\x03\x00\x02\x02\x28', /answers in TLS: set security\.protocol=SSL/], ['220 mail ESMTP\r\n', /sent something malformed/]])('that answers %j', async (words, message) => {
    await using server = await DeafServer.open((socket) => void socket.on('data', () => socket.write(Buffer.from(words, 'latin1'))));
    expectRefused(await bench(server.address), message, 3);
  });

  it('that is one of several, does not matter while another answers', async () => {
    await using server = await DeafServer.open();
    const ended = await bench(`127.0.0.1:1,${server.address},${cluster.bootstrap}`, ['--json']);
    expect(ended.code, ended.stderr).toBe(0);
    rmSync(join(directory, 'results'), { recursive: true });
  });

  it('that is no address', async () => {
    expectRefused(await bench('localhost'), /--bootstrap "localhost" is not host:port/, 2);
  });
});

describe('a cluster', () => {
  const gateway = (options: Omit<GatewayOptions, 'bootstrap'>): Promise<Gateway> => Gateway.open({ ...options, bootstrap: cluster.bootstrap });

  it('one of whose brokers cannot be reached at the address that it gives', async () => {
    await using way = await gateway({});
    const [first] = way.bootstrap.split(',') as [string];
    const second = [...way.portOf.keys()].at(-1) as number;
    way.portOf.set(second, 1);
    expectRefused(await bench(first), /names 2 brokers, and not all can be used: broker \d \(no connection to 127\.0\.0\.1:1: refused.*advertised\.listeners/, 3);
    await using server = await DeafServer.open();
    way.portOf.set(second, server.port);
    expectRefused(await bench(first), /not all can be used: broker \d \(.*did not answer/, 3);
  });

  it('with fewer brokers than replicas', async () => {
    expectRefused(await bench(cluster.bootstrap, ['--replication-factor', '3']), /cannot be made: INVALID_REPLICATION_FACTOR.*fewer brokers are up than the topic is to have replicas \(--replication-factor\)/, 3);
  });

  it('with a topic of that name', async () => {
    expectRefused(await bench(cluster.bootstrap, ['--topic', 'orders']), /topic orders exists already: choose another --topic, or write to this one with --use-existing/, 2);
    expectRefused(await bench(cluster.bootstrap, ['--topic', 'bills', '--use-existing']), /topic bills does not exist: leave out --use-existing/, 2);
    expectRefused(await bench(cluster.bootstrap, ['--topic', 'no/name']), /topic no\/name cannot .*INVALID_TOPIC_EXCEPTION/, 2);
    expect((await withAdmin((admin) => admin.describeTopic('orders')))?.partitions).toHaveLength(2);
  });

  it('one of whose partitions nobody leads', async () => {
    await using way = await gateway({
      change: (api, response: { topics?: { name: string; partitions: { partitionIndex: number; leaderId: number }[] }[] }) => {
        if (api === Metadata) for (const { partitions } of response.topics ?? []) for (const each of partitions) if (each.partitionIndex === 1) each.leaderId = -1;
        return response;
      },
    });
    expectRefused(await bench(way.bootstrap, ['--topic', 'orders', '--use-existing']), /topic orders is not ready: 1 of its 2 partitions has no leader \(1\)/, 3);
  });

  it.each<[string, number, RegExp]>([
    ['no right to make topics', errorCodes.TOPIC_AUTHORIZATION_FAILED, /cannot be made: TOPIC_AUTHORIZATION_FAILED.*the user needs Create, Delete, Describe, Read and Write.*--use-existing/],
    ['no right in the cluster', errorCodes.CLUSTER_AUTHORIZATION_FAILED, /cannot be made: CLUSTER_AUTHORIZATION_FAILED.*needs Create/],
    ['a policy', errorCodes.POLICY_VIOLATION, /cannot be made: POLICY_VIOLATION.*has a policy for new topics/],
  ])('where the user has %s', async (_what, errorCode, message) => {
    await using way = await gateway({ answer: (api, request: { topics: { name: string }[] }) => (api === CreateTopics ? { topics: request.topics.map(({ name }) => ({ name, errorCode })) } : undefined) });
    expectRefused(await bench(way.bootstrap), message, 3);
  });

  it('where the user has no right to make topics, for size --verify: without flags that it has not, and nothing is stored', async () => {
    const config = join(directory, 'orders.yaml');
    writeFileSync(config, 'workload: { name: orders, rate: 1k/s, recordSize: 200 B, key: customer }\nretention: 1 d\n');
    await using way = await gateway({ answer: (api, request: { topics: { name: string }[] }) => (api === CreateTopics ? { topics: request.topics.map(({ name }) => ({ name, errorCode: errorCodes.TOPIC_AUTHORIZATION_FAILED })) } : undefined) });
    const ended = await headroom(['size', config, '--verify', '--bootstrap', way.bootstrap], { cwd: directory });
    expectRefused(ended, /^headroom: --verify: topic headroom-.* cannot be made: TOPIC_AUTHORIZATION_FAILED; the user needs Create, Delete, Describe, Read and Write on topics \(kafka-acls [^)]*\)$/m, 3);
  });

  it.each<[string, number, RegExp]>([
    ['deletes no topics', errorCodes.TOPIC_DELETION_DISABLED, /topics cannot be removed: TOPIC_DELETION_DISABLED.*delete\.topic\.enable=false.*--use-existing/],
    ['does not let the user delete topics', errorCodes.TOPIC_AUTHORIZATION_FAILED, /topics cannot be removed: TOPIC_AUTHORIZATION_FAILED/],
  ])('that %s', async (_what, errorCode, message) => {
    await using way = await gateway({ answer: (api, request: { topics: { name: string }[]; topicNames: string[] }) => (api === DeleteTopics ? { responses: (request.topics.length > 0 ? request.topics.map(({ name }) => name) : request.topicNames).map((name) => ({ name, errorCode })) } : undefined) });
    expectRefused(await bench(way.bootstrap), message, 3);
  });

  it('where the user may neither write nor read what it made: the topic is removed again', async () => {
    const operations = (1 << 8) | (1 << 6) | (1 << 4);
    await using way = await gateway({
      change: (api, response: { topics?: { topicAuthorizedOperations: number }[] }) => {
        if (api === Metadata) for (const topic of response.topics ?? []) topic.topicAuthorizedOperations = operations;
        return response;
      },
    });
    expectRefused(await bench(way.bootstrap), /the user may not read topic headroom-/, 3);
  });

  it.each<[string, number, RegExp]>([
    ['the user may not use groups', errorCodes.GROUP_AUTHORIZATION_FAILED, /group headroom-.*-readers cannot be used: GROUP_AUTHORIZATION_FAILED.*Read on groups.*--groups none/],
    ['nobody can coordinate groups', errorCodes.COORDINATOR_NOT_AVAILABLE, /cannot be used: COORDINATOR_NOT_AVAILABLE.*offsets\.topic\.replication\.factor/],
  ])('where %s', async (_what, errorCode, message) => {
    await using way = await gateway({ answer: (api, request: { key: string; coordinatorKeys: string[] }) => (api === FindCoordinator ? { errorCode, coordinators: request.coordinatorKeys.map((key) => ({ key, errorCode })) } : undefined) });
    expectRefused(await bench(way.bootstrap, ['--groups', 'readers=1']), message, 3);
  });

  it('that is too old, as a whole or for zstd', async () => {
    const produceUpTo = (maxVersion: number): Promise<Gateway> => gateway({
      change: (api, response: { apiKeys: { apiKey: number; maxVersion: number }[] }) => {
        if (api === ApiVersions) for (const each of response.apiKeys) if (each.apiKey === Produce.key) each.maxVersion = maxVersion;
        return response;
      },
    });
    await using ancient = await produceUpTo(2);
    expectRefused(await bench(ancient.bootstrap), /lacks Produce in a version of 3 to 11 \(it has 0 to 2\): headroom needs Kafka 2\.1 or newer/, 3);
    await using old = await produceUpTo(6);
    expectRefused(await bench(old.bootstrap), /takes no zstd: choose --compression lz4, snappy, gzip or none/, 3);
  });

  it('is not asked at all when the client\'s settings are wrong', async () => {
    await using server = await DeafServer.open(() => {
      throw new Error('it was asked');
    });
    expectRefused(await bench(server.address, ['--compression', 'brotli']), /compression\.type: 'brotli' is none of none, gzip, snappy, lz4, zstd/, 2);
    expectRefused(await bench(server.address, ['--acks', '1', '--producer-property', 'enable.idempotence=true']), /enable\.idempotence: true needs acks=all/, 2);
    expectRefused(await bench(server.address, ['--kill-broker', '1']), /embedded cluster only/, 2);
  });
});

describe('the embedded cluster', () => {
  const embedded = (dataDirectory: string): Promise<Ended> => headroom(['bench', ...SHORT, '--brokers', '1', '--data-dir', dataDirectory], { cwd: directory });

  it('whose data directory is a file, or below one', async () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    expectRefused(await embedded(file), /a-file/, 3);
    expectRefused(await embedded(join(file, 'below')), /a-file/, 3);
    rmSync(file);
  });

  it.skipIf(process.getuid?.() === 0)('whose data directory may not be written to', async () => {
    const locked = join(directory, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    expectRefused(await embedded(join(locked, 'data')), /locked/, 3);
    expect(readdirSync(locked)).toEqual([]);
  });
});
