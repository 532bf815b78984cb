/**
 * What one reader (consumer or follower) reads: its partitions, where it stands in each, and which of them have news.
 * An incremental session (KIP-227) lives as long as its connection; a sessionless fetch is a session of one request.
 * Only partitions with news are looked at again, so an idle partition costs nothing.
 */
import type { Partition, PartitionObserver } from '../replication/partition.ts';

export interface FetchPosition {
  fetchOffset: number;
  maxBytes: number;
  currentLeaderEpoch: number;
  lastFetchedEpoch: number;
  /** Of a follower's own log; -1 of a consumer. */
  logStartOffset: number;
}

export class FetchTarget implements PartitionObserver {
  readonly session: FetchSession;
  readonly topic: string;
  readonly topicId: Buffer;
  readonly index: number;
  position: FetchPosition;
  partition: Partition | undefined;
  /** What the reader was told last; an incremental answer names a partition again only when this changes. */
  sentHighWatermark = -1;
  sentLogStart = -1;
  sentLastStable = -1;

  constructor(options: { session: FetchSession; topic: string; topicId: Buffer; index: number; position: FetchPosition }) {
    this.session = options.session;
    this.topic = options.topic;
    this.topicId = options.topicId;
    this.index = options.index;
    this.position = options.position;
  }

  /** Follows another or no partition object (deleted and created again, or not here). */
  attach(partition: Partition | undefined): void {
    if (this.partition === partition) return;
    this.partition?.unobserve(this);
    this.partition = partition;
    partition?.observe(this);
  }

  onLogEndAdvanced(): void {
    if (this.session.isFollower) this.session.hasNews(this, true);
  }

  onHighWatermarkAdvanced(): void {
    // A follower learns the high watermark with its next data; waking it for that alone would cause fetch storms.
    this.session.hasNews(this, !this.session.isFollower);
  }

  onLogStartAdvanced(): void {
    if (this.session.isFollower) this.session.hasNews(this, true);
  }

  onLeadershipLost(): void {
    this.session.hasNews(this, true);
  }
}

export class FetchSession {
  readonly id: number;
  readonly isFollower: boolean;
  /** Epoch that the next request must carry. */
  nextEpoch = 1;
  readonly targets = new Map<string, FetchTarget>();
  /** Partitions to look at, in the order in which they got news: those just served go to the back. */
  readonly news = new Set<FetchTarget>();
  /** Set while a request is parked. */
  onNews: (() => void) | undefined;

  constructor(options: { id: number; isFollower: boolean }) {
    this.id = options.id;
    this.isFollower = options.isFollower;
  }

  hasNews(target: FetchTarget, wakes: boolean): void {
    this.news.add(target);
    if (wakes) this.onNews?.();
  }

  remove(key: string): void {
    const target = this.targets.get(key);
    if (target === undefined) return;
    target.attach(undefined);
    this.targets.delete(key);
    this.news.delete(target);
  }

  close(): void {
    for (const target of this.targets.values()) target.attach(undefined);
    this.targets.clear();
    this.news.clear();
    this.onNews = undefined;
  }
}
