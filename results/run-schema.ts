/**
 * Checks that parsed JSON is a run record, of this schema version or an older one that is converted, and says what is wrong and where. Loads zod: import it lazily where
 * start-up time counts. Unknown fields are allowed and kept: a newer headroom may add some without raising the version.
 */
import { z } from 'zod';
import { faultConfiguration, faultEvents, faultRecord } from './fault/fault-schema.ts';
import { hostSchema, machineReadingsSchema } from './host-schema.ts';
import type { PlanRecord } from './plan-record.ts';
import { migratedRun } from './run-migration.ts';
import { RUN_SCHEMA_VERSION, type HistogramRecord, type Measured, type Run, type RunConfiguration, type Verification } from './run.ts';

export type RunValidation = { readonly kind: 'valid'; readonly run: Run } | { readonly kind: 'invalid'; readonly problems: readonly string[] };

/** At most this many problems are listed. */
const PROBLEMS_MAX = 5;

export function validateRun(stored: unknown): RunValidation {
  const value = migratedRun(stored);
  const version = typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (version !== RUN_SCHEMA_VERSION) {
    const found = version === undefined ? 'no schemaVersion' : `schemaVersion ${JSON.stringify(version)}`;
    const hint = typeof version === 'number' && version > RUN_SCHEMA_VERSION ? '; a newer headroom wrote it' : '';
    return { kind: 'invalid', problems: [`${found}, this headroom reads 1 to ${RUN_SCHEMA_VERSION}${hint}`] };
  }
  const result = runSchema.safeParse(value);
  // The value itself, not zod's copy: the copy lacks unknown fields.
  if (result.success) return { kind: 'valid', run: value as Run };
  const { issues } = result.error;
  const problems = issues.slice(0, PROBLEMS_MAX).map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (issues.length > PROBLEMS_MAX) problems.push(`and ${issues.length - PROBLEMS_MAX} more`);
  return { kind: 'invalid', problems };
}

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const amountOrNull = amount.nullable();
const properties = z.record(z.string(), z.string());
const countByName = z.record(z.string(), count);

const histogram: z.ZodType<HistogramRecord> = z.object({
  hdrBase64: z.string().min(1),
  summary: z.object({
    count,
    meanUs: amountOrNull,
    minUs: amountOrNull,
    p50Us: amountOrNull,
    p90Us: amountOrNull,
    p99Us: amountOrNull,
    p999Us: amountOrNull,
    p9999Us: amountOrNull,
    maxUs: amountOrNull,
    overflowCount: count,
    rangeUsMax: amount,
  }),
});

const keys = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('uniform'), keyCount: count }),
  z.object({ kind: z.literal('sequential'), keyCount: count }),
  z.object({ kind: z.literal('zipf'), keyCount: count, exponent: z.number() }),
  z.object({ kind: z.literal('hotSet'), keyCount: count, hotKeyCount: count, hotShare: amount }),
]);

const keySpread = z.discriminatedUnion('kind', [z.object({ kind: z.literal('buckets'), buckets: count }), z.object({ kind: z.literal('salts'), salts: count })]).exactOptional();

const compressibility = { randomBytesRatio: amount, compressionRatio: amount.exactOptional(), trialRatio: amount.exactOptional() };

const sizes = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('uniform'), minBytes: amount, maxBytes: amount }),
  z.object({ kind: z.literal('lognormal'), meanBytes: amount, p99Bytes: amount }),
  z.object({ kind: z.literal('buckets'), buckets: z.array(z.object({ minBytes: amount, maxBytes: amount, weight: amount })) }),
  z.object({ kind: z.literal('file'), path: z.string() }),
]);

const shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('steps'), steps: z.array(z.object({ ratePerSecond: amount, seconds: amount.exactOptional() })) }),
  z.object({ kind: z.literal('ramp'), fromPerSecond: amount, toPerSecond: amount, overSeconds: amount.exactOptional() }),
  z.object({ kind: z.literal('bursts'), basePerSecond: amount, burstPerSecond: amount, everySeconds: amount, burstSeconds: amount }),
  z.object({ kind: z.literal('day'), troughPerSecond: amount, peakPerSecond: amount }),
  z.object({ kind: z.literal('hours'), ratePerSecond: amount, factors: z.array(amount) }),
  z.object({ kind: z.literal('trace'), path: z.string(), repeats: z.boolean(), points: count, seconds: amount }),
]);

