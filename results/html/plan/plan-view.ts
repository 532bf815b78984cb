/** What the page of a plan shows: the plan, the one it is held against, and what is drawn beside it. Plain data, so that a worker can send it. */
import type { PeersRecord } from '../../peers/peers-record.ts';
import type { Plan, PlanChoice, PlanUnit } from '../../plan-record.ts';
import { countText } from '../../render/number-text.ts';
import { quantityText } from '../../render/quantity-text.ts';
import { html, type Content, type Markup } from '../markup.ts';

export interface PlanView {
  readonly plan: Plan;
  /** The plan of the file; the same as `plan` unless values were changed in the page. */
  readonly asWritten: Plan;
  /** Null: not asked, as while a value is dragged. */
  readonly peers: PeersRecord | null;
  readonly spreads: readonly CountSpread[];
  readonly outlook: GrowthCurves | null;
}

/** How many draws need how much of one choice. */
export interface CountSpread {
  readonly choiceId: string;
  /** Share of the draws in which `count` is enough; rising. */
  readonly steps: readonly { readonly count: number; readonly enoughShare: number }[];
}

/** Demand over time as a share of what is provisioned, for each thing that growth uses up. */
export interface GrowthCurves {
  readonly years: readonly number[];
  readonly lines: readonly { readonly choiceId: string; readonly label: string; readonly shares: readonly number[] }[];
}

/** A number of the plan that tells on a click how it came about. */
export function traced(id: string, text: Content): Markup {
  return html`<button type="button" class="num" data-trace="${id}">${text}</button>`;
}

/** Levels are bytes of disk. */
export function choiceUnit({ constraints }: Pick<PlanChoice, 'constraints'>): PlanUnit {
  return constraints.length === 0 ? 'bytes' : 'count';
}

export function choiceText(choice: PlanChoice, value: number | null): string {
  if (value === null) return 'none is enough';
  return choiceUnit(choice) === 'bytes' ? quantityText(value, 'bytes') : countText(value);
}

/** `20 → 40` where a value was changed in the page, else the value. */
export function changed(before: string, now: string, shown: Content = now): Content {
  return before === now ? shown : html`<del>${before}</del> <ins>${shown}</ins>`;
}
