/** A running cluster as far as a plan can be held against it. */

export interface LiveCluster {
  readonly clusterId: string;
  /** That the controller counts as alive. */
  readonly brokers: readonly { readonly id: number; readonly rack: string | null }[];
  /** Every topic, for how full the brokers are. */
  readonly topics: readonly LiveTopic[];
}

export interface LiveTopic {
  readonly name: string;
  readonly partitions: readonly LivePartition[];
  /** By Kafka's names, defaults included; empty for a topic that no plan names. */
  readonly configs: Readonly<Record<string, string>>;
}

export interface LivePartition {
  readonly index: number;
  /** -1: nobody leads. */
  readonly leaderId: number;
  /** The preferred leader first. */
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}
