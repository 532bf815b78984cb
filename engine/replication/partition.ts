/**
 * One replica of one partition on this broker: leader or follower state over its log.
 * The leader tracks its followers' log end offsets, moves the high watermark and asks the controller for ISR changes.
 * Invariants: logStart <= high watermark <= log end; the high watermark never goes back within a leader epoch;
 * it stands still while the ISR is smaller than min.insync.replicas (KIP-966).
 */
import type { Clock } from '../environment.ts';
import { assert } from '../assert.ts';
import type { AppendResult, PartitionLog } from '../log/partition-log.ts';
import { errorCodes } from '../protocol/errors.ts';
import type { IsrChange, PartitionState } from './partition-state.ts';

export interface PartitionSettings {
  /** replica.lag.time.max.ms */
  readonly replicaLagTimeMaxMs: number;
}

/** What the partition needs to know of the rest of the cluster. */
export interface ClusterView {
  readonly brokerId: number;
  /** Registered, unfenced, and with this broker epoch (KIP-903); `brokerEpoch` -1 skips the epoch check. */
  isEligibleForIsr(brokerId: number, brokerEpoch: number): boolean;
  /**
   * Sends an AlterPartition until the controller has answered; the outcome comes back as a new PartitionState or, when the
   * controller certainly did not commit the change, through `isrChangeFailed`.
   */
  requestIsrChange(change: IsrChange): void;
}

/** Told when a partition's readable end moved. Registered by fetch sessions, parked fetches and internal readers. */
export interface PartitionObserver {
  onLogEndAdvanced(): void;
  onHighWatermarkAdvanced(): void;
  onLogStartAdvanced(): void;
  /** The replica stopped leading or was removed: parked requests are to be answered. */
  onLeadershipLost(): void;
}

interface RemoteReplica {
  readonly brokerId: number;
  brokerEpoch: number;
  logEndOffset: number;
  logStartOffset: number;
  caughtUpMs: number;
  lastFetchMs: number;
  lastFetchLeaderEnd: number;
}

/** Waits until every live replica has dropped what lies below `offset`. */
interface DeletionWaiter {
  readonly offset: number;
  readonly onResult: (errorCode: number) => void;
}

interface AckWaiter {
  readonly requiredOffset: number;
  readonly onResult: (errorCode: number) => void;
}

export class Partition {
  readonly log: PartitionLog;
  readonly #clock: Clock;
  readonly #view: ClusterView;
  readonly #settings: PartitionSettings;
  readonly #onStorageError: (error: unknown) => void;
  readonly #observers = new Set<PartitionObserver>();
  #state: PartitionState;
  #isApplied = false;
  #role: 'leader' | 'follower' | 'offline' = 'follower';
  #highWatermark: number;
  #leaderEpochStart = -1;
  #remotes = new Map<number, RemoteReplica>();
  /** The committed ISR and a pending expansion together: whom the high watermark must wait for. */
  #maximalIsr = new Set<number>();
  #pendingIsr: readonly number[] | undefined;
  #ackWaiters: AckWaiter[] = [];
  #deletionWaiters: DeletionWaiter[] = [];
  /** Nothing from here down counts as held before it is synced (flush.messages). */
  #syncTarget = 0;
  #syncing: Promise<void> | undefined;
  #heldWaiters: AckWaiter[] = [];

  constructor(options: {
    log: PartitionLog;
    clock: Clock;
    view: ClusterView;
    settings: PartitionSettings;
    state: PartitionState;
    checkpointedHighWatermark: number;
    /** A sync failed. */
    onStorageError: (error: unknown) => void;
  }) {
    this.log = options.log;
    this.#clock = options.clock;
    this.#view = options.view;
    this.#settings = options.settings;
    this.#onStorageError = options.onStorageError;
    this.#state = options.state;
    const highWatermark = Math.min(options.checkpointedHighWatermark, this.log.logEndOffset);
    this.#highWatermark = Math.max(highWatermark, this.log.logStartOffset);
  }

  get state(): PartitionState {
    return this.#state;
  }

  get topic(): string {
    return this.#state.topic;
  }

  get index(): number {
    return this.#state.partition;
  }

  get isLeader(): boolean {
    return this.#role === 'leader';
  }

  /** The log directory failed: every request is answered with KAFKA_STORAGE_ERROR. */
  get isOffline(): boolean {
    return this.#role === 'offline';
  }