const configuration: z.ZodType<RunConfiguration> = z.object({
  name: z.string(),
  workload: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('clickstream'), keys, keySpread }),
    z.object({ kind: z.literal('fixed'), keys, keySpread, recordBytes: count, ...compressibility }),
    z.object({ kind: z.literal('sized'), keys, keySpread, sizes, ...compressibility }),
    z.object({ kind: z.literal('template'), keys, keySpread, template: z.string() }),
    z.object({ kind: z.literal('file'), path: z.string(), key: z.string().nullable() }),
  ]),
  load: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('open'), ratePerSecond: amount, arrivals: z.enum(['constant', 'poisson']) }),
    z.object({ kind: z.literal('shaped'), shape, arrivals: z.enum(['constant', 'poisson']), meanPerSecond: amount, lowestPerSecond: amount, highestPerSecond: amount }),
    z.object({ kind: z.literal('closed') }),
  ]),
  warmupSeconds: amount,
  durationSeconds: amount,
  workerCount: count,
  topic: z.object({ name: z.string(), partitions: count, replicationFactor: count, properties, useExisting: z.boolean() }),
  client: z.string().exactOptional(),
  producerProperties: properties,
  groups: z.array(z.object({ name: z.string(), memberCount: count, serviceTimeUs: amount, properties })),
  target: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('embedded'),
      brokerCount: count,
      dataDirectory: z.object({ path: z.string(), kind: z.enum(['temporary', 'kept']) }),
      files: z.enum(['mapped', 'portable', 'memory']),
      brokerProperties: properties,
      brokerModules: z.array(z.string()).exactOptional(),
      durability: z.string(),
    }),
    z.object({ kind: z.literal('external'), bootstrap: z.string(), brokerVersions: z.array(z.string()), securityProtocol: z.string().exactOptional(), saslMechanism: z.string().exactOptional() }),
  ]),
  faults: z.array(faultConfiguration),
  verifies: z.boolean(),
});

const atMs = z.number();
const event = z.discriminatedUnion('kind', [
  ...faultEvents,
  z.object({ kind: z.literal('isrChange'), atMs, topic: z.string(), partition: count, isr: z.array(z.number()) }),
  z.object({ kind: z.literal('leaderChange'), atMs, topic: z.string(), partition: count, leader: z.number().nullable() }),
  z.object({ kind: z.literal('note'), atMs, sentence: z.string() }),
]);

const brokerRequests = z.object({ produce: count, consumerFetch: count, followerFetch: count, otherByApi: countByName, controller: count, receivedBytes: count, sentBytes: count }).nullable();

const measured: z.ZodType<Measured> = z.object({
  measureStartSecond: count,
  measureEndSecond: count,
  readiness: z.object({ clusterMs: amountOrNull, firstAcknowledgedMs: amountOrNull }),
  throughput: z.object({
    offeredPerSecond: amountOrNull,
    achievedPerSecond: amount,
    acknowledgedRecords: count,
    uncompressedBytes: count,
    compressedBytes: count,
    compressionRatio: amountOrNull,
    batches: count,
    recordsPerBatch: amountOrNull,
    requests: count.nullable(),
    keyBytesMean: amount,
    valueBytesMean: amount,
    total: z.object({ sentRecords: count, acknowledgedRecords: count, failedRecords: count, unsentRecords: count }),
  }),
  latency: z.object({ publish: histogram, scheduleDelay: histogram, batching: histogram, request: histogram }),
  errors: z.object({ failedRecordsByError: countByName, batchesRetried: count, retriesByError: countByName, bufferFullCount: count }),
  seconds: z.array(
    z.object({
      second: count,
      offeredRecords: amount.exactOptional(),
      acknowledgedRecords: count,
      acknowledgedBytes: count,
      failedRecords: count.nullable(),
      p50Us: amountOrNull,
      p99Us: amountOrNull,
      maxUs: amountOrNull,
      publishBuckets: z.object({ first: count, counts: z.array(count) }).exactOptional(),
      consumedRecordsByGroup: countByName,
      lagRecordsByGroup: countByName,
    }),
  ),
  brokers: z.array(
    z.object({ brokerId: z.number(), endpoint: z.string(), isController: z.boolean(), cpuSeconds: amount, cpuCoresMean: amount, rssBytesMax: amount, requests: brokerRequests.exactOptional(), scheduling: z.enum(['preferred', 'default']).exactOptional() }),
  ),
  brokerSamples: z.array(z.object({ second: count, brokerId: z.number(), cpuCores: amount, rssBytes: amount })),
  generator: z.object({
    cpuSeconds: amount,
    rssBytesMax: amount,
    workers: z.array(z.object({ name: z.string(), cpuSeconds: amount, utilization: amount, scheduling: z.enum(['realTime', 'shortSlices', 'default']).exactOptional() })),
  }),
  inFlightRecordsMean: amountOrNull,
  groups: z.array(
    z.object({
      name: z.string(),
      memberCount: count,
      records: count,
      bytes: count,
      recordsPerSecond: amount,
      lagRecordsMax: count,
      lagRecordsFinal: count,
      rebalances: count,
      rebalanceRecords: z.array(z.object({ startMs: z.number(), durationMs: amount, groupPauseMs: amount, partitionPauseMs: amount, cause: z.string(), memberCount: count })).exactOptional(),
      recordsByMember: z.array(count).exactOptional(),
      rereadRecords: count.exactOptional(),
      serviceRatePerMember: z.object({ perSecond: amount, method: z.string() }).nullable(),
      endToEnd: histogram,
    }),
  ),
  events: z.array(event),
  acknowledgementGaps: z.array(z.object({ partition: count, startMs: z.number(), durationMs: amount })),
  acknowledgedRecordsByPartition: z.array(count).exactOptional(),
  faults: z.array(faultRecord).exactOptional(),
});

