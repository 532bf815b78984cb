/** From inputs to a plan: the sheet is built, its uncertain inputs drawn, its counts chosen, and everything written down with its trace. Pure. */
import { groupId, topicId } from '../results/plan-ids.ts';
import { countText } from '../results/render/number-text.ts';
import { PLAN_SCHEMA_VERSION, type Plan, type PlanChoice, type PlannedConstraint, type PlanShape, type PlanValue } from '../results/plan-record.ts';
import { alternativesOf } from './analysis/alternatives.ts';
import { conflictsOf } from './analysis/conflicts.ts';
import { growthOutlook } from './analysis/growth-outlook.ts';
import { largeTopics } from './analysis/large-topics.ts';
import { sensitivities } from './analysis/sensitivity.ts';
import { planWarnings } from './analysis/warnings.ts';
import { clusterCells } from './cells/cluster-cells.ts';
import { costCells } from './cells/cost-cells.ts';
import { registryCells } from './cells/registry-cells.ts';
import { topicCells } from './cells/topic-cells.ts';
import { decisionRows } from './decision-rows.ts';
import { messageBytesMax } from './large-records.ts';
import { withExtrapolations } from './measured/extrapolations.ts';
import { chooseAll, type ExplainedChoice } from './model/choosing.ts';
import { quantiles, type Column } from './model/column.ts';
import { drawnInputs } from './model/draws.ts';
import { holdShare } from './model/held-share.ts';
import { Sheet, type Values } from './model/sheet.ts';
import type { SizingInputs } from './sizing-inputs.ts';

export interface PlanOptions {
  readonly draws?: number;
  readonly seed?: number;
  /** Without sensitivities and alternatives, which cost as much again. */
  readonly isBrief?: boolean;
}

export const DRAWS = 10_000;
/** Of a sheet with more cells fewer draws are made, so that they take no more memory and time than these values: 40 MB. */
const DRAWN_VALUES_MAX = 5e6;
const DRAWS_MIN = 500;
const SEED = 1;
const YEAR_SECONDS = 365.25 * 86_400;

export function planFor(inputs: SizingInputs, options: PlanOptions = {}): Plan {
  const steps = planSteps(inputs, options);
  const brief = steps.next().value as Plan;
  return options.isBrief === true ? brief : (steps.next().value as Plan);
}

/** First the brief plan, then the whole one, for who shows the first while the second is computed. */
export function* planSteps(inputs: SizingInputs, { draws: wanted = DRAWS, seed = SEED }: Omit<PlanOptions, 'isBrief'> = {}): Generator<Plan, void> {
  const sheet = sheetOf(inputs);
  const draws = Math.min(wanted, drawsMost(sheet));
  const fixed = fixedCounts(inputs);
  const drawn = drawnInputs(sheet, { draws, seed });
  const certainty = { share: inputs.certaintyShare, draws, seed };
  const chosen = chooseAll(sheet, drawn, { share: certainty.share, fixed });
  const point = pointValues(sheet, new Map(chosen.map(({ id, value }) => [id, value])));
  const brief = withExtrapolations(briefPlan(inputs, { sheet, drawn, point, chosen, fixed, certainty }), inputs.measuredMost);
  yield brief;
  const large = largeTopics(inputs);
  yield { ...brief, notes: [...brief.notes, ...large.notes], sensitivities: sensitivities(sheet, { point, fixed, isLeftOut: large.isOfOthers }), alternatives: alternativesOf({ inputs, sheet, drawn, choices: brief.choices, fixed, seed, sheetOf }) };
}

function drawsMost({ cells }: Sheet): number {
  return Math.max(DRAWS_MIN, Math.floor(DRAWN_VALUES_MAX / cells.size / 100) * 100);
}

interface Computed {
  readonly sheet: Sheet;
  readonly drawn: Values;
  readonly point: ReadonlyMap<string, number>;
  readonly chosen: readonly ExplainedChoice[];
  readonly fixed: ReadonlyMap<string, number>;
  readonly certainty: Plan['certainty'];
}

