/** `headroom size --verify` from a file to a stored verdict: a real cluster, a short run; what is judged by speed may come out either way on a busy machine. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlanVerification, VerifiedQuantity } from '../../results/verification/plan-verification.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const CONFIG = 'workload: { name: orders, rate: 6k/s, recordSize: 200 B, compressionRatio: { value: 2, low: 1.6, high: 2.4 }, key: customer }\nconsumers: { billing: 1k/s }\nretention: 1 d\n';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-system-verify-'));
  writeFileSync(join(directory, 'orders.yaml'), CONFIG);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function headroom(...words: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, ...words], { cwd: directory, encoding: 'utf8', env: { ...PLAIN_ENVIRONMENT, TMPDIR: directory } });
}

it('runs the planned shape, judges it, keeps the verdict, tells it with the next plan, and leaves nothing else behind', () => {
  const { status, stdout, stderr } = headroom('size', 'orders.yaml', '--verify', '--duration', '3s', '--json');
  const record = JSON.parse(stdout || 'null') as PlanVerification | null;
  if (record === null) throw new Error(stderr);
  expect(status).toBe(record.verdict.kind === 'refuted' ? 1 : 0);
  expect(record).toMatchObject({ plan: { name: 'orders', topic: 'orders' }, target: 'embedded', records: 'confirmed', basis: { kind: 'assumed' } });
  expect(record.scale).toMatchObject({ plannedPerSecond: 6000, factor: 1, limitedBy: 'plan', groups: [{ name: 'billing', planned: 6, members: 6 }] });
  const measured = new Map<VerifiedQuantity, number | null>(record.rows.map((row) => [row.quantity, row.measured]));
  for (const [quantity, value] of measured) expect(value, quantity).toBeGreaterThan(0);
  // What is on disk is what went over the wire, and the indexes.
  expect(measured.get('disk.bytes')).toBeGreaterThan(0.8 * (measured.get('wire.bytes') ?? Number.NaN));
  expect(measured.get('disk.bytes')).toBeLessThan(1.5 * (measured.get('wire.bytes') ?? Number.NaN));

  const name = `verification-${record.id}`;
  expect(readdirSync(join(directory, 'results', 'runs')).toSorted()).toEqual([`${record.runId}.json`, `${name}.json`].toSorted());
  expect(readdirSync(directory).filter((each) => each.startsWith('headroom-'))).toEqual([]);
  expect(headroom('results', 'list').stdout).toContain(name);
  expect(headroom('results', 'show', name).stdout).toContain('Plan against a run');
  expect(headroom('size', 'orders.yaml').stdout.replaceAll(/\s+/g, ' ')).toContain('Earlier verifications on this machine: 1, of them');
});

it('ends with 3 where no cluster answers, with 2 for a topic that is not planned, and stores nothing', () => {
  const count = readdirSync(join(directory, 'results', 'runs')).length;
  expect(headroom('size', 'orders.yaml', '--verify', '--bootstrap', '127.0.0.1:1')).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('127.0.0.1:1') as string });
  expect(headroom('size', 'orders.yaml', '--verify', '--topic', 'payments')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('there are orders') as string });
  expect(readdirSync(join(directory, 'results', 'runs'))).toHaveLength(count);
});
