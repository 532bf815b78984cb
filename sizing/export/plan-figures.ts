/** The numbers of a plan by their ids, as text with their unit, and what each of them rests on. Pure. */
import type { Plan, PlanChoice, PlanQuantity, PlanUnit, PlanValue } from '../../results/plan-record.ts';
import { quantityText } from '../../results/render/quantity-text.ts';

export class PlanFigures {
  readonly #inputs: ReadonlyMap<string, PlanQuantity>;
  readonly #choices: ReadonlyMap<string, PlanChoice>;
  readonly #values: ReadonlyMap<string, PlanValue>;
  readonly #constraints: ReadonlyMap<string, Plan['constraints'][number]>;

  constructor({ inputs, choices, values, constraints }: Plan) {
    this.#inputs = new Map(inputs.map((each) => [each.id, each]));
    this.#choices = new Map(choices.map((each) => [each.id, each]));
    this.#values = new Map(values.map((each) => [each.id, each]));
    this.#constraints = new Map(constraints.map((each) => [each.id, each]));
  }

  /** Undefined: the plan has no such number. */
  find(id: string): number | undefined {
    return (this.#values.get(id) ?? this.#inputs.get(id) ?? this.#choices.get(id))?.value;
  }

  /** Of a number that every plan has. */
  value(id: string): number {
    const value = this.find(id);
    if (value === undefined) throw new Error(`the plan has no ${id}`);
    return value;
  }

  text(id: string): string {
    return quantityText(this.value(id), this.#unit(id));
  }

  /** `net.ingress.allowed = 750 MB/s, brokers = 5`; without those that the plan does not have. */
  cited(...ids: readonly string[]): string {
    return ids.filter((id) => this.find(id) !== undefined).map((id) => `${id} = ${this.text(id)}`).join(', ');
  }

  /** The assumed inputs from which these numbers came, in the order of the plan. Of a count only what decided it. */
  assumedBehind(ids: readonly string[]): PlanQuantity[] {
    const reached = new Set<string>();
    const visit = (id: string): void => {
      if (reached.has(id)) return;
      reached.add(id);
      for (const next of this.#behind(id)) visit(next);
    };
    for (const id of ids) visit(id);
    return [...this.#inputs.values()].filter(({ id, source }) => source === 'assumed' && reached.has(id));
  }

  #behind(id: string): readonly string[] {
    const value = this.#values.get(id);
    if (value !== undefined) return Object.values(value.arguments).flat();
    const decidedBy = this.#choices.get(id)?.decidedBy;
    const constraint = decidedBy === null || decidedBy === undefined ? undefined : this.#constraints.get(decidedBy);
    return constraint === undefined ? [] : [constraint.demandId, constraint.capacityId];
  }

  #unit(id: string): PlanUnit {
    return (this.#values.get(id) ?? this.#inputs.get(id))?.unit ?? (id.startsWith('disk.') ? 'bytes' : 'count');
  }
}
