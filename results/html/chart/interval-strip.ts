/**
 * Ratios with their intervals, one strip a row of a table, all on one logarithmic scale: the line is the interval, the dot the estimate, the
 * band the differences that do not matter. A strip says at a glance what its verdict rests on.
 */
import type { MetricComparison, Verdict } from '../../compare/comparison.ts';
import { changeText } from '../../compare/comparison-text.ts';
import { html, type Markup } from '../markup.ts';
import type { ColorName } from '../palette.ts';
import { round } from './line-chart.ts';

export interface StripScale {
  /** Share of the strip's width, 0 to 1. */
  readonly share: (ratio: number) => number;
  readonly minDifference: number;
}

const VERDICT_COLORS: Readonly<Record<Verdict['kind'], ColorName>> = { better: 'good', worse: 'bad', equivalent: 'dim', undecided: 'warn' };
/** Beyond, one wild metric would press all others flat: its line ends at the edge. */
const RATIO_MAX = 16;

export function verdictColor({ kind }: Verdict): ColorName {
  return VERDICT_COLORS[kind];
}

/** Holds every ratio, interval and margin, and lies evenly about 1. */
export function stripScale(metrics: readonly MetricComparison[], minDifference: number): StripScale {
  const ratios = metrics.flatMap(({ ratio, interval }) => [ratio, interval?.low ?? ratio, interval?.high ?? ratio]);
  const widest = Math.max(1 + 2 * minDifference, 1.02, ...ratios.map((ratio) => Math.min(RATIO_MAX, Math.max(ratio, 1 / ratio))));
  const half = Math.log(widest) * 1.08;
  return { share: (ratio) => Math.min(1, Math.max(0, 0.5 + Math.log(ratio) / (2 * half))), minDifference };
}

export function intervalStrip({ ratio, interval, label, verdict }: MetricComparison, { share, minDifference }: StripScale): Markup {
  const at = (value: number): number => round(share(value) * 100);
  const [marginLow, marginHigh] = [at(1 / (1 + minDifference)), at(1 + minDifference)];
  const [low, high] = interval === null ? [at(ratio), at(ratio)] : [at(interval.low), at(interval.high)];
  const words = `${label}: ${changeText(ratio)}${interval === null ? '' : `, from ${changeText(interval.low)} to ${changeText(interval.high)}`}`;
  return html`<span class="strip c-${verdictColor(verdict)}" role="img" aria-label="${words}"><i class="margin" style="left:${marginLow}%;width:${round(marginHigh - marginLow)}%"></i><i class="zero"></i><i class="range" style="left:${low}%;width:${round(high - low)}%"></i><i class="dot" style="left:${at(ratio)}%"></i></span>`;
}
