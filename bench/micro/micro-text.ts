/** The contests for a terminal. */
import { significant } from '../../results/render/number-text.ts';
import { createPage, heading, sentence, table, type Cell, type Column } from '../../results/render/page.ts';
import type { ContestRow, Estimate } from './contest.ts';
import type { MicroResult } from './micro-run.ts';

const COLUMNS: readonly Column[] = [
  { head: '', align: 'left', isFlexible: true },
  { head: 'time a run', align: 'right' },
  { head: '± 95 %', align: 'right' },
  { head: 'MB/s', align: 'right' },
  { head: 'of limit', align: 'right' },
  { head: '± 95 %', align: 'right' },
  { head: '', align: 'left' },
];

export function microText(result: MicroResult, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const { host, rounds, rows } = result;
  const lines = sentence(page, `${host.cpuModel}, ${host.coreCount} cores, ${host.kernel}, Node ${host.nodeVersion}; ${rounds.count} rounds of ${rounds.timeMs} ms each, the contenders of a contest in turn within a round; means with 95 % intervals over the rounds; * marks what headroom uses.`, { indent: 0 });
  if (result.nativeMissingReason !== null) lines.push(...sentence(page, `No native add-on (${result.nativeMissingReason}): portable code is measured.`, { indent: 0, paint: page.colors.yellow }));
  for (const title of new Set(rows.map(({ contest }) => contest))) {
    const contest = rows.filter((row) => row.contest === title);
    const shown = COLUMNS.map((_, at) => at < 4 || at === COLUMNS.length - 1 || contest.some(({ isLimit }) => isLimit));
    const visible = <Item>(items: readonly Item[]): Item[] => items.filter((_, at) => shown[at]);
    lines.push('', ...heading(page, title), ...table(page, visible(COLUMNS), contest.map((row) => visible(cells(row, page.colors.bold, page.colors.dim)))));
  }
  return `${lines.join('\n')}\n`;
}

function cells(row: ContestRow, bold: (text: string) => string, dim: (text: string) => string): Cell[] {
  const { nsPerRun, shareOfLimit } = row;
  return [
    row.isChosen ? { text: `* ${row.name}`, paint: bold } : row.name,
    timeText(nsPerRun.mean),
    marginText(nsPerRun),
    row.bytes === null ? '' : significant((row.bytes / nsPerRun.mean) * 1000),
    row.isLimit ? { text: 'limit', paint: dim } : shareOfLimit === null ? '' : shareOfLimit.mean.toFixed(3),
    shareOfLimit === null ? '' : marginText(shareOfLimit),
    { text: row.remark, paint: dim },
  ];
}

function timeText(ns: number): string {
  if (ns < 1000) return `${significant(ns)} ns`;
  return ns < 1e6 ? `${significant(ns / 1000)} µs` : `${significant(ns / 1e6)} ms`;
}

function marginText({ mean, interval }: Estimate): string {
  return interval === null ? '' : `${(((interval.high - mean) / mean) * 100).toFixed(1)} %`;
}
