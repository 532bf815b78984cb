/**
 * Stored results that are no runs, read again: experiments, searches, studies. A file that cannot be read is an answer with a reason. Files from
 * before versions were written have none, and are version 1. What a result holds deeper down is taken at its word.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExperimentResult } from './compare/experiment/experiment-result.ts';
import { counted, rateText } from './render/number-text.ts';
import { isResultFile, resultKindOf, type ResultKind } from './result-store.ts';
import type { SearchResult } from './search/search-result.ts';
import type { StudyResult } from './study/study-result.ts';
import { judgedAgain, type PlanVerification } from './verification/plan-verification.ts';

/** Of bench-micro only what every reader needs; the rest is for who knows contests. */
export interface MicroOutline {
  readonly kind: 'micro';
  readonly id: string;
  readonly startedAt: string;
  readonly rows: readonly { readonly contest: string }[];
}

export type StoredResult =
  | { readonly kind: 'experiment'; readonly path: string; readonly result: ExperimentResult }
  | { readonly kind: 'search'; readonly path: string; readonly result: SearchResult }
  | { readonly kind: 'study'; readonly path: string; readonly result: StudyResult }
  | { readonly kind: 'verification'; readonly path: string; readonly result: PlanVerification }
  | { readonly kind: 'micro'; readonly path: string; readonly result: MicroOutline };

export type ReadResult = StoredResult | { readonly kind: 'damaged'; readonly path: string; readonly problem: string };

/** Newest version of each kind, and the fields without which none can be shown. */
const KINDS: Readonly<Record<ResultKind, { readonly version: number; readonly lists: readonly string[]; readonly others: readonly string[] }>> = {
  experiment: { version: 1, lists: ['variants', 'comparisons', 'thresholds', 'notes'], others: ['experimentId', 'experiment', 'startedAt', 'recommendation', 'blocks'] },
  search: { version: 1, lists: ['points', 'conditions', 'limits'], others: ['id', 'name', 'startedAt', 'end'] },
  study: { version: 1, lists: ['metrics', 'runs'], others: ['id', 'startedAt', 'slowerShare'] },
  verification: { version: 1, lists: ['rows', 'kept', 'notes'], others: ['id', 'startedAt', 'plan', 'host', 'scale', 'records', 'verdict'] },
  micro: { version: 1, lists: ['rows'], others: ['id', 'startedAt', 'rounds', 'host'] },
};

/** `path` says which kind it is. */
export function readResult(path: string, text: string): ReadResult {
  const kind = resultKindOf(path);
  if (kind === undefined) return { kind: 'damaged', path, problem: 'its name says no kind of result' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'damaged', path, problem: text.trim() === '' ? 'the file is empty' : `not JSON: ${(error as Error).message}` };
  }
  const problem = problemOf(kind, value);
  if (problem !== undefined) return { kind: 'damaged', path, problem };
  const stored = { kind, path, result: { schemaVersion: 1, ...(value as object) } } as unknown as StoredResult;
  return stored.kind === 'verification' ? { ...stored, result: judgedAgain(stored.result) } : stored;
}

/** All of a folder, or those of one kind, the newest first. */
export async function listResults(directory: string, only?: ResultKind): Promise<ReadResult[]> {
  const names = await readdir(resolve(directory)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith('.json') && isResultFile(name) && (only === undefined || resultKindOf(name) === only));
  const found: ReadResult[] = [];
  for (const name of files) {
    const path = join(resolve(directory), name);
    found.push(readResult(path, await readFile(path, 'utf8')));
  }
  return found.sort((a, b) => startedAt(b).localeCompare(startedAt(a)));
}

/** In a few words: what it was about, and what came out. */
export function outcomeWords(stored: StoredResult): { name: string; words: string } {
  switch (stored.kind) {
    case 'experiment': {
      const { experiment, variants, blocks, endedEarly } = stored.result;
      return { name: experiment, words: `${counted(variants.length, 'variant')}, ${blocks.complete} of ${counted(blocks.planned, 'block')}${endedEarly === null ? '' : ', ended early'}` };
    }
    case 'search': {
      const { name, sustained, points } = stored.result;
      return { name, words: `${sustained === null ? 'no rate held' : `${rateText(sustained.ratePerSecond)} records/s sustained`}, ${counted(points.length, 'run')}` };
    }
    case 'study':
      return { name: 'comparison study', words: `${counted(stored.result.metrics.length, 'metric')}, ${counted(stored.result.runs.length, 'run')}` };
    case 'verification': {
      const { plan, verdict, scale } = stored.result;
      return { name: plan.name, words: `${plan.topic} ${verdict.kind}${verdict.kind === 'refuted' ? `: ${verdict.worse.join(', ') || 'records'}` : verdict.better.length > 0 ? ' with room' : ''} at ${rateText(scale.ratePerSecond)} records/s` };
    }
    case 'micro':
      return { name: 'contests', words: counted(new Set(stored.result.rows.map(({ contest }) => contest)).size, 'contest') };
  }
}

export function startedAt(stored: ReadResult): string {
  return stored.kind === 'damaged' ? '' : stored.result.startedAt;
}

function problemOf(kind: ResultKind, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `not the result of ${kind === 'experiment' ? 'an' : 'a'} ${kind}`;
  const { version, lists, others } = KINDS[kind];
  const fields = value as Readonly<Record<string, unknown>>;
  const found = fields['schemaVersion'] ?? 1;
  if (typeof found !== 'number' || found < 1 || found > version) return `schemaVersion ${JSON.stringify(found)}, this headroom reads 1 to ${version}${typeof found === 'number' && found > version ? '; a newer headroom wrote it' : ''}`;
  const missing = [...lists.filter((name) => !Array.isArray(fields[name])), ...others.filter((name) => fields[name] === undefined)];
  return missing.length === 0 ? undefined : `without ${missing.join(', ')}`;
}
