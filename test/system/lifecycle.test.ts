/** `headroom cluster` leaves nothing behind, however it ends, and says clearly why it does not start. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { until } from './until.ts';

const END_DEADLINE_MS = 5000;
const directory = mkdtempSync(join(tmpdir(), 'headroom-system-data-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends with all brokers within 5 s of %s and removes its temporary data', async (signal) => {
  await using cluster = await ClusterProcess.start();
  await writeSomething(cluster);
  expect(cluster.brokerProcesses).toHaveLength(3);
  expect(cluster.temporaryFiles).toHaveLength(1);
  const startMs = performance.now();
  // The whole group, as a terminal does: the brokers must leave their end to their parent.
  cluster.killGroup(signal);
  expect(await cluster.ended()).toEqual({ code: 0, signal: null });
  expect(performance.now() - startMs).toBeLessThan(END_DEADLINE_MS);
  expect(cluster.brokerProcesses).toEqual([]);
  expect(cluster.temporaryFiles).toEqual([]);
  expect(cluster.errorLines.filter((line) => /error|bug|assert/i.test(line))).toEqual([]);
});

it('has brokers that end and remove their temporary data when it is killed with SIGKILL', async () => {
  await using cluster = await ClusterProcess.start();
  await writeSomething(cluster);
  cluster.kill('SIGKILL');
  await until('the end of the brokers', () => cluster.brokerProcesses.length === 0, { deadlineMs: END_DEADLINE_MS });
  expect(cluster.temporaryFiles).toEqual([]);
});

it('has brokers that end when it is killed while they start', async () => {
  await using cluster = ClusterProcess.launch();
  await until('the brokers', () => cluster.brokerProcesses.length === 3);
  cluster.kill('SIGKILL');
  await until('the end of the brokers', () => cluster.brokerProcesses.length === 0, { deadlineMs: END_DEADLINE_MS });
  expect(cluster.temporaryFiles).toEqual([]);
});

it('takes the data of a broker that was killed before it with it', async () => {
  await using cluster = await ClusterProcess.start();
  process.kill(cluster.brokerProcesses[2]?.pid as number, 'SIGKILL');
  await until('the end of one broker', () => cluster.brokerProcesses.length === 2);
  cluster.kill('SIGKILL');
  await until('the end of the others', () => cluster.brokerProcesses.length === 0, { deadlineMs: END_DEADLINE_MS });
  expect(cluster.temporaryFiles).toEqual([]);
});

it('keeps its data in --data-dir, and has them again at the next start', async () => {
  const dataDirectory = join(directory, 'kept');
  for (const expected of [[], ['something']]) {
    await using cluster = await ClusterProcess.start({ dataDirectory });
    const admin = kafkajsClient(cluster.bootstrap).admin();
    await admin.connect();
    expect((await admin.listTopics()).filter((topic) => !topic.startsWith('__'))).toEqual(expected);
    await admin.disconnect();
    await writeSomething(cluster);
    cluster.kill('SIGINT');
    expect((await cluster.ended()).code).toBe(0);
    expect(cluster.temporaryFiles).toEqual([]);
  }
  expect(existsSync(join(dataDirectory, 'broker-1'))).toBe(true);
});

it('refuses a data directory that another cluster uses, until that one is gone, killed or not', async () => {
  const dataDirectory = join(directory, 'contested');
  await using first = await ClusterProcess.start({ dataDirectory });
  await using second = ClusterProcess.launch({ dataDirectory });
  expect(await second.ended()).toEqual({ code: 3, signal: null });
  expect(second.errorLines).toEqual([expect.stringMatching(/^headroom: broker \d could not start: .*contested\/broker-\d is used by process \d+/)]);
  await writeSomething(first);

  first.killGroup('SIGKILL');
  for (const { pid } of first.brokerProcesses) process.kill(pid, 'SIGKILL');
  await until('the end of the first', () => first.brokerProcesses.length === 0);
  await using third = await ClusterProcess.start({ dataDirectory });
  expect(third.bootstrap).not.toBe('');
});

it.each([
  ['an unknown property', { 'num.partition': '3' }, /unknown broker property 'num\.partition'.*num\.partitions/],
  ['a bad value', { 'num.partitions': 'many' }, /num\.partitions='many': must be a whole number/],
])('says what is wrong with %s and leaves nothing', async (_, properties, message) => {
  await using cluster = ClusterProcess.launch({ properties });
  expect((await cluster.ended()).code).toBe(3);
  expect(cluster.errorLines).toEqual([expect.stringMatching(message)]);
  expect(cluster.brokerProcesses).toEqual([]);
  expect(cluster.temporaryFiles).toEqual([]);
});

it('says which port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await until('the port', () => server.listening);
  const { port } = server.address() as { port: number };
  await using cluster = ClusterProcess.launch({ brokers: 1, firstPort: port });
  expect((await cluster.ended()).code).toBe(3);
  expect(cluster.errorLines).toEqual([expect.stringMatching(new RegExp(`could not start: .*EADDRINUSE.*${port}`))]);
  server.close();
});

async function writeSomething(cluster: ClusterProcess): Promise<void> {
  const producer = kafkajsClient(cluster.bootstrap).producer();
  await producer.connect();
  await producer.send({ topic: 'something', acks: -1, messages: [{ value: 'written' }] });
  await producer.disconnect();
}
