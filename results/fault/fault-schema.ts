/** Checks the faults of a run that comes from a file. Loads zod, as run-schema.ts. */
import { z } from 'zod';
import type { FaultConfiguration, FaultEvent, FaultRecord } from './fault-record.ts';

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();
const amountOrNull = amount.nullable();
const atMs = z.number();

const timed = { atSeconds: amount, forSeconds: amount };
const ofBroker = { ...timed, broker: z.union([z.enum(['leader', 'follower', 'controller', 'all']), count]) };
const linkEnd = z.union([z.enum(['leader', 'follower', 'controller', 'clients', 'everybody']), count]);
const ofLink = { ...timed, between: z.tuple([linkEnd, linkEnd]) };
const ofGroup = { atSeconds: amount, forSeconds: amountOrNull, group: z.string() };

export const faultConfiguration: z.ZodType<FaultConfiguration> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('kill'), ...ofBroker }),
  z.object({ kind: z.literal('restart'), ...ofBroker }),
  z.object({ kind: z.literal('pause'), ...ofBroker }),
  z.object({ kind: z.literal('slowDisk'), ...ofBroker, delayMs: amount }),
  z.object({ kind: z.literal('slowLink'), ...ofLink, delayMs: amount, bytesPerSecond: amountOrNull }),
  z.object({ kind: z.literal('cutLink'), ...ofLink }),
  z.object({ kind: z.literal('scaleGroup'), ...ofGroup, memberCount: count }),
  z.object({ kind: z.literal('crashMember'), ...ofGroup }),
  z.object({ kind: z.literal('stuckMember'), ...ofGroup }),
  z.object({ kind: z.literal('slowMember'), ...ofGroup, serviceTimeUs: amount }),
]);

const brokerId = z.number();
const ledPartitions = z.array(count);
const between = z.tuple([z.string(), z.string()]);
const change = z.enum(['scaled', 'crashed', 'stuck', 'slowed']);

export const faultEvents = [
  z.object({ kind: z.literal('brokerKilled'), atMs, brokerId, signal: z.string(), ledPartitions }),
  z.object({ kind: z.literal('brokerRestarted'), atMs, brokerId, tookMs: amount }),
  z.object({ kind: z.literal('brokerPaused'), atMs, brokerId, ledPartitions }),
  z.object({ kind: z.literal('brokerResumed'), atMs, brokerId }),
  z.object({ kind: z.literal('diskSlowed'), atMs, brokerId, delayMs: amount, ledPartitions }),
  z.object({ kind: z.literal('diskHealed'), atMs, brokerId }),
  z.object({ kind: z.literal('linkSlowed'), atMs, between, delayMs: amount, bytesPerSecond: amountOrNull }),
  z.object({ kind: z.literal('linkCut'), atMs, between }),
  z.object({ kind: z.literal('linkHealed'), atMs, between }),
  z.object({ kind: z.literal('groupChanged'), atMs, group: z.string(), change, memberCount: count, serviceTimeUs: amountOrNull }),
  z.object({ kind: z.literal('groupHealed'), atMs, group: z.string(), change, memberCount: count }),
] as const satisfies readonly z.ZodType<FaultEvent>[];

const catchUp = z.object({
  fromMs: atMs,
  lagRecords: count,
  tookMs: amountOrNull,
  consumedPerSecond: amount,
  producedPerSecond: amount,
  predictedMs: amountOrNull,
  prediction: z.string(),
  publishP99Us: amountOrNull,
});

export const faultRecord: z.ZodType<FaultRecord> = z.object({
  fault: count,
  brokerIds: z.array(z.number()),
  beganMs: atMs,
  healedMs: atMs.nullable(),
  windowEndMs: atMs,
  unavailability: z.object({ topicMs: amount, partitionMs: amount, partition: count.nullable() }),
  errorsByName: z.record(z.string(), count),
  failedRecords: count,
  leaderChanges: count,
  isr: z.object({ shrunkPartitions: count, shrunkAfterMs: amountOrNull, wholeAfterMs: amountOrNull, shortPartitionsAtEnd: count }),
  p99Us: z.object({ before: amountOrNull, during: amountOrNull, after: amountOrNull }),
  p99RecoveredAfterMs: amountOrNull,
  groups: z.array(z.object({ name: z.string(), lagRecordsBefore: count, lagRecordsPeak: count, peakAfterMs: amount, catchUp: catchUp.nullable() })),
});