const verification: z.ZodType<Verification> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('skipped'), reason: z.string() }),
  z.object({
    kind: z.literal('done'),
    passed: z.boolean(),
    method: z.string(),
    elapsedMs: amount,
    partitionCount: count,
    batchesRead: count,
    recordsRead: count,
    acknowledgedRecords: count,
    confirmedRecords: count,
    lostRecords: count,
    duplicatedRecords: count,
    reorderedRecords: count,
    changedRecords: count,
    corruptBatches: count,
    gaps: count,
    misplacedRecords: count,
    unacknowledgedSeenRecords: count,
    unconfirmedSeenRecords: count,
    unconfirmedMissingRecords: count,
    expiredRecords: count,
    foreignRecords: count,
    recordsCheckedSingly: count,
    anomalyCount: count,
    anomalies: z.array(z.object({ kind: z.string(), partition: count, offset: z.number(), recordCount: count, detail: z.string() })),
  }),
]);

const unit = z.enum(['records/s', 'bytes', 'bytes/s', 'seconds', 'ratio', 'count', 'requests/s', 'cores', 'seconds/byte', 'seconds/request', 'money']);

const plan: z.ZodType<PlanRecord> = z.object({
  decisions: z.array(
    z.object({ id: z.string(), decision: z.string(), value: z.string(), why: z.string(), formula: z.string().nullable(), inputs: z.array(z.string()) }),
  ),
  inputs: z.array(
    z.object({ name: z.string(), value: z.number(), low: z.number(), high: z.number(), unit, source: z.enum(['measured', 'given', 'assumed']), why: z.string() }),
  ),
  constraints: z.array(
    z.object({ id: z.string(), sentence: z.string(), demand: z.number(), capacity: z.number(), unit, slack: z.number(), formula: z.string() }),
  ),
  notes: z.array(z.string()),
});

const runSchema: z.ZodType<Run> = z.object({
  schemaVersion: z.literal(RUN_SCHEMA_VERSION),
  id: z.string().min(1),
  startedAt: z.iso.datetime(),
  elapsedSeconds: amount,
  commandLine: z.array(z.string()),
  status: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('complete') }),
    z.object({ kind: z.literal('partial'), reason: z.string() }),
    z.object({ kind: z.literal('failed'), reason: z.string() }),
  ]),
  headroom: z.object({ version: z.string(), commit: z.string().nullable(), isDirty: z.boolean().nullable() }),
  host: hostSchema,
  machine: machineReadingsSchema,
  seed: z.number(),
  warnings: z.array(z.object({ code: z.string(), cause: z.string(), effect: z.string(), remedy: z.string() })),
  configuration,
  measured,
  verification,
  plan: plan.nullable(),
  repeat: z.object({ experimentId: z.string(), experiment: z.string(), variant: z.string(), block: count, position: count }).nullable(),
});
