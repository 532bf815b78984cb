/**
 * The report of one run for a terminal: what ran, what was wrong with it, what was measured, what was checked, the plan. Pure: the same
 * record gives the same text. No line is wider than `width` (80 or more). Where the run is stored is not said here.
 */
import type { Run } from '../run.ts';
import { errorsText, throughputText } from './load-text.ts';
import { faultText } from './fault-text.ts';
import { closingText, headerText, setupText, warningsText } from './header-text.ts';
import { latencyPicturesText, latencyTableText } from './latency-text.ts';
import { createPage, cutToWidth, heading } from './page.ts';
import { machineText } from './machine-text.ts';
import { planText } from './plan-text.ts';
import { secondsText } from './seconds-text.ts';
import { groupsText, resourcesText } from './resources-text.ts';
import { verificationText } from './verification-text.ts';

export function runText(run: Run, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections: string[][] = [
    headerText(run, page),
    warningsText(run, page),
    setupText(run, page),
    throughputText(run, page),
    latencyTableText(run, page),
    latencyPicturesText(run, page),
    secondsText(run, page),
    errorsText(run, page),
    groupsText(run, page),
    resourcesText(run, page),
    faultText(run, page),
    machineText(run, page),
    verificationText(run, page),
    run.plan === null ? [] : [...heading(page, 'Plan'), '', ...planText(run.plan, options).trimEnd().split('\n')],
    closingText(run, page),
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section, at) => (at === 0 ? section : ['', ...section]));
  return `${lines.map((line) => cutToWidth(line.trimEnd(), options.width)).join('\n')}\n`;
}
