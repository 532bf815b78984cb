/** What a page of a plan shows, computed: the same when the page is written as when a value is changed in it. Pure. */
import type { Plan } from '../../results/plan-record.ts';
import type { PlanView } from '../../results/html/plan/plan-view.ts';
import { comparePeers } from '../peers/compare-peers.ts';
import { peersWorkload } from '../peers-workload.ts';
import { planFor } from '../plan.ts';
import type { SizingInputs } from '../sizing-inputs.ts';
import { countSpreads } from './count-spreads.ts';
import { growthCurves } from './growth-curves.ts';

/** While a value is dragged: enough for the counts to be right within one or two. */
export const QUICK_DRAWS = 1000;

export interface ViewOptions {
  /** Fewer draws, and only the plan itself. */
  readonly isQuick?: boolean;
  readonly asWritten?: Plan;
}

export function pageView(inputs: SizingInputs, { isQuick = false, asWritten }: ViewOptions = {}): PlanView {
  if (!isQuick) return viewOf(inputs, planFor(inputs), asWritten);
  const plan = planFor(inputs, { draws: QUICK_DRAWS, isBrief: true });
  return { plan, asWritten: asWritten ?? plan, peers: { workload: peersWorkload(inputs), rows: [], spreads: [], notes: [] }, spreads: [], outlook: null };
}

/** `plan` is of `inputs`. */
export function viewOf(inputs: SizingInputs, plan: Plan, asWritten: Plan = plan): PlanView {
  return { plan, asWritten, peers: comparePeers(peersWorkload(inputs)), spreads: countSpreads(inputs, plan), outlook: growthCurves(inputs, plan) };
}
