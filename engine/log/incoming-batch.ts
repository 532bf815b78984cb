/**
 * What a log asks of batches before it appends them. From a client: one whole batch v2, intact, of allowed size, codec
 * and time; only the header is looked at, except on compacted topics, whose records must all have keys (Kafka's
 * LogValidator). From a leader: intact batches that continue the log.
 */
import {
  RECORD_BATCH_OVERHEAD,
  batchSizeInBytes,
  isControl,
  isTransactional,
  readAttributes,
  readBaseOffset,
  readBaseSequence,
  readBaseTimestamp,
  readCrc,
  readLastOffsetDelta,
  readMagic,
  readMaxTimestamp,
  readProducerEpoch,
  readProducerId,
  readRecordCount,
  validateBatch,
} from '../record/record-batch.ts';
import { crc32c } from '../record/crc32c.ts';
import { forEachRecord } from '../record/record-reader.ts';
import type { LogConfig } from './log-config.ts';
import type { ProducerFault } from './producers/producer-state.ts';

/** The broker maps these to protocol error codes. */
export type RejectReason =
  | 'corrupt'
  | 'too-large'
  | 'larger-than-segment'
  | 'invalid'
  | 'invalid-timestamp'
  | 'unsupported-compression'
  | ProducerFault;

export interface Rejection {
  readonly kind: 'rejected';
  readonly reason: RejectReason;
  readonly message: string;
}

const MAGIC_V2 = 2;
const CRC_AT = 17;
const CRC_START = 21;
const ATTRIBUTES_AT = 21;
const MAX_TIMESTAMP_AT = 35;
const LOG_APPEND_TIME_BIT = 8;
const CODEC_MASK = 7;
const LARGEST_CODEC = 4;

/** A leader sent bytes that do not continue this log. */
export class ReplicatedBatchError extends Error {
  override readonly name = 'ReplicatedBatchError';
  readonly code: 'CORRUPT' | 'UNEXPECTED_OFFSET';
  constructor(code: 'CORRUPT' | 'UNEXPECTED_OFFSET', message: string) {
    super(message);
    this.code = code;
  }
}

/** Undefined when the batch may be appended. */
export function checkClientBatch(batch: Buffer, options: { config: LogConfig; isInternal: boolean; nowMs: number }): Rejection | undefined {
  const { config } = options;
  if (batch.length < RECORD_BATCH_OVERHEAD) return rejection('corrupt', `${batch.length} bytes are too few for a record batch`);
  const size = batchSizeInBytes(batch, 0);
  if (size < RECORD_BATCH_OVERHEAD || size > batch.length) return rejection('corrupt', `batch length ${size} in ${batch.length} bytes`);
  if (readMagic(batch, 0) !== MAGIC_V2) return rejection('invalid', `record batch magic ${readMagic(batch, 0)}, only ${MAGIC_V2} is taken`);
  if (size !== batch.length) return rejection('invalid', `${batch.length - size} bytes behind the batch: one batch a partition`);
  if (size > config.maxMessageBytes) return rejection('too-large', `batch of ${size} bytes, max.message.bytes is ${config.maxMessageBytes}`);
  if (size > config.segmentBytes) return rejection('larger-than-segment', `batch of ${size} bytes, segment.bytes is ${config.segmentBytes}`);
  if (readCrc(batch, 0) !== crc32c(batch, CRC_START, size)) return rejection('corrupt', 'CRC-32C of the batch does not match');
  return checkHeader(batch, options) ?? checkTimestamps(batch, options) ?? checkKeys(batch, options);
}

