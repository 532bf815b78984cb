/** A latency objective that the brokers do not meet, and the one that they would. */
import type { PlanConflict, PlannedConstraint } from '../../results/plan-record.ts';
import { countText, percentText } from '../../results/render/number-text.ts';
import { quantityText } from '../../results/render/quantity-text.ts';
import { percentileFactor } from '../cells/latency-cells.ts';
import { apply, type Column } from '../model/column.ts';
import type { Sheet, Values } from '../model/sheet.ts';
import type { SizedLatency, SizingInputs } from '../sizing-inputs.ts';
import { enoughQuantile, type EnoughQuery } from './enough-quantile.ts';
import { roundedUp } from './enough-text.ts';

export interface LatencyContext {
  readonly sheet: Sheet;
  readonly inputs: SizingInputs;
  readonly drawn: Values;
  readonly point: ReadonlyMap<string, number>;
  /** Brokers that would be enough, where they were given. */
  readonly enough: number | null;
}

export function latencyConflict({ id, heldShare }: PlannedConstraint, { inputs, sheet, drawn, point, enough }: LatencyContext): PlanConflict {
  const latency = inputs.cluster.latency as SizedLatency;
  const floor = latency.curve === null ? latency.service.value * percentileFactor(latency.percentile) : Math.min(...latency.curve.map(({ seconds }) => seconds));
  const origin = latency.curve === null ? `${latency.service.source} service time, its percentile` : 'lowest point of the measured curve';
  const brokers = countText(point.get('brokers') as number);
  const possible = objectiveOf(latency, { sheet, drawn, share: inputs.certaintyShare, constraintId: id });
  const ways = [...(enough === null ? [] : [`${countText(enough)} brokers`]), ...(possible === null ? [] : [`an objective of ${quantityText(roundedUp(possible), 'seconds')}, with ${brokers} brokers`]), 'a faster path: acks, linger.ms, a nearer cluster'];
  const objective = `the objective of ${quantityText(latency.objective.value, 'seconds')}`;
  if (latency.objective.value <= floor) return { code: 'latency.floor', what: `${objective} is below what an idle cluster takes: ${quantityText(floor, 'seconds')} (${origin})`, nearest: ways.join(', or ') };
  return { code: 'latency.utilization', what: `${objective} is met in ${percentText(heldShare)} of the draws with ${brokers} brokers`, nearest: ways.join(', or ') };
}

/** What is met as often as is wanted at the utilization that the brokers have; null: beyond what was measured, or beyond any. */
function objectiveOf({ curve, percentile }: SizedLatency, query: EnoughQuery): number | null {
  const { drawn } = query;
  const utilization = drawn.get('utilization.busiest') as Column;
  if (curve !== null) return latencyOnCurve(curve, enoughQuantile(utilization, query));
  const seconds = apply([utilization, drawn.get('latency.service') as Column, drawn.get('latency.variation') as Column], ([rho = 0, service = 0, variation = 0]) => (rho >= 1 ? Number.POSITIVE_INFINITY : percentileFactor(percentile) * service * (1 + (variation * rho) / (1 - rho))));
  const met = enoughQuantile(seconds, query);
  return Number.isFinite(met) ? met : null;
}

/** The highest up to there, interpolated to the next point. */
export function latencyOnCurve(curve: NonNullable<SizedLatency['curve']>, utilization: number): number | null {
  const rising = curve.toSorted((a, b) => a.utilization - b.utilization);
  const above = rising.findIndex((point) => point.utilization >= utilization);
  if (above < 0) return null;
  const before = rising.slice(0, above).map(({ seconds }) => seconds);
  const [from, to] = [rising[above - 1], rising[above] as (typeof rising)[number]];
  const here = from === undefined ? to.seconds : from.seconds + ((to.seconds - from.seconds) * (utilization - from.utilization)) / (to.utilization - from.utilization);
  return Math.max(here, ...before);
}
