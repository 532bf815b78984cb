/**
 * Measures a file of the user's events: sizes, skew of a key, and compression by the real codecs in real record batches of several sizes.
 * Reads one pass of the file at most.
 */
import { compressionTypes, type CompressionType } from '../../engine/record/compression.ts';
import { buildBatch, type SimpleRecord } from '../../engine/record/record-batch-builder.ts';
import type { SampleCompression, SampleKeys, SampleRecord } from '../../results/sample-record.ts';
import { wilsonInterval } from '../../results/statistics/proportion.ts';
import { FilePayload } from '../workload/file-payload.ts';
import { emptySlot } from '../workload/record-source.ts';

export interface SampleOptions {
  readonly path: string;
  /** Dotted JSON path or CSV column; undefined: keys are not looked at. */
  readonly key?: string | undefined;
  readonly codecs?: readonly CompressionType[];
  readonly batchBytes?: readonly number[];
}

export const SAMPLE_BATCH_BYTES = [1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10] as const;
const RECORDS_MAX = 2_000_000;
/** Compression is measured on so much of the file; more changes nothing but the time it takes. */
const COMPRESSED_BYTES_MAX = 4 << 20;
const PARTS = 10;

/** Throws PayloadError. */
export function samplePayload({ path, key, codecs = compressionTypes, batchBytes = SAMPLE_BATCH_BYTES }: SampleOptions): SampleRecord {
  const payload = new FilePayload({ path, key });
  try {
    const { sizes, counts, withoutKeyCount, kept, isWhole } = readAll(payload);
    const compression = codecs.filter((codec) => codec !== 'none').flatMap((codec) => batchBytes.map((bytes) => compressed(kept, { codec, batchBytes: bytes })));
    return {
      path,
      format: payload.format,
      recordCount: sizes.length,
      isWhole,
      recordBytes: sizesOf(Float64Array.from(sizes)),
      keys: key === undefined ? null : keysOf(key, { counts, withoutKeyCount }),
      compression,
      warnings: payload.warnings,
    };
  } finally {
    payload.close();
  }
}

interface ReadRecords {
  readonly sizes: readonly number[];
  readonly counts: ReadonlyMap<string, number>;
  readonly withoutKeyCount: number;
  readonly kept: readonly SimpleRecord[];
  readonly isWhole: boolean;
}

function readAll(payload: FilePayload): ReadRecords {
  const slot = emptySlot();
  const sizes: number[] = [];
  const counts = new Map<string, number>();
  const kept: SimpleRecord[] = [];
  let keptBytes = 0;
  let withoutKeyCount = 0;
  for (let n = 0; n < RECORDS_MAX; n++) {
    payload.fill(slot, n, 0);
    if (payload.passes > 0) return { sizes, counts, withoutKeyCount, kept, isWhole: true };
    const key = slot.keyEnd < 0 ? null : slot.key.subarray(slot.keyStart, slot.keyEnd);
    const size = slot.valueEnd - slot.valueStart + (key?.length ?? 0);
    sizes.push(size);
    if (key === null) withoutKeyCount++;
    else {
      const name = key.toString('latin1');
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    if (keptBytes >= COMPRESSED_BYTES_MAX) continue;
    // Lent until the next fill.
    kept.push({ key: key === null ? null : Buffer.from(key), value: Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd)), timestampMs: n });
    keptBytes += size;
  }
  return { sizes, counts, withoutKeyCount, kept, isWhole: false };
}

function sizesOf(sizes: Float64Array): SampleRecord['recordBytes'] {
  const mean = sizes.reduce((sum, each) => sum + each, 0) / sizes.length;
  sizes.sort();
  const at = (share: number): number => sizes[Math.min(sizes.length - 1, Math.ceil(share * sizes.length) - 1)] as number;
  return { mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: sizes.at(-1) as number };
}

function keysOf(path: string, { counts, withoutKeyCount }: Pick<ReadRecords, 'counts' | 'withoutKeyCount'>): SampleKeys {
  const trials = [...counts.values()].reduce((sum, each) => sum + each, 0);
  const hottest = Math.max(0, ...counts.values());
  const interval = trials === 0 ? { low: 0, high: 1 } : wilsonInterval({ successes: hottest, trials });
  return { path, distinctCount: counts.size, withoutKeyCount, hottestShare: trials === 0 ? 0 : hottest / trials, hottestShareLow: interval.low, hottestShareHigh: interval.high };
}

/** Batches as a producer closes them: the next record that would not fit opens another. */
function compressed(records: readonly SimpleRecord[], { codec, batchBytes }: { codec: CompressionType; batchBytes: number }): SampleCompression {
  const parts = Array.from({ length: Math.min(PARTS, records.length) }, (_, at, ) => {
    const count = Math.min(PARTS, records.length);
    return totals(records.slice(Math.floor((at * records.length) / count), Math.floor(((at + 1) * records.length) / count)), { codec, batchBytes });
  });
  const plain = parts.reduce((sum, each) => sum + each.plain, 0);
  const small = parts.reduce((sum, each) => sum + each.small, 0);
  const batches = parts.reduce((sum, each) => sum + each.batches, 0);
  const ratios = parts.map((each) => each.plain / each.small);
  return { codec, batchBytes, recordsPerBatch: records.length / batches, ratio: plain / small, ratioLow: Math.min(...ratios), ratioHigh: Math.max(...ratios) };
}

function totals(records: readonly SimpleRecord[], { codec, batchBytes }: { codec: CompressionType; batchBytes: number }): { plain: number; small: number; batches: number } {
  const total = { plain: 0, small: 0, batches: 0 };
  let batch: SimpleRecord[] = [];
  let bytes = 0;
  const close = (): void => {
    if (batch.length === 0) return;
    total.plain += buildBatch(batch).length;
    total.small += buildBatch(batch, { compression: codec }).length;
    total.batches++;
    batch = [];
    bytes = 0;
  };
  for (const record of records) {
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0);
    if (bytes + size > batchBytes) close();
    batch.push(record);
    bytes += size;
  }
  close();
  return total;
}
