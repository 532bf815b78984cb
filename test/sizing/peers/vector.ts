/** What a published figure looks like as a fixture, and the rule by which a computed one reproduces it. */
import { expect } from 'vitest';
import type { Explanation } from '../../../sizing/peers/published-figure.ts';

/** P: published in the source · R: recomputed from the published formula or program · E: printed, and arithmetically wrong. */
export type VectorMark = 'P' | 'R' | 'E';

/** A whole number is met exactly, everything else within 0.5 % or the tolerance of the vector; `about`: the source rounds a whole number itself. */
export type Expected = number | { readonly about: number };

export interface ReproducedVector {
  readonly kind: 'reproduced';
  readonly number: string;
  readonly mark: VectorMark;
  readonly source: string;
  readonly computed: () => Readonly<Record<string, number>>;
  readonly expected: Readonly<Record<string, Expected>>;
  readonly tolerance?: number;
  /** How the source rounds, or what its inputs leave open. */
  readonly remark?: string;
}

/** The check must flag the figure and say why. */
export interface ContradictedVector {
  readonly kind: 'contradicted';
  readonly number: string;
  readonly mark: VectorMark;
  /** Among the doubtful figures that the comparison shows. */
  readonly id: string;
  /** Of the nearest explanation; null: no slip explains it, and none must be claimed. */
  readonly explanation: Explanation['kind'] | null;
  readonly reason: RegExp;
}

export type Vector = ReproducedVector | ContradictedVector;

export function expectReproduced(computed: number | undefined, expected: Expected, { tolerance = 0.005, name }: { tolerance?: number; name: string }): void {
  const target = typeof expected === 'number' ? expected : expected.about;
  const isExact = typeof expected === 'number' && Number.isInteger(expected);
  const error = Math.abs((computed ?? Number.NaN) / target - 1);
  expect(error, `${name}: ${computed} for ${target}`).toBeLessThanOrEqual(isExact ? 1e-12 : tolerance);
}

/** Of an answer, what can be compared as numbers. */
export function numbersOf(answer: object): Record<string, number> {
  return Object.fromEntries(Object.entries(answer).filter((each): each is [string, number] => typeof each[1] === 'number'));
}
