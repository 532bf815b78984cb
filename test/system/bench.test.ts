import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateRun } from '../../results/run-schema.ts';
import type { Run } from '../../results/run.ts';
import { listProcesses } from './process-table.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const movies = fileURLToPath(new URL('../../node_modules/vega-datasets/data/movies.json', import.meta.url));
/** A Kafka release; its log reader is a referee of the files. */
const kafkaDirectory = process.env['HEADROOM_KAFKA_DIR'];
/** Short and slow enough for a machine that does something else as well: what is checked is the records, never the speed. */
const SHORT = ['--rate', '20k', '--warmup', '1', '--duration', '3'];

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-system-bench-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs where nothing else stores runs. */
function headroom(
  words: readonly string[],
  options: { env?: Record<string, string>; onStderr?: (text: string, pid: number) => void; fileSizeKiB?: number } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const limit = options.fileSizeKiB ?? 'unlimited';
    const child = spawn('bash', ['-c', `ulimit -f ${limit}; exec "$0" "$@"`, process.execPath, main, ...words], { cwd: directory, env: { ...PLAIN_ENVIRONMENT, ...options.env } });
    const ended = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      ended.stderr += text;
      options.onStderr?.(ended.stderr, child.pid as number);
    });
    child.once('close', (code) => resolve({ code, ...ended }));
  });
}

function runOf({ code, stdout, stderr }: Ended): Run {
  expect(code, stderr).toBe(0);
  const validation = validateRun(JSON.parse(stdout));
  if (validation.kind === 'invalid') throw new Error(validation.problems.join('\n'));
  return validation.run;
}

function expectClean(run: Run): void {
  expect(run.status).toEqual({ kind: 'complete' });
  if (run.verification.kind !== 'done') throw new Error('it was verified');
  const { passed, lostRecords, duplicatedRecords, reorderedRecords, acknowledgedRecords, confirmedRecords } = run.verification;
  expect({ passed, lostRecords, duplicatedRecords, reorderedRecords }).toEqual({ passed: true, lostRecords: 0, duplicatedRecords: 0, reorderedRecords: 0 });
  expect(confirmedRecords).toBe(acknowledgedRecords);
  expect(acknowledgedRecords).toBe(run.measured.throughput.total.sentRecords);
  expect(acknowledgedRecords).toBeGreaterThan(0);
}

