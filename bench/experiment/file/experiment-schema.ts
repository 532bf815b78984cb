/**
 * What may stand in an experiment file, as a zod schema after dotted keys were taken apart. Words are the user's: those of `headroom bench`'s
 * options, Kafka's property names, OpenMessaging Benchmark's where it has one. What the words mean together is settings.ts's to say.
 */
import { z } from 'zod';
import { FAULT_EXAMPLE } from '../../fault/fault-grammar.ts';
import { parseShape, SHAPE_EXAMPLES } from '../../load/shape/shape-grammar.ts';
import { parseSizes, SizeError } from '../../workload/size-distribution.ts';
import { count, duration, rate, share, size, sizeBytes } from './quantities.ts';

const property = z.union([z.string(), z.number(), z.boolean()], { error: 'must be a word, a number, true or false' });
const properties = z.record(z.string(), property, { error: 'holds properties by Kafka\'s names, one a line below it' });
const flag = z.boolean({ error: 'must be true or false' });

const sizeDistributions = z.strictObject({
  uniform: z.strictObject({ min: size, max: size }).exactOptional(),
  lognormal: z.strictObject({ mean: size, p99: size }).exactOptional(),
  buckets: z.record(z.string().regex(/^\d+-\d+$/, { error: 'must be a range of bytes, as 0-256' }), z.number().nonnegative()).describe('weights by ranges of bytes, as in messageSizeDistribution').exactOptional(),
  file: z.string().describe('a size in bytes a line, in this order').exactOptional(),
}).refine((sizes) => Object.keys(sizes).length === 1, { error: 'one of uniform, lognormal, buckets and file' });

export type SizeSettings = z.infer<typeof sizeDistributions>;

const recordSizes = z.union([
  z.string({ error: 'a size needs its unit: write it as 220 B or 64 KiB' }).superRefine((text, context) => {
    try {
      if (parseSizes(text, sizeBytes) === undefined) sizeBytes(text);
    } catch (error) {
      const reason = error instanceof SizeError ? error.message : `"${text}": a size needs its unit: write it as 220 B or 64 KiB`;
      context.addIssue({ code: 'custom', message: `${reason}; several as 200 B..2 KiB, lognormal:1 KiB:8 KiB, 0-256=234,256-1024=70 or @FILE` });
    }
  }).meta({ examples: ['64 KiB', '200 B..2 KiB', 'lognormal:1 KiB:8 KiB', '0-256=234,256-1024=70', '@sizes.txt'] }),
  sizeDistributions,
], { error: 'a size needs its unit: write it as 220 B or 64 KiB; or one of uniform, lognormal, buckets and file' });

const workload = z.strictObject({
  recordSize: recordSizes.describe('records of one size, or of a distribution of sizes, instead of clickstream events').exactOptional(),
  randomBytesRatio: share.describe('share of a sized record that does not compress (0.5)').exactOptional(),
  compressionRatio: z.number().min(1).describe('of sized records, in place of randomBytesRatio: how many times smaller batches become with the codec in use').exactOptional(),
  template: z.string().min(1).describe('records from a text with {{uuid}}, {{timestamp}}, {{key}}, {{int 1 100}}, {{letters 12}}, {{pick a|b|c}}; @FILE: the text of a file').exactOptional(),
  payload: z.string().describe('records from a file: JSON lines, a JSON array, CSV or text lines, cycled').exactOptional(),
  key: z.string().describe('key of a payload record: dotted JSON path, CSV column or its number').exactOptional(),
  keys: count.describe('distinct keys of generated records (200k)').exactOptional(),
  keyDistribution: z.enum(['zipf', 'uniform', 'sequential', 'hotSet', 'none']).describe('how often each key comes (zipf)').exactOptional(),
  zipfExponent: z.number().nonnegative().describe('skew of zipf keys (0.8)').exactOptional(),
  hotKeys: count.describe('keys of a hotSet that share hotShare of the records (1)').exactOptional(),
  hotShare: share.describe('their share of the records (80 %)').exactOptional(),
  keyBuckets: count.describe('composite keys: key:bucket with so many buckets by the md5 of what a record is about').exactOptional(),
  keySalts: count.describe('salted keys: key#salt, one of so many drawn for each record; of a hotSet only the hot ones').exactOptional(),
});

