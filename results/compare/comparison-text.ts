/**
 * A comparison of runs for a terminal: what was compared and differs, what casts doubt on it, each metric with its change, interval and
 * verdict, and the verdicts in words. Pure. No line is wider than `width` (80 or more).
 */
import type { Comparison, MetricComparison, MetricUnit, PropertyDifference, UndecidedCause, Verdict } from './comparison.ts';
import { EQUIVALENCE_RUNS_MIN, POWER, RUNS_MIN, RUNS_NEEDED_MAX } from './verdict.ts';
import type { Interval } from '../statistics/bootstrap.ts';
import { counted, countText, latencyText, percentText, rateText, significant } from '../render/number-text.ts';
import { createPage, cutToWidth, DASH, heading, labelled, sentence, table, type Cell, type Column, type Page, type Paint } from '../render/page.ts';

/** Below it the column of p values is left out: the sentences have them. */
const WIDTH_WITH_P = 100;

const RUNS_NOTE = `Numbers of runs: for a chance of ${percentText(POWER)}, if change and noise stay as seen. Fix the number first and compare once: adding runs until something shows finds differences that are not there.`;

export function comparisonText(comparison: Comparison, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections: string[][] = [
    headText(comparison, page),
    cautionsText(comparison, page),
    differencesText('Configuration', comparison.configurationDifferences, page),
    differencesText('Versions and host', comparison.environmentDifferences, page),
    metricsText(comparison, page),
    wordsText(comparison, page),
    notComparedText(comparison, page),
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section, at) => (at === 0 ? section : ['', ...section]));
  return `${lines.map((line) => cutToWidth(line.trimEnd(), options.width)).join('\n')}\n`;
}

/** The same as a document for a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { criteria, cautions, notCompared } = comparison;
  const differences = [...comparison.configurationDifferences, ...comparison.environmentDifferences];
  const sections: string[][] = [
    [`**${summaryText(comparison)}**`],
    [`${comparedText(comparison)} ${criteriaText(comparison)}`],
    cautions.map(({ code, sentence: text }) => `- \`${code}\`: ${escaped(text)}`),
    differences.length === 0 ? [] : markdownTable(['property', 'baseline', 'candidate'], differences.map(({ property, baseline, candidate }) => [property, valuesText(baseline), valuesText(candidate)])),
    markdownTable(
      ['metric', 'baseline', 'candidate', 'change', `${percentText(1 - criteria.alpha)} interval`, 'corrected p', 'verdict'],
      comparison.metrics.map((metric) => [...metricCells(metric), pText(metric.pValueCorrected), metric.verdict.kind]),
    ),
    comparisonWords(comparison).map((text) => `- ${escaped(text)}`),
    notCompared.map(({ metric, reason }) => `- not compared: ${escaped(`${metric}, because ${reason}`)}`),
  ];
  return `${sections.filter((section) => section.length > 0).map((section) => section.join('\n')).join('\n\n')}\n`;
}

/** `1 worse, 2 better, 3 equivalent, 6 undecided`. */
export function summaryText({ metrics }: Comparison): string {
  if (metrics.length === 0) return 'nothing could be compared';
  const count = (kind: Verdict['kind']): number => metrics.filter(({ verdict }) => verdict.kind === kind).length;
  return KINDS.filter((kind) => count(kind) > 0).map((kind) => `${count(kind)} ${kind}`).join(', ');
}

const KINDS = ['worse', 'better', 'equivalent', 'undecided'] as const;

function headText(comparison: Comparison, page: Page): string[] {
  const { baseline, candidate, metrics } = comparison;
  const has = (kind: Verdict['kind']): boolean => metrics.some(({ verdict }) => verdict.kind === kind);
  const paint = has('worse') ? page.colors.red : has('undecided') || metrics.length === 0 ? page.colors.yellow : page.colors.green;
  return [
    ...sentence(page, comparedText(comparison), { indent: 0, paint: page.colors.bold }),
    ...labelled(page, [['baseline', baseline.runIds.join(', ')], ['candidate', candidate.runIds.join(', ')]]),
    '',
    ...sentence(page, summaryText(comparison), { indent: 0, paint }),
  ];
}

function comparedText({ baseline, candidate, isPaired }: Comparison): string {
  const sideText = ({ names, runIds }: Comparison['baseline'], side: string): string => `${counted(runIds.length, `${side} run`)} (${names.join(', ')})`;
  return `${sideText(candidate, 'candidate')} against ${sideText(baseline, 'baseline')}${isPaired ? ', in pairs' : ''}.`;
}

