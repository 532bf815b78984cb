import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeResult } from '../../results/result-store.ts';
import { RunStore } from '../../results/run-store.ts';
import type { Plan } from '../../results/plan-record.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';
import { runWithoutRecords } from '../results/sample-run.ts';
import { variedRuns } from '../sizing/measured/priced-runs.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-size-from-'));
  const store = new RunStore(join(directory, 'results', 'runs'));
  for (const [at, run] of variedRuns().entries()) await store.write({ ...run, repeat: at < 7 ? { experimentId: 'varied', experiment: 'calibrate', variant: String(at), block: 1, position: at + 1 } : null });
  await store.write({ ...runWithoutRecords(), id: '20260806-000000-nothin' });
  await writeResult(store.directory, { kind: 'experiment', id: 'varied', result: { experimentId: 'varied' } });
  await writeFile(join(directory, 'topic.yaml'), 'workload: { name: clicks, rate: 100k/s, recordSize: 240 B }\n');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

function size(...words: string[]): { exitCode: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('cli/main.ts'), 'size', 'topic.yaml', ...words], { cwd: directory, encoding: 'utf8', env: PLAIN_ENVIRONMENT });
  return { exitCode: status, stdout, stderr };
}

function note(stdout: string): string | undefined {
  return (JSON.parse(stdout) as Plan).notes.find((each) => each.startsWith('Measured by'));
}

describe('headroom size --from', () => {
  it.each([
    ['an experiment, by its stored name', 'experiment-varied', 'Measured by 7 runs.'],
    ['an experiment, by its id', 'varied', 'Measured by 7 runs.'],
    ['a folder of runs', join('results', 'runs'), 'Measured by 10 runs; 1 other had faults, no even rate, or were not complete.'],
    ['runs, joined by commas', '20260805-120000,20260805-120001', 'Measured by 2 runs.'],
  ])('takes %s', (_what, reference, words) => {
    const { exitCode, stdout, stderr } = size('--from', reference, '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(note(stdout)).toBe(words);
  });

  it('refuses what names no run, and what measured nothing', () => {
    expect(size('--from', 'no-such-run')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no-such-run') });
    expect(size('--from', '20260806-000000-nothin')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('nothing measured in this run') });
  });
});