const shapes = z.strictObject({
  steps: z.array(z.strictObject({ rate, for: duration.describe('how long; in no step: the window in equal parts').exactOptional() })).min(1).describe('one rate after the other, the last one held').exactOptional(),
  ramp: z.strictObject({ from: rate, to: rate, over: duration.describe('then held (the measured window)').exactOptional() }).describe('a straight line').exactOptional(),
  bursts: z.strictObject({ base: rate, burst: rate, every: duration, length: duration }).describe('`length` in the middle of each `every` at the rate of burst').exactOptional(),
  day: z.union([
    z.strictObject({ trough: rate.describe('at 04:00'), peak: rate.describe('at 16:00') }),
    z.strictObject({ rate: rate.describe('at factor 1'), factors: z.array(z.number().nonnegative()).min(2).describe('24 of them: the full hours from 00:00 on') }),
  ]).describe('24 hours in the measured window').exactOptional(),
  trace: z.strictObject({ file: z.string().describe('lines of second,rate, or a timestamp each'), repeat: flag.describe('from the start again (true)').exactOptional() }).exactOptional(),
}).refine((shape) => Object.keys(shape).length === 1, { error: 'one of steps, ramp, bursts, day and trace' });

export type ShapeSettings = z.infer<typeof shapes>;

const shape = z.union([
  z.string().superRefine((text, context) => {
    try {
      parseShape(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  }).meta({ examples: SHAPE_EXAMPLES }),
  shapes,
], { error: 'must be a shape in one word (ramp=10k..100k), or one of steps, ramp, bursts, day and trace with its settings' });

const load = z.strictObject({
  rate: rate.describe('records a second over all workers (100k/s)').exactOptional(),
  arrivals: z.enum(['constant', 'poisson']).describe('gaps between records (constant)').exactOptional(),
  shape: shape.describe('a rate that changes over the measured window, in place of rate').exactOptional(),
  closedLoop: flag.describe('no rate: send as fast as the target takes, for the highest throughput').exactOptional(),
});

/** The named fields, and any topic property by Kafka's name. */
const topic = z.object({
  name: z.string().exactOptional(),
  partitions: count.exactOptional(),
  replicationFactor: count.exactOptional(),
  useExisting: flag.describe('write to a topic that is there, and leave it there').exactOptional(),
}).catchall(property);

/** The named fields, and any consumer property by Kafka's name. */
const group = z.object({
  members: count.describe('consumers of the group (1)').exactOptional(),
  serviceTime: duration.describe('what a member spends on each record').exactOptional(),
}).catchall(property);

const target = z.strictObject({
  brokers: count.describe('embedded brokers (3)').exactOptional(),
  dataDirectory: z.string().describe('where embedded brokers keep their logs; kept after the run (a temporary one, removed)').exactOptional(),
  bootstrap: z.string().describe('another Kafka instead of the embedded cluster').exactOptional(),
  properties: properties.describe(`how to connect to it, by Kafka's names: security.protocol, sasl.*, ssl.*; \${env:NAME} stands for a variable`).exactOptional(),
  commandConfig: z.string().describe('a properties file that says how to connect to it, as Kafka\'s tools take one').exactOptional(),
});

const faults = z.union([z.string(), z.array(z.string())], { error: `must be none, or faults as ${FAULT_EXAMPLE}` });

export const settingsSchema = z.strictObject({
  workload: workload.exactOptional(),
  load: load.exactOptional(),
  warmup: duration.describe('load before the measured window (5s)').exactOptional(),
  duration: duration.describe('measured window (20s)').exactOptional(),
  workers: count.describe('load worker threads (1)').exactOptional(),
  seed: count.describe('the same seed gives the same records (1)').exactOptional(),
  verify: flag.describe('read all records back (true)').exactOptional(),
  topic: topic.exactOptional(),
  client: z.enum(['headroom', 'librdkafka']).describe('what makes the load: headroom\'s own client, or librdkafka where it is installed (headroom)').exactOptional(),
  producer: properties.describe('producer properties by Kafka\'s names').exactOptional(),
  consumers: z.union([z.literal('none'), z.record(z.string(), group)], { error: 'must be none, or groups by name' }).describe('consumer groups by name, or none (realtime and sink)').exactOptional(),
  target: target.exactOptional(),
  broker: properties.describe('properties of the embedded brokers, by Kafka\'s names').exactOptional(),
  faults: faults.describe('none, or what is done to brokers, links and groups, and when: kind[=amount]@at[+for][:where]').meta({ examples: [FAULT_EXAMPLE, 'slow-disk=20ms@5s+10s:follower', 'cut-link@5s+3s:2-3', 'scale=0@5s+10s:realtime'] }).exactOptional(),
});

export type Settings = z.infer<typeof settingsSchema>;

const expression = z.union([z.string(), z.array(z.string())], { error: 'must be a comparison as "< 50ms", or a list of them' });
const published = z.strictObject({
  source: z.string().describe('where the figures come from'),
  figures: z.record(z.string(), z.record(z.string(), z.string())).describe('by variant, then by metric: "24 ms", or "0.35 x" of the baseline'),
});

export const experimentSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: 'must be of letters, digits, points, dashes and underscores: it names stored runs' }),
  description: z.string().exactOptional(),
  base: settingsSchema.describe('settings that all variants share').exactOptional(),
  profiles: z.record(z.string().regex(/^[^,=]+$/, { error: 'a profile\'s name holds no comma and no equals sign' }), settingsSchema).describe('named sets of settings, laid over base').exactOptional(),
  baseline: z.string().describe('the profile, or variant, that the others are held against (the first)').exactOptional(),
  matrix: z.record(z.string(), z.array(property).min(1)).describe('values to try of any dotted setting; all combinations').exactOptional(),
  repeats: z.union([z.literal('auto'), count]).describe('blocks; each holds every variant once, in an order of its own; auto: as many as the noise of the first six asks for (auto)').exactOptional(),
  detect: share.describe('with repeats: auto, the change that is to be found in nine of ten experiments (twice minDifference)').exactOptional(),
  budget: duration.describe('longest time that all runs together may take (with repeats: auto, 6 min)').exactOptional(),
  metrics: z.array(z.string()).min(1).describe('what verdicts are given on; fewer need fewer repeats').exactOptional(),
  minDifference: share.describe('smallest difference that matters (5 %)').exactOptional(),
  thresholds: z.record(z.string(), expression).describe('what every variant must hold, or the exit code is 1').exactOptional(),
  published: published.describe('figures of others, printed beside the measured ones').exactOptional(),
});

