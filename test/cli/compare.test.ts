/** `headroom compare` as a process of its own, over a folder of runs. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareCommand } from '../../cli/compare.ts';
import { RunStore } from '../../results/run-store.ts';
import type { Run } from '../../results/run.ts';
import { sampleRun } from '../results/sample-run.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

/** Prints to a real stdout and ends as the entry point would. */
const DRIVER = `
const { compareCommand } = await import(${JSON.stringify(pathToFileURL('cli/compare.ts').href)});
try {
  await compareCommand().exitOverride().parseAsync(process.argv.slice(1), { from: 'user' });
} catch (error) {
  if (error.name !== 'CliError') throw error;
  process.stderr.write(error.message + '\\n');
  process.exitCode = error.exitCode;
}`;

const RUNS_A_SIDE = 7;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'headroom-compare-'));
  const store = new RunStore(directory);
  for (let at = 0; at < RUNS_A_SIDE; at++) {
    await store.write(run({ id: `a${at}`, name: 'main', factor: 1 + at / 500, minute: 2 * at }));
    await store.write(run({ id: `b${at}`, name: 'branch', factor: 1.5 + at / 500, minute: 2 * at + 1 }));
  }
  await store.write(sampleRun({ id: 'broken', status: { kind: 'failed', reason: 'the disk was full' } }));
  await writeFile(join(directory, 'cut.json'), '{"schemaVersion": 1,');
  await mkdir(join(directory, 'main'));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

function compare(...words: string[]): { exitCode: number | null; stdout: string; stderr: string } {
  const args = ['--input-type=module', '--eval', DRIVER, '--', '--runs-dir', directory, ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env: PLAIN_ENVIRONMENT });
  return { exitCode: status, stdout, stderr };
}

describe('headroom compare', () => {
  it('compares all runs of a name with all of another, the oldest first', () => {
    const { exitCode, stdout, stderr } = compare('main', 'branch');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^7 candidate runs \(branch\) against 7 baseline runs \(main\)\.\n {2}baseline {3}a0, a1, a2, a3, a4, a5, a6\n/);
    expect(stdout).toMatch(/publish p99 .* worse\n/);
  });

  it('ends with 1 for a metric that is worse when asked to, and with 0 for one that is better', () => {
    expect(compare('main', 'branch', '--fail-on-regression').exitCode).toBe(1);
    expect(compare('branch', 'main', '--fail-on-regression')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('better') });
  });

  it('takes ids, their ends and files, and the smallest difference in percent', () => {
    const { exitCode, stdout } = compare('a0,a1,a2,a3,a4', `b0,b1,b2,b3,${join(directory, 'b4.json')}`, '--json', '--min-difference', '80', '--alpha', '0.01', '--paired', '--metrics', 'publish.p99,cpu.brokers');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      baseline: { runIds: ['a0', 'a1', 'a2', 'a3', 'a4'], names: ['main'] },
      candidate: { runIds: ['b0', 'b1', 'b2', 'b3', 'b4'] },
      isPaired: true,
      criteria: { alpha: 0.01, minDifference: 0.8 },
      metrics: [{ id: 'publish.p99', verdict: { kind: 'undecided' } }, { id: 'cpu.brokers' }],
    });
  });

  it('prints Markdown', () => {
    expect(compare('main', 'branch', '--markdown').stdout).toMatch(/\n\| metric \| baseline \| candidate \|.*\n\| --- \|/);
  });

  it.each([
    ['a failed run', ['main', 'broken'], 2, /candidate broken: failed: .*disk was full[\s\S]*--allow-invalid/],
    ['a run named twice', ['a0,a1', 'a1,b1'], 2, /candidate a1: repeated/],
    ['a run that is not there', ['main', 'nobody'], 2, /"nobody".*no run has that name\n.*results list/],
    ['a damaged file', ['main', 'cut'], 3, /cut\.json is not a run/],
    ['pairs of sides of different length', ['a0,a1', 'b0', '--paired'], 2, /as many/],
    ['an unknown metric', ['main', 'branch', '--metrics', 'p99'], 2, /"p99".*publish\.p99/],
    ['a bad number', ['main', 'branch', '--min-difference', 'small'], 2, /--min-difference "small"/],
    ['two formats', ['main', 'branch', '--json', '--markdown'], 2, /choose one/],
    ['an empty list', [',', 'branch'], 2, /names no run/],
  ])('says what is wrong with %s', async (_what, words, exitCode, message) => {
    const ended = compareCommand().exitOverride().parseAsync(['--runs-dir', directory, ...words], { from: 'user' });
    await expect(ended).rejects.toMatchObject({ name: 'CliError', exitCode, message: expect.stringMatching(message) });
  });

  it('compares a failed run when that is allowed', () => {
    expect(compare('main', 'broken', '--allow-invalid').exitCode).toBe(0);
  });
});

function run({ id, name, factor, minute }: { id: string; name: string; factor: number; minute: number }): Run {
  const sample = sampleRun({ id, startedAt: new Date(Date.UTC(2026, 7, 5, 10, minute)).toISOString() });
  const { publish } = sample.measured.latency;
  const { p50Us, p99Us, p999Us, maxUs } = publish.summary;
  const times = (value: number | null): number | null => (value === null ? null : value * factor);
  const summary = { ...publish.summary, p50Us: times(p50Us), p99Us: times(p99Us), p999Us: times(p999Us), maxUs: times(maxUs) };
  return {
    ...sample,
    configuration: { ...sample.configuration, name },
    measured: { ...sample.measured, latency: { ...sample.measured.latency, publish: { ...publish, summary } } },
  };
}