function checkHeader(batch: Buffer, options: { isInternal: boolean }): Rejection | undefined {
  const attributes = readAttributes(batch, 0);
  const recordCount = readRecordCount(batch, 0);
  const producerId = readProducerId(batch, 0);
  if ((attributes & CODEC_MASK) > LARGEST_CODEC) return rejection('unsupported-compression', `compression codec ${attributes & CODEC_MASK}`);
  if (recordCount <= 0) return rejection('invalid', `record count ${recordCount}`);
  if (readLastOffsetDelta(batch, 0) !== recordCount - 1) {
    return rejection('invalid', `last offset delta ${readLastOffsetDelta(batch, 0)} for ${recordCount} records`);
  }
  if (isControl(attributes)) return options.isInternal ? undefined : rejection('invalid', 'clients cannot write control batches');
  if (producerId < 0) return isTransactional(attributes) ? rejection('invalid', 'transactional batch without a producer id') : undefined;
  if (readProducerEpoch(batch, 0) < 0) return rejection('invalid', `producer ${producerId} without an epoch`);
  if (readBaseSequence(batch, 0) < 0) return rejection('invalid', `producer ${producerId} without a sequence`);
  return undefined;
}

function checkTimestamps(batch: Buffer, options: { config: LogConfig; nowMs: number }): Rejection | undefined {
  const { config, nowMs } = options;
  if (config.messageTimestampType === 'LogAppendTime') return undefined;
  const latestMs = nowMs + config.messageTimestampAfterMaxMs;
  const maxTimestampMs = readMaxTimestamp(batch, 0);
  if (maxTimestampMs > latestMs) return rejection('invalid-timestamp', `timestamp ${maxTimestampMs} is later than ${latestMs}`);
  const earliestMs = nowMs - config.messageTimestampBeforeMaxMs;
  const baseTimestampMs = readBaseTimestamp(batch, 0);
  if (baseTimestampMs >= 0 && baseTimestampMs < earliestMs) return rejection('invalid-timestamp', `timestamp ${baseTimestampMs} is earlier than ${earliestMs}`);
  return undefined;
}

function checkKeys(batch: Buffer, options: { config: LogConfig; isInternal: boolean }): Rejection | undefined {
  if (options.isInternal || !options.config.cleanupPolicy.includes('compact')) return undefined;
  let withoutKey = 0;
  try {
    forEachRecord(batch, 0, (record) => {
      if (record.keyEnd < 0) withoutKey += 1;
    });
  } catch (error) {
    return rejection('corrupt', error instanceof Error ? error.message : String(error));
  }
  return withoutKey === 0 ? undefined : rejection('invalid', `${withoutKey} records without a key on a compacted topic`);
}

export function rejection(reason: RejectReason, message: string): Rejection {
  return { kind: 'rejected', reason, message };
}

/** The bytes up to the last whole batch. Throws ReplicatedBatchError unless all of them are intact and continue the log. */
export function checkReplicatedBatches(batches: Buffer, logEndOffset: number): number {
  let at = 0;
  let nextOffset = logEndOffset;
  while (at + RECORD_BATCH_OVERHEAD <= batches.length) {
    const bytes = batchSizeInBytes(batches, at);
    if (bytes > batches.length - at) break;
    const verdict = validateBatch(batches, at, batches.length - at);
    const where = `replicated batch at offset ${nextOffset}`;
    if (verdict.kind === 'invalid') throw new ReplicatedBatchError('CORRUPT', `${where}: ${verdict.reason}`);
    const baseOffset = readBaseOffset(batches, at);
    if (baseOffset < nextOffset) throw new ReplicatedBatchError('UNEXPECTED_OFFSET', `${where} begins at ${baseOffset}`);
    nextOffset = baseOffset + readLastOffsetDelta(batches, at) + 1;
    at += bytes;
  }
  return at;
}

/** maxTimestamp and bit 3 of the attributes lie under the CRC, which is computed again. */
export function stampLogAppendTime(batch: Buffer, options: { attributes: number; nowMs: number }): void {
  batch.writeInt16BE(options.attributes | LOG_APPEND_TIME_BIT, ATTRIBUTES_AT);
  batch.writeBigInt64BE(BigInt(options.nowMs), MAX_TIMESTAMP_AT);
  batch.writeUInt32BE(crc32c(batch, CRC_START, batch.length), CRC_AT);
}
