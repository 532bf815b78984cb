/** TLS and SASL from the command line to the last client, against brokers behind a gateway that ends both, and the errors when the two sides do not fit. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type EmbeddedCluster } from '../../engine/cluster/embedded-cluster.ts';
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { parseBootstrap } from '../../bench/target/bootstrap.ts';
import type { Run } from '../../results/run.ts';
import { makeCertificates, pem, type Certificates } from './secured/certificates.ts';
import { headroom, SHORT, type Ended } from './secured/command.ts';
import { Gateway, type GatewayOptions } from './secured/gateway.ts';

const SECRET = 'wonder=land "42"';
let directory: string;
let certificates: Certificates;
let cluster: EmbeddedCluster;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-secured-'));
  certificates = makeCertificates(directory);
  cluster = await startCluster({ brokerCount: 2, dataDirectory: join(directory, 'data'), isTemporary: true, properties: { 'group.initial.rebalance.delay.ms': '0' }, onLine: () => {} });
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

function tls(overrides: GatewayOptions['tls'] = {}): NonNullable<GatewayOptions['tls']> {
  return { cert: pem(certificates.server), key: pem(certificates.serverKey), ...overrides };
}

function sasl(sessionLifetimeMs = 0, mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']): NonNullable<GatewayOptions['sasl']> {
  return { mechanisms, passwordOf: (username) => (username === 'alice' ? SECRET : undefined), sessionLifetimeMs };
}

/** A file as --command-config takes it; secrets are written as they are. */
function configFile(properties: Record<string, string>): string {
  const path = join(directory, `client-${readdirSync(directory).length}.properties`);
  writeFileSync(path, Object.entries(properties).map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`).join(''));
  return path;
}

function bench(gateway: Gateway, properties: Record<string, string>, options: { words?: readonly string[]; env?: Record<string, string> } = {}): Promise<Ended> {
  const words = ['bench', ...SHORT, '--replication-factor', '2', '--bootstrap', gateway.bootstrap, '--command-config', configFile(properties), '--json', ...(options.words ?? [])];
  return headroom(words, { cwd: directory, ...(options.env === undefined ? {} : { env: options.env }) });
}

async function topicsLeft(): Promise<string[]> {
  const stored = readdirSync(join(directory, 'data'), { recursive: true }).map(String);
  return [...new Set(stored.filter((path) => /headroom-[^/]*-\d+$/.test(path)).map((path) => path.split('/').at(-1) as string))];
}

function expectVerified(ended: Ended): Run {
  expect(ended.code, ended.stderr).toBe(0);
  const run = JSON.parse(ended.stdout) as Run;
  expect(run.verification).toMatchObject({ kind: 'done', passed: true, lostRecords: 0 });
  return run;
}

/** One line, in time, and nothing changed. */
async function expectRefused(ended: Ended, message: RegExp, code = 3): Promise<void> {
  expect(ended.stderr).toMatch(message);
  expect(ended.code).toBe(code);
  expect(ended.stderr.match(/^headroom: /gm)).toHaveLength(1);
  expect(ended.stderr).not.toContain(SECRET);
  expect(ended.elapsedMs).toBeLessThan(12_000);
  expect(await topicsLeft()).toEqual([]);
}

describe('a secured cluster', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('is measured and verified over TLS with %s, all clients together, and no secret is stored', async (mechanism) => {
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, tls: tls(), sasl: sasl() });
    const properties = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': mechanism, 'sasl.username': 'alice', 'sasl.password': SECRET, 'ssl.ca.location': certificates.ca };
    const ended = await bench(gateway, properties, { words: ['--groups', 'readers=2'] });
    const run = expectVerified(ended);
    expect(run.configuration.target).toMatchObject({ kind: 'external', securityProtocol: 'SASL_SSL', saslMechanism: mechanism });
    expect(run.measured.groups[0]?.lagRecordsFinal).toBe(0);
    expect([...gateway.clientNames].map((name) => name.replace(/^headroom-headroom-.*-readers$/, 'a group')).toSorted()).toEqual(['a group', 'headroom-bench', 'headroom-load-0', 'headroom-reach', 'headroom-verify']);
    expect(gateway.violations).toEqual([]);
    for (const name of readdirSync(join(directory, 'results', 'runs'))) {
      const stored = readFileSync(join(directory, 'results', 'runs', name), 'utf8');
      for (const secret of [SECRET, JSON.stringify(SECRET).slice(1, -1), 'alice']) expect(stored).not.toContain(secret);
    }
    expect(await topicsLeft()).toEqual([]);
  });

  it('takes the password from the environment, by its own variable or a named one', async () => {
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, sasl: sasl() });
    const properties = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN', 'sasl.username': 'alice' };
    expectVerified(await bench(gateway, properties, { env: { HEADROOM_SASL_PASSWORD: SECRET } }));
    expectVerified(await bench(gateway, { ...properties, 'sasl.password': `\${env:KAFKA_SECRET}` }, { env: { KAFKA_SECRET: SECRET } }));
  });

  it('asks for a client certificate and gets it, with a locked key', async () => {
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, tls: tls({ ca: pem(certificates.ca), requestCert: true, rejectUnauthorized: true }) });
    const ssl = { 'security.protocol': 'SSL', 'ssl.ca.location': certificates.ca };
    await expectRefused(await bench(gateway, ssl), /certificate/);
    const properties = { ...ssl, 'ssl.certificate.location': certificates.client, 'ssl.key.location': certificates.clientKey, 'ssl.key.password': certificates.clientKeyPassword };
    expectVerified(await bench(gateway, properties));
    await expectRefused(await bench(gateway, { ...properties, 'ssl.key.password': 'wrong' }), /ssl\.key\.password/);
  });

  it('lets its clients authenticate again before their session ends, under load, and nothing comes in between', async () => {
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, sasl: sasl(4000) });
    const properties = { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.username': 'alice', 'sasl.password': SECRET };
    const run = expectVerified(await bench(gateway, properties, { words: ['--duration', '8', '--groups', 'readers=1'] }));
    expect(gateway.violations).toEqual([]);
    expect(run.measured.errors.batchesRetried).toBe(0);
    expect(gateway.authentications).toBeGreaterThan(20);
  });

  it('is trusted by its authority and its name only, unless the operator says otherwise', async () => {
    await using stranger = await Gateway.open({ bootstrap: cluster.bootstrap, tls: tls({ cert: pem(certificates.stranger), key: pem(certificates.strangerKey) }) });
    const ssl = { 'security.protocol': 'SSL', 'ssl.ca.location': certificates.ca };
    await expectRefused(await bench(stranger, ssl), /the certificate of 127\.0\.0\.1:\d+ is not trusted .*ssl\.ca\.location/);
    expectVerified(await bench(stranger, { ...ssl, 'enable.ssl.certificate.verification': 'false' }));
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, tls: tls() });
    await expectRefused(await bench(gateway, { ...ssl, 'ssl.server.name': 'other.example' }), /is for another name .*ssl\.server\.name/);
    expectVerified(await bench(gateway, { ...ssl, 'ssl.server.name': 'kafka.internal' }));
  });

  it('says what does not fit when the two sides speak differently', async () => {
    const ssl = { 'security.protocol': 'SSL', 'ssl.ca.location': certificates.ca };
    const plain = { 'sasl.mechanism': 'PLAIN', 'sasl.username': 'alice', 'sasl.password': SECRET };
    await using withTls = await Gateway.open({ bootstrap: cluster.bootstrap, tls: tls() });
    await expectRefused(await bench(withTls, {}), /TLS.*security\.protocol=SSL/);
    await using withSasl = await Gateway.open({ bootstrap: cluster.bootstrap, sasl: sasl(0, ['SCRAM-SHA-512']) });
    await expectRefused(await bench(withSasl, {}), /closed the connection at the first request: it may ask for SASL/);
    await expectRefused(await bench(withSasl, { 'security.protocol': 'SASL_PLAINTEXT', ...plain }), /does not take sasl\.mechanism=PLAIN; it takes SCRAM-SHA-512/);
    const scram = { 'security.protocol': 'SASL_PLAINTEXT', ...plain, 'sasl.mechanism': 'SCRAM-SHA-512' };
    await expectRefused(await bench(withSasl, { ...scram, 'sasl.password': 'guessed' }), /refused user alice by SCRAM-SHA-512: .*check sasl\.username, sasl\.password/);
    await expectRefused(await bench(withSasl, { ...scram, 'sasl.username': 'mallory' }), /refused user mallory/);
    await using open = await Gateway.open({ bootstrap: cluster.bootstrap });
    await expectRefused(await bench(open, ssl), /no TLS with 127\.0\.0\.1:\d+ .*listener without TLS, for security\.protocol=PLAINTEXT/);
  });

  it('is described by properties that are refused before anything is done, by name, line and never by value', async () => {
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap });
    await expectRefused(await bench(gateway, { 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'OAUTHBEARER' }), /client-\d+\.properties: sasl\.mechanism: 'OAUTHBEARER' is not supported/, 2);
    await expectRefused(await bench(gateway, { 'security.protocl': 'SSL' }), /security\.protocl: unknown property; the nearest known is 'security\.protocol'/, 2);
    const broken = join(directory, 'broken.properties');
    writeFileSync(broken, `security.protocol=SASL_PLAINTEXT\n=${SECRET}\n`);
    await expectRefused(await headroom(['bench', ...SHORT, '--bootstrap', gateway.bootstrap, '--command-config', broken], { cwd: directory }), /broken\.properties: line 2 is not name=value/, 2);
    await expectRefused(await headroom(['bench', ...SHORT, '--bootstrap', gateway.bootstrap, '--command-config', 'nowhere'], { cwd: directory }), /cannot read nowhere: there is no such file/, 2);
    await expectRefused(await headroom(['bench', ...SHORT, '--command-config', broken], { cwd: directory }), /--command-config .* needs --bootstrap/, 2);
    await expectRefused(await headroom(['bench', ...SHORT, '--producer-property', `sasl.password=${SECRET}`], { cwd: directory }), /sasl\.password: says how to connect/, 2);
  });

  it('is a variant of an experiment, beside another that is not secured', async () => {
    await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, sasl: sasl() });
    writeFileSync(join(directory, 'both.yaml'), `
name: both
base: { load: { rate: 1k/s }, warmup: 0s, duration: 1s, consumers: none, topic: { partitions: 2, replicationFactor: 2 }, target: { bootstrap: "${cluster.bootstrap}" } }
profiles:
  plain: {}
  sasl:
    target:
      bootstrap: "${gateway.bootstrap}"
      properties: { security.protocol: SASL_PLAINTEXT, sasl.mechanism: PLAIN, sasl.username: alice, sasl.password: "\${env:KAFKA_SECRET}" }
repeats: 1
`);
    const without = await headroom(['bench', 'both.yaml', '--json'], { cwd: directory });
    expect([without.code, without.stderr]).toEqual([2, expect.stringMatching(/variant sasl: target\.properties: sasl\.password: \$\{env:KAFKA_SECRET\}: there is no KAFKA_SECRET in the environment/)]);
    const ended = await headroom(['bench', 'both.yaml', '--json'], { cwd: directory, env: { KAFKA_SECRET: SECRET } });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).not.toContain(JSON.stringify(SECRET).slice(1, -1));
    expect(gateway.authentications).toBeGreaterThan(0);
  });
});

it('its clients give up at once when nobody takes their password, instead of asking for a minute', async () => {
  await using gateway = await Gateway.open({ bootstrap: cluster.bootstrap, sasl: sasl() });
  const client = new ClusterClient(createHostEnvironment(), { bootstrap: parseBootstrap(gateway.bootstrap), clientId: 'test', security: { sasl: { mechanism: 'PLAIN', username: 'alice', password: 'guessed' } } });
  try {
    await expect(new Admin(client).describeCluster()).rejects.toMatchObject({ name: 'SecurityError' });
  } finally {
    await client.close();
  }
});
