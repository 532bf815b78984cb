/** A plan for a terminal: the decision table, when growth uses it up, what would change it, what each number rests on, and the constraints, the tightest first. Pure. */
import type { Plan, PlanConstraint, PlanInput, PlanRecord } from '../plan-record.ts';
import { decidingInputs } from '../plan-trace.ts';
import { countText, counted, percentText } from './number-text.ts';
import { createPage, heading, plain, sentence, table, visibleWidth, type Page } from './page.ts';
import { alternativeList, conflictList, growthTable, sensitivityTable, warningList } from './plan-outlook-text.ts';
import { quantityText } from './quantity-text.ts';
import { sharedWarnings, topicTable } from './topics-text.ts';

const WHY_INDENT = 6;
const CONSTRAINTS_SHOWN = 12;
/** Those with less to spare are always shown. */
const CONSTRAINT_SLACK_SHOWN = 0.2;
/** Rows of topics stand before it. */
const FIRST_CLUSTER_ROW = 'disk.total';
const GROWTH_SHOWN = 8;
const TIGHTEST_OF_TOPICS = 5;

export function planText(plan: PlanRecord, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections = [
    decisionTable(page, plan),
    ['', ...heading(page, 'Rests on'), ...inputList(page, plan.inputs)],
    ['', ...heading(page, 'Constraints', 'the tightest first'), ...constraintTable(page, plan.constraints)],
    notesOf(page, plan),
  ];
  return `${sections.flat().join('\n')}\n`;
}

/** The whole answer of `headroom size`. `isWhole`: every input and constraint, not only those that decide. */
export function fullPlanText(plan: Plan, { isWhole, ...options }: { width: number; isColored: boolean; isWhole: boolean }): string {
  const page = createPage(options);
  if (plan.shape.topics.length > 1 && !isWhole) return topicsPlanText(page, plan);
  const inputs = isWhole ? plan.inputs : decidingInputs(plan);
  const left = plan.inputs.length - inputs.length;
  const { share, draws } = plan.certainty;
  const shown = isWhole ? plan.constraints : plan.constraints.slice(0, Math.max(CONSTRAINTS_SHOWN, plan.constraints.filter(({ slack }) => slack < CONSTRAINT_SLACK_SHOWN).length));
  const sections = [
    plan.conflicts.length === 0 ? [] : [...heading(page, 'No such plan works'), ...conflictList(page, plan.conflicts), ''],
    decisionTable(page, plan),
    plan.growth === null ? [] : ['', ...growthTable(page, plan, plan.growth)],
    ['', ...heading(page, 'Tightest'), ...tightest(page, plan)],
    plan.warnings.length === 0 ? [] : ['', ...heading(page, 'Mind'), ...warningList(page, plan.warnings)],
    plan.sensitivities.length === 0 ? [] : ['', ...heading(page, 'What would change it', 'one input at a time, the others at their values'), ...sensitivityTable(page, plan)],
    plan.alternatives.length === 0 ? [] : ['', ...heading(page, 'Not chosen'), ...alternativeList(page, plan)],
    ['', ...heading(page, 'Rests on'), ...inputList(page, inputs), ...(left === 0 ? [] : sentence(page, `and on ${counted(left, 'more value')} that would have to be far off to matter: --all lists them`, { indent: 2, paint: page.colors.dim }))],
    ['', ...heading(page, 'Constraints', 'the tightest first'), ...constraintTable(page, shown), ...(plan.constraints.length === shown.length ? [] : sentence(page, `and ${plan.constraints.length - shown.length} with more to spare: --all lists them`, { indent: 2, paint: page.colors.dim }))],
    ['', ...sentence(page, `Counts are the smallest that hold in ${percentText(share)} of ${counted(draws, 'draw')} of the uncertain inputs. --explain ID shows any number with its formula, --json all of them.`, { paint: page.colors.dim })],
    notesOf(page, plan),
  ];
  return `${sections.flat().join('\n')}\n`;
}

/** Of several topics: what a reader needs first; everything else under --all. */
function topicsPlanText(page: Page, plan: Plan): string {
  const { share, draws } = plan.certainty;
  const assumed = plan.inputs.filter(({ source }) => source === 'assumed').length;
  const ofCluster = plan.decisions.slice(plan.decisions.findLastIndex(({ id }) => id === FIRST_CLUSTER_ROW));
  const sections = [
    plan.conflicts.length === 0 ? [] : [...heading(page, 'No such plan works'), ...conflictList(page, plan.conflicts), ''],
    decisionTable(page, { ...plan, decisions: ofCluster }),
    ['', ...topicTable(page, plan)],
    plan.growth === null ? [] : ['', ...growthTable(page, plan, plan.growth, GROWTH_SHOWN)],
    ['', ...heading(page, 'Tightest'), ...tightest(page, plan, TIGHTEST_OF_TOPICS)],
    plan.warnings.length === 0 ? [] : ['', ...heading(page, 'Mind'), ...warningList(page, sharedWarnings(plan.warnings, plan.shape.topics))],
    plan.sensitivities.length === 0 ? [] : ['', ...heading(page, 'What would change it', 'one input at a time, the others at their values'), ...sensitivityTable(page, plan)],
    ['', ...sentence(page, `Rests on ${counted(plan.inputs.length, 'value')}, of which ${countText(assumed)} are assumed, and ${counted(plan.constraints.length, 'constraint')}: --all lists them, with each topic's settings and what was not chosen. Counts are the smallest that hold in ${percentText(share)} of ${counted(draws, 'draw')} of the uncertain inputs. --explain ID shows any number with its formula, --json all of them.`, { paint: page.colors.dim })],
    notesOf(page, plan),
  ];
  return `${sections.flat().join('\n')}\n`;
}

