/**
 * What a workload's records take on the wire when one producer sends them at a rate: each record goes to its key's partition when it is due, and a
 * partition's batch ends with linger.ms or batch.size, as the producer ends it. Batches are really built and compressed. Records of one partition are
 * of the same keys again and again, so that they compress better than the same number of records in the order of the file.
 */
import type { CompressionType } from '../../engine/record/compression.ts';
import { partitionForKey } from '../../engine/record/murmur2.ts';
import { buildBatch, type SimpleRecord } from '../../engine/record/record-batch-builder.ts';
import { emptySlot, TRIAL_EPOCH_US } from '../workload/record-source.ts';
import { openRecordSource, type Workload } from '../workload/workload.ts';

export interface LingeringOptions {
  readonly workload: Workload;
  readonly codec: CompressionType;
  readonly partitions: number;
  readonly ratePerSecond: number;
  readonly lingerSeconds: number;
  readonly batchBytes: number;
}

export interface LingeringBatches {
  readonly recordsPerBatch: number;
  readonly wireBytesPerRecord: number;
  /** Lowest and highest of the tenths of what was sent. */
  readonly low: number;
  readonly high: number;
}

const SENT_BYTES_MAX = 4 << 20;
const PARTS = 10;

interface OpenBatch {
  readonly records: SimpleRecord[];
  readonly openedSeconds: number;
  bytes: number;
}

export function lingeringBatches({ workload, codec, partitions, ratePerSecond, lingerSeconds, batchBytes }: LingeringOptions): LingeringBatches {
  const open = new Map<number, OpenBatch>();
  const closed: { records: number; bytes: number }[] = [];
  const close = (partition: number, { records }: OpenBatch): void => {
    closed.push({ records: records.length, bytes: buildBatch(records, { compression: codec }).length });
    open.delete(partition);
  };
  const source = openRecordSource(workload, { seed: 1, worker: 0 });
  const slot = emptySlot();
  try {
    for (let [n, sentBytes] = [0, 0]; sentBytes < SENT_BYTES_MAX; n++) {
      const dueSeconds = n / ratePerSecond;
      const dueUs = TRIAL_EPOCH_US + Math.round(dueSeconds * 1e6);
      source.fill(slot, n, dueUs);
      // Without a key a batch is filled for one partition until it ends.
      const key = slot.keyEnd < 0 ? null : Buffer.from(slot.key.subarray(slot.keyStart, slot.keyEnd));
      const partition = key === null ? 0 : partitionForKey(key, 0, key.length, partitions);
      const bytes = slot.valueEnd - slot.valueStart + (key?.length ?? 0);
      const before = open.get(partition);
      if (before !== undefined && (dueSeconds - before.openedSeconds >= lingerSeconds || before.bytes + bytes > batchBytes)) close(partition, before);
      const batch = open.get(partition) ?? { records: [], openedSeconds: dueSeconds, bytes: 0 };
      batch.records.push({ key, value: Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd)), timestampMs: Math.floor(dueUs / 1000) });
      batch.bytes += bytes;
      open.set(partition, batch);
      sentBytes += bytes + 1;
    }
  } finally {
    source.close();
  }
  // Those that are open at the end are shorter than the rest, except where none ended.
  if (closed.length === 0) for (const [partition, batch] of [...open]) close(partition, batch);
  return summed(closed);
}

function summed(closed: readonly { readonly records: number; readonly bytes: number }[]): LingeringBatches {
  const perRecord = (batches: typeof closed): number => batches.reduce((sum, { bytes }) => sum + bytes, 0) / batches.reduce((sum, { records }) => sum + records, 0);
  const count = Math.min(PARTS, closed.length);
  const parts = Array.from({ length: count }, (_, at) => perRecord(closed.slice(Math.floor((at * closed.length) / count), Math.floor(((at + 1) * closed.length) / count))));
  return { recordsPerBatch: closed.reduce((sum, { records }) => sum + records, 0) / closed.length, wireBytesPerRecord: perRecord(closed), low: Math.min(...parts), high: Math.max(...parts) };
}
