import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isCovered, residual, summaryOf, type SizingStudyResult, type SizingStudyRow } from '../../../results/study/sizing-study.ts';
import { sizingStudyText } from '../../../results/study/sizing-study-text.ts';

const row = (name: string, predicted: number, measured: number): SizingStudyRow => ({ name, wireBytesPerRecord: null, p99Seconds: null, maximumPerSecond: { predicted, low: predicted * 0.9, high: predicted * 1.1, measured, runIds: [name] } });

it('a prediction is off by its share of what was measured, and covered inside its interval, ends included', () => {
  const outcome = { predicted: 120, low: 100, high: 150, measured: 100, runIds: ['a'] };
  expect(residual(outcome)).toBeCloseTo(0.2, 12);
  expect(isCovered(outcome)).toBe(true);
  expect(isCovered({ ...outcome, measured: 99 })).toBe(false);
});

it('a summary counts what is within the target and what is covered, and names the worst', () => {
  const rows = [row('good', 100, 100), row('fair', 110, 100), row('poor', 200, 100), row('low', 88, 100)];
  expect(summaryOf(rows, 'maximumPerSecond', 0.15)).toEqual({ count: 4, withinTarget: 3, covered: 2, medianError: expect.closeTo(0.11, 9), worst: 'poor' });
  expect(summaryOf(rows, 'p99Seconds', 0.35)).toBeNull();
});

it('the stored study says what its page says: where it holds, and where it does not', () => {
  const stored = JSON.parse(readFileSync(new URL('../../../docs/studies/sizing.json', import.meta.url), 'utf8')) as SizingStudyResult;
  const page = readFileSync(new URL('../../../docs/studies/sizing.md', import.meta.url), 'utf8');
  expect(page).toContain(sizingStudyText(stored, { width: 100, isColored: false }).trim().split('\n').at(3));
  const [rate, latency] = [summaryOf(stored.rows, 'maximumPerSecond', 0.15), summaryOf(stored.rows, 'p99Seconds', 0.35)];
  expect(page).toContain(`${rate?.withinTarget} of ${rate?.count} within 15 %`);
  expect(page).toContain(`${latency?.withinTarget} of ${latency?.count} within 35 %`);
});
