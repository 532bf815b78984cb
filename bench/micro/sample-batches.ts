/** Batches of clickstream events, as the default run sends them. */
import { NO_PRODUCER, RecordBatchBuilder, type RecordSlice } from '../../engine/record/record-batch-builder.ts';
import { RECORD_BATCH_OVERHEAD } from '../../engine/record/record-batch.ts';
import { ClickstreamSource } from '../workload/clickstream.ts';
import { emptySlot, type RecordSlot } from '../workload/record-source.ts';

const KEYS = { kind: 'zipf', keyCount: 200_000, exponent: 0.8 } as const;
const EPOCH_US = 1_790_000_000_000_000;
const RECORD_US = 10;

/** The first clickstream events that fill a batch of `bytes`, each with bytes of its own. */
export function clickstreamSlices(bytes: number): RecordSlice[] {
  const source = new ClickstreamSource({ seed: 1, worker: 0, keys: KEYS });
  const builder = new RecordBatchBuilder({ capacityBytes: bytes, compression: 'none' });
  const slot = emptySlot();
  const slices: RecordSlice[] = [];
  for (let n = 0; ; n++) {
    const dueUs = EPOCH_US + n * RECORD_US;
    source.fill(slot, n, dueUs);
    const slice = copied(slot, Math.floor(dueUs / 1000));
    if (!builder.append(slice)) return slices;
    slices.push(slice);
  }
}

/** One uncompressed batch of at most `bytes`, of its own memory. */
export function clickstreamBatch(bytes: number): Buffer {
  const builder = new RecordBatchBuilder({ capacityBytes: bytes, compression: 'none' });
  for (const slice of clickstreamSlices(bytes)) builder.append(slice);
  return Buffer.from(builder.close(NO_PRODUCER).batch);
}

/** The part of a batch that is compressed. */
export function clickstreamRecords(bytes: number): Buffer {
  return Buffer.from(clickstreamBatch(bytes).subarray(RECORD_BATCH_OVERHEAD));
}

function copied(slot: RecordSlot, timestampMs: number): RecordSlice {
  const key = Buffer.from(slot.key.subarray(slot.keyStart, slot.keyEnd));
  const value = Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd));
  return { key, keyStart: 0, keyEnd: key.length, value, valueStart: 0, valueEnd: value.length, timestampMs };
}
