/** One topic in the sheet: its bytes, its partitions with the constraints that ask for more of them, what it stores. */
import { groupPart, topicId } from '../../results/plan-ids.ts';
import type { Sheet } from '../model/sheet.ts';
import type { SizedTopic } from '../sizing-inputs.ts';
import { groupCells, groupRateCells, type GroupCells } from './group-cells.ts';

/** Ids of what the cluster adds up. */
export interface TopicCells {
  readonly name: string;
  /** What its ids begin with. */
  readonly id: string;
  readonly replicationFactor: string;
  readonly minInsyncReplicas: string;
  readonly wire: string;
  readonly written: string;
  readonly readByGroups: string;
  readonly readByFollowers: string;
  readonly stored: string;
  readonly replicas: string;
  readonly batches: string;
  /** Were every batch full. */
  readonly fullBatches: string;
  /** Transaction markers/s; null: no transactions. */
  readonly markers: string | null;
  readonly partitions: string;
  readonly linger: string;
  readonly producers: string;
  readonly groups: readonly GroupCells[];
}

const CLOSED_ONLY = "Kafka documentation, topic configs: retention deletes whole segments, and never the active one; it is closed at segment.bytes or segment.ms, so records stay up to one segment longer";
const RAO = 'Rao, How to choose the number of topics/partitions in a Kafka cluster, Confluent 2015';

export function topicCells(sheet: Sheet, topic: SizedTopic, growth: string): TopicCells {
  const { name } = topic;
  const at = topicId(name);
  const rates = rateCells(sheet, topic, growth);
  const replicationFactor = sheet.input(topic.replicationFactor);
  const minInsyncReplicas = sheet.input(topic.minInsyncReplicas);
  const groupRates = topic.groups.map((group) => groupRateCells(sheet, { at, group, rate: rates.rate }));
  const partitions = sheet.choose({ kind: 'count', id: `${at}.partitions`, label: `partitions of ${name}`, least: topic.ordering === 'total' ? 1 : replicationFactor, most: topic.ordering === 'total' ? 1 : Number.POSITIVE_INFINITY, step: 1, isShared: topic.groups.length > 0 });
  partitionConstraints(sheet, topic, { ...rates, partitions, groupRates });
  const groups = topic.groups.map((group, index) => groupCells(sheet, { at, group, rate: rates.rate, partitions, rates: groupRates[index] as (typeof groupRates)[number], recordBytes: topic.recordBytes.id, compressionRatio: topic.compressionRatio.id, replicationFactor }));
  const written = sheet.cell(`${at}.written`, { label: `written for ${name}, all replicas`, unit: 'bytes/s', text: 'wire * replicationFactor', terms: { wire: rates.wire, replicationFactor } });
  const batches = batchCells(sheet, topic, { rate: rates.rate, partitions });
  transactionCells(sheet, topic, batches);
  tieredCells(sheet, topic, { wire: rates.averageWire, partitions });
  return {
    name,
    id: at,
    replicationFactor,
    minInsyncReplicas,
    wire: rates.wire,
    written,
    readByGroups: sheet.cell(`${at}.read.groups`, { label: `read by the groups of ${name}`, unit: 'bytes/s', text: `wire * ${topic.groups.length}`, terms: { wire: rates.wire } }),
    readByFollowers: sheet.cell(`${at}.read.followers`, { label: `read by followers of ${name}`, unit: 'bytes/s', text: 'wire * (replicationFactor - 1)', terms: { wire: rates.wire, replicationFactor } }),
    stored: storedCell(sheet, topic, { wire: rates.averageWire, partitions, replicationFactor }),
    replicas: sheet.cell(`${at}.replicas`, { label: `replicas of ${name}`, unit: 'count', text: 'partitions * replicationFactor', terms: { partitions, replicationFactor } }),
    batches,
    markers: topic.transactions === null ? null : `${at}.markers`,
    fullBatches: sheet.cell(`${at}.batches.full`, { label: `batches of ${name} if each were full`, unit: 'requests/s', text: 'rate * recordBytes / batchBytes', terms: { rate: rates.rate, recordBytes: topic.recordBytes.id, batchBytes: topic.producer.batchBytes.id } }),
    partitions,
    linger: topic.producer.linger.id,
    producers: sheet.input(topic.producer.count),
    groups,
  };
}

interface RateCells {
  readonly rate: string;
  readonly wire: string;
  readonly averageWire: string;
}

function rateCells(sheet: Sheet, topic: SizedTopic, growth: string): RateCells {
  const { name } = topic;
  const at = topicId(name);
  const peak = sheet.input(topic.peakRate);
  const average = sheet.input(topic.averageRate);
  const recordBytes = sheet.input(topic.recordBytes);
  const ratio = sheet.input(topic.compressionRatio);
  const rate = sheet.cell(`${at}.rate`, { label: `peak rate of ${name}`, unit: 'records/s', text: 'peak * growth', terms: { peak, growth } });
  const averageRate = sheet.cell(`${at}.rate.mean`, { label: `average rate of ${name}`, unit: 'records/s', text: 'average * growth', terms: { average, growth } });
  const wireOf = (id: string, label: string, of: string): string => sheet.cell(id, { label, unit: 'bytes/s', text: 'rate * recordBytes / compressionRatio', terms: { rate: of, recordBytes, compressionRatio: ratio } });
  return { rate, wire: wireOf(`${at}.wire`, `compressed bytes of ${name} at the peak`, rate), averageWire: wireOf(`${at}.wire.mean`, `compressed bytes of ${name} on average`, averageRate) };
}

