/**
 * What a partition knows of its idempotent producers: the last five batches of each, to answer retries with the
 * first append's offsets and to refuse gaps and fenced epochs (Kafka's ProducerStateManager and ProducerAppendInfo).
 * Open transactions are known from the same entries: where each began, and whether its marker is replicated.
 */
import type { Files } from '../../environment.ts';
import {
  isControl,
  isTransactional,
  readAttributes,
  readBaseOffset,
  readBaseSequence,
  readLastOffsetDelta,
  readMaxTimestamp,
  readProducerEpoch,
  readProducerId,
} from '../../record/record-batch.ts';
import { readMarker } from '../../record/transaction-marker.ts';
import { OpenTransactions, type CompletedTransaction } from '../transactions/open-transactions.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import type { ProducerSnapshotEntry } from './producer-snapshot.ts';

/** Batches remembered per producer = requests that an idempotent producer may have in flight. */
const WINDOW = 5;
const LARGEST_SEQUENCE = 2 ** 31 - 1;
const NO_SEQUENCE = -1;

export type ProducerVerdict =
  | { readonly kind: 'next' }
  | { readonly kind: 'duplicate'; readonly baseOffset: number; readonly lastOffset: number; readonly timestampMs: number }
  | { readonly kind: 'refused'; readonly reason: ProducerFault; readonly message: string };

export type ProducerFault = 'out-of-order-sequence' | 'invalid-producer-epoch' | 'invalid-transaction-state' | 'coordinator-fenced';

/** One producer as DescribeProducers shows it; -1 where there is nothing. */
export interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: number;
  readonly coordinatorEpoch: number;
  readonly currentTxnStartOffset: number;
  /** Of the producer's last data batch: compaction must not lose its sequence. */
  readonly lastDataOffset: number;
}

const NEXT: ProducerVerdict = { kind: 'next' };

export class ProducerStateManager {
  private readonly files: Files;
  private readonly directory: string;
  private readonly expirationMs: number;
  private readonly entries = new Map<number, ProducerEntry>();
  private readonly transactions = new OpenTransactions();
  /** Offsets of the snapshot files, ascending; undefined until the directory was listed. */
  private snapshots: number[] | undefined;

  constructor(files: Files, options: { directory: string; expirationMs: number }) {
    this.files = files;
    this.directory = options.directory;
    this.expirationMs = options.expirationMs;
  }

  get producerCount(): number {
    return this.entries.size;
  }

  /** Judges a client's batch at `at` by its producer id (>= 0), epoch and sequences. Changes nothing. */
  check(batch: Buffer, at: number): ProducerVerdict {
    const producerId = readProducerId(batch, at);
    const entry = this.entries.get(producerId);
    if (entry === undefined) return NEXT; // Any first sequence: the state may have expired.
    const epoch = readProducerEpoch(batch, at);
    const firstSequence = readBaseSequence(batch, at);
    if (epoch === entry.epoch) {
      const duplicate = entry.findBatch(firstSequence, readLastOffsetDelta(batch, at));
      if (duplicate !== undefined) return duplicate;
    }
    if (epoch < entry.epoch) {
      const message = `producer ${producerId} has epoch ${entry.epoch}, the batch has the older epoch ${epoch}`;
      return { kind: 'refused', reason: 'invalid-producer-epoch', message };
    }
    const expected = epoch > entry.epoch ? 0 : nextSequence(entry.lastSequence);
    if (firstSequence === expected) return this.checkTransaction(batch, { at, entry });
    const message = `producer ${producerId} epoch ${epoch}: sequence ${firstSequence} where ${expected} comes next`;
    return { kind: 'refused', reason: 'out-of-order-sequence', message };
  }

