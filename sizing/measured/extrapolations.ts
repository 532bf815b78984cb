/** What a plan asks beyond twice what was measured: said in its warnings and at the quantities that it rests on. */
import type { Plan, PlanWarning } from '../../results/plan-record.ts';
import { significant } from '../../results/render/number-text.ts';
import { quantityText } from '../../results/render/quantity-text.ts';
import type { MeasuredMost } from '../sizing-inputs.ts';

/** A plan for more than this many times what was measured is an extrapolation. */
export const EXTRAPOLATION_MAX = 2;

type Extrapolated = Pick<Plan, 'inputs' | 'warnings'>;

export function withExtrapolations<Some extends Extrapolated & Pick<Plan, 'values' | 'choices' | 'shape'>>(plan: Some, most: MeasuredMost | null): Some {
  if (most === null) return plan;
  const value = (id: string): number => plan.values.find((each) => each.id === id)?.value ?? plan.choices.find((each) => each.id === id)?.value ?? 0;
  const brokers = Math.max(1, value('brokers'));
  const consumers = plan.shape.topics.flatMap(({ groups }) => groups.map((group) => group.consumers));
  const asked = [
    { what: 'bytes written to a broker', planned: value('disk.write.used'), measured: most.writtenPerBroker, unit: 'bytes/s', at: ['cpu.write', 'cpu.read'] },
    { what: 'requests of a broker', planned: value('requests') / brokers, measured: most.requestsPerBroker, unit: 'requests/s', at: ['cpu.request', 'cpu.fetch'] },
    { what: 'partitions', planned: plan.shape.topics.reduce((sum, { partitions }) => sum + partitions, 0), measured: most.partitions, unit: 'count', at: [] },
    { what: 'consumers', planned: consumers.reduce((sum, count) => sum + count, 0), measured: Math.max(1, most.members), unit: 'count', at: [] },
  ] as const;
  const beyond = asked.filter(({ planned, measured }) => planned > EXTRAPOLATION_MAX * measured);
  const warnings = beyond.map(({ what, planned, measured, unit }): PlanWarning => ({
    code: 'measured.extrapolated',
    what: `${what}: the plan has ${quantityText(planned, unit)}, ${significant(planned / measured)} times the ${quantityText(measured, unit)} that were measured`,
    remedy: 'measure nearer to the plan: a bench run with its partitions, groups and rate, then --from that run too',
  }));
  const inputs = plan.inputs.map((each) => {
    const of = beyond.find(({ at }) => (at as readonly string[]).includes(each.id));
    return of === undefined || each.source !== 'measured' ? each : { ...each, why: `${each.why}; the plan extrapolates it by ${significant(of.planned / of.measured)} x` };
  });
  return { ...plan, inputs, warnings: [...plan.warnings, ...warnings] };
}
