/** Whether the replicas and leaders of the planned topics lie evenly on the brokers that are alive. */
import { brokersOf, type DiffContext, type RankedDifference } from './diff-context.ts';
import { reassignmentJson, spreadEvenly } from './reassignment.ts';

/** Above the mean by more than a fifth, and by two at least: less comes about by chance of placement. */
const SKEW = 1.2;
const LEAST = 2;

export function balanceDifferences(context: DiffContext): RankedDifference[] {
  const brokers = brokersOf(context.plan, context.live);
  const replicas = skewOf(brokers.map((each) => each.replicas));
  if (replicas !== undefined) return [unevenReplicas(context, replicas)];
  const leaders = skewOf(brokers.map((each) => each.leaders));
  return leaders === undefined ? [] : [unevenLeaders(context, leaders)];
}

interface Skew {
  readonly counts: readonly number[];
  readonly mean: number;
}

function skewOf(counts: readonly number[]): Skew | undefined {
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  const most = Math.max(0, ...counts);
  return most > SKEW * mean && most >= mean + LEAST ? { counts, mean } : undefined;
}

/** Ascending by broker: `14, 3, 3`. */
function countsText({ counts }: Skew): string {
  return counts.join(', ');
}

function evenText({ mean }: Skew): string {
  return Number.isInteger(mean) ? `${mean} each` : `${Math.floor(mean)} or ${Math.ceil(mean)} each`;
}

function unevenReplicas(context: DiffContext, skew: Skew): RankedDifference {
  return {
    step: 'balance', id: 'replicas.broker', what: 'replicas of the planned topics, by broker', live: countsText(skew), planned: evenText(skew),
    remedy: 'Reassign them over all brokers, once their number and factor are right.',
    risk: 'Data is copied between brokers within the throttle, which is what the plan leaves free; leaders move with it, and clients follow.',
    commands: moveCommands(context),
  };
}

function unevenLeaders(context: DiffContext, skew: Skew): RankedDifference {
  const planned = plannedTopics(context).flatMap(({ partitions }) => partitions);
  const preferred = context.live.brokers.map(({ id }) => planned.filter(({ replicas }) => replicas[0] === id).length);
  const isElectionEnough = skewOf(preferred) === undefined;
  return {
    step: 'balance', id: 'leaders.broker', what: 'leaders of the planned topics, by broker', live: countsText(skew), planned: evenText(skew),
    remedy: isElectionEnough ? 'Let the preferred leaders lead again; brokers do it by themselves every leader.imbalance.check.interval.seconds (5 minutes).' : 'The preferred leaders are uneven themselves: reassign, then elect.',
    risk: isElectionEnough ? 'Clients follow their leaders within a second; a preferred leader that is not in sync is left out.' : 'Data is copied between brokers within the throttle; clients follow.',
    commands: [...(isElectionEnough ? [] : moveCommands(context)), context.commands.electPreferredLeaders()],
  };
}

function moveCommands(context: DiffContext): string[] {
  const placed = plannedTopics(context).flatMap((topic) => spreadEvenly(context.live, topic, context.plan.shape.topics.find(({ name }) => name === topic.name)?.replicationFactor ?? 1));
  return context.commands.reassign('balance.json', reassignmentJson(placed), context.throttle);
}

function plannedTopics({ plan, live }: DiffContext) {
  return live.topics.filter(({ name }) => plan.shape.topics.some((each) => each.name === name));
}
