/** A latency objective as a ceiling on utilization: from a measured load curve where there is one, else from queueing theory. */
import type { Sheet } from '../model/sheet.ts';
import { input, type SizedLatency } from '../sizing-inputs.ts';
import { durationText, percentText } from '../../results/render/number-text.ts';

export function latencyCells(sheet: Sheet, latency: SizedLatency, { utilizations, brokers }: { utilizations: readonly string[]; brokers: string }): void {
  const busiest = sheet.cell('utilization.busiest', { label: 'utilization of the busiest resource of a broker', unit: 'ratio', text: 'max(utilizations)', terms: { utilizations } });
  sheet.constrain({ id: 'latency.utilization', what: `utilization under which p${Number((latency.percentile * 100).toPrecision(6))} stays within its objective`, demand: busiest, capacity: ceilingCell(sheet, latency), choice: brokers });
}

function ceilingCell(sheet: Sheet, latency: SizedLatency): string {
  const { objective, percentile, curve } = latency;
  if (curve !== null) {
    const ceiling = utilizationOnCurve(curve, objective.value);
    return sheet.input(input('latency.ceiling', 'utilization at the latency objective', ceiling, 'ratio', { source: 'measured', why: `read from the measured curve at ${durationText(objective.value)}${ceiling === 0 ? ': its floor is above the objective' : ` (${percentText(ceiling)})`}` }));
  }
  const terms = { objective: sheet.input(objective), service: sheet.input(latency.service), variation: sheet.input(latency.variation) };
  return sheet.cell('latency.ceiling', {
    label: 'utilization at the latency objective',
    unit: 'ratio',
    text: `max(0, objective / ${percentileFactor(percentile)} - service) / (max(0, objective / ${percentileFactor(percentile)} - service) + variation * service)`,
    terms,
    reference: `Kingman 1961: wait = rho / (1 - rho) x variation x service; an exponential response has its percentile at ${percentileFactor(percentile)} means`,
  });
}

/** p99 of an exponential response is 4.605 means. */
export function percentileFactor(percentile: number): number {
  return Number(Math.max(1, -Math.log(1 - percentile)).toPrecision(4));
}

/** The highest utilization up to which every measured point is within the objective, interpolated to the next; 0 when none is. */
export function utilizationOnCurve(curve: readonly { readonly utilization: number; readonly seconds: number }[], objectiveSeconds: number): number {
  const rising = curve.toSorted((a, b) => a.utilization - b.utilization);
  const firstAbove = rising.findIndex(({ seconds }) => seconds > objectiveSeconds);
  if (firstAbove === 0) return 0;
  const last = rising.at(-1);
  if (firstAbove < 0) return last?.utilization ?? 0;
  const [from, to] = [rising[firstAbove - 1], rising[firstAbove]] as [(typeof rising)[number], (typeof rising)[number]];
  return from.utilization + ((to.utilization - from.utilization) * (objectiveSeconds - from.seconds)) / (to.seconds - from.seconds);
}
