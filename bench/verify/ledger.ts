/**
 * What became of every batch that a load worker handed to its producer, in columns (33 bytes a batch), so that a run of
 * minutes costs a few megabytes and crosses threads without a copy. It is the truth that the verifier holds the log against.
 */

/** The producer's own words about a finished batch; the fields of engine/client's CompletedBatch that matter here. */
export interface LedgerBatch {
  readonly partition: number;
  readonly recordCount: number;
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly recordsCrc: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/** `acknowledged`: must be in the log. `unacknowledged`: failed or its fate is unknown, may be there. `unconfirmed`: acks=0, no offset told. */
export const outcomes = { acknowledged: 0, unacknowledged: 1, unconfirmed: 2 } as const;

export interface LedgerColumns {
  readonly count: number;
  readonly outcome: Uint8Array<ArrayBuffer>;
  readonly partition: Int32Array<ArrayBuffer>;
  readonly recordCount: Int32Array<ArrayBuffer>;
  readonly recordsCrc: Uint32Array<ArrayBuffer>;
  readonly baseOffset: Float64Array<ArrayBuffer>;
  readonly producerId: Float64Array<ArrayBuffer>;
  readonly producerEpoch: Int16Array<ArrayBuffer>;
  readonly baseSequence: Int32Array<ArrayBuffer>;
}

const FIRST_CAPACITY = 1 << 14;

export class Ledger {
  #columns: LedgerColumns = allocate(FIRST_CAPACITY);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(batch: LedgerBatch): void {
    if (this.#count === this.#columns.outcome.length) this.#grow();
    const at = this.#count++;
    const columns = this.#columns;
    columns.outcome[at] =
      batch.errorCode !== 0 ? outcomes.unacknowledged : batch.baseOffset < 0 ? outcomes.unconfirmed : outcomes.acknowledged;
    columns.partition[at] = batch.partition;
    columns.recordCount[at] = batch.recordCount;
    columns.recordsCrc[at] = batch.recordsCrc;
    columns.baseOffset[at] = batch.baseOffset;
    columns.producerId[at] = batch.producerId;
    columns.producerEpoch[at] = batch.producerEpoch;
    columns.baseSequence[at] = batch.baseSequence;
  }

  /** The columns, cut to size; the ledger must not be used after this. */
  take(): LedgerColumns {
    const { count: _count, ...columns } = this.#columns;
    const cut = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column.slice(0, this.#count)]));
    return { ...(cut as unknown as Omit<LedgerColumns, 'count'>), count: this.#count };
  }

  #grow(): void {
    const larger = allocate(this.#columns.outcome.length * 2);
    const { count: _count, ...columns } = this.#columns;
    for (const [name, column] of Object.entries(columns)) (larger[name as keyof typeof columns] as Float64Array).set(column);
    this.#columns = larger;
  }
}

/** For postMessage's transfer list. */
export function transferablesOf(columns: LedgerColumns): ArrayBuffer[] {
  const { count: _count, ...arrays } = columns;
  return Object.values(arrays).map((array) => array.buffer);
}

function allocate(capacity: number): LedgerColumns {
  return {
    count: 0,
    outcome: new Uint8Array(capacity),
    partition: new Int32Array(capacity),
    recordCount: new Int32Array(capacity),
    recordsCrc: new Uint32Array(capacity),
    baseOffset: new Float64Array(capacity),
    producerId: new Float64Array(capacity),
    producerEpoch: new Int16Array(capacity),
    baseSequence: new Int32Array(capacity),
  };
}
