/**
 * Whole clusters under random schedules of kills, pauses, cut links, failing disks and restarts; then everything is healed, and every
 * acknowledged record must be in all replicas exactly once, in order, at its offset. HEADROOM_SEED repeats a schedule,
 * HEADROOM_SCHEDULES sets how many there are (npm run test:soak: many).
 */
import { describe, expect, it } from 'vitest';
import { KafkaConnection } from '../../../engine/client/kafka-connection.ts';
import { parseTopicConfig } from '../../../engine/log/log-config.ts';
import { PartitionLog } from '../../../engine/log/partition-log.ts';
import { CreateTopics, Metadata } from '../../../engine/protocol/apis.ts';
import { readRecords } from '../../../engine/record/record-reader.ts';
import { CONTROLLER, SimulatedCluster } from '../../simulator/simulated-cluster.ts';
import { SimulatedProducer } from '../../simulator/simulated-producer.ts';
import { SimulatedReader } from '../../simulator/simulated-reader.ts';

const TOPIC = 'clicks';
const PARTITIONS = 2;
const SCHEDULES = Number(process.env['HEADROOM_SCHEDULES'] ?? 50);
const FAULT_COUNT = 10;
const HEALING_MS = 20_000;

const seeds = process.env['HEADROOM_SEED'] === undefined
  ? Array.from({ length: SCHEDULES }, () => Math.floor(Math.random() * 2 ** 31))
  : [Number(process.env['HEADROOM_SEED'])];

describe('a cluster of three brokers', () => {
  it.each(seeds)('keeps every acknowledged record once and in order, whatever happens to its processes (seed %i)', async (seed) => {
    const schedule = new Schedule(seed);
    try {
      await schedule.run();
    } catch (error) {
      console.log(`HEADROOM_SEED=${seed}\n${schedule.cluster.lines.slice(-200).join('\n')}`);
      throw error;
    }
  });
});

class Schedule {
  readonly cluster: SimulatedCluster;
  private readonly producers: SimulatedProducer[] = [];
  private readonly readers: SimulatedReader[] = [];
  /** ISRs as each broker tells them. */
  private inSync = '';

  constructor(seed: number) {
    this.cluster = new SimulatedCluster({ seed, brokerCount: 3 });
  }

