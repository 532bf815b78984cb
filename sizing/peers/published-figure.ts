/**
 * Holds a published figure against the same figure recomputed. When they contradict each other it says by how much and which slip of units,
 * or which other quantity, would explain it. Knows no peer and no formula: both figures are given.
 */
import { significant } from '../../results/render/number-text.ts';
import { type FigureUnit, readFigureUnit } from './figure-units.ts';

export interface Figure {
  readonly value: number;
  /** As in `figure-units.ts`. */
  readonly unit: string;
}

/** Another quantity of the same source that the figure may really be: the burst instead of the baseline, one broker instead of all. */
export interface Alternative {
  readonly what: string;
  readonly figure: Figure;
}

export interface PublishedFigure {
  readonly published: Figure;
  readonly computed: Figure;
  /** How the computed one came about, for the reason. */
  readonly formula: string;
  /** Relative; default 0.005. */
  readonly tolerance?: number;
  readonly alternatives?: readonly Alternative[];
}

export type FigureVerdict =
  | { readonly kind: 'agrees'; readonly relativeError: number }
  | {
      readonly kind: 'contradicted';
      /** Published over computed, in one unit; null: they cannot be compared. */
      readonly ratio: number | null;
      /** The computed one in the unit of the published one; null as above. */
      readonly recomputed: number | null;
      readonly reason: string;
      /** The part of the reason that says what was probably mixed up, or that nothing explains it. */
      readonly likely: string;
      /** What was probably meant, the nearest first. Empty: no known slip comes near. */
      readonly explanations: readonly Explanation[];
    };

export interface Explanation {
  readonly kind: 'binary-prefix' | 'bits-for-bytes' | 'time-unit' | 'power-of-ten' | 'prefix-step' | 'other-quantity';
  readonly sentence: string;
  /** How far the published figure lies from what the slip would give. */
  readonly remainder: number;
}

interface Slip {
  readonly kind: Explanation['kind'];
  readonly sentence: string;
  /** Published over computed if the slip was made. */
  readonly ratio: number;
}

/** A slip explains a figure that was rounded once more on its way: within 2 %. */
const EXPLAINED_WITHIN = 0.02;
const TOLERANCE = 0.005;

/** Throws FigureUnitError for a unit that cannot be read, RangeError for a figure that is not positive. */
export function checkPublishedFigure({ published, computed, formula, tolerance = TOLERANCE, alternatives = [] }: PublishedFigure): FigureVerdict {
  const [publishedUnit, computedUnit] = [readFigureUnit(published.unit), readFigureUnit(computed.unit)];
  for (const { value } of [published, computed]) {
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`a figure to be checked is above 0, not ${value}`);
  }
  if (publishedUnit.quantity !== computedUnit.quantity || publishedUnit.isRate !== computedUnit.isRate) {
    return { kind: 'contradicted', ratio: null, recomputed: null, likely: 'it is another kind of quantity', reason: `${figureText(published)} is printed, but ${formula} gives ${figureText(computed)}: another kind of quantity`, explanations: [] };
  }
  const recomputed = (computed.value * computedUnit.factor) / publishedUnit.factor;
  const ratio = published.value / recomputed;
  const relativeError = Math.abs(ratio - 1);
  if (relativeError <= tolerance) return { kind: 'agrees', relativeError };
  const slips = [...alternatives.flatMap((each) => alternativeSlip(each, { publishedUnit, recomputed })), ...unitSlips(publishedUnit)];
  const explanations = slips
    .map(({ kind, sentence, ratio: expected }) => ({ kind, sentence, remainder: Math.abs(ratio / expected - 1) }))
    .filter(({ remainder }) => remainder <= EXPLAINED_WITHIN)
    .sort((a, b) => a.remainder - b.remainder);
  const [first] = explanations;
  const likely = first === undefined ? 'no known slip of units explains it' : first.sentence + (first.remainder > tolerance ? `, to ${significant(first.remainder * 100)} %` : '');
  return { kind: 'contradicted', ratio, recomputed, likely, reason: `${figureText(published)} is printed, but ${formula} gives ${figureText({ value: recomputed, unit: published.unit })} (${significant(ratio)} times): ${likely}`, explanations };
}

function alternativeSlip({ what, figure }: Alternative, { publishedUnit, recomputed }: { publishedUnit: FigureUnit; recomputed: number }): Slip[] {
  const unit = readFigureUnit(figure.unit);
  // A figure taken for another is often of another kind (IOPS for MB/s): then the bare numbers are what was mixed up.
  const isComparable = unit.quantity === publishedUnit.quantity && unit.isRate === publishedUnit.isRate;
  const value = isComparable ? (figure.value * unit.factor) / publishedUnit.factor : figure.value;
  return [{ kind: 'other-quantity', sentence: `it is ${what} (${figureText(figure)})`, ratio: value / recomputed }];
}

function unitSlips(unit: FigureUnit): Slip[] {
  const slips: Slip[] = [];
  const add = (kind: Slip['kind'], sentence: string, ratio: number): void => void slips.push({ kind, sentence, ratio });
  if (unit.quantity === 'bytes') {
    const whole = 1.024 ** unit.prefixPower;
    if (unit.prefixPower > 0) {
      const [own, other] = unit.isBinary ? ['powers of 1,024', 'powers of 1,000'] : ['powers of 1,000', 'powers of 1,024'];
      add('binary-prefix', `the unit means ${own}, the number counts in ${other}`, unit.isBinary ? whole : 1 / whole);
      for (let steps = 1; steps < unit.prefixPower; steps++) add('binary-prefix', `${steps === 1 ? 'one step' : `${steps} steps`} of ${unit.prefixPower} between the prefixes counted with ${unit.isBinary ? '1,000' : '1,024'}`, unit.isBinary ? 1.024 ** steps : 1 / 1.024 ** steps);
      add('prefix-step', 'the prefix is one step too small', 1000);
      add('prefix-step', 'the prefix is one step too large', 1 / 1000);
    }
    add('bits-for-bytes', unit.isBits ? 'bytes are counted, bits are printed' : 'bits are counted, bytes are printed', unit.isBits ? 1 / 8 : 8);
    add('bits-for-bytes', unit.isBits ? 'bits were multiplied by 8 once more' : 'bytes were divided by 8 as if they were bits', unit.isBits ? 8 : 1 / 8);
  }
  if (unit.perSeconds !== null) for (const [name, factor] of TIMES) {
    add('time-unit', `${name}: ${significant(factor)} times too much`, factor);
    add('time-unit', `${name}: ${significant(factor)} times too little`, 1 / factor);
  }
  for (const [words, factor] of [['one place', 10], ['two places', 100]] as const) {
    add('power-of-ten', `the decimal point, ${words} too far right`, factor);
    add('power-of-ten', `the decimal point, ${words} too far left`, 1 / factor);
  }
  return slips;
}

const TIMES: readonly (readonly [string, number])[] = [
  ['seconds and minutes, or minutes and hours, confused', 60],
  ['seconds and hours confused', 3600],
  ['hours and days confused', 24],
  ['seconds and days confused', 86_400],
  ['days and months confused', 30],
  ['months and years confused', 12],
  ['days and years confused', 365],
];

function figureText({ value, unit }: Figure): string {
  return `${significant(value)} ${unit}`;
}
