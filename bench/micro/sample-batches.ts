/** Batches of clickstream events, as the default run sends them. */
import { NO_PRODUCER, RecordBatchBuilder, type RecordSlice } from '../../engine/record/record-batch-builder.ts';
import { RECORD_BATCH_OVERHEAD } from '../../engine/record/record-batch.ts';
import { ClickstreamSource } from '../workload/clickstream.ts';
import { emptySlot } from '../workload/record-source.ts';

const KEYS = { kind: 'zipf', keyCount: 200_000, exponent: 0.8 } as const;
const RECORD_US = 10;

export const EPOCH_MS = 1_790_000_000_000;

/** Without an end, one each `gapUs` from EPOCH_MS on; the bytes of an event change with the next one. */
export function* clickstreamEvents(gapUs: number): Generator<RecordSlice, never> {
  const source = new ClickstreamSource({ seed: 1, worker: 0, keys: KEYS });
  const slot = emptySlot();
  const event: RecordSlice = { key: null, keyStart: 0, keyEnd: 0, value: null, valueStart: 0, valueEnd: 0, timestampMs: 0 };
  for (let n = 0; ; n++) {
    const dueUs = EPOCH_MS * 1000 + n * gapUs;
    source.fill(slot, n, dueUs);
    yield Object.assign(event, slot, { timestampMs: Math.floor(dueUs / 1000) });
  }
}

/** The first clickstream events that fill a batch of `bytes`, each with bytes of its own. */
export function clickstreamSlices(bytes: number): RecordSlice[] {
  const builder = new RecordBatchBuilder({ capacityBytes: bytes, compression: 'none' });
  const slices: RecordSlice[] = [];
  for (const event of clickstreamEvents(RECORD_US)) {
    const slice = copied(event);
    if (!builder.append(slice)) break;
    slices.push(slice);
  }
  return slices;
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

function copied(event: RecordSlice): RecordSlice {
  const key = Buffer.from((event.key as Uint8Array).subarray(event.keyStart, event.keyEnd));
  const value = Buffer.from((event.value as Uint8Array).subarray(event.valueStart, event.valueEnd));
  return { key, keyStart: 0, keyEnd: key.length, value, valueStart: 0, valueEnd: value.length, timestampMs: event.timestampMs };
}
