/** Figures of a way out, rounded to the side on which it is one: a factor up, a duration down. */
import { countText, durationText, significant } from '../../results/render/number-text.ts';

const DIGITS = 3;

export function enoughText(factor: number): string {
  const up = roundedUp(factor);
  return up >= 1000 ? countText(up) : significant(up);
}

/** The next number of three digits. */
export function roundedUp(value: number): number {
  if (!Number.isFinite(value) || value <= 0) return value;
  const step = 10 ** (Math.floor(Math.log10(value)) - DIGITS + 1);
  return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(DIGITS));
}

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** Whole days, hours or minutes; null: less than a minute is no retention. */
export function shortened(seconds: number): string | null {
  if (seconds < MINUTE) return null;
  const step = seconds < 6 * HOUR ? MINUTE : seconds < 10 * DAY ? HOUR : DAY;
  return durationText(Math.floor(seconds / step) * step);
}
