/**
 * A workload file of the OpenMessaging Benchmark as settings. What it asks for and headroom does otherwise stands in the notes; what cannot be
 * honoured is refused with the reason. Rates and sizes are bare numbers there: records a second over all producers, bytes, minutes.
 */
import type { Settings } from '../file/experiment-schema.ts';
import { OmbFields } from './omb-fields.ts';

export interface OmbWorkload {
  readonly name: string;
  readonly settings: Settings;
  /** The records' bytes are one and the same file: the same without compression only. */
  readonly repeatsOnePayload: boolean;
  readonly notes: readonly string[];
}

const KNOWN = [
  'name', 'topics', 'partitionsPerTopic', 'keyDistributor', 'messageSize', 'messageSizeDistribution', 'useRandomizedPayloads', 'randomBytesRatio', 'randomizedPayloadPoolSize', 'payloadFile',
  'subscriptionsPerTopic', 'producersPerTopic', 'consumerPerSubscription', 'producerRate', 'consumerBacklogSizeGB', 'backlogDrainRatio', 'testDurationMinutes', 'warmupDurationMinutes',
];

const OF_A_FORK = 'it belongs to a fork, and headroom does not do what it asks';
const REFUSED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'existingTopicList', 'existingProduceTopicList', 'existingConsumeTopicList', 'sampleRateMillis', 'drainProducerRate', 'producerStartRate', 'producerIncrementRate',
      'producerIncrementSeconds', 'producerPauseBeforeDrain', 'producerPauseDuringDrain', 'acceptableBacklog',
    ].map((key) => [key, OF_A_FORK]),
  ),
};

/** The distinct keys that OpenMessaging Benchmark makes up. */
const KEY_COUNT = 10_000;

/** Throws ExperimentFileError. */
export function readOmbWorkload(text: string): OmbWorkload {
  const fields = new OmbFields(text, { known: KNOWN, refused: REFUSED });
  if (fields.number('topics', { preset: 1, integer: true }) !== 1) fields.fail('topics', 'cannot be honoured: a run writes to one topic; give it all partitions, with topics: 1');
  const rate = fields.number('producerRate');
  if (rate === 0) fields.fail('producerRate', '0 asks for a search of the highest rate, which cannot be honoured here; give a rate, or use load.closedLoop: true in an experiment file');
  if (fields.number('consumerBacklogSizeGB', { preset: 0 }) > 0) fields.fail('consumerBacklogSizeGB', 'cannot be honoured: consumers are not paused to build a backlog');
  if (fields.has('backlogDrainRatio')) fields.notes.push('backlogDrainRatio has no effect without a backlog.');
  const minutes = fields.number('testDurationMinutes');
  if (minutes <= 0) fields.fail('testDurationMinutes', 'must be above 0');
  const payload = payloadOf(fields);
  const producers = fields.number('producersPerTopic', { preset: 1, integer: true });
  if (producers > 1) fields.notes.push(`producersPerTopic: ${producers} load workers with a producer each, on threads of their own.`);
  return {
    name: fileName(fields.text('name') ?? 'workload'),
    settings: {
      workload: { ...payload.workload, ...keysOf(fields) },
      load: { rate: `${rate}/s` },
      warmup: `${fields.number('warmupDurationMinutes', { preset: 1 }) * 60}s`,
      duration: `${minutes * 60}s`,
      workers: producers,
      topic: { partitions: fields.number('partitionsPerTopic', { integer: true }) },
      consumers: consumersOf(fields),
    },
    repeatsOnePayload: payload.repeatsOnePayload,
    notes: fields.notes,
  };
}

function payloadOf(fields: OmbFields): { workload: NonNullable<Settings['workload']>; repeatsOnePayload: boolean } {
  const recordSize = recordSizeOf(fields);
  const payloadFile = fields.text('payloadFile');
  if (fields.flag('useRandomizedPayloads')) {
    if (payloadFile !== undefined) fields.notes.push('payloadFile has no effect with useRandomizedPayloads.');
    if (fields.has('randomizedPayloadPoolSize')) fields.notes.push('randomizedPayloadPoolSize is not taken: there are up to 4,096 different payloads, at most 1 MiB of them.');
    return { workload: { recordSize, randomBytesRatio: fields.number('randomBytesRatio', { preset: 0 }) }, repeatsOnePayload: false };
  }
  for (const key of ['randomBytesRatio', 'randomizedPayloadPoolSize']) if (fields.has(key)) fields.notes.push(`${key} has no effect without useRandomizedPayloads.`);
  if (payloadFile === undefined) fields.fail('messageSize', 'needs payloadFile, or useRandomizedPayloads: true');
  fields.notes.push(`payloadFile ${payloadFile} is not read: records have messageSize random bytes, where the original sends the file's bytes each time; without compression that is the same work.`);
  return { workload: { recordSize, randomBytesRatio: 1 }, repeatsOnePayload: true };
}

/** The distribution takes the place of messageSize. */
function recordSizeOf(fields: OmbFields): NonNullable<NonNullable<Settings['workload']>['recordSize']> {
  const weights = fields.numbers('messageSizeDistribution');
  if (weights === undefined) return `${fields.number('messageSize', { integer: true })} B`;
  if (fields.has('messageSize')) fields.notes.push('messageSize has no effect with messageSizeDistribution.');
  const buckets = Object.entries(weights).map(([range, weight]): [string, number] => {
    const match = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(range);
    if (match === null) fields.fail('messageSizeDistribution', `"${range}" is no range of bytes: write it as 0-256`);
    return [`${match[1]}-${match[2]}`, weight];
  });
  fields.notes.push('messageSizeDistribution: sizes are uniform within a bucket.');
  return { buckets: Object.fromEntries(buckets) };
}

function keysOf(fields: OmbFields): NonNullable<Settings['workload']> {
  const distributor = fields.text('keyDistributor') ?? 'NO_KEY';
  switch (distributor) {
    case 'NO_KEY':
      return { keyDistribution: 'none' };
    case 'KEY_ROUND_ROBIN':
    case 'RANDOM_NANO':
      fields.notes.push(`keyDistributor ${distributor}: ${KEY_COUNT} keys, ${distributor === 'KEY_ROUND_ROBIN' ? 'one after the other' : 'each as frequent, drawn by the seed'}.`);
      return { keyDistribution: distributor === 'KEY_ROUND_ROBIN' ? 'sequential' : 'uniform', keys: KEY_COUNT };
    default:
      return fields.fail('keyDistributor', `"${distributor}" is none of NO_KEY, KEY_ROUND_ROBIN, RANDOM_NANO`);
  }
}

function consumersOf(fields: OmbFields): NonNullable<Settings['consumers']> {
  const groups = fields.number('subscriptionsPerTopic', { preset: 1, integer: true });
  const members = fields.number('consumerPerSubscription', { preset: 1, integer: true });
  if (groups === 0 || members === 0) return 'none';
  return Object.fromEntries(Array.from({ length: groups }, (_, at) => [`subscription-${at}`, { members }]));
}

/** Stored runs are named by it. */
export function fileName(text: string): string {
  return text.trim().replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|-+$/g, '') || 'workload';
}
