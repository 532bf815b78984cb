/**
 * A disk in memory. What is written is there for whoever opens it next, as the page cache keeps it for the successor of
 * a killed process. Active segments are allocated ahead with zeros, as mapped files are, until they are sealed or closed.
 */
import { assert } from '../../engine/assert.ts';
import { StorageError, type Files, type SegmentFile, type SegmentFileOptions } from '../../engine/environment.ts';

const ALLOCATION_BYTES = 4096;

interface StoredFile {
  bytes: Buffer;
}

export class MemoryFiles implements Files {
  readonly kind = 'memory';
  private readonly stored = new Map<string, StoredFile>();
  private readonly directories = new Set<string>();

  createDirectory(path: string): void {
    for (let at = path; at.length > 1; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) this.directories.add(at);
  }

  list(path: string): string[] {
    const prefix = `${path}/`;
    const names = new Set<string>();
    for (const each of [...this.stored.keys(), ...this.directories]) {
      if (each.startsWith(prefix)) names.add(each.slice(prefix.length).split('/')[0] as string);
    }
    return [...names].sort();
  }

  exists(path: string): boolean {
    return this.stored.has(path) || this.directories.has(path);
  }

  size(path: string): number | undefined {
    return this.stored.get(path)?.bytes.length;
  }

  read(path: string): Buffer {
    return Buffer.from(this.file(path).bytes);
  }

  readEnd(path: string, length: number): Buffer {
    return Buffer.from(this.file(path).bytes.subarray(-length));
  }

  replace(path: string, bytes: Uint8Array): void {
    this.stored.set(path, { bytes: Buffer.from(bytes) });
  }

  rename(from: string, to: string): void {
    for (const [path, file] of [...this.stored]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.stored.delete(path);
      this.stored.set(to + path.slice(from.length), file);
    }
    for (const path of [...this.directories]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.directories.delete(path);
      this.directories.add(to + path.slice(from.length));
    }
  }

  remove(path: string): void {
    for (const each of [...this.stored.keys()]) if (each === path || each.startsWith(`${path}/`)) this.stored.delete(each);
    for (const each of [...this.directories]) if (each === path || each.startsWith(`${path}/`)) this.directories.delete(each);
  }

  openSegment(path: string, options: SegmentFileOptions): SegmentFile {
    let file = this.stored.get(path);
    if (file === undefined) this.stored.set(path, (file = { bytes: Buffer.alloc(0) }));
    return new MemorySegment(path, file, options);
  }

  private file(path: string): StoredFile {
    const file = this.stored.get(path);
    if (file === undefined) throw new StorageError(`no file ${path}`, { code: 'ENOENT', path });
    return file;
  }
}

class MemorySegment implements SegmentFile {
  readonly path: string;
  readonly lentBytes = 0;
  size: number;
  isSealed: boolean;
  private readonly file: StoredFile;
  private readonly maxBytes: number;

  constructor(path: string, file: StoredFile, options: SegmentFileOptions) {
    this.path = path;
    this.file = file;
    this.size = options.size;
    this.isSealed = options.sealed;
    this.maxBytes = options.maxBytes;
    // Opened to append behind `size`: what lay there is gone.
    if (!options.sealed) file.bytes.fill(0, options.size);
  }

  append(bytes: Uint8Array): number {
    assert(!this.isSealed, `append to the sealed segment ${this.path}`);
    const position = this.size;
    const end = position + bytes.length;
    if (end > this.maxBytes) throw new StorageError(`${this.path} is full`, { code: 'EFBIG', path: this.path });
    if (end > this.file.bytes.length) {
      const grown = Buffer.alloc(Math.ceil((end * 1.5) / ALLOCATION_BYTES) * ALLOCATION_BYTES);
      this.file.bytes.copy(grown);
      this.file.bytes = grown;
    }
    this.file.bytes.set(bytes, position);
    this.size = end;
    return position;
  }

  view(position: number, length: number): Buffer | undefined {
    return this.isSealed ? undefined : this.file.bytes.subarray(position, position + length);
  }

  read(position: number, length: number): Promise<Buffer> {
    return Promise.resolve(this.readSync(position, length));
  }

  readSync(position: number, length: number): Buffer {
    return Buffer.from(this.file.bytes.subarray(position, Math.min(position + length, this.size)));
  }

  truncate(size: number): void {
    assert(size <= this.size, `truncate ${this.path} from ${this.size} up to ${size}`);
    this.file.bytes.fill(0, size);
    this.size = size;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  seal(): void {
    if (!this.isSealed) this.file.bytes = this.file.bytes.subarray(0, this.size);
    this.isSealed = true;
  }

  close(): void {
    this.seal();
  }
}
