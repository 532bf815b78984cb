/** The one importer of the native add-on. Where it is missing or switched off (HEADROOM_NATIVE=off) portable code takes over. */
import { createRequire } from 'node:module';

export interface Native {
  /** CRC-32C of bytes [start, end), continued from `seed` (0 to begin). */
  crc32c(bytes: Uint8Array, start: number, end: number, seed: number): number;
  /** CPU time of the calling thread. */
  threadCpuUs(): number;
  /** Maps [0, lengthBytes) shared and writable; the file may be shorter: bytes behind its end must not be touched. */
  mapFile(fd: number, lengthBytes: number): ArrayBuffer | SharedArrayBuffer;
  /** posix_fallocate; throws { code: 'ENOSPC' ... , syscall }. */
  allocate(fd: number, offset: number, length: number): void;
  /** Returns at once; a thread takes the page faults of the range. */
  prefault(map: Uint8Array, offset: number, length: number): void;
  /** Whether the pages of the range are in the page cache, so that looking at them waits for no disk. False where that cannot be known. */
  isResident(map: Uint8Array, offset: number, length: number): boolean;
  /** Reads the pages of the range off the event loop, and lets the kernel begin with as many behind it. Rejects when the disk fails, and where the kernel cannot (before Linux 5.14). */
  populate(map: Uint8Array, offset: number, length: number): Promise<void>;
  /** fdatasync off the event loop. */
  sync(fd: number): Promise<void>;
  /** One lz4 block of source bytes [start, end), at most 64 KiB, into `target` from `at` on, which has room for `lz4Bound` bytes. Returns its length. */
  lz4Compress(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number;
  /**
   * Opens a block into `target` from `at` on, at most up to `limit`; matches may reach back to `history`. Bytes behind what is returned
   * may be overwritten, also behind `limit`: the more room the target has there, the faster. Throws ERR_CODEC on damage and when it opens to more.
   */
  lz4Decompress(source: Uint8Array, start: number, end: number, target: Uint8Array, history: number, at: number, limit: number): number;
  /** Raw snappy of source bytes [start, end) into `target` from `at` on, which has room for `snappyBound` bytes. Returns its length. */
  snappyCompress(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number;
  /** Opens the elements behind a raw block's size into exactly `size` bytes; bytes behind them may be overwritten. Throws ERR_CODEC on damage. */
  snappyDecompress(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number, size: number): number;
  /**
   * How the kernel serves the calling thread from now on. 2: in real time, before all ordinary threads (needs CAP_SYS_NICE, and is not tried unless it
   * may). 1: in slices of so many microseconds, so that it is served sooner when it wakes, while its share stays (Linux 6.12). 0: as before.
   */
  bePrompt(mayBeRealTime: boolean, sliceUs: number): 0 | 1 | 2;
  /** Whether the calling thread, and nothing that it starts, goes before those of other processes from now on: nice -10, which needs CAP_SYS_NICE. */
  bePreferred(): boolean;
  /** Opens a timer of microseconds on the calling thread's event loop, which it does not keep alive; absent where there is no timerfd. */
  readonly openAlarm?: (callback: () => void) => Alarm;
  /** The callback runs once, in `delayUs` from now; a later call replaces an earlier one. */
  readonly setAlarm?: (alarm: Alarm, delayUs: number) => void;
  /** Once; the alarm must not be used again. */
  readonly closeAlarm?: (alarm: Alarm) => void;
  /** zstd with one context a thread; absent where Node does not export its own library. Errors are thrown as ERR_ZSTD. */
  readonly zstdCompress?: (source: Uint8Array, level: number, target: Uint8Array, at: number) => number;
  /** Bytes that compressing `lengthBytes` needs at most. */
  readonly zstdBound?: (lengthBytes: number) => number;
  /** What a frame says it opens to; -1: it does not say, -2: no frame. */
  readonly zstdOpenBytes?: (source: Uint8Array) => number;
  readonly zstdDecompress?: (source: Uint8Array, target: Uint8Array) => number;
}

/** A handle of the add-on. */
export type Alarm = { readonly opaque: unique symbol };

const loaded = load();

export const native: Native | undefined = loaded.kind === 'loaded' ? loaded.native : undefined;
/** Why `native` is undefined. */
export const nativeMissingReason: string | undefined = loaded.kind === 'missing' ? loaded.reason : undefined;

function load(): { kind: 'loaded'; native: Native } | { kind: 'missing'; reason: string } {
  if (process.env['HEADROOM_NATIVE'] === 'off') return { kind: 'missing', reason: 'HEADROOM_NATIVE=off' };
  try {
    const addon = createRequire(import.meta.url)('./headroom.node') as Native;
    // Whoever updates the sources without an install keeps an add-on that lacks what they call.
    if (addon.bePreferred === undefined) return { kind: 'missing', reason: 'it is older than the sources: npm rebuild, or node engine/native/build.mjs' };
    return { kind: 'loaded', native: addon };
  } catch (error) {
    const code = (error as { code?: string }).code;
    const reason = code === 'MODULE_NOT_FOUND' ? 'it was not built at the install' : (error as Error).message;
    return { kind: 'missing', reason };
  }
}
