/**
 * The control record that ends a transaction (KIP-98): key int16 version 0, int16 type (0 abort, 1 commit); value int16 version 0,
 * int32 coordinator epoch. It is alone in its batch, which carries the producer's id and epoch and no sequence.
 */
import { buildBatch } from './record-batch-builder.ts';
import { forEachRecord } from './record-reader.ts';

export interface TransactionMarker {
  readonly kind: 'commit' | 'abort';
  readonly coordinatorEpoch: number;
}

const VERSION = 0;
const ABORT = 0;
const COMMIT = 1;
const KEY_BYTES = 4;
const VALUE_BYTES = 6;

/** Undefined for everything else: a batch emptied by compaction, control records of other types, damage. */
export function readMarker(buffer: Buffer, at: number): TransactionMarker | undefined {
  let marker: TransactionMarker | undefined;
  try {
    forEachRecord(buffer, at, ({ bytes, keyStart, keyEnd, valueStart, valueEnd }) => {
      if (keyStart < 0 || keyEnd - keyStart < KEY_BYTES || valueStart < 0 || valueEnd - valueStart < VALUE_BYTES) return;
      const type = bytes.readInt16BE(keyStart + 2);
      if (type === ABORT || type === COMMIT) marker = { kind: type === COMMIT ? 'commit' : 'abort', coordinatorEpoch: bytes.readInt32BE(valueStart + 2) };
    });
  } catch {
    return undefined;
  }
  return marker;
}

/** A whole control batch at offset 0. */
export function buildMarkerBatch(marker: TransactionMarker & { readonly producerId: number; readonly producerEpoch: number; readonly timestampMs: number }): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeInt16BE(VERSION, 0);
  key.writeInt16BE(marker.kind === 'commit' ? COMMIT : ABORT, 2);
  const value = Buffer.alloc(VALUE_BYTES);
  value.writeInt16BE(VERSION, 0);
  value.writeInt32BE(marker.coordinatorEpoch, 2);
  const { producerId, producerEpoch, timestampMs } = marker;
  return buildBatch([{ key, value, timestampMs }], { producerId, producerEpoch, baseSequence: -1, isTransactional: true, isControl: true });
}
