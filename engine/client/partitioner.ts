/**
 * Which partition a record goes to. With a key: murmur2, as every Java client (`partitionForKey`). Without one: KIP-794, stay with
 * a partition for about one batch, then draw the next one, those with short queues more often.
 */
import type { Random } from '../environment.ts';
import { partitionForKey } from '../record/murmur2.ts';

export { partitionForKey };

export interface PartitionLoad {
  /** Batches that wait to be sent. */
  readonly queuedBatches: number;
  /** False: nobody leads it now. */
  readonly isAvailable: boolean;
}

export class StickyPartitioner {
  /** Where records without a key go now. */
  current = 0;
  readonly #random: Random;
  readonly #batchBytes: number;
  readonly #isAdaptive: boolean;
  #producedBytes = 0;

  constructor(random: Random, options: { batchBytes: number; isAdaptive: boolean }) {
    this.#random = random;
    this.#batchBytes = options.batchBytes;
    this.#isAdaptive = options.isAdaptive;
  }

  /** `endsBatch`: no batch of the partition is open for more; a switch elsewhere would leave a small one behind. */
  onAppended(bytes: number, endsBatch: boolean, partitions: readonly PartitionLoad[]): void {
    this.#producedBytes += bytes;
    if (this.#producedBytes >= this.#batchBytes && (endsBatch || this.#producedBytes >= 2 * this.#batchBytes)) this.next(partitions);
  }

  next(partitions: readonly PartitionLoad[]): void {
    this.#producedBytes = 0;
    let longest = 0;
    let available = 0;
    for (const { queuedBatches, isAvailable } of partitions) {
      longest = Math.max(longest, queuedBatches);
      if (isAvailable) available++;
    }
    const weightOf = (each: PartitionLoad): number => {
      if (available > 0 && !each.isAvailable) return 0;
      return this.#isAdaptive ? longest - each.queuedBatches + 1 : 1;
    };
    let total = 0;
    for (const each of partitions) total += weightOf(each);
    let ticket = this.#random.nextInt(total);
    for (let index = 0; index < partitions.length; index++) {
      ticket -= weightOf(partitions[index] as PartitionLoad);
      if (ticket < 0) {
        this.current = index;
        return;
      }
    }
  }
}
