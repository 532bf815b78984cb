/** A study of the comparison for a terminal. Pure. */
import { counted, durationText, percentText } from '../render/number-text.ts';
import { createPage, cutToWidth, DASH, heading, sentence, table, type Cell, type Column, type Page } from '../render/page.ts';
import type { CalledShare, StudyResult } from './study-result.ts';

export function studyText(result: StudyResult, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const lines = [...headText(result, page), '', ...metricsText(result, page), '', ...methodText(result, page)];
  return `${lines.map((line) => cutToWidth(line.trimEnd(), options.width)).join('\n')}\n`;
}

function headText({ id, runs, elapsedSeconds, endedEarly, blocksLeftOut }: StudyResult, page: Page): string[] {
  return [
    ...heading(page, 'How far to trust a comparison', `${counted(runs.length, 'run')} in ${durationText(Math.round(elapsedSeconds))}, id ${id}`),
    ...(endedEarly === null ? [] : sentence(page, `! ${endedEarly}`, { paint: page.colors.yellow })),
    ...(blocksLeftOut === 0 ? [] : sentence(page, `! ${counted(blocksLeftOut, 'block')} with a run that failed left out.`, { paint: page.colors.yellow })),
  ];
}

function metricsText({ metrics, slowerShare, blocksPerComparison }: StudyResult, page: Page): string[] {
  const columns: Column[] = [
    { head: 'metric', align: 'left' },
    { head: 'noise', align: 'right' },
    { head: 'blocks', align: 'left' },
    { head: 'alike, called different', align: 'right' },
    { head: 'slower by', align: 'right' },
    { head: `${percentText(slowerShare)} slower, found`, align: 'right' },
  ];
  const rows = metrics.flatMap(({ metricId, noise, slowdown, falseAlarms, found, blocksByNoise }): Cell[][] => [
    [metricId, tenths(noise), `${blocksPerComparison}, live`, shareText(falseAlarms.live), slowdown === null ? DASH : tenths(slowdown - 1), found === null ? DASH : shareText(found.live)],
    ['', '', `${blocksByNoise}, drawn`, shareText(falseAlarms.resampled), '', found === null ? DASH : shareText(found.resampled)],
  ]);
  return [...heading(page, 'Metrics', 'each judged as if it had been chosen alone'), ...table(page, columns, rows)];
}

export function shareText({ called, comparisons, interval }: CalledShare): string {
  return `${called} of ${comparisons} (${tenths(interval.low)} - ${tenths(interval.high)})`;
}

export function tenths(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function methodText(result: StudyResult, page: Page): string[] {
  return [...heading(page, 'Method'), ...sentence(page, methodWords(result), { paint: page.colors.dim })];
}

export function methodWords({ blocksPerComparison, blocksMax, detect, alpha, minDifference, slowerShare, seed }: StudyResult): string {
  return `Every block holds one configuration twice, and${slowerShare === 0 ? ', where there are such,' : ''} once with brokers that burn ${percentText(slowerShare)} more CPU time than they use, in an order drawn by seed ${seed}. Comparisons are in pairs, alpha ${alpha}, smallest difference that matters ${percentText(minDifference)}; noise is the standard deviation of the ratio of two alike runs. Live comparisons have ${counted(blocksPerComparison, 'block')} of their own; resampled ones draw blocks anew, as many as their noise asks for to find ${percentText(detect)}, up to the ${blocksMax} that the budget allows (blocks: their median).`;
}
