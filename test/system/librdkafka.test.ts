/** The same load by librdkafka, where its binding is installed, with the same verification; where it is not, the way out. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadLibrdkafka } from '../../bench/load/driver/librdkafka-package.ts';
import type { ExperimentResult } from '../../results/compare/experiment/experiment-result.ts';
import type { Run } from '../../results/run.ts';
import { headroom, SHORT } from './secured/command.ts';

const isInstalled = ((): boolean => {
  try {
    loadLibrdkafka();
    return true;
  } catch {
    return false;
  }
})();
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-librdkafka-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

if (!isInstalled) console.log('@confluentinc/kafka-javascript is not installed: librdkafka drove no load');

it.skipIf(isInstalled)('is missed with the way out, before anything is started', async () => {
  const { code, stderr } = await headroom(['bench', ...SHORT, '--client', 'librdkafka'], { cwd: directory });
  expect(code).toBe(3);
  expect(stderr).toMatch(/^headroom: --client librdkafka: @confluentinc\/kafka-javascript is not installed: run npm install --no-save @confluentinc\/kafka-javascript/m);
  expect(stderr).not.toContain('starting');
});

describe.skipIf(!isInstalled)('librdkafka', () => {
  it.each(['all', '0'])('drives a load whose records are all found in the log, with acks=%s', async (acks) => {
    const { code, stdout, stderr } = await headroom(['bench', ...SHORT, '--client', 'librdkafka', '--acks', acks, '--brokers', '2', '--groups', 'readers=1', '--json'], { cwd: directory });
    expect(code, stderr).toBe(0);
    const { configuration, verification, measured } = JSON.parse(stdout) as Run;
    expect(configuration.client).toMatch(/^librdkafka \d+\.\d+\.\d+$/);
    expect(verification).toMatchObject({ kind: 'done', passed: true, recordsCheckedSingly: 4000, ...(acks === 'all' ? { confirmedRecords: 4000 } : { unconfirmedSeenRecords: 4000 }) });
    expect(measured.latency.publish.summary.count).toBe(4000);
    // What it does not tell is not measured, rather than zero.
    expect(measured.latency.batching.summary).toMatchObject({ count: 0, p50Us: null });
  });

  it('is a variant of an experiment, beside headroom\'s own client', async () => {
    writeFileSync(join(directory, 'clients.yaml'), 'name: clients\nbase: { load.rate: 2k/s, warmup: 0s, duration: 1s, consumers: none, target.brokers: 1, topic.partitions: 2 }\nmatrix: { client: [headroom, librdkafka] }\nrepeats: 1\n');
    const { code, stdout, stderr } = await headroom(['bench', 'clients.yaml', '--json'], { cwd: directory });
    expect(code, stderr).toBe(0);
    const { variants } = JSON.parse(stdout) as ExperimentResult;
    expect(variants.map(({ name, runs }) => [name, runs[0]?.isVerified])).toEqual([['client=headroom', true], ['client=librdkafka', true]]);
  });
});
