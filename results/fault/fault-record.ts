/**
 * Faults in a stored run: what was to be done and when, and what clients, in-sync sets and groups saw of each. Plain data, as all of run.ts.
 * `atSeconds` counts from the beginning of the measured window, times named `...Ms` from the start of the load; null: not seen, or not known.
 */

/** `leader`: of the most partitions, if possible not the controller; `follower`: of the fewest, if possible not the controller; a number: by its id. */
export type BrokerChoice = 'leader' | 'follower' | 'controller' | 'all' | number;

/** `clients`: whoever is no broker. */
export type LinkEnd = Exclude<BrokerChoice, 'all'> | 'clients' | 'everybody';

export type BrokerFaultConfiguration =
  /** kill -9; started again after `forSeconds`. */
  | { readonly kind: 'kill'; readonly atSeconds: number; readonly forSeconds: number; readonly broker: BrokerChoice }
  /** A clean stop (SIGTERM); started again after `forSeconds`. */
  | { readonly kind: 'restart'; readonly atSeconds: number; readonly forSeconds: number; readonly broker: BrokerChoice }
  /** SIGSTOP, then SIGCONT. */
  | { readonly kind: 'pause'; readonly atSeconds: number; readonly forSeconds: number; readonly broker: BrokerChoice }
  /** Each wake-up that appends, each sync and each read of a sealed segment takes so much longer. */
  | { readonly kind: 'slowDisk'; readonly atSeconds: number; readonly forSeconds: number; readonly broker: BrokerChoice; readonly delayMs: number }
  /** Each way. `bytesPerSecond` null: no limit. */
  | { readonly kind: 'slowLink'; readonly atSeconds: number; readonly forSeconds: number; readonly between: readonly [LinkEnd, LinkEnd]; readonly delayMs: number; readonly bytesPerSecond: number | null }
  /** Nothing gets through, nobody is told; what was under way arrives when it is healed. */
  | { readonly kind: 'cutLink'; readonly atSeconds: number; readonly forSeconds: number; readonly between: readonly [LinkEnd, LinkEnd] };

/** Done to the members of a group, which are headroom's own. `forSeconds` null: until the end. */
export type GroupFaultConfiguration =
  /** So many members instead of as many as before; 0: all are away. */
  | { readonly kind: 'scaleGroup'; readonly atSeconds: number; readonly forSeconds: number | null; readonly group: string; readonly memberCount: number }
  /** A member is gone without leaving; another one joins after `forSeconds`. */
  | { readonly kind: 'crashMember'; readonly atSeconds: number; readonly forSeconds: number | null; readonly group: string }
  /** A member stops polling; it sends heartbeats until max.poll.interval.ms is over. */
  | { readonly kind: 'stuckMember'; readonly atSeconds: number; readonly forSeconds: number | null; readonly group: string }
  /** A member spends so much more on each record. */
  | { readonly kind: 'slowMember'; readonly atSeconds: number; readonly forSeconds: number | null; readonly group: string; readonly serviceTimeUs: number };

export type FaultConfiguration = BrokerFaultConfiguration | GroupFaultConfiguration;

export function isGroupFault(fault: FaultConfiguration): fault is GroupFaultConfiguration {
  return 'group' in fault;
}

