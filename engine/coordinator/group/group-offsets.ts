/**
 * The committed offsets of one group, and which partitions have a commit on its way to the log.
 * An offset is here only after its record was replicated.
 */

export interface CommittedOffset {
  readonly offset: number;
  /** -1: unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** Set by commits with a retention time of their own (OffsetCommit v2-4). */
  readonly expireTimestampMs: number | undefined;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export class GroupOffsets {
  private readonly committed = new Map<string, Map<number, CommittedOffset>>();
  private readonly inFlight = new Map<string, Map<number, number>>();

  get(topic: string, partition: number): CommittedOffset | undefined {
    return this.committed.get(topic)?.get(partition);
  }

  set(topic: string, partition: number, committed: CommittedOffset): void {
    let partitions = this.committed.get(topic);
    if (partitions === undefined) this.committed.set(topic, (partitions = new Map<number, CommittedOffset>()));
    partitions.set(partition, committed);
  }

  delete(topic: string, partition: number): void {
    const partitions = this.committed.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) this.committed.delete(topic);
  }

  topics(): ReadonlyMap<string, ReadonlyMap<number, CommittedOffset>> {
    return this.committed;
  }

  get isEmpty(): boolean {
    return this.committed.size === 0 && this.inFlight.size === 0;
  }

  commitStarted({ topic, partition }: TopicPartition): void {
    let partitions = this.inFlight.get(topic);
    if (partitions === undefined) this.inFlight.set(topic, (partitions = new Map<number, number>()));
    partitions.set(partition, (partitions.get(partition) ?? 0) + 1);
  }

  commitEnded({ topic, partition }: TopicPartition): void {
    const partitions = this.inFlight.get(topic);
    const count = (partitions?.get(partition) ?? 1) - 1;
    if (count > 0) partitions?.set(partition, count);
    else partitions?.delete(partition);
    if (partitions?.size === 0) this.inFlight.delete(topic);
  }

  hasCommitInFlight({ topic, partition }: TopicPartition): boolean {
    return this.inFlight.get(topic)?.has(partition) ?? false;
  }

  /** Everything a deletion of the group has to bury: committed or about to be. */
  allPartitions(): TopicPartition[] {
    const all: TopicPartition[] = [];
    for (const [topic, partitions] of this.committed) {
      for (const partition of partitions.keys()) all.push({ topic, partition });
    }
    for (const [topic, partitions] of this.inFlight) {
      for (const partition of partitions.keys()) {
        if (this.get(topic, partition) === undefined) all.push({ topic, partition });
      }
    }
    return all;
  }
}
