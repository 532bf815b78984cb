/**
 * The open file under a segment, mapped or portable: opened at its first use when sealed, read with pread,
 * synced off the event loop, and closed only when no read is under way (a closed descriptor's number is
 * reused at once, so a late pread would read another file). Of the sealed ones, those read last stay open, so that a log of
 * thousands of segments does not use up the process's descriptors.
 */
import fs from 'node:fs';
import path from 'node:path';
import { StorageError } from '../environment.ts';
import type { SegmentFileOptions } from '../environment.ts';
import { guard, syncDirectory, toStorageError } from './file-operations.ts';

/** Sealed segments that stay open for their next read, over all logs. */
const KEPT_OPEN_MAX = 256;
/** The one that was used longest ago first. */
const keptOpen = new Set<SegmentDescriptor>();

export class SegmentDescriptor {
  readonly path: string;
  private isSealed: boolean;
  private fd = -1;
  private operationsUnderWay = 0;
  private closed = false;
  private nameIsDurable: boolean;

  private constructor(file: string, { isSealed, nameIsDurable }: { isSealed: boolean; nameIsDurable: boolean }) {
    this.path = file;
    this.isSealed = isSealed;
    this.nameIsDurable = nameIsDurable;
  }

  /**
   * Checks that an existing file holds `size` bytes and trims what is behind them (nothing maps it yet).
   * A file that is not there is created when `size` is 0.
   */
  static open(file: string, options: SegmentFileOptions): SegmentDescriptor {
    const existingSize = guard('stat', file, () => fs.statSync(file, { throwIfNoEntry: false })?.size);
    if ((existingSize ?? 0) < options.size) {
      const what = `${file} holds ${existingSize ?? 0} bytes, fewer than the ${options.size} it is opened with`;
      throw new StorageError(what, { code: 'ETRUNCATED', path: file });
    }
    const descriptor = new SegmentDescriptor(file, { isSealed: options.sealed, nameIsDurable: existingSize !== undefined });
    if (existingSize === undefined) descriptor.fd = guard('create', file, () => fs.openSync(file, 'wx+'));
    else if (existingSize > options.size) descriptor.truncateFile(options.size);
    return descriptor;
  }

  get isClosed(): boolean {
    return this.closed;
  }

  number(): number {
    if (this.closed) throw new StorageError(`${this.path} is closed`, { code: 'ECLOSED', path: this.path });
    if (this.fd < 0) this.fd = guard('open', this.path, () => fs.openSync(this.path, 'r+'));
    if (this.isSealed) this.keepOpen();
    return this.fd;
  }

  /** Nothing is appended any more: the file may be closed between two reads. */
  seal(): void {
    this.isSealed = true;
    if (this.fd >= 0) this.keepOpen();
  }

  private keepOpen(): void {
    keptOpen.delete(this);
    keptOpen.add(this);
    if (keptOpen.size <= KEPT_OPEN_MAX) return;
    for (const oldest of keptOpen) {
      if (oldest === this || oldest.operationsUnderWay > 0) continue;
      oldest.closeNow();
      return;
    }
  }

  /** Never while the file is mapped beyond `size`: an access behind the end of a file kills the process. */
  truncateFile(size: number): void {
    const fd = this.number();
    guard('truncate', this.path, () => fs.ftruncateSync(fd, size));
  }

  /** Into the beginning of `into` when that is large enough. */
  readSync(position: number, length: number, into?: Buffer): Buffer {
    const fd = this.number();
    const bytes = into !== undefined && into.length >= length ? into.subarray(0, length) : Buffer.allocUnsafe(length);
    const count = guard('read', this.path, () => {
      let done = 0;
      while (done < length) {
        const step = fs.readSync(fd, bytes, done, length - done, position + done);
        if (step === 0) break;
        done += step;
      }
      return done;
    });
    return count === length ? bytes : bytes.subarray(0, count);
  }

  read(position: number, length: number): Promise<Buffer> {
    return this.withDescriptor('read', (fd, done) => {
      const bytes = Buffer.allocUnsafeSlow(length);
      const step = (filled: number): void => {
        fs.read(fd, bytes, filled, length - filled, position + filled, (error, count) => {
          if (error !== null) done(error, bytes);
          else if (count === 0 || filled + count === length) done(null, bytes.subarray(0, filled + count));
          else step(filled + count);
        });
      };
      if (length === 0) done(null, bytes);
      else step(0);
    });
  }

  /** Data, and once the directory entry of a new file. */
  async flush(): Promise<void> {
    await this.withDescriptor<undefined>('sync', (fd, done) => fs.fdatasync(fd, (error) => done(error, undefined)));
    if (this.nameIsDurable) return;
    guard('sync directory', this.path, () => syncDirectory(path.dirname(this.path)));
    this.nameIsDurable = true;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.closeWhenIdle();
  }

  private closeWhenIdle(): void {
    if (this.operationsUnderWay > 0 || this.fd < 0) return;
    if (this.closed || (this.isSealed && keptOpen.size > KEPT_OPEN_MAX)) this.closeNow();
  }

  private closeNow(): void {
    keptOpen.delete(this);
    const fd = this.fd;
    this.fd = -1;
    guard('close', this.path, () => fs.closeSync(fd));
  }

  private withDescriptor<Result>(what: string, start: (fd: number, done: (error: Error | null, result: Result) => void) => void): Promise<Result> {
    return new Promise((resolve, reject) => {
      const fd = this.number();
      this.operationsUnderWay += 1;
      start(fd, (error, result) => {
        this.operationsUnderWay -= 1;
        this.closeWhenIdle();
        if (error !== null) reject(toStorageError(what, this.path, error));
        else resolve(result);
      });
    });
  }
}
