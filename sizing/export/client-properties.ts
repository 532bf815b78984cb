/** Producer and consumer settings of a plan as properties files, as Java's clients and headroom's read them. No address and no secret is in them. */
import { groupId, topicId } from '../../results/plan-ids.ts';
import type { GroupKind, Plan, PlannedTopic } from '../../results/plan-record.ts';
import { comment, header, type ExportedFile, type ExportRequest } from './export-file.ts';

const CONNECTION = 'bootstrap.servers, serializers and how to authenticate are left to the application.';
/** Kafka's defaults (4.2). */
const BUFFER_BYTES = 33_554_432;
const PARTITION_FETCH_BYTES = 1_048_576;
const POLL_RECORDS = 500;
const POLL_INTERVAL_SECONDS = 300;

/** `producer.properties`, or one a topic. */
export function producerFiles(request: ExportRequest): ExportedFile[] {
  const { plan } = request;
  const { topics } = plan.shape;
  return topics.map((topic) => {
    const head = header(request, {
      what: `Producers of topic ${topic.name}${topic.key === null ? '' : `; the key of a record is ${topic.key}`}.`,
      rests: [`${topicId(topic.name)}.linger`, `${topicId(topic.name)}.batch.size`, ...(bufferBytes(topic) > BUFFER_BYTES ? [`${topicId(topic.name)}.partitions`] : [])],
      notes: [CONNECTION],
    });
    const properties = Object.entries(topic.producerProperties).map(([name, value]): [string, string, string] => [name, value, name === 'max.request.size' ? 'records larger than the 1 MiB that a producer sends by default' : whyOf(plan, `${topicId(topic.name)}.${name}`)]);
    if (bufferBytes(topic) > BUFFER_BYTES) properties.push(['buffer.memory', String(bufferBytes(topic)), `two batches for each of the ${topic.partitions} partitions, one being filled and one on its way`]);
    return { name: fileName('producer', topics.length > 1 ? topic.name : undefined), text: `${head}${properties.map(propertyLine).join('')}` };
  });
}

/** One a group. A group that reads several topics is one group. */
export function consumerFiles(request: ExportRequest): ExportedFile[] {
  const { topics } = request.plan.shape;
  const byGroup = Map.groupBy(topics.flatMap((topic) => topic.groups.map((group) => ({ topic, group }))), ({ group }) => group.name);
  return [...byGroup].map(([name, readings]) => {
    const head = header(request, {
      what: `Consumer group ${name}: ${readings.map(({ topic, group }) => `${group.consumers} consumers for ${topic.name} (${topic.partitions} partitions)`).join(', ')}.`,
      rests: readings.flatMap(({ topic }) => [`${groupId(topic.name, name)}.consumers`, `${groupId(topic.name, name)}.consumer.rate`]),
      notes: [CONNECTION],
    });
    const kind = readings[0]?.group.kind ?? 'real-time';
    const slowest = Math.min(...readings.map(({ topic }) => request.figures.find(`${groupId(topic.name, name)}.consumer.rate`) ?? Number.POSITIVE_INFINITY));
    const properties: [string, string, string][] = [['group.id', name, 'offsets are kept under it'], ...fetchProperties(kind), ...largeFetchProperties(readings.map(({ topic }) => topic)), ...pollProperties(slowest)];
    return { name: fileName('consumer', byGroup.size > 1 ? name : undefined), text: `${head}${properties.map(propertyLine).join('')}` };
  });
}

function fetchProperties(kind: GroupKind): [string, string, string][] {
  if (kind === 'sink' || kind === 'connect') {
    return [
      ['fetch.min.bytes', '262144', 'a sink takes large portions: fewer requests for the brokers, at the price of latency'],
      ['fetch.max.wait.ms', '500', 'the most that a portion is waited for'],
    ];
  }
  return [['fetch.min.bytes', '1', 'records are handed over as they come']];
}

/** A batch larger than the portion of a partition is read alone, one a fetch (KIP-74). */
function largeFetchProperties(topics: readonly PlannedTopic[]): [string, string, string][] {
  const largest = Math.max(...topics.map(({ properties }) => Number(properties['max.message.bytes'] ?? 0)));
  return largest <= PARTITION_FETCH_BYTES ? [] : [['max.partition.fetch.bytes', String(largest), 'a batch may be as large (max.message.bytes); smaller portions would bring them one by one']];
}

/** A consumer that takes long over what one poll returns is thrown out of its group. */
function pollProperties(recordsPerSecond: number): [string, string, string][] {
  const seconds = (2 * POLL_RECORDS) / recordsPerSecond;
  if (seconds <= POLL_INTERVAL_SECONDS) return [];
  return [['max.poll.interval.ms', String(Math.ceil(seconds) * 1000), `twice what ${POLL_RECORDS} records (max.poll.records) take at ${recordsPerSecond} a second; a consumer that stays away longer leaves its group`]];
}

function bufferBytes({ partitions, producerProperties }: PlannedTopic): number {
  return 2 * partitions * Number(producerProperties['batch.size'] ?? 16_384);
}

function whyOf({ decisions }: Plan, id: string): string {
  return decisions.find((row) => row.id === id)?.why ?? '';
}

export function propertyLine([name, value, why]: readonly [string, string, string]): string {
  return `\n${why === '' ? '' : comment([why])}${name}=${escaped(value)}\n`;
}

/** Java's properties: a backslash begins an escape. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\');
}

function fileName(role: string, of: string | undefined): string {
  return `${role}${of === undefined ? '' : `-${of.replaceAll(/[^\w.-]/g, '_')}`}.properties`;
}