function cautionsText({ cautions }: Comparison, page: Page): string[] {
  return cautions.flatMap(({ code, sentence: text }) => sentence(page, `! ${code}: ${text}`, { indent: 0, hanging: 2, paint: page.colors.yellow }));
}

const DIFFERENCE_COLUMNS: readonly Column[] = [
  { head: 'property', align: 'left' },
  { head: 'baseline', align: 'left' },
  { head: 'candidate', align: 'left', isFlexible: true },
];

function differencesText(title: string, differences: readonly PropertyDifference[], page: Page): string[] {
  if (differences.length === 0) return [];
  const rows = differences.map(({ property, baseline, candidate }) => [property, valuesText(baseline), valuesText(candidate)]);
  const isWide = rows.some((row) => row.slice(0, 2).join('').length > page.width / 2);
  const lines = isWide ? labelled(page, rows.map(([property = '', before, after]) => [property, `${before} -> ${after}`] as const)) : table(page, DIFFERENCE_COLUMNS, rows);
  return [...heading(page, title, counted(differences.length, 'difference')), ...lines];
}

function valuesText(values: readonly (string | null)[]): string {
  return values.map((value) => (value === null ? DASH : value === '' ? '""' : value)).join(' | ');
}

function metricsText(comparison: Comparison, page: Page): string[] {
  const { metrics, criteria } = comparison;
  if (metrics.length === 0) return [];
  const hasP = page.width >= WIDTH_WITH_P;
  const columns: Column[] = [
    { head: '', align: 'left', isFlexible: true },
    { head: 'baseline', align: 'right' },
    { head: 'candidate', align: 'right' },
    { head: 'change', align: 'right' },
    { head: `${percentText(1 - criteria.alpha)} interval`, align: 'right' },
    ...(hasP ? [{ head: 'p', align: 'right' } as const] : []),
    { head: 'verdict', align: 'left' },
  ];
  const rows = metrics.map((metric): Cell[] => [
    ...metricCells(metric),
    ...(hasP ? [pText(metric.pValueCorrected)] : []),
    { text: metric.verdict.kind, paint: verdictPaint(metric.verdict, page) },
  ]);
  return [...heading(page, 'Metrics'), ...table(page, columns, rows), ...sentence(page, criteriaText(comparison), { paint: page.colors.dim })];
}

/** Label, medians, change, interval. */
function metricCells({ label, unit, baseline, candidate, ratio, interval }: MetricComparison): string[] {
  return [label, amountText(baseline.median, unit), amountText(candidate.median, unit), changeText(ratio), interval === null ? DASH : intervalText(interval)];
}

function verdictPaint({ kind }: Verdict, { colors }: Page): Paint {
  return { worse: colors.red, better: colors.green, equivalent: colors.dim, undecided: colors.yellow }[kind];
}

export function criteriaText({ criteria, isPaired }: Comparison): string {
  const change = isPaired ? 'Medians of the runs; change: geometric mean over the pairs.' : 'Medians of the runs; change: of the medians.';
  const tested = `p after Holm's correction for ${counted(criteria.testCount, 'test')}.`;
  return `${change} Intervals are bootstrapped over ${isPaired ? 'pairs' : 'runs'}; ${tested} A difference is called when p < ${criteria.alpha} and the whole interval lies beyond ${marginText(criteria)}.`;
}

function wordsText(comparison: Comparison, page: Page): string[] {
  const words = comparisonWords(comparison);
  if (words.length === 0) return [];
  const note = comparison.metrics.some(({ verdict }) => verdict.kind === 'undecided') ? sentence(page, RUNS_NOTE, { paint: page.colors.dim }) : [];
  return [...heading(page, 'In words'), ...words.flatMap((text) => sentence(page, text, { hanging: 2 })), ...note];
}

/** One sentence a verdict, the worse ones first; metrics of which the same is to be said share it. */
export function comparisonWords(comparison: Comparison): string[] {
  const labelsBySentence = new Map<string, string[]>();
  for (const kind of KINDS) {
    for (const metric of comparison.metrics.filter(({ verdict }) => verdict.kind === kind)) {
      const text = verdictSentence(metric, comparison);
      const labels = labelsBySentence.get(text) ?? [];
      labelsBySentence.set(text, [...labels, metric.label]);
    }
  }
  return [...labelsBySentence].map(([text, labels]) => `${labels.join(', ')}: ${text}`);
}

