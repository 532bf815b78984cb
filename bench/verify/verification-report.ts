/** What the verifier found: exact counts, and the first anomalies with their places. */

export type AnomalyKind =
  /** An acknowledged batch is not in the log. */
  | 'lost'
  /** The same batch, or the same event, is in the log a second time. */
  | 'duplicate'
  /** A batch stands behind one that its producer sent later, or an event behind a later event of its key. */
  | 'reordered'
  /** The log holds other records at the offset than were acknowledged there. */
  | 'changed'
  /** A batch cannot be read: damaged bytes. */
  | 'corrupt'
  /** Offsets or sequence numbers are missing without a failed batch that would explain it. */
  | 'gap'
  /** Events of one key are in two partitions. */
  | 'misplaced';

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly partition: number;
  readonly offset: number;
  readonly recordCount: number;
  readonly detail: string;
}

export interface VerificationReport {
  /** No anomaly at all. */
  readonly passed: boolean;
  readonly partitionCount: number;
  readonly batchesRead: number;
  readonly recordsRead: number;
  readonly acknowledgedRecords: number;
  /** Acknowledged records that are in the log, at their offset, unchanged. */
  readonly confirmedRecords: number;
  readonly lostRecords: number;
  readonly duplicatedRecords: number;
  readonly reorderedRecords: number;
  readonly changedRecords: number;
  readonly corruptBatches: number;
  readonly gaps: number;
  readonly misplacedRecords: number;
  /** In the log although the producer never got an acknowledgement: allowed. */
  readonly unacknowledgedSeenRecords: number;
  /** Sent with acks=0 and seen; and those sent so and not seen, which nobody promised. */
  readonly unconfirmedSeenRecords: number;
  readonly unconfirmedMissingRecords: number;
  /** Acknowledged, but deleted by retention before the check. */
  readonly expiredRecords: number;
  /** Written by somebody else. */
  readonly foreignRecords: number;
  /** Events whose number and key were checked one by one (stamped workloads), not only by their batch. */
  readonly recordsCheckedSingly: number;
  readonly anomalyCount: number;
  /** The first ANOMALIES_LISTED_MAX. */
  readonly anomalies: readonly Anomaly[];
}

export const ANOMALIES_LISTED_MAX = 100;

type Counters = { -readonly [K in keyof VerificationReport as VerificationReport[K] extends number ? K : never]: number };

/** Collects while verifying. */
export class ReportBuilder {
  readonly counts: Counters = {
    partitionCount: 0,
    batchesRead: 0,
    recordsRead: 0,
    acknowledgedRecords: 0,
    confirmedRecords: 0,
    lostRecords: 0,
    duplicatedRecords: 0,
    reorderedRecords: 0,
    changedRecords: 0,
    corruptBatches: 0,
    gaps: 0,
    misplacedRecords: 0,
    unacknowledgedSeenRecords: 0,
    unconfirmedSeenRecords: 0,
    unconfirmedMissingRecords: 0,
    expiredRecords: 0,
    foreignRecords: 0,
    recordsCheckedSingly: 0,
    anomalyCount: 0,
  };
  readonly #anomalies: Anomaly[] = [];

  add(anomaly: Anomaly): void {
    const { counts } = this;
    counts.anomalyCount++;
    if (anomaly.kind === 'lost') counts.lostRecords += anomaly.recordCount;
    else if (anomaly.kind === 'duplicate') counts.duplicatedRecords += anomaly.recordCount;
    else if (anomaly.kind === 'reordered') counts.reorderedRecords += anomaly.recordCount;
    else if (anomaly.kind === 'changed') counts.changedRecords += anomaly.recordCount;
    else if (anomaly.kind === 'misplaced') counts.misplacedRecords += anomaly.recordCount;
    else if (anomaly.kind === 'corrupt') counts.corruptBatches++;
    else counts.gaps++;
    if (this.#anomalies.length < ANOMALIES_LISTED_MAX) this.#anomalies.push(anomaly);
  }

  finish(): VerificationReport {
    return { ...this.counts, passed: this.counts.anomalyCount === 0, anomalies: this.#anomalies };
  }
}
