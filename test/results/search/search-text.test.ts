import { expect, it } from 'vitest';
import { searchText } from '../../../results/search/search-text.ts';
import { sampleSearch } from '../sample-results.ts';

const PLAIN = { width: 100, isColored: false };

const RESULT = sampleSearch();

it('leads with the rate, its interval and the latency at it', () => {
  const lines = searchText(RESULT, PLAIN).split('\n');
  expect(lines[0]).toContain('clickstream-max, 5 runs in 6 min 52 s');
  expect(lines[1]).toMatch(/sustained +81,200 +records\/s +95 % interval 76,000 - 86,000/);
  expect(lines[2]).toMatch(/at it +88(\.0)? ms +p99/);
  expect(lines[3]).toMatch(/at 73,000 +51(\.0)? ms +p99.*nine tenths/);
});

it('gives every run once, in the order of the rates, the closed loop last', () => {
  const rates = [...searchText(RESULT, PLAIN).matchAll(/^ +([\d,]+|–) +[\d,]+ .* (?:search|curve|confirmation|ceiling)\b/gm)].map(([, rate]) => rate);
  expect(rates).toEqual(['8,120', '73,000', '81,200', '95,000', '–']);
});

it('says what stood against more', () => {
  const text = searchText(RESULT, { ...PLAIN, width: 120 });
  expect(text).toContain('Above it failed: the objective (1 of 1 runs).');
  expect(text).toContain('no: publish.p99 412 ms');
});

it('calls a rate that fresh runs refuted an estimate, and advises the lower end', () => {
  const text = searchText({ ...RESULT, sustained: { ratePerSecond: 81_200, low: 70_000, high: 86_000, confirmedBy: 0, refutedBy: 2 } }, PLAIN);
  expect(text).toMatch(/estimate +81,200/);
  expect(text).not.toMatch(/^ +sustained/m);
  expect(text).toContain('! 2 fresh runs at the estimate did not hold');
});

it.each([
  [{ kind: 'noRateHolds', lowestTried: 2030 }, /No rate held, down to 2,030 records\/s/],
  [{ kind: 'ceilingFailed', reason: 'broker 2 ended' }, /broker 2 ended/],
  [{ kind: 'interrupted' }, /Interrupted before there was an answer/],
] as const)('says why there is no answer: %o', (end, words) => {
  expect(searchText({ ...RESULT, sustained: null, end }, PLAIN)).toMatch(words);
});

it.each([60, 80, 120])('keeps to %i columns', (width) => {
  for (const line of searchText(RESULT, { width, isColored: false }).split('\n')) expect(line.length).toBeLessThanOrEqual(width);
});
