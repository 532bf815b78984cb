/**
 * A rate over time in straight pieces, and its integral both ways: how many records are due before a moment, and when record n is due. Exact
 * (a piece's area is that of its trapezium), so that no error adds up however long a run is. Seconds since the load's start.
 */
import { assert } from '../../../engine/assert.ts';

export interface RatePiece {
  readonly seconds: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
  /** Where it is not the trapezium's area: arrivals of a trace that share a moment have a piece of no length. */
  readonly records?: number;
}

export interface RateCurveOptions {
  /** Before the pieces: the warm-up, at one rate. */
  readonly lead: { readonly seconds: number; readonly ratePerSecond: number };
  readonly pieces: Iterable<RatePiece>;
  /** Behind the last piece: from the first one again, its last rate for ever, or nothing more. */
  readonly after: 'repeat' | 'hold' | 'end';
}

export class RateCurve {
  readonly #leadSeconds: number;
  readonly #leadRate: number;
  readonly #leadRecords: number;
  readonly #repeats: boolean;
  /** Of piece i: where it begins, records due before it, its rates. One more entry holds the end. */
  readonly #starts: number[] = [0];
  readonly #counts: number[] = [0];
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  constructor({ lead, pieces, after }: RateCurveOptions) {
    this.#leadSeconds = lead.seconds;
    this.#leadRate = lead.ratePerSecond;
    this.#leadRecords = lead.seconds * lead.ratePerSecond;
    this.#repeats = after === 'repeat';
    for (const piece of pieces) this.#add(piece);
    const held = this.#to.at(-1) ?? 0;
    if (after === 'hold' && held > 0) this.#add({ seconds: Number.POSITIVE_INFINITY, fromPerSecond: held, toPerSecond: held });
    assert(!this.#repeats || this.#cycleRecords > 0, 'a curve without a record cannot be repeated');
  }

  /** Records due before the moment; no whole number, as the last one may be under way. */
  recordsBefore(seconds: number): number {
    if (seconds <= this.#leadSeconds) return Math.max(0, seconds) * this.#leadRate;
    let within = seconds - this.#leadSeconds;
    let passed = this.#leadRecords;
    if (this.#repeats) {
      const cycles = Math.floor(within / this.#cycleSeconds);
      passed += cycles * this.#cycleRecords;
      within -= cycles * this.#cycleSeconds;
    }
    const at = this.#pieceAt(this.#starts, within);
    if (at >= this.#from.length) return passed + this.#cycleRecords;
    return passed + (this.#counts[at] as number) + this.#recordsInto(at, within - (this.#starts[at] as number));
  }

  /** Records a second over [from, to). */
  meanRate(fromSecond: number, toSecond: number): number {
    return (this.recordsBefore(toSecond) - this.recordsBefore(fromSecond)) / (toSecond - fromSecond);
  }

  /** When records are due, asked in rising order: one step a record, no search. */
  cursor(): CurveCursor {
    return new CurveCursor((records, from) => this.#secondsOf(records, from));
  }

  get #cycleSeconds(): number {
    return this.#starts.at(-1) as number;
  }

  get #cycleRecords(): number {
    return this.#counts.at(-1) as number;
  }

  #add({ seconds, fromPerSecond, toPerSecond, records }: RatePiece): void {
    const area = records ?? (fromPerSecond === toPerSecond ? seconds * fromPerSecond : (seconds * (fromPerSecond + toPerSecond)) / 2);
    assert(seconds >= 0 && area >= 0 && !Number.isNaN(area), `a piece of ${seconds} s cannot hold ${area} records`);
    this.#starts.push(this.#cycleSeconds + seconds);
    this.#counts.push(this.#cycleRecords + area);
    this.#from.push(fromPerSecond);
    this.#to.push(toPerSecond);
  }

  /** `place`: where the last record lay. Infinity when so many never come. */
  #secondsOf(records: number, place: CurvePlace): number {
    if (records < this.#leadRecords) return records / this.#leadRate;
    let rest = records - this.#leadRecords;
    let base = this.#leadSeconds;
    if (this.#repeats) {
      const cycle = Math.floor(rest / this.#cycleRecords);
      if (cycle !== place.cycle) {
        place.cycle = cycle;
        place.piece = 0;
      }
      rest -= cycle * this.#cycleRecords;
      base += cycle * this.#cycleSeconds;
    }
    const counts = this.#counts;
    const last = this.#from.length;
    // A record on a border belongs to the piece behind it: pieces without records are passed.
    while (place.piece < last && (counts[place.piece + 1] as number) <= rest) place.piece++;
    if (place.piece === last) return this.#repeats ? base + this.#cycleSeconds : Number.POSITIVE_INFINITY;
    return base + (this.#starts[place.piece] as number) + this.#secondsInto(place.piece, rest - (counts[place.piece] as number));
  }

  /** Records of piece `at` in its first `seconds`. */
  #recordsInto(at: number, seconds: number): number {
    const [from, to] = [this.#from[at] as number, this.#to[at] as number];
    if (from === to) return from * seconds;
    return seconds * (from + ((to - from) * seconds) / (2 * this.#lengthOf(at)));
  }

  /** The other way round: the root of from t + slope t^2 / 2 = records, written so that nothing cancels. */
  #secondsInto(at: number, records: number): number {
    if (records <= 0) return 0;
    const [from, to] = [this.#from[at] as number, this.#to[at] as number];
    const length = this.#lengthOf(at);
    if (length === 0) return 0;
    if (from === to) return Math.min(length, records / from);
    const slope = (to - from) / length;
    return Math.min(length, (2 * records) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * records))));
  }

  #lengthOf(at: number): number {
    return (this.#starts[at + 1] as number) - (this.#starts[at] as number);
  }

  /** The last piece whose border is at or before `value`. */
  #pieceAt(borders: readonly number[], value: number): number {
    let [low, high] = [0, borders.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((borders[middle] as number) <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

interface CurvePlace {
  piece: number;
  cycle: number;
}

export class CurveCursor {
  readonly #secondsOf: (records: number, place: CurvePlace) => number;
  readonly #place: CurvePlace = { piece: 0, cycle: 0 };
  #last = 0;

  constructor(secondsOf: (records: number, place: CurvePlace) => number) {
    this.#secondsOf = secondsOf;
  }

  /** Never before the answer to a smaller number, whatever rounding does at a border. */
  secondsOf(records: number): number {
    const seconds = this.#secondsOf(records, this.#place);
    if (seconds > this.#last) this.#last = seconds;
    return this.#last;
  }
}