  async run(): Promise<void> {
    const { cluster } = this;
    cluster.startAll();
    // Every third one acknowledges what is synced only.
    await createTopic(cluster, cluster.random.nextInt(3) === 0 ? [{ name: 'flush.messages', value: '1' }] : []);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      this.producers.push(new SimulatedProducer(cluster, { topic: TOPIC, partition, producerId: 1000 + partition }));
      this.readers.push(new SimulatedReader(cluster, { topic: TOPIC, partition }));
    }
    for (let at = 0; at < FAULT_COUNT; at++) {
      await this.produceFor(cluster.random.nextInt(500));
      await this.inflict();
    }
    await this.heal();
    for (const id of cluster.brokerIds) await cluster.stop(id, { handsOver: false });
    this.check();
  }

  private async produceFor(durationMs: number): Promise<void> {
    const { clock, random } = this.cluster;
    const untilMs = clock.monotonicMs() + durationMs;
    while (clock.monotonicMs() < untilMs) {
      for (const producer of this.producers) if (random.nextInt(3) > 0) producer.send(1 + random.nextInt(5), random.nextInt(4) === 0 ? 15_000 : 30);
      await clock.run(1 + random.nextInt(40));
    }
  }

  private async inflict(): Promise<void> {
    const { cluster } = this;
    const { random } = cluster;
    const names = [CONTROLLER, ...cluster.brokerIds.map((id) => SimulatedCluster.nameOf(id))];
    const victim = random.pick(names);
    switch (random.nextInt(9)) {
      case 0:
      case 1:
        cluster.kill(victim);
        break;
      case 2:
        for (const name of names) if (name !== CONTROLLER || random.nextInt(2) === 0) cluster.kill(name);
        break;
      case 3:
        cluster.pause(victim);
        break;
      case 4:
        cluster.network.cut(victim, random.pick(names.filter((name) => name !== victim)), random.pick(['breaks', 'holds']));
        break;
      case 5:
        for (const name of names) if (name !== victim) cluster.network.cut(victim, name, random.pick(['breaks', 'holds']));
        break;
      case 6:
        if (victim !== CONTROLLER && cluster.isRunning(victim)) {
          cluster.resumeAll();
          await cluster.stop(Number(victim.slice(-1)), { handsOver: random.nextInt(2) === 0 });
        }
        break;
      case 7:
        cluster.failDisk(victim);
        break;
      default:
    }
    if (random.nextInt(2) === 0) await this.produceFor(random.nextInt(1500));
    if (random.nextInt(3) > 0) cluster.network.heal();
    if (random.nextInt(3) > 0) cluster.resumeAll();
    if (random.nextInt(3) > 0) cluster.startAll();
  }

  private async heal(): Promise<void> {
    const { cluster } = this;
    cluster.network.heal();
    cluster.resumeAll();
    cluster.killFailed();
    cluster.startAll();
    const untilMs = cluster.clock.monotonicMs() + HEALING_MS;
    while (this.producers.some((each) => each.pending > 0) || !(await this.isWhole())) {
      const open = this.producers.map((each) => `${each.partition}: ${each.acknowledged.length} acknowledged, ${each.pending} left, ${[...each.errors].join(' ')}`);
      open.push(`in sync: ${this.inSync}`);
      expect(cluster.clock.monotonicMs(), `healed, but not everything is replicated: ${open.join('; ')}`).toBeLessThan(untilMs);
      await cluster.clock.run(50);
    }
    await cluster.clock.run(1000);
    for (const each of this.producers) each.close();
  }

  /** Every replica is in sync, as every broker tells it. */
  private async isWhole(): Promise<boolean> {
    const { cluster } = this;
    const { environment } = cluster.host('admin');
    const told = cluster.brokerIds.map(async (id) => {
      const connection = await KafkaConnection.open(environment, cluster.endpointOf(id), { clientId: 'admin', requestTimeoutMs: 300 });
      const metadata = await connection.request(Metadata, undefined, { topics: [{ name: TOPIC }], allowAutoTopicCreation: false });
      connection.close();
      return (metadata.topics[0]?.partitions ?? []).map((each) => each.isrNodes);
    });
    let all: number[][][] | undefined;
    Promise.all(told).then(
      (isrs) => (all = isrs),
      () => (all = [[[]]]),
    );
    while (all === undefined) await cluster.clock.run(10);
    this.inSync = JSON.stringify(all);
    return all.flat().every((isr) => isr.length === cluster.brokerIds.length);
  }

  private check(): void {
    const { cluster } = this;
    expect(cluster.lines.filter((line) => /below the high watermark|START FAILED|bug/.test(line))).toEqual([]);
    const topic = cluster.files.list(cluster.directoryOf(1)).filter((name) => name.startsWith(`${TOPIC}-`));
    expect(topic).toHaveLength(PARTITIONS);
    this.producers.forEach((producer, partition) => {
      const logs = cluster.brokerIds.map((id) => this.readLog(id, partition));
      const [first] = logs as [Map<number, string>];
      for (const other of logs) expect(other).toEqual(first);
      const values = [...first.values()];
      expect(new Set(values).size, 'no record is twice in the log').toBe(values.length);
      const sequences = values.map((value) => Number(/\/(\d+)/.exec(value)?.[1]));
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      for (const { value, offset } of producer.acknowledged) expect(first.get(offset), `acknowledged at offset ${offset}`).toBe(value);
      for (const [offset, value] of this.readers[partition]?.seen ?? []) expect(first.get(offset), `read at offset ${offset}`).toBe(value);
      expect(this.readers[partition]?.seen.size).toBe(first.size);
    });
  }

  /** Offset to value of what a replica holds on its disk. */
  private readLog(brokerId: number, partition: number): Map<number, string> {
    const { cluster } = this;
    const directory = `${cluster.directoryOf(brokerId)}/${TOPIC}-${partition}`;
    const topicId = Buffer.from(/topic_id: (\S+)/.exec(cluster.files.read(`${directory}/partition.metadata`).toString())?.[1] ?? '', 'base64url');
    const { environment } = cluster.host('inspector');
    const log = PartitionLog.open(environment, { directory, topic: TOPIC, partition, topicId, config: parseTopicConfig(new Map()), cleanShutdown: true });
    expect(log.recovery.kind).toBe('clean');
    const records = new Map<number, string>();
    for (const name of cluster.files.list(directory).filter((each) => each.endsWith('.log'))) {
      for (const record of readRecords(cluster.files.read(`${directory}/${name}`))) records.set(record.offset, record.value?.toString() ?? '');
    }
    expect(records.size).toBe(log.logEndOffset);
    log.close({ clean: true });
    return records;
  }
}

async function createTopic(cluster: SimulatedCluster, configs: { name: string; value: string }[]): Promise<void> {
  const { environment } = cluster.host('admin');
  const creating = (async () => {
    for (;;) {
      try {
        const connection = await KafkaConnection.open(environment, cluster.endpointOf(1), { clientId: 'admin', requestTimeoutMs: 3000 });
        const answer = await connection.request(CreateTopics, undefined, { topics: [{ name: TOPIC, numPartitions: PARTITIONS, replicationFactor: 3, configs }], timeoutMs: 1000 });
        connection.close();
        if (answer.topics[0]?.errorCode === 0 || answer.topics[0]?.errorCode === 36) return;
      } catch {
        // The broker is still starting.
      }
      await new Promise<void>((resolve) => environment.clock.setTimer(20, resolve));
    }
  })();
  let isDone = false;
  void creating.then(() => (isDone = true));
  while (!isDone) await cluster.clock.run(10);
}