  /** Judges a coordinator's marker at `at`. */
  checkMarker(batch: Buffer, at: number): ProducerVerdict {
    const producerId = readProducerId(batch, at);
    const entry = this.entries.get(producerId);
    const marker = readMarker(batch, at);
    if (entry === undefined || marker === undefined) return NEXT;
    const epoch = readProducerEpoch(batch, at);
    if (epoch < entry.epoch) {
      const message = `producer ${producerId} has epoch ${entry.epoch}, the marker has the older epoch ${epoch}`;
      return { kind: 'refused', reason: 'invalid-producer-epoch', message };
    }
    if (marker.coordinatorEpoch >= entry.coordinatorEpoch) return NEXT;
    const message = `a coordinator of epoch ${entry.coordinatorEpoch} wrote for producer ${producerId}, the marker is of epoch ${marker.coordinatorEpoch}`;
    return { kind: 'refused', reason: 'coordinator-fenced', message };
  }

  /**
   * Takes a batch that is in the log, offsets stamped; a control batch must be there as a whole. Followers and recovery come here
   * without `check`. Returns the transaction that a marker ended.
   */
  apply(batch: Buffer, at: number): CompletedTransaction | undefined {
    const producerId = readProducerId(batch, at);
    if (producerId < 0) return undefined;
    const epoch = readProducerEpoch(batch, at);
    let entry = this.entries.get(producerId);
    if (entry === undefined) this.entries.set(producerId, (entry = new ProducerEntry(epoch)));
    else if (entry.epoch !== epoch) entry.startEpoch(epoch);
    const attributes = readAttributes(batch, at);
    const baseOffset = readBaseOffset(batch, at);
    entry.timestampMs = readMaxTimestamp(batch, at);
    if (isControl(attributes)) {
      const marker = readMarker(batch, at);
      if (marker === undefined) return undefined;
      entry.coordinatorEpoch = marker.coordinatorEpoch;
      entry.currentTxnFirstOffset = -1;
      return this.transactions.complete(producerId, { lastOffset: baseOffset, isAborted: marker.kind === 'abort' });
    }
    if (isTransactional(attributes) && entry.currentTxnFirstOffset < 0) {
      entry.currentTxnFirstOffset = baseOffset;
      this.transactions.begin(producerId, baseOffset);
    }
    entry.pushBatch(readBaseSequence(batch, at), readLastOffsetDelta(batch, at), baseOffset);
    return undefined;
  }

  /** Where read_committed readers stop, below the high watermark; undefined: they do not. */
  firstUnstableOffset(highWatermark: number): number | undefined {
    return this.transactions.firstUnstableOffset(highWatermark);
  }

  /** By producer id. */
  activeProducers(): ActiveProducer[] {
    return [...this.entries].map(([producerId, entry]) => entry.describe(producerId)).sort((a, b) => a.producerId - b.producerId);
  }

  /** Forgets producers that have not written for producer.id.expiration.ms, unless a transaction is open. */
  removeExpired(nowMs: number): void {
    for (const [producerId, entry] of this.entries) {
      if (entry.currentTxnFirstOffset < 0 && nowMs - entry.timestampMs >= this.expirationMs) this.entries.delete(producerId);
    }
  }

  clear(): void {
    this.entries.clear();
    this.transactions.clear();
  }

  /** Writes `<offset>.snapshot`: the state of everything below `offset`. */
  takeSnapshot(offset: number): void {
    const entries: ProducerSnapshotEntry[] = [];
    for (const [producerId, entry] of this.entries) entries.push(entry.toSnapshot(producerId));
    this.files.replace(this.snapshotPath(offset), encodeProducerSnapshot(entries), { durable: false });
    const known = this.snapshotOffsets();
    if (!known.includes(offset)) this.snapshots = [...known, offset].sort((a, b) => a - b);
  }

