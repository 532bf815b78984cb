/** kcat (librdkafka, C) as a referee of the wire: every codec, idempotence, consumer groups. Skipped where kcat is not installed. */
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';

const isInstalled = spawnSync('kcat', ['-V']).status === 0;
const RECORDS = 300;

describe.skipIf(!isInstalled)(isInstalled ? 'kcat' : 'kcat (skipped: not installed; Debian has it as package kcat)', () => {
  let cluster: ClusterProcess;

  beforeAll(async () => {
    cluster = await ClusterProcess.start({ properties: { 'num.partitions': '3', 'default.replication.factor': '3', 'min.insync.replicas': '2' } });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  for (const isIdempotent of [false, true]) {
    it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'])(`reads back what it wrote with %s, enable.idempotence=${isIdempotent}`, async (codec) => {
      const topic = `codec-${codec}-${isIdempotent}`;
      const lines = recordLines(topic, RECORDS);
      await kcat(['-P', '-t', topic, '-K', '\t', '-z', codec, '-X', 'acks=all', '-X', `enable.idempotence=${isIdempotent}`], lines);
      expect(await readAll(topic)).toEqual(lines.toSorted());
    });
  }

  it('goes on in a consumer group where its last member committed', async () => {
    const first = recordLines('first', RECORDS);
    const second = recordLines('second', 20);
    await kcat(['-P', '-t', 'grouped', '-K', '\t'], first);
    expect((await readInGroup('grouped', first.length)).toSorted()).toEqual(first.toSorted());
    await kcat(['-P', '-t', 'grouped', '-K', '\t'], second);
    expect((await readInGroup('grouped', second.length)).toSorted()).toEqual(second.toSorted());
  });

  it('finds the offset of a time', async () => {
    await kcat(['-P', '-t', 'timed', '-p', '1'], ['before']);
    const [beforeMs = ''] = await kcat(['-C', '-t', 'timed', '-p', '1', '-o', '0', '-c', '1', '-q', '-f', '%T\n']);
    await kcat(['-P', '-t', 'timed', '-p', '1'], ['after']);
    expect(await kcat(['-Q', '-t', `timed:1:${beforeMs}`])).toEqual(['timed [1] offset 0']);
    expect(await kcat(['-Q', '-t', `timed:1:${Number(beforeMs) + 1}`])).toEqual(['timed [1] offset 1']);
  });

  async function readAll(topic: string): Promise<string[]> {
    const lines = await kcat(['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-X', 'check.crcs=true', '-X', 'fetch.wait.max.ms=50', '-f', '%k\t%s\n']);
    return lines.toSorted();
  }

  function readInGroup(topic: string, count: number): Promise<string[]> {
    return kcat(['-G', 'readers', '-c', String(count), '-q', '-X', 'auto.offset.reset=earliest', '-f', '%k\t%s\n', topic]);
  }

  /** The lines that it prints. Rejects with what it says when it fails. */
  async function kcat(args: readonly string[], input: readonly string[] = []): Promise<string[]> {
    const child = spawn('kcat', ['-b', cluster.bootstrap, '-X', 'topic.metadata.refresh.fast.interval.ms=50', ...args], { timeout: 30_000 });
    child.stdin.end(input.map((line) => `${line}\n`).join(''));
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.once('exit', resolve))]);
    if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${String(code)}: ${errors}`);
    return output.split('\n').filter((line) => line !== '');
  }
});

function recordLines(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `key-${at % 17}\t${name} ${at} ${'value '.repeat(at % 20)}.`);
}
