/**
 * One partition's log: appends as leader or follower, reads, truncation, retention, over segments that are Kafka's files.
 * Invariants: logStartOffset <= logEndOffset; batches are stored as they were sent except for base offset and leader
 * epoch (and the timestamp on LogAppendTime topics); offsets grow; an append that throws has written nothing.
 * High watermark and ISR are the replication's business, the course of transactions is their coordinator's.
 */
import { assert } from '../assert.ts';
import type { Environment } from '../environment.ts';
import { StorageError } from '../environment.ts';
import {
  batchSizeInBytes,
  isControl,
  readAttributes,
  readBaseOffset,
  readLastOffsetDelta,
  readMaxTimestamp,
  readPartitionLeaderEpoch,
  readProducerId,
  stampBaseOffset,
  stampLeaderEpoch,
} from '../record/record-batch.ts';
import { planCompaction, type CompactionPlan } from './compaction/compaction-plan.ts';
import { compactLog, type CompactionResult } from './compaction/log-compaction.ts';
import { checkClientBatch, checkReplicatedBatches, rejection, stampLogAppendTime } from './incoming-batch.ts';
import type { Rejection } from './incoming-batch.ts';
import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import { readPartitionMetadata, writePartitionMetadata } from './log-directory.ts';
import { LogReader, floorSegment } from './log-reader.ts';
import type { ReadOptions, ReadResult } from './log-reader.ts';
import { loadLog, rebuildProducers } from './log-recovery.ts';
import type { LoadedLog, RecoveryReport } from './log-recovery.ts';
import { LogSegment } from './log-segment.ts';
import { retiredSegmentCount } from './retention.ts';
import type { ProducerStateManager } from './producers/producer-state.ts';
import type { TimestampOffset } from './time-index.ts';
import type { AbortedTransaction } from './transactions/transaction-index.ts';

export type { CompactionPlan } from './compaction/compaction-plan.ts';
export type { CompactionResult } from './compaction/log-compaction.ts';
export type { AbortedTransaction } from './transactions/transaction-index.ts';
export type { ReadOptions, ReadResult } from './log-reader.ts';
export type { RecoveryReport } from './log-recovery.ts';
export { ReplicatedBatchError } from './incoming-batch.ts';
export type { RejectReason, Rejection } from './incoming-batch.ts';

export interface PartitionLogOptions {
  readonly directory: string;
  readonly topic: string;
  readonly partition: number;
  /** 16 bytes. */
  readonly topicId: Buffer;
  readonly config: LogConfig;
  /** Whether the whole log directory was closed cleanly. */
  readonly cleanShutdown: boolean;
  /** Offsets below are durable: recovery checks from the segment that holds it. Default: all segments are checked. */
  readonly recoveryPoint?: number;
  /** From log-start-offset-checkpoint (DeleteRecords may put it inside a segment). */
  readonly logStartOffset?: number;
  /** From cleaner-offset-checkpoint: offsets below are compacted. */
  readonly cleanOffset?: number;
  /** producer.id.expiration.ms */
  readonly producerIdExpirationMs?: number;
}

export type AppendResult =
  /** `logAppendTimeMs` is -1 on CreateTime topics. */
  | { readonly kind: 'appended'; readonly baseOffset: number; readonly lastOffset: number; readonly logAppendTimeMs: number }
  /** A retry of one of the producer's last five batches: where the first append went. */
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly lastOffset: number; readonly logAppendTimeMs: number }
  | Rejection;

const PRODUCER_ID_EXPIRATION_MS = 86_400_000;
const NO_TIME = -1;

export class PartitionLog {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
  readonly epochs: LeaderEpochCache;
  readonly producers: ProducerStateManager;
  readonly recovery: RecoveryReport;
  private readonly environment: Environment;
  private readonly segments: LogSegment[];
  private readonly reader: LogReader;
  private settings: LogConfig;
  private active: LogSegment;
  private startOffset: number;
  private endOffset: number;
  private durableOffset: number;
  private cleanedUpTo: number;
  private lastFlushMs: number;
  private rollJitterMs = 0;
  /** Counts truncations, so that a flush that was under way does not vouch for offsets that were written anew. */
  private truncations = 0;
  private isClosed = false;

