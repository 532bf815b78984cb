import { expect, it } from 'vitest';
import { loadWords } from '../../../results/render/load-words.ts';
import type { RateShapeRecord } from '../../../results/run.ts';
import { runHtml } from '../../../results/html/run-html.ts';
import { runText } from '../../../results/render/run-text.ts';
import { sampleRun } from '../sample-run.ts';

const RANGE = { meanPerSecond: 30_000, lowestPerSecond: 10_000, highestPerSecond: 60_000 };

it.each<[RateShapeRecord, string]>([
  [{ kind: 'steps', steps: [{ ratePerSecond: 10_000, seconds: 5 }, { ratePerSecond: 60_000, seconds: 2 }] }, '2 steps: 10,000 for 5 s, 60,000 for 2 s records/s, the last one held'],
  [{ kind: 'steps', steps: [{ ratePerSecond: 10_000 }, { ratePerSecond: 60_000 }] }, '2 steps: 10,000, 60,000 records/s, as long as each other'],
  [{ kind: 'ramp', fromPerSecond: 10_000, toPerSecond: 60_000 }, 'ramp from 10,000 to 60,000 records/s'],
  [{ kind: 'ramp', fromPerSecond: 10_000, toPerSecond: 60_000, overSeconds: 5 }, 'ramp from 10,000 to 60,000 records/s in 5 s, then held'],
  [{ kind: 'bursts', basePerSecond: 10_000, burstPerSecond: 60_000, everySeconds: 10, burstSeconds: 2 }, '10,000 records/s with bursts of 60,000 for 2 s of every 10 s'],
  [{ kind: 'day', troughPerSecond: 10_000, peakPerSecond: 60_000 }, 'a day in the measured window: 10,000 records/s at 04:00, 60,000 at 16:00'],
  [{ kind: 'hours', ratePerSecond: 60_000, factors: [0.2, 1] }, 'a day in the measured window: 60,000 records/s times 2 factors from 00:00 on (0.200 to 1)'],
  [{ kind: 'trace', path: 'a.csv', repeats: true, points: 600, seconds: 600 }, 'trace a.csv, 600 points over 10 min, repeated'],
])('%j reads as words', (shape, words) => {
  expect(loadWords({ kind: 'shaped', shape, arrivals: 'poisson', ...RANGE })).toBe(`${words} (mean 30,000 records/s, seconds from 10,000 to 60,000), poisson arrivals`);
});

it('terminal and page draw what a changing load offered beside what was acknowledged', () => {
  const plain = sampleRun();
  const run = {
    ...plain,
    configuration: { ...plain.configuration, load: { kind: 'shaped', shape: { kind: 'ramp', fromPerSecond: 10_000, toPerSecond: 60_000 }, arrivals: 'constant', ...RANGE } as const },
    measured: { ...plain.measured, seconds: plain.measured.seconds.map((each) => ({ ...each, offeredRecords: 1000 * (each.second + 1) })) },
  };
  const text = runText(run, { width: 120, isColored: false });
  expect(text).toMatch(/load +ramp from 10,000 to 60,000 records\/s/);
  expect(text).toMatch(/^ {2}offered +▁+▂/m);
  const page = runHtml(run);
  expect(page).toContain('ramp from 10,000 to 60,000 records/s');
  expect(page).toContain('beside the rate that was offered, at most 60,000 records/s');
});
