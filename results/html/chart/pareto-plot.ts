/**
 * Variants by throughput and publish p99, each with the range of its runs; those that nothing beats are filled. Where all were offered the same
 * rate and held it, throughput says nothing, and bytes or CPU take its place. What else counts stands in the table.
 */
import type { ExperimentResult, SpreadFigure } from '../../compare/experiment/experiment-result.ts';
import { figureText } from '../../compare/experiment/experiment-summary.ts';
import { latencyText } from '../../render/number-text.ts';
import { html, type Markup } from '../markup.ts';
import { round, spreadLabels, yLabels } from './line-chart.ts';
import { logScale, shortCount, zeroScale, type Scale } from './scale.ts';

/** The first in which the variants differ; the last in any case. */
const ACROSS = [
  { metric: 'throughput.acknowledged', words: 'acknowledged records/s across', good: 'right and low is good' },
  { metric: 'wire.bytesPerRecord', words: 'bytes a record across', good: 'left and low is good' },
  { metric: 'cpu.brokers', words: 'CPU seconds of the brokers a million records across', good: 'left and low is good' },
] as const;
const DIFFERENCE_MIN = 1.05;
const HEIGHT_PX = 300;
const LABEL_PX = 15;

interface Mark {
  readonly name: string;
  readonly isFront: boolean;
  readonly x: SpreadFigure;
  readonly y: SpreadFigure;
}

/** Null with fewer than two variants that have both figures. */
export function paretoPlot({ variants, recommendation }: ExperimentResult): Markup | null {
  const marksBy = (metric: string): Mark[] =>
    variants.flatMap(({ name, figures }): Mark[] => {
      const [x, y] = [figures[metric], figures['publish.p99']];
      return x === undefined || y === undefined ? [] : [{ name, isFront: recommendation.front.includes(name), x, y }];
    });
  const differs = (all: readonly Mark[]): boolean => Math.max(...all.map((mark) => mark.x.median)) > DIFFERENCE_MIN * Math.min(...all.map((mark) => mark.x.median));
  const across = ACROSS.find(({ metric }) => differs(marksBy(metric))) ?? ACROSS[2];
  const marks = marksBy(across.metric);
  if (marks.length < 2) return null;
  const x = zeroScale({ largest: Math.max(...marks.map((mark) => mark.x.max)), tickCount: 5, text: shortCount });
  const y = logScale({ smallest: Math.min(...marks.map((mark) => mark.y.min)), largest: Math.max(...marks.map((mark) => mark.y.max)), text: latencyText });
  const tops = marks.map(({ y: { median } }) => topOf(y, median));
  const labels = spreadLabels(tops, { gapPx: LABEL_PX, heightPx: HEIGHT_PX });
  return html`<figure class="chart pareto">
<figcaption><b>${across.metric === 'throughput.acknowledged' ? 'Throughput and latency' : 'Cost and latency'}</b> <span class="unit">${across.words}, publish p99 up, log; ${across.good}</span> <output>filled: on the front</output></figcaption>
<div class="plot" style="height:${HEIGHT_PX}px" role="img" aria-label="${marks.map(({ name, x: rate, y: p99 }) => `${name}: ${figureText(rate.median, rate.unit)}, p99 ${latencyText(p99.median)}`).join('; ')}">
${y.ticks.map(({ value }) => html`<i class="line" style="top:${topOf(y, value)}px"></i>`)}
${marks.map((mark, at) => markMarkup(mark, { x, y, labelTop: labels[at] as number }))}
${yLabels(y, HEIGHT_PX)}${x.ticks.map(({ value, text }) => html`<span class="x" style="left:${round(x.share(value) * 100)}%">${text}</span>`)}</div></figure>
`;
}

function markMarkup({ name, isFront, x: rate, y: p99 }: Mark, { x, y, labelTop }: { x: Scale; y: Scale; labelTop: number }): Markup {
  const left = (value: number): number => round(x.share(value) * 100);
  const top = topOf(y, p99.median);
  const across = html`<i class="whisker" style="left:${left(rate.min)}%;width:${round(left(rate.max) - left(rate.min))}%;top:${top}px"></i>`;
  const up = html`<i class="whisker up" style="left:${left(rate.median)}%;top:${topOf(y, p99.max)}px;height:${round(topOf(y, p99.min) - topOf(y, p99.max))}px"></i>`;
  const color = isFront ? 'publish' : 'dim';
  const side = x.share(rate.median) > 0.6 ? 'before' : 'after';
  return html`<div class="c-${color}">${across}${up}<i class="mark ${isFront ? 'front' : ''}" style="left:${left(rate.median)}%;top:${top}px"></i><span class="name ${side}" style="left:${left(rate.median)}%;top:${labelTop}px">${name}</span></div>`;
}

function topOf(y: Scale, value: number): number {
  return round((1 - y.share(value)) * HEIGHT_PX);
}