  private constructor(environment: Environment, options: PartitionLogOptions, loaded: LoadedLog) {
    this.environment = environment;
    this.topic = options.topic;
    this.partition = options.partition;
    this.directory = options.directory;
    this.settings = options.config;
    this.segments = loaded.segments;
    this.active = loaded.segments.at(-1) as LogSegment;
    this.reader = new LogReader(loaded.segments);
    this.epochs = loaded.epochs;
    this.producers = loaded.producers;
    this.recovery = loaded.report;
    this.endOffset = loaded.nextOffset;
    this.startOffset = Math.max(options.logStartOffset ?? 0, (loaded.segments[0] as LogSegment).baseOffset);
    this.durableOffset = Math.min(options.recoveryPoint ?? 0, loaded.nextOffset);
    this.cleanedUpTo = options.cleanOffset ?? 0;
    this.lastFlushMs = environment.clock.nowMs();
    this.drawRollJitter();
  }

  /** Creates the directory or opens what is there. Throws StorageError, also when the directory belongs to another topic id. */
  static open(environment: Environment, options: PartitionLogOptions): PartitionLog {
    const { directory, config } = options;
    environment.files.createDirectory(directory);
    const storedId = readPartitionMetadata(environment, directory);
    if (storedId === undefined) writePartitionMetadata(environment, directory, options.topicId);
    else if (!storedId.equals(options.topicId)) {
      const what = `${directory} belongs to topic id ${storedId.toString('base64url')}, not ${options.topicId.toString('base64url')}`;
      throw new StorageError(what, { code: 'EOTHERTOPIC', path: directory });
    }
    const loaded = loadLog(environment, {
      directory,
      segmentBytes: config.segmentBytes,
      indexIntervalBytes: config.indexIntervalBytes,
      cleanShutdown: options.cleanShutdown,
      recoveryPoint: options.recoveryPoint ?? 0,
      logStartOffset: options.logStartOffset ?? 0,
      producerIdExpirationMs: options.producerIdExpirationMs ?? PRODUCER_ID_EXPIRATION_MS,
    });
    const log = new PartitionLog(environment, options, loaded);
    if (log.startOffset > log.endOffset) log.truncateFully(log.startOffset);
    return log;
  }

  get config(): LogConfig {
    return this.settings;
  }

  get logStartOffset(): number {
    return this.startOffset;
  }

  get logEndOffset(): number {
    return this.endOffset;
  }

  /** Everything below has been synced to the disk: what goes into recovery-point-offset-checkpoint. */
  get recoveryPoint(): number {
    return this.durableOffset;
  }

  /** Everything below was compacted: what goes into cleaner-offset-checkpoint. */
  get cleanOffset(): number {
    return this.cleanedUpTo;
  }

  get sizeInBytes(): number {
    let bytes = 0;
    for (const segment of this.segments) bytes += segment.size;
    return bytes;
  }

  get segmentCount(): number {
    return this.segments.length;
  }

  /** The base offset of the active segment. */
  get activeBaseOffset(): number {
    return this.active.baseOffset;
  }

  /** Whether flush.messages or flush.ms is set at all: by default neither is. */
  get asksForFlushes(): boolean {
    return this.settings.flushMessages < Number.MAX_SAFE_INTEGER || this.settings.flushMs < Number.MAX_SAFE_INTEGER;
  }

  /** Takes effect with the next append; segment.bytes and index.interval.bytes with the next segment. */
  setConfig(config: LogConfig): void {
    this.settings = config;
  }

  /**
   * Appends exactly one client batch, which is stamped in place with its offset and the leader's epoch.
   * Costs one CRC and one copy; records are not looked at. Throws StorageError (disk full) and has written nothing then.
   */
  appendAsLeader(batch: Buffer, options: { leaderEpoch: number; isInternal: boolean }): AppendResult {
    const nowMs = this.environment.clock.nowMs();
    const refused = checkClientBatch(batch, { config: this.settings, isInternal: options.isInternal, nowMs });
    if (refused !== undefined) return refused;
    const attributes = readAttributes(batch, 0);
    if (readProducerId(batch, 0) >= 0) {
      const verdict = isControl(attributes) ? this.producers.checkMarker(batch, 0) : this.producers.check(batch, 0);
      if (verdict.kind === 'refused') return rejection(verdict.reason, verdict.message);
      if (verdict.kind === 'duplicate') {
        const logAppendTimeMs = this.settings.messageTimestampType === 'LogAppendTime' ? verdict.timestampMs : NO_TIME;
        return { kind: 'duplicate', baseOffset: verdict.baseOffset, lastOffset: verdict.lastOffset, logAppendTimeMs };
      }
    }
    const baseOffset = this.endOffset;
    stampBaseOffset(batch, 0, baseOffset);
    stampLeaderEpoch(batch, 0, options.leaderEpoch);
    let logAppendTimeMs = NO_TIME;
    if (this.settings.messageTimestampType === 'LogAppendTime') {
      logAppendTimeMs = nowMs;
      stampLogAppendTime(batch, { attributes, nowMs });
    }
    this.rollWhenNeeded(batch, { at: 0, bytes: batch.length, nowMs });
    const latest = this.epochs.latestEpoch;
    if (latest === undefined || latest < options.leaderEpoch) this.epochs.assign(options.leaderEpoch, baseOffset);
    const position = this.active.append(batch);
    const lastOffset = this.noteBatch(batch, { at: 0, position, bytes: batch.length });
    return { kind: 'appended', baseOffset, lastOffset, logAppendTimeMs };
  }

