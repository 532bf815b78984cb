import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plannedTopics } from '../../cli/planned-topics.ts';
import type { Plan, PlanQuantity } from '../../results/plan-record.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const SHOP = `topics:
  clicks:
    rate: 2k/s
    key: account
    SAMPLE
    groups: { sessions: 5k/s }
  orders: { rate: 1k/s, recordSize: 1 kB, key: order_id, groups: { ledger: 1k/s } }
`;

let directory: string;

/** Records of so many bytes of padding; one user of four has half of them. */
function events(padding: number): string {
  return Array.from({ length: 200 }, (_, at) => `${JSON.stringify({ user: { id: at % 2 === 0 ? 'u0' : `u${at % 8}` }, padding: String(at).padEnd(padding, 'x') })}\n`).join('');
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-size-sample-'));
  mkdirSync(join(directory, 'plans', 'events'), { recursive: true });
  writeFileSync(join(directory, 'plans', 'events', 'small.jsonl'), events(100));
  writeFileSync(join(directory, 'large.jsonl'), events(1000));
});

afterAll(() => rmSync(directory, { recursive: true }));

function size(sample: string, ...words: string[]): { status: number | null; stdout: string; stderr: string } {
  writeFileSync(join(directory, 'plans', 'shop.yaml'), SHOP.replace('SAMPLE', sample));
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('cli/main.ts'), 'size', join('plans', 'shop.yaml'), ...words], { cwd: directory, encoding: 'utf8', env: PLAIN_ENVIRONMENT });
  return { status, stdout, stderr };
}

function inputOf(stdout: string, id: string): PlanQuantity | undefined {
  return (JSON.parse(stdout) as Plan).inputs.find((each) => each.id === id);
}

describe('a sample that the sizing file names', () => {
  it('is found beside the file and plans its topic as --sample does, key path included', () => {
    const named = size('sample: events/small.jsonl\n    sampleKey: user.id', '--json');
    expect(named).toMatchObject({ status: 0, stderr: '' });
    const flagged = size('', '--sample', `clicks=${join('plans', 'events', 'small.jsonl')}`, '--sample-key', 'clicks=user.id', '--json');
    expect(JSON.parse(named.stdout)).toEqual(JSON.parse(flagged.stdout));
    expect(inputOf(named.stdout, 'clicks.record.size')).toMatchObject({ source: 'measured', why: expect.stringContaining('plans/events/small.jsonl') as string });
    expect(inputOf(named.stdout, 'clicks.key.count')).toMatchObject({ source: 'measured', value: 5 });
    expect(inputOf(named.stdout, 'orders.record.size')).toMatchObject({ source: 'given', value: 1000 });
  });

  it('gives way to the flags for its topic', () => {
    const { status, stdout } = size('sample: events/no-such-file.jsonl\n    sampleKey: no.such.field', '--sample', 'clicks=large.jsonl', '--sample-key', 'clicks=user.id', '--json');
    expect(status).toBe(0);
    expect(inputOf(stdout, 'clicks.record.size')?.value).toBeGreaterThan(1000);
    expect(inputOf(stdout, 'clicks.key.count')?.value).toBe(5);
  });

  it('stands beside the sample that a flag gives to another topic', () => {
    const { stdout } = size('sample: events/small.jsonl', '--sample', 'orders=large.jsonl');
    expect(stdout).toContain('Sample  plans/events/small.jsonl');
    expect(stdout).toContain('Sample  large.jsonl');
  });

  it.each([
    ['sample: events/no-such-file.jsonl', 'plans/shop.yaml:5:5: sample: cannot open payload file plans/events/no-such-file.jsonl: there is no such file'],
    ['recordSize: 100 B\n    sampleKey: user.id', 'plans/shop.yaml:6:5: sampleKey says where the key is in a sample, and clicks has none'],
    ['sample: 12', 'plans/shop.yaml:5:5: topics.clicks.sample: 12 is no string'],
  ])('is refused with its place where it can not be used: %j', (sample, problem) => {
    expect(size(sample)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(problem) as string });
  });

  it('is what the embedded cluster plans its topics with, in the short form as well', async () => {
    writeFileSync(join(directory, 'plans', 'short.yaml'), 'workload: { name: clicks, rate: 2k/s, key: user.id, sample: events/small.jsonl }\nconsumers: { sessions: 5k/s }\n');
    expect(await plannedTopics(join(directory, 'plans', 'short.yaml'), { brokers: 3, flags: {} })).toMatchObject([{ name: 'clicks', partitions: expect.any(Number) as number }]);
  });
});
