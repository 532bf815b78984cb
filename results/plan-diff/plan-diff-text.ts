/** A plan against a live cluster, for a terminal: what differs, then what to do in which order, at what risk, by which commands. Pure. */
import { counted } from '../render/number-text.ts';
import { createPage, heading, labelled, plain, sentence, table, type Page } from '../render/page.ts';
import type { PlanDiff, PlanDifference } from './plan-diff.ts';

export function planDiffText(diff: PlanDiff, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const { differences, notes } = diff;
  const head = heading(page, 'Plan against cluster', `${diff.plan} against ${diff.bootstrap} (${diff.clusterId}, ${counted(diff.brokers.length, 'broker')})`);
  const sections = [
    [...head, ...verdict(page, diff)],
    ...(differences.length === 0 ? [] : [differenceTable(page, differences), [...heading(page, 'What to do', 'in this order'), ...differences.flatMap((each, at) => step(page, each, at))]]),
    brokerTable(page, diff),
    notes.flatMap((note) => sentence(page, `* ${note}`, { hanging: 2 })),
  ];
  return `${sections.map((lines) => lines.map((line) => line.trimEnd()).join('\n')).join('\n\n')}\n`;
}

function verdict(page: Page, { differences, compared }: PlanDiff): string[] {
  if (differences.length === 0) return sentence(page, `No difference in ${compared} settings and counts.`, { paint: page.colors.green });
  return sentence(page, `${counted(differences.length, 'difference')}; ${compared} settings and counts were compared.`, { paint: page.colors.yellow });
}

function differenceTable(page: Page, differences: readonly PlanDifference[]): string[] {
  const columns = [{ head: '', align: 'left', isFlexible: true }, { head: 'Live', align: 'right' }, { head: 'Planned', align: 'right' }] as const;
  return table(page, columns, differences.map(({ what, live, planned }) => [what, live, { text: planned, paint: page.colors.bold }]));
}

/** Commands are not wrapped: they are to be copied. */
function step(page: Page, { what, live, planned, remedy, risk, commands }: PlanDifference, at: number): string[] {
  return [
    ...sentence(page, `${at + 1}. ${what}: ${live} -> ${planned}. ${remedy}`, { hanging: 3 }),
    ...labelled(page, [['risk', risk]], { indent: 5 }),
    ...commands.map((command) => `     ${page.colors.cyan(`$ ${plain(command)}`)}`),
  ];
}

function brokerTable(page: Page, { brokers, brokersPlanned }: PlanDiff): string[] {
  const columns = [{ head: 'Broker', align: 'left' }, { head: 'Zone', align: 'left' }, { head: 'Replicas', align: 'right' }, { head: 'Leaders', align: 'right' }, { head: 'of all topics', align: 'right' }] as const;
  const rows = brokers.map(({ id, rack, replicas, leaders, replicasOfAll }) => [String(id), rack ?? '–', String(replicas), String(leaders), String(replicasOfAll)]);
  return [...heading(page, 'Brokers', `${brokers.length} alive, ${brokersPlanned} planned; replicas and leaders of the planned topics`), ...table(page, columns, rows)];
}