function briefPlan(inputs: SizingInputs, { sheet, drawn, point, chosen, fixed, certainty }: Computed): Plan {
  const constraints = plannedConstraints(sheet, { point, drawn });
  const counts = new Map(chosen.map(({ id, value }) => [id, value]));
  const growth = inputs.growth === null ? null : growthOutlook({ sheet, growth: inputs.growth, todayMs: inputs.todayMs, share: certainty.share, seed: certainty.seed, counts, fixed });
  const base = {
    schemaVersion: PLAN_SCHEMA_VERSION as typeof PLAN_SCHEMA_VERSION,
    name: inputs.name,
    certainty,
    inputs: [...sheet.inputs.values()],
    choices: chosen.map((each) => planChoice(sheet, each)),
    values: planValues(sheet, { point, drawn }),
    constraints,
    growth,
    shape: shapeOf(inputs, point),
    currency: inputs.cluster.price?.currency ?? null,
  };
  return {
    ...base,
    decisions: decisionRows(inputs, base),
    sensitivities: [],
    alternatives: [],
    warnings: planWarnings({ inputs, point, constraints, growth }),
    conflicts: conflictsOf({ inputs, sheet, drawn, point, constraints, choices: base.choices, fixed }),
    notes: [...inputs.notes, ...(certainty.draws < drawsMost(sheet) ? [] : [`${countText(inputs.topics.length)} topics make ${countText(sheet.cells.size)} numbers: each is drawn ${countText(certainty.draws)} times, fewer than usual.`])],
  };
}

/** The arithmetic of these inputs, before anything is drawn or chosen. */
export function sheetOf(inputs: SizingInputs): Sheet {
  const sheet = new Sheet();
  const growth = growthCell(sheet, inputs);
  sheet.input(inputs.cluster.storageOverhead);
  sheet.input(inputs.cluster.segmentBytes);
  sheet.input(inputs.cluster.segmentSeconds);
  clusterCells(sheet, inputs.cluster, inputs.topics.map((topic) => topicCells(sheet, topic, growth)));
  costCells(sheet, inputs.cluster, inputs.topics);
  if (inputs.registry !== null) registryCells(sheet, inputs.registry);
  return sheet;
}

/** Every cell with the inputs at their values. */
export function pointValues(sheet: Sheet, choices: ReadonlyMap<string, number>): Map<string, number> {
  const values: Values = new Map([...sheet.inputs.values()].map(({ id, value }) => [id, value]));
  for (const [id, value] of choices) values.set(id, value);
  sheet.evaluateKnown(values);
  return values as Map<string, number>;
}

function growthCell(sheet: Sheet, { growth, loadFactor }: SizingInputs): string {
  const factor = sheet.input(loadFactor);
  if (growth === null) return factor;
  const years = sheet.input({ ...growth.horizon, id: 'growth.years', name: 'years of growth to be sized for', unit: 'ratio', ...yearsOf(growth.sizeFor === 'today' ? 0 : 1, growth.horizon) });
  return sheet.cell('growth', { label: 'growth until then', unit: 'ratio', text: 'factor * (1 + perYear) ^ years', terms: { factor, perYear: sheet.input(growth.perYear), years } });
}

function yearsOf(scale: number, { value, low, high }: { value: number; low: number; high: number }): { value: number; low: number; high: number } {
  const years = (seconds: number): number => (scale * seconds) / YEAR_SECONDS;
  return { value: years(value), low: years(low), high: years(high) };
}

function fixedCounts({ topics, cluster }: SizingInputs): Map<string, number> {
  const fixed = new Map<string, number>();
  if (cluster.brokers !== null) fixed.set('brokers', cluster.brokers.value);
  for (const { name, partitions, groups } of topics) {
    if (partitions !== null) fixed.set(`${topicId(name)}.partitions`, partitions.value);
    for (const group of groups) if (group.consumers !== null) fixed.set(`${groupId(name, group.name)}.consumers`, group.consumers.value);
  }
  return fixed;
}

