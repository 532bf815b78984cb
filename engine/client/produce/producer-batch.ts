/** One record batch of the producer, from its first record to its acknowledgement: builder, tags, sequence, attempts. */
import { assert } from '../../assert.ts';
import { crc32c } from '../../record/crc32c.ts';
import type { RecordBatchBuilder } from '../../record/record-batch-builder.ts';
import type { OutgoingRecord } from './outgoing-record.ts';

/** Who writes and with which number; -1 everywhere without idempotence. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** A batch with its outcome. `tags` is lent until the callback returns. */
export interface CompletedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly recordCount: number;
  /** Per record, [0, recordCount). */
  readonly tags: Float64Array;
  /** Monotonic: when the first record came, and when it was first sent (its failure, when it never was). */
  readonly createdMs: number;
  readonly sentMs: number;
  /** 0: acknowledged. */
  readonly errorCode: number;
  /** -1: unknown. */
  readonly baseOffset: number;
  /** CRC-32C of the uncompressed records. */
  readonly recordsCrc: number;
  readonly uncompressedBytes: number;
  readonly batchBytes: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  /** How often it was sent. */
  readonly attempts: number;
}

/** What a batch needs while it fills; given back to the pool afterwards. */
export interface BatchSlot {
  readonly builder: RecordBatchBuilder;
  tags: Float64Array;
  readonly capacityBytes: number;
  readonly isPooled: boolean;
}

const HEADER = { crc: 17, crcStart: 21, producerId: 43, producerEpoch: 51, baseSequence: 53 };

export class ProducerBatch implements CompletedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly createdMs: number;
  /** Bytes of buffer.memory that it holds. */
  reservedBytes: number;
  slot: BatchSlot | undefined;
  tags: Float64Array;
  recordCount = 0;
  sentMs = -1;
  errorCode = 0;
  baseOffset = -1;
  recordsCrc = 0;
  uncompressedBytes = 0;
  batchBytes = 0;
  producerId = -1;
  producerEpoch = -1;
  baseSequence = -1;
  attempts = 0;
  /** A flush waits for it. */
  isFlushed = false;
  /** It was sent, failed, and is to be sent again. */
  isRetry = false;
  bytes: Buffer | undefined;
  /** Ascending over all batches of a producer. */
  readonly order: number;

  constructor(slot: BatchSlot, place: { topic: string; partition: number; createdMs: number; order: number }) {
    this.slot = slot;
    this.tags = slot.tags;
    this.reservedBytes = slot.capacityBytes;
    this.order = place.order;
    this.topic = place.topic;
    this.partition = place.partition;
    this.createdMs = place.createdMs;
  }

  get isClosed(): boolean {
    return this.bytes !== undefined;
  }

  /** False: it does not fit any more. */
  append(record: OutgoingRecord): boolean {
    const slot = this.slot as BatchSlot;
    if (!slot.builder.append(record)) return false;
    const index = this.recordCount++;
    if (index === this.tags.length) this.#growTags(slot);
    this.tags[index] = record.tag;
    return true;
  }

  #growTags(slot: BatchSlot): void {
    const larger = new Float64Array(this.tags.length * 2);
    larger.set(this.tags);
    slot.tags = this.tags = larger;
  }

  /** Compresses and numbers it; nothing can be appended after this. */
  close(identity: ProducerIdentity, baseSequence: number): void {
    assert(this.bytes === undefined && this.slot !== undefined, 'a batch is closed once');
    const { batch, recordsCrc, uncompressedBytes } = this.slot.builder.close({ ...identity, baseSequence });
    this.bytes = batch;
    this.recordsCrc = recordsCrc;
    this.uncompressedBytes = uncompressedBytes;
    this.batchBytes = batch.length;
    this.producerId = identity.producerId;
    this.producerEpoch = identity.producerEpoch;
    this.baseSequence = baseSequence;
  }

  /** Another identity and number for a closed batch that nobody has in flight. */
  renumber(identity: ProducerIdentity, baseSequence: number): void {
    const bytes = this.bytes as Buffer;
    bytes.writeBigInt64BE(BigInt(identity.producerId), HEADER.producerId);
    bytes.writeInt16BE(identity.producerEpoch, HEADER.producerEpoch);
    bytes.writeInt32BE(baseSequence, HEADER.baseSequence);
    bytes.writeUInt32BE(crc32c(bytes, HEADER.crcStart, bytes.length), HEADER.crc);
    this.producerId = identity.producerId;
    this.producerEpoch = identity.producerEpoch;
    this.baseSequence = baseSequence;
  }
}
