/**
 * From a sizing file to topics on a cluster and back: made by `headroom cluster --topics`, and by the exported script with Kafka's own tools on
 * headroom's brokers and on Kafka's; `headroom size --diff` sees what is there. Kafka's part needs HEADROOM_KAFKA_DIR and a Java.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseProducerPerformance } from '../../bench/kafka/producer-performance.ts';
import { runKafkaClass, startRealKafka } from '../../bench/kafka/real-kafka.ts';
import type { PlanDiff } from '../../results/plan-diff/plan-diff.ts';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';
import { ClusterProcess } from './cluster-process.ts';

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const kafkaDirectory = process.env['HEADROOM_KAFKA_DIR'] ?? '';
/** A dozen JVMs come and go, one after the other. */
const KAFKA_LIMIT_MS = 300_000;
/** Three brokers, six partitions. */
const CONFIG = 'workload: { name: orders, rate: 5k/s, recordSize: 200 B, compressionRatio: 3x, key: customer }\nconsumers: { billing: 1k/s }\nretention: 1 d\n';

let directory: string;
let config: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-system-plan-'));
  config = join(directory, 'orders.yaml');
  writeFileSync(config, CONFIG);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, words: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, words, { cwd: directory, env: { ...PLAIN_ENVIRONMENT, ...env } });
    const ended = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text));
    child.once('close', (code) => resolve({ code, ...ended }));
  });
}

function size(...words: readonly string[]): Promise<Ended> {
  return run(process.execPath, [main, 'size', config, ...words]);
}

async function diff(bootstrap: string, code: number): Promise<PlanDiff> {
  const ended = await size('--diff', '--bootstrap', bootstrap, '--json');
  expect(ended.code, ended.stderr).toBe(code);
  return JSON.parse(ended.stdout) as PlanDiff;
}

describe('a plan and a cluster', () => {
  it('headroom cluster --topics makes what was planned, and --diff finds nothing to do', async () => {
    await using cluster = await ClusterProcess.start({ brokers: 3, topics: config });
    const found = await diff(cluster.bootstrap, 0);
    expect(found).toMatchObject({ plan: 'orders', brokersPlanned: 3, differences: [] });
    expect(found.brokers.reduce((sum, { leaders }) => sum + leaders, 0)).toBeGreaterThan(0);
    const text = await size('--diff', '--bootstrap', cluster.bootstrap);
    expect(text.stdout).toContain('No difference in');
  });

  it('--diff ends with 1 where a topic is absent, with 3 where nobody listens, with 2 without an address', async () => {
    await using cluster = await ClusterProcess.start({ brokers: 1 });
    expect((await diff(cluster.bootstrap, 1)).differences.map(({ id }) => id)).toEqual(['brokers', 'orders.topic']);
    expect(await size('--diff', '--bootstrap', '127.0.0.1:1')).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('127.0.0.1:1') as string });
    expect(await size('--diff')).toMatchObject({ code: 2, stderr: expect.stringContaining('--bootstrap') as string });
  });

  it('headroom cluster refuses topics that its brokers cannot hold, before it starts any', async () => {
    expect(await run(process.execPath, [main, 'cluster', '--brokers', '2', '--topics', config])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--brokers 3') as string });
  });
});

describe.skipIf(kafkaDirectory === '')(kafkaDirectory === '' ? "Kafka's own tools (skipped: HEADROOM_KAFKA_DIR names no Kafka)" : "Kafka's own tools", () => {
  let plan: string;
  beforeAll(async () => {
    plan = join(directory, 'plan');
    const ended = await size('--export', 'all', '--out', plan);
    expect(ended.code, ended.stderr).toBe(0);
    for (const [name, mainClass] of [['topics', 'org.apache.kafka.tools.TopicCommand'], ['configs', 'kafka.admin.ConfigCommand']] as const) {
      const script = join(directory, `kafka-${name}.sh`);
      writeFileSync(script, `#!/bin/sh\nexec java -Xmx256M -cp '${kafkaDirectory}/libs/*' ${mainClass} "$@"\n`);
      chmodSync(script, 0o755);
    }
  });

  async function apply(bootstrap: string): Promise<string> {
    const applied = await run(join(plan, 'kafka-topics.sh'), [], { BOOTSTRAP: bootstrap, KAFKA_TOPICS: join(directory, 'kafka-topics.sh'), KAFKA_CONFIGS: join(directory, 'kafka-configs.sh') });
    expect(applied.code, `${applied.stdout}${applied.stderr}`).toBe(0);
    return applied.stdout;
  }

  it('take the exported script on headroom\'s brokers, twice', async () => {
    await using cluster = await ClusterProcess.start({ brokers: 3 });
    expect(await apply(cluster.bootstrap)).toMatch(/Created topic orders[^]*PartitionCount: \d+\s+ReplicationFactor: 3\s+Configs: .*retention\.ms=86400000/);
    await apply(cluster.bootstrap);
    expect((await diff(cluster.bootstrap, 0)).differences).toEqual([]);
  }, KAFKA_LIMIT_MS);

  it('take the exported script on a real Kafka, where --diff sees the topic, what is changed in it, and its producer settings work', async () => {
    const kafka = await startRealKafka(kafkaDirectory, 3);
    try {
      expect((await diff(kafka.bootstrap, 1)).differences.map(({ id }) => id)).toEqual(['orders.topic']);
      await apply(kafka.bootstrap);
      expect((await diff(kafka.bootstrap, 0)).differences).toEqual([]);
      const alter = ['--bootstrap-server', kafka.bootstrap, '--alter', '--entity-type', 'topics', '--entity-name', 'orders', '--add-config', 'retention.ms=3600000,min.insync.replicas=1'];
      await runKafkaClass({ kafkaDirectory, mainClass: 'kafka.admin.ConfigCommand', words: alter });
      const { differences } = await diff(kafka.bootstrap, 1);
      expect(differences.map(({ id }) => id)).toEqual(['orders.min.insync.replicas', 'orders.retention.ms']);
      for (const { commands } of differences) {
        const repaired = await run('sh', ['-c', commands.join('\n')], { PATH: `${directory}:${process.env['PATH'] ?? ''}` });
        expect(repaired.code, repaired.stderr).toBe(0);
      }
      expect((await diff(kafka.bootstrap, 0)).differences).toEqual([]);
      const words = ['--topic', 'orders', '--num-records', '2000', '--record-size', '200', '--throughput', '-1', '--producer.config', join(plan, 'producer.properties'), '--producer-props', `bootstrap.servers=${kafka.bootstrap}`];
      expect(readFileSync(join(plan, 'producer.properties'), 'utf8')).toContain('enable.idempotence=true');
      expect(parseProducerPerformance(await runKafkaClass({ kafkaDirectory, mainClass: 'org.apache.kafka.tools.ProducerPerformance', words })).recordsPerSecond).toBeGreaterThan(0);
    } finally {
      await kafka.close();
    }
  }, KAFKA_LIMIT_MS);
});
