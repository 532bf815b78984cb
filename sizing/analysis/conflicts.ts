/** Why no plan works, and the nearest change with which one would: of each broken constraint, and of settings that contradict each other. */
import { groupId, groupPart, topicId } from '../../results/plan-ids.ts';
import type { PlanChoice, PlanConflict, PlannedConstraint } from '../../results/plan-record.ts';
import { counted, countText, percentText, rateText } from '../../results/render/number-text.ts';
import { quantityText } from '../../results/render/quantity-text.ts';
import { combine, quantile, type Column } from '../model/column.ts';
import { CountSearch } from '../model/count-search.ts';
import type { Sheet, Values } from '../model/sheet.ts';
import type { SizedTopic, SizingInputs } from '../sizing-inputs.ts';
import { enoughQuantile } from './enough-quantile.ts';
import { enoughText, shortened } from './enough-text.ts';
import { bucketsFor } from './key-buckets.ts';
import { latencyConflict } from './latency-conflict.ts';

export interface ConflictContext {
  readonly inputs: SizingInputs;
  readonly sheet: Sheet;
  readonly drawn: Values;
  readonly point: ReadonlyMap<string, number>;
  readonly constraints: readonly PlannedConstraint[];
  readonly choices: readonly PlanChoice[];
  readonly fixed: ReadonlyMap<string, number>;
}

const TOLERANCE = 1e-9;

export function conflictsOf(context: ConflictContext): PlanConflict[] {
  const { inputs, constraints } = context;
  const broken = constraints.filter(({ heldShare, demand, capacity }) => heldShare < inputs.certaintyShare - TOLERANCE || demand > capacity * (1 + TOLERANCE));
  const found = [...contradictions(context), ...[...withoutConsequences(broken, context), ...brokenTogether(broken, context)].flatMap((each) => conflictOf(each, context))];
  // One cause, one conflict: a hot key breaks several constraints.
  return found.filter((each, at) => found.findIndex(({ code, what }) => code === each.code && what === each.what) === at);
}

function contradictions(context: ConflictContext): PlanConflict[] {
  const { topics, cluster } = context.inputs;
  const found: PlanConflict[] = [];
  const enough = (least: number): number => Math.max(least, enoughFor('brokers', context) ?? least);
  if (isAlone(context.inputs)) found.push({ code: 'brokers.none-left', what: 'the only broker cannot be lost and the rest carry on: there is no rest', nearest: `${countText(enough(2))} brokers, or availability: { survive: [], rollingRestart: false }` });
  for (const { name, replicationFactor, minInsyncReplicas } of topics) {
    const [replicas, minIsr] = [replicationFactor.value, minInsyncReplicas.value];
    if (minIsr > replicas) found.push({ code: 'min-isr-above-replicas', what: `${name}: min.insync.replicas ${minIsr} is more than the replication factor ${replicas}: no write would ever be accepted`, nearest: `min.insync.replicas ${Math.max(1, replicas - 1)}` });
    if (cluster.brokers !== null && replicas > cluster.brokers.value) found.push({ code: 'replicas-above-brokers', what: `${name}: replication factor ${replicas} needs as many brokers, and there ${cluster.brokers.value === 1 ? 'is' : 'are'} ${countText(cluster.brokers.value)}`, nearest: `${countText(enough(replicas))} brokers, or replication factor ${countText(cluster.brokers.value)}` });
  }
  return found;
}

function isAlone({ cluster: { brokers, survives } }: SizingInputs): boolean {
  return brokers?.value === 1 && survives.broker;
}

/** Without those that only follow from another: consumers for whom the partitions are too few, a count of busy consumers beside their busiest one. */
function withoutConsequences(broken: readonly PlannedConstraint[], { inputs }: ConflictContext): PlannedConstraint[] {
  const ids = new Set(broken.map(({ id }) => id));
  const following = new Set(inputs.topics.flatMap(({ name, groups }) => groups.flatMap(({ name: group }) => {
    const [at, of] = [topicId(name), `${groupId(name, group)}.consumers`];
    const isForPartitions = ids.has(`${at}.partitions.consume.${groupPart(group)}`) || ids.has(`${at}.partitions.catchup.${groupPart(group)}`);
    return [...(isForPartitions || ids.has(`${of}.busiest`) ? [`${of}.littles-law`] : []), ...(isForPartitions ? [`${of}.busiest`, `${of}.lag.catchup`] : [])];
  })));
  return broken.filter(({ id }) => !following.has(id) && !(isAlone(inputs) && id.startsWith('failure.n-1.')));
}