export type ExperimentSpec = z.infer<typeof experimentSchema>;

/** Of the file as people write it, dotted keys included; for editors. */
export function experimentJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(experimentSchema, { io: 'input', target: 'draft-2020-12' }) as Record<string, unknown>;
  return withEmptyProfiles(withDottedKeys(schema) as JsonSchema);
}

interface JsonSchema extends Record<string, unknown> {
  readonly properties?: Readonly<Record<string, Record<string, unknown>>>;
}

/** `none:` is a profile without settings. */
function withEmptyProfiles(schema: JsonSchema): JsonSchema {
  const profiles = schema.properties?.['profiles'];
  return { ...schema, properties: { ...schema.properties, profiles: { ...profiles, additionalProperties: { anyOf: [profiles?.['additionalProperties'], { type: 'null' }] } } } };
}

/** As it stands in experiments/experiment.schema.json. */
export function experimentSchemaText(): string {
  return `${JSON.stringify({ title: 'headroom experiment', ...experimentJsonSchema() }, undefined, 2)}\n`;
}

/** Where a section may be written as `producer.linger.ms: 5`, its dotted form is allowed beside it. */
function withDottedKeys(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withDottedKeys);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withDottedKeys(value)]));
  const isSettings = typeof copy['properties'] === 'object' && copy['properties'] !== null && 'workload' in copy['properties'];
  return isSettings ? { ...copy, patternProperties: { [`^(?:${SECTIONS.join('|')})\\.`]: {} } } : copy;
}

/** Settings that hold others: `topic.partitions` is partitions of topic. */
export const SECTIONS = ['workload', 'load', 'topic', 'producer', 'consumers', 'target', 'broker'] as const;
