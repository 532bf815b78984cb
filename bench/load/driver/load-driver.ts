/** What makes the load: the client under test, behind what a load run needs of one. headroom's own answers by the batch, librdkafka by the record. */
import type { CompletedBatch, OutgoingRecord, ProducerStats } from '../../../engine/client/producer.ts';

export type ClientKind = 'headroom' | 'librdkafka';
export const clientKinds: readonly ClientKind[] = ['headroom', 'librdkafka'];

/** Acknowledged or given up, one by one. */
export interface DeliveredRecord {
  /** As handed over. */
  readonly tag: number;
  readonly bytes: number;
  /** -1: it never got one. */
  readonly partition: number;
  /** -1: none was told. */
  readonly offset: number;
  /** Of key and value. */
  readonly crc: number;
  /** Kafka's, 0 for none. */
  readonly errorCode: number;
}

export interface DriverEvents {
  /** Once a batch, from a driver that has them. */
  onBatch(batch: CompletedBatch): void;
  onClosedBatch(): void;
  /** Once a record, from a driver that has no batches to show. */
  onRecord(record: DeliveredRecord): void;
  /** There is memory again after `send` returned false. */
  onSpace(): void;
}

/** What went over the wire in the measured window, as the client itself counts it. */
export interface WireUse {
  readonly batches: number;
  readonly batchBytes: number;
  readonly requests: number;
}

export interface LoadDriver {
  readonly stats: Readonly<Pick<ProducerStats, 'requests' | 'batches' | 'bytes' | 'retries' | 'errorsByName' | 'identityRenewals'>>;
  /** Resolves with the topic's handle for OutgoingRecord when the first record may come. */
  start(topic: string): Promise<number>;
  /** False: nothing was taken; try again after `onSpace`. */
  send(record: OutgoingRecord): boolean;
  /** Resolves when everything sent before is acknowledged or given up. */
  flush(): Promise<void>;
  /** Undefined: it is counted by the batches. */
  wireUse(window: { measureStartUs: number; endUs: number }): WireUse | undefined;
  close(): Promise<void>;
}
