import { expect, test } from 'vitest';
import { doubtfulFigures, figuresThatDoNotHold, type DoubtfulFigure } from '../../../sizing/peers/printed-figures.ts';
import { checkPublishedFigure } from '../../../sizing/peers/published-figure.ts';
import { expectReproduced, type ContradictedVector, type ReproducedVector } from './vector.ts';
import { vectors } from './vectors.ts';

const reproduced = vectors.filter((each): each is ReproducedVector => each.kind === 'reproduced');
const contradicted = vectors.filter((each): each is ContradictedVector => each.kind === 'contradicted');

test.each(reproduced)('vector $number ($source) is reproduced', ({ number, computed, expected, tolerance }) => {
  const values = computed();
  for (const [name, value] of Object.entries(expected)) expectReproduced(values[name], value, { name: `${number} ${name}`, ...(tolerance === undefined ? {} : { tolerance }) });
});

test.each(contradicted)('vector $number ($id) is flagged with its reason', ({ id, explanation, reason }) => {
  const found = doubtfulFigures.find((each) => each.id === id) as DoubtfulFigure;
  const verdict = checkPublishedFigure(found.figure());
  expect(verdict.kind).toBe('contradicted');
  if (verdict.kind !== 'contradicted') return;
  expect(verdict.reason).toMatch(reason);
  expect(verdict.explanations[0]?.kind ?? null).toBe(explanation);
});

test('what the comparison shows as figures that do not hold are the contradicted vectors, all of them and no other', () => {
  const shown = figuresThatDoNotHold();
  expect(shown.map(({ id }) => id).toSorted()).toEqual(contradicted.map(({ id }) => id).toSorted());
  expect(shown.filter(({ source, reason, formula }) => source === '' || reason === '' || formula === '')).toEqual([]);
  expect(shown.find(({ id }) => id === 'ksqldb.pipeline')).toMatchObject({ peer: 'ksqlDB', printed: '7.7 MB/s', computed: '7.14 MB/s', formula: '1 / (1/50 + 1/25 + 1/12.5)', reason: 'no known slip of units explains it' });
  expect(shown.find(({ id }) => id === 'automq.storage')).toMatchObject({ printed: '126,562.5 GB', computed: '129,600 GB' });
});

test('a figure that holds is not shown', () => {
  const whole = { value: 100, unit: 'GB' };
  const rest = { peer: 'P', what: 'w', source: 's' };
  const figures = figuresThatDoNotHold([
    { id: 'right', ...rest, figure: () => ({ published: whole, computed: { value: 1e11, unit: 'B' }, formula: 'f' }) },
    { id: 'wrong', ...rest, figure: () => ({ published: whole, computed: { value: 133, unit: 'GB' }, formula: 'f' }) },
    { id: 'of another kind', ...rest, figure: () => ({ published: whole, computed: { value: 5, unit: 'brokers' }, formula: 'f' }) },
  ]);
  expect(figures.map(({ id, computed, ratio }) => [id, computed, ratio === null])).toEqual([['wrong', '133 GB', false], ['of another kind', '5 brokers', true]]);
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