  /**
   * Appends the whole batches that a leader sent, offsets assigned; a trailing partial one is left out.
   * Throws ReplicatedBatchError for damage or a batch below the log's end, and has appended nothing then.
   */
  appendAsFollower(batches: Buffer): { lastOffset: number } {
    const end = checkReplicatedBatches(batches, this.endOffset);
    const nowMs = this.environment.clock.nowMs();
    // Batches are copied into the segment in runs, one copy for as many as fit.
    let runStart = 0;
    for (let at = 0; at < end; ) {
      const bytes = batchSizeInBytes(batches, at);
      if (this.active.size + (at - runStart) + bytes > Math.min(this.settings.segmentBytes, this.active.capacityBytes)) {
        this.appendRun(batches, { from: runStart, to: at });
        runStart = at;
      }
      if (runStart === at) this.rollWhenNeeded(batches, { at, bytes, nowMs });
      at += bytes;
    }
    this.appendRun(batches, { from: runStart, to: end });
    return { lastOffset: this.endOffset - 1 };
  }

  read(offset: number, options: ReadOptions): ReadResult {
    return this.reader.read(offset, options, { logStartOffset: this.startOffset, logEndOffset: this.endOffset });
  }

  /** The first record with a timestamp at or above `timestampMs`. The caller bounds the answer by the high watermark. */
  offsetForTimestamp(timestampMs: number): Promise<TimestampOffset | undefined> {
    return this.reader.offsetForTimestamp(timestampMs, { logStartOffset: this.startOffset, logEndOffset: this.endOffset });
  }

  /** The record with the largest timestamp, undefined when no record has one. */
  maxTimestamp(): Promise<TimestampOffset | undefined> {
    return this.reader.maxTimestamp({ logStartOffset: this.startOffset, logEndOffset: this.endOffset });
  }

  /** Where read_committed readers stop: the high watermark, or below it the first offset of a transaction that is not over. */
  lastStableOffset(highWatermark: number): number {
    return Math.min(highWatermark, this.producers.firstUnstableOffset(highWatermark) ?? highWatermark);
  }

