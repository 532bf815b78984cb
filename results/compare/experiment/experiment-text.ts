/**
 * An experiment's result for a terminal: a row a variant, what it promises, the verdicts against the baseline, thresholds, published figures,
 * and what to take. Pure. No line is wider than `width` (80 or more).
 */
import { counted, durationText, rateText, significant } from '../../render/number-text.ts';
import { createPage, cutToWidth, DASH, heading, labelled, sentence, table, type Cell, type Column, type Page, type Paint } from '../../render/page.ts';
import { changeText } from '../comparison-text.ts';
import type { MetricComparison, Verdict } from '../comparison.ts';
import type { ExperimentResult, SpreadFigure, ThresholdOutcome, VariantComparison, VariantSummary } from './experiment-result.ts';
import { figureText } from './experiment-summary.ts';

/** Below these widths only p99 shows its range; verdicts go without p; only what cannot be missed is left. */
const WIDTH_WITH_RANGES = 120;
const WIDTH_WITH_P = 110;
const WIDTH_WITH_ALL_FIGURES = 96;

export function experimentText(result: ExperimentResult, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sections = [
    headText(result, page),
    variantsText(result, page),
    targetsText(result, page),
    durabilityText(result, page),
    verdictsText(result, page),
    thresholdsText(result, page),
    publishedText(result, page),
    troubleText(result, page),
    [...heading(page, 'Recommendation'), ...sentence(page, result.recommendation.words)],
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section, at) => (at === 0 ? section : ['', ...section]));
  return `${lines.map((line) => cutToWidth(line.trimEnd(), options.width)).join('\n')}\n`;
}

function headText({ experiment, description, blocks, variants, elapsedSeconds, endedEarly, experimentId, seed }: ExperimentResult, page: Page): string[] {
  const whole = `${counted(variants.length, 'variant')} in ${blocks.complete} of ${counted(blocks.planned, 'block')}, order drawn by seed ${seed}, ${durationText(Math.round(elapsedSeconds))}, id ${experimentId}.`;
  return [
    ...heading(page, `Experiment ${experiment}`, description),
    ...sentence(page, whole),
    ...(endedEarly === null ? [] : sentence(page, `! ${endedEarly}`, { paint: page.colors.yellow })),
  ];
}

function variantsText({ variants, baseline }: ExperimentResult, page: Page): string[] {
  const [hasRanges, hasAll] = [page.width >= WIDTH_WITH_RANGES, page.width >= WIDTH_WITH_ALL_FIGURES];
  const columns: Column[] = [
    { head: '', align: 'left', isFlexible: true },
    { head: 'runs', align: 'right' },
    { head: 'records/s', align: 'right' },
    { head: 'p50 ms', align: 'right' },
    { head: 'p99 ms', align: 'right' },
    { head: 'p99.9 ms', align: 'right' },
    { head: 'B/record', align: 'right' },
    { head: hasAll ? 'CPU brokers' : 'CPU', align: 'right' },
    ...(hasAll ? [{ head: 'client', align: 'right' } as const] : []),
  ];
  const rows = variants.map(({ name, runs, figures }): Cell[] => {
    const complete = runs.filter(({ status }) => status === 'complete').length;
    return [
      name === baseline ? { text: `${name} *`, paint: page.colors.bold } : name,
      complete === runs.length ? String(complete) : { text: `${complete}/${runs.length}`, paint: page.colors.yellow },
      medianText(figures['throughput.acknowledged'], rateText),
      rangeText(figures['publish.p50'], hasRanges),
      rangeText(figures['publish.p99'], hasAll),
      rangeText(figures['publish.p99.9'], hasRanges),
      medianText(figures['wire.bytesPerRecord'], significant),
      medianText(figures['cpu.brokers'], significant),
      ...(hasAll ? [medianText(figures['cpu.load'], significant)] : []),
    ];
  });
  const note = '* the baseline. Medians of the runs (lowest - highest). Publish latency counts from the moment a record was due. Bytes as on the wire and in the log. CPU: seconds a million records, of all brokers, and of the client that makes the load.';
  return [...heading(page, 'Variants'), ...table(page, columns, rows), ...sentence(page, note, { paint: page.colors.dim })];
}

function medianText(figure: SpreadFigure | undefined, text: (value: number) => string): string {
  return figure === undefined ? DASH : text(figure.median);
}

