/**
 * Reads any number of partitions on, one long poll at a time per leader, and hands whole batches over. Follows leader changes. An answer
 * for a partition that was removed or moved meanwhile is dropped. Partitions that had data go behind the others in the next request.
 */
import { errorCodes, errorName } from '../../protocol/errors.ts';
import { validateBatch } from '../../record/record-batch.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import { committedBatches, type AbortedTransaction } from '../fetch/committed-batches.ts';
import { fetchFrom, type FetchAnswer, type FetchLimits } from '../fetch/fetch-request.ts';
import { wholeBatches } from '../fetch/fetched-batches.ts';
import { ConnectionLostError } from '../kafka-connection.ts';
import type { PartitionOffset } from './group-offsets.ts';

export interface FetcherEvents {
  /** `records`: whole batches, lent until this returns; the first may start before the position. */
  onBatches(topic: string, partition: number, records: Buffer, highWatermark: number): void;
  /** The position is not in the log (any more): where to go on. */
  onOutOfRange(topic: string, partition: number): Promise<number>;
  onFailed(error: Error): void;
}

interface BufferedRecords {
  readonly key: string;
  readonly offset: number;
  readonly records: Buffer;
  readonly highWatermark: number;
  readonly aborted: readonly AbortedTransaction[];
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  offset: number;
  isResetting: boolean;
}

export class PartitionFetcher {
  readonly #client: ClusterClient;
  readonly #config: ConsumerConfig;
  readonly #events: FetcherEvents;
  readonly #limits: FetchLimits;
  readonly #lane: string;
  readonly #positions = new Map<string, Position>();
  /** Leaders with a loop. */
  readonly #running = new Set<number>();
  readonly #unsubscribe: () => void;
  /** Fetched and not handed over, because the owner had enough: at most one answer of each leader. */
  readonly #buffered: BufferedRecords[] = [];
  #isPaused = false;
  /** What the loops wait for while the owner has enough. */
  #resumed: PromiseWithResolvers<void> | undefined;
  #isClosed = false;

