/**
 * A disk in memory that keeps the stream of its writes, and gives back the disk as it was after any number of bytes of
 * that stream: appends are cut anywhere, a replaced file is the old one until its temporary file is whole (rename).
 */
import type { SegmentFile, SegmentFileOptions } from '../../engine/environment.ts';
import { MemoryFiles } from './memory-files.ts';

type Write =
  | { readonly kind: 'append'; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'replace'; readonly path: string; readonly bytes: Buffer }
  /** Done or not done. */
  | { readonly kind: 'step'; readonly apply: (disk: Disk) => void };

class Disk {
  readonly files = new MemoryFiles();
  readonly segments = new Map<string, SegmentFile>();

  write(write: Write, bytes: number): void {
    if (write.kind === 'step') write.apply(this);
    else if (write.kind === 'append') this.segments.get(write.path)?.append(write.bytes.subarray(0, bytes));
    else if (bytes < lengthOf(write)) this.files.replace(`${write.path}.tmp`, write.bytes.subarray(0, bytes));
    else this.files.replace(write.path, write.bytes);
  }
}

export class RecordedFiles extends MemoryFiles {
  private readonly writes: Write[] = [];
  private total = 0;

  /** Bytes written so far; every other step counts as one. */
  get position(): number {
    return this.total;
  }

  /** A disk of its own. Its segments are not sealed: zeros allocated ahead are in it, as a killed process leaves them. */
  at(position: number): MemoryFiles {
    const disk = new Disk();
    let left = position;
    for (const write of this.writes) {
      if (left <= 0) break;
      disk.write(write, Math.min(left, lengthOf(write)));
      left -= lengthOf(write);
    }
    return disk.files;
  }

  override createDirectory(path: string): void {
    super.createDirectory(path);
    this.record({ kind: 'step', apply: ({ files }) => files.createDirectory(path) });
  }

  override replace(path: string, bytes: Uint8Array): void {
    super.replace(path, bytes);
    this.record({ kind: 'replace', path, bytes: Buffer.from(bytes) });
  }

  override rename(from: string, to: string): void {
    super.rename(from, to);
    this.record({ kind: 'step', apply: ({ files }) => files.rename(from, to) });
  }

  override remove(path: string): void {
    super.remove(path);
    this.record({ kind: 'step', apply: ({ files }) => files.remove(path) });
  }

  override openSegment(path: string, options: SegmentFileOptions): SegmentFile {
    const segment = super.openSegment(path, options);
    this.record({ kind: 'step', apply: ({ files, segments }) => void segments.set(path, files.openSegment(path, options)) });
    const step = (apply: (segment: SegmentFile) => void): void => this.record({ kind: 'step', apply: ({ segments }) => apply(segments.get(path) as SegmentFile) });
    return new Proxy(segment, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...parameters: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, target, parameters);
          if (name === 'append') this.record({ kind: 'append', path, bytes: Buffer.from(parameters[0] as Uint8Array) });
          else if (name === 'truncate') step((each) => each.truncate(parameters[0] as number));
          else if (name === 'seal' || name === 'close') step((each) => each.seal());
          return result;
        };
      },
    });
  }

  private record(write: Write): void {
    this.writes.push(write);
    this.total += lengthOf(write);
  }
}

function lengthOf(write: Write): number {
  return write.kind === 'step' ? 1 : write.bytes.length + (write.kind === 'replace' ? 1 : 0);
}
