/**
 * `__consumer_offsets` as the group coordinator's storage: appends go through this broker's own leader replica and count
 * when every in-sync replica has them; a partition is replayed into the coordinator when this broker starts to lead it.
 */
import type { Environment } from '../environment.ts';
import type { GroupCoordinator } from '../coordinator/group-coordinator.ts';
import type { OffsetsRecord, OffsetsStorage } from '../coordinator/offsets-storage.ts';
import { errorCodes } from '../protocol/errors.ts';
import { batchSizeInBytes, readBaseOffset, readLastOffsetDelta } from '../record/record-batch.ts';
import { buildBatch } from '../record/record-batch-builder.ts';
import type { Partition } from '../replication/partition.ts';
import type { TimerWheel } from '../server/timer-wheel.ts';

export const OFFSETS_TOPIC = '__consumer_offsets';
const ACKS_ALL = -1;
const READ_BYTES = 4 * 1024 * 1024;

export class OffsetsTopic implements OffsetsStorage {
  readonly partitionCount: number;
  readonly #environment: Environment;
  readonly #wheel: TimerWheel;
  readonly #timeoutMs: number;
  readonly #onStorageError: (error: unknown) => void;
  readonly #partitionOf: (index: number) => Partition | undefined;

  constructor(options: {
    environment: Environment;
    wheel: TimerWheel;
    partitionCount: number;
    commitTimeoutMs: number;
    partitionOf: (index: number) => Partition | undefined;
    onStorageError: (error: unknown) => void;
  }) {
    this.partitionCount = options.partitionCount;
    this.#environment = options.environment;
    this.#wheel = options.wheel;
    this.#timeoutMs = options.commitTimeoutMs;
    this.#partitionOf = options.partitionOf;
    this.#onStorageError = options.onStorageError;
  }

  append(offsetsPartition: number, records: OffsetsRecord[]): Promise<number> {
    const partition = this.#partitionOf(offsetsPartition);
    if (partition === undefined) return Promise.resolve(errorCodes.NOT_LEADER_OR_FOLLOWER);
    const timestampMs = this.#environment.clock.nowMs();
    const batch = buildBatch(
      records.map((record) => ({ key: record.key, value: record.value, timestampMs })),
      { compression: 'none' },
    );
    let result: ReturnType<Partition['append']>;
    try {
      result = partition.append(batch, { requiredAcks: ACKS_ALL, isInternal: true });
    } catch (error) {
      this.#environment.log(`${OFFSETS_TOPIC}-${offsetsPartition}: append failed: ${String(error)}`);
      this.#onStorageError(error);
      return Promise.resolve(errorCodes.KAFKA_STORAGE_ERROR);
    }
    if (result.kind === 'error') return Promise.resolve(result.errorCode);
    if (result.kind === 'rejected') {
      this.#environment.log(`${OFFSETS_TOPIC}-${offsetsPartition}: append refused: ${result.message}`);
      return Promise.resolve(result.reason === 'too-large' ? errorCodes.MESSAGE_TOO_LARGE : errorCodes.UNKNOWN_SERVER_ERROR);
    }
    return new Promise((resolve) => {
      const timer = this.#wheel.arm(this.#timeoutMs, () => resolve(errorCodes.REQUEST_TIMED_OUT));
      partition.whenReplicated(result.lastOffset + 1, (errorCode) => {
        this.#wheel.disarm(timer);
        resolve(errorCode);
      });
    });
  }

  /** Hands the coordinator what a partition holds that this broker has begun to lead. */
  load(partition: Partition, groups: GroupCoordinator): void {
    groups.load(partition.index, partition.leaderEpoch, batchesOf(partition)).catch((error: unknown) => {
      this.#environment.log(`${OFFSETS_TOPIC}-${partition.index}: groups could not be loaded: ${String(error)}`);
    });
  }
}

async function* batchesOf(partition: Partition): AsyncGenerator<Buffer> {
  const { log } = partition;
  let offset = log.logStartOffset;
  const end = log.logEndOffset;
  while (offset < end) {
    const result = log.read(offset, { maxBytes: READ_BYTES, upTo: end, minOneBatch: true });
    if (result.kind === 'outOfRange') return;
    const bytes = result.kind === 'cold' ? await result.read() : Buffer.concat(result.chunks);
    if (bytes.length === 0) return;
    for (let at = 0; at < bytes.length; at += batchSizeInBytes(bytes, at)) {
      yield bytes.subarray(at, at + batchSizeInBytes(bytes, at));
      offset = readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at) + 1;
    }
  }
}