function planChoice(sheet: Sheet, { id, ...chosen }: ExplainedChoice): PlanChoice {
  return { id, label: sheet.choices.get(id)?.label ?? id, ...chosen };
}

function planValues(sheet: Sheet, { point, drawn }: { point: ReadonlyMap<string, number>; drawn: Values }): PlanValue[] {
  return [...sheet.cells.values()].map(({ id, label, unit, formula, arguments: terms, reference }) => {
    const [p10 = 0, p50 = 0, p90 = 0] = quantiles(drawn.get(id) as Column, [0.1, 0.5, 0.9]);
    return { id, label, unit, value: point.get(id) as number, p10, p50, p90, formula: formula.text, arguments: terms, reference };
  });
}

function plannedConstraints(sheet: Sheet, { point, drawn }: { point: ReadonlyMap<string, number>; drawn: Values }): PlannedConstraint[] {
  const constraints = [...sheet.constraints.values()].map(({ id, what, demand: demandId, capacity: capacityId, choice }): PlannedConstraint => {
    const [demand, capacity] = [point.get(demandId) as number, point.get(capacityId) as number];
    const cell = sheet.cells.get(demandId);
    const unit = cell?.unit ?? sheet.cells.get(capacityId)?.unit ?? 'count';
    return { id, sentence: what, demand, capacity, unit, slack: slackOf(demand, capacity), formula: cell?.formula.text ?? demandId, demandId, capacityId, heldShare: holdShare(drawn.get(demandId) as Column, drawn.get(capacityId) as Column), choiceId: choice };
  });
  return constraints.sort((a, b) => a.slack - b.slack);
}

function slackOf(demand: number, capacity: number): number {
  return capacity === 0 ? (demand === 0 ? 0 : -1) : (capacity - demand) / capacity;
}

function shapeOf({ topics, cluster }: SizingInputs, point: ReadonlyMap<string, number>): PlanShape {
  const count = (id: string): number => point.get(id) as number;
  return {
    topics: topics.map(({ name, recordBytes, replicationFactor, minInsyncReplicas, retention, producer, keys, groups }) => ({
      name,
      partitions: count(`${topicId(name)}.partitions`),
      replicationFactor: replicationFactor.value,
      properties: {
        'min.insync.replicas': String(minInsyncReplicas.value),
        'cleanup.policy': retention.cleanup,
        ...(retention.seconds === null ? { 'retention.ms': '-1' } : { 'retention.ms': String(Math.round(retention.seconds.value * 1000)) }),
        ...(retention.partitionBytes === null ? {} : { 'retention.bytes': String(Math.round(retention.partitionBytes.value)) }),
        ...(retention.localSeconds === null ? {} : { 'remote.storage.enable': 'true', 'local.retention.ms': String(Math.round(retention.localSeconds.value * 1000)) }),
        ...(messageBytesMax({ recordBytes }) === null ? {} : { 'max.message.bytes': String(messageBytesMax({ recordBytes })) }),
        ...(producer.isUncleanElection ? { 'unclean.leader.election.enable': 'true' } : {}),
      },
      producerProperties: {
        acks: producer.acks,
        'enable.idempotence': String(producer.isIdempotent),
        'compression.type': producer.compression,
        'linger.ms': String(Math.round(producer.linger.value * 1000)),
        'batch.size': String(Math.round(producer.batchBytes.value)),
        ...(messageBytesMax({ recordBytes }) === null ? {} : { 'max.request.size': String(messageBytesMax({ recordBytes })) }),
      },
      key: keys.kind === 'none' ? null : keys.name,
      groups: groups.map((group) => ({ name: group.name, kind: group.kind, consumers: count(`${groupId(name, group.name)}.consumers`) })),
    })),
    brokers: count('brokers'),
    zones: cluster.zones,
    diskBytesPerBroker: count('disk.perBroker'),
    hardware: cluster.hardware,
  };
}
