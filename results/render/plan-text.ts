/** A plan for a terminal: the decision table, what each number rests on, and the constraints, the tightest first. Pure. */
import type { PlanConstraint, PlanInput, PlanRecord } from '../plan-record.ts';
import { percentText } from './number-text.ts';
import { createPage, heading, plain, sentence, table, visibleWidth, type Page } from './page.ts';
import { quantityText } from './quantity-text.ts';

const WHY_INDENT = 6;

export function planText(plan: PlanRecord, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections = [
    decisionTable(page, plan),
    ['', ...heading(page, 'Rests on'), ...inputList(page, plan.inputs)],
    ['', ...heading(page, 'Constraints', 'the tightest first'), ...constraintTable(page, plan.constraints)],
    ...(plan.notes.length === 0 ? [] : [['', ...plan.notes.flatMap((note) => sentence(page, `* ${note}`, { hanging: 2 }))]]),
  ];
  return `${sections.flat().join('\n')}\n`;
}

function decisionTable(page: Page, { decisions }: PlanRecord): string[] {
  const columns = [
    { head: 'Decision', align: 'left' },
    { head: 'Value', align: 'left' },
    { head: 'Why', align: 'left', isFlexible: true },
  ] as const;
  return table(page, columns, decisions.map(({ decision, value, why }) => [decision, { text: value, paint: page.colors.bold }, why]));
}

/** Name, value and origin in columns, the reason beside them where it fits on the line, below them where not. */
function inputList(page: Page, inputs: readonly PlanInput[]): string[] {
  const columns = [{ head: '', align: 'left', isFlexible: true }, { head: '', align: 'left' }, { head: '', align: 'left' }] as const;
  const rows = inputs.map((each) => [each.name, valueText(each), each.source === 'assumed' ? { text: each.source, paint: page.colors.yellow } : each.source]);
  const lines = table(page, columns, rows);
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

function valueText({ value, low, high, unit }: PlanInput): string {
  return low === high ? quantityText(value, unit) : `${quantityText(value, unit)} (${quantityText(low, unit)} - ${quantityText(high, unit)})`;
}
