/** The decision table of a plan: `Decision | Value | Why`, one sentence each. With several topics each row names its own. */
import { groupId, groupPart, topicId } from '../results/plan-ids.ts';
import type { DecisionRow, Plan, PlanChoice } from '../results/plan-record.ts';
import { bytesText, countText, counted, decimalBytesText, durationText, percentText, rateText, significant } from '../results/render/number-text.ts';
import type { SizedGroup, SizedTopic, SizingInputs } from './sizing-inputs.ts';

type Computed = Pick<Plan, 'choices' | 'values' | 'constraints' | 'shape' | 'certainty' | 'growth'>;

export function decisionRows(inputs: SizingInputs, computed: Computed): DecisionRow[] {
  const trace = new Trace(computed);
  return [...inputs.topics.flatMap((topic) => topicRows(inputs, topic, trace)), ...clusterRows(inputs, trace), ...registryRows(inputs, trace), ...costRows(inputs, trace)];
}

class Trace {
  readonly certainty: Plan['certainty'];
  readonly growth: Plan['growth'];
  readonly #choices: ReadonlyMap<string, PlanChoice>;
  readonly #values: ReadonlyMap<string, Plan['values'][number]>;
  readonly #constraints: ReadonlyMap<string, Plan['constraints'][number]>;

  constructor({ choices, values, constraints, certainty, growth }: Computed) {
    this.growth = growth;
    this.#choices = new Map(choices.map((each) => [each.id, each]));
    this.#values = new Map(values.map((each) => [each.id, each]));
    this.#constraints = new Map(constraints.map((each) => [each.id, each]));
    this.certainty = certainty;
  }

  choice(id: string): PlanChoice {
    return this.#choices.get(id) as PlanChoice;
  }

  value(id: string): number {
    return this.#values.get(id)?.value ?? 0;
  }

