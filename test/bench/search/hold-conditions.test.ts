import { describe, expect, it } from 'vitest';
import { conditionsInWords, holdFailures } from '../../../bench/search/hold-conditions.ts';
import { parseThreshold } from '../../../bench/experiment/thresholds.ts';
import type { Measured, Run } from '../../../results/run.ts';
import { damagedLogRun, runWithoutRecords, sampleRun } from '../../results/sample-run.ts';

const OBJECTIVES = [parseThreshold('publish.p99', '< 1s')];

function conditionsFailedBy(run: Run, objectives = OBJECTIVES): string[] {
  return holdFailures(run, objectives).map(({ condition }) => condition);
}

function measuring(changes: (measured: Measured) => Partial<Measured>): Run {
  const run = sampleRun();
  return { ...run, measured: { ...run.measured, ...changes(run.measured) } };
}

describe('holdFailures', () => {
  it('finds nothing in a run that kept its rate', () => {
    expect(holdFailures(sampleRun(), OBJECTIVES)).toEqual([]);
  });

  it('counts a run that was cut short for nothing else', () => {
    expect(holdFailures(runWithoutRecords(), OBJECTIVES)).toEqual([{ condition: 'completed', words: 'partial: interrupted by SIGINT before the measured window' }]);
  });

  it('names lost records before all that is slow', () => {
    expect(conditionsFailedBy(sampleRun({ verification: damagedLogRun().verification }))[0]).toBe('verified');
  });

  it.each([
    ['99.4 % of the offered rate', 0.994, ['achieved']],
    ['99.6 % of the offered rate', 0.996, []],
  ])('takes %s for what it is', (_words, share, failed) => {
    const run = measuring(({ throughput }) => ({ throughput: { ...throughput, achievedPerSecond: (throughput.offeredPerSecond ?? 0) * share } }));
    expect(conditionsFailedBy(run)).toEqual(failed);
  });

  it('counts failed and unsent records, though the rate looks reached', () => {
    const run = measuring(({ throughput }) => ({ throughput: { ...throughput, total: { ...throughput.total, failedRecords: 3, unsentRecords: 7 } } }));
    expect(holdFailures(run, OBJECTIVES).map(({ words }) => words)).toEqual(['3 records failed', '7 records were never sent']);
  });

  it('holds the objective against the run, and says what was found', () => {
    const failures = holdFailures(sampleRun(), [parseThreshold('publish.p99', '< 1ms')]);
    expect(failures).toHaveLength(1);
    expect(failures[0]?.words).toMatch(/^publish\.p99 [\d.]+ m?s, not < 1ms$/);
  });

  it('sees a group fall behind, but not one that is only a little late throughout', () => {
    const lagging = (lagAt: (second: number) => number): Run =>
      measuring(({ seconds }) => ({ seconds: seconds.map((each) => ({ ...each, lagRecordsByGroup: { ...each.lagRecordsByGroup, realtime: lagAt(each.second) } })) }));
    expect(conditionsFailedBy(lagging((second) => second * 10_000))).toEqual(['lag']);
    expect(conditionsFailedBy(lagging(() => 90_000))).toEqual([]);
    expect(conditionsFailedBy(lagging((second) => (second === 20 ? 900_000 : 2000)))).toEqual([]);
  });

  it('blames the generator only beside a failure', () => {
    const warnings: Run['warnings'] = [{ code: 'generator-saturated', cause: 'load 0 was busy 97 % of the time', effect: 'it was late itself', remedy: 'more --workers' }];
    expect(conditionsFailedBy(sampleRun({ warnings }))).toEqual([]);
    expect(conditionsFailedBy(sampleRun({ warnings }), [parseThreshold('publish.p99', '< 1ms')])).toEqual(['objective', 'generator']);
  });
});

it('says the conditions in words, the objectives as they were written', () => {
  expect(conditionsInWords(OBJECTIVES)).toContain('publish.p99 < 1s');
});
