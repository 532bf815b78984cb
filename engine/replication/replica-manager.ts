/**
 * All replicas of this broker: opens and closes their logs, hands them the controller's decisions, keeps one fetcher
 * per other leader, drops stuck followers from ISRs, and checkpoints high watermarks, log starts and recovery points.
 * When the disk fails under the log directory, all of them go offline until the broker is started again: what a failed write or
 * sync left behind is not known (Kafka does the same).
 * Checkpoints may lag: a killed broker opens with older ones, never with ones of records that it does not hold.
 */
import { StorageError, type Endpoint, type Environment, type Timer } from '../environment.ts';
import type { LogDirectory } from '../log/log-directory.ts';
import type { LogConfig } from '../log/log-config.ts';
import { readPartitionMetadata, type CheckpointName } from '../log/log-directory.ts';
import { LogCleaner, type CleanerSettings } from '../log/compaction/log-cleaner.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { Partition, type ClusterView } from './partition.ts';
import type { PartitionState } from './partition-state.ts';
import { ReplicaFetcher, type FetcherSettings } from './replica-fetcher.ts';

export interface ReplicaSettings extends FetcherSettings {
  readonly replicaLagTimeMaxMs: number;
  /** replica.high.watermark.checkpoint.interval.ms */
  readonly highWatermarkCheckpointMs: number;
  /** log.retention.check.interval.ms */
  readonly retentionCheckMs: number;
  readonly cleaner: CleanerSettings;
}

export interface ReplicaCluster extends ClusterView {
  brokerEpoch(): number;
  endpointOf(brokerId: number): Endpoint | undefined;
  topicConfig(topic: string): LogConfig;
}

const RESOURCE_CHECK_MS = 30_000;
const RESOURCE_WARNING_SHARE = 0.8;

export type LeadershipListener = (partition: Partition, isLeader: boolean) => void;

export class ReplicaManager {
  readonly #environment: Environment;
  readonly #directory: LogDirectory;
  readonly #settings: ReplicaSettings;
  readonly #cluster: ReplicaCluster;
  readonly #byName = new Map<string, Partition[]>();
  readonly #byId = new Map<string, Partition[]>();
  readonly #fetchers = new Map<number, ReplicaFetcher>();
  readonly #highWatermarks: Map<string, number>;
  readonly #recoveryPoints: Map<string, number>;
  readonly #logStarts: Map<string, number>;
  readonly #cleanOffsets: Map<string, number>;
  readonly #cleaner: LogCleaner;
  /** Checkpoints on the disk that hold what is in memory, so that an idle broker writes nothing. */
  readonly #isWritten = new Set<CheckpointName>();
  readonly #wasClean: boolean;
  readonly #onLeadership: LeadershipListener;
  readonly #onDirectoryFailed: () => void;
  #failure: StorageError | undefined;
  /** Names of what was near its limit at the last check. */
  readonly #nearLimit = new Set<string>();
  #timers: Timer[] = [];
  #isClosed = false;