/** Milliseconds. */
export function rangeText(figure: SpreadFigure | undefined, hasRange: boolean): string {
  if (figure === undefined) return DASH;
  const text = (us: number): string => significant(us / 1000);
  return hasRange && figure.values.length > 1 ? `${text(figure.median)} (${text(figure.min)} - ${text(figure.max)})` : text(figure.median);
}

/** By variant, where there are several. */
export function targetsOf(variants: readonly VariantSummary[]): (readonly [names: string, target: string])[] {
  const byTarget = Map.groupBy(variants.filter(({ target }) => typeof target === 'string'), ({ target }) => target as string);
  return [...byTarget].map(([target, own]) => [own.length === variants.length ? 'all' : own.map(({ name }) => name).join(', '), target] as const);
}

/** Of clusters whose processes are out of reach. */
export function unseenNote(variants: readonly VariantSummary[]): string | null {
  const isExternal = variants.some(({ target }) => target?.startsWith('external') === true);
  return isExternal ? `${DASH} where nothing was measured: the brokers of another cluster are not headroom's to look into.` : null;
}

function targetsText({ variants }: ExperimentResult, page: Page): string[] {
  const targets = targetsOf(variants);
  if (targets.length === 0) return [];
  const note = unseenNote(variants);
  const lines = targets.length === 1 ? sentence(page, `${targets[0]?.[1]} (all variants)`) : labelled(page, targets);
  return [...heading(page, 'Targets'), ...lines, ...(note === null ? [] : sentence(page, note, { paint: page.colors.dim }))];
}

function durabilityText({ variants }: ExperimentResult, page: Page): string[] {
  const names = new Map<string, string[]>();
  for (const { name, durability } of variants) names.set(durability.words, [...(names.get(durability.words) ?? []), name]);
  if (names.size === 1) return [...heading(page, 'Acknowledged means'), ...sentence(page, `${[...names.keys()][0]} (all variants)`)];
  const rows = [...names].map(([words, own]) => [own.join(', '), words] as const);
  if (rows.some(([label]) => label.length > page.width / 2)) return [...heading(page, 'Acknowledged means'), ...rows.flatMap(([label, words]) => sentence(page, `${words}: ${label}`, { hanging: 2 }))];
  return [...heading(page, 'Acknowledged means'), ...labelled(page, rows)];
}

function verdictsText({ comparisons, baseline }: ExperimentResult, page: Page): string[] {
  if (comparisons.length === 0) return [];
  const [hasP, hasAll] = [page.width >= WIDTH_WITH_P, page.width >= WIDTH_WITH_ALL_FIGURES];
  const columns: Column[] = [
    { head: '', align: 'left', isFlexible: true },
    { head: 'metric', align: 'left' },
    ...(hasAll ? [{ head: 'baseline', align: 'right' } as const, { head: 'variant', align: 'right' } as const] : []),
    { head: 'change', align: 'right' },
    { head: '95 % interval', align: 'right' },
    ...(hasP ? [{ head: 'p', align: 'right' } as const] : []),
    { head: 'verdict', align: 'left' },
  ];
  const rows = comparisons.flatMap(({ variant, outcome }) => {
    if (outcome.kind === 'refused') return [];
    return outcome.comparison.metrics.map((metric, at): Cell[] => {
      const { label, unit, baseline: before, candidate: after, ratio, pValueCorrected, verdict } = metric;
      return [
        at === 0 ? variant : '',
        label,
        ...(hasAll ? [figureText(before.median, unit), figureText(after.median, unit)] : []),
        changeText(ratio),
        intervalText(metric),
        ...(hasP ? [pText(pValueCorrected)] : []),
        { text: verdictWord(verdict), paint: verdictPaint(verdict, page) },
      ];
    });
  });
  return [
    ...heading(page, `Against ${baseline}`),
    ...(rows.length === 0 ? [] : table(page, columns, rows)),
    ...comparisons.flatMap((comparison) => refusedText(comparison, page)),
    ...(rows.length === 0 ? [] : sentence(page, criteriaText(comparisons), { paint: page.colors.dim })),
  ];
}

export function intervalText({ interval }: MetricComparison): string {
  return interval === null ? DASH : `${changeText(interval.low)} to ${changeText(interval.high)}`;
}

export function pText(pValue: number): string {
  return pValue < 0.0005 ? '<0.001' : pValue.toFixed(pValue < 0.0995 ? 3 : 2);
}

export function verdictWord(verdict: Verdict): string {
  if (verdict.kind !== 'undecided' || verdict.runsNeeded === null) return verdict.kind;
  return `undecided (${verdict.runsNeeded})`;
}

