/**
 * What became of every record of a client that tells no batches, in columns (17 bytes a record), and its counterpart on the log's side: each
 * acknowledged record is at its offset, with its key and value, once. Partitions may come in any order.
 */
import { outcomes } from './ledger.ts';
import type { ReportBuilder } from './verification-report.ts';

export interface RecordLedgerColumns {
  readonly count: number;
  readonly outcome: Uint8Array<ArrayBuffer>;
  readonly partition: Int32Array<ArrayBuffer>;
  readonly offset: Float64Array<ArrayBuffer>;
  readonly crc: Uint32Array<ArrayBuffer>;
}

const FIRST_CAPACITY = 1 << 16;

export class RecordLedger {
  #columns = allocate(FIRST_CAPACITY);
  #count = 0;

  add({ partition, offset, crc, errorCode }: { partition: number; offset: number; crc: number; errorCode: number }): void {
    if (this.#count === this.#columns.outcome.length) this.#grow();
    const at = this.#count++;
    this.#columns.outcome[at] = errorCode !== 0 ? outcomes.unacknowledged : offset < 0 ? outcomes.unconfirmed : outcomes.acknowledged;
    this.#columns.partition[at] = partition;
    this.#columns.offset[at] = offset;
    this.#columns.crc[at] = crc;
  }

  /** Cut to size; the ledger must not be used after this. */
  take(): RecordLedgerColumns {
    const { outcome, partition, offset, crc } = this.#columns;
    const count = this.#count;
    return { count, outcome: outcome.slice(0, count), partition: partition.slice(0, count), offset: offset.slice(0, count), crc: crc.slice(0, count) };
  }

  #grow(): void {
    const larger = allocate(this.#columns.outcome.length * 2);
    larger.outcome.set(this.#columns.outcome);
    larger.partition.set(this.#columns.partition);
    larger.offset.set(this.#columns.offset);
    larger.crc.set(this.#columns.crc);
    this.#columns = larger;
  }
}

function allocate(capacity: number): Omit<RecordLedgerColumns, 'count'> {
  return { outcome: new Uint8Array(capacity), partition: new Int32Array(capacity), offset: new Float64Array(capacity), crc: new Uint32Array(capacity) };
}

export function recordTransferables({ outcome, partition, offset, crc }: RecordLedgerColumns): ArrayBuffer[] {
  return [outcome.buffer, partition.buffer, offset.buffer, crc.buffer];
}

/** Acknowledged records of one partition in the order of their offsets, with a mark for those that the log showed. */
interface PartitionRecords {
  readonly offsets: Float64Array;
  readonly crcs: Uint32Array;
  readonly wasSeen: Uint8Array;
}

export class RecordChecks {
  readonly #report: ReportBuilder;
  readonly #partitions = new Map<number, PartitionRecords>();
  /** By crc, how many: failed, or sent with acks=0; where they lie nobody was told. */
  readonly #withoutOffset = { [outcomes.unacknowledged]: new Map<number, number>(), [outcomes.unconfirmed]: new Map<number, number>() };

  constructor(ledgers: readonly RecordLedgerColumns[], report: ReportBuilder) {
    this.#report = report;
    const rows = new Map<number, { ledger: RecordLedgerColumns; row: number }[]>();
    for (const ledger of ledgers) {
      for (let row = 0; row < ledger.count; row++) {
        const outcome = ledger.outcome[row];
        if (outcome === outcomes.acknowledged) {
          const partition = ledger.partition[row] as number;
          const own = rows.get(partition);
          if (own === undefined) rows.set(partition, [{ ledger, row }]);
          else own.push({ ledger, row });
          continue;
        }
        const counts = this.#withoutOffset[outcome === outcomes.unconfirmed ? outcomes.unconfirmed : outcomes.unacknowledged];
        const crc = ledger.crc[row] as number;
        counts.set(crc, (counts.get(crc) ?? 0) + 1);
      }
    }
    for (const [partition, own] of rows) {
      own.sort((a, b) => (a.ledger.offset[a.row] as number) - (b.ledger.offset[b.row] as number));
      this.#partitions.set(partition, {
        offsets: Float64Array.from(own, ({ ledger, row }) => ledger.offset[row] as number),
        crcs: Uint32Array.from(own, ({ ledger, row }) => ledger.crc[row] as number),
        wasSeen: new Uint8Array(own.length),
      });
      this.#checkUnique(partition);
    }
  }

  get partitions(): readonly number[] {
    return [...this.#partitions.keys()];
  }

  /** True when the record is one of this run's. */
  check(partition: number, offset: number, crc: number): boolean {
    const { counts } = this.#report;
    const own = this.#partitions.get(partition);
    const at = own === undefined ? -1 : indexOf(own.offsets, offset);
    if (own !== undefined && at >= 0) {
      const isRepeated = own.wasSeen[at] === 1;
      own.wasSeen[at] = 1;
      // Reported as reordered by the offsets themselves.
      if (isRepeated) return false;
      if (own.crcs[at] === crc) counts.confirmedRecords++;
      else this.#report.add({ kind: 'changed', partition, offset, recordCount: 1, detail: 'another key or value was acknowledged at this offset' });
      return own.crcs[at] === crc;
    }
    for (const outcome of [outcomes.unconfirmed, outcomes.unacknowledged] as const) {
      const left = this.#withoutOffset[outcome].get(crc) ?? 0;
      if (left === 0) continue;
      this.#withoutOffset[outcome].set(crc, left - 1);
      if (outcome === outcomes.unconfirmed) counts.unconfirmedSeenRecords++;
      else counts.unacknowledgedSeenRecords++;
      return true;
    }
    if (own !== undefined && own.crcs.includes(crc)) {
      this.#report.add({ kind: 'duplicate', partition, offset, recordCount: 1, detail: 'the record was acknowledged at another offset' });
      return false;
    }
    counts.foreignRecords++;
    return false;
  }

  /** `logStartOffset`: what lies before it was deleted by retention. */
  finishPartition(partition: number, logStartOffset: number): void {
    const own = this.#partitions.get(partition);
    if (own === undefined) return;
    this.#partitions.delete(partition);
    const { counts } = this.#report;
    counts.acknowledgedRecords += own.offsets.length;
    for (let at = 0; at < own.offsets.length; at++) {
      if (own.wasSeen[at] === 1) continue;
      const offset = own.offsets[at] as number;
      if (offset < logStartOffset) counts.expiredRecords++;
      else this.#report.add({ kind: 'lost', partition, offset, recordCount: 1, detail: 'acknowledged and not in the log' });
    }
  }

  finish(): void {
    for (const left of this.#withoutOffset[outcomes.unconfirmed].values()) this.#report.counts.unconfirmedMissingRecords += left;
  }

  #checkUnique(partition: number): void {
    const { offsets } = this.#partitions.get(partition) as PartitionRecords;
    for (let at = 1; at < offsets.length; at++) {
      if (offsets[at] === offsets[at - 1]) this.#report.add({ kind: 'lost', partition, offset: offsets[at] as number, recordCount: 1, detail: 'two records were acknowledged at this offset' });
    }
  }
}

/** -1: not there. */
function indexOf(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle] as number;
    if (found === value) return middle;
    if (found < value) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
