/**
 * The fixed-width fields by which a reader recognises a record: who made it, which one it is, when it was due, and its key.
 * Every stamped value has them at the same places, so that they are patched and read in place, without a parser:
 *
 *   at  0  {"event_id":"       13 bytes
 *      13  WW-NNNNNNNNNNNN     worker (2 digits), event number (12 digits)
 *      28  ","timestamp":      14 bytes
 *      42  MMMMMMMMMMMMM.UUU   due time: epoch milliseconds with microseconds as the fraction (17 bytes)
 *      59  ,"session_id":      14 bytes
 *      73  KKKKKK              the key as a number, 6 digits without a leading zero
 *      79  ...                 the rest of a JSON object
 */
import { assert } from '../../engine/assert.ts';

const PREFIX = '{"event_id":"00-000000000000","timestamp":0000000000000.000,"session_id":000000';
export const STAMP_BYTES = PREFIX.length;
const WORKER_AT = 13;
const NUMBER_AT = 16;
const TIME_MS_AT = 42;
const TIME_POINT_AT = 55;
const TIME_US_AT = 56;
const KEY_AT = 73;

export const KEY_DIGITS = 6;
/** The smallest key number: keys have six digits and no leading zero. */
export const FIRST_KEY = 100_000;
export const KEY_COUNT_MAX = 900_000;
export const WORKER_COUNT_MAX = 100;

/** 0000..9999 as four ASCII bytes, and .000 to .999, as big-endian words: four digits cost one store. */
const QUADS = new Uint32Array(10_000);
const FRACTIONS = new Uint32Array(1000);
for (let i = 0; i < 10_000; i++) QUADS[i] = Buffer.from(String(i).padStart(4, '0')).readUInt32BE();
for (let i = 0; i < 1000; i++) FRACTIONS[i] = Buffer.from(`.${String(i).padStart(3, '0')}`).readUInt32BE();

/** Prepares a value of at least STAMP_BYTES for a StampWriter. */
export function layStamp(bytes: Buffer, at: number, worker: number): void {
  assert(worker < WORKER_COUNT_MAX, `worker ${worker} does not fit two digits`);
  bytes.write(PREFIX, at, 'latin1');
  bytes.write(String(worker).padStart(2, '0'), at + WORKER_AT, 'latin1');
}

/** Patches the stamps of one pool. Keeps the digits that neighbouring records share: the millisecond, the high digits of the number. */
export class StampWriter {
  readonly #view: DataView;
  #ms = -1;
  #msDigits = [0, 0, 0, 0];
  #numberBase = -1;
  #numberHigh = 0;
  #numberMiddle = 0;

  constructor(pool: Buffer) {
    this.#view = new DataView(pool.buffer, pool.byteOffset, pool.length);
  }

  /** `n` below 10^12, `epochUs` between the years 2001 and 2286, `key` of six digits. */
  write(at: number, n: number, epochUs: number, key: number): void {
    const view = this.#view;
    const numberLow = n - this.#numberBase;
    if (numberLow < 0 || numberLow >= 10_000 || this.#numberBase < 0) {
      this.#takeNumber(n);
    }
    view.setUint32(at + NUMBER_AT, this.#numberHigh);
    view.setUint32(at + NUMBER_AT + 4, this.#numberMiddle);
    view.setUint32(at + NUMBER_AT + 8, QUADS[n - this.#numberBase] as number);

    const ms = Math.floor(epochUs / 1000);
    if (ms !== this.#ms) this.#takeMs(ms);
    const digits = this.#msDigits;
    view.setUint8(at + TIME_MS_AT, digits[0] as number);
    view.setUint32(at + TIME_MS_AT + 1, digits[1] as number);
    view.setUint32(at + TIME_MS_AT + 5, digits[2] as number);
    view.setUint32(at + TIME_MS_AT + 9, digits[3] as number);
    view.setUint32(at + TIME_POINT_AT, FRACTIONS[(epochUs - ms * 1000) | 0] as number);

    writeKeyDigits(view, at + KEY_AT, key);
  }

  #takeNumber(n: number): void {
    this.#numberBase = Math.floor(n / 10_000) * 10_000;
    const high = Math.floor(n / 1e8);
    this.#numberHigh = QUADS[high] as number;
    this.#numberMiddle = QUADS[Math.floor(n / 10_000) - high * 10_000] as number;
  }

  #takeMs(ms: number): void {
    const text = String(ms);
    assert(text.length === 13, `epoch milliseconds ${ms} do not have 13 digits`);
    this.#ms = ms;
    this.#msDigits[0] = text.charCodeAt(0);
    for (let i = 0; i < 3; i++) this.#msDigits[i + 1] = QUADS[Number(text.slice(1 + i * 4, 5 + i * 4))] as number;
  }
}

/** Six digits of a key. */
export function writeKeyDigits(view: DataView, at: number, key: number): void {
  const high = (key / 10_000) | 0;
  view.setUint16(at, (QUADS[high] as number) & 0xffff);
  view.setUint32(at + 2, QUADS[key - high * 10_000] as number);
}

/** Whether [start, end) opens with a stamp; the constant bytes that are looked at make an accident unlikely, not impossible. */
export function hasStamp(bytes: Buffer, start: number, end: number): boolean {
  return (
    end - start >= STAMP_BYTES && bytes[start] === 0x7b && bytes[start + 2] === 0x65 && bytes[start + 12] === 0x22 &&
    bytes[start + 15] === 0x2d && bytes[start + 28] === 0x22 && bytes[start + 55] === 0x2e && bytes[start + 59] === 0x2c
  );
}

export function workerOf(bytes: Buffer, at: number): number {
  return readDigits(bytes, at + WORKER_AT, 2);
}

export function numberOf(bytes: Buffer, at: number): number {
  return readDigits(bytes, at + NUMBER_AT, 6) * 1_000_000 + readDigits(bytes, at + NUMBER_AT + 6, 6);
}

export function epochUsOf(bytes: Buffer, at: number): number {
  return (
    (readDigits(bytes, at + TIME_MS_AT, 7) * 1_000_000 + readDigits(bytes, at + TIME_MS_AT + 7, 6)) * 1000 +
    readDigits(bytes, at + TIME_US_AT, 3)
  );
}

export function keyOf(bytes: Buffer, at: number): number {
  return readDigits(bytes, at + KEY_AT, KEY_DIGITS);
}

/** At most nine digits. A byte that is no digit gives a wrong number, not an error. */
export function readDigits(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = (Math.imul(value, 10) + (bytes[i] as number) - 48) | 0;
  return value;
}
