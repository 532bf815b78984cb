/**
 * Reads fetched batches for a load consumer: counts records and takes each one's due time, from its stamp (1 us) or, for payloads
 * without one, from the record's timestamp (1 ms). Unpacks a batch once and walks it without allocating per record.
 */
import { batchSizeInBytes, compressionOf, isControl, readAttributes, readBaseOffset, readBaseTimestamp, readLastOffsetDelta, readRecordCount, RECORD_BATCH_OVERHEAD } from '../../engine/record/record-batch.ts';
import { ScratchMemory } from '../../engine/record/scratch-memory.ts';
import { decompressInto } from '../../engine/record/compression.ts';
import { RecordCursor } from '../record-cursor.ts';
import { epochUsOf, hasStamp } from '../workload/event-stamp.ts';

const UNCOMPRESSED_BYTES_MAX = 256 << 20;

export interface ReadBatches {
  records: number;
  /** Uncompressed bytes of keys, values and record framing. */
  bytes: number;
  /** Records below the offset that was read up to before. */
  rereadRecords: number;
  /** Offset behind the last whole batch; -1 when there was none. */
  nextOffset: number;
}

export class EventReader {
  readonly #isStamped: boolean;
  readonly #scratch = new ScratchMemory();
  readonly #cursor = new RecordCursor();
  readonly #read: ReadBatches = { records: 0, bytes: 0, rereadRecords: 0, nextOffset: -1 };

  constructor(isStamped: boolean) {
    this.#isStamped = isStamped;
  }

  /** `fromOffset`: records below it came along with their batch and were read before. The result is reused by the next call. */
  read(batches: Buffer, fromOffset: number, onDue: (dueEpochUs: number) => void): Readonly<ReadBatches> {
    const read = this.#read;
    read.records = 0;
    read.bytes = 0;
    read.rereadRecords = 0;
    read.nextOffset = -1;
    for (let at = 0; at + RECORD_BATCH_OVERHEAD <= batches.length; ) {
      const size = batchSizeInBytes(batches, at);
      if (size < RECORD_BATCH_OVERHEAD || at + size > batches.length) break;
      const baseOffset = readBaseOffset(batches, at);
      read.nextOffset = baseOffset + readLastOffsetDelta(batches, at) + 1;
      if (baseOffset < fromOffset && !isControl(readAttributes(batches, at))) read.rereadRecords += Math.min(readRecordCount(batches, at), fromOffset - baseOffset);
      if (read.nextOffset > fromOffset && readRecordCount(batches, at) > 0 && !isControl(readAttributes(batches, at))) {
        this.#readBatch(batches, at, size, fromOffset - baseOffset, onDue);
      }
      at += size;
    }
    return read;
  }

  #readBatch(batches: Buffer, at: number, size: number, fromDelta: number, onDue: (dueEpochUs: number) => void): void {
    const packed = batches.subarray(at + RECORD_BATCH_OVERHEAD, at + size);
    const compression = compressionOf(readAttributes(batches, at));
    if (compression === 'none') this.#readSection(packed, batches, at, fromDelta, onDue);
    else this.#scratch.lend((allocate) => this.#readSection(decompressInto(compression, packed, { maxBytes: UNCOMPRESSED_BYTES_MAX, allocate }), batches, at, fromDelta, onDue));
  }

  #readSection(section: Buffer, batches: Buffer, at: number, fromDelta: number, onDue: (dueEpochUs: number) => void): void {
    const cursor = this.#cursor;
    const baseTimestampUs = readBaseTimestamp(batches, at) * 1000;
    this.#read.bytes += section.length;
    cursor.reset(section);
    while (cursor.next()) {
      if (cursor.offsetDelta < fromDelta) continue;
      this.#read.records++;
      if (!this.#isStamped) onDue(baseTimestampUs + cursor.timestampDelta * 1000);
      else if (hasStamp(section, cursor.valueStart, cursor.valueEnd)) onDue(epochUsOf(section, cursor.valueStart));
    }
  }
}
