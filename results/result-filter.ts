/** Which stored results are asked for: by name, variant, commit and time. Pure. */
import { outcomeWords, startedAt, type StoredResult } from './result-reader.ts';
import type { Run } from './run.ts';

/** All that are given must hold. */
export interface ResultFilter {
  /** Part of the name, in whatever case. */
  readonly name?: string;
  /** Of an experiment, whole. */
  readonly variant?: string;
  /** Its beginning; results that do not say their commit do not match. */
  readonly commit?: string;
  /** ISO 8601: from, inclusive, and before. */
  readonly since?: string;
  readonly until?: string;
}

export function runMatches({ configuration, repeat, headroom, startedAt: at }: Run, filter: ResultFilter): boolean {
  return (
    nameMatches(configuration.name, filter) &&
    (filter.variant === undefined || repeat?.variant === filter.variant) &&
    (filter.commit === undefined || (headroom.commit ?? '').startsWith(filter.commit)) &&
    timeMatches(at, filter)
  );
}

export function resultMatches(stored: StoredResult, filter: ResultFilter): boolean {
  const hasVariant = filter.variant === undefined || (stored.kind === 'experiment' && stored.result.variants.some(({ name }) => name === filter.variant));
  return nameMatches(outcomeWords(stored).name, filter) && hasVariant && filter.commit === undefined && timeMatches(startedAt(stored), filter);
}

function nameMatches(name: string, { name: wanted }: ResultFilter): boolean {
  return wanted === undefined || name.toLowerCase().includes(wanted.toLowerCase());
}

/** ISO 8601 in UTC sorts by time. */
function timeMatches(at: string, { since, until }: ResultFilter): boolean {
  return (since === undefined || at >= since) && (until === undefined || at < until);
}
