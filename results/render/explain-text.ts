/** `--explain ID`: one number of a plan with its formula, the numbers put in, and everything below it down to the inputs with their origin. Pure. */
import type { Plan, PlanChoice, PlannedConstraint, PlanQuantity, PlanValue } from '../plan-record.ts';
import { PlanTrace } from '../plan-trace.ts';
import { countText, percentText } from './number-text.ts';
import { createPage, sentence, type Page } from './page.ts';
import { quantityText } from './quantity-text.ts';

const STEP = 2;

/** Undefined: the plan has no such id. */
export function explainText(plan: Plan, id: string, options: { width: number; isColored: boolean }): string | undefined {
  const trace = new PlanTrace(plan);
  if (trace.find(id) === undefined) return undefined;
  const page = createPage(options);
  const lines: string[] = [];
  new Explanation({ page, plan, trace, lines }).write(id, 0);
  return `${lines.join('\n')}\n`;
}

class Explanation {
  readonly #page: Page;
  readonly #plan: Plan;
  readonly #trace: PlanTrace;
  readonly #lines: string[];
  readonly #written = new Set<string>();

  constructor({ page, plan, trace, lines }: { page: Page; plan: Plan; trace: PlanTrace; lines: string[] }) {
    this.#page = page;
    this.#plan = plan;
    this.#trace = trace;
    this.#lines = lines;
  }

  write(id: string, indent: number): void {
    const entry = this.#trace.find(id);
    if (entry === undefined) return;
    if (this.#written.has(id)) {
      this.#line(indent, `${id} (above)`);
      return;
    }
    this.#written.add(id);
    switch (entry.kind) {
      case 'input':
        return this.#input(entry.input, indent);
      case 'choice':
        return this.#choice(entry.choice, indent);
      case 'value':
        return this.#value(entry.value, indent);
      case 'constraint':
        return this.#constraint(entry.constraint, indent);
    }
  }

  #input({ id, name, value, low, high, unit, source, why, date, runId }: PlanQuantity, indent: number): void {
    const range = low === high ? '' : ` (${quantityText(low, unit)} - ${quantityText(high, unit)})`;
    const origin = [source, why, ...(runId === undefined ? [] : [`run ${runId}`]), ...(date === undefined ? [] : [date])].join(', ');
    this.#line(indent, `${id} = ${quantityText(value, unit)}${range}: ${name}, ${origin}`);
  }

  #choice({ id, label, value, p50, p90, heldShare, constraints, decidedBy }: PlanChoice, indent: number): void {
    const { draws } = this.#plan.certainty;
    const counts = `${p50 === null ? 'nothing' : this.#amount(p50)} in half of the draws, ${p90 === null ? 'nothing' : this.#amount(p90)} in 90 %`;
    this.#line(indent, `${id} = ${this.#amount(value)}: ${label}`);
    const isLevel = constraints.length === 0;
    this.#line(indent + STEP, isLevel ? `what is not exceeded in ${percentText(heldShare)} of ${countText(draws)} draws (${counts})` : `the smallest count that holds its constraints in ${percentText(this.#plan.certainty.share)} of ${countText(draws)} draws: it holds in ${percentText(heldShare)} (enough: ${counts})`);
    if (decidedBy !== null) this.write(decidedBy, indent + STEP);
    else this.#line(indent + STEP, 'the least that is possible is enough');
    const others = constraints.filter((each) => each !== decidedBy);
    if (others.length > 0) this.#line(indent + STEP, `also held: ${others.join(', ')}`);
  }

  /** A level has its unit from what it is the level of. */
  #amount(value: number): string {
    return value > 1e6 ? quantityText(value, 'bytes') : countText(value);
  }

  #value(value: PlanValue, indent: number): void {
    const { id, label, unit, formula, reference, p10, p90 } = value;
    const spread = p10 === p90 ? '' : ` (draws: ${quantityText(p10, unit)} - ${quantityText(p90, unit)})`;
    this.#line(indent, `${id} = ${quantityText(value.value, unit)}${spread}: ${label}`);
    this.#line(indent + STEP, `= ${formula}`);
    this.#line(indent + STEP, `= ${this.#filledIn(value)}`);
    if (reference !== null) this.#line(indent + STEP, reference);
    for (const part of this.#trace.parts(id)) this.write(part, indent + STEP);
  }

  #constraint({ id, sentence: what, demand, capacity, unit, slack, heldShare, demandId, capacityId }: PlannedConstraint, indent: number): void {
    const verdict = slack < 0 ? `${percentText(-slack)} too little` : `${percentText(slack)} free`;
    this.#line(indent, `${id}: ${what}`);
    this.#line(indent + STEP, `${quantityText(demand, unit)} <= ${quantityText(capacity, unit)}, ${verdict}; holds in ${percentText(heldShare)} of the draws`);
    this.write(demandId, indent + STEP);
    this.write(capacityId, indent + STEP);
  }

  #filledIn({ formula, arguments: terms }: PlanValue): string {
    return formula.replaceAll(/[a-zA-Z_]\w*/g, (name) => {
      const named = terms[name];
      if (named === undefined) return name;
      return typeof named === 'string' ? this.#number(named) : named.map((each) => this.#number(each)).join(', ');
    });
  }

  #number(id: string): string {
    const entry = this.#trace.find(id);
    switch (entry?.kind) {
      case 'input':
        return quantityText(entry.input.value, entry.input.unit);
      case 'value':
        return quantityText(entry.value.value, entry.value.unit);
      case 'choice':
        return this.#amount(entry.choice.value);
      default:
        return id;
    }
  }

  #line(indent: number, text: string): void {
    this.#lines.push(...sentence(this.#page, text, { indent, hanging: STEP * 2 }));
  }
}