function verdictSentence(metric: MetricComparison, comparison: Comparison): string {
  const { ratio, interval, pValueCorrected, verdict, betterWhen } = metric;
  const { criteria } = comparison;
  const seen = `${changeText(ratio)}${interval === null ? '' : ` (${intervalText(interval)})`}`;
  if (verdict.kind === 'equivalent') {
    const difference = pValueCorrected < criteria.alpha ? 'a real difference, but one that does not matter, ' : '';
    return `equivalent: ${seen}, ${difference}within ${marginText(criteria)}.`;
  }
  if (verdict.kind === 'undecided') return `undecided: ${seen}, ${causeText(verdict.cause, metric, comparison)}.${neededText(metric, comparison)}`;
  const direction = (verdict.kind === 'better') === (betterWhen === 'higher') ? 'higher' : 'lower';
  return `${verdict.kind}: ${seen}, ${direction} by more than ${marginText(criteria)}, p = ${pText(pValueCorrected)}.`;
}

function causeText(cause: UndecidedCause, { pValueCorrected, baseline, candidate }: MetricComparison, { criteria, isPaired }: Comparison): string {
  const runs = countedRuns(Math.min(baseline.values.length, candidate.values.length), isPaired);
  switch (cause) {
    case 'tooFewRuns':
      return `and ${runs} allow no verdict (${RUNS_MIN} at least)`;
    case 'tooFewForEquivalence':
      return `within ${marginText(criteria)} so far, but ${runs} cannot show that nothing differs (${EQUIVALENCE_RUNS_MIN} at least)`;
    case 'acrossMargin':
      return `which neither shows a difference beyond ${marginText(criteria)} nor rules it out`;
    case 'notSignificant':
      return `but chance is not ruled out (p = ${pText(pValueCorrected)} after correction)`;
    case 'tooFewForSignificance':
      return `but with ${runs} no outcome is significant over ${counted(criteria.testCount, 'test')}; use more runs, or name the metrics that matter`;
  }
}

function neededText({ verdict, interval }: MetricComparison, { isPaired, criteria }: Comparison): string {
  if (verdict.kind !== 'undecided' || interval === null) return '';
  if (verdict.runsNeeded === null) return ` More than ${countedRuns(RUNS_NEEDED_MAX, isPaired)} would be needed: it lies close to ${marginText(criteria)}, or the noise is large.`;
  return ` About ${countedRuns(verdict.runsNeeded, isPaired)} would decide it.`;
}

function countedRuns(count: number, isPaired: boolean): string {
  return isPaired ? counted(count, 'pair') : `${counted(count, 'run')} a side`;
}

function notComparedText({ notCompared }: Comparison, page: Page): string[] {
  if (notCompared.length === 0) return [];
  const metricsByReason = new Map<string, string[]>();
  for (const { metric, reason } of notCompared) metricsByReason.set(reason, [...(metricsByReason.get(reason) ?? []), metric]);
  const lines = [...metricsByReason].flatMap(([reason, metrics]) => sentence(page, `${metrics.join(', ')}: ${reason}.`, { hanging: 2 }));
  return [...heading(page, 'Not compared'), ...lines];
}

function amountText(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'us':
      return latencyText(value);
    case 'records/s':
      return `${rateText(value)}/s`;
    case 'bytes/record':
      return `${significant(value)} B`;
    case 'CPU s/M records':
      return `${significant(value)} s/M`;
    case 'records':
      return countText(value);
    case 'ratio':
      return significant(value);
    case 'share':
      return `${(value * 100).toFixed(1)} %`;
  }
}

/** `+3.2 %`, `-12.0 %`, `0.0 %`. */
export function changeText(ratio: number): string {
  return `${signedPercent(ratio)} %`;
}

function intervalText({ low, high }: Interval): string {
  return `${signedPercent(low)} to ${signedPercent(high)} %`;
}

function signedPercent(ratio: number): string {
  const percent = (ratio - 1) * 100;
  const text = Math.abs(percent) >= 99.95 ? countText(Math.abs(percent)) : Math.abs(percent).toFixed(1);
  if (Number(text) === 0) return text;
  return `${percent < 0 ? '-' : '+'}${text}`;
}

function marginText({ minDifference }: { minDifference: number }): string {
  return `${Number((minDifference * 100).toPrecision(6))} %`;
}

function pText(pValue: number): string {
  if (pValue < 0.0005) return '<0.001';
  return pValue.toFixed(pValue < 0.0995 ? 3 : 2);
}

function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

function escaped(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
