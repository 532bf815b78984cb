/** An experiment's result as a Markdown document for a pull request. Pure. */
import { counted, rateText, significant } from '../../render/number-text.ts';
import { DASH, plain } from '../../render/page.ts';
import { changeText } from '../comparison-text.ts';
import type { ExperimentResult, SpreadFigure } from './experiment-result.ts';
import { figureText } from './experiment-summary.ts';
import { criteriaText, intervalText, measuredText, pText, rangeText, targetsOf, troubles, verdictWord } from './experiment-text.ts';

export function experimentMarkdown(result: ExperimentResult): string {
  const { experiment, description, blocks, variants, endedEarly, recommendation, comparisons, thresholds, published, experimentId, seed } = result;
  const verdicts = comparisons.flatMap(({ variant, outcome }) =>
    outcome.kind === 'refused'
      ? []
      : outcome.comparison.metrics.map((metric) => [
          variant,
          metric.label,
          figureText(metric.baseline.median, metric.unit),
          figureText(metric.candidate.median, metric.unit),
          changeText(metric.ratio),
          intervalText(metric),
          pText(metric.pValueCorrected),
          verdictWord(metric.verdict),
        ]),
  );
  const sections: string[][] = [
    [`## Experiment ${experiment}`, ...(description === '' ? [] : ['', escaped(description)])],
    [`${counted(variants.length, 'variant')} in ${blocks.complete} of ${counted(blocks.planned, 'block')}, order drawn by seed ${seed}, id \`${experimentId}\`.${endedEarly === null ? '' : ` **${escaped(endedEarly)}**`}`],
    [`**Recommendation.** ${escaped(recommendation.words)}`],
    table(['variant', 'runs', 'records/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'B/record', 'CPU brokers s/M', 'CPU client s/M', 'acknowledged means'], variants.map(variantCells)),
    targetsOf(variants).map(([names, target]) => `- ${escaped(names)}: ${escaped(target)}`),
    verdicts.length === 0 ? [] : [`Against ${escaped(result.baseline)}:`, '', ...table(['variant', 'metric', 'baseline', 'variant\'s', 'change', '95 % interval', 'corrected p', 'verdict'], verdicts)],
    verdicts.length === 0 ? [] : [escaped(criteriaText(comparisons))],
    thresholds.length === 0 ? [] : table(['', 'variant', 'threshold', 'measured'], thresholds.map((each) => [each.passed ? 'held' : '**failed**', each.variant, `${each.metric} ${each.expression}`, measuredText(each)])),
    published === null ? [] : [`Published (${escaped(published.source)}):`, '', ...table(['variant', 'metric', 'published', 'measured here'], published.rows.map((row) => [row.variant, row.metric, row.published, row.measured ?? DASH]))],
    troubles(result).map((line) => `- ${escaped(line)}`),
  ];
  return `${sections.filter((section) => section.length > 0).map((section) => section.join('\n')).join('\n\n')}\n`;
}

function variantCells({ name, runs, figures, durability }: ExperimentResult['variants'][number]): string[] {
  const text = (figure: SpreadFigure | undefined, format: (value: number) => string): string => (figure === undefined ? DASH : format(figure.median));
  return [
    name,
    `${runs.filter(({ status }) => status === 'complete').length} of ${runs.length}`,
    text(figures['throughput.acknowledged'], rateText),
    rangeText(figures['publish.p50'], true),
    rangeText(figures['publish.p99'], true),
    rangeText(figures['publish.p99.9'], true),
    text(figures['wire.bytesPerRecord'], significant),
    text(figures['cpu.brokers'], significant),
    text(figures['cpu.load'], significant),
    durability.words,
  ];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}

function escaped(text: string): string {
  return plain(text).replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
