/** Settings that work and may be regretted, in the words of those who have: what happens, and what to do instead. */
import { topicId } from '../../results/plan-ids.ts';
import type { PlanGrowth, PlannedConstraint, PlanWarning } from '../../results/plan-record.ts';
import { bytesText, countText, decimalBytesText, percentText, significant } from '../../results/render/number-text.ts';
import { MESSAGE_BYTES, messageBytesMax } from '../large-records.ts';
import type { SizedTopic, SizingInputs } from '../sizing-inputs.ts';

export interface WarningContext {
  readonly inputs: SizingInputs;
  readonly point: ReadonlyMap<string, number>;
  readonly constraints: readonly PlannedConstraint[];
  readonly growth: PlanGrowth | null;
}

/** A key above this share of one partition's even part is called hot. */
const HOT_TIMES_EVEN = 2;

export function planWarnings({ inputs, point, constraints, growth }: WarningContext): PlanWarning[] {
  return [...inputs.cautions, ...inputs.topics.flatMap((topic) => [...durability(topic), ...producing(topic), ...largeRecords(topic), ...smallBatches(topic, point), ...keys(topic, point), ...partitions(topic, point), ...rehoming(topic, { point, growth }), ...retentionBytes(topic, point)]), ...cluster(inputs, { point, constraints })];
}

function durability({ name, replicationFactor, minInsyncReplicas, producer, isLedger }: SizedTopic): PlanWarning[] {
  const [replicas, minIsr] = [replicationFactor.value, minInsyncReplicas.value];
  const found: PlanWarning[] = [];
  if (replicas === 1) found.push({ code: 'durability.one-copy', what: `${name}: replication factor 1 loses data with a disk, and stops with a broker`, remedy: 'replication factor 3 with min.insync.replicas 2' });
  else if (minIsr === 1 && producer.acks === 'all') found.push({ code: 'durability.min-isr-1', what: `${name}: with min.insync.replicas 1 acks=all is satisfied by the leader alone once the others have dropped out; its loss is then silent`, remedy: `min.insync.replicas ${replicas - 1}: writes are rejected, visibly, instead` });
  if (minIsr === replicas && replicas > 1) found.push({ code: 'availability.min-isr-all', what: `${name}: min.insync.replicas equals the replication factor: restarting any broker stops writes`, remedy: `min.insync.replicas ${replicas - 1}` });
  if (producer.isUncleanElection) found.push({ code: 'durability.unclean-election', what: `${name}: unclean leader election lets a replica lead that lacks acknowledged records: they are gone`, remedy: 'unclean.leader.election.enable=false, Kafka\'s default' });
  if (producer.acks === '0') found.push({ code: 'durability.acks-0', what: `${name}: acks=0 counts as sent what nobody has received`, remedy: isLedger ? 'acks=all' : 'acks=1 at least; acks=all where a record may not be lost' });
  if (producer.acks === '1') found.push({ code: 'durability.acks-1', what: `${name}: acks=1 loses the newest records when a leader crashes before they are copied${isLedger ? ', and this topic is a ledger' : ''}`, remedy: isLedger ? 'acks=all with min.insync.replicas 2: money is not sent with acks=1' : 'acks=all, unless such a loss does not matter' });
  return found;
}

function producing({ name, producer, ordering, isLedger }: SizedTopic): PlanWarning[] {
  if (producer.isIdempotent || !producer.isRetrying) return producer.isIdempotent || !isLedger ? [] : [{ code: 'producer.no-retries', what: `${name}: without retries a passing error loses records of a ledger`, remedy: 'enable.idempotence=true, which retries safely' }];
  return [{ code: 'producer.retries-without-idempotence', what: `${name}: retries without idempotence append a record twice when only its acknowledgement was lost${ordering === 'none' ? '' : ', and may reorder'}`, remedy: 'enable.idempotence=true (needs acks=all)' }];
}

function largeRecords({ name, recordBytes }: SizedTopic): PlanWarning[] {
  const limit = messageBytesMax({ recordBytes });
  if (limit === null) return [];
  const settings = `max.message.bytes and the producers' max.request.size of ${countText(limit)}, the brokers' replica.fetch.max.bytes and the consumers' max.partition.fetch.bytes as large`;
  return [{ code: 'records.large', what: `${name}: records of up to ${bytesText(recordBytes.high)} are refused: Kafka takes batches of ${countText(MESSAGE_BYTES)} bytes and producers send requests of 1 MiB by default`, remedy: `${settings}, as --export writes them (recordSize with its high where single records are larger), or the payload in an object store and its address in the record` }];
}

