/** Reads one partition from its leader as a consumer does and remembers what it saw at each offset: that must never change. */
import type { KafkaConnection } from '../../engine/client/kafka-connection.ts';
import type { Environment } from '../../engine/environment.ts';
import { Fetch } from '../../engine/protocol/apis.ts';
import { errorCodes } from '../../engine/protocol/errors.ts';
import { readRecords } from '../../engine/record/record-reader.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';
import { connectToLeader } from './simulated-producer.ts';

const TOPIC_NAME_VERSION = 12;
const RETRY_MS = 30;

export class SimulatedReader {
  readonly seen = new Map<number, string>();
  readonly partition: number;
  private readonly cluster: SimulatedCluster;
  private readonly environment: Environment;
  readonly topic: string;
  private nextOffset = 0;

  constructor(cluster: SimulatedCluster, target: { topic: string; partition: number }) {
    this.cluster = cluster;
    this.topic = target.topic;
    this.partition = target.partition;
    this.environment = cluster.host(`reader-${target.partition}`).environment;
    void this.run();
  }

  private async run(): Promise<void> {
    for (;;) {
      try {
        const connection = await connectToLeader(this.cluster, this.environment, this);
        try {
          for (;;) await this.fetch(connection);
        } finally {
          connection.close();
        }
      } catch {
        await new Promise<void>((resolve) => this.environment.clock.setTimer(RETRY_MS, resolve));
      }
    }
  }

  private async fetch(connection: KafkaConnection): Promise<void> {
    const partitions = [{ partition: this.partition, fetchOffset: this.nextOffset, partitionMaxBytes: 20_000 }];
    const body = { maxWaitMs: 150, minBytes: 1, maxBytes: 100_000, topics: [{ topic: this.topic, partitions }] };
    const data = (await connection.request(Fetch, TOPIC_NAME_VERSION, body)).responses[0]?.partitions[0];
    if (data === undefined || data.errorCode !== errorCodes.NONE) throw new Error('refused');
    for (const record of readRecords(data.records ?? Buffer.alloc(0))) {
      if (record.offset < this.nextOffset) continue;
      this.seen.set(record.offset, record.value?.toString() ?? '');
      this.nextOffset = record.offset + 1;
    }
  }
}
