import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeResult } from '../../results/result-store.ts';
import { RunStore } from '../../results/run-store.ts';
import { FileExistsError } from '../../results/whole-file.ts';
import { sampleRun } from './sample-run.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-runs-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

it('stores a result whole, beside the runs and not among them', async () => {
  const run = sampleRun();
  await new RunStore(directory).write(run);
  const result = { id: '20990101-000000-aaaaaa', rows: [1, 2] };
  const path = await writeResult(directory, { kind: 'micro', id: result.id, result });
  expect(path).toBe(join(directory, 'micro-20990101-000000-aaaaaa.json'));
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(result);
  expect(await new RunStore(directory).ids()).toEqual([run.id]);
  expect(await new RunStore(directory).find('latest')).toMatchObject({ kind: 'run', run: { id: run.id } });
});

it('lets one of several writers of an id win, and never replaces what it wrote', async () => {
  const results = Array.from({ length: 6 }, (_, writer) => ({ id: 'a', writer, filler: 'x'.repeat(100_000) }));
  const outcomes = await Promise.allSettled(results.map((result) => writeResult(join(directory, 'new'), { kind: 'micro', id: result.id, result })));
  const winners = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []));
  expect(winners).toHaveLength(1);
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(FileExistsError);
  expect(await readdir(join(directory, 'new'))).toEqual(['micro-a.json']);
  expect(JSON.parse(await readFile(join(directory, 'new', 'micro-a.json'), 'utf8'))).toEqual(results[winners[0] as number]);
});
