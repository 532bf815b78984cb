import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunStore, serializeRun } from '../../results/run-store.ts';
import { writeResult } from '../../results/result-store.ts';
import { resultOf } from '../results/compare/experiment/experiment-runs.ts';
import { sampleSearch, sampleStudy } from '../results/sample-results.ts';
import { sampleRun } from '../results/sample-run.ts';
import type { RepeatRecord } from '../../results/run.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

let directory: string;

const REPEAT: RepeatRecord = { experimentId: '20260804-095900-eeeeee', experiment: 'acks', variant: 'one', block: 1, position: 1 };
const OLDER = sampleRun({ id: '20260804-100000-aaaaaa', seed: 4, startedAt: '2026-08-04T10:00:00.000Z', repeat: REPEAT, headroom: { version: '0.1.0', commit: 'deadbeef00', isDirty: false } });
const NEWER = sampleRun({ id: '20260805-100000-bbbbbb', seed: 5, startedAt: '2026-08-05T10:00:00.000Z' });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-report-'));
  const store = new RunStore(directory);
  await store.write(OLDER);
  await store.write(NEWER);
  const experiment = resultOf([{ name: 'all', p50Us: 9000 }, { name: 'one', p50Us: 5000 }]);
  await writeResult(directory, { kind: 'experiment', id: REPEAT.experimentId, result: { ...experiment, startedAt: '2026-08-04T09:59:00.000Z' } });
  await writeResult(directory, { kind: 'search', id: '20260803-100000-ssssss', result: { ...sampleSearch(), startedAt: '2026-08-03T10:00:00.000Z' } });
  await writeResult(directory, { kind: 'study', id: '20260802-100000-tttttt', result: { ...sampleStudy(), startedAt: '2026-08-02T10:00:00.000Z' } });
  await writeFile(join(directory, 'experiment-cut.json'), '{"schemaVersion":');
  await writeFile(join(directory, 'search-newer.json'), JSON.stringify({ ...sampleSearch(), schemaVersion: 99 }));
  await writeFile(join(directory, '20260101-000000-cut.json'), '{"schemaVersion": 1, "id":');
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

function results(...words: string[]): { exitCode: number | null; stdout: string; stderr: string } {
  const args = [resolve('cli/main.ts'), 'results', ...words, '--runs-dir', directory];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: PLAIN_ENVIRONMENT });
  return { exitCode: status, stdout, stderr };
}

describe('headroom results', () => {
  it('prints the newest run and where it is stored', () => {
    const { exitCode, stdout } = results('show');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^headroom run 20260805-100000-bbbbbb: clickstream\n/);
    expect(stdout).toContain(`Stored in ${join(directory, '20260805-100000-bbbbbb.json')}`);
  });

  it('prints a named run as it is stored with --json', () => {
    expect(results('show', '20260804', '--json')).toEqual({ exitCode: 0, stdout: serializeRun(OLDER), stderr: '' });
  });

  it('writes the page with --html, and says where', () => {
    const file = join(directory, 'page.html');
    const { exitCode, stdout } = results('show', '20260804', '--html', file);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `Written to ${file}\n` });
    expect(readFileSync(file, 'utf8')).toContain('20260804-100000-aaaaaa');
  });

  it.each([
    ['csv', /^second,isMeasured,/],
    ['hgrm', /^ +Value +Percentile/],
    ['hlog', /^#\[Histogram log format version 1\.3\]\n/],
    ['omb', /^\{\n {2}"workload": "clickstream"/],
  ])('exports %s', (format, beginning) => {
    expect(results('export', '20260804', format)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(beginning), stderr: '' });
  });

  it('names the histograms of the run when it is asked for another', () => {
    const { exitCode, stderr } = results('export', '20260804', 'hgrm', '--histogram', 'p99');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('publish, schedule-delay, batching, request, end-to-end:realtime, end-to-end:sink');
  });

  it('shows experiments, searches and studies again as text and as a page, by their names or the beginning of them', () => {
    for (const [name, words] of [['experiment-20260804-095900-eeeeee', 'Recommendation'], ['search-20260803', 'Highest sustainable rate'], ['study-20260802', 'How far to trust a comparison']] as const) {
      expect(results('show', name)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(words) as string, stderr: '' });
      const file = join(directory, 'other.html');
      expect(results('show', name, '--html', file)).toMatchObject({ exitCode: 0, stdout: `Written to ${file}\n` });
      expect(readFileSync(file, 'utf8')).toContain('<!doctype html>');
    }
  });

  it('says what is wrong with a result that cannot be read', () => {
    expect(results('show', 'experiment-cut')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('experiment-cut.json') as string });
    expect(results('show', 'search-newer')).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('a newer headroom wrote it') as string });
  });

  const firstWords = (text: string): string[] => text.trimEnd().split('\n').map((line) => line.trim().split(/ {2,}/)[0] ?? '');

  it('lists all, the newest first, damaged ones included', () => {
    const { exitCode, stdout } = results('list');
    expect(exitCode).toBe(0);
    expect(firstWords(stdout)).toEqual([
      'run', '20260805-100000-bbbbbb', '20260804-100000-aaaaaa', '20260101-000000-cut', '',
      'made of several runs', 'experiment-20260804-095900-eeeeee', 'search-20260803-100000-ssssss', 'study-20260802-100000-tttttt', 'experiment-cut', 'search-newer',
    ]);
  });

  it.each<[string[], string[]]>([
    [['--name', 'CLICK'], ['20260805-100000-bbbbbb', '20260804-100000-aaaaaa', 'search-20260803-100000-ssssss']],
    [['--name', 'nothing'], []],
    [['--variant', 'one'], ['20260804-100000-aaaaaa', 'experiment-20260804-095900-eeeeee']],
    [['--commit', 'deadbee'], ['20260804-100000-aaaaaa']],
    [['--since', '2026-08-05'], ['20260805-100000-bbbbbb']],
    [['--until', '2026-08-04T10:00'], ['experiment-20260804-095900-eeeeee', 'search-20260803-100000-ssssss', 'study-20260802-100000-tttttt']],
    [['--since', '2026-08-03T12:00', '--until', '2026-08-05', '--variant', 'one'], ['20260804-100000-aaaaaa', 'experiment-20260804-095900-eeeeee']],
  ])('lists only what is asked for with %j', (flags, expected) => {
    const { exitCode, stdout } = results('list', '--json', ...flags);
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as { id: string }[]).map(({ id }) => id)).toEqual(expected);
  });

  it('refuses a time that is none', () => {
    expect(results('list', '--since', 'yesterday')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--since "yesterday"') as string });
  });

  it('removes old runs only when told to, and none that a baseline names', () => {
    expect(results('baseline', 'set', 'main', 'aaaaaa')).toMatchObject({ exitCode: 0 });
    expect(results('prune', '--keep', '0')).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/bbbbbb[\s\S]*1 of 2 runs would be removed/) as string });
    expect(results('baseline', 'remove', 'main')).toMatchObject({ exitCode: 0 });
  });

  it('ends with 2 for a run that is not there, naming the reference and the way out', () => {
    const { exitCode, stdout, stderr } = results('show', '20270101');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/"20270101".*\n.*results list/);
  });

  it('ends with 3 for a damaged file, naming its path and the problem', () => {
    const { exitCode, stderr } = results('show', '20260101-000000-cut');
    expect(exitCode).toBe(3);
    expect(stderr).toContain(join(directory, '20260101-000000-cut.json'));
    expect(stderr).toContain('not JSON');
  });

  it('ends with 3 for a directory in place of a file', () => {
    const { exitCode, stderr } = results('show', directory);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/directory/);
  });
});
