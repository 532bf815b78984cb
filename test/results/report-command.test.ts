import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunStore, serializeRun } from '../../results/run-store.ts';
import { writeResult } from '../../results/result-store.ts';
import { resultOf } from './compare/experiment/experiment-runs.ts';
import { sampleRun } from './sample-run.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-report-'));
  const store = new RunStore(directory);
  await store.write(sampleRun({ id: '20260804-100000-aaaaaa', seed: 4 }));
  await store.write(sampleRun({ id: '20260805-100000-bbbbbb', seed: 5 }));
  await writeFile(join(directory, '20260101-000000-cut.json'), '{"schemaVersion": 1, "id":');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

function report(...words: string[]): { exitCode: number | null; stdout: string; stderr: string } {
  const args = [resolve('cli/main.ts'), 'report', '--runs-dir', directory, ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: PLAIN_ENVIRONMENT });
  return { exitCode: status, stdout, stderr };
}

describe('headroom report', () => {
  it('prints the newest run and where it is stored', () => {
    const { exitCode, stdout } = report();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^headroom run 20260805-100000-bbbbbb: clickstream\n/);
    expect(stdout).toContain(`Stored in ${join(directory, '20260805-100000-bbbbbb.json')}`);
  });

  it('prints a named run as it is stored with --json', () => {
    expect(report('20260804', '--json')).toEqual({ exitCode: 0, stdout: serializeRun(sampleRun({ id: '20260804-100000-aaaaaa', seed: 4 })), stderr: '' });
  });

  it('writes the page with --html, and says where', () => {
    const file = join(directory, 'page.html');
    const { exitCode, stdout } = report('20260804', '--html', file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `Written to ${file}\n` });
    expect(readFileSync(file, 'utf8')).toContain('20260804-100000-aaaaaa');
  });

  it.each([
    ['csv', /^second,isMeasured,/],
    ['hgrm', /^ +Value +Percentile/],
    ['omb', /^\{\n {2}"workload": "clickstream"/],
  ])('exports %s', (format, beginning) => {
    expect(report('20260804', '--export', format)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(beginning), stderr: '' });
  });

  it('names the histograms of the run when it is asked for another', () => {
    const { exitCode, stderr } = report('20260804', '--export', 'hgrm', '--histogram', 'p99');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('publish, schedule-delay, batching, request, end-to-end:realtime, end-to-end:sink');
  });

  it('prints a stored experiment, and says when a file is none', async () => {
    await writeResult(directory, { kind: 'experiment', id: 'whole', result: resultOf([{ name: 'all', p50Us: 9000 }, { name: 'one', p50Us: 5000 }]) });
    await writeFile(join(directory, 'experiment-cut.json'), '{"schemaVersion":');
    expect(report('experiment-whole')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Recommendation') });
    expect(report('experiment-cut')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('experiment-cut.json') });
  });

  it('lists all, damaged ones included', () => {
    const { exitCode, stdout } = report('--list');
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n').map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['run', '20260805-100000-bbbbbb', '20260804-100000-aaaaaa', '20260101-000000-cut']);
  });

  it('ends with 2 for a run that is not there, naming the reference and the way out', () => {
    const { exitCode, stdout, stderr } = report('20270101');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/"20270101".*\n.*--list/);
  });

  it('ends with 3 for a damaged file, naming its path and the problem', () => {
    const { exitCode, stderr } = report('20260101-000000-cut');
    expect(exitCode).toBe(3);
    expect(stderr).toContain(join(directory, '20260101-000000-cut.json'));
    expect(stderr).toContain('not JSON');
  });

  it('ends with 3 for a directory in place of a file', () => {
    const { exitCode, stderr } = report(directory);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/directory/);
  });
});