/** Below this share of batch.size a batch is closed by time, not by being full. */
const FILLED_SHARE_MIN = 0.25;

function smallBatches({ name, producer, recordBytes, compressionRatio, keys: { kind } }: SizedTopic, point: ReadonlyMap<string, number>): PlanWarning[] {
  const records = point.get(`${topicId(name)}.batch.records`) as number;
  const bytes = records * recordBytes.value;
  if (bytes >= producer.batchBytes.value * FILLED_SHARE_MIN || producer.batchBytes.value < recordBytes.value) return [];
  const perSecond = (point.get(`${topicId(name)}.rate`) as number) / producer.count.value / (kind === 'none' ? 1 : (point.get(`${topicId(name)}.partitions`) as number));
  return [{ code: 'producer.small-batches', what: `${name}: linger.ms closes batches at ${significant(records)} records (${bytesText(bytes)} of ${bytesText(producer.batchBytes.value)}): they compress less than full ones and cost more requests`, remedy: `${compressionRatio.source === 'measured' ? '' : 'measure how much with --sample; '}fewer producers or a longer linger.ms fill them; full ones would take linger.ms ${significant((producer.batchBytes.value / recordBytes.value / perSecond) * 1000)} at this rate with ${significant(producer.count.value)} producers` }];
}

function keys(topic: SizedTopic, point: ReadonlyMap<string, number>): PlanWarning[] {
  const { name, ordering, retention } = topic;
  const found: PlanWarning[] = [];
  if (topic.keys.kind === 'none' && retention.cleanup !== 'delete') found.push({ code: 'key.compaction-without-key', what: `${name}: a compacted topic refuses records without a key`, remedy: 'a key for every record, or cleanup.policy=delete' });
  if (topic.keys.kind === 'unknown' && topic.groups.length > 0) found.push({ code: 'key.skew-unknown', what: `${name}: how evenly ${topic.keys.name} spreads is not known; the busiest partition decides, and more partitions do not help a hot key`, remedy: `measure it: --sample FILE with the key's path, or give key: { name: ${topic.keys.name}, count: ..., zipf: ... }` });
  if (topic.groups.some(({ kind }) => kind === 'streams') && ordering === 'none') found.push({ code: 'key.streams-without-key', what: `${name}: Kafka Streams aggregates by key; records without one are repartitioned first, written a second time`, remedy: 'the key by which it aggregates' });
  const hottest = topic.keys.kind === 'hottest' ? topic.keys.share.value : point.get(`${topicId(name)}.hottest`);
  const count = point.get(`${topicId(name)}.partitions`) as number;
  if (hottest !== undefined && count > 1 && hottest > HOT_TIMES_EVEN / count) {
    const buckets = Math.ceil(hottest * count);
    found.push({ code: 'key.hot', what: `${name}: the hottest key has ${percentText(hottest)} of the records, ${significant(hottest * count)} times a partition's even part: more partitions do not spread it`, remedy: `a composite key (key + bucket of ${countText(buckets)}), reassembled downstream where order over the whole key matters` });
  }
  return found;
}

function partitions(topic: SizedTopic, point: ReadonlyMap<string, number>): PlanWarning[] {
  const { name, ordering, replicationFactor } = topic;
  const found: PlanWarning[] = [];
  const count = point.get(`${topicId(name)}.partitions`) as number;
  if (ordering === 'total') found.push({ code: 'ordering.total', what: `${name}: one order over all records means one partition: its speed is the topic's`, remedy: 'order per key, where that is enough' });
  if (ordering === 'key' && topic.keys.kind === 'none') found.push({ code: 'key.none-for-order', what: `${name}: order is asked for and records have no key: they are spread over the partitions`, remedy: 'the key whose records must stay in order' });
  for (const { name: group, consumers } of topic.groups) {
    if (consumers !== null && consumers.value > count) found.push({ code: 'consumers.idle', what: `${group}: of ${countText(consumers.value)} consumers ${countText(consumers.value - count)} would have no partition`, remedy: `${countText(count)} consumers, or more partitions` });
  }
  if (topic.partitions !== null && topic.groups.length > 0) {
    const needed = Math.max(...topic.groups.map((group) => (point.get(`${topicId(name)}.rate`) as number) / group.consumerRate.value), 1);
    if (Math.ceil(needed - 1e-9) * replicationFactor.value === topic.partitions.value) found.push({ code: 'units.partitions-or-replicas', what: `${name}: ${countText(topic.partitions.value)} partitions are exactly the ${countText(Math.ceil(needed - 1e-9))} that are needed times the replication factor`, remedy: 'replicas are not partitions: Kafka multiplies by the replication factor itself' });
  }
  return found;
}