describe('headroom bench', () => {
  it('T26: measures, verifies and stores the main job, and headroom results show prints it again', async () => {
    const data = join(directory, 'data');
    const run = runOf(await headroom(['bench', ...SHORT, '--json', '--data-dir', data]));
    expectClean(run);
    expect(run.configuration.target).toMatchObject({ kind: 'embedded', brokerCount: 3 });
    expect(run.measured.groups.map(({ name, lagRecordsFinal }) => [name, lagRecordsFinal])).toEqual([['realtime', 0], ['sink', 0]]);
    for (const { requests } of run.measured.brokers) {
      expect(requests).toMatchObject({ produce: expect.any(Number), otherByApi: expect.any(Object) });
      for (const count of [requests?.produce, requests?.consumerFetch, requests?.followerFetch]) expect(count).toBeGreaterThan(0);
    }
    const received = run.measured.brokers.reduce((sum, { requests }) => sum + (requests?.receivedBytes ?? 0), 0);
    expect(received).toBeGreaterThan(run.measured.throughput.compressedBytes / 2);
    expect(run.plan?.decisions.map(({ id }) => id)).toContain('run.partitions');
    const report = await headroom(['results', 'show', run.id]);
    expect(report.code, report.stderr).toBe(0);
    for (const part of ['PASSED', 'Publish latency', 'Decision', 'compression ratio', 'broker 3']) expect(report.stdout).toContain(part);
    expect(report.stdout).not.toMatch(/NaN|undefined|null/);
    if (kafkaDirectory !== undefined) expectReadableByKafka(data, kafkaDirectory);
    else console.log("HEADROOM_KAFKA_DIR names no Kafka: its DumpLogSegments did not look at the files");
  });

  it('does the same without the native add-on, and says so in the report', async () => {
    const run = runOf(await headroom(['bench', ...SHORT, '--json'], { env: { HEADROOM_NATIVE: 'off' } }));
    expectClean(run);
    expect(run.configuration.target).toMatchObject({ files: 'portable' });
    expect(run.warnings.map(({ code }) => code)).toContain('native-missing');
  });

  it('ends as failed, with the reason, when the files of the brokers may not grow any more', async () => {
    const ended = await headroom(['bench', ...SHORT, '--rate', '100k', '--json'], { fileSizeKiB: 512 });
    expect(ended.code, ended.stderr).toBe(3);
    const validation = validateRun(JSON.parse(ended.stdout));
    if (validation.kind === 'invalid') throw new Error(validation.problems.join('\n'));
    const { status, measured } = validation.run;
    expect(status.kind).toBe('failed');
    expect(JSON.stringify(status)).toMatch(/the disk of broker \d failed and its partitions went offline: cannot allocate .*File too large/);
    expect(measured.throughput.total.acknowledgedRecords).toBeGreaterThan(0);
  });

  it('loses nothing when a leading broker is killed, and shows its way back into the ISR', async () => {
    const run = runOf(await headroom(['bench', ...SHORT, '--duration', '8', '--kill-broker', '1', '--restart-after', '1', '--json']));
    expectClean(run);
    const killed = run.measured.events.find((event) => event.kind === 'brokerKilled');
    const changes = run.measured.events.filter((event) => event.kind === 'isrChange');
    expect(killed).toBeDefined();
    expect(changes.some(({ isr }) => isr.length === 2)).toBe(true);
    for (let partition = 0; partition < 20; partition++) {
      const last = changes.findLast((change) => change.partition === partition);
      expect(last?.isr.length ?? 3, `partition ${partition}`).toBe(3);
    }
  });

  it('replays a file of real records, keyed by a field', async () => {
    const run = runOf(await headroom(['bench', '--payload', movies, '--key', 'Director', ...SHORT, '--groups', 'readers=2', '--json']));
    expectClean(run);
    expect(run.measured.throughput.compressionRatio).toBeGreaterThan(1.5);
  });

  it('T28: ended early by Ctrl-C keeps what was measured, marked partial, and leaves no process and no directory', async () => {
    const temporary = join(directory, 'tmp');
    mkdirSync(temporary);
    let brokers: number[] = [];
    const ended = await headroom(['bench', '--rate', '20k', '--warmup', '1', '--duration', '60', '--json'], {
      env: { TMPDIR: temporary },
      onStderr: (text, pid) => {
        if (brokers.length > 0 || !text.includes('measuring ')) return;
        brokers = listProcesses().filter(({ parentPid }) => parentPid === pid).map((each) => each.pid);
        process.kill(pid, 'SIGINT');
      },
    });
    expect(ended.code).toBe(130);
    expect((JSON.parse(ended.stdout) as Run).status.kind).toBe('partial');
    expect(brokers).toHaveLength(3);
    for (const pid of brokers) expect(existsSync(`/proc/${pid}`)).toBe(false);
    // Node keeps its compiled modules there as well.
    expect(readdirSync(temporary).filter((name) => name.startsWith('headroom'))).toEqual([]);
  });

  it.each([
    ['a property that there is not', ['--producer-property', 'linger.msec=1'], 2, /nearest known is 'linger\.ms'/],
    ['an empty payload', ['--payload', '/dev/null'], 2, /payload file/],
    ['a bootstrap where nobody listens', ['--bootstrap', '127.0.0.1:1'], 3, /127\.0\.0\.1:1/],
    ['more replicas than brokers', ['--brokers', '2', '--replication-factor', '3'], 2, /needs as many brokers/],
    ['a data directory that cannot be made', ['--data-dir', join(main, 'data')], 3, /data directory .* cannot be made: ENOTDIR/],
  ])('refuses %s with a reason and an exit code', async (_what, words, code, reason) => {
    const ended = await headroom(['bench', ...SHORT, ...words]);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(reason) as string]);
    expect(ended.stderr).not.toContain('this is a bug');
  });
});

/** kafka.tools.DumpLogSegments --deep-iteration over every segment of one broker. */
function expectReadableByKafka(data: string, kafka: string): void {
  const partitions = readdirSync(join(data, 'broker-1')).filter((name) => name.startsWith('clickstream-'));
  expect(partitions).toHaveLength(20);
  const files = partitions.flatMap((name) => readdirSync(join(data, 'broker-1', name)).filter((file) => /\.(log|index|timeindex|snapshot)$/.test(file)).map((file) => join(data, 'broker-1', name, file)));
  const dump = spawnSync('java', ['-cp', join(kafka, 'libs', '*'), 'kafka.tools.DumpLogSegments', '--deep-iteration', '--files', files.join(',')], { encoding: 'utf8', maxBuffer: 1 << 30 });
  expect(dump.status, dump.stderr).toBe(0);
  expect(dump.stdout).toContain('isvalid: true');
  expect(dump.stdout).not.toMatch(/isvalid: false|mismatch|Found|error|non-consecutive|invalid bytes/i);
}
