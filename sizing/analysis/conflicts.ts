/** Why no plan works, and the nearest change with which one would: of each broken constraint, and of settings that contradict each other. */
import type { PlanConflict, PlannedConstraint } from '../../results/plan-record.ts';
import { countText, durationText, percentText, rateText, significant } from '../../results/render/number-text.ts';
import { quantityText } from '../../results/render/quantity-text.ts';
import { CountSearch } from '../model/count-search.ts';
import type { Sheet, Values } from '../model/sheet.ts';
import type { SizedTopic, SizingInputs } from '../sizing-inputs.ts';

export interface ConflictContext {
  readonly inputs: SizingInputs;
  readonly sheet: Sheet;
  readonly drawn: Values;
  readonly point: ReadonlyMap<string, number>;
  readonly constraints: readonly PlannedConstraint[];
  readonly fixed: ReadonlyMap<string, number>;
}

const TOLERANCE = 1e-9;

export function conflictsOf(context: ConflictContext): PlanConflict[] {
  const { inputs, constraints } = context;
  const broken = constraints.filter(({ heldShare, demand, capacity }) => heldShare < inputs.certaintyShare - TOLERANCE || demand > capacity * (1 + TOLERANCE));
  // One cause, one conflict: a hot key breaks several constraints.
  const found = [...contradictions(inputs), ...broken.flatMap((each) => conflictOf(each, context))];
  return found.filter((each, at) => found.findIndex(({ code, what }) => code === each.code && what === each.what) === at);
}

function contradictions({ topics, cluster }: SizingInputs): PlanConflict[] {
  const found: PlanConflict[] = [];
  for (const { name, replicationFactor, minInsyncReplicas } of topics) {
    const [replicas, minIsr] = [replicationFactor.value, minInsyncReplicas.value];
    if (minIsr > replicas) found.push({ code: 'min-isr-above-replicas', what: `${name}: min.insync.replicas ${minIsr} is more than the replication factor ${replicas}: no write would ever be accepted`, nearest: `min.insync.replicas ${Math.max(1, replicas - 1)}` });
    if (cluster.brokers !== null && replicas > cluster.brokers.value) found.push({ code: 'replicas-above-brokers', what: `${name}: replication factor ${replicas} needs as many brokers, and there are ${countText(cluster.brokers.value)}`, nearest: `${countText(replicas)} brokers, or replication factor ${countText(cluster.brokers.value)}` });
  }
  return found;
}

function conflictOf(constraint: PlannedConstraint, context: ConflictContext): PlanConflict[] {
  const { inputs } = context;
  const topic = inputs.topics.find(({ name }) => constraint.id.startsWith(`${name}.`));
  if (topic !== undefined && constraint.id.includes('.failure.')) return replicaConflict(constraint, { topic, inputs });
  if (topic !== undefined && constraint.id.includes('.partitions.')) return [partitionConflict(constraint, { topic, context })];
  if (constraint.id === 'latency.utilization' && constraint.capacity <= 0) return [latencyConflict(inputs)];
  const enough = context.fixed.has(constraint.choiceId ?? '') ? enoughFor(constraint, context) : null;
  const what = `${constraint.sentence}: ${sidesText(constraint)}`;
  const share = constraint.heldShare < 1 && constraint.demand <= constraint.capacity ? `; it holds in ${percentText(constraint.heldShare)} of the draws` : '';
  return [{ code: constraint.id, what: what + share, nearest: nearestChange(constraint, { enough, topic, inputs }) }];
}

/** min.insync.replicas that no failure may meet is a warning already; a zone that takes all its replicas is a contradiction. */
function replicaConflict({ id, sentence, demand, capacity }: PlannedConstraint, { topic, inputs }: { topic: SizedTopic; inputs: SizingInputs }): PlanConflict[] {
  if (topic.minInsyncReplicas.value > topic.replicationFactor.value) return [];
  const isZone = id.endsWith('failure.zone.min-isr');
  const { zones } = inputs.cluster;
  const replicas = isZone ? Math.max(zones, Math.ceil((demand * zones) / (zones - 1))) : demand + 1;
  const looser = capacity >= 1 ? `, or min.insync.replicas ${capacity}` : '';
  return [{ code: id, what: `${sentence}: of ${countText(topic.replicationFactor.value)} replicas ${countText(capacity)} would be left, and min.insync.replicas asks for ${countText(demand)}`, nearest: `replication factor ${countText(replicas)}${looser}` }];
}