function decisionTable(page: Page, { decisions }: Pick<PlanRecord, 'decisions'>): string[] {
  const columns = [
    { head: 'Decision', align: 'left' },
    { head: 'Value', align: 'left' },
    { head: 'Why', align: 'left', isFlexible: true },
  ] as const;
  return table(page, columns, decisions.map(({ decision, value, why }) => [decision, { text: value, paint: page.colors.bold }, why]));
}

/** The two that bind first, in words. Counts that were chosen to be just enough for one another say nothing. */
function tightest(page: Page, { constraints, choices }: Plan, count = 2): string[] {
  const isOwnCount = ({ choiceId }: Plan['constraints'][number]): boolean => choiceId?.endsWith('.consumers') === true;
  const decisive = constraints.filter((each) => !isOwnCount(each) && each.unit !== 'count');
  return decisive.slice(0, count).flatMap(({ id, sentence: what, slack, choiceId, heldShare }, at) => {
    const choice = heldShare === 0 ? undefined : choices.find((each) => each.id === choiceId);
    const free = slack < 0 ? `${percentText(-slack)} too little` : slack < 5e-4 ? 'nothing free' : `${percentText(slack)} free`;
    return sentence(page, `${at + 1}. ${what}: ${free} [${id}]${choice === undefined ? '' : `; more ${choice.label} would help`}`, { indent: 2, hanging: 3 });
  });
}

/** Name, value and origin in columns, the reason beside them where it fits on the line, below them where not. */
function inputList(page: Page, inputs: readonly PlanInput[]): string[] {
  const columns = [{ head: '', align: 'left', isFlexible: true }, { head: '', align: 'left' }, { head: '', align: 'left' }] as const;
  return inputs.length === 0 ? [] : rowsWithReasons(page, { columns, inputs });
}

function rowsWithReasons(page: Page, { columns, inputs }: { columns: Parameters<typeof table>[1]; inputs: readonly PlanInput[] }): string[] {
  const rows = inputs.map((each) => [each.name, valueText(each), each.source === 'assumed' ? { text: each.source, paint: page.colors.yellow } : each.source]);
  const lines = table(page, columns, rows);
  // A name that was broken over lines takes more than one of them.
  if (lines.length !== inputs.length) return inputs.flatMap((each) => [...sentence(page, `${each.name}: ${valueText(each)}, ${each.source}`, { indent: 2, hanging: 2 }), ...sentence(page, each.why, { indent: WHY_INDENT, paint: page.colors.dim })]);
  const width = Math.max(0, ...lines.map(visibleWidth)) + 2;
  return inputs.flatMap(({ why }, at) => {
    const line = lines[at] ?? '';
    if (width + why.length > page.width) return [line, ...sentence(page, why, { indent: WHY_INDENT, paint: page.colors.dim })];
    return [`${line}${' '.repeat(width - visibleWidth(line))}${page.colors.dim(plain(why))}`];
  });
}

function constraintTable(page: Page, constraints: readonly PlanConstraint[]): string[] {
  const columns = [
    { head: '', align: 'left', isFlexible: true },
    { head: '', align: 'left' },
    { head: '', align: 'left' },
  ] as const;
  const rows = constraints.map(({ sentence: what, demand, capacity, unit, slack }) => {
    const free = slack < 0 ? { text: `${percentText(-slack)} too little`, paint: page.colors.red } : `${percentText(slack)} free`;
    return [what, `${quantityText(demand, unit)} of ${quantityText(capacity, unit)}`, free];
  });
  return table(page, columns, rows);
}

function notesOf(page: Page, { notes }: PlanRecord): string[] {
  return notes.length === 0 ? [] : ['', ...notes.flatMap((note) => sentence(page, `* ${note}`, { hanging: 2 }))];
}

function valueText({ value, low, high, unit }: PlanInput): string {
  return low === high ? quantityText(value, unit) : `${quantityText(value, unit)} (${quantityText(low, unit)} - ${quantityText(high, unit)})`;
}