  /**
   * A snapshot knows only each producer's last batch, so a retry of an earlier one would pass for a gap after a restart.
   * `scan` shows the batches that end right below the loaded snapshot, in order; those of a producer's last five come back.
   */
  recallBatches(scan: (visit: (batch: Buffer, at: number) => void) => void): void {
    if (this.entries.size === 0) return;
    const earlier = new ProducerStateManager(this.files, { directory: this.directory, expirationMs: this.expirationMs });
    scan((batch, at) => earlier.apply(batch, at));
    for (const [producerId, entry] of this.entries) entry.takeWindow(earlier.entries.get(producerId));
  }

  /** Replaces the state by the newest readable snapshot at or below `offset`; returns its offset, undefined when there is none. */
  loadSnapshot(offset: number, nowMs: number): number | undefined {
    this.clear();
    for (const candidate of [...this.snapshotOffsets()].reverse()) {
      if (candidate > offset) continue;
      const entries = decodeProducerSnapshot(this.files.read(this.snapshotPath(candidate)));
      if (entries === undefined) {
        this.removeSnapshots((damaged) => damaged === candidate);
        continue;
      }
      for (const entry of entries) {
        this.entries.set(entry.producerId, ProducerEntry.fromSnapshot(entry));
        if (entry.currentTxnFirstOffset >= 0) this.transactions.begin(entry.producerId, entry.currentTxnFirstOffset);
      }
      this.removeExpired(nowMs);
      return candidate;
    }
    return undefined;
  }

  /** Keeps the snapshots at the segments' bases and the newest one, all at or below `upTo`. */
  removeStraySnapshots(keep: { bases: readonly number[]; upTo: number }): void {
    const usable = this.snapshotOffsets().filter((offset) => offset <= keep.upTo);
    const newest = usable.at(-1);
    const oldestBase = keep.bases[0] ?? 0;
    this.removeSnapshots((offset) => offset > keep.upTo || offset < oldestBase || (offset !== newest && !keep.bases.includes(offset)));
  }

  /** Deletes the snapshots whose offset `isUseless`. */
  removeSnapshots(isUseless: (offset: number) => boolean): void {
    const kept: number[] = [];
    for (const offset of this.snapshotOffsets()) {
      if (isUseless(offset)) this.files.remove(this.snapshotPath(offset));
      else kept.push(offset);
    }
    this.snapshots = kept;
  }

  private checkTransaction(batch: Buffer, { at, entry }: { at: number; entry: ProducerEntry }): ProducerVerdict {
    if (entry.currentTxnFirstOffset < 0 || isTransactional(readAttributes(batch, at))) return NEXT;
    const message = `producer ${readProducerId(batch, at)} has a transaction open since offset ${entry.currentTxnFirstOffset}, the batch is not part of it`;
    return { kind: 'refused', reason: 'invalid-transaction-state', message };
  }

  private snapshotOffsets(): readonly number[] {
    if (this.snapshots === undefined) {
      const names = this.files.list(this.directory).filter((name) => /^\d{20}\.snapshot$/.test(name));
      this.snapshots = names.map((name) => Number(name.slice(0, 20)));
    }
    return this.snapshots;
  }

  private snapshotPath(offset: number): string {
    return `${this.directory}/${String(offset).padStart(20, '0')}.snapshot`;
  }
}

/** One producer: its epoch and a ring of its last batches of that epoch. */
class ProducerEntry {
  epoch: number;
  timestampMs = -1;
  coordinatorEpoch = -1;
  currentTxnFirstOffset = -1;
  private count = 0;
  private newest = -1;
  private readonly lastSequences = new Int32Array(WINDOW);
  private readonly offsetDeltas = new Int32Array(WINDOW);
  private readonly lastOffsets = new Float64Array(WINDOW);
  private readonly timestamps = new Float64Array(WINDOW);

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  static fromSnapshot(snapshot: ProducerSnapshotEntry): ProducerEntry {
    const entry = new ProducerEntry(snapshot.producerEpoch);
    entry.timestampMs = snapshot.timestampMs;
    entry.coordinatorEpoch = snapshot.coordinatorEpoch;
    entry.currentTxnFirstOffset = snapshot.currentTxnFirstOffset;
    if (snapshot.lastOffset >= 0) {
      const { lastSequence, offsetDelta } = snapshot;
      entry.pushBatch(sequencePlus(lastSequence, -offsetDelta), offsetDelta, snapshot.lastOffset - offsetDelta);
    }
    return entry;
  }

