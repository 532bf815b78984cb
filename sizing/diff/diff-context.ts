/** What a comparison of a plan with a cluster works on, and the order in which its findings are acted upon. */
import type { DiffBroker, PlanDifference } from '../../results/plan-diff/plan-diff.ts';
import type { Plan } from '../../results/plan-record.ts';
import type { KafkaCommands } from './kafka-commands.ts';
import type { LiveCluster } from './live-cluster.ts';

/**
 * Brokers before what is put on them; a minimum of in-sync replicas is lowered before replicas go and raised after they have come; partitions
 * late, since they cannot be taken back; leaders last, when everything is where it belongs.
 */
const ORDER = ['brokers', 'health', 'topic', 'min-isr-lower', 'replicas', 'min-isr-raise', 'config', 'partitions', 'balance'] as const;

export interface RankedDifference extends PlanDifference {
  readonly step: (typeof ORDER)[number];
}

export interface DiffContext {
  readonly plan: Plan;
  readonly live: LiveCluster;
  readonly commands: KafkaCommands;
  /** What a move of replicas may take of a broker. */
  readonly throttle: number;
}

export function inOrder(found: readonly RankedDifference[]): PlanDifference[] {
  return found.toSorted((a, b) => ORDER.indexOf(a.step) - ORDER.indexOf(b.step)).map(({ id, what, live, planned, remedy, risk, commands }) => ({ id, what, live, planned, remedy, risk, commands }));
}

export function brokersOf({ shape }: Plan, { brokers, topics }: LiveCluster): DiffBroker[] {
  const planned = topics.filter(({ name }) => shape.topics.some((each) => each.name === name)).flatMap(({ partitions }) => partitions);
  const all = topics.flatMap(({ partitions }) => partitions);
  return brokers.toSorted((a, b) => a.id - b.id).map(({ id, rack }) => ({
    id,
    rack,
    replicas: planned.filter(({ replicas }) => replicas.includes(id)).length,
    leaders: planned.filter(({ leaderId }) => leaderId === id).length,
    replicasOfAll: all.filter(({ replicas }) => replicas.includes(id)).length,
  }));
}
