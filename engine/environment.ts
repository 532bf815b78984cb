/**
 * The world outside the engine: clock, random numbers, network and files, as parameters.
 * `host/` holds the real ones; a simulator passes virtual ones. Nothing else under `engine/` may touch
 * `Date`, `performance`, `Math.random`, timers, `node:fs` or `node:net` (a test checks it).
 */

export interface Timer {
  /** Idempotent. A cancelled timer never fires. */
  cancel(): void;
}

export interface Clock {
  /** Wall clock, milliseconds since the epoch, whole. */
  nowMs(): number;
  /** Monotonic milliseconds with a fraction; only differences have a meaning. */
  monotonicMs(): number;
  /** Calls back once after `delayMs` (>= 0). A pending timer does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /**
   * Calls back once as a microtask: when the callback that is running (with all frames of its socket read) has returned,
   * before the next event is handled. Deferring from a deferred callback runs in the same drain.
   */
  defer(callback: () => void): void;
  /** Calls back once when the events that have come meanwhile are handled: for long work that gives way to them. */
  giveWay(callback: () => void): void;
}

export interface Random {
  /** Uniform whole number in [0, bound). */
  nextInt(bound: number): number;
  /** 16 random bytes, a version 4 UUID. */
  uuid(): Uint8Array;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** One ordered, reliable byte stream. The owner sets the callbacks before the next wake-up. */
export interface Connection {
  readonly remote: Endpoint;
  /** `chunk` is only lent until the callback returns, unless the receiver copies it. */
  onData: (chunk: Buffer) => void;
  /** Called exactly once, also after `close()`; `error` when the stream broke. */
  onClose: (error: Error | undefined) => void;
  /** Called when `bufferedBytes` falls back to zero after it was above the high-water mark. */
  onDrain: () => void;
  /** Bytes accepted by `write` and not yet handed to the operating system. */
  readonly bufferedBytes: number;
  /** Sends the chunks in order with one gathered write. The bytes must not change until they are sent. */
  write(chunks: readonly Uint8Array[]): void;
  /** Stops and restarts `onData` (back-pressure to the peer). */
  pause(): void;
  resume(): void;
  /** Drops the connection; unsent bytes may be lost. Idempotent. */
  close(): void;
}

export interface Listener {
  readonly endpoint: Endpoint;
  close(): Promise<void>;
}

/** How an outgoing connection is encrypted; certificates and keys as PEM texts. */
export interface TlsSettings {
  /** Authorities that are trusted in place of the system's. */
  readonly ca?: string;
  /** The client's own certificate, with the chain above it. */
  readonly certificate?: string;
  readonly key?: string;
  readonly keyPassword?: string;
  /** Asked for and looked for in the peer's certificate; default: the endpoint's host. */
  readonly serverName?: string;
  /** `nothing`: whoever answers is taken for the peer, an attacker too. */
  readonly verifies: 'chainAndName' | 'chain' | 'nothing';
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  readonly fromHost?: string;
  readonly tls?: TlsSettings | undefined;
}

export interface Network {
  /** Port 0 takes a free one; see `Listener.endpoint`. Rejects with the operating system's error (EADDRINUSE...). */
  listen(endpoint: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener>;
  /**
   * Rejects after `timeoutMs` or with the operating system's error, with `tls` also when the peer is not who it should be. `fromHost`: the own
   * address to call from; by default the system's choice. A simulated network takes no notice of `tls`.
   */
  connect(endpoint: Endpoint, options: ConnectOptions): Promise<Connection>;
}

export interface SegmentFileOptions {
  /** The file never grows beyond this; the mapping reserves so much address space. */
  readonly maxBytes: number;
  /** Valid bytes already in an existing file (its tail may be preallocated); 0 for a new one. */
  readonly size: number;
  /** Open a sealed segment: no append. */
  readonly sealed: boolean;
  /** `lentBytes` of the file that this one takes the place of, in this process; 0 by default. */
  readonly lentBytes?: number;
}

/**
 * One `.log` file that grows by appends. Active: memory-mapped and allocated ahead (never sparse, so a full
 * disk is an error and not SIGBUS). Sealed: trimmed to `size`, read with pread or through a map whose pages are there.
 */
export interface SegmentFile {
  readonly path: string;
  /** Bytes appended so far = position of the next append. */
  readonly size: number;
  readonly isSealed: boolean;
  /** End of the highest window that was lent: the file does not shrink below it, because an access behind the end of a file ends the process. */
  readonly lentBytes: number;
  /** Copies `bytes` behind the last append and returns their position. Throws StorageError (disk full, ...) and then has written nothing. */
  append(bytes: Uint8Array): number;
  /**
   * Bytes [position, position + length) of an active segment without waiting for the disk. Mapped files give a window on the map
   * (no copy; stays valid as long as it is referenced), portable ones a copy. Undefined when sealed: use `read`.
   */
  view(position: number, length: number): Buffer | undefined;
  /** Reads off the event loop; at most `length` bytes, fewer at the end of the file. A copy, or a window on a sealed file, which nobody changes. */
  read(position: number, length: number): Promise<Buffer>;
  /** Reads on the event loop, for recovery and index look-ups; at most `length` bytes, fewer at the end. They are the beginning of `into` when that is large enough. */
  readSync(position: number, length: number, into?: Buffer): Buffer;
  /** Drops everything from `size` on; the dropped bytes are zeroed, so that recovery never brings them back. */
  truncate(size: number): void;
  /** fdatasync off the event loop. */
  flush(): Promise<void>;
  /** Trims to `size`; no append after this. Windows given out before stay valid. */
  seal(): void;
  /** Trims to `size` and closes. Windows given out before stay valid. Idempotent. */
  close(): void;
}

/** What a look through a file needs. */
export type ReadableFile = Pick<SegmentFile, 'size' | 'readSync'>;

/** Something that the operating system gives a process only so much of. */
export interface ResourceUse {
  readonly name: string;
  readonly used: number;
  /** Infinity where there is none. */
  readonly limit: number;
  /** A command that raises the limit. */
  readonly remedy: string;
}

export interface Files {
  /** How segments are held; reports carry a warning for `portable`. */
  readonly kind: 'mapped' | 'portable' | 'memory';
  /** Creates the directory and its parents; no error when it exists. */
  createDirectory(path: string): void;
  /** Names in a directory, sorted; empty when it does not exist. */
  list(path: string): string[];
  exists(path: string): boolean;
  /** Bytes of a file, undefined when it does not exist. */
  size(path: string): number | undefined;
  read(path: string): Buffer;
  /** At most the last `length` bytes of a file. */
  readEnd(path: string, length: number): Buffer;
  /** Replaces the file as a whole: temporary file, write, rename (and fsync of file and directory when `durable`). */
  replace(path: string, bytes: Uint8Array, options: { durable: boolean }): void;
  rename(from: string, to: string): void;
  /** Removes a file or a directory tree; no error when it does not exist. */
  remove(path: string): void;
  openSegment(path: string, options: SegmentFileOptions): SegmentFile;
  /** Where files meet limits of the process; absent where there are none. */
  readonly resourceUse?: () => ResourceUse[];
}

/** A file operation failed. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: string;
  readonly path: string;
  constructor(what: string, options: { code: string; path: string; cause?: unknown }) {
    super(what, { cause: options.cause });
    this.code = options.code;
    this.path = options.path;
  }

  /** The operating system refused it: the whole directory is suspect, and not only the log that met it. */
  get isOfDisk(): boolean {
    return this.cause !== undefined;
  }
}

export interface Environment {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly files: Files;
  /** One line for the operator: what happened, the value, the way out. */
  readonly log: (line: string) => void;
}
