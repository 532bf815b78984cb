/** `headroom size --verify` from a file to a stored verdict: a real cluster, a short run; what is judged by speed may come out either way on a busy machine. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlanDiff } from '../../results/plan-diff/plan-diff.ts';
import type { Run } from '../../results/run.ts';
import type { PlanVerification, VerifiedQuantity } from '../../results/verification/plan-verification.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';
import { ClusterProcess } from './cluster-process.ts';
import { kafkajsClient } from './kafkajs-client.ts';
import { until } from './until.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const clicks = fileURLToPath(new URL('../../examples/clicks.jsonl', import.meta.url));
const CONFIG = 'workload: { name: orders, rate: 6k/s, recordSize: 200 B, compressionRatio: { value: 2, low: 1.6, high: 2.4 }, key: customer }\nconsumers: { billing: 1k/s }\nretention: 1 d\n';
/** The second topic has neither record size nor ratio: they are the sample's. */
const SHOP = 'name: shop\ntopics:\n  orders: { rate: 2k/s, recordSize: 200 B, key: customer, retention: 1 d, groups: { billing: 1k/s } }\n  clicks: { rate: 3k/s, key: user_id, retention: 1 d, producer: { instances: 1 }, groups: { sessions: 1k/s } }\n';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-system-verify-'));
  writeFileSync(join(directory, 'orders.yaml'), CONFIG);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In a folder of its own below the test's, where results are stored, unless told otherwise. */
function headroom(words: readonly string[], folder = '.'): Ended {
  return spawnSync(process.execPath, [main, ...words], { cwd: join(directory, folder), encoding: 'utf8', env: { ...PLAIN_ENVIRONMENT, TMPDIR: directory } });
}

/** The exit code and the verdict say the same. */
function verified(ended: Ended): PlanVerification {
  const record = JSON.parse(ended.stdout || 'null') as PlanVerification | null;
  if (record === null) throw new Error(ended.stderr);
  expect(ended.status).toBe(record.verdict.kind === 'refuted' ? 1 : 0);
  return record;
}

function storedIn(folder: string): string[] {
  return readdirSync(join(directory, folder, 'results', 'runs')).toSorted();
}

async function topicsOf(bootstrap: string): Promise<string[]> {
  const admin = kafkajsClient(bootstrap).admin();
  await admin.connect();
  try {
    return (await admin.listTopics()).filter((name) => !name.startsWith('__')).toSorted();
  } finally {
    await admin.disconnect();
  }
}

it('runs the planned shape, judges it, keeps the verdict, tells it with the next plan, and leaves nothing else behind', () => {
  const record = verified(headroom(['size', 'orders.yaml', '--verify', '--duration', '3s', '--json']));
  expect(record).toMatchObject({ plan: { name: 'orders', topic: 'orders' }, target: 'embedded', records: 'confirmed', basis: { kind: 'assumed' } });
  expect(record.scale).toMatchObject({ plannedPerSecond: 6000, factor: 1, limitedBy: 'plan', groups: [{ name: 'billing', planned: 6, members: 6 }] });
  const measured = new Map<VerifiedQuantity, number | null>(record.rows.map((row) => [row.quantity, row.measured]));
  for (const [quantity, value] of measured) expect(value, quantity).toBeGreaterThan(0);
  // What is on disk is what went over the wire, and the indexes.
  expect(measured.get('disk.bytes')).toBeGreaterThan(0.8 * (measured.get('wire.bytes') ?? Number.NaN));
  expect(measured.get('disk.bytes')).toBeLessThan(1.5 * (measured.get('wire.bytes') ?? Number.NaN));

  const name = `verification-${record.id}`;
  expect(storedIn('.')).toEqual([`${record.runId}.json`, `${name}.json`].toSorted());
  expect(readdirSync(directory).filter((each) => each.startsWith('headroom-'))).toEqual([]);
  expect(headroom(['results', 'list']).stdout).toContain(name);
  expect(headroom(['results', 'show', name]).stdout).toContain('Plan against a run');
  expect(headroom(['size', 'orders.yaml']).stdout.replaceAll(/\s+/g, ' ')).toMatch(/Earlier verifications on this machine; [^:]+: 1 of this plan,/);

  // Another retention is another plan of that name; another name is another plan.
  writeFileSync(join(directory, 'longer.yaml'), CONFIG.replace('1 d', '2 d'));
  writeFileSync(join(directory, 'payments.yaml'), CONFIG.replace('name: orders', 'name: payments'));
  const second = verified(headroom(['size', 'longer.yaml', '--verify', '--duration', '3s', '--json']));
  expect(second.plan.id).not.toBe(record.plan.id);
  const told = (file: string): string => headroom(['size', file]).stdout.replaceAll(/\s+/g, ' ');
  expect(told('longer.yaml')).toMatch(/: 1 of this plan,[^:]*(:[^:]+)? 1 of this plan with other inputs,/);
  expect(told('payments.yaml')).toMatch(/: 2 of other plans,/);
});

