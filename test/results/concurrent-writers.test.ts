/** The store with several processes at once, and with a disk that takes no more. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RunStore, serializeRun } from '../../results/run-store.ts';
import { sampleRun } from './sample-run.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-writers-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Stores one run under each id, says of each whether it was the one that did; waits for nobody. */
const WRITER = `
import { readFileSync } from 'node:fs';
import { RunStore } from ${JSON.stringify(resolve('results/run-store.ts'))};
const [directory, file, ...ids] = process.argv.slice(1);
const run = JSON.parse(readFileSync(file, 'utf8'));
const outcomes = [];
for (const id of ids) outcomes.push(await new RunStore(directory).write({ ...run, id, seed: process.pid }).then(() => 'stored', ({ code }) => code));
process.stdout.write(JSON.stringify({ pid: process.pid, outcomes }));
`;

function writer(...words: string[]): Promise<{ pid: number; outcomes: string[] }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, ...words], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((done, fail) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
    child.once('error', fail);
    child.once('close', () => done(JSON.parse(text) as { pid: number; outcomes: string[] }));
  });
}

it('lets exactly one of several processes have an id, and every stored run is whole', async () => {
  const file = join(directory, 'input');
  writeFileSync(file, serializeRun(sampleRun()));
  const [runs, ids] = [join(directory, 'runs'), Array.from({ length: 10 }, (_, at) => `20260805-1234${10 + at}-aaaaaa`)];
  const writers = await Promise.all([1, 2, 3, 4].map(() => writer(runs, file, ...ids)));
  for (const [at, id] of ids.entries()) {
    const winners = writers.filter(({ outcomes }) => outcomes[at] === 'stored');
    expect(winners).toHaveLength(1);
    expect(await new RunStore(runs).find(id)).toMatchObject({ kind: 'run', run: { id, seed: winners[0]?.pid } });
    expect(writers.flatMap(({ outcomes }) => outcomes[at]).filter((outcome) => outcome !== 'stored')).toEqual(['EEXIST', 'EEXIST', 'EEXIST']);
  }
  expect(readdirSync(runs).sort()).toEqual(ids.map((id) => `${id}.json`));
});

it('leaves no file behind when the disk takes no more, not even a hidden one', () => {
  const file = join(directory, 'input');
  writeFileSync(file, serializeRun(sampleRun()));
  const runs = join(directory, 'runs');
  // No file may grow beyond 4 KiB (or 8, by the shell's unit): a run is larger.
  const { status, stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 8; exec "$@"', 'sh', process.execPath, '--input-type=module', '-e', WRITER, runs, file, 'one', 'two'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ outcomes: ['EFBIG', 'EFBIG'] });
  expect(readdirSync(runs)).toEqual([]);
});
