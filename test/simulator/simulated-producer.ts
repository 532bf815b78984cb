/**
 * An idempotent acks=all producer of one partition, up to three requests in flight. After any doubt it drops the
 * connection, finds the leader again and sends everything unacknowledged anew, in order, with the same sequences.
 */
import { KafkaConnection } from '../../engine/client/kafka-connection.ts';
import type { Environment } from '../../engine/environment.ts';
import { Metadata, Produce } from '../../engine/protocol/apis.ts';
import { errorCodes, errorName } from '../../engine/protocol/errors.ts';
import { buildBatch } from '../../engine/record/record-batch-builder.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

const IN_FLIGHT = 3;
const REQUEST_TIMEOUT_MS = 400;
const RETRY_MS = 20;

export interface Acknowledged {
  readonly value: string;
  readonly offset: number;
}

interface Unacknowledged {
  readonly values: string[];
  readonly baseSequence: number;
}

/** Metadata from any broker, then a connection to the partition's leader. */
export async function connectToLeader(cluster: SimulatedCluster, environment: Environment, target: { topic: string; partition: number }): Promise<KafkaConnection> {
  const options = { clientId: 'simulated', requestTimeoutMs: REQUEST_TIMEOUT_MS, connectTimeoutMs: REQUEST_TIMEOUT_MS };
  const any = await KafkaConnection.open(environment, cluster.endpointOf(cluster.random.pick(cluster.brokerIds)), options);
  try {
    const metadata = await any.request(Metadata, undefined, { topics: [{ name: target.topic }], allowAutoTopicCreation: false });
    const leaderId = metadata.topics[0]?.partitions.find((each) => each.partitionIndex === target.partition)?.leaderId ?? -1;
    if (leaderId < 0) throw new Error('no leader');
    return await KafkaConnection.open(environment, cluster.endpointOf(leaderId), options);
  } finally {
    any.close();
  }
}

export class SimulatedProducer {
  readonly acknowledged: Acknowledged[] = [];
  /** Errors by name, for what a schedule has met. */
  readonly errors = new Map<string, number>();
  readonly partition: number;
  private readonly cluster: SimulatedCluster;
  private readonly environment: Environment;
  readonly topic: string;
  private readonly producerId: number;
  private readonly unacknowledged: Unacknowledged[] = [];
  private nextSequence = 0;
  private isDone = false;

  constructor(cluster: SimulatedCluster, target: { topic: string; partition: number; producerId: number }) {
    this.cluster = cluster;
    this.topic = target.topic;
    this.partition = target.partition;
    this.producerId = target.producerId;
    this.environment = cluster.host(`producer-${target.producerId}`).environment;
    void this.run();
  }

  /** Batches that are not acknowledged. */
  get pending(): number {
    return this.unacknowledged.length;
  }

  /** Queues one batch. */
  send(recordCount: number, valueBytes: number): void {
    const baseSequence = this.nextSequence;
    const values = Array.from({ length: recordCount }, (_, at) => `${this.producerId}/${baseSequence + at}`.padEnd(valueBytes, '.'));
    this.nextSequence += recordCount;
    this.unacknowledged.push({ values, baseSequence });
  }

  close(): void {
    this.isDone = true;
  }

  private async run(): Promise<void> {
    while (!this.isDone) {
      try {
        const connection = await connectToLeader(this.cluster, this.environment, this);
        try {
          await this.drain(connection);
        } finally {
          connection.close();
        }
      } catch (error) {
        const name = error instanceof Error ? error.name : String(error);
        this.errors.set(name, (this.errors.get(name) ?? 0) + 1);
      }
      await this.wait(RETRY_MS);
    }
  }

  /** Until something goes wrong, which is thrown. */
  private async drain(connection: KafkaConnection): Promise<void> {
    const inFlight: Promise<void>[] = [];
    let sent = 0;
    while (!this.isDone) {
      while (inFlight.length < IN_FLIGHT && sent < this.unacknowledged.length) inFlight.push(this.produce(connection, this.unacknowledged[sent++] as Unacknowledged));
      for (const each of inFlight) each.catch(() => {});
      const first = inFlight.shift();
      if (first === undefined) {
        await this.wait(RETRY_MS);
        if (connection.isClosed) throw new Error('closed');
        continue;
      }
      await first;
      sent--;
    }
  }

  private async produce(connection: KafkaConnection, batch: Unacknowledged): Promise<void> {
    const timestampMs = this.environment.clock.nowMs();
    const bytes = buildBatch(
      batch.values.map((value) => ({ key: null, value: Buffer.from(value), timestampMs })),
      { producerId: this.producerId, producerEpoch: 0, baseSequence: batch.baseSequence },
    );
    const partitionData = [{ index: this.partition, records: bytes }];
    const body = { acks: -1, timeoutMs: REQUEST_TIMEOUT_MS / 2, topicData: [{ name: this.topic, partitionData }] };
    const answer = (await connection.request(Produce, 9, body)).responses[0]?.partitionResponses[0];
    if (answer === undefined || answer.errorCode !== errorCodes.NONE) {
      const error = new Error('refused');
      error.name = errorName(answer?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR);
      throw error;
    }
    if (this.unacknowledged[0] !== batch) throw new Error('an answer for a batch that is not the oldest');
    this.unacknowledged.shift();
    batch.values.forEach((value, at) => this.acknowledged.push({ value, offset: answer.baseOffset + at }));
  }

  private wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.environment.clock.setTimer(delayMs, resolve));
  }
}
