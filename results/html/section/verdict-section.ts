/** The metrics of a comparison: medians, the change with its interval as figures and as a strip, and the verdict; and what differs beside them. */
import type { Comparison, MetricComparison, PropertyDifference, Verdict } from '../../compare/comparison.ts';
import { changeText } from '../../compare/comparison-text.ts';
import { intervalText, pText, verdictWord } from '../../compare/experiment/experiment-text.ts';
import { figureText } from '../../compare/experiment/experiment-summary.ts';
import { DASH } from '../../render/page.ts';
import { intervalStrip, stripScale, verdictColor } from '../chart/interval-strip.ts';
import { dataTable, html, type Content, type Markup, type TableColumn } from '../markup.ts';

export function metricsTable({ metrics, criteria }: Comparison, label: string): Markup {
  const scale = stripScale(metrics, criteria.minDifference);
  const columns: TableColumn[] = [
    { head: 'metric' },
    { head: 'baseline', isNumber: true },
    { head: 'candidate', isNumber: true },
    { head: 'change', isNumber: true },
    { head: 'interval', isNumber: true },
    { head: html`<span class="strip-head"><span>less</span><span>the same</span><span>more</span></span>` },
    { head: 'p', isNumber: true },
    { head: 'verdict' },
  ];
  return dataTable({ label, columns, rows: metrics.map((metric) => metricRow(metric, intervalStrip(metric, scale))) });
}

function metricRow(metric: MetricComparison, strip: Markup): Content[] {
  const { label, unit, baseline, candidate, ratio, pValueCorrected, verdict } = metric;
  return [label, figureText(baseline.median, unit), figureText(candidate.median, unit), changeText(ratio), intervalText(metric), strip, pText(pValueCorrected), verdictMarkup(verdict)];
}

export function verdictMarkup(verdict: Verdict): Markup {
  return html`<b class="c-${verdictColor(verdict)}">${verdictWord(verdict)}</b>`;
}

/** Null without a difference. */
export function differencesTable(label: string, differences: readonly PropertyDifference[]): Markup | null {
  if (differences.length === 0) return null;
  return dataTable({ label, columns: [{ head: 'property' }, { head: 'baseline' }, { head: 'candidate' }], rows: differences.map(({ property, baseline, candidate }) => [html`<code>${property}</code>`, valuesText(baseline), valuesText(candidate)]) });
}

function valuesText(values: readonly (string | null)[]): string {
  return values.map((value) => (value === null ? DASH : value === '' ? '""' : value)).join(' | ');
}