function partitionConstraints(sheet: Sheet, topic: SizedTopic, { rate, wire, partitions, groupRates }: RateCells & { partitions: string; groupRates: readonly { name: string; consumerRate: string; catchUpRate: string | null }[] }): void {
  const { name } = topic;
  const at = topicId(name);
  const partitionRate = sheet.input(topic.partitionBytesPerSecond);
  const perPartition = sheet.cell(`${at}.partition.wire`, { label: `bytes into one partition of ${name}`, unit: 'bytes/s', text: 'wire / partitions', terms: { wire, partitions }, reference: RAO });
  sheet.constrain({ id: `${at}.partitions.produce`, what: `a partition of ${name} takes what its producers send`, demand: perPartition, capacity: partitionRate, choice: partitions });
  const recordsPerPartition = topic.groups.length === 0 ? null : sheet.cell(`${at}.partition.rate.mean`, { label: `records of one partition of ${name}`, unit: 'records/s', text: 'rate / partitions', terms: { rate, partitions }, reference: RAO });
  for (const { name: group, consumerRate, catchUpRate } of groupRates) {
    if (recordsPerPartition !== null) sheet.constrain({ id: `${at}.partitions.consume.${groupPart(group)}`, what: `a consumer of ${group} takes its partition's records`, demand: recordsPerPartition, capacity: consumerRate, choice: partitions });
    if (catchUpRate === null) continue;
    const demand = sheet.cell(`${at}.partition.catchup.${groupPart(group)}`, { label: `records of one partition while ${group} catches up`, unit: 'records/s', text: 'catchUpRate / partitions', terms: { catchUpRate, partitions } });
    sheet.constrain({ id: `${at}.partitions.catchup.${groupPart(group)}`, what: `with a consumer for each partition ${group} catches up in time`, demand, capacity: consumerRate, choice: partitions });
  }
  skewConstraints(sheet, topic, { rate, wire, partitions, groupRates, partitionRate });
}

function skewConstraints(sheet: Sheet, topic: SizedTopic, { rate, wire, partitions, groupRates, partitionRate }: { rate: string; wire: string; partitions: string; partitionRate: string; groupRates: readonly { name: string; consumerRate: string }[] }): void {
  const { name } = topic;
  const at = topicId(name);
  const busiest = busiestCell(sheet, topic, partitions);
  if (busiest === null) return;
  const produced = sheet.cell(`${at}.busiest.wire`, { label: `bytes into the busiest partition of ${name}`, unit: 'bytes/s', text: 'busiest * wire', terms: { busiest, wire } });
  sheet.constrain({ id: `${at}.partitions.skew.produce`, what: `the busiest partition of ${name} takes what its producers send`, demand: produced, capacity: partitionRate, choice: partitions });
  const records = sheet.cell(`${at}.busiest.rate`, { label: `records of the busiest partition of ${name}`, unit: 'records/s', text: 'busiest * rate', terms: { busiest, rate } });
  for (const { name: group, consumerRate } of groupRates) sheet.constrain({ id: `${at}.partitions.skew.${groupPart(group)}`, what: `a consumer of ${group} takes the busiest partition's records`, demand: records, capacity: consumerRate, choice: partitions });
}

/** Null where nothing is known of the keys. */
function busiestCell(sheet: Sheet, { name, keys }: SizedTopic, partitions: string): string | null {
  const at = topicId(name);
  const label = `share of the busiest partition of ${name}`;
  switch (keys.kind) {
    case 'none':
    case 'unknown':
      return null;
    case 'law': {
      const terms = { keys: sheet.input(keys.count), exponent: sheet.input(keys.exponent) };
      sheet.cell(`${at}.hottest`, { label: `share of the hottest key of ${name}`, unit: 'ratio', text: 'hottestShare(keys, exponent)', terms, reference: "Zipf's law" });
      return sheet.cell(`${at}.busiest`, { label, unit: 'ratio', text: 'busiestShare(partitions, keys, exponent)', terms: { ...terms, partitions }, reference: 'keys placed by a hash: the hottest and an even part of the rest, or the expected maximum of normal sums' });
    }
    case 'hottest':
      return sheet.cell(`${at}.busiest`, { label, unit: 'ratio', text: 'hottest + (1 - hottest) / partitions', terms: { hottest: sheet.input(keys.share), partitions } });
  }
}

