/** Faults of disks, links and group members in real runs: each is seen in the record of its run, and nothing that was acknowledged is lost, doubled or moved. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { validateRun } from '../../results/run-schema.ts';
import type { Run } from '../../results/run.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-system-faults-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A verified run with acks=all, slow enough for a machine that does something else as well. */
async function bench(...words: string[]): Promise<Run> {
  const child = spawn(process.execPath, [main, 'bench', '--rate', '10k', '--warmup', '2', '--partitions', '6', '--json', ...words], { cwd: directory, env: PLAIN_ENVIRONMENT });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, stderr).toBe(0);
  const validation = validateRun(JSON.parse(stdout));
  if (validation.kind === 'invalid') throw new Error(validation.problems.join('\n'));
  const { run } = validation;
  expect(run.status).toEqual({ kind: 'complete' });
  expect(run.verification).toMatchObject({ kind: 'done', passed: true, lostRecords: 0, duplicatedRecords: 0, reorderedRecords: 0, acknowledgedRecords: run.measured.throughput.total.sentRecords });
  return run;
}

it('a slow disk slows acknowledgements, and a cut link between two brokers holds them up until the follower has left the ISR', async () => {
  const run = await bench('--duration', '9', '--groups', 'none', '--broker-property', 'replica.lag.time.max.ms=1000', '--fault', 'slow-disk=200ms@1+2:follower', 'cut-link@5+3:leader-follower');
  const [disk, link] = run.measured.faults ?? [];
  expect(run.measured.events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['diskSlowed', 'diskHealed', 'linkCut', 'linkHealed', 'isrChange']));
  // An append of the follower takes 200 ms, and acks=all waits for it.
  expect(disk?.p99Us.during).toBeGreaterThan(200_000);
  expect(disk?.p99Us.before).toBeLessThan(disk?.p99Us.during ?? 0);
  expect(disk?.unavailability.partitionMs).toBeGreaterThan(150);
  // The leaders wait for replica.lag.time.max.ms before they go on with one replica less.
  expect(link?.unavailability.partitionMs).toBeGreaterThan(900);
  expect(link?.isr.shrunkPartitions).toBeGreaterThan(0);
  expect(link?.isr).toMatchObject({ shortPartitionsAtEnd: 0 });
  expect(link?.isr.wholeAfterMs).toBeGreaterThan(3000);
  expect(link?.brokerIds).toHaveLength(2);
});

it('a member that crashes is missed after its session timeout; a group that was away has its lag and catches up', async () => {
  const properties = ['--consumer-property', 'session.timeout.ms=6000', 'heartbeat.interval.ms=500', 'partition.assignment.strategy=cooperative-sticky'];
  const run = await bench('--duration', '17', '--groups', 'readers=2', ...properties, '--fault', 'crash@1+8:readers', 'scale=0@11+3:readers');
  const [group] = run.measured.groups;
  const [crash, away] = (run.measured.faults ?? []).map(({ groups }) => groups[0]);
  const missed = group?.rebalanceRecords?.find(({ cause }) => cause.includes('session.timeout.ms'));
  expect(missed).toMatchObject({ memberCount: 1 });
  // Its partitions stood still for the whole timeout, the others for the rebalance only.
  expect(missed?.partitionPauseMs).toBeGreaterThan(5000);
  expect(missed?.groupPauseMs).toBeLessThan(5000);
  expect(crash?.lagRecordsPeak).toBeGreaterThan(10_000);
  expect(away?.lagRecordsPeak).toBeGreaterThan(10_000);
  expect(away?.catchUp?.tookMs).toBeGreaterThan(0);
  expect(group?.recordsByMember).toHaveLength(5);
  expect(group?.lagRecordsFinal).toBe(0);
});
