/**
 * Opens the files of one partition's log. After a clean stop it reads checkpoints and the tail behind the last index
 * entry; after an unclean one it checks every batch from the recovery point on, cuts the log behind the longest valid
 * prefix and rebuilds indexes, producer state and leader epochs. Idempotent: a second recovery changes nothing.
 */
import type { Environment } from '../environment.ts';
import { readBaseOffset, readLastOffsetDelta, readPartitionLeaderEpoch } from '../record/record-batch.ts';
import { finishSwaps } from './compaction/segment-swap.ts';
import { scanBatches } from './batch-scan.ts';
import type { ScanResult } from './batch-scan.ts';
import { LeaderEpochCache } from './leader-epoch-cache.ts';
import { floorSegment } from './log-reader.ts';
import { LogSegment } from './log-segment.ts';
import { ProducerStateManager } from './producers/producer-state.ts';

export interface RecoveryReport {
  readonly kind: 'new' | 'clean' | 'recovered';
  /** Segments whose batches were all checked. */
  readonly checkedSegments: number;
  /** Bytes dropped, without preallocated zeros: 0 when nothing was lost. */
  readonly truncatedBytes: number;
  /** Where the log was cut, undefined when it was not. */
  readonly truncatedAtOffset: number | undefined;
  /** Whole segments dropped behind the cut. */
  readonly removedSegments: number;
  readonly reason: string | undefined;
}

export interface LoadOptions {
  readonly directory: string;
  readonly segmentBytes: number;
  readonly indexIntervalBytes: number;
  readonly cleanShutdown: boolean;
  readonly recoveryPoint: number;
  readonly logStartOffset: number;
  readonly producerIdExpirationMs: number;
}

export interface LoadedLog {
  readonly segments: LogSegment[];
  readonly nextOffset: number;
  readonly epochs: LeaderEpochCache;
  readonly producers: ProducerStateManager;
  readonly report: RecoveryReport;
}

export function loadLog(environment: Environment, options: LoadOptions): LoadedLog {
  const { files } = environment;
  const { directory } = options;
  const names = finishFileOperations(environment, directory);
  const { cache: epochs, isKnown } = LeaderEpochCache.open(files, directory);
  const producers = new ProducerStateManager(files, { directory, expirationMs: options.producerIdExpirationMs });
  const openOptions = {
    files,
    directory,
    maxBytes: options.segmentBytes,
    indexIntervalBytes: options.indexIntervalBytes,
    nowMs: environment.clock.nowMs(),
  };
  const bases = names.filter((name) => /^\d{20}\.log$/.test(name)).map((name) => Number(name.slice(0, 20)));
  if (bases.length === 0) {
    const first = LogSegment.create({ ...openOptions, baseOffset: options.logStartOffset });
    const report: RecoveryReport = { kind: 'new', checkedSegments: 0, truncatedBytes: 0, truncatedAtOffset: undefined, removedSegments: 0, reason: undefined };
    return { segments: [first], nextOffset: options.logStartOffset, epochs, producers, report };
  }
  const segments = bases.map((baseOffset) => LogSegment.openSealed({ ...openOptions, baseOffset }));
  const known = new Set(names);
  const damaged = segments.find((segment) => segment.isTransactionIndexDamaged(known));
  const recoveryPoint = Math.min(options.recoveryPoint, damaged?.baseOffset ?? options.recoveryPoint);
  const loader = new LogLoader(environment, { ...options, recoveryPoint, segments, epochs, producers });
  if (!isKnown) loader.rebuildEpochs();
  if (!options.cleanShutdown || damaged !== undefined || !loader.openCleanly()) loader.recover();
  return loader.finish();
}

