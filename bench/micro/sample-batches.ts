/** Batches of clickstream events, as the default run sends them. */
import { RecordBatchBuilder, NO_PRODUCER } from '../../engine/record/record-batch-builder.ts';
import { RECORD_BATCH_OVERHEAD } from '../../engine/record/record-batch.ts';
import { ClickstreamSource } from '../workload/clickstream.ts';
import { emptySlot } from '../workload/record-source.ts';

const KEYS = { kind: 'zipf', keyCount: 200_000, exponent: 0.8 } as const;
const EPOCH_US = 1_790_000_000_000_000;
const RECORD_US = 10;

/** Writes events from number `first` on into the builder until it is full; returns how many. */
export class EventWriter {
  readonly #source = new ClickstreamSource({ seed: 1, worker: 0, keys: KEYS });
  readonly #record = { ...emptySlot(), timestampMs: 0 };

  writeTo(builder: RecordBatchBuilder, first = 0): number {
    const record = this.#record;
    for (let n = first; ; n++) {
      const dueUs = EPOCH_US + n * RECORD_US;
      this.#source.fill(record, n, dueUs);
      record.timestampMs = Math.floor(dueUs / 1000);
      if (!builder.append(record)) return n - first;
    }
  }
}

/** One uncompressed batch of at most `bytes`, of its own memory. */
export function clickstreamBatch(bytes: number): Buffer {
  const builder = new RecordBatchBuilder({ capacityBytes: bytes, compression: 'none' });
  new EventWriter().writeTo(builder);
  return Buffer.from(builder.close(NO_PRODUCER).batch);
}

/** The part of a batch that is compressed. */
export function clickstreamRecords(bytes: number): Buffer {
  return Buffer.from(clickstreamBatch(bytes).subarray(RECORD_BATCH_OVERHEAD));
}
