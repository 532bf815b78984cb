/** The choices next to the chosen ones: one fewer and what breaks first, partition counts that divide better, other sizes of the same machine. */
import { topicId } from '../../results/plan-ids.ts';
import type { PlanAlternative, PlanChoice } from '../../results/plan-record.ts';
import { countText, percentText, significant } from '../../results/render/number-text.ts';
import { brokerProfile, brokerProfiles } from '../hardware/broker-profile.ts';
import { ChosenBefore } from '../model/choosing.ts';
import type { Column } from '../model/column.ts';
import { CountSearch } from '../model/count-search.ts';
import { drawInput, drawnInputs } from '../model/draws.ts';
import type { CountChoice, Sheet, Values } from '../model/sheet.ts';
import { divisibleCounts } from '../queueing/divisibility.ts';
import { profiledCluster } from '../profiled-cluster.ts';
import type { SizedTopic, SizingInputs } from '../sizing-inputs.ts';

const DRAWS = 500;
/** A count so much larger is no neighbour. */
const NEIGHBOUR = 1.5;

export interface AlternativesContext {
  readonly inputs: SizingInputs;
  readonly sheet: Sheet;
  readonly drawn: Values;
  readonly choices: readonly PlanChoice[];
  readonly fixed: ReadonlyMap<string, number>;
  readonly seed: number;
  readonly sheetOf: (inputs: SizingInputs) => Sheet;
}

export function alternativesOf(context: AlternativesContext): PlanAlternative[] {
  const { inputs, sheet, drawn, choices } = context;
  const counts = choices.filter(({ id }) => sheet.choices.get(id)?.kind === 'count' && !id.endsWith('.consumers'));
  return [
    ...counts.flatMap((choice) => fewer(choice, { sheet, drawn })),
    ...inputs.topics.flatMap((topic) => divisible(topic, context)),
    ...otherSizes(context),
  ];
}

function fewer({ id, value, decidedBy }: PlanChoice, { sheet, drawn }: { sheet: Sheet; drawn: Values }): PlanAlternative[] {
  const choice = sheet.choices.get(id) as CountChoice;
  const count = value - choice.step;
  if (count < choice.step || decidedBy === null) return [];
  const heldShare = new CountSearch(sheet, choice, drawn).heldShare(count);
  return [{ choiceId: id, value: count, heldShare, remark: `enough in ${percentText(heldShare)} of the draws; the first to break: ${sheet.constraints.get(decidedBy)?.what ?? decidedBy}` }];
}

function divisible(topic: SizedTopic, { choices, fixed }: AlternativesContext): PlanAlternative[] {
  const choice = choices.find(({ id }) => id === `${topicId(topic.name)}.partitions`);
  if (choice === undefined || fixed.has(choice.id) || topic.groups.length === 0) return [];
  const next = divisibleCounts.find((each) => each > choice.value);
  if (next === undefined || next > choice.value * NEIGHBOUR || divisibleCounts.includes(choice.value) && divisors(next).length <= divisors(choice.value).length) return [];
  return [{ choiceId: choice.id, value: next, heldShare: 1, remark: `divides evenly over ${divisors(next).join(', ')} consumers; ${countText(choice.value)} over ${divisors(choice.value).join(', ') || 'none but itself'}` }];
}

/** Without 1 and itself. */
function divisors(count: number): number[] {
  return Array.from({ length: Math.max(0, count - 2) }, (_, at) => at + 2).filter((each) => count % each === 0);
}

/** With fewer draws: the topics' counts, which the machine does not move, are chosen once. */
function otherSizes({ inputs, sheet, choices, fixed, seed, sheetOf }: AlternativesContext): PlanAlternative[] {
  const profile = inputs.cluster.hardware === null ? undefined : brokerProfile(inputs.cluster.hardware);
  if (profile === undefined || fixed.has('brokers')) return [];
  const chosen = choices.find(({ id }) => id === 'brokers')?.value ?? 0;
  const costOf = (count: number, hourly: number | null): string => (hourly === null ? '' : `, ${significant(count * hourly)} USD an hour`);
  const before = new ChosenBefore(sheet, drawnInputs(sheet, { draws: DRAWS, seed }), { share: inputs.certaintyShare, fixed });
  return brokerProfiles.filter(({ family, name }) => family === profile.family && name !== profile.name).map((other) => {
    const machine = [...sheetOf({ ...inputs, cluster: { ...inputs.cluster, ...profiledCluster(other) } }).inputs.values()].filter((each) => each !== sheet.inputs.get(each.id));
    const changes = new Map<string, Column>(machine.map((each) => [each.id, drawInput(each, { draws: DRAWS, seed })]));
    const brokers = before.with(changes).find(({ id }) => id === 'brokers');
    const count = brokers?.value ?? 0;
    return { choiceId: 'brokers', value: count, heldShare: brokers?.heldShare ?? 0, remark: `${other.name}${costOf(count, other.usdPerHour)} (${profile.name}: ${countText(chosen)}${costOf(chosen, profile.usdPerHour)})` };
  });
}
