/** `headroom bench` with an experiment, as far as it goes without running one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const WORKLOAD = 'name: w\ntopics: 1\npartitionsPerTopic: 3\nmessageSize: 100\nuseRandomizedPayloads: true\nrandomBytesRatio: 0.5\nproducerRate: 1000\ntestDurationMinutes: 1\n';
const DRIVER = 'name: Kafka\ndriverClass: io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver\nreplicationFactor: 1\nproducerConfig: |\n  acks=all\n';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-experiment-cli-'));
  writeFileSync(join(directory, 'mine.yaml'), 'name: mine\nbase: { duration: 5s, warmup: 1s }\nprofiles: { a: {}, b: { producer.acks: 1 } }\nbudget: 1 min\n');
  writeFileSync(join(directory, 'wrong.yaml'), 'name: mine\nbase:\n  duratoin: 5s\n');
  writeFileSync(join(directory, 'w.yaml'), WORKLOAD);
  writeFileSync(join(directory, 'd.yaml'), DRIVER);
  writeFileSync(join(directory, 'e.yaml'), DRIVER.replace('acks=all', 'acks=1'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function bench(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'bench', ...words], { encoding: 'utf8', cwd: directory, env: PLAIN_ENVIRONMENT });
  return { code: status, out: stdout, err: stderr };
}

describe('headroom bench --dry-run', () => {
  it('finds a ready experiment from any folder, and says what it would run', () => {
    expect(bench('acks', '--dry-run')).toEqual({ code: 0, err: '', out: expect.stringMatching(/^acks: 3 variants x 8 blocks, about 5 min.*\n {2}acks=all \(baseline\)\n {2}acks=1\n {2}acks=0\n$/) });
  });

  it('says when so few blocks can decide nothing', () => {
    expect(bench('mine.yaml', '--dry-run', '--repeats', '3').out).toMatch(/! with 3 blocks no difference can be called over 4 tests: that needs 8/);
  });

  it('takes files of the OpenMessaging Benchmark', () => {
    expect(bench('--workload', 'w.yaml', '--driver', 'd.yaml', '--dry-run')).toMatchObject({ code: 0, out: expect.stringMatching(/^w: 1 variant x 1 block, about 2 min/) });
    expect(bench('--workload', 'w.yaml', '--driver', 'd.yaml', 'e.yaml', '--repeats', '4', '--dry-run')).toMatchObject({ code: 0, out: expect.stringMatching(/^w: 2 variants x 4 blocks.*\n {2}d \(baseline\)\n {2}e\n/) });
  });
});

describe('what cannot be run ends with 2 and starts nothing', () => {
  it.each([
    [['acs'], /"acs" is neither a file nor a ready experiment; there are acks, /],
    [['wrong.yaml'], /wrong\.yaml:3:3: duratoin: unknown setting in base; did you mean duration\?/],
    [['mine.yaml', '--acks', '1'], /--acks belongs into the experiment's file/],
    [['mine.yaml', '--json', '--markdown'], /choose one/],
    [['mine.yaml', '--repeats', '0'], /--repeats "0" is neither a number from 1 up nor auto/],
    [['mine.yaml', '--repeats', '20'], /40 runs take about 6 min, and the budget is 1 min; 3 blocks fit: --repeats 3/],
    [['mine.yaml', '--budget', '5'], /--budget "5" is no duration/],
    [['mine.yaml', '--rate', 'fast'], /"fast" is no number/],
    [['mine.yaml', '--workload', 'w.yaml'], /exclude each other/],
    [['mine.yaml', '--bootstrap', 'a:1', '--brokers', '2'], /variant a: target\.brokers and target\.dataDirectory are for the embedded cluster/],
    [['--workload', 'w.yaml'], /--workload and --driver go together/],
    [['--workload', 'd.yaml', '--driver', 'd.yaml'], /d\.yaml:2:1: driverClass: unknown key/],
    [['--workload', 'none.yaml', '--driver', 'd.yaml'], /cannot read none\.yaml: there is no such file/],
    [['--repeats', '3'], /--repeats is for experiments/],
  ])('%j', (words, message) => {
    const { code, out, err } = bench(...words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toContain('    at ');
  });
});
