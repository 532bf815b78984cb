/**
 * Which variants no other beats over throughput, p99, bytes a record and durability together. One beats another when in no figure it is worse
 * by more than the smallest difference that matters, and in at least one it is better by more: in a figure, the whole interval of the paired
 * ratio must lie beyond. So noise neither saves a variant nor condemns it. Fewer than 4 common blocks show nothing.
 */
import { bootstrapInterval } from '../../statistics/bootstrap.ts';
import { geometricMean } from '../../statistics/sample.ts';
import { RUNS_MIN } from '../verdict.ts';
import { isAsDurable } from './durability.ts';
import type { AxisName, BeatenVariant, Durability } from './experiment-result.ts';

export interface ParetoCandidate {
  readonly variant: string;
  readonly durability: Durability;
  /** By block; an axis that the runs do not have is absent. */
  readonly valuesByAxis: Readonly<Partial<Record<FigureAxis, ReadonlyMap<number, number>>>>;
}

export type FigureAxis = Exclude<AxisName, 'durability'>;

export interface ParetoOptions {
  readonly minDifference: number;
  readonly alpha: number;
}

const FIGURE_AXES: readonly FigureAxis[] = ['throughput', 'p99', 'bytes'];
const RESAMPLES = 2000;

export interface ParetoFront {
  readonly front: readonly string[];
  readonly beaten: readonly BeatenVariant[];
}

export function paretoFront(candidates: readonly ParetoCandidate[], options: ParetoOptions): ParetoFront {
  const beatings = candidates.flatMap((loser) => candidates.flatMap((winner) => (winner === loser ? [] : (beatingOf(winner, loser, options) ?? []))));
  const losers = new Set(beatings.map(({ variant }) => variant));
  const front = candidates.map(({ variant }) => variant).filter((variant) => !losers.has(variant));
  // Differences within the margin can add up around a circle: then nobody is called beaten.
  if (front.length === 0) return { front: candidates.map(({ variant }) => variant), beaten: [] };
  const beaten = candidates.flatMap(({ variant }) => {
    const own = beatings.filter((each) => each.variant === variant);
    const [first] = own.toSorted((a, b) => Number(front.includes(b.by)) - Number(front.includes(a.by)) || b.better.length - a.better.length || advantage(b) - advantage(a));
    return first === undefined ? [] : [first];
  });
  return { front, beaten };
}

/** Whether a figure of one is better than the other's beyond chance and margin. */
export function isAhead(axis: FigureAxis, { winner, loser }: { winner: ParetoCandidate; loser: ParetoCandidate }, options: ParetoOptions): boolean {
  return standingOf(axis, { winner, loser }, options).kind === 'better';
}

function beatingOf(winner: ParetoCandidate, loser: ParetoCandidate, options: ParetoOptions): BeatenVariant | undefined {
  if (!isAsDurable(winner.durability, loser.durability)) return undefined;
  const better: { axis: AxisName; ratio: number | null }[] = isAsDurable(loser.durability, winner.durability) ? [] : [{ axis: 'durability', ratio: null }];
  for (const axis of FIGURE_AXES) {
    const standing = standingOf(axis, { winner, loser }, options);
    if (standing.kind === 'worse') return undefined;
    if (standing.kind === 'better') better.push({ axis, ratio: standing.ratio });
  }
  return better.length === 0 ? undefined : { variant: loser.variant, by: winner.variant, better };
}

type Standing = { readonly kind: 'better' | 'same' | 'worse'; readonly ratio: number };

/** `worse` also when it cannot be told: nobody is beaten on too little. */
function standingOf(axis: FigureAxis, { winner, loser }: { winner: ParetoCandidate; loser: ParetoCandidate }, { minDifference, alpha }: ParetoOptions): Standing {
  const [own, other] = [winner.valuesByAxis[axis], loser.valuesByAxis[axis]];
  if (own === undefined && other === undefined) return { kind: 'same', ratio: 1 };
  const ratios = [...(own ?? [])].flatMap(([block, value]) => {
    const against = other?.get(block);
    return against === undefined ? [] : [axis === 'throughput' ? value / against : against / value];
  });
  if (ratios.length < RUNS_MIN) return { kind: 'worse', ratio: 1 };
  const advantageRatio = geometricMean(ratios);
  const ratio = axis === 'throughput' ? advantageRatio : 1 / advantageRatio;
  if (advantageRatio < 1 / (1 + minDifference)) return { kind: 'worse', ratio };
  const interval = bootstrapInterval([ratios], ([resampled]) => geometricMean(resampled as readonly number[]), { method: 'expandedPercentile', confidence: 1 - alpha, resampleCount: RESAMPLES, seed: 1 });
  return { kind: interval.low > 1 + minDifference ? 'better' : 'same', ratio };
}

function advantage({ better }: BeatenVariant): number {
  return better.reduce((sum, { ratio }) => sum + Math.abs(Math.log(ratio ?? 1)), 0);
}