/** Completes or undoes what a crash interrupted: a compacted segment takes its place, unfinished and deleted files go. */
function finishFileOperations(environment: Environment, directory: string): string[] {
  const { files } = environment;
  let names = files.list(directory);
  if (finishSwaps(files, directory, names)) names = files.list(directory);
  const logs = new Set(names.filter((name) => name.endsWith('.log')));
  const useless = names.filter(
    (name) => /\.(deleted|tmp)$/.test(name) || (/^\d{20}\.(index|timeindex|txnindex)$/.test(name) && !logs.has(`${name.slice(0, 20)}.log`)),
  );
  for (const name of useless) files.remove(`${directory}/${name}`);
  return useless.length > 0 ? files.list(directory) : names;
}

class LogLoader {
  private readonly environment: Environment;
  private readonly options: LoadOptions;
  private readonly segments: LogSegment[];
  private readonly epochs: LeaderEpochCache;
  private readonly producers: ProducerStateManager;
  private nextOffset = 0;
  private checkedSegments = 0;
  private removedSegments = 0;
  private truncatedBytes = 0;
  private truncatedAtOffset: number | undefined;
  private reason: string | undefined;
  private areEpochsChanged = false;

  constructor(environment: Environment, options: LoadOptions & Pick<LoadedLog, 'segments' | 'epochs' | 'producers'>) {
    this.environment = environment;
    this.options = options;
    this.segments = options.segments;
    this.epochs = options.epochs;
    this.producers = options.producers;
  }

  /** False when the active segment is not as a clean stop leaves it. */
  openCleanly(): boolean {
    const active = this.segments.at(-1) as LogSegment;
    const tail = active.scanTail();
    if (tail.reason !== undefined) {
      this.environment.log(`${this.options.directory}: not closed cleanly although marked so (${tail.reason}); recovering`);
      return false;
    }
    this.nextOffset = tail.nextOffset;
    active.activate(tail.validBytes, { maxBytes: this.options.segmentBytes });
    rebuildProducers({ segments: this.segments, producers: this.producers, upTo: this.nextOffset, nowMs: this.environment.clock.nowMs() });
    return true;
  }

  recover(): void {
    const nowMs = this.environment.clock.nowMs();
    const firstChecked = floorSegment(this.segments, Math.max(this.options.recoveryPoint, this.options.logStartOffset));
    const start = (this.segments[firstChecked] as LogSegment).baseOffset;
    // State up to the first checked segment from its snapshot, the rest while its batches are checked.
    rebuildProducers({ segments: this.segments, producers: this.producers, upTo: start, nowMs });
    this.producers.removeSnapshots((offset) => offset > start);
    this.nextOffset = start;
    for (let at = firstChecked; at < this.segments.length; at += 1) {
      const segment = this.segments[at] as LogSegment;
      if (at > firstChecked) this.producers.takeSnapshot(segment.baseOffset);
      const result = this.check(segment, this.segments[at + 1]?.baseOffset);
      this.nextOffset = result.nextOffset;
      const isLast = at === this.segments.length - 1;
      if (result.reason !== undefined) {
        this.cutBehind(at, result);
        return;
      }
      if (isLast) segment.activate(result.validBytes, { maxBytes: this.options.segmentBytes });
      else segment.writeIndexes();
    }
  }

  rebuildEpochs(): void {
    for (const segment of this.segments) {
      scanBatches(segment.file, { from: 0, firstOffset: segment.baseOffset, check: 'headers' }, (bytes, at) => this.noteEpoch(bytes, at));
    }
  }

  finish(): LoadedLog {
    const entriesBefore = this.epochs.entries.length;
    this.epochs.truncateFromEnd(this.nextOffset);
    this.producers.removeStraySnapshots({ bases: this.segments.map((segment) => segment.baseOffset), upTo: this.nextOffset });
    if (this.areEpochsChanged || this.epochs.entries.length !== entriesBefore) this.epochs.persist({ durable: true });
    const report: RecoveryReport = {
      kind: this.checkedSegments > 0 ? 'recovered' : 'clean',
      checkedSegments: this.checkedSegments,
      truncatedBytes: this.truncatedBytes,
      truncatedAtOffset: this.truncatedAtOffset,
      removedSegments: this.removedSegments,
      reason: this.reason,
    };
    return { segments: this.segments, nextOffset: this.nextOffset, epochs: this.epochs, producers: this.producers, report };
  }