/** More partitions later move keys to other partitions: their order breaks at that moment, and joined or stored state no longer fits. */
function rehoming({ name, ordering }: SizedTopic, { point, growth }: Pick<WarningContext, 'point' | 'growth'>): PlanWarning[] {
  const outlook = growth?.exhaustions.find(({ choiceId }) => choiceId === `${topicId(name)}.partitions`);
  const count = point.get(`${topicId(name)}.partitions`) as number;
  if (ordering !== 'key' || outlook === undefined || outlook.atHorizon === null || outlook.atHorizon <= count) return [];
  return [{ code: 'partitions.rehome', what: `${name}: growth asks for ${countText(outlook.atHorizon)} partitions by the horizon, and adding them later re-homes every key: hash(key) % partitions changes`, remedy: `create it with ${countText(outlook.atHorizon)} (${significant(outlook.atHorizon / count)} times as many) from the start` }];
}

function retentionBytes({ name, retention: kept, replicationFactor }: SizedTopic, point: ReadonlyMap<string, number>): PlanWarning[] {
  const [byTime, byBytes] = [point.get(`${topicId(name)}.kept.time`), point.get(`${topicId(name)}.kept.bytes`)];
  if (kept.partitionBytes === null || byTime === undefined || byBytes === undefined || byBytes < byTime * 3) return [];
  const count = point.get(`${topicId(name)}.partitions`) as number;
  return [{ code: 'units.retention-bytes', what: `${name}: retention.bytes is for one partition; ${countText(count)} of them may keep ${decimalBytesText(byBytes)} where time keeps ${decimalBytesText(byTime)}: it never takes effect`, remedy: `if the whole topic was meant: ${decimalBytesText(kept.partitionBytes.value / count)} a partition${replicationFactor.value > 1 ? `; with all replicas counted: ${decimalBytesText(kept.partitionBytes.value / count / replicationFactor.value)}` : ''}` }];
}

function cluster({ topics, cluster: { survives, zones } }: SizingInputs, { point, constraints }: Pick<WarningContext, 'point' | 'constraints'>): PlanWarning[] {
  const found: PlanWarning[] = [];
  const brokers = point.get('brokers') as number;
  const replicas = Math.max(...topics.map(({ replicationFactor }) => replicationFactor.value));
  if (survives.rollingRestart && topics.some((topic) => topic.replicationFactor.value - topic.minInsyncReplicas.value === 1)) found.push({ code: 'availability.restart-and-failure', what: 'while one broker is being restarted the loss of another stops writes to the partitions that both hold', remedy: 'restart in quiet hours, one at a time, each only when no partition is under-replicated; min.insync.replicas two below the replication factor bears both' });
  if (brokers === replicas && brokers > 1) found.push({ code: 'availability.no-spare-broker', what: `${countText(brokers)} brokers for replication factor ${countText(replicas)}: a lost broker's replicas have nowhere to go until it is replaced`, remedy: `${countText(brokers + 1)} brokers, where a replacement takes long` });
  if (zones > 1 && replicas < zones) found.push({ code: 'availability.zones', what: `replication factor ${countText(replicas)} does not reach all ${countText(zones)} zones`, remedy: `replication factor ${countText(zones)}` });
  for (const { id, what, slack } of constraints.map((each) => ({ ...each, what: each.sentence }))) {
    if (id === 'controller.partitions' && slack >= 0 && slack < 0.2) found.push({ code: 'partitions.many', what: `${what}: ${percentText(slack)} free; each partition costs file handles, metadata and time of rebalancing`, remedy: 'fewer topics or partitions' });
  }
  return found;
}
