/** What a page of a plan shows, computed: the same when the page is written as when a value is changed in it. Pure. */
import type { Plan } from '../../results/plan-record.ts';
import type { PlanView } from '../../results/html/plan/plan-view.ts';
import { comparePeers } from '../peers/compare-peers.ts';
import { peersWorkload } from '../peers-workload.ts';
import { planFor, planSteps } from '../plan.ts';
import type { SizingInputs } from '../sizing-inputs.ts';
import type { ConfigData } from './changed-config.ts';
import { countSpreads } from './count-spreads.ts';
import { growthCurves } from './growth-curves.ts';

/** While a value is dragged: enough for the counts to be right within one or two. */
export const QUICK_DRAWS = 1000;

/** What a page holds as JSON: its view, and what the plan is computed from. */
export interface EmbeddedPlan extends Omit<PlanView, 'asWritten'> {
  readonly inputs: SizingInputs;
  readonly config: ConfigData;
}

export interface ViewOptions {
  /** Fewer draws, and only the plan itself. */
  readonly isQuick?: boolean;
  readonly asWritten?: Plan;
}

export function pageView(inputs: SizingInputs, { isQuick = false, asWritten }: ViewOptions = {}): PlanView {
  if (!isQuick) return viewOf(inputs, planFor(inputs), asWritten);
  return planAlone(planFor(inputs, { draws: QUICK_DRAWS, isBrief: true }), asWritten);
}

/** `plan` is of `inputs`. */
export function viewOf(inputs: SizingInputs, plan: Plan, asWritten: Plan = plan): PlanView {
  return { plan, asWritten, peers: comparePeers(peersWorkload(inputs)), spreads: countSpreads(inputs, plan), outlook: growthCurves(inputs, plan) };
}

/** All of pageView in pieces, so that whoever computes it can look up in between: first the plan alone, last the whole view, nothing new where undefined. */
export function* viewSteps(inputs: SizingInputs): Generator<PlanView | undefined, void> {
  let plan: Plan | undefined;
  for (const step of planSteps(inputs)) {
    yield plan === undefined ? planAlone(step) : undefined;
    plan = step;
  }
  yield viewOf(inputs, plan as Plan);
}

function planAlone(plan: Plan, asWritten: Plan = plan): PlanView {
  return { plan, asWritten, peers: null, spreads: [], outlook: null };
}