  /** Aborted transactions that overlap [from, upTo): what a read_committed consumer of these offsets leaves out. */
  abortedTransactions(range: { from: number; upTo: number }): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let at = floorSegment(this.segments, range.from); at < this.segments.length; at += 1) {
      if ((this.segments[at] as LogSegment).transactionIndex.collect(range, found)) break;
    }
    return found;
  }

  /** Drops everything from `offset` on; a batch that contains it goes whole. */
  truncateTo(offset: number): void {
    if (offset < this.endOffset && offset < (this.segments[0] as LogSegment).baseOffset) {
      this.truncateFully(offset);
      return;
    }
    const isBelowEnd = offset < this.endOffset;
    if (isBelowEnd) this.cutAt(offset);
    // Also when nothing is cut: an epoch without records may begin at the log's end and conflict with the leader's.
    this.epochs.truncateFromEnd(isBelowEnd ? this.endOffset : offset);
  }

  /** Drops everything and starts again, empty, at `newStartOffset`. */
  truncateFully(newStartOffset: number): void {
    this.truncations += 1;
    for (const segment of this.segments.splice(0).reverse()) segment.remove();
    this.active = this.createSegment(newStartOffset);
    this.segments.push(this.active);
    this.startOffset = newStartOffset;
    this.endOffset = newStartOffset;
    this.durableOffset = newStartOffset;
    this.cleanedUpTo = Math.min(this.cleanedUpTo, newStartOffset);
    this.reader.forget();
    this.epochs.clear();
    this.producers.clear();
    this.producers.removeSnapshots(() => true);
  }

  /** DeleteRecords, and a follower that takes its leader's start. Segments below go at the next retention pass. */
  incrementLogStartOffset(offset: number): void {
    assert(offset <= this.endOffset, `log start offset ${offset} beyond the log end offset ${this.endOffset}`);
    if (offset <= this.startOffset) return;
    this.startOffset = offset;
    this.epochs.truncateFromStart(offset);
  }

  deleteRecordsBefore(offset: number): void {
    this.incrementLogStartOffset(offset);
  }

  /** Deletes the oldest segments that retention (or DeleteRecords) no longer wants, and expired producers. Returns how many segments went. */
  applyRetention(nowMs: number, highWatermark: number): number {
    this.producers.removeExpired(nowMs);
    const { startOffset: logStartOffset, endOffset: logEndOffset, settings: config } = this;
    const count = retiredSegmentCount(this.segments, { config, logStartOffset, logEndOffset, highWatermark, nowMs });
    if (count === 0) return 0;
    if (count === this.segments.length) this.roll();
    for (const segment of this.segments.splice(0, count)) segment.remove();
    const firstOffset = (this.segments[0] as LogSegment).baseOffset;
    this.incrementLogStartOffset(firstOffset);
    this.producers.removeSnapshots((offset) => offset < firstOffset);
    return count;
  }

  /** Undefined when cleanup.policy does not ask for compaction or there is nothing new to compact. */
  planCompaction(nowMs: number, highWatermark: number): CompactionPlan | undefined {
    const { settings: config, startOffset: logStartOffset, cleanedUpTo: cleanOffset } = this;
    return planCompaction(this.segments, { config, nowMs, logStartOffset, cleanOffset, lastStableOffset: this.lastStableOffset(highWatermark) });
  }

  /** One round. The log may be used meanwhile; a rejection means damage or a disk that fails, and that nothing was replaced by it. */
  async compact(plan: CompactionPlan, options: { dedupeBufferBytes: number }): Promise<CompactionResult> {
    const { truncations, directory, settings: config } = this;
    const { segments, firstDirtyOffset } = plan;
    const [first, last] = [segments[0], segments.at(-1)] as [LogSegment, LogSegment];
    const untouched = new Set(segments);
    const result = await compactLog(
      this.environment,
      {
        name: `${this.topic}-${this.partition}`,
        directory,
        config,
        segments,
        firstDirtyOffset,
        producers: this.producers.activeProducers(),
        aborted: this.abortedTransactions({ from: first.baseOffset, upTo: last.endOffset() }),
        isUnchanged: () => !this.isClosed && truncations === this.truncations && ![...untouched].some((segment) => segment.isRemoved),
        replace: (old, next) => {
          for (const segment of old) untouched.delete(segment);
          this.replaceSegments(old, next);
        },
      },
      options,
    );
    if (result.kind === 'compacted') this.cleanedUpTo = result.endOffset;
    return result;
  }

  /** Whether flush.messages asks for a sync before the last append is acknowledged, or flush.ms for one some time soon. */
  flushDue(nowMs: number): 'before-acknowledgement' | 'soon' | undefined {
    const unflushed = this.endOffset - this.durableOffset;
    if (unflushed >= this.settings.flushMessages) return 'before-acknowledgement';
    return unflushed > 0 && nowMs - this.lastFlushMs >= this.settings.flushMs ? 'soon' : undefined;
  }

  /** Syncs what was appended so far and moves the recovery point behind it. A rejection means that the directory is to go offline. */
  async flush(): Promise<void> {
    if (this.isClosed) return;
    const { endOffset, durableOffset, truncations } = this;
    this.lastFlushMs = this.environment.clock.nowMs();
    this.active.writeIndexes();
    for (const segment of this.segments.slice(floorSegment(this.segments, durableOffset))) {
      try {
        await segment.file.flush();
      } catch (error) {
        if (!segment.isRemoved && !this.isClosed) throw error;
      }
    }
    if (truncations === this.truncations) this.durableOffset = Math.max(this.durableOffset, endOffset);
  }

  /**
   * Closes the files. Clean: indexes and producer state are written and the active file is trimmed, so that the next start reads no batches.
   * Not synced: `await flush()` first when a power cut is to find everything.
   */
  close(options: { clean: boolean }): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (options.clean) {
      this.active.finishTimeIndex();
      this.active.writeIndexes();
      this.producers.takeSnapshot(this.endOffset);
    }
    for (const segment of this.segments) segment.close();
  }

  private appendRun(batches: Buffer, range: { from: number; to: number }): void {
    if (range.from === range.to) return;
    let position = this.active.append(batches.subarray(range.from, range.to));
    for (let at = range.from; at < range.to; ) {
      const bytes = batchSizeInBytes(batches, at);
      const epoch = readPartitionLeaderEpoch(batches, at);
      if (epoch >= 0 && epoch > (this.epochs.latestEpoch ?? -1)) this.epochs.assign(epoch, readBaseOffset(batches, at));
      this.noteBatch(batches, { at, position, bytes });
      at += bytes;
      position += bytes;
    }
  }

  /** Takes a batch that is in the active segment now into indexes, producer state and the log's end. Returns its last offset. */
  private noteBatch(buffer: Buffer, batch: { at: number; position: number; bytes: number }): number {
    const { at } = batch;
    const lastOffset = readBaseOffset(buffer, at) + readLastOffsetDelta(buffer, at);
    this.active.indexBatch(batch.position, lastOffset, readMaxTimestamp(buffer, at));
    const completed = this.producers.apply(buffer, at);
    if (completed !== undefined) this.active.noteTransaction(completed);
    this.endOffset = lastOffset + 1;
    this.reader.appended(this.endOffset, batch.position + batch.bytes);
    return lastOffset;
  }

  private rollWhenNeeded(buffer: Buffer, batch: { at: number; bytes: number; nowMs: number }): void {
    const { at, bytes, nowMs } = batch;
    const lastOffset = readBaseOffset(buffer, at) + readLastOffsetDelta(buffer, at);
    const asked = { bytes, maxTimestampMs: readMaxTimestamp(buffer, at), lastOffset };
    if (this.active.shouldRoll(asked, { nowMs, config: this.settings, jitterMs: this.rollJitterMs })) this.roll();
    // A follower takes a batch that its leader took, also when segment.bytes is smaller by now.
    if (this.active.size === 0 && bytes > this.active.capacityBytes) this.active.activate(0, { maxBytes: bytes });
  }

  /** The next segment is created first: when that fails, this one goes on. */
  private roll(): void {
    const previous = this.active;
    if (previous.baseOffset === this.endOffset) return;
    const next = this.createSegment(this.endOffset);
    this.producers.takeSnapshot(this.endOffset);
    this.segments.push(next);
    this.active = next;
    this.reader.forget();
    this.drawRollJitter();
    previous.seal();
  }

  private createSegment(baseOffset: number): LogSegment {
    const { segmentBytes, indexIntervalBytes } = this.settings;
    const nowMs = this.environment.clock.nowMs();
    return LogSegment.create({ files: this.environment.files, directory: this.directory, baseOffset, maxBytes: segmentBytes, indexIntervalBytes, nowMs });
  }

  private drawRollJitter(): void {
    const bound = Math.min(this.settings.segmentJitterMs, this.settings.segmentMs);
    this.rollJitterMs = bound > 0 ? this.environment.random.nextInt(bound) : 0;
  }

  private cutAt(offset: number): void {
    this.truncations += 1;
    const at = floorSegment(this.segments, offset);
    // Newest first: a crash in between leaves a log without a hole.
    for (const later of this.segments.splice(at + 1).reverse()) later.remove();
    const segment = this.segments[at] as LogSegment;
    const position = segment.findBatch(offset) ?? segment.size;
    let endOffset = offset;
    segment.walk(position, (bytes, headerAt) => {
      endOffset = Math.min(offset, readBaseOffset(bytes, headerAt));
      return false;
    });
    if (segment.file.isSealed) segment.activate(segment.size, { maxBytes: this.settings.segmentBytes });
    segment.truncateAt(position, endOffset);
    this.active = segment;
    this.reader.forget();
    this.endOffset = endOffset;
    this.startOffset = Math.min(this.startOffset, endOffset);
    this.durableOffset = Math.min(this.durableOffset, endOffset);
    this.cleanedUpTo = Math.min(this.cleanedUpTo, endOffset);
    this.producers.removeSnapshots((snapshotOffset) => snapshotOffset > endOffset);
    rebuildProducers({ segments: this.segments, producers: this.producers, upTo: endOffset, nowMs: this.environment.clock.nowMs() });
  }

  private replaceSegments(old: readonly LogSegment[], next: LogSegment): void {
    const at = this.segments.indexOf(old[0] as LogSegment);
    this.segments.splice(at, old.length, next);
    const gone = new Set(old.slice(1).map((segment) => segment.baseOffset));
    this.producers.removeSnapshots((offset) => gone.has(offset));
  }
}
