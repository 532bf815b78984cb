/**
 * What compaction leaves of one batch (Kafka's Cleaner and MemoryRecords.filterTo): unchanged, rewritten with fewer records, empty, or
 * nothing. A batch that is left keeps its offsets, sequences and producer, so gaps and empty batches are normal behind compaction.
 *
 * Tombstones and markers that are no longer needed stay for delete.retention.ms after the first pass that sees them: that pass writes
 * the time of their removal into the batch (attribute bit 6, in the field of the base timestamp).
 */
import { compress } from '../../record/compression.ts';
import {
  DELETE_HORIZON_BIT,
  RECORD_BATCH_OVERHEAD,
  batchSizeInBytes,
  compressionOf,
  hasDeleteHorizon,
  isControl,
  readAttributes,
  readBaseOffset,
  readBaseSequence,
  readBaseTimestamp,
  readLastOffsetDelta,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
  readProducerEpoch,
  readProducerId,
  readRecordCount,
  stampBaseOffset,
  stampLeaderEpoch,
  usesLogAppendTime,
  writeHeader,
} from '../../record/record-batch.ts';
import { varintSize, writeVarint } from '../../record/record-batch-builder.ts';
import { forEachRecord, type VisitedRecord } from '../../record/record-reader.ts';
import type { AbortedTransaction } from '../transactions/transaction-index.ts';
import type { LatestOffsets } from './latest-offsets.ts';
import type { TransactionFilter } from './transaction-filter.ts';

export interface CompactionPass {
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
  readonly latest: LatestOffsets;
  /** `latest` knows the keys of the offsets below; what lies at or above stays. */
  readonly mapEndOffset: number;
  readonly transactions: TransactionFilter;
  /** The last data batch of each producer that the log remembers, -1 when it has only markers left: their sequences are still needed. */
  readonly lastBatches: ReadonlyMap<number, { readonly lastDataOffset: number; readonly producerEpoch: number }>;
  /** Counts what was read and kept. */
  readonly tally: { recordsRead: number; recordsKept: number; recordsWithoutKey: number };
}

export interface CompactedBatch {
  /** Undefined: nothing is left. Lent: it may be a part of the buffer that was read. */
  readonly bytes: Buffer | undefined;
  /** The transaction whose abort marker stays, for the index. */
  readonly aborted: AbortedTransaction | undefined;
}

const NOTHING: CompactedBatch = { bytes: undefined, aborted: undefined };
const COMPRESSION_MASK = 0x07;

/** @param isLast of its group: it stays, empty if need be, so that the group's end can be told from its segment. */
export function compactBatch(buffer: Buffer, at: number, isLast: boolean, pass: CompactionPass): CompactedBatch {
  const isKeptEmpty = isLast || isLastOfProducer(buffer, at, pass);
  const attributes = readAttributes(buffer, at);
  const whole = buffer.subarray(at, at + batchSizeInBytes(buffer, at));
  if (readRecordCount(buffer, at) === 0) return isKeptEmpty ? { bytes: whole, aborted: undefined } : NOTHING;
  if (isControl(attributes)) return compactMarker(whole, isKeptEmpty, pass);
  const recordCount = readRecordCount(buffer, at);
  pass.tally.recordsRead += recordCount;
  if (pass.transactions.isAborted(buffer, at)) return isKeptEmpty ? { bytes: emptied(whole), aborted: undefined } : NOTHING;
  const kept = keptRecords(whole, pass);
  if (kept.count === 0) return isKeptEmpty ? { bytes: emptied(whole), aborted: undefined } : NOTHING;
  const newHorizonMs = kept.hasTombstone && !hasDeleteHorizon(attributes) ? pass.nowMs + pass.deleteRetentionMs : undefined;
  if (kept.count === recordCount && newHorizonMs === undefined) return { bytes: whole, aborted: undefined };
  return { bytes: rewritten(whole, kept, newHorizonMs), aborted: undefined };
}

function isLastOfProducer(buffer: Buffer, at: number, pass: CompactionPass): boolean {
  const producerId = readProducerId(buffer, at);
  const last = producerId < 0 ? undefined : pass.lastBatches.get(producerId);
  if (last === undefined) return false;
  if (last.lastDataOffset >= 0) return readBaseOffset(buffer, at) + readLastOffsetDelta(buffer, at) === last.lastDataOffset;
  return isControl(readAttributes(buffer, at)) && readProducerEpoch(buffer, at) === last.producerEpoch;
}

function compactMarker(whole: Buffer, isKeptEmpty: boolean, pass: CompactionPass): CompactedBatch {
  const { isNeeded, aborted } = pass.transactions.endTransaction(whole, 0);
  if (isNeeded) return { bytes: whole, aborted };
  const attributes = readAttributes(whole, 0);
  if (!hasDeleteHorizon(attributes)) {
    const kept = keptRecords(whole, pass);
    return { bytes: rewritten(whole, kept, pass.nowMs + pass.deleteRetentionMs), aborted: undefined };
  }
  if (readBaseTimestamp(whole, 0) > pass.nowMs) return { bytes: whole, aborted: undefined };
  return isKeptEmpty ? { bytes: emptied(whole), aborted: undefined } : NOTHING;
}