  toSnapshot(producerId: number): ProducerSnapshotEntry {
    const isEmpty = this.count === 0;
    return {
      producerId,
      producerEpoch: this.epoch,
      lastSequence: this.lastSequence,
      lastOffset: isEmpty ? -1 : (this.lastOffsets[this.newest] as number),
      offsetDelta: isEmpty ? 0 : (this.offsetDeltas[this.newest] as number),
      timestampMs: this.timestampMs,
      coordinatorEpoch: this.coordinatorEpoch,
      currentTxnFirstOffset: this.currentTxnFirstOffset,
    };
  }

  describe(producerId: number): ActiveProducer {
    const { producerEpoch, lastSequence, timestampMs, coordinatorEpoch, currentTxnFirstOffset, lastOffset } = this.toSnapshot(producerId);
    return { producerId, producerEpoch, lastSequence, lastTimestampMs: timestampMs, coordinatorEpoch, currentTxnStartOffset: currentTxnFirstOffset, lastDataOffset: lastOffset };
  }

  get lastSequence(): number {
    return this.count === 0 ? NO_SEQUENCE : (this.lastSequences[this.newest] as number);
  }

  startEpoch(epoch: number): void {
    this.epoch = epoch;
    this.count = 0;
    this.newest = -1;
  }

  pushBatch(firstSequence: number, offsetDelta: number, baseOffset: number): void {
    const at = (this.newest + 1) % WINDOW;
    this.lastSequences[at] = sequencePlus(firstSequence, offsetDelta);
    this.offsetDeltas[at] = offsetDelta;
    this.lastOffsets[at] = baseOffset + offsetDelta;
    this.timestamps[at] = this.timestampMs;
    this.newest = at;
    if (this.count < WINDOW) this.count += 1;
  }

  /** The batches that `earlier` remembers, if they end with this one's last. */
  takeWindow(earlier: ProducerEntry | undefined): void {
    if (earlier === undefined || this.count === 0 || earlier.count <= this.count || earlier.epoch !== this.epoch) return;
    if (earlier.lastSequence !== this.lastSequence || earlier.lastOffsets[earlier.newest] !== this.lastOffsets[this.newest]) return;
    this.count = earlier.count;
    this.newest = earlier.newest;
    this.lastSequences.set(earlier.lastSequences);
    this.offsetDeltas.set(earlier.offsetDeltas);
    this.lastOffsets.set(earlier.lastOffsets);
    this.timestamps.set(earlier.timestamps);
  }

  /** Only the exact same batch counts: both its first and its last sequence match. */
  findBatch(firstSequence: number, offsetDelta: number): ProducerVerdict | undefined {
    const lastSequence = sequencePlus(firstSequence, offsetDelta);
    for (let age = 0; age < this.count; age += 1) {
      const at = (this.newest - age + WINDOW) % WINDOW;
      if (this.lastSequences[at] !== lastSequence || this.offsetDeltas[at] !== offsetDelta) continue;
      const lastOffset = this.lastOffsets[at] as number;
      return { kind: 'duplicate', baseOffset: lastOffset - offsetDelta, lastOffset, timestampMs: this.timestamps[at] as number };
    }
    return undefined;
  }
}

/** Sequences run from 0 to 2147483647 and begin again at 0. */
function sequencePlus(sequence: number, delta: number): number {
  const modulus = LARGEST_SEQUENCE + 1;
  return (sequence + delta + modulus) % modulus;
}

function nextSequence(lastSequence: number): number {
  return lastSequence === LARGEST_SEQUENCE ? 0 : lastSequence + 1;
}
