/**
 * The `__cluster_metadata` log: metadata records in record batches, in Kafka's own files. Records are committed when they
 * are appended: a quorum of one. A Raft quorum takes this class's place behind the same three functions.
 * Not synced: killed processes lose nothing, a power cut may lose the tail. Opening cuts a torn one.
 */
import type { Environment } from '../environment.ts';
import { parseTopicConfig } from '../log/log-config.ts';
import { PartitionLog } from '../log/partition-log.ts';
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecord, type MetadataRecordInput } from '../protocol/metadata-records.ts';
import { buildBatch } from '../record/record-batch-builder.ts';
import { forEachRecord } from '../record/record-reader.ts';
import { batchSizeInBytes } from '../record/record-batch.ts';

export const METADATA_TOPIC = '__cluster_metadata';
/** Kafka's reserved id of the metadata topic. */
export const METADATA_TOPIC_ID = Buffer.from('00000000000000000000000000000001', 'hex');
const LEADER_EPOCH = 1;
const READ_BYTES = 1024 * 1024;
/** One decision is one batch, and the largest creates or moves MAX_PARTITIONS partitions. */
const MAX_BATCH_BYTES = 64 * 1024 * 1024;

export class MetadataLog {
  readonly log: PartitionLog;
  readonly #environment: Environment;

  constructor(environment: Environment, directory: string) {
    this.#environment = environment;
    this.log = PartitionLog.open(environment, {
      directory,
      topic: METADATA_TOPIC,
      partition: 0,
      topicId: METADATA_TOPIC_ID,
      config: { ...parseTopicConfig(new Map()), maxMessageBytes: MAX_BATCH_BYTES },
      cleanShutdown: false,
    });
  }

  /** Appends as one batch, all or nothing, and hands each record with its offset to `apply`. */
  append(records: readonly MetadataRecordInput[], apply: (record: MetadataRecord, offset: number) => void): void {
    const timestampMs = this.#environment.clock.nowMs();
    const batch = buildBatch(
      records.map((record) => ({ key: null, value: encodeMetadataRecord(record), timestampMs })),
      { compression: 'none' },
    );
    const result = this.log.appendAsLeader(batch, { leaderEpoch: LEADER_EPOCH, isInternal: true });
    if (result.kind !== 'appended') throw new Error(`metadata records were refused: ${result.kind === 'rejected' ? result.message : result.kind}`);
    forEachMetadataRecord(batch, apply);
  }

  /** Hands every committed record to `apply`, oldest first. */
  async replay(apply: (record: MetadataRecord, offset: number) => void): Promise<void> {
    let offset = this.log.logStartOffset;
    while (offset < this.log.logEndOffset) {
      const result = this.log.read(offset, { maxBytes: READ_BYTES, upTo: this.log.logEndOffset, minOneBatch: true });
      if (result.kind === 'outOfRange') throw new Error(`metadata offset ${offset} is out of range`);
      const bytes = result.kind === 'cold' ? await result.read() : Buffer.concat(result.chunks);
      offset = forEachMetadataRecord(bytes, apply);
    }
  }
}

/** Visits the records of whole batches; returns the offset behind the last one. */
export function forEachMetadataRecord(bytes: Buffer, apply: (record: MetadataRecord, offset: number) => void): number {
  let next = 0;
  for (let at = 0; at < bytes.length; at += batchSizeInBytes(bytes, at)) {
    forEachRecord(bytes, at, (record) => {
      next = record.offset + 1;
      if (record.valueStart >= 0) apply(decodeMetadataRecord(Buffer.from(record.bytes.subarray(record.valueStart, record.valueEnd))), record.offset);
    });
  }
  return next;
}
