/** In which share of the draws demands stay within capacities. */
import type { Column } from './column.ts';
import type { Constraint } from './sheet.ts';

/** Rounding noise is no violation. */
export const TOLERANCE = 1e-9;

export function holdShare(demand: Column, capacity: Column): number {
  const tally = new BrokenDraws();
  tally.add(demand, capacity);
  return tally.heldShare;
}

/** Share of the draws in which all of them hold. */
export function jointShare(constraints: readonly Pick<Constraint, 'demand' | 'capacity'>[], values: ReadonlyMap<string, Column>): number {
  const tally = new BrokenDraws();
  for (const { demand, capacity } of constraints) tally.add(values.get(demand) as Column, values.get(capacity) as Column);
  return tally.heldShare;
}

/** The draws in which any of the constraints that were added does not hold. */
export class BrokenDraws {
  #broken: Uint8Array | undefined;
  #count = 0;
  /** Numbers hold in every draw or in none. */
  #isNeverHeld = false;

  get heldShare(): number {
    if (this.#isNeverHeld) return 0;
    return this.#broken === undefined ? 1 : 1 - this.#count / this.#broken.length;
  }

  add(demand: Column, capacity: Column): void {
    if (typeof demand === 'number' && typeof capacity === 'number') {
      if (!(demand <= limitOf(capacity))) this.#isNeverHeld = true;
      return;
    }
    const broken = (this.#broken ??= new Uint8Array(typeof demand === 'number' ? (capacity as Float64Array).length : demand.length));
    this.#count += typeof demand === 'number' ? brokenUnder(demand, capacity as Float64Array, broken) : typeof capacity === 'number' ? brokenOver(demand, limitOf(capacity), broken) : brokenBetween(demand, capacity, broken);
  }

  clear(): void {
    this.#broken?.fill(0);
    this.#count = 0;
    this.#isNeverHeld = false;
  }
}

function limitOf(capacity: number): number {
  return capacity + Math.abs(capacity) * TOLERANCE;
}

/** Each marks what it finds broken and counts what was not marked before. No number is within a limit that is none. */
function brokenOver(demand: Float64Array, limit: number, broken: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < broken.length; at++) {
    if ((demand[at] as number) <= limit) continue;
    count += 1 - (broken[at] as number);
    broken[at] = 1;
  }
  return count;
}

function brokenUnder(demand: number, capacity: Float64Array, broken: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < broken.length; at++) {
    if (demand <= limitOf(capacity[at] as number)) continue;
    count += 1 - (broken[at] as number);
    broken[at] = 1;
  }
  return count;
}

function brokenBetween(demand: Float64Array, capacity: Float64Array, broken: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < broken.length; at++) {
    if ((demand[at] as number) <= limitOf(capacity[at] as number)) continue;
    count += 1 - (broken[at] as number);
    broken[at] = 1;
  }
  return count;
}
