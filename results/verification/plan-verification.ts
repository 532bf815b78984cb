/**
 * A plan held against a run of its own shape, as plain data: what was predicted with its interval, what was measured, and what that says of the plan.
 * Stored beside the runs, so that later plans on the same machine can say how far earlier ones were off.
 */
import type { HeadroomVersion } from '../run.ts';
import { median } from '../statistics/sample.ts';

export const VERIFICATION_SCHEMA_VERSION = 1;

export interface PlanVerification {
  readonly kind: 'planVerification';
  readonly schemaVersion: typeof VERIFICATION_SCHEMA_VERSION;
  readonly id: string;
  readonly startedAt: string;
  readonly commandLine: readonly string[];
  readonly headroom: HeadroomVersion;
  readonly host: { readonly cpuModel: string; readonly coreCount: number; readonly kernel: string };
  readonly plan: { readonly name: string; readonly id: string; readonly topic: string };
  readonly target: 'embedded' | 'external';
  readonly runId: string;
  /** What the run has as planned, in words. */
  readonly kept: readonly string[];
  readonly scale: VerificationScale;
  /** Where maximum rate and latencies were predicted from: a model of calibration runs, or assumed inputs. */
  readonly basis: { readonly kind: 'runs'; readonly runCount: number } | { readonly kind: 'assumed' };
  readonly rows: readonly VerificationRow[];
  /** Whether every acknowledged record was read back. */
  readonly records: 'confirmed' | 'notConfirmed' | 'notChecked';
  readonly verdict: VerificationVerdict;
  /** Codes of the run's warnings. */
  readonly warnings: readonly string[];
  /** What the run or its predictions do not show. */
  readonly notes: readonly string[];
}

export interface VerificationScale {
  readonly plannedPerSecond: number;
  readonly ratePerSecond: number;
  /** Planned over run; 1: the planned peak itself. */
  readonly factor: number;
  /** Predicted for this machine, and the share of it that a run may ask for. */
  readonly maximumPerSecond: number;
  readonly loadShare: number;
  readonly limitedBy: 'plan' | 'machine';
  readonly groups: readonly { readonly name: string; readonly planned: number; readonly members: number }[];
}

export type VerifiedQuantity = 'rate.held' | 'publish.p50' | 'publish.p99' | 'wire.bytes' | 'disk.bytes' | 'cpu.broker' | 'consumers.held';

