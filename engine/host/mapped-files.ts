/**
 * Memory-mapped segments. A mapping reserves more than the file holds; the file grows under it by posix_fallocate, and a
 * thread prefaults it a piece ahead of the writer. Only bytes below the allocated end are ever touched:
 * behind it lies SIGBUS. A mapping that is outgrown is replaced by one four times as long; the old one goes with its
 * last window (its finalizer), and both show the same pages. Sealed segments are mapped while they are read in large pieces, the
 * last few of all logs; a thread reads the pages before a window is lent.
 */
import type { Files, SegmentFile, SegmentFileOptions } from '../environment.ts';
import { StorageError } from '../environment.ts';
import { assert } from '../assert.ts';
import type { Native } from '../native/native.ts';
import { createFileOperations, guard } from './file-operations.ts';
import { SegmentDescriptor } from './segment-descriptor.ts';

const FIRST_STEP_BYTES = 128 * 1024;
const LARGEST_STEP_BYTES = 4 * 1024 * 1024;
/** Prefaulted at once. A whole step of many partitions, which grow alike, would take the processors from the writers all at the same time. */
const PREFAULT_BYTES = 256 * 1024;
const FIRST_MAP_BYTES = 4 * 1024 * 1024;
const MAP_GROWTH = 4;
const PAGE_BYTES = 4096;

/** Smaller reads are copies: a window is no cheaper. */
const WINDOW_MIN_BYTES = 64 * 1024;
/** Pages read at once: what a reader that goes on will ask for next is there then. */
const POPULATED_BYTES = 4 * 1024 * 1024;
/** Sealed segments that stay mapped for their next read, over all logs. */
const SEALED_MAPS_MAX = 16;

const UNMAPPED = Buffer.alloc(0);

/** The one that was read longest ago first. */
const sealedMaps = new Set<MappedSegment>();
/** False once the kernel has refused to read pages ahead. */
let canPopulate = true;

export function createMappedFiles(native: Native): Files {
  return { ...createFileOperations(), kind: 'mapped', openSegment: (path, options) => new MappedSegment(path, options, native) };
}

class MappedSegment implements SegmentFile {
  readonly path: string;
  private readonly native: Native;
  private readonly descriptor: SegmentDescriptor;
  private readonly maxBytes: number;
  private sealed: boolean;
  private appended: number;
  /** From the first append or view on; at least as long as what is allocated, at most maxBytes. */
  private map: Buffer = UNMAPPED;
  /** End of the bytes that are on disk and may be touched; whole pages, except in a file that was only just opened. */
  private allocated: number;
  private stepBytes = FIRST_STEP_BYTES;
  /** End of what was given to the thread that prefaults. */
  private prefaulted: number;
  /** End of the highest window given out: the file is never trimmed below it while the process may still look through it. */
  private lentEnd: number;
  constructor(path: string, options: SegmentFileOptions, native: Native) {
    this.path = path;
    this.native = native;
    this.maxBytes = Math.max(options.maxBytes, options.size);
    this.sealed = options.sealed;
    this.appended = options.size;
    this.allocated = options.size;
    this.prefaulted = options.size;
    this.lentEnd = options.lentBytes ?? 0;
    this.descriptor = SegmentDescriptor.open(path, options);
  }

  get size(): number {
    return this.appended;
  }

  get isSealed(): boolean {
    return this.sealed;
  }

  get lentBytes(): number {
    return this.lentEnd;
  }

  append(bytes: Uint8Array): number {
    assert(!this.sealed, `append to the sealed segment ${this.path}`);
    const position = this.appended;
    const end = position + bytes.length;
    // Half a piece ahead, so that the prefaulting thread has a head start.
    const ahead = Math.min(PREFAULT_BYTES, this.stepBytes) >>> 1;
    if (end + ahead > this.allocated) this.allocateUpTo(end);
    if (end > this.map.length) this.mapAtLeast(end);
    if (end + ahead > this.prefaulted) this.prefaultBehind(end);
    this.map.set(bytes, position);
    this.appended = end;
    return position;
  }

  view(position: number, length: number): Buffer | undefined {
    if (this.sealed) return undefined;
    const end = position + length;
    assert(end <= this.appended, `window [${position}, +${length}) beyond the ${this.appended} bytes of ${this.path}`);
    if (end > this.lentEnd) this.lentEnd = end;
    if (end > this.map.length) this.mapAtLeast(end);
    return this.map.subarray(position, end);
  }