  constructor(client: ClusterClient, config: ConsumerConfig, events: FetcherEvents) {
    this.#client = client;
    this.#config = config;
    this.#events = events;
    this.#lane = client.newLane('fetch');
    this.#limits = {
      maxWaitMs: config['fetch.max.wait.ms'],
      minBytes: config['fetch.min.bytes'],
      maxBytes: config['fetch.max.bytes'],
      partitionMaxBytes: config['max.partition.fetch.bytes'],
      isReadCommitted: config['isolation.level'] === 'read_committed',
      rack: config['client.rack'],
    };
    this.#unsubscribe = client.subscribe(() => this.#startLoops());
  }

  add(offsets: readonly PartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) this.#positions.set(keyOf(topic, partition), { topic, partition, offset, isResetting: false });
    this.#startLoops();
  }

  remove(topic: string, partition: number): void {
    this.#positions.delete(keyOf(topic, partition));
  }

  /** The next offset of each partition. */
  offsets(): PartitionOffset[] {
    return [...this.#positions.values()].map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  }

  /** Hands over nothing more until `resume`, and fetches nothing beyond what is under way; also from within `onBatches`. */
  pause(): void {
    if (this.#isPaused || this.#isClosed) return;
    this.#isPaused = true;
    this.#resumed ??= Promise.withResolvers();
  }

  /** Hands over what was fetched meanwhile (its owner may pause again), then goes on fetching. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    for (let next = this.#buffered.shift(); next !== undefined; next = this.#buffered.shift()) {
      const position = this.#positions.get(next.key);
      if (position?.offset === next.offset) this.#take(next.key, position, next);
      if (this.#isPausedNow()) return;
    }
    this.#endPause();
  }

  close(): void {
    this.#isClosed = true;
    this.#positions.clear();
    this.#buffered.length = 0;
    this.#endPause();
    this.#unsubscribe();
  }

  #endPause(): void {
    this.#resumed?.resolve();
    this.#resumed = undefined;
  }

  /** What `onBatches` changed behind the compiler's back. */
  #isPausedNow(): boolean {
    return this.#isPaused;
  }

  #startLoops(): void {
    if (this.#isClosed) return;
    for (const { topic, partition } of this.#positions.values()) {
      const leaderId = this.#client.leaderOf(topic, partition);
      if (leaderId === undefined) {
        this.#client.requestRefresh();
        continue;
      }
      if (this.#running.has(leaderId)) continue;
      this.#running.add(leaderId);
      void this.#readFrom(leaderId).then(
        () => this.#running.delete(leaderId),
        (error: unknown) => {
          this.#running.delete(leaderId);
          if (!this.#isClosed) this.#events.onFailed(error as Error);
        },
      );
    }
  }

  async #readFrom(leaderId: number): Promise<void> {
    for (;;) {
      while (this.#resumed !== undefined) await this.#resumed.promise;
      const wanted: PartitionOffset[] = [];
      for (const { topic, partition, offset, isResetting } of this.#positions.values()) {
        if (!isResetting && this.#client.leaderOf(topic, partition) === leaderId) wanted.push({ topic, partition, offset });
      }
      if (wanted.length === 0 || this.#client.isClosed) return;
      let isHealthy = false;
      try {
        const connection = await this.#client.connectionTo(leaderId, this.#lane);
        isHealthy = await fetchFrom(this.#client, connection, { positions: wanted, limits: this.#limits }, (answer) => this.#accept(answer, wanted));
      } catch (error) {
        if (!(error instanceof ConnectionLostError)) throw error;
      }
      if (isHealthy) continue;
      this.#client.requestRefresh();
      await this.#client.pause(this.#config['retry.backoff.ms']);
    }
  }

  /** False: something needs newer metadata or a pause. */
  #accept(answer: FetchAnswer, wanted: readonly PartitionOffset[]): boolean {
    if (answer.errorCode !== errorCodes.NONE) return false;
    const asked = new Map(wanted.map(({ topic, partition, offset }) => [keyOf(topic, partition), offset]));
    let isHealthy = true;
    for (const { topic, partitionIndex: partition, errorCode, records, highWatermark, abortedTransactions } of answer.partitions) {
      const key = keyOf(topic, partition);
      const position = this.#positions.get(key);
      if (position === undefined || position.offset !== asked.get(key)) continue;
      if (errorCode === errorCodes.OFFSET_OUT_OF_RANGE) this.#reset(position);
      else if (errorCode !== errorCodes.NONE) isHealthy = false;
      else if (records !== null && records.length > 0) {
        const fetched = { records, highWatermark, aborted: this.#limits.isReadCommitted ? (abortedTransactions ?? []) : [] };
        if (this.#isPaused) this.#buffered.push({ ...fetched, key, offset: position.offset, records: Buffer.from(records) });
        else this.#take(key, position, fetched);
      }
    }
    return isHealthy;
  }

  #take(key: string, position: Position, { records, highWatermark, aborted }: Pick<BufferedRecords, 'records' | 'highWatermark' | 'aborted'>): void {
    const fetched = wholeBatches(records, { from: position.offset, to: Number.MAX_SAFE_INTEGER });
    if (fetched.batchCount === 0) return;
    const { topic, partition } = position;
    if (this.#config['check.crcs']) checkBatches(fetched.bytes, key);
    position.offset = fetched.nextOffset;
    this.#positions.delete(key);
    this.#positions.set(key, position);
    for (const bytes of committedBatches(fetched.bytes, aborted)) this.#events.onBatches(topic, partition, bytes, highWatermark);
  }

  #reset(position: Position): void {
    const { topic, partition } = position;
    position.isResetting = true;
    this.#client.environment.log(`${topic}-${partition}: offset ${position.offset}: ${errorName(errorCodes.OFFSET_OUT_OF_RANGE)}; goes on by auto.offset.reset`);
    this.#events.onOutOfRange(topic, partition).then(
      (offset) => {
        position.offset = offset;
        position.isResetting = false;
        this.#startLoops();
      },
      (error: unknown) => this.#events.onFailed(error as Error),
    );
  }
}

function checkBatches(bytes: Buffer, where: string): void {
  for (let at = 0; at < bytes.length; ) {
    const checked = validateBatch(bytes, at, bytes.length - at);
    if (checked.kind === 'invalid') throw new Error(`${where}: a fetched batch is damaged: ${checked.reason}`);
    at += checked.bytes;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}
