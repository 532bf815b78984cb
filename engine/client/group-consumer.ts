/**
 * One member of a consumer group: takes its share of the partitions, hands whole batches over as they come, commits what it handed over.
 * At least once: after a crash the next owner reads again what was not committed. With isolation.level=read_committed no batch of an aborted
 * transaction is handed over.
 */
import type { Timer } from '../environment.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { ConsumerConfig } from './consumer-config.ts';
import { CoordinatorLink } from './group/coordinator-link.ts';
import { GroupOffsets } from './group/group-offsets.ts';
import { Membership, type JoinReason } from './group/membership.ts';
import { PartitionFetcher } from './group/partition-fetcher.ts';
import type { TopicPartition } from './group/subscription.ts';
import { ConnectionLostError } from './kafka-connection.ts';

export interface GroupConsumerEvents {
  /** `records`: whole batches, lent until this returns; the first may start before the position. */
  readonly onBatches: (topic: string, partition: number, records: Buffer, highWatermark: number) => void;
  /** Before each join, when the member has given up what it does not keep. */
  readonly onRejoining?: (reason: JoinReason) => void;
  /** After each rebalance: all that the member has now. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => void;
  /** The member has left the group because it was not polled for max.poll.interval.ms. */
  readonly onPollExpired?: () => void;
  /** The member gave up; it reads nothing any more. Before `start` resolved, `start` rejects instead. */
  readonly onFailed?: (error: Error) => void;
}

export class GroupConsumer {
  readonly #client: ClusterClient;
  readonly #config: ConsumerConfig;
  readonly #events: GroupConsumerEvents;
  readonly #link: CoordinatorLink;
  readonly #offsets: GroupOffsets;
  readonly #fetcher: PartitionFetcher;
  /** Incremental rebalances (KIP-429): what stays is read on meanwhile. As in Java, only when every assignor can. */
  readonly #isCooperative: boolean;
  #owned: readonly TopicPartition[] = [];
  /** By `topic-partition`. */
  readonly #committed = new Map<string, number>();
  #membership: Membership | undefined;
  #commitTimer: Timer | undefined;
  #pollTimer: Timer | undefined;
  #isClosed = false;

