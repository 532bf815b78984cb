/** A search for the highest sustainable rate for a terminal: the rate, its interval, what limits it, every point in order of its rate. Pure. */
import { counted, durationText, latencyText, percentText, rateText } from '../render/number-text.ts';
import { createPage, cutToWidth, DASH, figures, heading, orDash, sentence, table, type Cell, type Column, type Figure, type Page } from '../render/page.ts';
import type { HoldCondition, SearchPoint, SearchResult } from './search-result.ts';

export const CONDITION_WORDS: Readonly<Record<HoldCondition, string>> = {
  completed: 'runs that did not come to their end',
  verified: 'records lost or changed',
  achieved: 'less acknowledged than offered',
  errors: 'records that failed or stayed unsent',
  objective: 'the objective',
  lag: 'consumers that fell behind',
  generator: 'the generator, which was late itself',
};
const WIDTH_WITH_WHY = 110;

export function searchText(result: SearchResult, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections = [answerText(result, page), pointsText(result, page), methodText(result, page)];
  const lines = sections.flatMap((section, at) => (at === 0 ? section : ['', ...section]));
  return `${lines.map((line) => cutToWidth(line.trimEnd(), options.width)).join('\n')}\n`;
}

function answerText({ name, sustained, end, ceilingPerSecond, knee, points, limits, id, elapsedSeconds }: SearchResult, page: Page): string[] {
  const head = heading(page, 'Highest sustainable rate', `${name}, ${counted(points.length, 'run')} in ${durationText(Math.round(elapsedSeconds))}, id ${id}`);
  if (sustained === null) return [...head, ...sentence(page, noAnswer(end), { paint: page.colors.red })];
  const { ratePerSecond, low, high, confirmedBy, refutedBy } = sustained;
  const confirmation = points.find(({ phase, offeredPerSecond, held }) => phase === 'confirmation' && held && offeredPerSecond === ratePerSecond);
  const below = points.find(({ phase, offeredPerSecond }) => phase === 'confirmation' && offeredPerSecond !== null && offeredPerSecond < ratePerSecond);
  const rows: Figure[] = [
    { label: confirmedBy > 0 ? 'sustained' : 'estimate', number: { text: rateText(ratePerSecond), paint: page.colors.bold }, unit: 'records/s', remark: `95 % interval ${rateText(low)} - ${rateText(high)}` },
    ...(confirmation === undefined ? [] : [latencyFigure('at it', confirmation, 'a fresh run, three times as long')]),
    ...(below === undefined ? [] : [latencyFigure(`at ${rateText(below.offeredPerSecond ?? 0)}`, below, `nine tenths of it${below.held ? '' : ', not held'}`)]),
    { label: 'closed loop', number: orDash(ceilingPerSecond, rateText), unit: 'records/s', remark: 'what the target takes when nobody asks for latency' },
    ...(knee === null ? [] : [{ label: 'knee', number: rateText(knee.ratePerSecond), unit: 'records/s', remark: `from here p99 (${latencyText(knee.p99Us)}) climbs faster than the load` }]),
  ];
  const doubt = confirmedBy === 0 ? `${counted(refutedBy, 'fresh run')} at the estimate did not hold: take the lower end of the interval.` : undefined;
  return [
    ...head,
    ...figures(page, rows),
    ...(doubt === undefined ? [] : sentence(page, `! ${doubt}`, { paint: page.colors.yellow })),
    ...(limits.length === 0 ? [] : sentence(page, `Above it failed: ${limits.map(({ condition, count }) => `${CONDITION_WORDS[condition]} (${count} of ${countFailed(points)} runs)`).join(', ')}.`)),
    ...(limits.some(({ condition }) => condition === 'generator') ? sentence(page, '! Runs failed in which the generator was late itself: the target may hold more. Use --workers 2, or a generator on another machine.', { paint: page.colors.yellow }) : []),
    ...(end.kind === 'budget' ? sentence(page, `! The budget of time ended the search after ${durationText(Math.round(end.seconds))}: a larger --budget narrows the interval.`, { paint: page.colors.yellow }) : []),
  ];
}

function latencyFigure(label: string, { p50Us, p99Us, p999Us }: SearchPoint, remark: string): Figure {
  return { label, number: orDash(p99Us, latencyText), unit: 'p99', remark: `p50 ${orDash(p50Us, latencyText)}, p99.9 ${orDash(p999Us, latencyText)}; ${remark}` };
}

function countFailed(points: readonly SearchPoint[]): number {
  return points.filter(({ phase, held }) => phase !== 'ceiling' && !held).length;
}

export function noAnswer(end: SearchResult['end']): string {
  switch (end.kind) {
    case 'noRateHolds':
      return `No rate held, down to ${rateText(end.lowestTried)} records/s. Loosen the objective, or see below what failed.`;
    case 'ceilingFailed':
      return `The closed loop that bounds the search failed: ${end.reason}`;
    case 'interrupted':
      return 'Interrupted before there was an answer.';
    case 'precise':
    case 'budget':
      return 'Interrupted before the rate was confirmed.';
  }
}

function pointsText({ points }: SearchResult, page: Page): string[] {
  if (points.length === 0) return [];
  const hasWhy = page.width >= WIDTH_WITH_WHY;
  const columns: Column[] = [
    { head: 'offered/s', align: 'right' },
    { head: 'acknowledged/s', align: 'right' },
    { head: 'p50', align: 'right' },
    { head: 'p99', align: 'right' },
    { head: 'p99.9', align: 'right' },
    { head: 'generator', align: 'right' },
    { head: 'run', align: 'left' },
    { head: 'held', align: 'left', isFlexible: true },
  ];
  const ordered = points.toSorted((a, b) => (a.offeredPerSecond ?? Number.POSITIVE_INFINITY) - (b.offeredPerSecond ?? Number.POSITIVE_INFINITY));
  const rows = ordered.map(({ offeredPerSecond, achievedPerSecond, p50Us, p99Us, p999Us, generatorUtilization, phase, held, failures }): Cell[] => [
    offeredPerSecond === null ? DASH : rateText(offeredPerSecond),
    rateText(achievedPerSecond),
    orDash(p50Us, latencyText),
    orDash(p99Us, latencyText),
    orDash(p999Us, latencyText),
    orDash(generatorUtilization, percentText),
    phase,
    phase === 'ceiling' ? '' : held ? { text: 'yes', paint: page.colors.green } : { text: hasWhy ? `no: ${failures.map(({ words }) => words).join('; ')}` : `no: ${failures[0]?.words ?? ''}`, paint: page.colors.yellow },
  ]);
  return [...heading(page, 'Runs', 'in order of their rates'), ...table(page, columns, rows)];
}

function methodText({ conditions, probability, precision, seed }: SearchResult, page: Page): string[] {
  return [
    ...heading(page, 'A rate is held by a run that is'),
    ...conditions.flatMap((condition) => sentence(page, `- ${condition}`, { hanging: 2 })),
    ...sentence(page, `Looked for is the rate that ${percentText(probability)} of runs hold (psi method, Kontsevich and Tyler 1999), until its interval is within ${percentText(precision)} to both sides. Every run has brokers and a topic of its own; the latencies above are of runs made after the search. Seed ${seed}.`, { paint: page.colors.dim }),
  ];
}
