/** Stored runs, one line each: when, what, how fast, how late, checked or not, whole or not. Files that cannot be read are listed as such. */
import { basename } from 'node:path';
import type { Run } from '../run.ts';
import type { StoredRun } from '../run-store.ts';
import { rateText } from './number-text.ts';
import { percentileText } from './percentile-text.ts';
import { createPage, cutToWidth, table, type Cell, type Column, type Page } from './page.ts';

const COLUMNS: readonly Column[] = [
  { head: 'run', align: 'left' },
  { head: 'started (UTC)', align: 'left' },
  { head: 'name', align: 'left' },
  { head: 'records/s', align: 'right' },
  { head: 'p99', align: 'right' },
  { head: 'verified', align: 'left' },
  { head: 'status', align: 'left' },
];

const NAME_LENGTH_MAX = 20;
/** Below it the date is left out: the id begins with it. */
const WIDTH_WITH_DATE = 100;

export function runListText(stored: readonly StoredRun[], options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const runs = stored.filter((entry) => entry.kind === 'run').map(({ run }) => run);
  const hasDate = options.width >= WIDTH_WITH_DATE;
  const withoutDate = <Item>(row: readonly Item[]): Item[] => row.filter((_, at) => hasDate || at !== 1);
  const lines = runs.length === 0 ? [] : table(page, withoutDate(COLUMNS), runs.map((run) => withoutDate(rowOf(run, page))));
  const [head, ...rows] = lines;
  let next = 0;
  const ordered = stored.map((entry) => (entry.kind === 'run' ? (rows[next++] ?? '') : damagedLine(entry, page)));
  const all = head === undefined ? ordered : [head, ...ordered];
  return `${all.map((line) => cutToWidth(line, options.width)).join('\n')}\n`;
}

function rowOf({ id, startedAt, configuration, measured, verification, status }: Run, page: Page): Cell[] {
  const { publish } = measured.latency;
  const { colors } = page;
  const name = configuration.name.length > NAME_LENGTH_MAX ? `${configuration.name.slice(0, NAME_LENGTH_MAX - 1)}…` : configuration.name;
  const verified: Cell = verification.kind === 'skipped' ? 'no' : verification.passed ? { text: 'passed', paint: colors.green } : { text: 'FAILED', paint: colors.red };
  return [
    id,
    startedAt.slice(0, 16).replace('T', ' '),
    name,
    rateText(measured.throughput.achievedPerSecond),
    percentileText(publish.summary.p99Us, publish.summary),
    verified,
    status.kind === 'complete' ? status.kind : { text: status.kind, paint: colors.yellow },
  ];
}

function damagedLine({ path, problems }: { path: string; problems: readonly string[] }, page: Page): string {
  return `  ${basename(path, '.json')}  ${page.colors.red(`damaged: ${problems[0] ?? 'cannot be read'}`)}`;
}
