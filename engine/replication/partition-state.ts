/** What the controller decided about one partition (KRaft PartitionRecord): who leads, who is in sync. */
export interface PartitionState {
  readonly topic: string;
  /** 32 hex digits. */
  readonly topicId: string;
  readonly partition: number;
  readonly replicas: readonly number[];
  /** In-sync replicas; never empty. */
  readonly isr: readonly number[];
  /** Broker id, or -1 while no in-sync replica lives. */
  readonly leader: number;
  /** Raised at each change of leader. */
  readonly leaderEpoch: number;
  /** Raised at each change of this record. */
  readonly partitionEpoch: number;
}

/** What a leader asks the controller to commit (AlterPartition, KIP-497). */
export interface IsrChange {
  readonly topicId: string;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  /** Broker epochs are those that the members' fetches carried (KIP-903); -1: not known. */
  readonly isr: readonly { readonly brokerId: number; readonly brokerEpoch: number }[];
}
