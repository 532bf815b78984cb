/** buffer.memory: hands out builders for batches of batch.size, reuses them, and counts what all unfinished batches hold. */
import { RecordBatchBuilder } from '../../record/record-batch-builder.ts';
import type { CompressionType } from '../../record/compression.ts';
import type { BatchSlot, ProducerBatch } from './producer-batch.ts';

const TAGS_INITIAL = 256;

export class BatchPool {
  readonly #free: BatchSlot[] = [];
  readonly #freeTags: Float64Array[] = [];
  readonly #options: { readonly totalBytes: number; readonly batchBytes: number; readonly compression: CompressionType; readonly level: number | undefined };
  #usedBytes = 0;

  constructor(options: { totalBytes: number; batchBytes: number; compression: CompressionType; level: number | undefined }) {
    this.#options = options;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** True when one more batch of the usual size fits. */
  get hasSpace(): boolean {
    return this.#usedBytes + this.#options.batchBytes <= this.#options.totalBytes;
  }

  /** For records of up to `capacityBytes` together; undefined when memory is used up. */
  take(capacityBytes: number): BatchSlot | undefined {
    const { totalBytes, batchBytes } = this.#options;
    const isPooled = capacityBytes <= batchBytes;
    const size = isPooled ? batchBytes : capacityBytes;
    if (this.#usedBytes + size > totalBytes) return undefined;
    this.#usedBytes += size;
    const known = isPooled ? this.#free.pop() : undefined;
    return known ?? { builder: this.#builder(size), tags: new Float64Array(isPooled ? TAGS_INITIAL : 1), capacityBytes: size, isPooled };
  }

  /** Compressed bytes live outside the builder: it can serve the next batch while they are under way. */
  shrinkClosed(batch: ProducerBatch): void {
    const { slot } = batch;
    if (slot === undefined || this.#options.compression === 'none') return;
    this.#usedBytes += batch.batchBytes - batch.reservedBytes;
    batch.reservedBytes = batch.batchBytes;
    batch.slot = undefined;
    // The tags stay with the batch.
    slot.tags = this.#freeTags.pop() ?? new Float64Array(TAGS_INITIAL);
    this.#giveBack(slot);
  }

  release(batch: ProducerBatch): void {
    this.#usedBytes -= batch.reservedBytes;
    batch.reservedBytes = 0;
    const { slot } = batch;
    batch.slot = undefined;
    if (slot !== undefined) this.#giveBack(slot);
    else this.#freeTags.push(batch.tags);
  }

  #giveBack(slot: BatchSlot): void {
    if (!slot.isPooled) return;
    slot.builder.reset();
    this.#free.push(slot);
  }

  #builder(capacityBytes: number): RecordBatchBuilder {
    const { compression, level } = this.#options;
    return new RecordBatchBuilder({ capacityBytes, compression, ...(level === undefined ? {} : { level }) });
  }
}
