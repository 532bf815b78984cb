/** A plan read backwards: from a number to what it is computed from, down to the inputs. Pure. */
import type { Plan, PlanChoice, PlannedConstraint, PlanQuantity, PlanValue } from './plan-record.ts';

export type TraceEntry =
  | { readonly kind: 'input'; readonly input: PlanQuantity }
  | { readonly kind: 'choice'; readonly choice: PlanChoice }
  | { readonly kind: 'value'; readonly value: PlanValue }
  | { readonly kind: 'constraint'; readonly constraint: PlannedConstraint };

export class PlanTrace {
  readonly #entries = new Map<string, TraceEntry>();

  constructor({ inputs, choices, values, constraints }: Pick<Plan, 'inputs' | 'choices' | 'values' | 'constraints'>) {
    for (const constraint of constraints) this.#entries.set(constraint.id, { kind: 'constraint', constraint });
    for (const input of inputs) this.#entries.set(input.id, { kind: 'input', input });
    for (const value of values) this.#entries.set(value.id, { kind: 'value', value });
    for (const choice of choices) this.#entries.set(choice.id, { kind: 'choice', choice });
  }

  get ids(): string[] {
    return [...this.#entries.keys()];
  }

  find(id: string): TraceEntry | undefined {
    return this.#entries.get(id);
  }

  /** Ids one step down. */
  parts(id: string): string[] {
    const entry = this.#entries.get(id);
    switch (entry?.kind) {
      case 'value':
        return [...new Set(Object.values(entry.value.arguments).flat())];
      case 'constraint':
        return [entry.constraint.demandId, entry.constraint.capacityId];
      default:
        return [];
    }
  }

  /** Inputs that `ids` are computed from. A choice is followed to the constraint that decided it. */
  inputsOf(ids: readonly string[]): PlanQuantity[] {
    const seen = new Set<string>();
    const found: PlanQuantity[] = [];
    const visit = (id: string): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const entry = this.#entries.get(id);
      if (entry?.kind === 'input') found.push(entry.input);
      if (entry?.kind === 'choice' && entry.choice.decidedBy !== null) visit(entry.choice.decidedBy);
      for (const part of this.parts(id)) visit(part);
    };
    for (const id of ids) visit(id);
    return found;
  }
}

/** Inputs on which the choices, the storage and the network rest; the others would have to be far off to matter. */
export function decidingInputs(plan: Pick<Plan, 'inputs' | 'choices' | 'values' | 'constraints'>): PlanQuantity[] {
  const deciding = new Set(new PlanTrace(plan).inputsOf([...plan.choices.map(({ id }) => id), 'storage', 'net.ingress.total', 'net.egress.total', 'disk.needed', ...plan.constraints.slice(0, 2).map(({ id }) => id)]));
  return plan.inputs.filter((each) => deciding.has(each));
}