/** A count whose constraints hold often enough one by one, and not together: its weakest stands for them. */
function brokenTogether(broken: readonly PlannedConstraint[], { choices, constraints, inputs }: ConflictContext): PlannedConstraint[] {
  return choices.flatMap(({ id, heldShare }) => {
    if (heldShare >= inputs.certaintyShare - TOLERANCE || broken.some(({ choiceId }) => choiceId === id)) return [];
    const weakest = constraints.filter(({ choiceId }) => choiceId === id).toSorted((a, b) => a.heldShare - b.heldShare)[0];
    return weakest === undefined ? [] : [{ ...weakest, heldShare }];
  });
}

function conflictOf(constraint: PlannedConstraint, context: ConflictContext): PlanConflict[] {
  const { inputs, fixed } = context;
  const topic = inputs.topics.find(({ name }) => constraint.id.startsWith(`${topicId(name)}.`));
  if (topic !== undefined && constraint.id.includes('.failure.')) return replicaConflict(constraint, { topic, inputs });
  if (topic !== undefined && constraint.id.includes('.partitions.')) return [partitionConflict(constraint, { topic, context })];
  const enough = fixed.has(constraint.choiceId ?? '') ? enoughFor(constraint.choiceId, context) : null;
  if (constraint.id === 'latency.utilization') return [latencyConflict(constraint, { ...context, enough })];
  return [{ code: constraint.id, what: `${constraint.sentence}: ${sidesText(constraint)}${heldText(constraint)}`, nearest: nearestChange(constraint, { enough, topic, context }) }];
}

function heldText({ heldShare, demand, capacity }: PlannedConstraint): string {
  return demand <= capacity * (1 + TOLERANCE) ? `; it holds in ${percentText(heldShare)} of the draws` : '';
}

/** min.insync.replicas that no failure may meet is a warning already; a zone that takes all its replicas is a contradiction. */
function replicaConflict({ id, sentence, demand, capacity }: PlannedConstraint, { topic, inputs }: { topic: SizedTopic; inputs: SizingInputs }): PlanConflict[] {
  if (topic.minInsyncReplicas.value > topic.replicationFactor.value) return [];
  const isZone = id.endsWith('failure.zone.min-isr');
  const { zones, brokers } = inputs.cluster;
  const replicas = isZone ? Math.max(zones, Math.ceil((demand * zones) / (zones - 1))) : demand + 1;
  const isPossible = brokers === null || brokers.value >= replicas;
  const ways = [
    ...(isPossible ? [`replication factor ${countText(replicas)} with min.insync.replicas ${countText(demand)}`] : []),
    ...(capacity >= 1 ? [`min.insync.replicas ${countText(capacity)}`] : []),
    ...(isPossible || isZone ? [] : [`${countText(replicas)} brokers for as many replicas, or availability: { survive: [], rollingRestart: false }`]),
  ];
  return [{ code: id, what: `${sentence}: of ${counted(topic.replicationFactor.value, 'replica')} ${countText(capacity)} would be left, and min.insync.replicas asks for ${countText(demand)}`, nearest: ways.join(', or ') || `${countText(replicas)} brokers for as many replicas` }];
}

function partitionConflict(constraint: PlannedConstraint, { topic, context }: { topic: SizedTopic; context: ConflictContext }): PlanConflict {
  const { id, sentence, demand, capacity, unit, choiceId } = constraint;
  const { point, fixed } = context;
  const hottest = topic.keys.kind === 'hottest' ? topic.keys.share.value : point.get(`${topicId(topic.name)}.hottest`);
  const total = demand / Math.max(Number.MIN_VALUE, point.get(`${topicId(topic.name)}.busiest`) ?? 1);
  const times = enoughText(factorOf(constraint, context));
  if (id.includes('.partitions.skew.') && hottest !== undefined && hottest * total > capacity) {
    const bucketed = bucketsFor(topic, { sheet: context.sheet, drawn: context.drawn, fixed, share: context.inputs.certaintyShare, planned: point.get(`${topicId(topic.name)}.partitions`) as number, atLeast: (hottest * total) / capacity });
    const split = bucketed === null ? '' : `split the key over ${countText(bucketed.buckets)} buckets (composite key)${bucketed.partitions > (point.get(`${topicId(topic.name)}.partitions`) as number) ? ` and have ${countText(bucketed.partitions)} partitions` : ''}, or `;
    return { code: `${topicId(topic.name)}.key.hot`, what: `${sentence}: the hottest key alone (${percentText(hottest)} of the records) brings ${quantityText(hottest * total, unit)}, and ${quantityText(capacity, unit)} are possible; no number of partitions helps`, nearest: `${split}make what handles it ${times} times as fast` };
  }
  const sides = sidesText({ demand, capacity, unit });
  if (topic.ordering === 'total') return { code: `${topicId(topic.name)}.ordering.total`, what: `${sentence}: ${sides}, and one order over all records allows one partition`, nearest: `order per key, or ${times} times the speed` };
  const enough = fixed.has(choiceId ?? '') ? enoughFor(choiceId, context) : null;
  return { code: id, what: `${sentence}: ${sides}${heldText(constraint)}`, nearest: enough === null ? `${times} times the speed, or so much less load` : `${countText(enough)} partitions${topic.ordering === 'key' ? ' (adding them re-homes every key)' : ''}, or ${times} times the speed` };
}