interface KeptRecords {
  count: number;
  hasTombstone: boolean;
  maxTimestampMs: number;
  /** Where each record lies in `bytes`: start, start of its offset delta, end. */
  readonly places: number[];
  readonly timestampsMs: number[];
  bytes: Buffer;
}

function keptRecords(whole: Buffer, pass: CompactionPass): KeptRecords {
  const kept: KeptRecords = { count: 0, hasTombstone: false, maxTimestampMs: -1, places: [], timestampsMs: [], bytes: whole };
  const attributes = readAttributes(whole, 0);
  const areTombstonesDue = hasDeleteHorizon(attributes) && readBaseTimestamp(whole, 0) <= pass.nowMs;
  const isMarker = isControl(attributes);
  forEachRecord(whole, 0, (record) => {
    kept.bytes = record.bytes;
    if (!isMarker && !isWanted(record, areTombstonesDue, pass)) return;
    if (!isMarker) pass.tally.recordsKept += 1;
    if (record.valueStart < 0) kept.hasTombstone = true;
    if (record.timestampMs > kept.maxTimestampMs) kept.maxTimestampMs = record.timestampMs;
    kept.count += 1;
    kept.places.push(record.start, record.offsetDeltaStart, record.headersEnd);
    kept.timestampsMs.push(record.timestampMs);
  });
  return kept;
}

function isWanted(record: VisitedRecord, areTombstonesDue: boolean, pass: CompactionPass): boolean {
  if (record.offset >= pass.mapEndOffset) return true;
  if (record.keyStart < 0) {
    pass.tally.recordsWithoutKey += 1;
    return false;
  }
  if (record.offset < pass.latest.latestOf(record.bytes, record.keyStart, record.keyEnd)) return false;
  return record.valueStart >= 0 || !areTombstonesDue;
}

/** The kept records under the old header; with a new horizon their timestamps are written anew, because they count from its field. */
function rewritten(whole: Buffer, kept: KeptRecords, newHorizonMs: number | undefined): Buffer {
  const attributes = readAttributes(whole, 0);
  const baseTimestamp = newHorizonMs ?? readBaseTimestamp(whole, 0);
  const records = newHorizonMs === undefined ? copied(kept) : redated(kept, newHorizonMs);
  const type = compressionOf(attributes);
  const stored = type === 'none' ? records : compress(type, records);
  const batch = Buffer.allocUnsafe(RECORD_BATCH_OVERHEAD + stored.length);
  batch.set(stored, RECORD_BATCH_OVERHEAD);
  return withHeader(batch, whole, {
    attributes: newHorizonMs === undefined ? attributes : attributes | DELETE_HORIZON_BIT,
    baseTimestamp,
    maxTimestamp: usesLogAppendTime(attributes) ? readMaxTimestamp(whole, 0) : kept.maxTimestampMs,
    recordCount: kept.count,
  });
}

function emptied(whole: Buffer): Buffer {
  const attributes = readAttributes(whole, 0) & ~COMPRESSION_MASK & ~DELETE_HORIZON_BIT;
  return withHeader(Buffer.allocUnsafe(RECORD_BATCH_OVERHEAD), whole, { attributes, baseTimestamp: -1, maxTimestamp: readMaxTimestamp(whole, 0), recordCount: 0 });
}

function withHeader(batch: Buffer, old: Buffer, changed: { attributes: number; baseTimestamp: number; maxTimestamp: number; recordCount: number }): Buffer {
  writeHeader(batch, batch.length, {
    ...changed,
    lastOffsetDelta: readLastOffsetDelta(old, 0),
    producerId: readProducerId(old, 0),
    producerEpoch: readProducerEpoch(old, 0),
    baseSequence: readBaseSequence(old, 0),
  });
  stampBaseOffset(batch, 0, readBaseOffset(old, 0));
  stampLeaderEpoch(batch, 0, readPartitionLeaderEpoch(old, 0));
  return batch;
}

function copied({ bytes, places }: KeptRecords): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < places.length; at += 3) parts.push(bytes.subarray(places[at], places[at + 2]));
  return Buffer.concat(parts);
}

function redated({ bytes, places, timestampsMs }: KeptRecords, baseTimestampMs: number): Buffer {
  const parts: Buffer[] = [];
  timestampsMs.forEach((timestampMs, record) => {
    const rest = bytes.subarray(places[record * 3 + 1], places[record * 3 + 2]);
    const delta = timestampMs - baseTimestampMs;
    const bodyBytes = 1 + varintSize(delta) + rest.length;
    const head = Buffer.alloc(varintSize(bodyBytes) + 1 + varintSize(delta));
    const attributesAt = writeVarint(head, 0, bodyBytes);
    writeVarint(head, attributesAt + 1, delta);
    parts.push(head, rest);
  });
  return Buffer.concat(parts);
}
