/** What keeps a live cluster from being the planned one, as plain data: each difference with what to do, what that risks, and the commands. */

export interface PlanDiff {
  readonly schemaVersion: 1;
  readonly plan: string;
  readonly bootstrap: string;
  readonly clusterId: string;
  /** By id; replicas and leaders are those of the planned topics. */
  readonly brokers: readonly DiffBroker[];
  readonly brokersPlanned: number;
  /** How many settings were compared. */
  readonly compared: number;
  /** In the order in which to act. */
  readonly differences: readonly PlanDifference[];
  /** What is no difference, and still worth knowing. */
  readonly notes: readonly string[];
}

export interface DiffBroker {
  readonly id: number;
  readonly rack: string | null;
  readonly replicas: number;
  readonly leaders: number;
  /** Replicas of every topic of the cluster. */
  readonly replicasOfAll: number;
}

export interface PlanDifference {
  /** `brokers`, `clickstream.partitions`, `clickstream.retention.ms`. */
  readonly id: string;
  readonly what: string;
  readonly live: string;
  readonly planned: string;
  /** One sentence: what to do. */
  readonly remedy: string;
  /** One sentence: what may go wrong by doing it. */
  readonly risk: string;
  /** For a POSIX shell, as they are. Empty: nothing that a command does. */
  readonly commands: readonly string[];
}
