/** What an experiment's figures recommend, in words: the variants on the Pareto front with what speaks for each, and the others with what beats them. */
import type { Run } from '../../run.ts';
import { counted, latencyText, rateText, significant } from '../../render/number-text.ts';
import { changeText } from '../comparison-text.ts';
import { ownReasons } from '../run-refusals.ts';
import { RUNS_MIN } from '../verdict.ts';
import { metricsOf } from '../run-metrics.ts';
import type { AxisName, BeatenVariant, Recommendation, VariantSummary } from './experiment-result.ts';
import { isAhead, paretoFront, type FigureAxis, type ParetoCandidate, type ParetoOptions } from './pareto.ts';

const METRIC_BY_AXIS: Readonly<Record<FigureAxis, string>> = { throughput: 'throughput.acknowledged', p99: 'publish.p99', bytes: 'wire.bytesPerRecord' };
const WORDS: Readonly<Record<AxisName, string>> = { throughput: 'throughput', p99: 'publish p99', bytes: 'bytes on the wire', durability: 'durability' };

export function recommendationOf(variants: readonly VariantSummary[], runsByVariant: ReadonlyMap<string, readonly Run[]>, options: ParetoOptions): Recommendation {
  const candidates: ParetoCandidate[] = [];
  const excluded: { variant: string; reason: string }[] = [];
  for (const { name, durability } of variants) {
    const runs = runsByVariant.get(name) ?? [];
    const usable = runs.filter((run) => reasonAgainst(run) === undefined);
    const reason = runs.map(reasonAgainst).find((each) => each !== undefined);
    if (usable.length === 0 || usable.length < Math.min(RUNS_MIN, runs.length)) excluded.push({ variant: name, reason: reason ?? 'it has no run' });
    else candidates.push({ variant: name, durability, valuesByAxis: valuesOf(usable) });
  }
  const { front, beaten } = paretoFront(candidates, options);
  const common = Math.min(...candidates.map(({ valuesByAxis }) => valuesByAxis.throughput?.size ?? 0));
  const parts = { front, beaten, excluded };
  return { ...parts, words: wordsOf(parts, { variants, candidates, hasEnough: candidates.length > 0 && common >= RUNS_MIN, common, options }) };
}

function reasonAgainst(run: Run): string | undefined {
  const [first] = ownReasons(run);
  return first?.reason;
}

/** A figure that one of the runs lacks is left out. */
function valuesOf(runs: readonly Run[]): ParetoCandidate['valuesByAxis'] {
  const metrics = metricsOf(runs);
  const entries = (Object.entries(METRIC_BY_AXIS) as [FigureAxis, string][]).flatMap(([axis, id]) => {
    const metric = metrics.find((each) => each.id === id);
    const values = runs.map((run): [number, number | undefined] => {
      const value = metric?.valueOf(run);
      return [run.repeat?.block ?? 0, typeof value === 'number' && value > 0 ? value : undefined];
    });
    return values.every((entry): entry is [number, number] => entry[1] !== undefined) ? [[axis, new Map(values)] as const] : [];
  });
  return Object.fromEntries(entries);
}

interface Context {
  readonly candidates: readonly ParetoCandidate[];
  readonly variants: readonly VariantSummary[];
  readonly hasEnough: boolean;
  readonly common: number;
  readonly options: ParetoOptions;
}

function wordsOf({ front, beaten, excluded }: Omit<Recommendation, 'words'>, { variants, candidates, hasEnough, common, options }: Context): string {
  const left = excluded.map(({ variant, reason }) => `${variant} is left out: ${reason}.`);
  if (front.length === 0) return ['Nothing can be recommended: no variant has a run that speaks of the target.', ...left].join(' ');
  if (variants.length === 1) return [`There is one variant, ${front[0]}: nothing to choose from.`, ...left].join(' ');
  if (!hasEnough) {
    return [`Nothing is recommended: ${counted(common, 'block')} with every variant cannot tell a difference from chance (${RUNS_MIN} at least). The table shows what was seen.`, ...left].join(' ');
  }
  const margin = `${Number((options.minDifference * 100).toPrecision(6))} %`;
  if (front.length === 1) {
    return [`Take ${front[0]}: over throughput, publish p99, bytes on the wire and durability together no variant is better in anything that matters (${margin}).`, ...beaten.map(beatenSentence), ...left].join(' ');
  }
  const strengths = strengthsOf({ variants: variants.filter(({ name }) => front.includes(name)), candidates }, options);
  const head = `The choice is between ${inRow(front)}: no variant beats another over throughput, publish p99, bytes on the wire and durability together.`;
  const indifferent = `Nothing shows that they differ by more than ${margin}: take the simplest.`;
  return [head, ...(strengths.length === 0 ? [indifferent] : strengths), ...beaten.map(beatenSentence), ...left].join(' ');
}

/** For each figure, the lowest (or highest) variant of the front that is really ahead of others there, and of whom; then what each promises. */
function strengthsOf({ variants, candidates }: { variants: readonly VariantSummary[]; candidates: readonly ParetoCandidate[] }, options: ParetoOptions): string[] {
  const sentences: string[] = [];
  for (const { axis, words, isHigher, text } of STRENGTHS) {
    const measured = variants.flatMap(({ name, figures }) => {
      const value = figures[METRIC_BY_AXIS[axis]]?.median;
      const candidate = candidates.find((each) => each.variant === name);
      return value === undefined || candidate === undefined ? [] : [{ name, value, candidate }];
    });
    const sorted = measured.toSorted((a, b) => (isHigher ? b.value - a.value : a.value - b.value));
    for (const { name, value, candidate } of sorted) {
      const behind = sorted.filter((each) => isAhead(axis, { winner: candidate, loser: each.candidate }, options));
      if (behind.length === 0) continue;
      sentences.push(`${name} has ${words} (${text(value)}) than ${inRow(behind.map((each) => `${each.name} (${text(each.value)})`))}.`);
      break;
    }
  }
  const promises = new Set(variants.map(({ durability }) => durability.words));
  if (promises.size > 1) sentences.push(`By durability: ${variants.map(({ name, durability }) => `${name} is acknowledged ${inPlaceOf(durability)}`).join('; ')}.`);
  return sentences;
}

const STRENGTHS: readonly { readonly axis: FigureAxis; readonly words: string; readonly isHigher: boolean; readonly text: (value: number) => string }[] = [
  { axis: 'p99', words: 'a lower publish p99', isHigher: false, text: latencyText },
  { axis: 'bytes', words: 'fewer bytes on the wire', isHigher: false, text: (value) => `${significant(value)} B a record` },
  { axis: 'throughput', words: 'more throughput', isHigher: true, text: (value) => `${rateText(value)} records/s` },
];

function inPlaceOf({ level, words }: VariantSummary['durability']): string {
  return level === 0 ? 'by nobody' : `once it is ${words}`;
}

function beatenSentence({ variant, by, better }: BeatenVariant): string {
  const what = better.map(({ axis, ratio }) => (ratio === null ? `more ${WORDS[axis]}` : `${WORDS[axis]} ${changeText(ratio)}`)).join(', ');
  return `${variant} is beaten by ${by}: ${what}, and nothing worse.`;
}

function inRow(names: readonly string[]): string {
  return names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