  async read(position: number, length: number): Promise<Buffer> {
    const bytes = Math.max(0, Math.min(length, this.appended - position));
    if (this.sealed && bytes >= WINDOW_MIN_BYTES && canPopulate) {
      const map = this.sealedMap();
      try {
        if (!this.native.isResident(map, position, bytes)) await this.native.populate(map, position, Math.min(Math.max(bytes, POPULATED_BYTES), this.appended - position));
        return map.subarray(position, position + bytes);
      } catch (error) {
        // pread says what is wrong with the disk, if something is.
        if ((error as { code?: string }).code === 'EINVAL' || (error as { code?: string }).code === 'ENOSYS') canPopulate = false;
      }
    }
    return this.descriptor.read(position, bytes);
  }

  private sealedMap(): Buffer {
    if (this.map === UNMAPPED) this.map = Buffer.from(guard('map', this.path, () => this.native.mapFile(this.descriptor.number(), this.appended)) as ArrayBuffer);
    this.lentEnd = this.appended;
    sealedMaps.delete(this);
    sealedMaps.add(this);
    for (const oldest of sealedMaps) {
      if (sealedMaps.size <= SEALED_MAPS_MAX) break;
      oldest.unmap();
    }
    return this.map;
  }

  /** Goes with its last window. */
  private unmap(): void {
    sealedMaps.delete(this);
    this.map = UNMAPPED;
  }

  readSync(position: number, length: number, into?: Buffer): Buffer {
    return this.descriptor.readSync(position, Math.max(0, Math.min(length, this.appended - position)), into);
  }

  truncate(size: number): void {
    assert(size <= this.appended, `truncate ${this.path} from ${this.appended} up to ${size}`);
    if (this.map === UNMAPPED && this.lentEnd <= size) {
      this.descriptor.truncateFile(size);
      this.allocated = size;
    } else {
      if (this.appended > this.map.length) this.mapAtLeast(this.appended);
      this.map.fill(0, size, this.appended);
    }
    this.appended = size;
  }

  flush(): Promise<void> {
    return this.descriptor.flush();
  }

  /**
   * Gives back what was allocated behind `size`. After a truncation a window above `size` may still be on its way to a socket;
   * then the zero tail stays in the file until another process opens it.
   */
  seal(): void {
    if (this.sealed) return;
    this.sealed = true;
    this.map = UNMAPPED;
    this.descriptor.seal();
    this.trim();
  }

  close(): void {
    if (this.descriptor.isClosed) return;
    this.sealed = true;
    this.unmap();
    this.trim();
    this.descriptor.close();
  }

  private allocateUpTo(end: number): void {
    if (end > this.maxBytes) {
      throw new StorageError(`${this.path} is full: ${end} of ${this.maxBytes} bytes`, { code: 'EFBIG', path: this.path });
    }
    const from = this.allocated;
    if (from >= this.maxBytes) return;
    let target = pageCeiling(Math.max(end, from)) + this.stepBytes;
    if (target > this.maxBytes) target = this.maxBytes;
    const fd = this.descriptor.number();
    try {
      guard('allocate', this.path, () => this.native.allocate(fd, from, target - from));
    } catch (error) {
      if (end <= from) return; // This append still fits; the next one reports the full disk.
      // posix_fallocate may have grown the file in part; nothing maps those bytes as ours, `allocated` stays.
      throw error;
    }
    this.allocated = target;
    if (this.stepBytes < LARGEST_STEP_BYTES) this.stepBytes *= 2;
    if (target > this.map.length) this.mapAtLeast(target);
  }

  private prefaultBehind(end: number): void {
    const from = Math.max(pageCeiling(end), this.prefaulted);
    const bytes = Math.min(PREFAULT_BYTES, Math.min(this.allocated, this.map.length) - from);
    if (bytes <= 0) return;
    this.prefaulted = from + bytes;
    this.native.prefault(this.map, from, bytes);
  }

  private mapAtLeast(bytes: number): void {
    let length = FIRST_MAP_BYTES;
    while (length < bytes) length *= MAP_GROWTH;
    const fd = this.descriptor.number();
    this.map = Buffer.from(guard('map', this.path, () => this.native.mapFile(fd, Math.min(length, this.maxBytes))) as ArrayBuffer);
  }

  private trim(): void {
    if (this.allocated === this.appended || this.lentEnd > pageCeiling(this.appended)) return;
    this.descriptor.truncateFile(this.appended);
    this.allocated = this.appended;
  }
}

function pageCeiling(position: number): number {
  return Math.ceil(position / PAGE_BYTES) * PAGE_BYTES;
}