export interface Expectation {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface VerificationRow {
  readonly quantity: VerifiedQuantity;
  /** Null: nothing predicts it. */
  readonly predicted: Expectation | null;
  /** Null: it cannot be seen on this target. */
  readonly measured: number | null;
  /** ln(measured / predicted); null without one of the two. */
  readonly logRatio: number | null;
  /** Null: not judged. */
  readonly isInside: boolean | null;
}

/** `better`: what lies outside its interval on the side that leaves the plan room. It refutes nothing, and is off all the same. */
export type VerificationVerdict =
  | { readonly kind: 'verified'; readonly better: readonly VerifiedQuantity[] }
  | { readonly kind: 'extrapolated'; readonly factor: number; readonly better: readonly VerifiedQuantity[] }
  /** `worse`: what lies outside on the other side, so that the plan would provide too little; empty when records were lost. */
  | { readonly kind: 'refuted'; readonly worse: readonly VerifiedQuantity[]; readonly better: readonly VerifiedQuantity[] };

/**
 * On which side of its interval a quantity asks for more than was planned. More than what comes in is no gain: what had been left undone before the
 * measured window was done in it.
 */
const WORSE_SIDES: Readonly<Record<VerifiedQuantity, 'above' | 'below' | 'either'>> = {
  'rate.held': 'either',
  'publish.p50': 'above',
  'publish.p99': 'above',
  'wire.bytes': 'above',
  'disk.bytes': 'above',
  'cpu.broker': 'above',
  'consumers.held': 'either',
};

/** A rate is as planned when no more than this is missing (Kafka's clients and windows end between two records). */
export const SCALE_SAME = 1.005;

export function verificationRow(quantity: VerifiedQuantity, predicted: Expectation | null, measured: number | null): VerificationRow {
  const isJudged = predicted !== null && measured !== null;
  return {
    quantity,
    predicted,
    measured,
    logRatio: isJudged && measured > 0 && predicted.value > 0 ? Math.log(measured / predicted.value) : null,
    isInside: isJudged ? predicted.low <= measured && measured <= predicted.high : null,
  };
}

export type VerificationStanding = 'inside' | 'better' | 'worse' | 'notJudged';

export function standingOf({ quantity, predicted, measured, isInside }: VerificationRow): VerificationStanding {
  if (isInside === null || predicted === null || measured === null) return 'notJudged';
  if (isInside) return 'inside';
  const worse = WORSE_SIDES[quantity];
  return worse === 'either' || worse === (measured > predicted.high ? 'above' : 'below') ? 'worse' : 'better';
}

export function verdictOf({ rows, records, factor }: { rows: readonly VerificationRow[]; records: PlanVerification['records']; factor: number }): VerificationVerdict {
  const standing = (wanted: VerificationStanding): VerifiedQuantity[] => rows.flatMap((row) => (standingOf(row) === wanted ? [row.quantity] : []));
  const [worse, better] = [standing('worse'), standing('better')];
  if (worse.length > 0 || records === 'notConfirmed') return { kind: 'refuted', worse, better };
  return factor <= SCALE_SAME ? { kind: 'verified', better } : { kind: 'extrapolated', factor, better };
}

/** As it is judged now: files from before better and worse were told apart hold another verdict. */
export function judgedAgain(stored: PlanVerification): PlanVerification {
  return { ...stored, verdict: verdictOf({ rows: stored.rows, records: stored.records, factor: stored.scale.factor }) };
}

/** Warnings of a run that shared its machine with other work, or whose machine changed: what it was off by says little of the plan. */
const DISTURBED = ['other-load', 'machine-drifted'];

export function isDisturbed({ warnings }: Pick<PlanVerification, 'warnings'>): boolean {
  return warnings.some((code) => DISTURBED.includes(code));
}

export interface VerificationSummary {
  readonly count: number;
  readonly refutedCount: number;
  /** Not in the ratios. */
  readonly disturbedCount: number;
  /** Measured over predicted of the undisturbed ones, for each quantity that was both. */
  readonly ratios: readonly { readonly quantity: VerifiedQuantity; readonly count: number; readonly median: number; readonly low: number; readonly high: number }[];
}

/** What was verified before, by how near it is to the plan at hand; null: nothing. */
export interface EarlierVerifications {
  /** Of exactly this plan: the same inputs and counts. */
  readonly same: VerificationSummary | null;
  /** Of a plan of this name with other inputs: the file, the sample or what was measured has changed since, or will. */
  readonly changed: VerificationSummary | null;
  readonly others: VerificationSummary | null;
}

/** Of those made on a machine of the same processors, on the embedded brokers; null without one. */
export function earlierOn({ cpuModel, coreCount }: { readonly cpuModel: string; readonly coreCount: number }, { plan, stored }: { readonly plan: { readonly name: string; readonly id: string }; readonly stored: readonly PlanVerification[] }): EarlierVerifications | null {
  const own = stored.filter(({ host, target }) => target === 'embedded' && host.cpuModel === cpuModel && host.coreCount === coreCount);
  if (own.length === 0) return null;
  const near = Map.groupBy(own, (each) => (each.plan.name !== plan.name ? 'others' : each.plan.id === plan.id ? 'same' : 'changed'));
  const summed = (group: keyof EarlierVerifications): VerificationSummary | null => {
    const members = near.get(group);
    return members === undefined ? null : summaryOf(members);
  };
  return { same: summed('same'), changed: summed('changed'), others: summed('others') };
}

function summaryOf(verifications: readonly PlanVerification[]): VerificationSummary {
  const byQuantity = Map.groupBy(verifications.flatMap((each) => (isDisturbed(each) ? [] : each.rows)).filter(({ logRatio }) => logRatio !== null), ({ quantity }) => quantity);
  return {
    count: verifications.length,
    refutedCount: verifications.filter(({ verdict }) => verdict.kind === 'refuted').length,
    disturbedCount: verifications.filter(isDisturbed).length,
    ratios: [...byQuantity].map(([quantity, rows]) => {
      const logs = rows.map(({ logRatio }) => logRatio as number);
      return { quantity, count: logs.length, median: Math.exp(median(logs)), low: Math.exp(Math.min(...logs)), high: Math.exp(Math.max(...logs)) };
    }),
  };
}