  get leaderEpoch(): number {
    return this.#state.leaderEpoch;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** Where read_committed readers stop. */
  get lastStableOffset(): number {
    return this.log.lastStableOffset(this.#highWatermark);
  }

  /** The latest log start of the live replicas: what DeleteRecords answers. */
  get lowWatermark(): number {
    let low = this.log.logStartOffset;
    for (const remote of this.#remotes.values()) {
      if (this.#view.isEligibleForIsr(remote.brokerId, -1)) low = Math.min(low, remote.logStartOffset);
    }
    return low;
  }

  /** A new leader's watermark may lag behind what was acknowledged before until its followers have fetched once. */
  get isHighWatermarkKnown(): boolean {
    return this.#highWatermark >= this.#leaderEpochStart;
  }

  observe(observer: PartitionObserver): void {
    this.#observers.add(observer);
  }

  unobserve(observer: PartitionObserver): void {
    this.#observers.delete(observer);
  }

  /** Takes the controller's newest word. Older or equal partition epochs are ignored. */
  apply(state: PartitionState): void {
    const previous = this.#state;
    if (this.#role === 'offline') return;
    if (state.leaderEpoch < previous.leaderEpoch) return;
    if (this.#isApplied && state.partitionEpoch <= previous.partitionEpoch) return;
    this.#isApplied = true;
    this.#state = state;
    this.#pendingIsr = undefined;
    const leads = state.leader === this.#view.brokerId;
    if (leads && (this.#role !== 'leader' || state.leaderEpoch > previous.leaderEpoch)) this.#becomeLeader();
    else if (!leads && this.#role === 'leader') this.#becomeFollower();
    if (leads) {
      this.#maximalIsr = new Set(state.isr);
      this.#keepRemotes();
      this.#advanceHighWatermark();
      this.expandIsr();
    }
  }

  /** The replica goes away (topic deleted, broker stopping): parked requests are answered. */
  close(): void {
    this.#becomeFollower();
    this.#observers.clear();
  }

  /** Until the broker is started again. */
  goOffline(): void {
    if (this.#role === 'offline') return;
    this.#becomeFollower('offline');
  }

  /** Appends a producer's batch. `requiredAcks` -1 is refused while the ISR is too small (nothing is written then). */
  append(batch: Buffer, options: { requiredAcks: number; isInternal: boolean }): AppendResult | { kind: 'error'; errorCode: number } {
    if (this.#role !== 'leader') return { kind: 'error', errorCode: this.#refusal() };
    if (options.requiredAcks === -1 && this.#state.isr.length < this.#effectiveMinIsr()) {
      return { kind: 'error', errorCode: errorCodes.NOT_ENOUGH_REPLICAS };
    }
    const endBefore = this.log.logEndOffset;
    const result = this.log.appendAsLeader(batch, { leaderEpoch: this.#state.leaderEpoch, isInternal: options.isInternal });
    if (result.kind !== 'appended') return result;
    // A follower that held everything until now was caught up until now, however long the partition was idle.
    const nowMs = this.#clock.monotonicMs();
    for (const remote of this.#remotes.values()) if (remote.logEndOffset === endBefore) remote.caughtUpMs = nowMs;
    for (const observer of this.#observers) observer.onLogEndAdvanced();
    void this.syncIfDue();
    this.#advanceHighWatermark();
    return result;
  }

  /** Calls back once when this replica itself holds what lies below `requiredOffset`: at once, unless flush.messages asks for a sync first. */
  whenHeld(requiredOffset: number, onResult: (errorCode: number) => void): void {
    if (this.#heldEnd() >= requiredOffset) onResult(errorCodes.NONE);
    else this.#heldWaiters.push({ requiredOffset, onResult });
  }

  /**
   * Syncs the log when flush.messages or flush.ms asks for it; one sync at a time, which takes all that was appended before it
   * (group commit). Resolves when nothing is left that must be synced before it counts; undefined: nothing was due.
   */
  syncIfDue(): Promise<void> | undefined {
    if (!this.log.asksForFlushes) return undefined;
    const due = this.log.flushDue(this.#clock.nowMs());
    if (due === 'before-acknowledgement') this.#syncTarget = this.log.logEndOffset;
    if (due !== undefined) this.#syncing ??= this.#sync();
    return due === 'before-acknowledgement' ? this.#syncing : undefined;
  }

  async #sync(): Promise<void> {
    try {
      do {
        await this.log.flush();
        this.#answerHeld(errorCodes.NONE);
        if (this.#role === 'leader') this.#advanceHighWatermark();
      } while (this.#heldEnd() < this.log.logEndOffset);
    } catch (error) {
      // Nothing that waits for the disk is acknowledged. What a failed sync left behind is not known, so it is not tried again.
      this.#onStorageError(error);
      this.#answerHeld(errorCodes.KAFKA_STORAGE_ERROR);
    } finally {
      this.#syncing = undefined;
    }
  }

  /** Where the log ends as far as this replica may be counted on. */
  #heldEnd(): number {
    const { logEndOffset, recoveryPoint } = this.log;
    return this.#syncTarget > 0 && this.#syncTarget > recoveryPoint ? Math.min(recoveryPoint, logEndOffset) : logEndOffset;
  }

  #answerHeld(errorCode: number): void {
    if (this.#heldWaiters.length === 0) return;
    const heldEnd = this.#heldEnd();
    const isDone = ({ requiredOffset }: AckWaiter): boolean => errorCode !== errorCodes.NONE || requiredOffset <= heldEnd;
    const done = this.#heldWaiters.filter(isDone);
    this.#heldWaiters = this.#heldWaiters.filter((waiter) => !isDone(waiter));
    for (const waiter of done) waiter.onResult(errorCode);
  }

  /** Calls back once when offsets below `requiredOffset` are on every in-sync replica, or with an error code when leadership ends. */
  whenReplicated(requiredOffset: number, onResult: (errorCode: number) => void): void {
    if (this.#role !== 'leader') {
      onResult(this.#refusal());
      return;
    }
    if (this.#highWatermark >= requiredOffset) {
      onResult(errorCodes.NONE);
      return;
    }
    const waiters = this.#ackWaiters;
    let at = waiters.length;
    while (at > 0 && (waiters[at - 1] as AckWaiter).requiredOffset > requiredOffset) at--;
    if (at === waiters.length) waiters.push({ requiredOffset, onResult });
    else waiters.splice(at, 0, { requiredOffset, onResult });
  }

  /**
   * DeleteRecords: drops what lies below `offset` (at most the high watermark) here, and calls back once when every live replica has
   * dropped it, or with an error code when leadership ends.
   */
  deleteRecordsBefore(offset: number, onResult: (errorCode: number) => void): void {
    this.log.incrementLogStartOffset(offset);
    this.#deletionWaiters.push({ offset, onResult });
    // Followers learn of it from the answer to a fetch; one that is parked need not wait for data.
    for (const observer of this.#observers) observer.onLogStartAdvanced();
    this.#answerDeletions();
  }

  #answerDeletions(errorCode: number = errorCodes.NONE): void {
    if (this.#deletionWaiters.length === 0) return;
    const low = this.lowWatermark;
    const isDone = ({ offset }: DeletionWaiter): boolean => errorCode !== errorCodes.NONE || offset <= low;
    const done = this.#deletionWaiters.filter(isDone);
    this.#deletionWaiters = this.#deletionWaiters.filter((waiter) => !isDone(waiter));
    for (const waiter of done) waiter.onResult(errorCode);
  }

  /** A follower asks for `fetchOffset`, so it holds everything below. False: it does not count (no replica of this partition, or out of date). */
  followerFetched(options: { brokerId: number; brokerEpoch: number; fetchOffset: number; logStartOffset: number }): boolean {
    const remote = this.#remotes.get(options.brokerId);
    if (remote === undefined) return false;
    // A fetch of an earlier incarnation says nothing about what the broker holds now; one beyond our end is answered with an error.
    if (options.brokerEpoch !== -1 && options.brokerEpoch < remote.brokerEpoch) return false;
    const leaderEnd = this.log.logEndOffset;
    if (options.fetchOffset > leaderEnd) return false;
    const nowMs = this.#clock.monotonicMs();
    if (options.fetchOffset >= leaderEnd) remote.caughtUpMs = nowMs;
    else if (options.fetchOffset >= remote.lastFetchLeaderEnd && remote.lastFetchLeaderEnd >= 0) {
      remote.caughtUpMs = Math.max(remote.caughtUpMs, remote.lastFetchMs);
    }
    remote.brokerEpoch = options.brokerEpoch;
    remote.lastFetchMs = nowMs;
    remote.lastFetchLeaderEnd = leaderEnd;
    const moved = remote.logEndOffset !== options.fetchOffset;
    remote.logEndOffset = options.fetchOffset;
    if (options.logStartOffset > remote.logStartOffset) {
      remote.logStartOffset = options.logStartOffset;
      this.#answerDeletions();
    }
    if (!this.#maximalIsr.has(remote.brokerId)) this.#maybeExpandIsr(remote);
    if (moved) this.#advanceHighWatermark();
    return true;
  }

  /**
   * Asks for the next follower that may join the ISR. What it was known to hold it still holds, as long as it is the same
   * incarnation in the same leader epoch; so also when a broker is unfenced whose fetch of an idle partition came before.
   */
  expandIsr(): void {
    if (this.#role !== 'leader' || this.#maximalIsr.size === this.#state.replicas.length) return;
    const nowMs = this.#clock.monotonicMs();
    for (const remote of this.#remotes.values()) {
      if (!this.#maximalIsr.has(remote.brokerId) && this.#isCaughtUp(remote.brokerId, nowMs)) this.#maybeExpandIsr(remote);
    }
  }

  /** Drops followers from the ISR that were not caught up for replica.lag.time.max.ms. Called periodically. */
  shrinkIsr(): void {
    if (this.#role !== 'leader') return;
    // A broker that was fenced meanwhile holds up no deletion.
    this.#answerDeletions();
    // A replica outside the ISR that held the watermark while it was caught up may hold it no longer.
    this.#advanceHighWatermark();
    if (this.#pendingIsr !== undefined) return;
    const nowMs = this.#clock.monotonicMs();
    const stuck = this.#state.isr.filter((id) => id !== this.#view.brokerId && !this.#isCaughtUp(id, nowMs));
    if (stuck.length > 0) this.#requestIsr(this.#state.isr.filter((id) => !stuck.includes(id)));
  }

  /** min.insync.replicas may be another one now. */
  configChanged(): void {
    if (this.#role === 'leader') this.#advanceHighWatermark();
  }

  /** The controller refused our ISR change and has not committed it; the committed ISR counts again. */
  isrChangeFailed(): void {
    this.#pendingIsr = undefined;
    this.#maximalIsr = new Set(this.#state.isr);
    if (this.#role === 'leader') this.#advanceHighWatermark();
  }

  /** Follower side: whole batches from the leader, and the leader's watermarks. */
  appendFromLeader(records: Buffer, watermarks: { highWatermark: number; logStartOffset: number }): void {
    assert(this.#role === 'follower', 'only followers append what a leader sent');
    if (records.length > 0) this.log.appendAsFollower(records);
    this.followWatermarks(watermarks);
  }

  followWatermarks(watermarks: { highWatermark: number; logStartOffset: number }): void {
    const highWatermark = Math.min(watermarks.highWatermark, this.log.logEndOffset);
    if (highWatermark > this.#highWatermark) this.#highWatermark = highWatermark;
    if (watermarks.logStartOffset > this.log.logStartOffset && watermarks.logStartOffset <= this.#highWatermark) {
      this.log.incrementLogStartOffset(watermarks.logStartOffset);
    }
  }

  /**
   * Follower side: the logs diverge above `offset` (KIP-595). Never below the high watermark as long as leaders come from
   * the ISR: `isCommittedLost` is true when it was.
   */
  truncateTo(offset: number): { isCommittedLost: boolean } {
    assert(this.#role === 'follower', 'a leader never truncates');
    const isCommittedLost = offset < this.#highWatermark;
    this.log.truncateTo(offset);
    this.#syncTarget = Math.min(this.#syncTarget, this.log.logEndOffset);
    if (this.#highWatermark > this.log.logEndOffset) this.#highWatermark = this.log.logEndOffset;
    return { isCommittedLost };
  }

  /** Follower side: nothing in common with the leader any more; starts again, empty, at `offset`. */
  restartAt(offset: number): void {
    assert(this.#role === 'follower', 'a leader never starts again');
    this.log.truncateFully(offset);
    this.#syncTarget = 0;
    this.#highWatermark = offset;
  }

  #effectiveMinIsr(): number {
    return Math.min(this.log.config.minInsyncReplicas, this.#state.replicas.length);
  }

  #becomeLeader(): void {
    this.#role = 'leader';
    this.#leaderEpochStart = this.log.logEndOffset;
    this.log.epochs.assign(this.#state.leaderEpoch, this.#leaderEpochStart);
    const nowMs = this.#clock.monotonicMs();
    this.#remotes = new Map();
    for (const id of this.#state.replicas) {
      if (id === this.#view.brokerId) continue;
      const caughtUpMs = this.#state.isr.includes(id) ? nowMs : Number.NEGATIVE_INFINITY;
      this.#remotes.set(id, { brokerId: id, brokerEpoch: -1, logEndOffset: -1, logStartOffset: -1, caughtUpMs, lastFetchMs: nowMs, lastFetchLeaderEnd: -1 });
    }
  }

  /** Why this replica serves nobody. */
  #refusal(): number {
    return this.isOffline ? errorCodes.KAFKA_STORAGE_ERROR : errorCodes.NOT_LEADER_OR_FOLLOWER;
  }

  #becomeFollower(role: 'follower' | 'offline' = 'follower'): void {
    this.#role = role;
    const errorCode = this.#refusal();
    this.#remotes.clear();
    this.#maximalIsr.clear();
    // What a follower has yet to sync it syncs before it fetches on.
    this.#syncTarget = 0;
    const waiters = this.#ackWaiters;
    this.#ackWaiters = [];
    for (const waiter of waiters) waiter.onResult(errorCode);
    this.#answerHeld(errorCode);
    this.#answerDeletions(errorCode);
    for (const observer of [...this.#observers]) observer.onLeadershipLost();
  }

  #keepRemotes(): void {
    for (const id of this.#remotes.keys()) if (!this.#state.replicas.includes(id)) this.#remotes.delete(id);
  }

  #isCaughtUp(brokerId: number, nowMs: number): boolean {
    const remote = this.#remotes.get(brokerId);
    if (remote === undefined) return false;
    return remote.logEndOffset === this.log.logEndOffset || nowMs - remote.caughtUpMs <= this.#settings.replicaLagTimeMaxMs;
  }

  #maybeExpandIsr(remote: RemoteReplica): void {
    if (this.#pendingIsr !== undefined || this.#role !== 'leader') return;
    const holdsEnough = remote.logEndOffset >= this.#highWatermark && remote.logEndOffset >= this.#leaderEpochStart;
    if (!holdsEnough || !this.#view.isEligibleForIsr(remote.brokerId, remote.brokerEpoch)) return;
    this.#requestIsr([...this.#state.isr, remote.brokerId]);
  }

  #requestIsr(isr: readonly number[]): void {
    this.#pendingIsr = isr;
    this.#maximalIsr = new Set([...this.#state.isr, ...isr]);
    const { topicId, partition, leaderEpoch, partitionEpoch } = this.#state;
    const members = isr.map((brokerId) => ({ brokerId, brokerEpoch: this.#remotes.get(brokerId)?.brokerEpoch ?? -1 }));
    this.#view.requestIsrChange({ topicId, partition, leaderEpoch, partitionEpoch, isr: members });
  }

  #advanceHighWatermark(): void {
    if (this.#state.isr.length < this.#effectiveMinIsr()) return;
    let candidate = this.#heldEnd();
    let nowMs = -1;
    for (const remote of this.#remotes.values()) {
      if (remote.logEndOffset >= candidate) continue;
      if (!this.#maximalIsr.has(remote.brokerId)) {
        // A caught-up replica outside the ISR holds the watermark too, so that its return to the ISR is never unsafe.
        if (nowMs < 0) nowMs = this.#clock.monotonicMs();
        if (!this.#isCaughtUp(remote.brokerId, nowMs) || !this.#view.isEligibleForIsr(remote.brokerId, remote.brokerEpoch)) continue;
      }
      candidate = remote.logEndOffset;
    }
    if (candidate <= this.#highWatermark) return;
    this.#highWatermark = candidate;
    this.#answerAcks();
    for (const observer of this.#observers) observer.onHighWatermarkAdvanced();
  }

  #answerAcks(): void {
    const waiters = this.#ackWaiters;
    let answered = 0;
    while (answered < waiters.length && (waiters[answered] as AckWaiter).requiredOffset <= this.#highWatermark) answered++;
    if (answered === 0) return;
    for (const waiter of waiters.splice(0, answered)) waiter.onResult(errorCodes.NONE);
  }
}
