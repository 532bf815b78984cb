/** The form of a sizing file, as zod sees it and as JSON Schema for editors (`headroom size --schema`). Values are texts with units; what they mean is read later. */
import { z } from 'zod';

const text = z.union([z.string(), z.number()]);
const date = z.union([z.string(), z.date()]);

/** `5k/s`, or the same with its range and its origin. */
const quantity = z.union([
  text,
  z.strictObject({
    value: text,
    low: text.optional(),
    high: text.optional(),
    source: z.enum(['measured', 'given', 'assumed']).optional().describe('where the value comes from; given unless said otherwise'),
    why: z.string().optional(),
    run: z.string().optional().describe('id of the run that measured it'),
    date: date.optional(),
  }),
]).meta({ description: 'a number with its unit (100k/s, 230 B, 250 MB/s, 7 d, 60 %), or a map of value, low and high' });

const samplePath = z.string().optional().describe('file of your own events (JSON lines, JSON array, CSV, text), relative to this file: measures what is left out here, as --sample does');
const sampleKeyPath = z.string().optional().describe("where the sample's key is: dotted JSON path or CSV column; the topic's key unless given");

const load = z.union([quantity, z.strictObject({ average: quantity.optional(), peak: quantity })]);

const group = z.union([
  quantity,
  z.strictObject({
    kind: z.enum(['real-time', 'sink', 'streams', 'connect']).optional(),
    rate: quantity.optional().describe('records/s that one consumer takes'),
    serviceTime: quantity.optional().describe('time that one consumer spends on a record; instead of rate'),
    consumers: text.optional().describe('consumers (or tasks) that run already'),
    recover: z.strictObject({ outage: quantity, within: quantity }).optional().describe('after standing still so long, the lag is gone within'),
    state: z.strictObject({ keys: quantity, bytesPerKey: quantity, stores: text.optional() }).optional().describe('Kafka Streams: what its stores hold'),
    connectorTasksMax: text.optional().describe('Connect: tasks that the connector can use, where it can not use one a partition'),
  }),
]);

const topic = z.strictObject({
  rate: load.optional().describe('records/s'),
  throughput: load.optional().describe('bytes/s, instead of rate'),
  throughputIs: z.enum(['before compression', 'after compression']).optional(),
  recordSize: quantity.optional().describe('key, value and headers, uncompressed'),
  sample: samplePath,
  sampleKey: sampleKeyPath,
  compression: z.union([z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']), z.strictObject({ codec: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']), ratio: quantity.optional() })]).optional(),
  key: z.union([z.string(), z.null(), z.strictObject({ name: z.string(), count: quantity.optional(), zipf: quantity.optional(), hottest: quantity.optional().describe("share of all records that the hottest key has") })]).optional(),
  ordering: z.enum(['none', 'key', 'total']).optional(),
  ledger: z.boolean().optional().describe('money, orders, audit: weak settings are warned of'),
  retention: z.union([text, z.strictObject({ time: quantity.optional(), bytesPerPartition: quantity.optional(), local: quantity.optional().describe('tiered storage: what stays on the brokers') })]).optional(),
  cleanup: z.enum(['delete', 'compact', 'compact,delete']).optional(),
  liveKeys: quantity.optional().describe('keys that a compacted topic holds'),
  replicationFactor: text.optional(),
  minInsyncReplicas: text.optional(),
  uncleanElection: z.boolean().optional(),
  partitions: text.optional().describe('partitions that exist already or are wanted'),
  partitionRate: quantity.optional().describe('compressed bytes/s that one partition takes'),
  producer: z.strictObject({
    acks: z.union([z.enum(['all', '1', '0']), z.literal(0), z.literal(1)]).optional(),
    idempotence: z.boolean().optional(),
    retries: z.boolean().optional(),
    linger: quantity.optional(),
    batchSize: quantity.optional(),
    instances: quantity.optional(),
  }).optional(),
  transactions: z.strictObject({ commits: quantity.describe('commits/s of all producers'), partitions: quantity.describe('partitions that one transaction writes to') }).optional(),
  groups: z.record(z.string(), group).optional(),
});

