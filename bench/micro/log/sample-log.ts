/** A partition's log with a clickstream in it, as one idempotent producer leaves it: one record a millisecond. */
import { join } from 'node:path';
import { assert } from '../../../engine/assert.ts';
import type { Environment } from '../../../engine/environment.ts';
import { parseTopicConfig } from '../../../engine/log/log-config.ts';
import { PartitionLog } from '../../../engine/log/partition-log.ts';
import { RecordBatchBuilder } from '../../../engine/record/record-batch-builder.ts';
import { clickstreamEvents, EPOCH_MS } from '../sample-batches.ts';

export interface LogPlace {
  readonly directory: string;
  readonly segmentBytes: number;
  /** Default: delete. */
  readonly cleanupPolicy?: string;
}

const TOPIC_ID = Buffer.alloc(16, 1);
const LEADER = { leaderEpoch: 0, isInternal: false };
const RECORD_US = 1000;
const NEVER = '9223372036854775807';

export function openLog(environment: Environment, { directory, segmentBytes, cleanupPolicy = 'delete' }: LogPlace, options: { cleanShutdown: boolean }): PartitionLog {
  // The events' time is fixed, whatever the machine's clock says.
  const config = { ...parseTopicConfig(new Map([['message.timestamp.after.max.ms', NEVER], ['cleanup.policy', cleanupPolicy]])), segmentBytes };
  return PartitionLog.open(environment, { directory: join(directory, 'log'), topic: 'micro', partition: 0, topicId: TOPIC_ID, config, ...options });
}

/** Batches of at most `batchBytes` until the log is long enough. */
export function fillLog(log: PartitionLog, { batchBytes, until }: { batchBytes: number; until: (log: PartitionLog) => boolean }): void {
  assert(log.logEndOffset === 0, 'only an empty log is filled: offsets and times go together');
  const builder = new RecordBatchBuilder({ capacityBytes: batchBytes, compression: 'none' });
  let sequence = 0;
  for (const event of clickstreamEvents(RECORD_US)) {
    if (builder.append(event)) continue;
    if (until(log)) return;
    const { recordCount } = builder;
    append(log, builder.close({ producerId: 1, producerEpoch: 0, baseSequence: sequence }).batch);
    sequence += recordCount;
    builder.reset();
    builder.append(event);
  }
}

/** So many sealed segments and an active one behind them; returns the offset that it begins with. */
export function fillSealed(log: PartitionLog, { batchBytes, sealedCount }: { batchBytes: number; sealedCount: number }): number {
  let end = 0;
  fillLog(log, {
    batchBytes,
    until: () => {
      if (log.segmentCount > sealedCount) return true;
      end = log.logEndOffset;
      return false;
    },
  });
  return end;
}

export function append(log: PartitionLog, batch: Buffer): void {
  const result = log.appendAsLeader(batch, LEADER);
  if (result.kind !== 'appended') throw new Error(`the append was answered ${result.kind}`);
}

/** Of the record with this offset. */
export function timestampMsOf(offset: number): number {
  return EPOCH_MS + offset;
}
