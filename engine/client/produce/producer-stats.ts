/** Running totals of a producer. Only own, enumerable fields: a copy of them is a snapshot. */
import type { ProducerBatch } from './producer-batch.ts';

export class ProducerStats {
  /** Produce requests, and what they carried, retries included. */
  requests = 0;
  batches = 0;
  bytes = 0;
  /** Batches sent again. */
  retries = 0;
  acknowledgedRecords = 0;
  acknowledgedBatches = 0;
  /** Batches given up. */
  failedRecords = 0;
  failedBatches = 0;
  /** Answers with an error and lost answers (NETWORK_EXCEPTION), per batch, also those that a retry healed. */
  readonly errorsByName: Record<string, number> = {};
  identityRenewals = 0;
  /** `send` returned false. */
  refusals = 0;

  countRequest(batches: number, bytes: number): void {
    if (batches === 0) return;
    this.requests++;
    this.batches += batches;
    this.bytes += bytes;
  }

  countError(name: string): void {
    this.errorsByName[name] = (this.errorsByName[name] ?? 0) + 1;
  }

  countOutcome(batch: ProducerBatch): void {
    if (batch.errorCode === 0) {
      this.acknowledgedBatches++;
      this.acknowledgedRecords += batch.recordCount;
    } else {
      this.failedBatches++;
      this.failedRecords += batch.recordCount;
    }
  }
}
