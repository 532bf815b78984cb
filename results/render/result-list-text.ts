/** The list of stored results: runs, then what was made of several of them. */
import { basename } from 'node:path';
import { outcomeWords, startedAt, type ReadResult } from '../result-reader.ts';
import type { StoredRun } from '../run-store.ts';
import { createPage, cutToWidth, DASH, table, type Cell, type Page } from './page.ts';
import { runListText } from './run-list-text.ts';

export function resultListText(runs: readonly StoredRun[], others: readonly ReadResult[], options: { width: number; isColored: boolean }): string {
  const parts = [...(runs.length === 0 ? [] : [runListText(runs, options)]), ...(others.length === 0 ? [] : [othersText(others, options)])];
  return parts.join('\n');
}

/** What programs need of the list; the results themselves are a `show --json` away. */
export function resultListJson(runs: readonly StoredRun[], others: readonly ReadResult[]): string {
  const listed = [
    ...runs.map((each) => {
      if (each.kind === 'damaged') return { kind: 'damaged', path: each.path, problem: each.problems[0] ?? 'cannot be read' };
      const { id, startedAt: at, configuration, headroom, repeat, status, verification, measured, warnings } = each.run;
      return {
        kind: 'run',
        id,
        name: configuration.name,
        startedAt: at,
        path: each.path,
        commit: headroom.commit,
        experimentId: repeat?.experimentId ?? null,
        variant: repeat?.variant ?? null,
        status: status.kind,
        isVerified: verification.kind === 'done' ? verification.passed : null,
        achievedPerSecond: measured.throughput.achievedPerSecond,
        publishP99Us: measured.latency.publish.summary.p99Us,
        warnings: warnings.map(({ code }) => code),
      };
    }),
    ...others.map((each) => (each.kind === 'damaged' ? { kind: 'damaged', path: each.path, problem: each.problem } : { kind: each.kind, id: basename(each.path, '.json'), startedAt: startedAt(each), path: each.path, ...outcomeWords(each) })),
  ];
  return `${JSON.stringify(listed, undefined, 2)}\n`;
}

function othersText(others: readonly ReadResult[], options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const rows = others.map((each): Cell[] => rowOf(each, page));
  const columns = [{ head: 'made of several runs', align: 'left' }, { head: 'started (UTC)', align: 'left' }, { head: 'name', align: 'left' }, { head: 'outcome', align: 'left' }] as const;
  return `${table(page, columns, rows).map((line) => cutToWidth(line, options.width)).join('\n')}\n`;
}

/** The whole name always shows: it is what the reader copies. */
function rowOf(each: ReadResult, page: Page): Cell[] {
  const id = basename(each.path, '.json');
  if (each.kind === 'damaged') return [id, '', DASH, { text: `damaged: ${each.problem}`, paint: page.colors.red }];
  const { name, words } = outcomeWords(each);
  return [id, startedAt(each).slice(0, 16).replace('T', ' '), name, words];
}
