/**
 * One round of compaction over one log (Kafka's Cleaner): the newest offset of each key in the part that was not compacted yet, then every
 * segment from the start up to there written anew without what is superseded. Sealed segments only; read and written in pieces, so that
 * the event loop goes on in between. Gives up, with nothing changed, when retention, truncation or the log's end comes in between.
 */
import type { Environment } from '../../environment.ts';
import {
  RECORD_BATCH_OVERHEAD,
  batchSizeInBytes,
  isControl,
  readAttributes,
  readBaseOffset,
  readLastOffsetDelta,
  readMaxTimestamp,
  validateBatch,
} from '../../record/record-batch.ts';
import { forEachRecord } from '../../record/record-reader.ts';
import type { LogConfig } from '../log-config.ts';
import { LogSegment } from '../log-segment.ts';
import { OFFSET_INDEX_ENTRY_BYTES } from '../offset-index.ts';
import type { ActiveProducer } from '../producers/producer-state.ts';
import { TIME_INDEX_ENTRY_BYTES } from '../time-index.ts';
import type { AbortedTransaction } from '../transactions/transaction-index.ts';
import { compactBatch, type CompactionPass } from './batch-compactor.ts';
import { LatestOffsets } from './latest-offsets.ts';
import { CLEANED, swapIn } from './segment-swap.ts';
import { TransactionFilter } from './transaction-filter.ts';

/** What a round needs of its log. */
export interface CompactedLog {
  readonly name: string;
  readonly directory: string;
  readonly config: LogConfig;
  /** Sealed, oldest first: those that may be compacted now. */
  readonly segments: readonly LogSegment[];
  /** Offsets below were compacted before. */
  readonly firstDirtyOffset: number;
  readonly producers: readonly ActiveProducer[];
  readonly aborted: readonly AbortedTransaction[];
  /** False: the segments are no longer what they were when the round began. */
  isUnchanged(): boolean;
  replace(old: readonly LogSegment[], next: LogSegment): void;
}

export interface CompactionResult {
  readonly kind: 'compacted' | 'abandoned';
  /** Offsets below are compacted now. */
  readonly endOffset: number;
  readonly segmentsBefore: number;
  readonly segmentsAfter: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly recordsRead: number;
  readonly recordsKept: number;
  /** They cannot be compacted and are dropped, as Kafka does: a topic that was not always compacted may hold them. */
  readonly recordsWithoutKey: number;
}

/** Stored bytes that are looked at without letting the event loop go on. */
const PIECE_BYTES = 256 * 1024;
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
/** Records that get a delete horizon may take a few bytes more than before. */
const GROWTH = 1.5;
const GROWTH_BYTES = 1024 * 1024;

class Abandoned extends Error {}

export async function compactLog(environment: Environment, log: CompactedLog, options: { dedupeBufferBytes: number }): Promise<CompactionResult> {
  const tally = { recordsRead: 0, recordsKept: 0, recordsWithoutKey: 0 };
  const totals = { segmentsBefore: 0, segmentsAfter: 0, bytesBefore: 0, bytesAfter: 0 };
  let endOffset = log.firstDirtyOffset;
  try {
    const { latest, mapEndOffset } = await newestOffsets(log, options.dedupeBufferBytes);
    const pass: CompactionPass = {
      nowMs: environment.clock.nowMs(),
      deleteRetentionMs: log.config.deleteRetentionMs,
      latest,
      mapEndOffset,
      transactions: new TransactionFilter(log.aborted),
      lastBatches: new Map(log.producers.map((producer) => [producer.producerId, producer])),
      tally,
    };
    for (const group of groupsOf(log, mapEndOffset)) {
      const next = await compactGroup(environment, log, { group, pass });
      totals.segmentsBefore += group.length;
      totals.segmentsAfter += 1;
      for (const segment of group) totals.bytesBefore += segment.size;
      totals.bytesAfter += next.size;
      log.replace(group, next);
    }
    endOffset = mapEndOffset;
  } catch (error) {
    if (!(error instanceof Abandoned)) throw error;
    return { kind: 'abandoned', endOffset, ...totals, ...tally };
  }
  return { kind: 'compacted', endOffset, ...totals, ...tally };
}

/** Keys of the dirty part, as far as memory goes, at least one batch. */
async function newestOffsets(log: CompactedLog, maxBytes: number): Promise<{ latest: LatestOffsets; mapEndOffset: number }> {
  const latest = new LatestOffsets(maxBytes);
  const dirty = log.segments.filter((segment, at) => (log.segments[at + 1]?.baseOffset ?? Number.MAX_SAFE_INTEGER) > log.firstDirtyOffset && segment.size > 0);
  const transactions = new TransactionFilter(log.aborted.filter(({ lastOffset }) => lastOffset >= (dirty[0]?.baseOffset ?? 0)));
  let mapEndOffset = log.firstDirtyOffset;
  for (const segment of dirty) {
    await forEachBatch(log, segment, (bytes, at) => {
      const lastOffset = readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at);
      const isSkipped = isControl(readAttributes(bytes, at)) ? transactions.endTransaction(bytes, at) !== undefined : transactions.isAborted(bytes, at);
      if (lastOffset < log.firstDirtyOffset) return true;
      if (latest.isFull) return false;
      if (!isSkipped) {
        forEachRecord(bytes, at, (record) => {
          if (record.keyStart >= 0) latest.put(record.bytes, record.keyStart, record.keyEnd, record.offset);
        });
      }
      mapEndOffset = lastOffset + 1;
      return true;
    });
    if (latest.isFull) break;
  }
  return { latest, mapEndOffset };
}