it('ends with 3 where no cluster answers, with 2 for a topic that is not planned, and stores nothing', () => {
  const count = storedIn('.').length;
  expect(headroom(['size', 'orders.yaml', '--verify', '--bootstrap', '127.0.0.1:1'])).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('127.0.0.1:1') as string });
  expect(headroom(['size', 'orders.yaml', '--verify', '--topic', 'payments'])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('there are orders') as string });
  expect(storedIn('.')).toHaveLength(count);
});

describe('on a cluster of another process, with the planned topics on it', () => {
  let cluster: ClusterProcess;
  beforeAll(async () => {
    mkdirSync(join(directory, 'shop'));
    mkdirSync(join(directory, 'interrupted'));
    writeFileSync(join(directory, 'shop', 'shop.yaml'), SHOP);
    cluster = await ClusterProcess.start({ topics: join(directory, 'shop', 'shop.yaml'), samples: [`clicks=${clicks}`] });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  it('the topics are those that size plans with the same sample', () => {
    const ended = headroom(['size', 'shop.yaml', '--sample', `clicks=${clicks}`, '--diff', '--bootstrap', cluster.bootstrap, '--json'], 'shop');
    expect(ended.status, ended.stderr).toBe(0);
    expect((JSON.parse(ended.stdout) as PlanDiff).differences).toEqual([]);
  });

  it('runs the topic that is asked for with its own sample, on a topic of its own that it removes', async () => {
    const record = verified(headroom(['size', 'shop.yaml', '--sample', `clicks=${clicks}`, '--verify', '--topic', 'clicks', '--bootstrap', cluster.bootstrap, '--duration', '3s', '--json'], 'shop'));
    expect(record).toMatchObject({ plan: { name: 'shop', topic: 'clicks' }, target: 'external', records: 'confirmed' });
    expect(record.kept).toContain('records and keys of the sample');
    const rows = new Map(record.rows.map((row) => [row.quantity, row]));
    // Disks and processors of other brokers cannot be seen; what goes over the wire can, and the sample tells it.
    expect([rows.get('disk.bytes')?.isInside, rows.get('cpu.broker')?.isInside]).toEqual([null, null]);
    expect(rows.get('wire.bytes')).toMatchObject({ isInside: true });
    expect(await topicsOf(cluster.bootstrap)).toEqual(['clicks', 'orders']);
  });

  it('Ctrl-C ends the run early: nothing is judged, its topic is removed and the planned ones stay', async () => {
    const child = spawn(process.execPath, [main, 'size', join(directory, 'orders.yaml'), '--verify', '--bootstrap', cluster.bootstrap, '--duration', '60s'], { cwd: join(directory, 'interrupted'), env: { ...PLAIN_ENVIRONMENT, TMPDIR: directory } });
    const ended = once(child, 'close');
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    await until('the measuring', () => output.stderr.includes('\nmeasuring'));
    expect(await topicsOf(cluster.bootstrap)).toHaveLength(3);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(output).toMatchObject({ stdout: '', stderr: expect.stringContaining('interrupted') as string });
    expect(await topicsOf(cluster.bootstrap)).toEqual(['clicks', 'orders']);
    const [run, ...others] = storedIn('interrupted');
    expect(others).toEqual([]);
    expect((JSON.parse(readFileSync(join(directory, 'interrupted', 'results', 'runs', run as string), 'utf8')) as Run).status.kind).toBe('partial');
  });
});

describe('samples of several topics', () => {
  it.each([
    [['--sample', clicks], 'of which topic? write TOPIC=FILE; there are orders, clicks'],
    [['--sample', clicks, '--sample', `clicks=${clicks}`], 'each names its topic'],
    [['--sample', `clicks=${clicks}`, '--sample', `clicks=${clicks}`], 'clicks is there twice'],
    [['--sample', `views=${clicks}`], 'there is no topic views; there are orders, clicks'],
    [['--sample-key', 'user_id'], 'there is none'],
  ])('are refused where it is not clear whose they are: %j', (words, problem) => {
    writeFileSync(join(directory, 'shop.yaml'), SHOP);
    expect(headroom(['size', 'shop.yaml', ...words])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(problem) as string });
  });
});