  constructor(options: {
    environment: Environment;
    directory: LogDirectory;
    settings: ReplicaSettings;
    cluster: ReplicaCluster;
    onLeadership: LeadershipListener;
    onDirectoryFailed: () => void;
  }) {
    this.#environment = options.environment;
    this.#directory = options.directory;
    this.#settings = options.settings;
    this.#cluster = options.cluster;
    this.#onLeadership = options.onLeadership;
    this.#onDirectoryFailed = options.onDirectoryFailed;
    this.#wasClean = this.#directory.takeCleanShutdownMarker();
    this.#highWatermarks = this.#directory.readCheckpoint('replication-offset-checkpoint');
    this.#recoveryPoints = this.#directory.readCheckpoint('recovery-point-offset-checkpoint');
    this.#logStarts = this.#directory.readCheckpoint('log-start-offset-checkpoint');
    this.#cleanOffsets = this.#directory.readCheckpoint('cleaner-offset-checkpoint');
    this.#cleaner = new LogCleaner(this.#environment, {
      settings: this.#settings.cleaner,
      logs: () => this.partitions(),
      onCompacted: () => this.#guarded(() => this.#checkpointCleanOffsets({ durable: true })),
      onStorageError: (error) => this.noteFailure(error),
    });
    this.#repeat(this.#settings.replicaLagTimeMaxMs / 2, () =>
      this.#forEach((partition) => {
        partition.shrinkIsr();
        partition.expandIsr();
      }),
    );
    this.#repeat(this.#settings.highWatermarkCheckpointMs, () => {
      this.#forEach((partition) => void partition.syncIfDue());
      this.checkpoint({ durable: false });
    });
    this.#repeat(this.#settings.retentionCheckMs, () => this.#applyRetention());
    this.#repeat(RESOURCE_CHECK_MS, () => this.#checkResources());
  }

  /** The disk under the log directory failed, and why. */
  get failure(): StorageError | undefined {
    return this.#failure;
  }

  /** Something went wrong with a log: when the disk is at fault, the directory goes offline. */
  noteFailure(error: unknown): void {
    if (!(error instanceof StorageError) || !error.isOfDisk || this.#failure !== undefined || this.#isClosed) return;
    this.#failure = error;
    const partitions = this.partitions();
    this.#environment.log(
      `log directory ${this.#directory.path} failed (${error.message}): its ${partitions.length} partitions are offline here until the broker is started again on a disk that works`,
    );
    this.#cleaner.close();
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    for (const partition of partitions) partition.goOffline();
    this.#onDirectoryFailed();
  }

  partition(topic: string, index: number): Partition | undefined {
    return this.#byName.get(topic)?.[index];
  }

  partitionById(topicId: string, index: number): Partition | undefined {
    return this.#byId.get(topicId)?.[index];
  }

  partitions(): Partition[] {
    const all: Partition[] = [];
    this.#forEach((partition) => all.push(partition));
    return all;
  }

  /** Applies one partition's newest state. Partitions without a replica here are ignored, removed ones closed. */
  apply(state: PartitionState): void {
    if (this.#isClosed || this.#failure !== undefined) return;
    const isHere = state.replicas.includes(this.#cluster.brokerId);
    let partition = this.partitionById(state.topicId, state.partition);
    if (!isHere) {
      if (partition !== undefined) this.#remove(partition);
      return;
    }
    const isNew = partition === undefined;
    partition ??= this.#open(state);
    const wasLeader = partition.isLeader;
    const epochBefore = partition.leaderEpoch;
    const leaderBefore = partition.state.leader;
    partition.apply(state);
    if (partition.isLeader) {
      if (!wasLeader) this.#unfollow(partition);
    } else {
      if (leaderBefore !== partition.state.leader) this.#unfollow(partition);
      // An ISR change is no news to a follower: its fetch goes on waiting.
      if (isNew || wasLeader || leaderBefore !== partition.state.leader || epochBefore !== partition.leaderEpoch) this.#follow(partition);
    }
    if (partition.isLeader !== wasLeader || (partition.isLeader && epochBefore !== partition.leaderEpoch)) {
      this.#onLeadership(partition, partition.isLeader);
    }
  }

  removeTopic(topicId: string): void {
    for (const partition of this.#byId.get(topicId) ?? []) if (partition !== undefined) this.#remove(partition);
  }

  /** A topic's configuration changed: its open logs take it. */
  reconfigure(topic: string): void {
    const config = this.#cluster.topicConfig(topic);
    for (const partition of this.#byName.get(topic) ?? []) {
      partition?.log.setConfig(config);
      partition?.configChanged();
    }
  }

  /**
   * Deletes what topics left here that went while this broker was away. Called once the metadata are caught up with.
   * When no log here belongs to a topic of this cluster, the metadata are suspected and not the logs: all stay.
   */
  removeStrays(isKnown: (topicId: string) => boolean): void {
    const stored = this.#directory.listPartitions().filter((each) => each.topicId !== undefined);
    const strays = stored.filter((each) => !isKnown((each.topicId as Buffer).toString('hex')));
    if (strays.length > 0 && strays.length === stored.length) {
      this.#environment.log(`${this.#directory.path}: none of the ${stored.length} logs belongs to a topic of this cluster; they are left alone`);
      return;
    }
    for (const { topic, partition } of strays) {
      this.#environment.log(`${topic}-${partition}: the topic was deleted; its log is removed`);
      this.#directory.deletePartition(topic, partition);
      this.#forgetCheckpoints(topic, partition);
    }
  }

  /** A broker came, went or moved: fetchers reconnect, followers without a fetcher get one. */
  brokersChanged(): void {
    for (const [leaderId, fetcher] of this.#fetchers) {
      const endpoint = this.#cluster.endpointOf(leaderId);
      if (endpoint !== undefined) fetcher.setEndpoint(endpoint);
    }
    this.#forEach((partition) => {
      partition.expandIsr();
      const { leader } = partition.state;
      if (!partition.isLeader && leader >= 0 && !this.#fetchers.has(leader)) this.#follow(partition);
    });
  }

  checkpoint(options: { durable: boolean }): void {
    const { durable } = options;
    this.#writeCheckpoint('replication-offset-checkpoint', { durable, known: this.#highWatermarks, offsetOf: (partition) => partition.highWatermark });
    this.#writeCheckpoint('log-start-offset-checkpoint', { durable, known: this.#logStarts, offsetOf: (partition) => partition.log.logStartOffset });
    this.#writeCheckpoint('recovery-point-offset-checkpoint', { durable, known: this.#recoveryPoints, offsetOf: (partition) => partition.log.recoveryPoint });
    this.#checkpointCleanOffsets(options);
  }

  /** Of compacted topics only. */
  #checkpointCleanOffsets(options: { durable: boolean }): void {
    const offsetOf = (partition: Partition): number | undefined => (partition.log.config.cleanupPolicy.includes('compact') ? partition.log.cleanOffset : undefined);
    this.#writeCheckpoint('cleaner-offset-checkpoint', { ...options, known: this.#cleanOffsets, offsetOf });
  }

  /**
   * Clean stop: logs synced and closed, then checkpoints, then the clean-shutdown marker. When the disk fails, or with
   * `isKept` false (the data are about to be deleted), there is no marker and a next start checks the logs.
   */
  async close(options: { brokerEpoch: number; isKept: boolean }): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#cleaner.close();
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    const partitions = this.partitions();
    for (const partition of partitions) partition.close();
    let isSynced = options.isKept && this.#failure === undefined;
    try {
      if (isSynced) for (const partition of partitions) await partition.log.flush();
    } catch (error) {
      isSynced = false;
      this.#environment.log(`a log could not be synced at the stop; the next start checks all logs: ${String(error)}`);
    }
    for (const partition of partitions) partition.log.close({ clean: isSynced });
    if (!isSynced) return;
    this.checkpoint({ durable: true });
    this.#directory.writeCleanShutdownMarker(options.brokerEpoch);
  }

  /** `known` keeps what was read at the start for partitions that are not open yet. */
  #writeCheckpoint(name: CheckpointName, options: { known: Map<string, number>; offsetOf: (partition: Partition) => number | undefined; durable: boolean }): void {
    const { known, offsetOf, durable } = options;
    let isChanged = !this.#isWritten.has(name);
    this.#forEach((partition) => {
      const key = `${partition.topic} ${partition.index}`;
      const offset = offsetOf(partition);
      if (offset === undefined || known.get(key) === offset) return;
      known.set(key, offset);
      isChanged = true;
    });
    if (!isChanged && !durable) return;
    this.#directory.writeCheckpoint(name, known, { durable });
    this.#isWritten.add(name);
  }

  #forgetCheckpoints(topic: string, partition: number): void {
    for (const checkpoint of [this.#highWatermarks, this.#recoveryPoints, this.#logStarts, this.#cleanOffsets]) checkpoint.delete(`${topic} ${partition}`);
    this.#isWritten.clear();
  }

  #open(state: PartitionState): Partition {
    const name = `${state.topic} ${state.partition}`;
    this.#dropOtherTopic(state);
    const recoveryPoint = this.#recoveryPoints.get(name);
    const logStartOffset = this.#logStarts.get(name);
    const cleanOffset = this.#cleanOffsets.get(name);
    const log = PartitionLog.open(this.#environment, {
      directory: this.#directory.partitionPath(state.topic, state.partition),
      topic: state.topic,
      partition: state.partition,
      topicId: Buffer.from(state.topicId, 'hex'),
      config: this.#cluster.topicConfig(state.topic),
      cleanShutdown: this.#wasClean,
      ...(recoveryPoint === undefined ? {} : { recoveryPoint }),
      ...(logStartOffset === undefined ? {} : { logStartOffset }),
      ...(cleanOffset === undefined ? {} : { cleanOffset }),
    });
    if (log.recovery.truncatedBytes > 0) {
      this.#environment.log(
        `${state.topic}-${state.partition}: recovery dropped ${log.recovery.truncatedBytes} bytes behind offset ${log.logEndOffset} (${log.recovery.reason ?? 'torn tail'})`,
      );
    }
    const partition = new Partition({
      log,
      clock: this.#environment.clock,
      view: this.#cluster,
      settings: { replicaLagTimeMaxMs: this.#settings.replicaLagTimeMaxMs },
      state,
      checkpointedHighWatermark: this.#highWatermarks.get(name) ?? 0,
      onStorageError: (error) => {
        this.#environment.log(`${state.topic}-${state.partition}: cannot be synced: ${String(error)}`);
        this.noteFailure(error);
      },
    });
    indexed(this.#byName, state.topic)[state.partition] = partition;
    indexed(this.#byId, state.topicId)[state.partition] = partition;
    return partition;
  }

  /** The directory and checkpoints of a topic that had this name before, or none: they say nothing about this one. */
  #dropOtherTopic(state: PartitionState): void {
    const path = this.#directory.partitionPath(state.topic, state.partition);
    const storedId = readPartitionMetadata(this.#environment, path)?.toString('hex');
    if (storedId === state.topicId) return;
    if (storedId !== undefined) {
      this.#environment.log(`${state.topic}-${state.partition}: was deleted and created again; the old log is removed`);
      this.#directory.deletePartition(state.topic, state.partition);
    }
    this.#forgetCheckpoints(state.topic, state.partition);
  }

  #remove(partition: Partition): void {
    const { topic, topicId } = partition.state;
    this.#unfollow(partition);
    const wasLeader = partition.isLeader;
    partition.close();
    if (wasLeader) this.#onLeadership(partition, false);
    partition.log.close({ clean: true });
    this.#directory.deletePartition(topic, partition.index);
    this.#forgetCheckpoints(topic, partition.index);
    delete this.#byId.get(topicId)?.[partition.index];
    if (this.#byName.get(topic)?.[partition.index] === partition) delete this.#byName.get(topic)?.[partition.index];
  }

  #follow(partition: Partition): void {
    const { leader } = partition.state;
    if (leader < 0 || leader === this.#cluster.brokerId || this.#isClosed) return;
    let fetcher = this.#fetchers.get(leader);
    if (fetcher === undefined) {
      const endpoint = this.#cluster.endpointOf(leader);
      if (endpoint === undefined) return;
      fetcher = new ReplicaFetcher({
        environment: this.#environment,
        settings: this.#settings,
        leaderId: leader,
        endpoint,
        brokerEpoch: () => this.#cluster.brokerEpoch(),
        onStorageError: (error) => this.noteFailure(error),
      });
      this.#fetchers.set(leader, fetcher);
    }
    fetcher.follow(partition);
  }

  #unfollow(partition: Partition): void {
    for (const fetcher of this.#fetchers.values()) fetcher.unfollow(partition);
  }

  /** Said before a limit is met, when there is still something to be done; once, until it is better. */
  #checkResources(): void {
    for (const { name, used, limit, remedy } of this.#environment.files.resourceUse?.() ?? []) {
      const isNear = used > RESOURCE_WARNING_SHARE * limit;
      if (isNear && !this.#nearLimit.has(name)) {
        this.#environment.log(`${used} of ${limit} ${name} are in use by ${this.partitions().length} partitions: raise the limit (${remedy}) or have fewer partitions; at the limit the log directory fails`);
      }
      if (isNear) this.#nearLimit.add(name);
      else this.#nearLimit.delete(name);
    }
  }

  #applyRetention(): void {
    const nowMs = this.#environment.clock.nowMs();
    this.#forEach((partition) => partition.log.applyRetention(nowMs, partition.highWatermark));
  }

  #forEach(visit: (partition: Partition) => void): void {
    for (const partitions of this.#byId.values()) {
      for (const partition of partitions) if (partition !== undefined) visit(partition);
    }
  }

  /** Nobody waits for what timers do: a disk that fails there is noted, and ends nothing. */
  #guarded(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#environment.log(`a task on ${this.#directory.path} failed: ${error.message}`);
      this.noteFailure(error);
    }
  }

  #repeat(intervalMs: number, task: () => void): void {
    const at = this.#timers.length;
    const arm = (): void => {
      this.#timers[at] = this.#environment.clock.setTimer(intervalMs, () => {
        if (this.#isClosed || this.#failure !== undefined) return;
        this.#guarded(task);
        arm();
      });
    };
    arm();
  }
}

function indexed(map: Map<string, Partition[]>, key: string): Partition[] {
  let list = map.get(key);
  if (list === undefined) map.set(key, (list = []));
  return list;
}
