/** The sections of a plan's page in their order. Each is written anew, by the same functions in the same words, when a value is changed in the page. */
import type { Markup } from '../markup.ts';
import { constraintsSection } from './constraints.ts';
import { costSection } from './cost.ts';
import { decisionsSection } from './decisions.ts';
import { doubtSection } from './doubt.ts';
import { failuresSection } from './failures.ts';
import { growthSection } from './growth.ts';
import { warningsSection } from './headline.ts';
import { inputsSection, valuesSection } from './numbers.ts';
import { peersSection } from './peers.ts';
import type { PlanView } from './plan-view.ts';

export interface PlanSection {
  readonly id: string;
  readonly name: string;
  readonly markup: (view: PlanView) => Markup | null;
  /** Of the answer itself: also written while a value is being dragged. */
  readonly isQuick: boolean;
}

export const PLAN_SECTIONS: readonly PlanSection[] = [
  { id: 'decisions', name: 'Decisions', markup: decisionsSection, isQuick: true },
  { id: 'cost', name: 'Cost', markup: costSection, isQuick: true },
  { id: 'warnings', name: 'Warnings', markup: warningsSection, isQuick: false },
  { id: 'constraints', name: 'Constraints', markup: constraintsSection, isQuick: true },
  { id: 'doubt', name: 'Doubt', markup: doubtSection, isQuick: false },
  { id: 'growth', name: 'Growth', markup: growthSection, isQuick: false },
  { id: 'failures', name: 'Failures', markup: failuresSection, isQuick: true },
  { id: 'peers', name: 'Others', markup: peersSection, isQuick: false },
  { id: 'inputs', name: 'Inputs', markup: inputsSection, isQuick: true },
  { id: 'values', name: 'Every number', markup: valuesSection, isQuick: false },
];
