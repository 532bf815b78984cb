/**
 * Holds the log against the ledgers: every acknowledged batch is there exactly once, at its offset, with the same records (CRC-32C of the
 * uncompressed records section); each producer's sequence numbers rise without a repeat, so order within a key holds; for stamped
 * workloads each event as well. Takes raw batches from anywhere and does no I/O. Partitions may come in any order, each in offset order.
 * Leaves out: whether uncommitted transactions are hidden, and headers beyond what the CRC covers.
 */
import { compressionOf, isControl, readAttributes, readBaseOffset, readBaseSequence, readLastOffsetDelta, readProducerEpoch, readProducerId, readRecordCount, batchSizeInBytes, RECORD_BATCH_OVERHEAD, validateBatch } from '../../engine/record/record-batch.ts';
import { decompress } from '../../engine/record/compression.ts';
import { crc32c } from '../../engine/record/crc32c.ts';
import { RecordCursor } from '../record-cursor.ts';
import { EventChecks, type EventCheckOptions } from './event-checks.ts';
import { indexLedgers, PartitionLedger, sequenceKey, type LedgerEntry } from './ledger-index.ts';
import { outcomes, type LedgerColumns } from './ledger.ts';
import { recordCrc } from './record-crc.ts';
import { RecordChecks, type RecordLedgerColumns } from './record-ledger.ts';
import { ReportBuilder, type VerificationReport } from './verification-report.ts';

/** Brokers take batches of about 1 MB; what unpacks to more than this is damaged. */
const UNCOMPRESSED_BYTES_MAX = 256 << 20;

export interface VerifierOptions {
  /** Of a client that tells no batches; then there are no `ledgers`. */
  readonly recordLedgers?: readonly RecordLedgerColumns[];
  readonly ledgers: readonly LedgerColumns[];
  /** For stamped workloads. */
  readonly events?: EventCheckOptions | undefined;
}

/** What one producer wrote to the partition so far. */
interface ProducerProgress {
  epoch: number;
  nextSequence: number;
  /** Base sequences of this epoch. */
  readonly seen: Set<number>;
}

interface OpenPartition {
  readonly partition: number;
  readonly ledger: PartitionLedger;
  nextOffset: number;
  readonly producers: Map<number, ProducerProgress>;
}

interface Batch {
  readonly buffer: Buffer;
  readonly at: number;
  readonly bytes: number;
  readonly offset: number;
  readonly recordCount: number;
}

export class DeliveryVerifier {
  readonly #report = new ReportBuilder();
  readonly #partitions: Map<number, PartitionLedger>;
  readonly #events: EventChecks | undefined;
  readonly #records: RecordChecks | undefined;
  readonly #cursor = new RecordCursor();
  #open: OpenPartition | undefined;

