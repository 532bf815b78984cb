/**
 * What other calculators answer for a workload, as plain data: `sizing/peers` computes it, `peers-text.ts` prints it. It is made to show
 * how far the answers lie apart and what each rests on, not to choose one.
 */

export interface PeersRecord {
  readonly workload: PeersWorkload;
  readonly rows: readonly PeerRow[];
  /** Of the rows with the same unit, the smallest and the largest answer. */
  readonly spreads: readonly PeersSpread[];
  readonly notes: readonly string[];
  /** Whatever the workload: figures in their documents that their own formulas do not give. */
  readonly figuresThatDoNotHold: readonly PrintedFigure[];
}

export interface PrintedFigure {
  /** Stable name: `redpanda.hour`... */
  readonly id: string;
  readonly peer: string;
  /** Of what it is the figure. */
  readonly what: string;
  /** `254 GB/h`. */
  readonly printed: string;
  /** In the printed unit. */
  readonly computed: string;
  /** By which it was computed. */
  readonly formula: string;
  /** Printed over computed; null: quantities of two kinds. */
  readonly ratio: number | null;
  /** What was probably mixed up. */
  readonly reason: string;
  readonly source: string;
}

/** One workload for all; what a peer needs beyond it stands in its `inputsAssumed`. */
export interface PeersWorkload {
  /** At the peak. */
  readonly eventsPerSecond: number;
  /** What fills disks, for the peers that tell it from the peak; without it the peak is taken for it. */
  readonly averageEventsPerSecond?: number;
  /** Uncompressed. */
  readonly eventBytes: number;
  readonly replicationFactor: number;
  /** Consumer groups that read everything. */
  readonly groups: number;
  readonly retentionHours: number;
  /** 1: nothing is compressed. */
  readonly compressionRatio: number;
  readonly zones: number;
}

export type PeerUnit = 'brokers' | 'vCPU' | 'cores' | 'partitions';

export interface PeerRow {
  /** Stable name: `aws.standard`, `google`... */
  readonly id: string;
  readonly peer: string;
  readonly answer: PeerAnswer;
  /** In the peer's own terms: `storage`, `EC2 network`, `floor of 4`... */
  readonly decidedBy: string;
  readonly source: string;
  readonly knownFlaw: string;
  readonly inputsAssumed: readonly string[];
}

export interface PeerAnswer {
  readonly unit: PeerUnit;
  /** One, or one for each variant (instance type, producing or consuming). Empty: the peer's table ends below the workload. */
  readonly amounts: readonly PeerAmount[];
  /** What else it says, in words with units: `164 GiB memory`. */
  readonly details: readonly string[];
}

export interface PeerAmount {
  /** null: there is one amount only. */
  readonly label: string | null;
  readonly value: number;
  /** Before floors and rounding; null: a table, or a choice between several. */
  readonly exact: number | null;
  /** What decided for this variant. */
  readonly decidedBy: string;
  readonly usdPerMonth: number | null;
}

export interface PeersSpread {
  readonly unit: PeerUnit;
  readonly low: number;
  readonly high: number;
  /** Rows that answer in this unit. */
  readonly rowCount: number;
}
