/**
 * Indexes of sealed segments in memory, over all logs of the process: those used last stay, up to a budget. A full segment of 1 GiB
 * has some 5 MiB of indexes, so that days of retention would otherwise fill the memory with what nobody reads.
 */

export interface IndexHolder {
  /** Of its indexes in memory. */
  readonly indexBytes: number;
  /** They are in their files and come back at the next use. */
  releaseIndexes(): void;
}

export class LoadedIndexes {
  private readonly maxBytes: number;
  /** With their bytes; the one that was used longest ago first. */
  private readonly holders = new Map<IndexHolder, number>();
  private usedBytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.usedBytes;
  }

  /** `holder` was used just now, and stays. */
  touch(holder: IndexHolder): void {
    this.forget(holder);
    this.holders.set(holder, holder.indexBytes);
    this.usedBytes += holder.indexBytes;
    for (const oldest of this.holders.keys()) {
      if (this.usedBytes <= this.maxBytes || oldest === holder) return;
      this.forget(oldest);
      oldest.releaseIndexes();
    }
  }

  forget(holder: IndexHolder): void {
    const bytes = this.holders.get(holder);
    if (bytes === undefined) return;
    this.holders.delete(holder);
    this.usedBytes -= bytes;
  }
}

export const loadedIndexes = new LoadedIndexes(64 * 1024 * 1024);