/** What happened to brokers, links and groups, as events of the run. `between` in words: `broker 2`, `clients`. */
export type FaultEvent =
  | { readonly kind: 'brokerKilled'; readonly atMs: number; readonly brokerId: number; readonly signal: string; readonly ledPartitions: readonly number[] }
  | { readonly kind: 'brokerRestarted'; readonly atMs: number; readonly brokerId: number; readonly tookMs: number }
  | { readonly kind: 'brokerPaused'; readonly atMs: number; readonly brokerId: number; readonly ledPartitions: readonly number[] }
  | { readonly kind: 'brokerResumed'; readonly atMs: number; readonly brokerId: number }
  | { readonly kind: 'diskSlowed'; readonly atMs: number; readonly brokerId: number; readonly delayMs: number; readonly ledPartitions: readonly number[] }
  | { readonly kind: 'diskHealed'; readonly atMs: number; readonly brokerId: number }
  | { readonly kind: 'linkSlowed'; readonly atMs: number; readonly between: readonly [string, string]; readonly delayMs: number; readonly bytesPerSecond: number | null }
  | { readonly kind: 'linkCut'; readonly atMs: number; readonly between: readonly [string, string] }
  | { readonly kind: 'linkHealed'; readonly atMs: number; readonly between: readonly [string, string] }
  | { readonly kind: 'groupChanged'; readonly atMs: number; readonly group: string; readonly change: 'scaled' | 'crashed' | 'stuck' | 'slowed'; readonly memberCount: number; readonly serviceTimeUs: number | null }
  | { readonly kind: 'groupHealed'; readonly atMs: number; readonly group: string; readonly change: 'scaled' | 'crashed' | 'stuck' | 'slowed'; readonly memberCount: number };

/** Events of kinds that begin a fault; each fault of a run has one or, with several brokers, some at the same moment. */
export const FAULT_BEGINS = ['brokerKilled', 'brokerPaused', 'diskSlowed', 'linkSlowed', 'linkCut', 'groupChanged'] as const satisfies readonly FaultEvent['kind'][];

/** What one fault did. Its window runs from its beginning to that of the next fault, or to the end of the load. */
export interface FaultRecord {
  /** Number in configuration.faults, from 0. */
  readonly fault: number;
  readonly brokerIds: readonly number[];
  readonly beganMs: number;
  readonly healedMs: number | null;
  readonly windowEndMs: number;
  /** The longest time in which no record of the topic, or of one partition, was acknowledged although some waited; as one load worker saw it. */
  readonly unavailability: { readonly topicMs: number; readonly partitionMs: number; readonly partition: number | null };
  /** Produce answers with an error, by Kafka's error name; they were retried where that could help. */
  readonly errorsByName: Readonly<Record<string, number>>;
  /** Records given up. */
  readonly failedRecords: number;
  readonly leaderChanges: number;
  /** In-sync sets that lost a replica, when the first did and the last was whole again after the beginning, and those that were not at the window's end. */
  readonly isr: { readonly shrunkPartitions: number; readonly shrunkAfterMs: number | null; readonly wholeAfterMs: number | null; readonly shortPartitionsAtEnd: number };
  /** Of publish latency, by the seconds in which records were due; `before`: up to ten whole seconds. */
  readonly p99Us: { readonly before: number | null; readonly during: number | null; readonly after: number | null };
  /**
   * From the beginning until the p99 of two seconds in a row was back at or under the highest of a second before; 0: it never rose.
   * To a second.
   */
  readonly p99RecoveredAfterMs: number | null;
  readonly groups: readonly FaultGroupRecord[];
}

export interface FaultGroupRecord {
  readonly name: string;
  /** Records below the high watermark that the group had not read. */
  readonly lagRecordsBefore: number;
  readonly lagRecordsPeak: number;
  readonly peakAfterMs: number;
  /** Null: it never lagged by half a second's records more than before. */
  readonly catchUp: CatchUpRecord | null;
}

/** From the highest lag until it is back at the highest before, or at half a second's records; to a second. */
export interface CatchUpRecord {
  readonly fromMs: number;
  readonly lagRecords: number;
  /** Null: not before the next fault or the end. */
  readonly tookMs: number | null;
  /** Meanwhile. */
  readonly consumedPerSecond: number;
  readonly producedPerSecond: number;
  /** lag / (consumed - produced), with what the group takes in its first whole second of catching up, or by its service time; null: it never would. */
  readonly predictedMs: number | null;
  readonly prediction: string;
  /** Of publish latency. */
  readonly publishP99Us: number | null;
}
