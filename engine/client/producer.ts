/**
 * The producer: collects records into batches per partition and has them sent, idempotently by default. `send` never waits and
 * allocates nothing per record; when buffer.memory is used up it takes nothing and `onSpace` says when there is room again.
 * Without transactions and record headers.
 */
import { assert } from '../assert.ts';
import { RecordBatchBuilder } from '../record/record-batch-builder.ts';
import type { ClusterClient } from './cluster-client.ts';
import { partitionForKey, StickyPartitioner } from './partitioner.ts';
import { BatchPool } from './produce/batch-pool.ts';
import type { OutgoingRecord } from './produce/outgoing-record.ts';
import { PartitionQueue } from './produce/partition-queue.ts';
import { ProduceSender } from './produce/produce-sender.ts';
import { ProducerBatch, type CompletedBatch } from './produce/producer-batch.ts';
import type { ProducerStats } from './produce/producer-stats.ts';
import type { ProducerConfig } from './producer-config.ts';

export type { OutgoingRecord } from './produce/outgoing-record.ts';
export type { CompletedBatch } from './produce/producer-batch.ts';
export type { ProducerStats } from './produce/producer-stats.ts';

export interface ProducerEvents {
  /** Once per batch, acknowledged or given up. */
  onBatch(batch: CompletedBatch): void;
  /** A batch was compressed and others may follow before the event loop goes on: a moment to `send` what is due. */
  onClosedBatch?(): void;
}

