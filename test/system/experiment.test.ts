/** `headroom bench FILE` with real brokers, as short as it can be: what is checked is the order, the storing and the result, never the speed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ExperimentResult } from '../../results/compare/experiment/experiment-result.ts';
import { RunStore } from '../../results/run-store.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const EXPERIMENT = `
name: tiny
base:
  load: { rate: 2k/s }
  warmup: 1s
  duration: 1s
  consumers: none
  topic.partitions: 3
profiles:
  all: { producer.acks: all }
  one: { producer.acks: 1 }
repeats: 2
thresholds:
  records.lost: "== 0"
  publish.p50: "< 60 s"
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-experiment-'));
  writeFileSync(join(directory, 'tiny.yaml'), EXPERIMENT);
  const single = EXPERIMENT.replace(/  one: .*\n/, '').replace('repeats: 2', 'repeats: 1');
  writeFileSync(join(directory, 'failing.yaml'), single.replace('== 0', '> 0'));
  writeFileSync(join(directory, 'homeless.yaml'), EXPERIMENT.replace('topic.partitions: 3', 'topic.partitions: 3\n  target.dataDirectory: tiny.yaml/below').replace(/thresholds[^]*/, ''));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function headroom(words: readonly string[], onStderr: (text: string, child: ChildProcess) => void = () => {}): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...words], { cwd: directory, env: PLAIN_ENVIRONMENT });
    const ended = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.stderr += text;
      onStderr(ended.stderr, child);
    });
    child.once('close', (code) => resolve({ code, ...ended }));
  });
}

it('runs every variant in every block, stores each run with its place, and gives the result', async () => {
  const { code, stdout, stderr } = await headroom(['bench', 'tiny.yaml', '--json']);
  expect(code, stderr).toBe(0);
  const result = JSON.parse(stdout) as ExperimentResult;
  expect(result).toMatchObject({ experiment: 'tiny', blocks: { planned: 2, complete: 2 }, baseline: 'all', endedEarly: null });
  const stored = (await new RunStore(join(directory, 'results', 'runs')).list()).flatMap((each) => (each.kind === 'run' ? [each.run] : []));
  const places = stored.map(({ repeat }) => `${repeat?.experimentId} ${repeat?.variant} ${repeat?.block}`).toSorted();
  expect(places).toEqual(['all 1', 'all 2', 'one 1', 'one 2'].map((place) => `${result.experimentId} ${place}`));
  expect(stored.map(({ configuration }) => configuration.producerProperties['acks']).toSorted()).toEqual(['1', '1', 'all', 'all']);
  expect(result.thresholds.map(({ passed }) => passed)).toEqual([true, true, true, true]);
  expect(stderr).toMatch(/block 2 of 2, run 4 of 4/);
});

it('T6: ends with 1 when a threshold fails, after all runs', async () => {
  const { code, stdout, stderr } = await headroom(['bench', 'failing.yaml']);
  expect(code, stderr).toBe(1);
  expect(stdout).toMatch(/FAILED +all +records\.lost > 0 +0 records/);
  expect(stdout).toContain('Recommendation');
});

it('ends with what there is when it is interrupted', async () => {
  let isSent = false;
  const { code, stdout, stderr } = await headroom(['bench', 'tiny.yaml', '--repeats', '50'], (text, child) => {
    if (isSent || !text.includes('run 2 of 100')) return;
    isSent = true;
    child.kill('SIGINT');
  });
  expect(code, stderr).toBe(130);
  expect(stdout).toContain('Interrupted by the operator in block 1 of 50');
  expect(stdout).toMatch(/all|one/);
});

it('stores a run that cannot begin as failed, shows it, goes on, and ends when a whole block failed', async () => {
  const { code, stdout, stderr } = await headroom(['bench', 'homeless.yaml', '--json']);
  expect(code, stderr).toBe(3);
  const { variants, recommendation, endedEarly } = JSON.parse(stdout) as ExperimentResult;
  expect(variants.flatMap(({ runs }) => runs.map(({ status }) => status))).toEqual(['failed', 'failed']);
  expect(recommendation.words).toMatch(/^Nothing can be recommended/);
  expect(endedEarly).toMatch(/^Every run of the first block failed/);
  expect(stderr.match(/failed: .*tiny\.yaml\/below/g)).toHaveLength(2);
  const stored = (await new RunStore(join(directory, 'results', 'runs')).list()).flatMap((each) => (each.kind === 'run' && each.run.status.kind === 'failed' ? [each.run] : []));
  expect(stored.map(({ repeat }) => repeat?.variant).toSorted()).toEqual(['all', 'one']);
});
