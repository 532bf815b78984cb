import { expect, test } from 'vitest';
import { checkPublishedFigure } from '../../../sizing/peers/published-figure.ts';
import { expectReproduced, type ContradictedVector, type ReproducedVector } from './vector.ts';
import { vectors } from './vectors.ts';

const reproduced = vectors.filter((each): each is ReproducedVector => each.kind === 'reproduced');
const contradicted = vectors.filter((each): each is ContradictedVector => each.kind === 'contradicted');

test.each(reproduced)('vector $number ($source) is reproduced', ({ number, computed, expected, tolerance }) => {
  const values = computed();
  for (const [name, value] of Object.entries(expected)) expectReproduced(values[name], value, { name: `${number} ${name}`, ...(tolerance === undefined ? {} : { tolerance }) });
});

test.each(contradicted)('vector $number ($source) is flagged with its reason', ({ figure, explanation, reason }) => {
  const verdict = checkPublishedFigure(figure());
  expect(verdict.kind).toBe('contradicted');
  if (verdict.kind !== 'contradicted') return;
  expect(verdict.reason).toMatch(reason);
  expect(verdict.explanations[0]?.kind ?? null).toBe(explanation);
});

test('every vector has its own number, and all collected ones are there', () => {
  const numbers = vectors.map(({ number }) => number);
  expect(new Set(numbers).size).toBe(numbers.length);
  const collected = ['1', '2', '4', '5', '6', '9', '10', '11', '12', '13', '14', '16', '19', '20', '21', '23', '26a', '27', '28', '29a', '30', '31', '33', '34', '35a', '36a', '37', '38', '39', '40', '41'];
  expect(numbers).toEqual(expect.arrayContaining(collected));
});

test('the rule of reproduction refuses a whole number that is off by one and a figure that is off by one per cent', () => {
  expect(() => expectReproduced(25, 24, { name: 'brokers' })).toThrow(/25 for 24/);
  expect(() => expectReproduced(1.01, 1.0001, { name: 'ratio' })).toThrow(/1\.01 for 1\.0001/);
  expect(() => expectReproduced(undefined, 24, { name: 'missing' })).toThrow(/undefined for 24/);
});
