/** A plan for a terminal: the decision table, what each number rests on, and the constraints, the tightest first. Pure. */
import Table from 'cli-table3';
import { createColors } from 'picocolors';
import type { PlanConstraint, PlanInput, PlanRecord, PlanUnit } from '../plan-record.ts';
import { bytesText, decimalBytesText, durationText, percentText, rateText, significant } from './number-text.ts';

type Paint = ReturnType<typeof createColors>;

const NO_BORDERS = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '  ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
};

export function planText(plan: PlanRecord, options: { width: number; isColored: boolean }): string {
  const paint = createColors(options.isColored);
  const sections = [
    decisionTable(plan, options.width, paint),
    ['', `  ${paint.bold('Rests on')}`, ...inputTable(plan.inputs, options.width, paint)],
    ['', `  ${paint.bold('Constraints')}, the tightest first`, ...constraintTable(plan.constraints, options.width, paint)],
    ...(plan.notes.length === 0 ? [] : [['', ...plan.notes.flatMap((note) => wrapped(note, options.width - 4).map((line, at) => `  ${at === 0 ? '* ' : '  '}${line}`))]]),
  ];
  return `${sections.flat().join('\n')}\n`;
}

function decisionTable({ decisions }: PlanRecord, width: number, paint: Paint): string[] {
  const first = widest(['Decision', ...decisions.map(({ decision }) => decision)]);
  const second = Math.min(34, widest(['Value', ...decisions.map(({ value }) => value)]));
  const rows = decisions.map(({ decision, value, why }) => [decision, paint.bold(value), why]);
  return table([[paint.dim('Decision'), paint.dim('Value'), paint.dim('Why')], ...rows], [first, second, width - first - second - 7]);
}

function inputTable(inputs: readonly PlanInput[], width: number, paint: Paint): string[] {
  const rows = inputs.map((each) => {
    const source = each.source === 'assumed' ? paint.yellow(each.source) : each.source;
    return [each.name, valueText(each), source, each.why];
  });
  const first = widest(inputs.map(({ name }) => name));
  const second = widest(inputs.map(valueText));
  return table(rows, [first, second, 8, width - first - second - 8 - 9]);
}

function constraintTable(constraints: readonly PlanConstraint[], width: number, paint: Paint): string[] {
  const rows = constraints.map(({ sentence, demand, capacity, unit, slack }) => {
    const free = slack < 0 ? paint.red(`${percentText(-slack)} too little`) : `${percentText(slack)} free`;
    return [sentence, `${unitText(demand, unit)} of ${unitText(capacity, unit)}`, free];
  });
  const second = widest(constraints.map(({ demand, capacity, unit }) => `${unitText(demand, unit)} of ${unitText(capacity, unit)}`));
  return table(rows, [Math.min(widest(constraints.map(({ sentence }) => sentence)), width - second - 23), second, 16]);
}

function valueText({ value, low, high, unit }: PlanInput): string {
  return low === high ? unitText(value, unit) : `${unitText(value, unit)} (${unitText(low, unit)} - ${unitText(high, unit)})`;
}

function unitText(value: number, unit: PlanUnit): string {
  switch (unit) {
    case 'records/s':
      return `${rateText(value)}/s`;
    case 'bytes':
      return value < 1e6 ? bytesText(value) : decimalBytesText(value);
    case 'bytes/s':
      return `${decimalBytesText(value)}/s`;
    case 'seconds':
      return durationText(value);
    case 'ratio':
      return significant(value);
    case 'count':
      return significant(value);
  }
}

/** Column widths without the two blanks between columns. */
function table(rows: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const drawn = new Table({ chars: NO_BORDERS, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] }, colWidths: [...widths], wordWrap: true });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString().split('\n').map((line) => line.trimEnd());
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) as string;
    if (last !== '' && last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}

function widest(texts: readonly string[]): number {
  return Math.max(1, ...texts.map((text) => text.length));
}