  constructor(client: ClusterClient, config: ConsumerConfig, events: GroupConsumerEvents) {
    this.#client = client;
    this.#config = config;
    this.#events = events;
    this.#isCooperative = config.assignors.every((name) => name === 'cooperative-sticky');
    this.#link = new CoordinatorLink(client, config['group.id'], config['retry.backoff.ms']);
    this.#offsets = new GroupOffsets(client, this.#link, config);
    this.#fetcher = new PartitionFetcher(client, config, {
      onBatches: events.onBatches,
      onOutOfRange: async (topic, partition) => (await this.#offsets.reset(topic, [partition]))[0]?.offset ?? 0,
      onFailed: (error) => this.#fail(error),
    });
  }

  /** Resolves when the group has given this member its first share. */
  start(topics: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const membership = new Membership(this.#client, {
        link: this.#link,
        config: this.#config,
        topics,
        events: {
          onRejoining: (reason) => this.#onRejoining(reason),
          onAssigned: async (partitions) => {
            const mustRejoin = await this.#onAssigned(partitions);
            resolve();
            return mustRejoin;
          },
          onLost: () => this.#drop(this.#owned),
        },
      });
      this.#membership = membership;
      this.#client.refresh(topics).then(() => membership.run()).catch((error: unknown) => {
        reject(error);
        this.#fail(error as Error);
      });
      this.#scheduleCommit();
    });
  }

  /**
   * Takes no records until `resumePolling`, as an application that is busy with the last ones: heartbeats go on, a rebalance waits for it, and after
   * max.poll.interval.ms the member leaves the group until it polls again. Also from within `onBatches`.
   */
  pausePolling(): void {
    if (this.#pollTimer !== undefined || this.#isClosed) return;
    this.#fetcher.pause();
    this.#membership?.hold();
    this.#pollTimer = this.#client.environment.clock.setTimer(this.#config['max.poll.interval.ms'], () => {
      this.#client.environment.log(`group ${this.#config['group.id']}: a member leaves: it has not polled for max.poll.interval.ms (${this.#config['max.poll.interval.ms']})`);
      this.#events.onPollExpired?.();
      this.#membership?.leaveUntilReleased().catch((error: unknown) => this.#fail(error as Error));
    });
  }

  resumePolling(): void {
    this.#pollTimer?.cancel();
    this.#pollTimer = undefined;
    this.#membership?.release();
    this.#fetcher.resume();
  }

  /** Ends without committing or leaving, as a process that is killed. */
  abandon(): void {
    this.#isClosed = true;
    this.#commitTimer?.cancel();
    this.#pollTimer?.cancel();
    this.#fetcher.close();
    this.#membership?.abandon();
  }

  /** Commits the positions of all partitions of this member. */
  async commit(): Promise<void> {
    const membership = this.#membership;
    if (membership === undefined) return;
    const moved = this.#fetcher.offsets().filter(({ topic, partition, offset }) => this.#committed.get(`${topic}-${partition}`) !== offset);
    await this.#offsets.commit(moved, membership.generation);
    for (const { topic, partition, offset } of moved) this.#committed.set(`${topic}-${partition}`, offset);
  }

  /** Commits (with enable.auto.commit) and leaves the group. The cluster client stays open. Idempotent. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#commitTimer?.cancel();
    this.#pollTimer?.cancel();
    try {
      await this.#commitOwn();
    } finally {
      this.#fetcher.close();
      await this.#membership?.leave();
    }
  }

  async #onRejoining(reason: JoinReason): Promise<readonly TopicPartition[]> {
    await this.#commitOwn();
    if (!this.#isCooperative) this.#drop(this.#owned);
    this.#events.onRejoining?.(reason);
    return this.#owned;
  }

  async #onAssigned(partitions: readonly TopicPartition[]): Promise<boolean> {
    const has = (list: readonly TopicPartition[], { topic, partition }: TopicPartition): boolean => list.some((each) => each.topic === topic && each.partition === partition);
    const revoked = this.#owned.filter((each) => !has(partitions, each));
    const added = partitions.filter((each) => !has(this.#owned, each));
    if (revoked.length > 0) await this.#commitOwn();
    this.#drop(revoked);
    const membership = this.#membership as Membership;
    const offsets = await this.#offsets.startingPoints(added, membership.generation);
    for (const { topic, partition, offset } of offsets) this.#committed.set(`${topic}-${partition}`, offset);
    this.#owned = partitions;
    if (this.#isClosed) return false;
    this.#fetcher.add(offsets);
    this.#events.onAssigned?.(partitions);
    return this.#isCooperative && revoked.length > 0;
  }

  #drop(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      this.#fetcher.remove(topic, partition);
      this.#committed.delete(`${topic}-${partition}`);
    }
    this.#owned = this.#owned.filter((each) => !partitions.includes(each));
  }

  /** A commit that fails costs reading again, not more. */
  async #commitOwn(): Promise<void> {
    if (!this.#config['enable.auto.commit']) return;
    try {
      await this.commit();
    } catch (error) {
      if (!(error instanceof ConnectionLostError)) throw error;
      this.#client.environment.log(`group ${this.#config['group.id']}: commit failed: ${error.message}`);
    }
  }

  #scheduleCommit(): void {
    if (!this.#config['enable.auto.commit'] || this.#isClosed) return;
    this.#commitTimer = this.#client.environment.clock.setTimer(this.#config['auto.commit.interval.ms'], () => {
      this.#commitOwn().then(() => this.#scheduleCommit(), (error: unknown) => this.#fail(error as Error));
    });
  }

  #fail(error: Error): void {
    if (this.#isClosed || this.#client.isClosed) return;
    this.#isClosed = true;
    this.#commitTimer?.cancel();
    this.#fetcher.close();
    this.#client.environment.log(`group ${this.#config['group.id']}: a member gave up: ${error.message}`);
    this.#events.onFailed?.(error);
  }
}
