import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runText } from '../../results/render/run-text.ts';
import { newRunId, RunExistsError, RunStore, serializeRun } from '../../results/run-store.ts';
import { faultRun, runWithoutRecords, sampleRun } from './sample-run.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-runs-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('RunStore', () => {
  it('gives back what was stored, and its report reads the same', async () => {
    for (const [at, run] of [sampleRun(), faultRun(), runWithoutRecords()].entries()) {
      const stored = { ...run, id: `20260805-12345${at}-abcdef` };
      const store = new RunStore(directory);
      const path = await store.write(stored);
      const found = await store.find(stored.id);
      expect(found).toEqual({ kind: 'run', path, run: stored });
      const options = { width: 100, isColored: true };
      expect(found.kind === 'run' ? runText(found.run, options) : '').toBe(runText(stored, options));
    }
  });

  it('T8: lets one of two writers of the same id win, whole, and tells the other', async () => {
    const runs = Array.from({ length: 8 }, (_, seed) => sampleRun({ seed }));
    const outcomes = await Promise.allSettled(runs.map((run) => new RunStore(directory).write(run)));
    const winners = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []));
    expect(winners).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RunExistsError);
    expect(await readdir(directory)).toEqual(['20260805-123456-k3x9qd.json']);
    expect(await readFile(join(directory, '20260805-123456-k3x9qd.json'), 'utf8')).toBe(serializeRun(runs[winners[0] as number] as (typeof runs)[number]));
  });

  it('keeps the runs of writers with ids of their own', async () => {
    const startedAt = new Date('2026-08-05T12:34:56Z');
    const runs = Array.from({ length: 12 }, () => sampleRun({ id: newRunId(startedAt) }));
    await Promise.all(runs.map((run) => new RunStore(directory).write(run)));
    expect(await new RunStore(directory).ids()).toEqual(runs.map(({ id }) => id).sort().reverse());
  });

  it('finds the newest, a beginning, an end, a path, and says why it does not', async () => {
    const store = new RunStore(directory);
    expect(await store.find()).toMatchObject({ kind: 'missing', reason: expect.stringContaining(directory) });
    const ids = ['20260805-120000-aaaaaa', '20260805-130000-bbbbbb', '20260806-090000-cccccc'];
    for (const id of ids) await store.write(sampleRun({ id }));
    const idOf = async (reference?: string): Promise<string> => {
      const found = await store.find(reference);
      return found.kind === 'run' ? found.run.id : found.kind;
    };
    expect(await Promise.all([undefined, 'latest', '20260805-13', 'aaaaaa', ids[1], join(directory, `${ids[0]}.json`)].map(idOf))).toEqual([ids[2], ids[2], ids[1], ids[0], ids[1], ids[0]]);
    expect(await store.find('20260805')).toMatchObject({ kind: 'missing', reason: expect.stringContaining('2 runs') });
    expect(await store.find('nothing')).toMatchObject({ kind: 'missing', reason: expect.stringContaining('"nothing"') });
  });

  it('answers damaged files with their problem and lists them beside the others', async () => {
    const store = new RunStore(directory);
    await store.write(sampleRun());
    const whole = await readFile(join(directory, '20260805-123456-k3x9qd.json'), 'utf8');
    await writeFile(join(directory, '20260804-cut.json'), whole.slice(0, whole.length / 2));
    await writeFile(join(directory, '20260803-empty.json'), '');
    await writeFile(join(directory, '20260802-other.json'), '{"name":"something else"}');
    await writeFile(join(directory, '.20260806-123456-zzzzzz.1.tmp'), 'left behind by a writer that was killed');
    const listed = await store.list();
    expect(listed.map(({ kind }) => kind)).toEqual(['run', 'damaged', 'damaged', 'damaged']);
    const problems = listed.map((entry) => (entry.kind === 'damaged' ? entry.problems.join() : ''));
    expect(problems).toEqual(['', expect.stringMatching(/^not JSON/), 'the file is empty', expect.stringContaining('no schemaVersion')]);
  });

  it('refuses ids that would leave the folder', async () => {
    await expect(new RunStore(directory).write(sampleRun({ id: '../escape' }))).rejects.toThrow(RangeError);
  });
});
