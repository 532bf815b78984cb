/** The contests for a terminal. */
import { significant } from '../../results/render/number-text.ts';
import { createPage, heading, sentence, table, type Cell, type Column, type Page } from '../../results/render/page.ts';
import type { ContestRow } from './contest.ts';
import type { Estimate } from './estimate.ts';
import type { MicroResult } from './micro-run.ts';
import { TIMING_NS_MIN } from './timing.ts';

interface MicroColumn extends Column {
  cell(row: ContestRow, page: Page): Cell;
}

const COLUMNS: readonly MicroColumn[] = [
  { head: '', align: 'left', cell: (row) => (row.isChosen ? '*' : '') },
  { head: '', align: 'left', isFlexible: true, cell: (row, { colors }) => (row.isChosen ? { text: row.name, paint: colors.bold } : row.name) },
  { head: 'mean', align: 'right', cell: (row) => timeText(row.nsPerOperation.mean) },
  { head: '± 95 %', align: 'right', cell: (row) => marginText(row.nsPerOperation) },
  { head: 'p99', align: 'right', cell: (row) => timeText(row.p99NsPerOperation) },
  { head: 'MB/s', align: 'right', cell: (row) => (row.bytesPerSecond === null ? '' : significant(row.bytesPerSecond / 1e6)) },
  { head: 'ops/s', align: 'right', cell: (row) => (row.bytesPerSecond === null ? significant(row.operationsPerSecond) : '') },
  { head: 'of limit', align: 'right', cell: (row, { colors }) => (row.isLimit ? { text: 'limit', paint: colors.dim } : row.shareOfLimit === null ? '' : significant(row.shareOfLimit.mean)) },
  { head: '± 95 %', align: 'right', cell: (row) => (row.shareOfLimit === null ? '' : marginText(row.shareOfLimit)) },
  { head: '', align: 'left', cell: (row, { colors }) => ({ text: row.remark, paint: colors.dim }) },
];

export function microText(result: MicroResult, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const lines = [...headerLines(result, page)];
  for (const title of new Set(result.rows.map(({ contest }) => contest))) {
    const rows = result.rows.filter(({ contest }) => contest === title);
    // A column that has nothing to say in this contest is left out.
    const columns = COLUMNS.filter(({ cell }) => rows.some((row) => plainText(cell(row, page)) !== ''));
    lines.push('', ...heading(page, title, `time of one ${rows.at(-1)?.unit ?? 'run'}`), ...table(page, columns, rows.map((row) => columns.map(({ cell }) => cell(row, page)))));
    const missing = new Set(rows.map(({ limitMissingReason }) => limitMissingReason).filter((reason) => reason !== null));
    for (const reason of missing) lines.push(...sentence(page, reason, { paint: page.colors.dim }));
  }
  return `${lines.join('\n')}\n`;
}

function headerLines({ headroom, host, libraries, rounds, nativeMissingReason, loadAverageBefore }: MicroResult, page: Page): string[] {
  const versions = Object.entries(libraries).map(([name, version]) => `${name} ${version}`);
  const lines = [
    ...sentence(page, `headroom ${headroom.version} on ${host.cpuModel}, ${host.coreCount} cores, ${host.kernel}, logs on ${host.filesystem ?? 'an unknown file system'}, Node ${host.nodeVersion}; ${versions.join(', ')}.`, { indent: 0 }),
    ...sentence(page, `${rounds.count} rounds of ${rounds.timeMs} ms each after one that does not count; in a round the limit and all contenders of a contest follow each other in a drawn order, and a ratio is of times from the same round. Means with 95 % intervals over the rounds, p99 within a round (runs below ${TIMING_NS_MIN / 1000} µs are timed several at once). "of limit" is speed as a share of the limit's; MB/s are of uncompressed bytes; * is what headroom uses here.`, { indent: 0 }),
  ];
  const warn = (text: string): void => void lines.push(...sentence(page, text, { indent: 0, paint: page.colors.yellow }));
  if (loadAverageBefore > host.coreCount / 2) warn(`The machine was busy before the start (load average ${significant(loadAverageBefore)} on ${host.coreCount} cores): means and intervals hold other processes' work.`);
  if (nativeMissingReason !== null) warn(`No native add-on (${nativeMissingReason}): portable code is measured.`);
  return lines;
}

function plainText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function timeText(ns: number): string {
  if (ns < 999.5) return `${significant(ns)} ns`;
  return ns < 999_500 ? `${significant(ns / 1e3)} µs` : `${significant(ns / 1e6)} ms`;
}

/** The upper half: of a geometric mean the larger one. */
function marginText({ mean, interval }: Estimate): string {
  return interval === null ? '' : `${significant(((interval.high - mean) / mean) * 100)} %`;
}
