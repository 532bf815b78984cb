/**
 * Segments without the native addon: pwrite to append, pread to view. The same behaviour as mapped files,
 * slower (a system call and a copy for each), and nothing is allocated ahead.
 */
import type { Files, SegmentFile, SegmentFileOptions } from '../environment.ts';
import { StorageError } from '../environment.ts';
import { assert } from '../assert.ts';
import { createFileOperations, guard, writeFully } from './file-operations.ts';
import { SegmentDescriptor } from './segment-descriptor.ts';

export function createPortableFiles(): Files {
  return { ...createFileOperations(), kind: 'portable', openSegment: (path, options) => new PortableSegment(path, options) };
}

class PortableSegment implements SegmentFile {
  readonly path: string;
  readonly lentBytes = 0;
  private readonly descriptor: SegmentDescriptor;
  private readonly maxBytes: number;
  private sealed: boolean;
  private appended: number;

  constructor(path: string, options: SegmentFileOptions) {
    this.path = path;
    this.maxBytes = options.maxBytes;
    this.sealed = options.sealed;
    this.appended = options.size;
    this.descriptor = SegmentDescriptor.open(path, options);
  }

  get size(): number {
    return this.appended;
  }

  get isSealed(): boolean {
    return this.sealed;
  }

  append(bytes: Uint8Array): number {
    assert(!this.sealed, `append to the sealed segment ${this.path}`);
    const position = this.appended;
    if (position + bytes.length > this.maxBytes) {
      throw new StorageError(`${this.path} is full: ${position} + ${bytes.length} of ${this.maxBytes} bytes`, { code: 'EFBIG', path: this.path });
    }
    const fd = this.descriptor.number();
    try {
      guard('append to', this.path, () => writeFully(fd, bytes, position));
    } catch (error) {
      this.descriptor.truncateFile(position);
      throw error;
    }
    this.appended = position + bytes.length;
    return position;
  }

  view(position: number, length: number): Buffer | undefined {
    if (this.sealed) return undefined;
    assert(position + length <= this.appended, `window [${position}, +${length}) beyond the ${this.appended} bytes of ${this.path}`);
    return this.descriptor.readSync(position, length);
  }

  read(position: number, length: number): Promise<Buffer> {
    return this.descriptor.read(position, Math.max(0, Math.min(length, this.appended - position)));
  }

  readSync(position: number, length: number, into?: Buffer): Buffer {
    return this.descriptor.readSync(position, Math.max(0, Math.min(length, this.appended - position)), into);
  }

  truncate(size: number): void {
    assert(size <= this.appended, `truncate ${this.path} from ${this.appended} up to ${size}`);
    this.descriptor.truncateFile(size);
    this.appended = size;
  }

  flush(): Promise<void> {
    return this.descriptor.flush();
  }

  seal(): void {
    this.sealed = true;
    this.descriptor.seal();
  }

  close(): void {
    this.sealed = true;
    this.descriptor.close();
  }
}