/** A batch is full by size, or by what comes within linger.ms for its partition. */
function batchCells(sheet: Sheet, topic: SizedTopic, { rate, partitions }: { rate: string; partitions: string }): string {
  const { name } = topic;
  const at = topicId(name);
  const { producer, keys } = topic;
  const terms = { rate, producers: sheet.input(producer.count), linger: sheet.input(producer.linger), batchBytes: sheet.input(producer.batchBytes), recordBytes: topic.recordBytes.id };
  const recordsPerBatch = sheet.cell(`${at}.batch.records`, {
    label: `records in a batch of ${name}`,
    unit: 'ratio',
    text: keys.kind === 'none' ? 'max(1, min(batchBytes / recordBytes, 1 + rate / producers * linger))' : 'max(1, min(batchBytes / recordBytes, 1 + rate / producers / partitions * linger))',
    terms: keys.kind === 'none' ? terms : { ...terms, partitions },
    reference: keys.kind === 'none' ? 'KIP-794: without a key one partition at a time is filled' : 'each partition fills its own batch',
  });
  return sheet.cell(`${at}.batches`, { label: `batches of ${name}`, unit: 'requests/s', text: 'rate / recordsPerBatch', terms: { rate, recordsPerBatch } });
}

function storedCell(sheet: Sheet, topic: SizedTopic, { wire, partitions, replicationFactor }: { wire: string; partitions: string; replicationFactor: string }): string {
  const { name } = topic;
  const at = topicId(name);
  const { retention } = topic;
  const overhead = 'storage.overhead';
  const kept: string[] = [];
  const seconds = retention.localSeconds ?? retention.seconds;
  if (retention.seconds !== null) sheet.input(retention.seconds);
  if (retention.cleanup !== 'compact' && seconds !== null) kept.push(sheet.cell(`${at}.kept.time`, { label: `${name} within its retention, and in the segments that are not closed`, unit: 'bytes', text: 'wire * retention + min(segmentBytes * partitions, wire * segmentSeconds)', terms: { wire, retention: sheet.input(seconds), segmentBytes: 'segment.bytes', partitions, segmentSeconds: 'segment.seconds' }, reference: CLOSED_ONLY }));
  if (retention.cleanup !== 'compact' && retention.partitionBytes !== null) kept.push(sheet.cell(`${at}.kept.bytes`, { label: `${name} within retention.bytes`, unit: 'bytes', text: 'retentionBytes * partitions', terms: { retentionBytes: sheet.input(retention.partitionBytes), partitions } }));
  if (retention.cleanup !== 'delete' && retention.liveKeys !== null) {
    kept.push(
      sheet.cell(`${at}.kept.keys`, {
        label: `newest record of each key of ${name}, and as much again that waits for compaction`,
        unit: 'bytes',
        text: '2 * keys * recordBytes / compressionRatio',
        terms: { keys: sheet.input(retention.liveKeys), recordBytes: topic.recordBytes.id, compressionRatio: topic.compressionRatio.id },
        reference: "min.cleanable.dirty.ratio 0.5, Kafka's default",
      }),
    );
  }
  const kind = kept.length === 1 ? (kept[0] as string) : sheet.cell(`${at}.kept`, { label: `kept of ${name}, one replica`, unit: 'bytes', text: 'min(limits)', terms: { limits: kept } });
  return sheet.cell(`${at}.stored`, { label: `stored for ${name}, all replicas`, unit: 'bytes', text: 'kept * replicationFactor * (1 + overhead)', terms: { kept: kind, replicationFactor, overhead } });
}

/** A commit writes a marker into each partition of its transaction: small transactions cost as much as small batches. */
function transactionCells(sheet: Sheet, { name, transactions }: SizedTopic, batches: string): void {
  if (transactions === null) return;
  const at = topicId(name);
  const terms = { commits: sheet.input(transactions.commitsPerSecond), partitions: sheet.input(transactions.partitionsPerTransaction) };
  const markers = sheet.cell(`${at}.markers`, { label: `transaction markers of ${name}`, unit: 'requests/s', text: 'commits * partitions', terms, reference: 'KIP-98: one control batch a partition a transaction' });
  sheet.constrain({ id: `${at}.transactions.markers`, what: `${name} has no more transaction markers than batches of records`, demand: markers, capacity: batches, choice: null });
}

/** What is still being written cannot be moved away. */
function tieredCells(sheet: Sheet, { name, retention }: SizedTopic, { wire, partitions }: { wire: string; partitions: string }): void {
  if (retention.localSeconds === null) return;
  const at = topicId(name);
  const roll = sheet.cell(`${at}.segment.seconds`, { label: `time in which a segment of ${name} fills`, unit: 'seconds', text: 'segmentBytes / (wire / partitions)', terms: { segmentBytes: 'segment.bytes', wire, partitions }, reference: 'KIP-405: only closed segments are moved to the remote tier' });
  sheet.constrain({ id: `${at}.tiered.local`, what: `what stays on the brokers of ${name} is more than the segment being written`, demand: roll, capacity: sheet.input(retention.localSeconds), choice: null });
  if (retention.seconds !== null) sheet.cell(`${at}.remote`, { label: `${name} in the remote tier`, unit: 'bytes', text: 'wire * retention', terms: { wire, retention: sheet.input(retention.seconds) }, reference: 'one copy: the store replicates by itself' });
}