/** A record that no setting of memory or request size lets through; the producer goes on. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
}

interface Topic {
  readonly name: string;
  readonly queues: PartitionQueue[];
  readonly sticky: StickyPartitioner;
}

const BATCH_BYTES_MIN = 1024;

export class Producer {
  /** There is memory again after `send` returned false. */
  onSpace: () => void = () => {};
  readonly #client: ClusterClient;
  readonly #config: ProducerConfig;
  readonly #events: ProducerEvents;
  readonly #pool: BatchPool;
  readonly #sender: ProduceSender;
  readonly #usesKeys: boolean;
  readonly #topics: Topic[] = [];
  readonly #unfinished = new Set<ProducerBatch>();
  readonly #flushes: { upTo: number; resolve: () => void }[] = [];
  #unsubscribe: () => void = () => {};
  #nextOrder = 0;
  #isWaitingForSpace = false;
  #isClosed = false;

  constructor(client: ClusterClient, config: ProducerConfig, events: ProducerEvents) {
    this.#client = client;
    this.#config = config;
    this.#events = events;
    this.#usesKeys = !config['partitioner.ignore.keys'];
    const compression = config['compression.type'] as 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
    this.#pool = new BatchPool({ totalBytes: config['buffer.memory'], batchBytes: Math.max(BATCH_BYTES_MIN, config['batch.size']), compression, level: levelOf(config) });
    this.#sender = new ProduceSender({ client, config, pool: this.#pool, onCompleted: (batch) => this.#onCompleted(batch), onClosed: () => events.onClosedBatch?.() });
  }

  get stats(): ProducerStats {
    return this.#sender.stats;
  }

  /** Bytes of buffer.memory in use. */
  get bufferedBytes(): number {
    return this.#pool.usedBytes;
  }

  /** Rejects when a topic or a producer id is not to be had within max.block.ms. */
  async start(topics: readonly string[]): Promise<void> {
    this.#client.metadataMaxAgeMs = this.#config['metadata.max.age.ms'];
    for (const name of topics) {
      await this.#client.awaitTopic(name, this.#config['max.block.ms']);
      const options = { batchBytes: Math.max(BATCH_BYTES_MIN, this.#config['batch.size']), isAdaptive: this.#config['partitioner.adaptive.partitioning.enable'] };
      this.#topics.push({ name, queues: [], sticky: new StickyPartitioner(this.#client.environment.random, options) });
    }
    await this.#sender.identity.start();
    this.#unsubscribe = this.#client.subscribe(() => this.#acceptMetadata());
    this.#acceptMetadata();
    for (const { queues, sticky } of this.#topics) sticky.next(queues);
  }

  topicHandle(name: string): number {
    const handle = this.#topics.findIndex((topic) => topic.name === name);
    assert(handle >= 0, `topic ${name} was not given to start`);
    return handle;
  }

  partitionCount(topic: number): number {
    return (this.#topics[topic] as Topic).queues.length;
  }

  /** False: buffer.memory is used up, nothing was taken; try again after `onSpace`. */
  send(record: OutgoingRecord): boolean {
    const { queues, sticky } = this.#topics[record.topic] as Topic;
    const { keyStart, keyEnd } = record;
    if (keyEnd >= keyStart && this.#usesKeys) {
      const queue = queues[partitionForKey(record.key, keyStart, keyEnd, queues.length)] as PartitionQueue;
      return (queue.open !== undefined && queue.open.append(record)) || this.#openAndAppend(queue, record);
    }
    // The builder's null is an empty range of length -1.
    if (keyEnd < keyStart) record.keyStart = keyEnd + 1;
    const queue = queues[sticky.current] as PartitionQueue;
    const isAppended = queue.open !== undefined && queue.open.append(record);
    if (!isAppended && !this.#openAndAppend(queue, record)) return false;
    const keyBytes = keyEnd < keyStart ? 0 : keyEnd - keyStart;
    sticky.onAppended(keyBytes + record.valueEnd - record.valueStart, !isAppended, queues);
    return true;
  }

  /** Resolves when everything sent before is acknowledged or given up. */
  flush(): Promise<void> {
    if (this.#unfinished.size === 0) return Promise.resolve();
    for (const batch of this.#unfinished) batch.isFlushed = true;
    for (const { queues } of this.#topics) {
      // What is flushed takes no more records, so that the flush comes to an end.
      for (const queue of queues) queue.sealOpen();
    }
    this.#sender.wake();
    return new Promise((resolve) => this.#flushes.push({ upTo: this.#nextOrder, resolve }));
  }

  /** Flushes; what cannot be delivered is given up after delivery.timeout.ms. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.flush();
    this.#unsubscribe();
    this.#sender.close();
  }

  #openAndAppend(queue: PartitionQueue, record: OutgoingRecord): boolean {
    assert(!this.#isClosed, 'a closed producer takes no records');
    const bytes = RecordBatchBuilder.sizeUpperBound(record);
    const limit = Math.min(this.#config['max.request.size'], this.#config['buffer.memory']);
    if (bytes > limit) throw new RecordTooLargeError(`a record of ${bytes} bytes is above max.request.size or buffer.memory (${limit})`);
    if (queue.open !== undefined) {
      queue.sealOpen();
      this.#sender.wake();
    }
    const slot = this.#pool.take(bytes);
    if (slot === undefined) {
      this.#isWaitingForSpace = true;
      this.stats.refusals++;
      this.#sender.wake();
      return false;
    }
    const createdMs = this.#client.environment.clock.monotonicMs();
    const batch = new ProducerBatch(slot, { topic: queue.topic, partition: queue.index, createdMs, order: this.#nextOrder++ });
    this.#unfinished.add(batch);
    queue.open = batch;
    const isAppended = batch.append(record);
    assert(isAppended, 'an empty batch of sufficient size takes the record');
    this.#sender.noteOpened(createdMs);
    return true;
  }

  #onCompleted(batch: ProducerBatch): void {
    this.#unfinished.delete(batch);
    this.#events.onBatch(batch);
    this.#pool.release(batch);
    if (this.#flushes.length > 0) this.#resolveFlushes();
    if (!this.#isWaitingForSpace || !this.#pool.hasSpace) return;
    this.#isWaitingForSpace = false;
    this.onSpace();
  }

  #resolveFlushes(): void {
    // In the order of their first record.
    const oldest = this.#unfinished.values().next().value?.order ?? Number.POSITIVE_INFINITY;
    while (this.#flushes.length > 0 && (this.#flushes[0] as { upTo: number }).upTo <= oldest) this.#flushes.shift()?.resolve();
  }

  #acceptMetadata(): void {
    for (const { name, queues } of this.#topics) {
      const count = this.#client.topic(name)?.partitions.length ?? 0;
      while (queues.length < count) {
        const queue = new PartitionQueue(name, queues.length);
        queues.push(queue);
        this.#sender.add(queue);
      }
    }
    this.#sender.acceptLeaders();
  }
}

function levelOf(config: ProducerConfig): number | undefined {
  switch (config['compression.type']) {
    case 'gzip':
      return config['compression.gzip.level'] < 0 ? undefined : config['compression.gzip.level'];
    case 'zstd':
      return config['compression.zstd.level'];
    default:
      return undefined;
  }
}