/** What the fixed count would have to be; null: no count is enough. */
function enoughFor(choiceId: string | null, { sheet, drawn, inputs }: Pick<ConflictContext, 'sheet' | 'drawn' | 'inputs'>): number | null {
  const choice = choiceId === null ? undefined : sheet.choices.get(choiceId);
  return choice?.kind === 'count' ? new CountSearch(sheet, choice, drawn).smallest(inputs.certaintyShare) : null;
}

/** By how much the capacity would have to be larger to be enough as often as is wanted. */
function factorOf({ id, demandId, capacityId }: PlannedConstraint, { sheet, drawn, inputs }: Pick<ConflictContext, 'sheet' | 'drawn' | 'inputs'>): number {
  return enoughQuantile(combine('/', drawn.get(demandId) as Column, drawn.get(capacityId) as Column), { sheet, drawn, share: inputs.certaintyShare, constraintId: id });
}

function nearestChange(constraint: PlannedConstraint, { enough, topic, context }: { enough: number | null; topic: SizedTopic | undefined; context: ConflictContext }): string {
  const { id, choiceId, demandId } = constraint;
  const { inputs, drawn, point } = context;
  const factor = factorOf(constraint, context);
  const times = enoughText(factor);
  const wanted = (): number => Math.ceil(enoughQuantile(drawn.get(demandId) as Column, { sheet: context.sheet, drawn, share: inputs.certaintyShare, constraintId: id }));
  const more = enough === null ? null : `${countText(enough)} ${choiceId === 'brokers' ? 'brokers' : 'consumers'}`;
  const ways = (...others: readonly (string | null)[]): string => [more, ...others].filter((each) => each !== null).join(', or ');
  if (id === 'disk.capacity') {
    const only = inputs.topics.length === 1 && inputs.topics[0]?.retention.cleanup === 'delete' && inputs.topics[0].retention.partitionBytes === null ? (inputs.topics[0].retention.localSeconds ?? inputs.topics[0].retention.seconds) : null;
    const at = topicId(inputs.topics[0]?.name ?? '');
    // Open segments stay as they are, however short the retention.
    const keptSeconds = only === null ? 0 : (point.get(`${at}.kept.time`) as number) / (point.get(`${at}.wire.mean`) as number);
    const shorter = only === null || keptSeconds / factor <= keptSeconds - only.value ? null : shortened(keptSeconds / factor - (keptSeconds - only.value));
    return ways(shorter === null ? null : `retention of ${shorter}${only?.id.endsWith('.local') === true ? ' on the brokers' : ''}`, `disks ${times} times as large`);
  }
  if (id === 'files.handles') return ways(`a limit of ${countText(wanted())} open files (ulimit -n, maxOpenFiles)`);
  if (id === 'memory.maps') return ways(`vm.max_map_count of ${countText(wanted())} (maxMemoryMaps)`);
  if (id.endsWith('.tiered.local')) return `local retention of ${quantityText(quantile(drawn.get(demandId) as Column, inputs.certaintyShare), 'seconds')}, or smaller segments (segment.bytes)`;
  if (id.endsWith('.transactions.markers')) return `transactions ${times} times as large, so that fewer commits are needed`;
  if (id === 'connections') return `fewer clients, or maxConnections of ${countText(wanted())}`;
  if (id.includes('.consumers.') && topic !== undefined && more === null) {
    const tasks = topic.groups.find(({ name }) => id.startsWith(`${groupId(topic.name, name)}.`))?.tasksMax ?? null;
    const partitions = point.get(`${topicId(topic.name)}.partitions`) as number;
    return `${tasks !== null && tasks.value < partitions ? 'a higher connectorTasksMax' : 'more partitions'}, or consumers ${times} times as fast over the same ${countText(partitions)} partitions`;
  }
  return more ?? `${times} times the capacity, or so much less load`;
}

function sidesText({ demand, capacity, unit }: Pick<PlannedConstraint, 'demand' | 'capacity' | 'unit'>): string {
  const text = (value: number): string => (unit === 'records/s' ? `${rateText(value)}/s` : quantityText(value, unit));
  return `${text(demand)} are wanted, ${text(capacity)} possible`;
}
