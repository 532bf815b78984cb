/**
 * Checks stamped events one by one: no event twice, numbers rise within a key and worker, a key stays in one partition. A key that is spread
 * over buckets or salts is one key a suffix: that is the order which such keys keep.
 * State is a few flat arrays over all partitions, so partitions may be checked in any order.
 */
import { FIRST_KEY, hasStamp, keyOf, numberOf, workerOf } from '../workload/event-stamp.ts';
import { spreadSlotOf } from '../workload/key-writer.ts';
import type { RecordCursor } from '../record-cursor.ts';
import type { ReportBuilder } from './verification-report.ts';

export interface EventCheckOptions {
  /** 0: records have no key; then only identity is checked. */
  readonly keyCount: number;
  /** Suffixes that a key may have; absent: none. */
  readonly spread?: number;
  /** Events that each worker sent; a number beyond them is no number of this run. */
  readonly eventCounts: readonly number[];
}

type RecordPlaces = Pick<RecordCursor, 'bytes' | 'keyStart' | 'keyEnd' | 'valueStart' | 'valueEnd'>;

export class EventChecks {
  readonly #options: EventCheckOptions;
  readonly #report: ReportBuilder;
  /** Of a key: without a suffix, and with each. */
  readonly #slots: number;
  /** By worker and key: the last event number + 1. */
  readonly #lastNumbers: Float64Array;
  /** By key: partition + 1. */
  readonly #partitions: Int32Array;
  /** By worker: one bit an event number. */
  readonly #seen: Uint32Array[];

  constructor(options: EventCheckOptions, report: ReportBuilder) {
    this.#options = options;
    this.#report = report;
    this.#slots = 1 + (options.spread ?? 0);
    this.#lastNumbers = new Float64Array(options.eventCounts.length * options.keyCount * this.#slots);
    this.#partitions = new Int32Array(options.keyCount * this.#slots);
    this.#seen = options.eventCounts.map((count) => new Uint32Array(Math.ceil(count / 32)));
  }

  /** One record's key and value. */
  check({ bytes, keyStart, keyEnd, valueStart: start, valueEnd: end }: RecordPlaces, partition: number, offset: number): void {
    if (!hasStamp(bytes, start, end)) return;
    const worker = workerOf(bytes, start);
    const number = numberOf(bytes, start);
    this.#report.counts.recordsCheckedSingly++;
    if (!(number >= 0 && number < (this.#options.eventCounts[worker] ?? 0))) {
      this.#report.add({ kind: 'changed', partition, offset, recordCount: 1, detail: `event ${worker}-${number} was never sent` });
      return;
    }
    if (this.#isRepeated(worker, number)) {
      this.#report.add({ kind: 'duplicate', partition, offset, recordCount: 1, detail: `event ${worker}-${number} is in the topic twice` });
      return;
    }
    if (this.#options.keyCount > 0) this.#checkKey(keyOf(bytes, start) - FIRST_KEY, this.#slots === 1 ? 0 : spreadSlotOf(bytes, keyStart, keyEnd), { worker, number, partition, offset });
  }

  #checkKey(key: number, slot: number, event: { worker: number; number: number; partition: number; offset: number }): void {
    const { worker, number, partition, offset } = event;
    if (key < 0 || key >= this.#options.keyCount || slot < 0 || slot >= this.#slots) {
      this.#report.add({ kind: 'changed', partition, offset, recordCount: 1, detail: `event ${worker}-${number} has a key outside the workload` });
      return;
    }
    const place = key * this.#slots + slot;
    const at = worker * this.#partitions.length + place;
    const lastPlusOne = this.#lastNumbers[at] as number;
    if (number < lastPlusOne) {
      const detail = `event ${worker}-${number} of key ${FIRST_KEY + key} stands behind event ${worker}-${lastPlusOne - 1}`;
      this.#report.add({ kind: 'reordered', partition, offset, recordCount: 1, detail });
    } else this.#lastNumbers[at] = number + 1;
    const home = this.#partitions[place] as number;
    if (home === 0) this.#partitions[place] = partition + 1;
    else if (home !== partition + 1) {
      const detail = `key ${FIRST_KEY + key} is in partition ${home - 1} too`;
      this.#report.add({ kind: 'misplaced', partition, offset, recordCount: 1, detail });
    }
  }

  #isRepeated(worker: number, number: number): boolean {
    const bits = this.#seen[worker] as Uint32Array;
    const word = Math.floor(number / 32);
    const mask = 1 << (number & 31);
    const before = bits[word] as number;
    bits[word] = before | mask;
    return (before & mask) !== 0;
  }
}