/** Neighbours that fit into one segment become one. Those at or above `endOffset` are left alone. */
function groupsOf(log: CompactedLog, endOffset: number): LogSegment[][] {
  const { config } = log;
  const groups: { segments: LogSegment[]; bytes: number; indexEntries: number; timeEntries: number }[] = [];
  for (const [at, segment] of log.segments.entries()) {
    if (segment.baseOffset >= endOffset) break;
    const segmentEnd = log.segments[at + 1]?.baseOffset ?? segment.endOffset();
    const added = { bytes: segment.size, indexEntries: segment.offsetIndex.entryCount, timeEntries: segment.timeIndex.entryCount };
    const last = groups.at(-1);
    const fits =
      last !== undefined &&
      last.bytes + added.bytes <= config.segmentBytes &&
      (last.indexEntries + added.indexEntries) * OFFSET_INDEX_ENTRY_BYTES <= config.segmentIndexBytes &&
      (last.timeEntries + added.timeEntries) * TIME_INDEX_ENTRY_BYTES <= config.segmentIndexBytes &&
      segmentEnd - (last.segments[0] as LogSegment).baseOffset < LARGEST_FILE_BYTES;
    if (!fits) groups.push({ segments: [segment], ...added });
    else {
      last.segments.push(segment);
      last.bytes += added.bytes;
      last.indexEntries += added.indexEntries;
      last.timeEntries += added.timeEntries;
    }
  }
  return groups.map(({ segments }) => segments);
}

async function compactGroup(environment: Environment, log: CompactedLog, { group, pass }: { group: readonly LogSegment[]; pass: CompactionPass }): Promise<LogSegment> {
  const { files } = environment;
  const first = group[0] as LogSegment;
  const groupEnd = (group.at(-1) as LogSegment).endOffset();
  let bytes = 0;
  for (const segment of group) bytes += segment.size;
  const options = { files, directory: log.directory, baseOffset: first.baseOffset, indexIntervalBytes: log.config.indexIntervalBytes, nowMs: first.createdMs };
  const cleaned = LogSegment.create({ ...options, maxBytes: Math.min(LARGEST_FILE_BYTES, Math.ceil(bytes * GROWTH) + GROWTH_BYTES), suffix: CLEANED });
  try {
    for (const segment of group) {
      await forEachBatch(log, segment, (buffer, at) => {
        const lastOffset = readBaseOffset(buffer, at) + readLastOffsetDelta(buffer, at);
        const left = compactBatch(buffer, at, lastOffset + 1 === groupEnd, pass);
        if (left.aborted !== undefined) cleaned.transactionIndex.append(left.aborted);
        if (left.bytes !== undefined) cleaned.indexBatch(cleaned.append(left.bytes), lastOffset, readMaxTimestamp(left.bytes, 0));
        return true;
      });
    }
    cleaned.sealWithAllIndexes();
    await cleaned.file.flush();
    if (!log.isUnchanged()) throw new Abandoned();
  } catch (error) {
    cleaned.remove();
    throw error;
  }
  cleaned.close();
  swapIn(files, log.directory, first.baseOffset, group);
  return LogSegment.openSealed({ ...options, maxBytes: log.config.segmentBytes });
}

/** Whole batches in order while `visit` returns true, read off the event loop. Throws on damage: nothing is compacted by guesswork. */
async function forEachBatch(log: CompactedLog, segment: LogSegment, visit: (bytes: Buffer, at: number) => boolean): Promise<void> {
  let position = 0;
  let wanted = PIECE_BYTES;
  while (position < segment.size) {
    if (!log.isUnchanged()) throw new Abandoned();
    const piece = await segment.file.read(position, wanted).catch((error: unknown) => {
      throw log.isUnchanged() ? error : new Abandoned();
    });
    if (!log.isUnchanged()) throw new Abandoned();
    let at = 0;
    while (at + RECORD_BATCH_OVERHEAD <= piece.length && at + batchSizeInBytes(piece, at) <= piece.length) {
      const verdict = validateBatch(piece, at, piece.length - at);
      if (verdict.kind === 'invalid') throw new Error(`${log.name}: position ${position + at} of the segment at ${segment.baseOffset}: ${verdict.reason}`);
      if (!visit(piece, at)) return;
      at += verdict.bytes;
    }
    // A batch larger than the piece is read again, whole.
    wanted = at === 0 ? Math.max(PIECE_BYTES, batchSizeInBytes(piece, 0)) : PIECE_BYTES;
    if (at === 0 && (piece.length < RECORD_BATCH_OVERHEAD || wanted <= piece.length)) {
      throw new Error(`${log.name}: the segment at ${segment.baseOffset} ends inside a batch at position ${position}`);
    }
    position += at;
  }
}