const hardware = z.union([
  z.string(),
  z.strictObject({
    profile: z.string().optional().describe('a published one, such as m7g.large'),
    brokers: text.optional().describe('brokers that exist already'),
    disk: quantity.optional(),
    diskThroughput: quantity.optional(),
    network: z.union([quantity, z.strictObject({ in: quantity, out: quantity })]).optional(),
    cores: text.optional(),
    memory: quantity.optional(),
    heap: quantity.optional(),
    utilization: quantity.optional(),
    utilizationDegraded: quantity.optional(),
    diskFill: quantity.optional(),
    cpuPerMegabyteWritten: quantity.optional().describe('processor time, for example 25 ms'),
    cpuPerMegabyteRead: quantity.optional(),
    cpuPerRequest: quantity.optional(),
    maxReplicasPerBroker: text.optional(),
    maxOpenFiles: text.optional(),
    maxMemoryMaps: text.optional(),
    maxConnections: text.optional(),
  }),
]);

export const configSchema = z.strictObject({
  name: z.string().optional(),
  certainty: quantity.optional().describe('share of the draws in which a count must be enough; 90 %'),
  today: date.optional().describe('the day from which growth counts'),
  topics: z.record(z.string(), topic),
  growth: z.strictObject({ perYear: quantity, horizon: quantity.optional(), lead: quantity.optional(), sizeFor: z.enum(['horizon', 'today']).optional() }).optional(),
  latency: z.strictObject({
    objective: quantity,
    percentile: z.number().optional().describe('99'),
    service: quantity.optional().describe('what a write takes on an idle cluster'),
    variation: quantity.optional(),
    curve: z.array(z.strictObject({ utilization: text, latency: text })).optional(),
  }).optional(),
  availability: z.strictObject({
    zones: text.optional(),
    survive: z.array(z.enum(['broker', 'zone'])).optional(),
    rollingRestart: z.boolean().optional(),
    rebuildWithin: quantity.optional(),
    throttle: quantity.optional(),
  }).optional(),
  hardware: hardware.optional(),
  price: z.strictObject({ currency: z.string(), date, brokerPerHour: z.number().optional(), diskPerGBMonth: z.number().optional(), crossZonePerGB: z.number().optional() }).optional(),
  schemaRegistry: z.strictObject({ schemas: quantity, lookups: quantity.optional() }).optional(),
});

/** One topic in a few lines: the older form, still read. */
export const simpleSchema = z.strictObject({
  workload: z.strictObject({ name: z.string().optional(), rate: quantity.optional(), growth: quantity.optional(), recordSize: quantity.optional(), sample: samplePath, sampleKey: sampleKeyPath, compressionRatio: quantity.optional(), key: z.string().optional() }),
  consumers: z.record(z.string(), quantity).optional(),
  retention: quantity.optional(),
  durability: z.strictObject({ replicationFactor: text.optional(), minInsyncReplicas: text.optional(), acks: z.union([z.enum(['all', '1', '0']), z.literal(0), z.literal(1)]).optional(), idempotence: z.boolean().optional() }).optional(),
  producer: z.strictObject({ compression: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).optional(), linger: quantity.optional(), batchSize: quantity.optional(), instances: quantity.optional() }).optional(),
  broker: z.strictObject({ disk: quantity.optional(), diskThroughput: quantity.optional(), network: quantity.optional(), utilization: quantity.optional() }).optional(),
});

export type Config = z.infer<typeof configSchema>;
export type SimpleConfig = z.infer<typeof simpleSchema>;
export type TopicConfig = Config['topics'][string];
export type QuantityConfig = z.infer<typeof quantity>;
export type LoadConfig = z.infer<typeof load>;
export type GroupConfig = z.infer<typeof group>;

/** For editors: `# yaml-language-server: $schema=...`. */
export function sizingJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return { ...schema, $id: 'headroom-size', title: 'headroom size: a workload, its cluster and what is wanted of them' };
}
