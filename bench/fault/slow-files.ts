/**
 * Files whose disk is slow. Logs are written through the page cache, so that a slow disk shows where the kernel makes a writer wait: a wake-up
 * that appends stands still for the delay, once however much it appends, and the thread of the broker with it; each sync and each read
 * off the event loop takes so much longer, one after the other as on one disk. What a file holds, and when it is durable, stays as it is.
 */
import type { Clock, Files, SegmentFile, SegmentFileOptions } from '../../engine/environment.ts';

export interface SlowDisk {
  readonly delayMs: () => number;
  /** Holds up the thread. */
  readonly stall: (delayMs: number) => void;
  readonly clock: Clock;
}

export function slowFiles(files: Files, disk: SlowDisk): Files {
  const queue = new DiskQueue(disk);
  return {
    ...files,
    replace: (path, bytes, options) => {
      queue.write();
      files.replace(path, bytes, options);
    },
    openSegment: (path, options: SegmentFileOptions) => new SlowSegment(files.openSegment(path, options), queue),
  };
}

/** The operations of one disk. */
class DiskQueue {
  readonly #disk: SlowDisk;
  #freeAtMs = 0;
  #hasStalled = false;

  constructor(disk: SlowDisk) {
    this.#disk = disk;
  }

  write(): void {
    const delayMs = this.#disk.delayMs();
    if (delayMs === 0 || this.#hasStalled) return;
    this.#hasStalled = true;
    this.#disk.clock.setTimer(0, () => (this.#hasStalled = false));
    this.#disk.stall(delayMs);
  }

  async wait(): Promise<void> {
    const delayMs = this.#disk.delayMs();
    if (delayMs === 0) return;
    const { clock } = this.#disk;
    const nowMs = clock.monotonicMs();
    this.#freeAtMs = Math.max(nowMs, this.#freeAtMs) + delayMs;
    const waitMs = this.#freeAtMs - nowMs;
    await new Promise<void>((resolve) => void clock.setTimer(waitMs, resolve));
  }
}

class SlowSegment implements SegmentFile {
  readonly #file: SegmentFile;
  readonly #queue: DiskQueue;

  constructor(file: SegmentFile, queue: DiskQueue) {
    this.#file = file;
    this.#queue = queue;
  }

  get path(): string {
    return this.#file.path;
  }

  get size(): number {
    return this.#file.size;
  }

  get isSealed(): boolean {
    return this.#file.isSealed;
  }

  get lentBytes(): number {
    return this.#file.lentBytes;
  }

  append(bytes: Uint8Array): number {
    this.#queue.write();
    return this.#file.append(bytes);
  }

  view(position: number, length: number): Buffer | undefined {
    return this.#file.view(position, length);
  }

  async read(position: number, length: number): Promise<Buffer> {
    await this.#queue.wait();
    return this.#file.read(position, length);
  }

  readSync(position: number, length: number, into?: Buffer): Buffer {
    return this.#file.readSync(position, length, into);
  }

  truncate(size: number): void {
    this.#file.truncate(size);
  }

  async flush(): Promise<void> {
    await this.#queue.wait();
    return this.#file.flush();
  }

  seal(): void {
    this.#file.seal();
  }

  close(): void {
    this.#file.close();
  }
}