  sentence(constraintId: string | null): string {
    return constraintId === null ? '' : (this.#constraints.get(constraintId)?.sentence ?? '');
  }

  /** `24 (20 in half of the draws)` where doubt moves the count. */
  countOf(id: string): string {
    const { value, p50 } = this.choice(id);
    return p50 === null || p50 >= value ? countText(value) : `${countText(value)} (half of the draws: ${countText(p50)})`;
  }
}

function topicRows(inputs: SizingInputs, topic: SizedTopic, trace: Trace): DecisionRow[] {
  const at = topicId(topic.name);
  const of = inputs.topics.length > 1 ? ` of ${topic.name}` : '';
  const { replicationFactor, minInsyncReplicas, keys, retention } = topic;
  const tolerated = replicationFactor.value - minInsyncReplicas.value;
  const key = keys.kind === 'none' ? 'none' : keys.name;
  return [
    row(`${at}.partitions`, `Partitions${of}`, trace.countOf(`${at}.partitions`), { why: partitionsWhy(topic, trace), formula: 'smallest count that holds its constraints', inputs: [topic.peakRate.id, ...topic.groups.map(({ consumerRate }) => consumerRate.id)] }),
    ...growthRow(topic, of, trace),
    row(`${at}.replication.factor`, `Replication factor${of}`, countText(replicationFactor.value), { why: replicationFactor.value > 1 ? `data survive the loss of ${counted(replicationFactor.value - 1, 'broker')}` : 'one copy: a lost disk is lost data', inputs: [replicationFactor.id] }),
    row(`${at}.min.insync.replicas`, `min.insync.replicas${of}`, countText(minInsyncReplicas.value), {
      why: `writes stop below ${counted(minInsyncReplicas.value, 'in-sync replica')}; ${tolerated > 0 ? `${counted(tolerated, 'broker')} may be down without that` : 'any broker that is down stops them'}`,
      inputs: [minInsyncReplicas.id],
    }),
    row(`${at}.key`, `Partition key${of}`, key, { why: keys.kind === 'none' ? 'no order is asked for: records fill batches partition by partition' : `records of one ${key} stay in order`, inputs: [] }),
    ...topic.groups.map((group) => consumerRow(topic, group, trace)),
    ...topic.groups.flatMap((group) => stateRow(topic, group, trace)),
    ...producerRows(topic, of),
    ...remoteRow(topic, of, trace),
    row(`${at}.retention`, `Retention${of}`, retention.seconds === null ? 'forever' : durationText(retention.seconds.value), { why: retentionWhy(topic), inputs: retention.seconds === null ? [] : [retention.seconds.id] }),
  ];
}

function partitionsWhy(topic: SizedTopic, trace: Trace): string {
  const choice = trace.choice(`${topicId(topic.name)}.partitions`);
  if (topic.partitions !== null) return `${topic.partitions.source}: ${topic.partitions.why}`;
  if (topic.ordering === 'total') return 'one order over all records needs one partition';
  const group = topic.groups.find(({ name }) => choice.decidedBy?.endsWith(`.${groupPart(name)}`));
  const rate = rateText(trace.value(`${topicId(topic.name)}.rate`));
  const even = choice.value > (choice.p90 ?? choice.value) && trace.certainty.share === 0.9 ? `, raised from ${countText(choice.p90 ?? 0)} so that more numbers of consumers divide it` : '';
  const certainty = choice.p50 !== null && choice.p50 < choice.value ? `; enough in ${percentText(choice.heldShare)} of the draws${even}` : even;
  if (choice.decidedBy === null) return `one for each replica to lead; nothing asks for more${certainty}`;
  if (group !== undefined && choice.decidedBy.includes('.partitions.consume.')) return `${rate}/s / ${rateText(group.consumerRate.value)}/s per consumer of ${group.name} (${group.consumerRate.source})${certainty}`;
  return `${trace.sentence(choice.decidedBy)}${certainty}`;
}

/** The rule of 2 to 3 times as many, argued by the growth that is expected. */
function growthRow({ name, ordering }: SizedTopic, of: string, trace: Trace): DecisionRow[] {
  const { growth } = trace;
  const id = `${topicId(name)}.partitions`;
  const outlook = growth?.exhaustions.find(({ choiceId }) => choiceId === id);
  const count = trace.choice(id).value;
  if (growth === null || outlook === undefined || outlook.atHorizon === null || outlook.atHorizon <= count) return [];
  const factor = (1 + growth.perYear) ** (growth.horizonSeconds / (365.25 * 86_400));
  const isUsedUp = (outlook.years ?? 0) * 365 < 1;
  const lasts = isUsedUp ? 'are used up already' : outlook.date === null ? `last ${significant(outlook.years ?? 0)} years` : `last until ${outlook.date}`;
  return [row(`${id}.horizon`, `Partitions for growth${of}`, countText(outlook.atHorizon), { why: `${percentText(growth.perYear)} a year is ${significant(factor)}x at the horizon (the usual advice: 2 to 3x); ${countText(count)} ${lasts}${ordering === 'key' ? ', and adding them later re-homes every key' : ''}`, inputs: ['growth.perYear', 'growth.horizon'] })];
}

function stateRow({ name }: SizedTopic, group: SizedGroup, trace: Trace): DecisionRow[] {
  if (group.state === null) return [];
  const id = groupId(name, group.name);
  return [row(`${id}.state`, `State of ${group.name}`, decimalBytesText(trace.value(`${id}.state`)), { why: `its changelogs take ${decimalBytesText(trace.value(`${id}.changelog.stored`))} of the brokers' disks, its caches ${decimalBytesText(trace.value(`${id}.cache`))} of its instances' memory`, formula: 'keys * bytesPerKey * stores', inputs: [group.state.keys.id, group.state.bytesPerKey.id, group.state.stores.id] })];
}

function remoteRow({ name, retention }: SizedTopic, of: string, trace: Trace): DecisionRow[] {
  if (retention.localSeconds === null) return [];
  return [row(`${topicId(name)}.remote`, `Remote tier${of}`, decimalBytesText(trace.value(`${topicId(name)}.remote`)), { why: `${durationText(retention.localSeconds.value)} stay on the brokers (local.retention.ms); a segment fills in ${durationText(trace.value(`${topicId(name)}.segment.seconds`))}`, formula: 'wire * retention', inputs: [retention.localSeconds.id] })];
}

function registryRows({ registry }: SizingInputs, trace: Trace): DecisionRow[] {
  if (registry === null) return [];
  return [row('registry', 'Schema Registry', `${significant(trace.value('registry.cores'))} cores, ${decimalBytesText(trace.value('registry.heap'))} heap`, { why: `${countText(registry.schemas.value)} schemas, ${rateText(registry.lookupsPerSecond.value)} lookups/s (${registry.lookupsPerSecond.source}); two instances, of which one may be down`, formula: 'max(256000000, schemas * 500000)', inputs: [registry.schemas.id, registry.lookupsPerSecond.id] })];
}

function costRows({ cluster: { price } }: SizingInputs, trace: Trace): DecisionRow[] {
  const total = trace.value('cost');
  if (price === null || total === 0) return [];
  const parts = [['cost.brokers', 'brokers'], ['cost.disk', 'disks'], ['cost.zones', 'bytes between zones']] as const;
  const named = parts.flatMap(([id, what]) => (trace.value(id) === 0 ? [] : [`${what} ${significant(trace.value(id))}`]));
  return [row('cost', 'Cost a month', `${significant(total)} ${price.currency}`, { why: `${named.join(', ')}; your prices of ${price.date}, 730 hours`, formula: 'sum(parts)', inputs: [price.brokerPerHour, price.diskPerByteMonth, price.crossZonePerByte].flatMap((each) => (each === null ? [] : [each.id])) })];
}

function consumerRow(topic: SizedTopic, group: SizedGroup, trace: Trace): DecisionRow {
  const id = `${groupId(topic.name, group.name)}.consumers`;
  return row(id, `Consumers of ${group.name}`, trace.countOf(id), {
    why: `${rateText(group.consumerRate.value)}/s each (${group.consumerRate.source}); at most one a partition works`,
    formula: 'smallest count that holds its constraints',
    inputs: [topic.peakRate.id, group.consumerRate.id],
  });
}

function producerRows({ name, producer, compressionRatio, minInsyncReplicas }: SizedTopic, of: string): DecisionRow[] {
  const at = topicId(name);
  const acksWhy = { all: `every in-sync replica has it, at least ${minInsyncReplicas.value}`, '1': 'the leader alone has it: a crash of it loses the newest records', '0': 'nobody has promised anything' }[producer.acks];
  return [
    row(`${at}.acks`, `acks${of}`, producer.acks, { why: acksWhy, inputs: [] }),
    row(`${at}.enable.idempotence`, `Idempotence${of}`, producer.isIdempotent ? 'on' : 'off', { why: producer.isIdempotent ? 'retries neither duplicate nor reorder' : 'a retry may duplicate and reorder', inputs: [] }),
    row(`${at}.compression.type`, `Compression${of}`, producer.compression, { why: `${significant(compressionRatio.value)}x less on the wire and on disk (${compressionRatio.source})`, inputs: [compressionRatio.id] }),
    row(`${at}.linger.ms`, `linger.ms${of}`, `${significant(producer.linger.value * 1000)} ms`, { why: producer.evidence ?? 'waits for batches to fill; adds at most so much to the latency', inputs: [producer.linger.id] }),
    row(`${at}.batch.size`, `batch.size${of}`, bytesText(producer.batchBytes.value), { why: 'uncompressed; larger batches compress better and cost fewer requests', inputs: [producer.batchBytes.id] }),
  ];
}

function retentionWhy({ retention }: SizedTopic): string {
  const { seconds, cleanup } = retention;
  const policy = cleanup === 'delete' ? '' : `cleanup.policy=${cleanup}; `;
  return seconds === null ? `${policy}nothing is deleted by time` : `${policy}retention.ms=${Math.round(seconds.value * 1000)} (${seconds.source})`;
}

function clusterRows({ topics, cluster }: SizingInputs, trace: Trace): DecisionRow[] {
  const choice = trace.choice('brokers');
  const storage = trace.value('storage');
  const brokersWhy = choice.decidedBy === null ? 'as many as a partition has replicas; nothing asks for more' : `decided by: ${trace.sentence(choice.decidedBy)}`;
  const survives = cluster.survives.zone ? 'at the peak a zone may be down' : cluster.survives.broker ? 'at the peak one may be down' : 'none may be down';
  const groups = topics.reduce((sum, topic) => sum + topic.groups.length, 0);
  return [
    row('disk.total', 'Disk in all', decimalBytesText(storage), { why: topics.length === 1 ? storageWhy(topics[0] as SizedTopic, trace) : 'all topics with their replicas and overhead', formula: 'sum(stored)', inputs: ['storage.overhead'] }),
    row('brokers', 'Brokers', trace.countOf('brokers'), { why: `${brokersWhy}; ${survives}`, formula: 'smallest count that holds its constraints', inputs: [] }),
    row('disk.perBroker', 'Disk per broker', decimalBytesText(trace.choice('disk.perBroker').value), { why: `${decimalBytesText(storage / choice.value)} stored, ${percentText(cluster.diskFill.value)} full at most, enough in ${percentText(trace.certainty.share)} of the draws`, formula: 'stored / fill', inputs: ['disk.fill'] }),
    row('network', 'Network in / out', `${decimalBytesText(trace.value('net.ingress.total'))}/s / ${decimalBytesText(trace.value('net.egress.total'))}/s`, { why: `all brokers: every replica in; ${counted(groups, 'group')} and the followers out`, formula: 'sum(groups) + sum(followers)', inputs: [] }),
  ];
}

function storageWhy(topic: SizedTopic, trace: Trace): string {
  const seconds = topic.retention.localSeconds ?? topic.retention.seconds;
  if (topic.retention.cleanup !== 'delete' || seconds === null || topic.retention.partitionBytes !== null) return 'what its retention keeps, all replicas, and overhead';
  return `${decimalBytesText(trace.value(`${topicId(topic.name)}.wire.mean`))}/s x ${durationText(seconds.value)} x ${topic.replicationFactor.value} replicas, open segments and overhead`;
}

function row(id: string, decision: string, value: string, { why, formula, inputs }: { why: string; formula?: string; inputs: readonly string[] }): DecisionRow {
  return { id, decision, value, why, formula: formula ?? null, inputs };
}
