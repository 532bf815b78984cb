/** What other calculators answer, for a terminal: the table, how far the answers lie apart, and what each rests on and is known to get wrong. Pure. */
import type { PeerAmount, PeerRow, PeersRecord, PeersWorkload, PrintedFigure } from './peers-record.ts';
import { bytesText, countText, counted, durationText, rateText, significant } from '../render/number-text.ts';
import { createPage, DASH, heading, labelled, sentence, table, type Page } from '../render/page.ts';

const ROW_INDENT = 6;

export function peersText(peers: PeersRecord, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections = [
    [...heading(page, 'One workload, many answers', workloadText(peers.workload))],
    ['', ...answerTable(page, peers.rows)],
    ['', ...spreadLines(page, peers)],
    ['', ...heading(page, 'What each rests on'), ...peers.rows.flatMap((row) => originLines(page, row))],
    ...(peers.notes.length === 0 ? [] : [['', ...peers.notes.flatMap((note) => sentence(page, `* ${note}`, { hanging: 2 }))]]),
    ...(peers.figuresThatDoNotHold.length === 0 ? [] : [['', ...heading(page, 'Printed figures that do not hold'), ...peers.figuresThatDoNotHold.flatMap((each) => sentence(page, `* ${printedFigureText(each)}`, { hanging: 2 }))]]),
  ];
  return `${sections.flat().join('\n')}\n`;
}

function workloadText({ eventsPerSecond, averageEventsPerSecond = eventsPerSecond, eventBytes, replicationFactor, groups, retentionHours, compressionRatio, zones }: PeersWorkload): string {
  const compression = compressionRatio === 1 ? 'uncompressed' : `compressed ${significant(compressionRatio)}:1`;
  const average = averageEventsPerSecond === eventsPerSecond ? '' : ` at the peak (${rateText(averageEventsPerSecond)} on average)`;
  return `${rateText(eventsPerSecond)} events/s${average} of ${bytesText(eventBytes)}, ${compression}, replication factor ${replicationFactor}, ${counted(groups, 'group')}, ${durationText(retentionHours * 3600)}, ${counted(zones, 'zone')}`;
}

function answerTable(page: Page, rows: readonly PeerRow[]): string[] {
  const columns = [
    { head: 'Peer', align: 'left', isFlexible: true },
    { head: 'Answer', align: 'left' },
    { head: 'Decided by', align: 'left' },
  ] as const;
  return table(page, columns, rows.map((row) => [row.peer, { text: answerText(row), paint: page.colors.bold }, decisionText(row)]));
}

/** `24 brokers`, `3 - 6 brokers`, `41 vCPU`: variants follow in the second part. */
function answerText({ answer: { amounts, unit } }: PeerRow): string {
  if (amounts.length === 0) return DASH;
  const [low, high] = [Math.min(...amounts.map(({ value }) => value)), Math.max(...amounts.map(({ value }) => value))];
  return low === high ? `${countText(low)} ${unitText(low, unit)}` : `${countText(low)} - ${countText(high)} ${unitText(high, unit)}`;
}

/** Without the variants, which stand below. */
function decisionText({ answer: { amounts }, decidedBy }: PeerRow): string {
  const reasons = [...new Set(amounts.map((each) => each.decidedBy))];
  return reasons.length === 0 ? decidedBy : reasons.join(', ');
}

function originLines(page: Page, row: PeerRow): string[] {
  const { amounts, details } = row.answer;
  const variants = amounts.filter(({ label, exact, usdPerMonth }) => label !== null || usdPerMonth !== null || exact !== null).map((amount) => amountText(amount, row));
  const labels: [string, string][] = [
    ['answers', [...variants, ...details].join('; ')],
    ['assumes', row.inputsAssumed.join('; ')],
    ['flaw', row.knownFlaw],
    ['source', row.source],
  ];
  return [...sentence(page, row.peer, { hanging: 2 }), ...labelled(page, labels.filter(([, text]) => text !== ''), { indent: ROW_INDENT })];
}

function amountText({ label, value, exact, usdPerMonth }: PeerAmount, { answer: { unit } }: PeerRow): string {
  const computed = exact === null || exact === value ? '' : ` (${significant(exact)} unrounded)`;
  const price = usdPerMonth === null ? '' : `, $${countText(usdPerMonth)} a month`;
  return `${label === null ? '' : `${label} `}${countText(value)} ${unitText(value, unit)}${computed}${price}`;
}

function spreadLines(page: Page, { spreads, rows }: PeersRecord): string[] {
  const several = spreads.filter(({ rowCount }) => rowCount > 1);
  if (several.length === 0) return sentence(page, `${counted(rows.length, 'answer')}, none of them comparable with another.`);
  const parts = several.map(({ unit, low, high, rowCount }) => `${countText(low)} to ${countText(high)} ${unitText(high, unit)} (${counted(rowCount, 'answer')})`);
  return sentence(page, `For the same workload: ${parts.join('; ')}.`);
}

function printedFigureText({ peer, what, printed, computed, formula, reason, source }: PrintedFigure): string {
  return `${peer}, ${what}: ${printed} printed, ${formula} gives ${computed}: ${reason} (${source})`;
}

function unitText(value: number, unit: string): string {
  return value === 1 && unit.endsWith('s') ? unit.slice(0, -1) : unit;
}
