/** Which runs must not be compared, and why: what they say of themselves rules out that their numbers speak of the target. */
import type { Run } from '../run.ts';
import type { RunRefusal } from './comparison.ts';

/** Warnings of a run after which its figures describe something else than the target under the offered load. */
const INVALIDATING_WARNINGS = ['generator-saturated', 'rate-not-reached', 'unsent-records', 'bookkeeping-mismatch'];

export function runRefusals({ baseline, candidate }: { baseline: readonly Run[]; candidate: readonly Run[] }): RunRefusal[] {
  const seen = new Set<string>();
  const sided = [...baseline.map((run) => ({ side: 'baseline' as const, run })), ...candidate.map((run) => ({ side: 'candidate' as const, run }))];
  return sided.flatMap(({ side, run }) => {
    const reasons = [...ownReasons(run)];
    if (seen.has(run.id)) reasons.push({ code: 'repeated', reason: 'it is named twice: a run beside itself says nothing', canBeAllowed: false });
    seen.add(run.id);
    return reasons.map((reason) => ({ side, runId: run.id, ...reason }));
  });
}

/** Of one run, whatever it is compared with. */
export function* ownReasons({ status, verification, warnings }: Run): Generator<Omit<RunRefusal, 'side' | 'runId'>> {
  if (status.kind !== 'complete') yield { code: status.kind, reason: `${status.kind === 'failed' ? 'failed' : 'cut short'}: ${status.reason}`, canBeAllowed: true };
  if (verification.kind === 'done' && !verification.passed) {
    yield { code: 'verification-failed', reason: 'acknowledged records were lost, duplicated, reordered or changed', canBeAllowed: true };
  }
  for (const { code, cause } of warnings) {
    if (INVALIDATING_WARNINGS.includes(code)) yield { code, reason: cause, canBeAllowed: true };
  }
}
