/**
 * Reads one partition from offset to offset, outside any group, as raw batches: at most one answer in memory. Follows leader changes;
 * gives up when nothing comes for a minute.
 */
import { errorCodes, errorName, isRetriable } from '../protocol/errors.ts';
import type { ClusterClient } from './cluster-client.ts';
import { fetchFrom, type FetchedPartition } from './fetch/fetch-request.ts';
import { wholeBatches } from './fetch/fetched-batches.ts';
import { ConnectionLostError } from './kafka-connection.ts';

export interface PartitionRange {
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: number;
  /** Exclusive. */
  readonly toOffset: number;
  /** Bytes of one answer; default 8 MiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 8 * 1024 * 1024;
const STALL_MS_MAX = 60_000;
const BACKOFF_MS = 100;
const WAIT_MS = 500;

export class PartitionReader {
  readonly #client: ClusterClient;
  readonly #range: PartitionRange;

  constructor(client: ClusterClient, range: PartitionRange) {
    this.#client = client;
    this.#range = range;
  }

  /** Whole batches in order; the first may start before `fromOffset`, the last may reach beyond `toOffset`. */
  async *batches(): AsyncGenerator<Buffer, void, void> {
    const { topic, partition, fromOffset, toOffset } = this.#range;
    const { clock } = this.#client.environment;
    let offset = fromOffset;
    let progressMs = clock.monotonicMs();
    while (offset < toOffset) {
      const answer = await this.#fetch(offset);
      if (answer.kind === 'data') {
        const fetched = wholeBatches(answer.records, { from: offset, to: toOffset });
        if (fetched.batchCount > 0) {
          offset = fetched.nextOffset;
          progressMs = clock.monotonicMs();
          yield fetched.bytes;
          continue;
        }
      }
      if (clock.monotonicMs() - progressMs > STALL_MS_MAX) {
        throw new Error(`${topic}-${partition}: nothing behind offset ${offset} for ${STALL_MS_MAX} ms, ${toOffset} expected (${answer.kind === 'data' ? 'no records' : answer.reason})`);
      }
      if (answer.kind === 'data') continue;
      await this.#client.pause(BACKOFF_MS);
      await this.#client.refresh([topic]).catch(() => {});
    }
  }

  async #fetch(offset: number): Promise<{ kind: 'data'; records: Buffer } | { kind: 'retry'; reason: string }> {
    const { topic, partition, maxBytes = MAX_BYTES } = this.#range;
    const leaderId = this.#client.leaderOf(topic, partition);
    if (leaderId === undefined) return { kind: 'retry', reason: 'no leader' };
    try {
      const connection = await this.#client.connectionTo(leaderId, 'read');
      const limits = { maxWaitMs: WAIT_MS, minBytes: 1, maxBytes, partitionMaxBytes: maxBytes, isReadCommitted: false, rack: '' };
      return await fetchFrom(this.#client, connection, { positions: [{ topic, partition, offset }], limits }, (answer) => {
        const data: FetchedPartition | undefined = answer.partitions[0];
        const errorCode = answer.errorCode !== errorCodes.NONE ? answer.errorCode : (data?.errorCode ?? errorCodes.UNKNOWN_SERVER_ERROR);
        if (errorCode === errorCodes.NONE) return { kind: 'data', records: Buffer.from(data?.records ?? []) };
        if (!isRetriable(errorCode)) throw new Error(`${topic}-${partition} at offset ${offset}: ${errorName(errorCode)}`);
        return { kind: 'retry', reason: errorName(errorCode) };
      });
    } catch (error) {
      if (error instanceof ConnectionLostError) return { kind: 'retry', reason: error.message };
      throw error;
    }
  }
}
