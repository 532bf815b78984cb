/** When growth uses up a capacity, as a date: the demand of today, compounded, with the season and the peak on top; and the day by which to order. Pure: today is an argument. */

const DAY_MS = 86_400_000;

export interface GrowthInputs {
  /** Average demand today, in the unit of the capacity. */
  readonly demand: number;
  readonly capacity: number;
  /** 0.04: four per cent more each month, compounded. */
  readonly growthPerMonth: number;
  /** Peak over average; 1: the demand is the peak. */
  readonly peakFactor?: number;
  /** Of the busiest season over an ordinary one; default 1. */
  readonly seasonFactor?: number;
  /** From order to in service. */
  readonly leadDays?: number;
  /** Milliseconds since 1970, UTC. */
  readonly todayMs: number;
}

/** exhausted: already · dated: on that day · never: it does not grow into the capacity. Dates as `2027-03-01`. */
export type Exhaustion =
  | { readonly kind: 'exhausted'; readonly shortfall: number }
  | { readonly kind: 'dated'; readonly days: number; readonly exhaustedOn: string; readonly orderBy: string; readonly isOrderOverdue: boolean }
  | { readonly kind: 'never'; readonly slack: number };

const MONTH_DAYS = 365.25 / 12;

/** Throws RangeError for a demand or capacity that is not positive. */
export function exhaustion({ demand, capacity, growthPerMonth, peakFactor = 1, seasonFactor = 1, leadDays = 0, todayMs }: GrowthInputs): Exhaustion {
  if (!(demand > 0 && capacity > 0)) throw new RangeError(`demand and capacity must be more than ${demand} and ${capacity}`);
  const peak = demand * peakFactor * seasonFactor;
  if (peak >= capacity) return { kind: 'exhausted', shortfall: peak - capacity };
  if (growthPerMonth <= 0) return { kind: 'never', slack: (capacity - peak) / capacity };
  const days = (Math.log(capacity / peak) / Math.log1p(growthPerMonth)) * MONTH_DAYS;
  return { kind: 'dated', days, exhaustedOn: dateText(todayMs + days * DAY_MS), orderBy: dateText(todayMs + (days - leadDays) * DAY_MS), isOrderOverdue: days < leadDays };
}

/** Beyond the calendar's end (the year 275760) a date is its end. */
function dateText(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString().slice(0, -14);
}
