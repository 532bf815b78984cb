/** How wide reports are printed. */

/** Narrower than this the report's tables do not fit; wider, its lines are hard to read. */
const WIDTH_MIN = 80;
const WIDTH_MAX = 120;
/** When the output is not a terminal. */
const WIDTH_DEFAULT = 100;

export function outputWidth(): number {
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, process.stdout.columns ?? WIDTH_DEFAULT));
}
