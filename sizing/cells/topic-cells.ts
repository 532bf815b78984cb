/** One topic in the sheet: its bytes, its partitions with the constraints that ask for more of them, what it stores. */
import type { Sheet } from '../model/sheet.ts';
import type { SizedTopic } from '../sizing-inputs.ts';
import { groupCells, groupRateCells, type GroupCells } from './group-cells.ts';

/** Ids of what the cluster adds up. */
export interface TopicCells {
  readonly name: string;
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
  const at = topic.name;
  const rates = rateCells(sheet, topic, growth);
  const replicationFactor = sheet.input(topic.replicationFactor);
  const minInsyncReplicas = sheet.input(topic.minInsyncReplicas);
  const groupRates = topic.groups.map((group) => groupRateCells(sheet, { at, group, rate: rates.rate }));
  const partitions = sheet.choose({ kind: 'count', id: `${at}.partitions`, label: `partitions of ${at}`, least: topic.ordering === 'total' ? 1 : replicationFactor, most: topic.ordering === 'total' ? 1 : Number.POSITIVE_INFINITY, step: 1, isShared: topic.groups.length > 0 });
  partitionConstraints(sheet, topic, { ...rates, partitions, groupRates });
  const groups = topic.groups.map((group, index) => groupCells(sheet, { at, group, rate: rates.rate, partitions, rates: groupRates[index] as (typeof groupRates)[number], recordBytes: topic.recordBytes.id, compressionRatio: topic.compressionRatio.id, replicationFactor }));
  const written = sheet.cell(`${at}.written`, { label: `written for ${at}, all replicas`, unit: 'bytes/s', text: 'wire * replicationFactor', terms: { wire: rates.wire, replicationFactor } });
  const batches = batchCells(sheet, topic, { rate: rates.rate, partitions });
  transactionCells(sheet, topic, batches);
  tieredCells(sheet, topic, { wire: rates.averageWire, partitions });
  return {
    name: at,
    replicationFactor,
    minInsyncReplicas,
    wire: rates.wire,
    written,
    readByGroups: sheet.cell(`${at}.read.groups`, { label: `read by the groups of ${at}`, unit: 'bytes/s', text: `wire * ${topic.groups.length}`, terms: { wire: rates.wire } }),
    readByFollowers: sheet.cell(`${at}.read.followers`, { label: `read by followers of ${at}`, unit: 'bytes/s', text: 'wire * (replicationFactor - 1)', terms: { wire: rates.wire, replicationFactor } }),
    stored: storedCell(sheet, topic, { wire: rates.averageWire, partitions, replicationFactor }),
    replicas: sheet.cell(`${at}.replicas`, { label: `replicas of ${at}`, unit: 'count', text: 'partitions * replicationFactor', terms: { partitions, replicationFactor } }),
    batches,
    markers: topic.transactions === null ? null : `${at}.markers`,
    fullBatches: sheet.cell(`${at}.batches.full`, { label: `batches of ${at} if each were full`, unit: 'requests/s', text: 'rate * recordBytes / batchBytes', terms: { rate: rates.rate, recordBytes: topic.recordBytes.id, batchBytes: topic.producer.batchBytes.id } }),
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
  const at = topic.name;
  const peak = sheet.input(topic.peakRate);
  const average = sheet.input(topic.averageRate);
  const recordBytes = sheet.input(topic.recordBytes);
  const ratio = sheet.input(topic.compressionRatio);
  const rate = sheet.cell(`${at}.rate`, { label: `peak rate of ${at}`, unit: 'records/s', text: 'peak * growth', terms: { peak, growth } });
  const averageRate = sheet.cell(`${at}.rate.mean`, { label: `average rate of ${at}`, unit: 'records/s', text: 'average * growth', terms: { average, growth } });
  const wireOf = (id: string, label: string, of: string): string => sheet.cell(id, { label, unit: 'bytes/s', text: 'rate * recordBytes / compressionRatio', terms: { rate: of, recordBytes, compressionRatio: ratio } });
  return { rate, wire: wireOf(`${at}.wire`, `compressed bytes of ${at} at the peak`, rate), averageWire: wireOf(`${at}.wire.mean`, `compressed bytes of ${at} on average`, averageRate) };
}

function partitionConstraints(sheet: Sheet, topic: SizedTopic, { rate, wire, partitions, groupRates }: RateCells & { partitions: string; groupRates: readonly { name: string; consumerRate: string; catchUpRate: string | null }[] }): void {
  const at = topic.name;
  const partitionRate = sheet.input(topic.partitionBytesPerSecond);
  const perPartition = sheet.cell(`${at}.partition.wire`, { label: `bytes into one partition of ${at}`, unit: 'bytes/s', text: 'wire / partitions', terms: { wire, partitions }, reference: RAO });
  sheet.constrain({ id: `${at}.partitions.produce`, what: `a partition of ${at} takes what its producers send`, demand: perPartition, capacity: partitionRate, choice: partitions });
  const recordsPerPartition = topic.groups.length === 0 ? null : sheet.cell(`${at}.partition.rate.mean`, { label: `records of one partition of ${at}`, unit: 'records/s', text: 'rate / partitions', terms: { rate, partitions }, reference: RAO });
  for (const { name, consumerRate, catchUpRate } of groupRates) {
    if (recordsPerPartition !== null) sheet.constrain({ id: `${at}.partitions.consume.${name}`, what: `a consumer of ${name} takes its partition's records`, demand: recordsPerPartition, capacity: consumerRate, choice: partitions });
    if (catchUpRate === null) continue;
    const demand = sheet.cell(`${at}.partition.catchup.${name}`, { label: `records of one partition while ${name} catches up`, unit: 'records/s', text: 'catchUpRate / partitions', terms: { catchUpRate, partitions } });
    sheet.constrain({ id: `${at}.partitions.catchup.${name}`, what: `with a consumer for each partition ${name} catches up in time`, demand, capacity: consumerRate, choice: partitions });
  }
  skewConstraints(sheet, topic, { rate, wire, partitions, groupRates, partitionRate });
}

function skewConstraints(sheet: Sheet, topic: SizedTopic, { rate, wire, partitions, groupRates, partitionRate }: { rate: string; wire: string; partitions: string; partitionRate: string; groupRates: readonly { name: string; consumerRate: string }[] }): void {
  const at = topic.name;
  const busiest = busiestCell(sheet, topic, partitions);
  if (busiest === null) return;
  const produced = sheet.cell(`${at}.busiest.wire`, { label: `bytes into the busiest partition of ${at}`, unit: 'bytes/s', text: 'busiest * wire', terms: { busiest, wire } });
  sheet.constrain({ id: `${at}.partitions.skew.produce`, what: `the busiest partition of ${at} takes what its producers send`, demand: produced, capacity: partitionRate, choice: partitions });
  const records = sheet.cell(`${at}.busiest.rate`, { label: `records of the busiest partition of ${at}`, unit: 'records/s', text: 'busiest * rate', terms: { busiest, rate } });
  for (const { name, consumerRate } of groupRates) sheet.constrain({ id: `${at}.partitions.skew.${name}`, what: `a consumer of ${name} takes the busiest partition's records`, demand: records, capacity: consumerRate, choice: partitions });
}

/** Null where nothing is known of the keys. */
function busiestCell(sheet: Sheet, { name: at, keys }: SizedTopic, partitions: string): string | null {
  const label = `share of the busiest partition of ${at}`;
  switch (keys.kind) {
    case 'none':
    case 'unknown':
      return null;
    case 'law': {
      const terms = { keys: sheet.input(keys.count), exponent: sheet.input(keys.exponent) };
      sheet.cell(`${at}.hottest`, { label: `share of the hottest key of ${at}`, unit: 'ratio', text: 'hottestShare(keys, exponent)', terms, reference: "Zipf's law" });
      return sheet.cell(`${at}.busiest`, { label, unit: 'ratio', text: 'busiestShare(partitions, keys, exponent)', terms: { ...terms, partitions }, reference: 'keys placed by a hash: the hottest and an even part of the rest, or the expected maximum of normal sums' });
    }
    case 'hottest':
      return sheet.cell(`${at}.busiest`, { label, unit: 'ratio', text: 'hottest + (1 - hottest) / partitions', terms: { hottest: sheet.input(keys.share), partitions } });
  }
}

/** A batch is full by size, or by what comes within linger.ms for its partition. */
function batchCells(sheet: Sheet, topic: SizedTopic, { rate, partitions }: { rate: string; partitions: string }): string {
  const at = topic.name;
  const { producer, keys } = topic;
  const terms = { rate, producers: sheet.input(producer.count), linger: sheet.input(producer.linger), batchBytes: sheet.input(producer.batchBytes), recordBytes: topic.recordBytes.id };
  const recordsPerBatch = sheet.cell(`${at}.batch.records`, {
    label: `records in a batch of ${at}`,
    unit: 'ratio',
    text: keys.kind === 'none' ? 'max(1, min(batchBytes / recordBytes, 1 + rate / producers * linger))' : 'max(1, min(batchBytes / recordBytes, 1 + rate / producers / partitions * linger))',
    terms: keys.kind === 'none' ? terms : { ...terms, partitions },
    reference: keys.kind === 'none' ? 'KIP-794: without a key one partition at a time is filled' : 'each partition fills its own batch',
  });
  return sheet.cell(`${at}.batches`, { label: `batches of ${at}`, unit: 'requests/s', text: 'rate / recordsPerBatch', terms: { rate, recordsPerBatch } });
}

function storedCell(sheet: Sheet, topic: SizedTopic, { wire, partitions, replicationFactor }: { wire: string; partitions: string; replicationFactor: string }): string {
  const at = topic.name;
  const { retention } = topic;
  const overhead = 'storage.overhead';
  const kept: string[] = [];
  const seconds = retention.localSeconds ?? retention.seconds;
  if (retention.seconds !== null) sheet.input(retention.seconds);
  if (retention.cleanup !== 'compact' && seconds !== null) kept.push(sheet.cell(`${at}.kept.time`, { label: `${at} within its retention, and in the segments that are not closed`, unit: 'bytes', text: 'wire * retention + min(segmentBytes * partitions, wire * segmentSeconds)', terms: { wire, retention: sheet.input(seconds), segmentBytes: 'segment.bytes', partitions, segmentSeconds: 'segment.seconds' }, reference: CLOSED_ONLY }));
  if (retention.cleanup !== 'compact' && retention.partitionBytes !== null) kept.push(sheet.cell(`${at}.kept.bytes`, { label: `${at} within retention.bytes`, unit: 'bytes', text: 'retentionBytes * partitions', terms: { retentionBytes: sheet.input(retention.partitionBytes), partitions } }));
  if (retention.cleanup !== 'delete' && retention.liveKeys !== null) {
    kept.push(
      sheet.cell(`${at}.kept.keys`, {
        label: `newest record of each key of ${at}, and as much again that waits for compaction`,
        unit: 'bytes',
        text: '2 * keys * recordBytes / compressionRatio',
        terms: { keys: sheet.input(retention.liveKeys), recordBytes: topic.recordBytes.id, compressionRatio: topic.compressionRatio.id },
        reference: "min.cleanable.dirty.ratio 0.5, Kafka's default",
      }),
    );
  }
  const kind = kept.length === 1 ? (kept[0] as string) : sheet.cell(`${at}.kept`, { label: `kept of ${at}, one replica`, unit: 'bytes', text: 'min(limits)', terms: { limits: kept } });
  return sheet.cell(`${at}.stored`, { label: `stored for ${at}, all replicas`, unit: 'bytes', text: 'kept * replicationFactor * (1 + overhead)', terms: { kept: kind, replicationFactor, overhead } });
}

/** A commit writes a marker into each partition of its transaction: small transactions cost as much as small batches. */
function transactionCells(sheet: Sheet, { name: at, transactions }: SizedTopic, batches: string): void {
  if (transactions === null) return;
  const terms = { commits: sheet.input(transactions.commitsPerSecond), partitions: sheet.input(transactions.partitionsPerTransaction) };
  const markers = sheet.cell(`${at}.markers`, { label: `transaction markers of ${at}`, unit: 'requests/s', text: 'commits * partitions', terms, reference: 'KIP-98: one control batch a partition a transaction' });
  sheet.constrain({ id: `${at}.transactions.markers`, what: `${at} has no more transaction markers than batches of records`, demand: markers, capacity: batches, choice: null });
}

/** What is still being written cannot be moved away. */
function tieredCells(sheet: Sheet, { name: at, retention }: SizedTopic, { wire, partitions }: { wire: string; partitions: string }): void {
  if (retention.localSeconds === null) return;
  const roll = sheet.cell(`${at}.segment.seconds`, { label: `time in which a segment of ${at} fills`, unit: 'seconds', text: 'segmentBytes / (wire / partitions)', terms: { segmentBytes: 'segment.bytes', wire, partitions }, reference: 'KIP-405: only closed segments are moved to the remote tier' });
  sheet.constrain({ id: `${at}.tiered.local`, what: `what stays on the brokers of ${at} is more than the segment being written`, demand: roll, capacity: sheet.input(retention.localSeconds), choice: null });
  if (retention.seconds !== null) sheet.cell(`${at}.remote`, { label: `${at} in the remote tier`, unit: 'bytes', text: 'wire * retention', terms: { wire, retention: sheet.input(retention.seconds) }, reference: 'one copy: the store replicates by itself' });
}