function verdictPaint({ kind }: Verdict, { colors }: Page): Paint {
  return { worse: colors.red, better: colors.green, equivalent: colors.dim, undecided: colors.yellow }[kind];
}

function refusedText({ variant, outcome, leftOut }: VariantComparison, page: Page): string[] {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))].join('; ');
  if (outcome.kind === 'refused') return sentence(page, `! ${variant} is not compared: ${reasons || 'it has no metric to compare'}.`, { paint: page.colors.yellow });
  return leftOut.length === 0 ? [] : sentence(page, `! ${variant}: ${counted(leftOut.length, 'block')} left out: ${reasons}.`, { paint: page.colors.yellow });
}

export function criteriaText(comparisons: readonly VariantComparison[]): string {
  const first = comparisons.flatMap(({ outcome }) => (outcome.kind === 'compared' ? [outcome.comparison.criteria] : []))[0];
  if (first === undefined) return '';
  const margin = `${Number((first.minDifference * 100).toPrecision(6))} %`;
  return `Runs are paired by block; change: geometric mean over the pairs, interval bootstrapped over them, p of the sign flip test after Holm's correction over all ${counted(first.testCount, 'test')}. A difference is called when p < ${first.alpha} and the whole interval lies beyond ${margin}; behind undecided stands how many blocks would probably decide.`;
}

function thresholdsText({ thresholds }: ExperimentResult, page: Page): string[] {
  if (thresholds.length === 0) return [];
  const columns: Column[] = [{ head: '', align: 'left' }, { head: 'variant', align: 'left', isFlexible: true }, { head: 'threshold', align: 'left' }, { head: 'measured', align: 'right' }];
  const rows = thresholds.map((threshold): Cell[] => {
    const { variant, metric, expression, passed } = threshold;
    return [{ text: passed ? 'held' : 'FAILED', paint: passed ? page.colors.green : page.colors.red }, variant, `${metric} ${expression}`, measuredText(threshold)];
  });
  return [...heading(page, 'Thresholds', 'on the medians of the runs; counts of records on the worst run'), ...table(page, columns, rows)];
}

export function measuredText({ value, unit }: ThresholdOutcome): string {
  if (value === null) return 'not measured';
  return unit === 'records' ? counted(value, 'record') : figureText(value, unit);
}

function publishedText({ published }: ExperimentResult, page: Page): string[] {
  if (published === null) return [];
  const columns: Column[] = [{ head: 'variant', align: 'left', isFlexible: true }, { head: 'metric', align: 'left' }, { head: 'published', align: 'right' }, { head: 'measured here', align: 'right' }];
  const rows = published.rows.map(({ variant, metric, published: theirs, measured }): Cell[] => [variant, metric, theirs, measured ?? DASH]);
  return [...heading(page, 'Published figures', published.source), ...table(page, columns, rows)];
}

function troubleText(result: ExperimentResult, page: Page): string[] {
  const lines = troubles(result);
  return lines.length === 0 ? [] : [...heading(page, 'To know'), ...lines.flatMap((line) => sentence(page, `! ${line}`, { hanging: 2, paint: page.colors.yellow }))];
}

/** Runs that did not end well, warnings that runs carry, and notes. */
export function troubles({ variants, notes }: ExperimentResult): string[] {
  const ended = variants.flatMap(({ name, runs }) =>
    runs.flatMap(({ runId, block, status, reason, isVerified }) => [
      ...(status === 'complete' ? [] : [`${name}, block ${block}: ${status}: ${reason} (${runId})`]),
      ...(isVerified === false ? [`${name}, block ${block}: acknowledged records were lost, duplicated, reordered or changed (${runId})`] : []),
    ]),
  );
  return [...ended, ...warningLines(variants), ...notes];
}

/** One line a code, with the variants that carry it. */
function warningLines(variants: readonly VariantSummary[]): string[] {
  const codes = [...new Set(variants.flatMap(({ warnings }) => Object.keys(warnings)))];
  const lines = codes.map((code) => {
    const shares = variants.map(({ name, runs, warnings }) => ({ name, carrying: warnings[code] ?? 0, complete: runs.filter(({ status }) => status === 'complete').length }));
    if (shares.every(({ carrying, complete }) => carrying === complete)) return `${code}: in all runs`;
    return `${code}: ${shares.flatMap(({ name, carrying, complete }) => (carrying === 0 ? [] : [`${name} ${carrying} of ${complete} runs`])).join(', ')}`;
  });
  return lines.length === 0 ? [] : [...lines, 'headroom results show RUN says what a warning means.'];
}