  constructor(options: VerifierOptions) {
    this.#partitions = indexLedgers(options.ledgers, (partition, { ledger, row }) => {
      const offset = ledger.baseOffset[row] as number;
      const recordCount = ledger.recordCount[row] as number;
      this.#report.counts.acknowledgedRecords += recordCount;
      this.#report.add({ kind: 'lost', partition, offset, recordCount, detail: 'two different batches were acknowledged at this offset' });
    });
    this.#records = options.recordLedgers === undefined || options.recordLedgers.length === 0 ? undefined : new RecordChecks(options.recordLedgers, this.#report);
    this.#events = options.events === undefined ? undefined : new EventChecks(options.events, this.#report);
  }

  /** `startOffset`: the first offset that will be read: the log's start, or its end before the run. */
  beginPartition(partition: number, startOffset: number): void {
    const ledger = this.#partitions.get(partition) ?? new PartitionLedger();
    this.#open = { partition, ledger, nextOffset: startOffset, producers: new Map() };
    this.#report.counts.partitionCount++;
  }

  /** Whole batches in offset order. */
  acceptBatches(buffer: Buffer): void {
    for (let at = 0; at + RECORD_BATCH_OVERHEAD <= buffer.length; ) {
      const bytes = batchSizeInBytes(buffer, at);
      if (bytes < RECORD_BATCH_OVERHEAD || at + bytes > buffer.length) break;
      this.#acceptBatch({ buffer, at, bytes, offset: readBaseOffset(buffer, at), recordCount: readRecordCount(buffer, at) });
      at += bytes;
    }
  }

  /** `logStartOffset`: what lies before it was deleted by retention. */
  finishPartition(logStartOffset: number): void {
    const { partition, ledger } = this.#current();
    const { counts } = this.#report;
    for (const [offset, entry] of ledger.byOffset) {
      const recordCount = entry.ledger.recordCount[entry.row] as number;
      counts.acknowledgedRecords += recordCount;
      if (entry.wasSeen) continue;
      if (offset + recordCount <= logStartOffset) counts.expiredRecords += recordCount;
      else this.#report.add({ kind: 'lost', partition, offset, recordCount, detail: 'acknowledged and not in the log' });
    }
    for (const { ledger: columns, row, wasSeen } of [...ledger.withoutOffset.values()].flat()) {
      if (!wasSeen && columns.outcome[row] === outcomes.unconfirmed) counts.unconfirmedMissingRecords += columns.recordCount[row] as number;
    }
    this.#records?.finishPartition(partition, logStartOffset);
    this.#partitions.delete(partition);
    this.#open = undefined;
  }

  /** Partitions with acknowledged batches that were not begun yet. */
  get remainingPartitions(): readonly number[] {
    return [...new Set([...this.#partitions.keys(), ...(this.#records?.partitions ?? [])])];
  }

  /** Batches of partitions that nobody read count as lost. */
  finish(): VerificationReport {
    for (const partition of this.remainingPartitions) {
      this.beginPartition(partition, 0);
      this.finishPartition(0);
    }
    this.#records?.finish();
    return this.#report.finish();
  }

  #current(): OpenPartition {
    if (this.#open === undefined) throw new Error('no partition was begun');
    return this.#open;
  }

  #acceptBatch(batch: Batch): void {
    const open = this.#current();
    const { buffer, at, offset, recordCount } = batch;
    this.#report.counts.batchesRead++;
    this.#report.counts.recordsRead += recordCount;
    this.#checkOffset(batch);
    open.nextOffset = Math.max(open.nextOffset, offset + readLastOffsetDelta(buffer, at) + 1);
    if (isControl(readAttributes(buffer, at))) return;

    const section = this.#recordsOf(batch);
    if (section === undefined) {
      const entry = open.ledger.byOffset.get(offset);
      if (entry !== undefined) entry.wasSeen = true;
      return;
    }
    const isRepeated = this.#checkSequence(batch);
    if (this.#records !== undefined) {
      this.#checkRecords(this.#records, section, batch);
      return;
    }
    const isOurs = this.#checkLedger(batch, crc32c(section, 0, section.length), isRepeated);
    if (isOurs && !isRepeated && this.#events !== undefined) this.#checkEvents(this.#events, section, batch);
  }

  #checkOffset({ offset, recordCount }: Batch): void {
    const { partition, nextOffset } = this.#current();
    if (offset > nextOffset) {
      this.#report.add({ kind: 'gap', partition, offset: nextOffset, recordCount: offset - nextOffset, detail: `offsets ${nextOffset} to ${offset - 1} are missing` });
    } else if (offset < nextOffset) {
      this.#report.add({ kind: 'reordered', partition, offset, recordCount, detail: `offset ${offset} stands behind offset ${nextOffset - 1}` });
    }
  }

  /** The uncompressed records, or undefined after reporting damage. */
  #recordsOf(batch: Batch): Buffer | undefined {
    const { buffer, at, bytes, offset, recordCount } = batch;
    const { partition } = this.#current();
    const validity = validateBatch(buffer, at, bytes);
    if (validity.kind === 'invalid') {
      this.#report.add({ kind: 'corrupt', partition, offset, recordCount, detail: validity.reason });
      return undefined;
    }
    const section = buffer.subarray(at + RECORD_BATCH_OVERHEAD, at + bytes);
    const compression = compressionOf(readAttributes(buffer, at));
    if (compression === 'none') return section;
    try {
      return decompress(compression, section, { maxBytes: UNCOMPRESSED_BYTES_MAX });
    } catch (error) {
      this.#report.add({ kind: 'corrupt', partition, offset, recordCount, detail: `${compression}: ${(error as Error).message}` });
      return undefined;
    }
  }

  /** True when this (producer, epoch, sequence) was in the partition before. */
  #checkSequence(batch: Batch): boolean {
    const { buffer, at, offset, recordCount } = batch;
    const { partition, ledger, producers } = this.#current();
    const producerId = readProducerId(buffer, at);
    if (producerId < 0) return false;
    const epoch = readProducerEpoch(buffer, at);
    const sequence = readBaseSequence(buffer, at);
    const next = (sequence + recordCount) % 2 ** 31;
    const who = `producer ${producerId} epoch ${epoch} sequence ${sequence}`;
    let progress = producers.get(producerId);
    if (progress !== undefined && epoch < progress.epoch) {
      this.#report.add({ kind: 'reordered', partition, offset, recordCount, detail: `${who} stands behind epoch ${progress.epoch}` });
      return false;
    }
    if (progress === undefined || epoch > progress.epoch) {
      progress = { epoch, nextSequence: next, seen: new Set([sequence]) };
      producers.set(producerId, progress);
      return false;
    }
    if (progress.seen.has(sequence)) {
      this.#report.add({ kind: 'duplicate', partition, offset, recordCount, detail: `${who} is in the log twice` });
      return true;
    }
    progress.seen.add(sequence);
    const ahead = (sequence - progress.nextSequence + 2 ** 31) % 2 ** 31;
    if (ahead >= 2 ** 30) {
      this.#report.add({ kind: 'reordered', partition, offset, recordCount, detail: `${who} stands behind sequence ${progress.nextSequence}` });
      return false;
    }
    if (ahead > 0 && !ledger.producersWithFailures.has(producerId)) this.#addGap(batch, `${who} follows sequence ${progress.nextSequence - 1}`);
    progress.nextSequence = next;
    return false;
  }

  #addGap({ offset, recordCount }: Batch, detail: string): void {
    this.#report.add({ kind: 'gap', partition: this.#current().partition, offset, recordCount, detail });
  }

  /** True when the batch is one of this run's. */
  #checkLedger(batch: Batch, recordsCrc: number, isRepeated: boolean): boolean {
    const { buffer, at, offset, recordCount } = batch;
    const { partition, ledger } = this.#current();
    const { counts } = this.#report;
    const atOffset = ledger.byOffset.get(offset);
    if (atOffset !== undefined && !atOffset.wasSeen) {
      atOffset.wasSeen = true;
      const isSame = matches(atOffset, recordCount, recordsCrc);
      if (isSame) counts.confirmedRecords += recordCount;
      else this.#report.add({ kind: 'changed', partition, offset, recordCount, detail: describeChange(atOffset, recordCount, recordsCrc) });
      return isSame;
    }
    const bySequence = ledger.bySequence.get(sequenceKey(readProducerId(buffer, at), readProducerEpoch(buffer, at), readBaseSequence(buffer, at)));
    const sameRecords = ledger.withoutOffset.get(recordsCrc);
    const entry = bySequence ?? sameRecords?.find(({ wasSeen }) => !wasSeen) ?? sameRecords?.[0] ?? ledger.byCrc.get(recordsCrc);
    if (entry === undefined) {
      counts.foreignRecords += recordCount;
      return false;
    }
    const outcome = entry.ledger.outcome[entry.row];
    if (outcome === outcomes.acknowledged) {
      const acknowledgedAt = entry.ledger.baseOffset[entry.row];
      if (!isRepeated) this.#report.add({ kind: 'duplicate', partition, offset, recordCount, detail: `the batch was acknowledged at offset ${acknowledgedAt}` });
      return false;
    }
    if (entry.wasSeen) {
      if (!isRepeated) this.#report.add({ kind: 'duplicate', partition, offset, recordCount, detail: 'an unacknowledged batch is in the log twice' });
      return false;
    }
    entry.wasSeen = true;
    if (outcome === outcomes.unconfirmed) counts.unconfirmedSeenRecords += recordCount;
    else counts.unacknowledgedSeenRecords += recordCount;
    return true;
  }

  #checkRecords(records: RecordChecks, section: Buffer, batch: Batch): void {
    const { partition } = this.#current();
    const cursor = this.#cursor;
    cursor.reset(section);
    try {
      while (cursor.next()) {
        const { keyStart, keyEnd, valueStart, valueEnd } = cursor;
        const offset = batch.offset + cursor.offsetDelta;
        const isOurs = records.check(partition, offset, recordCrc({ key: section, keyStart, keyEnd, value: section, valueStart, valueEnd }));
        if (isOurs) this.#events?.check(cursor, partition, offset);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#report.add({ kind: 'corrupt', partition, offset: batch.offset, recordCount: batch.recordCount, detail: error.message });
    }
  }

  #checkEvents(events: EventChecks, section: Buffer, batch: Batch): void {
    const { partition } = this.#current();
    const cursor = this.#cursor;
    cursor.reset(section);
    try {
      while (cursor.next()) events.check(cursor, partition, batch.offset + cursor.offsetDelta);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#report.add({ kind: 'corrupt', partition, offset: batch.offset, recordCount: batch.recordCount, detail: error.message });
    }
  }
}

function matches({ ledger, row }: LedgerEntry, recordCount: number, recordsCrc: number): boolean {
  return ledger.recordCount[row] === recordCount && ledger.recordsCrc[row] === recordsCrc;
}

function describeChange({ ledger, row }: LedgerEntry, recordCount: number, recordsCrc: number): string {
  return `acknowledged ${ledger.recordCount[row]} records with CRC ${ledger.recordsCrc[row]}, found ${recordCount} with CRC ${recordsCrc}`;
}