function partitionConflict({ id, sentence, demand, capacity, unit, choiceId }: PlannedConstraint, { topic, context }: { topic: SizedTopic; context: ConflictContext }): PlanConflict {
  const { point, fixed } = context;
  const sides = sidesText({ demand, capacity, unit });
  const hottest = topic.keys.kind === 'hottest' ? topic.keys.share.value : point.get(`${topic.name}.hottest`);
  const total = demand / Math.max(Number.MIN_VALUE, point.get(`${topic.name}.busiest`) ?? 1);
  if (id.includes('.partitions.skew.') && hottest !== undefined && hottest * total > capacity) {
    const buckets = Math.ceil((hottest * total) / capacity);
    return { code: `${topic.name}.key.hot`, what: `${sentence}: the hottest key alone (${percentText(hottest)} of the records) brings ${quantityText(hottest * total, unit)}, and ${quantityText(capacity, unit)} are possible; no number of partitions helps`, nearest: `split the key over ${countText(buckets)} buckets (composite key), or make what handles it ${significant((hottest * total) / capacity)} times as fast` };
  }
  if (topic.ordering === 'total') return { code: `${topic.name}.ordering.total`, what: `${sentence}: ${sides}, and one order over all records allows one partition`, nearest: `order per key, or ${significant(demand / capacity)} times the speed` };
  const enough = fixed.has(choiceId ?? '') ? enoughFor({ choiceId }, context) : null;
  return { code: id, what: `${sentence}: ${sides}`, nearest: enough === null ? `${significant(demand / capacity)} times the speed, or so much less load` : `${countText(enough)} partitions${topic.ordering === 'key' ? ' (adding them re-homes every key)' : ''}, or ${significant(demand / capacity)} times the speed` };
}

function latencyConflict({ cluster }: SizingInputs): PlanConflict {
  const latency = cluster.latency as NonNullable<typeof cluster.latency>;
  const floor = latency.curve === null ? latency.service.value * Math.max(1, -Math.log(1 - latency.percentile)) : Math.min(...latency.curve.map(({ seconds }) => seconds));
  const origin = latency.curve === null ? `${latency.service.source} service time, its percentile` : 'lowest point of the measured curve';
  return { code: 'latency.floor', what: `the objective of ${quantityText(latency.objective.value, 'seconds')} is below what an idle cluster takes: ${quantityText(floor, 'seconds')} (${origin})`, nearest: `an objective above ${quantityText(floor, 'seconds')}, or a faster path: acks, linger.ms, a nearer cluster` };
}

/** What the fixed count would have to be; null: no count is enough. */
function enoughFor({ choiceId }: Pick<PlannedConstraint, 'choiceId'>, { sheet, drawn, inputs }: Pick<ConflictContext, 'sheet' | 'drawn' | 'inputs'>): number | null {
  const choice = choiceId === null ? undefined : sheet.choices.get(choiceId);
  return choice?.kind === 'count' ? new CountSearch(sheet, choice, drawn).smallest(inputs.certaintyShare) : null;
}

function nearestChange({ id, choiceId, demand, capacity }: PlannedConstraint, { enough, topic, inputs }: { enough: number | null; topic: SizedTopic | undefined; inputs: SizingInputs }): string {
  const ratio = demand / capacity;
  const more = enough === null ? null : `${countText(enough)} ${choiceId === 'brokers' ? 'brokers' : 'consumers'}`;
  if (id === 'disk.capacity') {
    const only = inputs.topics.length === 1 ? inputs.topics[0]?.retention.seconds : undefined;
    return [more, ...(only === undefined || only === null ? [] : [`retention of ${durationText(Math.floor(only.value / ratio))}`]), `disks ${significant(ratio)} times as large`].filter((each) => each !== null).join(', or ');
  }
  if (id.endsWith('.tiered.local')) return `local retention of ${durationText(demand)}, or smaller segments (segment.bytes)`;
  if (id.endsWith('.transactions.markers')) return `transactions ${significant(ratio)} times as large, so that fewer commits are needed`;
  if (id === 'connections') return `fewer clients, or maxConnections of ${countText(Math.ceil(demand))}`;
  if (choiceId?.endsWith('.consumers') && topic !== undefined && more === null) return `more partitions, or consumers ${significant(ratio)} times as fast`;
  return more ?? `${significant(ratio)} times the capacity, or so much less load`;
}

function sidesText({ demand, capacity, unit }: Pick<PlannedConstraint, 'demand' | 'capacity' | 'unit'>): string {
  const text = (value: number): string => (unit === 'records/s' ? `${rateText(value)}/s` : quantityText(value, unit));
  return `${text(demand)} are wanted, ${text(capacity)} possible`;
}