  private check(segment: LogSegment, endOffset: number | undefined): ScanResult {
    this.checkedSegments += 1;
    return segment.rebuild({ check: 'full', endOffset }, (bytes, at) => {
      this.noteEpoch(bytes, at);
      const completed = this.producers.apply(bytes, at);
      if (completed !== undefined) segment.noteTransaction(completed);
    });
  }

  private noteEpoch(bytes: Buffer, at: number): void {
    const epoch = readPartitionLeaderEpoch(bytes, at);
    if (epoch >= 0 && this.epochs.note(epoch, readBaseOffset(bytes, at))) this.areEpochsChanged = true;
  }

  /** The segment at `at` ends with damage: it becomes the active one, cut there, and the later ones go. */
  private cutBehind(at: number, result: ScanResult): void {
    this.truncatedBytes = result.damagedBytes;
    this.truncatedAtOffset = result.nextOffset;
    this.reason = result.reason;
    for (const later of this.segments.splice(at + 1)) {
      this.truncatedBytes += later.size;
      this.removedSegments += 1;
      later.remove();
    }
    (this.segments[at] as LogSegment).activate(result.validBytes, { maxBytes: this.options.segmentBytes });
  }
}

/** What is read again below a snapshot: 64 requests of the default batch size, for their retries. */
const RECALLED_BYTES = 4 * 1024 * 1024;

/** Newest snapshot at or below `upTo`, with the windows of batches below it, then the batches between it and `upTo` from the files. */
export function rebuildProducers(options: { segments: readonly LogSegment[]; producers: ProducerStateManager; upTo: number; nowMs: number }): void {
  const { segments, producers, upTo } = options;
  const snapshotOffset = producers.loadSnapshot(upTo, options.nowMs);
  const from = snapshotOffset ?? (segments[0] as LogSegment).baseOffset;
  if (snapshotOffset !== undefined) producers.recallBatches((visit) => scanBelow(segments, snapshotOffset, visit));
  for (let at = floorSegment(segments, from); at < segments.length; at += 1) {
    const segment = segments[at] as LogSegment;
    if (segment.baseOffset >= upTo) return;
    scanHeaders(segment, { from: from > segment.baseOffset ? (segment.findBatch(from) ?? segment.size) : 0, upTo }, (bytes, batchAt) => producers.apply(bytes, batchAt));
  }
}

/** The last batches that end below `upTo`, at least 4 MiB of them if there are so many, in order. */
function scanBelow(segments: readonly LogSegment[], upTo: number, visit: (bytes: Buffer, at: number) => void): void {
  const last = floorSegment(segments, upTo - 1);
  const end = (segments[last] as LogSegment).findBatch(upTo) ?? (segments[last] as LogSegment).size;
  let first = last;
  let bytes = end;
  while (bytes < RECALLED_BYTES && first > 0) bytes += (segments[--first] as LogSegment).size;
  for (let at = first; at <= last; at += 1) {
    const segment = segments[at] as LogSegment;
    const from = at === first ? segment.offsetIndex.batchStartAtOrBelow(Math.max(0, bytes - RECALLED_BYTES)) : 0;
    scanHeaders(segment, { from, upTo }, visit);
  }
}

function scanHeaders(segment: LogSegment, range: { from: number; upTo: number }, visit: (bytes: Buffer, at: number) => void): void {
  segment.walk(range.from, (bytes, at) => {
    if (readBaseOffset(bytes, at) + readLastOffsetDelta(bytes, at) >= range.upTo) return false;
    visit(bytes, at);
    return true;
  });
}
