/**
 * Which leader epoch begins at which offset of one partition's log (KIP-101, KIP-595), kept in `leader-epoch-checkpoint`
 * (`0\n<n>\n<epoch> <startOffset>\n...`). Epochs and start offsets both increase. `assign` returns only when the file is durable.
 */
import type { Files } from '../environment.ts';
import { assert } from '../assert.ts';

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

const FILE_NAME = 'leader-epoch-checkpoint';

export class LeaderEpochCache {
  private readonly files: Files;
  private readonly path: string;
  private list: EpochEntry[];
  private newest: number | undefined;

  private constructor(files: Files, directory: string, entries: EpochEntry[]) {
    this.files = files;
    this.path = `${directory}/${FILE_NAME}`;
    this.list = entries;
    this.newest = entries.at(-1)?.epoch;
  }

  /** `isKnown` is false when the file is missing or unreadable: the caller rebuilds the entries from the batches. */
  static open(files: Files, directory: string): { cache: LeaderEpochCache; isKnown: boolean } {
    const path = `${directory}/${FILE_NAME}`;
    const entries = files.exists(path) ? parseEntries(files.read(path).toString('utf8')) : undefined;
    return { cache: new LeaderEpochCache(files, directory, entries ?? []), isKnown: entries !== undefined };
  }

  get entries(): readonly EpochEntry[] {
    return this.list;
  }

  get latestEpoch(): number | undefined {
    return this.newest;
  }

  /**
   * In the file (page cache) before it returns, as everything that is acknowledged: a killed process loses nothing, fsync at
   * each election would cost milliseconds a partition. No effect for an epoch that is not newer than the latest. A newer epoch drops the entries at or above its start: they never got a record that stayed.
   */
  assign(epoch: number, startOffset: number): void {
    if (this.note(epoch, startOffset)) this.persist({ durable: false });
  }

  /** `assign` without the file, for recovery, which persists once at its end. True when something changed. */
  note(epoch: number, startOffset: number): boolean {
    assert(epoch >= 0 && startOffset >= 0, `leader epoch ${epoch} at offset ${startOffset}`);
    if (this.newest !== undefined && epoch <= this.newest) return false;
    while (this.list.length > 0 && (this.list.at(-1) as EpochEntry).startOffset >= startOffset) this.list.pop();
    this.list.push({ epoch, startOffset });
    this.newest = epoch;
    return true;
  }

  /**
   * The largest known epoch at or below `epoch` and where it ends (the start of the next one, or the log's end).
   * Undefined for an epoch above all known. An epoch below all known ends where the first one starts.
   */
  endOffsetFor(epoch: number, logEndOffset: number): { epoch: number; endOffset: number } | undefined {
    if (epoch < 0 || this.newest === undefined || epoch > this.newest) return undefined;
    if (epoch === this.newest) return { epoch, endOffset: logEndOffset };
    let at = this.list.length - 1;
    while (at >= 0 && (this.list[at] as EpochEntry).epoch > epoch) at -= 1;
    const next = this.list[at + 1] as EpochEntry;
    return { epoch: this.list[at]?.epoch ?? epoch, endOffset: next.startOffset };
  }

  /** The epoch of the record at `offset`, undefined when it is below all known. */
  epochAt(offset: number): number | undefined {
    for (let at = this.list.length - 1; at >= 0; at -= 1) {
      const entry = this.list[at] as EpochEntry;
      if (entry.startOffset <= offset) return entry.epoch;
    }
    return undefined;
  }

  /** The log ends at `offset` now. */
  truncateFromEnd(offset: number): void {
    const before = this.list.length;
    while (this.list.length > 0 && (this.list.at(-1) as EpochEntry).startOffset >= offset) this.list.pop();
    if (this.list.length === before) return;
    this.newest = this.list.at(-1)?.epoch;
    this.persist({ durable: false });
  }

  /** The log begins at `offset` now; the epoch that reaches over it begins there too. */
  truncateFromStart(offset: number): void {
    let dropped = 0;
    while (dropped < this.list.length && (this.list[dropped] as EpochEntry).startOffset <= offset) dropped += 1;
    if (dropped === 0 || (dropped === 1 && (this.list[0] as EpochEntry).startOffset === offset)) return;
    const covering = this.list[dropped - 1] as EpochEntry;
    this.list.splice(0, dropped, { epoch: covering.epoch, startOffset: offset });
    this.persist({ durable: false });
  }

  clear(): void {
    this.list = [];
    this.newest = undefined;
    this.persist({ durable: false });
  }

  /** Not durable after a truncation: entries too many are cut again at the next start. */
  persist(options: { durable: boolean }): void {
    const lines = this.list.map((entry) => `${entry.epoch} ${entry.startOffset}\n`);
    this.files.replace(this.path, Buffer.from(`0\n${this.list.length}\n${lines.join('')}`), options);
  }
}

function parseEntries(text: string): EpochEntry[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines[0] !== '0' || Number(lines[1]) !== lines.length - 2) return undefined;
  const entries: EpochEntry[] = [];
  for (const line of lines.slice(2)) {
    const match = /^(\d+) (\d+)$/.exec(line);
    if (match === null) return undefined;
    const entry = { epoch: Number(match[1]), startOffset: Number(match[2]) };
    const previous = entries.at(-1);
    if (previous !== undefined && (entry.epoch <= previous.epoch || entry.startOffset <= previous.startOffset)) return undefined;
    entries.push(entry);
  }
  return entries;
}
