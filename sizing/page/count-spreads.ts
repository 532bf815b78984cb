/** For each choice of a plan, how many draws need how much of it: the same draws as the plan's, the choices before it as chosen. */
import type { CountSpread } from '../../results/html/plan/plan-view.ts';
import type { Plan } from '../../results/plan-record.ts';
import { quantiles, type Column } from '../model/column.ts';
import { CountSearch } from '../model/count-search.ts';
import { drawnInputs } from '../model/draws.ts';
import { holdShare } from '../model/held-share.ts';
import { sheetOf } from '../plan.ts';
import type { SizingInputs } from '../sizing-inputs.ts';

const BARS_MAX = 24;
/** Rare draws would press all others together. */
const EDGES = [0.005, 0.995] as const;

export function countSpreads(inputs: SizingInputs, { choices, certainty }: Plan): CountSpread[] {
  const sheet = sheetOf(inputs);
  const values = drawnInputs(sheet, certainty);
  sheet.evaluateKnown(values);
  const spreads: CountSpread[] = [];
  for (const choice of sheet.choices.values()) {
    const value = choices.find(({ id }) => id === choice.id)?.value ?? 0;
    const steps = choice.kind === 'level' ? levelSteps(values.get(choice.of) as Column, value) : countSteps(new CountSearch(sheet, choice, values), { value, step: choice.step });
    spreads.push({ choiceId: choice.id, steps });
    values.set(choice.id, value);
    sheet.evaluateKnown(values);
  }
  return spreads;
}

function countSteps(search: CountSearch, { value, step }: { value: number; step: number }): CountSpread['steps'] {
  const [low, high] = EDGES.map((share) => search.smallest(share));
  const from = Math.min(low ?? value, value);
  const to = Math.max(high ?? value, value);
  const stride = step * Math.max(1, Math.ceil((to - from) / step / (BARS_MAX - 2)));
  // The chosen count is one of them.
  const first = value - Math.ceil((value - from) / stride) * stride;
  const steps: { count: number; enoughShare: number }[] = [];
  for (let count = Math.max(step, first); count < to + stride; count += stride) steps.push({ count, enoughShare: search.heldShare(count) });
  return steps;
}

function levelSteps(needed: Column, value: number): CountSpread['steps'] {
  const [low = value, high = value] = quantiles(needed, EDGES);
  if (low === high) return [{ count: value, enoughShare: holdShare(needed, value) }];
  const width = (high - low) / BARS_MAX;
  const edges = Array.from({ length: BARS_MAX }, (_, at) => low + (at + 1) * width);
  const nearest = edges.reduce((best, edge, at) => (Math.abs(edge - value) < Math.abs((edges[best] as number) - value) ? at : best), 0);
  return edges.map((edge, at) => (at === nearest ? value : edge)).map((count) => ({ count, enoughShare: holdShare(needed, count) }));
}
