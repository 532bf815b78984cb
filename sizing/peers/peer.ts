/** What a published way of sizing is: where it stands and what is known to be wrong with it. Its formulas take bytes, bytes/s and seconds. */

export interface Peer {
  readonly name: string;
  /** Document or repository, with the version where it has one. */
  readonly source: string;
  /** The gravest first. */
  readonly knownFlaws: readonly [string, ...string[]];
}

export const KB = 1e3;
export const MB = 1e6;
export const GB = 1e9;
export const TB = 1e12;
export const MIB = 2 ** 20;
export const GIB = 2 ** 30;
export const TIB = 2 ** 40;
export const MINUTE_SECONDS = 60;
export const HOUR_SECONDS = 3600;
export const DAY_SECONDS = 86_400;

/** Rounding noise of a division is not one more of anything: 50 / (50 / 7) is 7. */
export function ceiling(value: number): number {
  return Math.ceil(value - 1e-9 * Math.max(1, Math.abs(value)));
}

/** The largest of some needs and its name; the first of equals. Throws RangeError when there is none. */
export function largestNeed(needs: Readonly<Record<string, number>>): { decidedBy: string; value: number } {
  const entries = Object.entries(needs);
  const largest = entries.reduce<[string, number] | undefined>((most, each) => (most === undefined || each[1] > most[1] ? each : most), undefined);
  if (largest === undefined) throw new RangeError('there is no need to choose from');
  return { decidedBy: largest[0], value: largest[1] };
}
