/** The ledgers of all workers, by partition and offset, with marks for what the log showed. */
import { outcomes, type LedgerColumns } from './ledger.ts';

/** One batch of a ledger: which ledger, and which row of it. */
export interface LedgerEntry {
  readonly ledger: LedgerColumns;
  readonly row: number;
  wasSeen: boolean;
}

export class PartitionLedger {
  /** Acknowledged batches by base offset. */
  readonly byOffset = new Map<number, LedgerEntry>();
  /** All batches by (producer id, epoch, base sequence); empty for producers without an id. */
  readonly bySequence = new Map<string, LedgerEntry>();
  /** Batches sent with acks=0 or not acknowledged, by the CRC of their records: equal payloads share one. */
  readonly withoutOffset = new Map<number, LedgerEntry[]>();
  /** Acknowledged batches by the CRC of their records: finds copies. */
  readonly byCrc = new Map<number, LedgerEntry>();
  /** Producers that had a batch fail here: their sequences may have holes. */
  readonly producersWithFailures = new Set<number>();

  add(entry: LedgerEntry): void {
    const { ledger, row } = entry;
    const producerId = ledger.producerId[row] as number;
    const crc = ledger.recordsCrc[row] as number;
    if (producerId >= 0) this.bySequence.set(sequenceKey(producerId, ledger.producerEpoch[row] as number, ledger.baseSequence[row] as number), entry);
    if (ledger.outcome[row] === outcomes.acknowledged) {
      this.byOffset.set(ledger.baseOffset[row] as number, entry);
      this.byCrc.set(crc, entry);
    } else {
      const sameRecords = this.withoutOffset.get(crc);
      if (sameRecords === undefined) this.withoutOffset.set(crc, [entry]);
      else sameRecords.push(entry);
    }
    if (ledger.outcome[row] === outcomes.unacknowledged) this.producersWithFailures.add(producerId);
  }
}

export function sequenceKey(producerId: number, epoch: number, baseSequence: number): string {
  return `${producerId}/${epoch}/${baseSequence}`;
}

/** Two acknowledgements for one offset of a partition are an error of the cluster: `onConflict` gets the second. */
export function indexLedgers(
  ledgers: readonly LedgerColumns[],
  onConflict: (partition: number, entry: LedgerEntry) => void,
): Map<number, PartitionLedger> {
  const partitions = new Map<number, PartitionLedger>();
  for (const ledger of ledgers) {
    for (let row = 0; row < ledger.count; row++) {
      const partition = ledger.partition[row] as number;
      let index = partitions.get(partition);
      if (index === undefined) partitions.set(partition, (index = new PartitionLedger()));
      const entry: LedgerEntry = { ledger, row, wasSeen: false };
      const isTaken = ledger.outcome[row] === outcomes.acknowledged && index.byOffset.has(ledger.baseOffset[row] as number);
      if (isTaken) onConflict(partition, entry);
      else index.add(entry);
    }
  }
  return partitions;
}
