import { describe, expect, it } from 'vitest';
import { parseThreshold, thresholdOutcomes } from '../../../bench/experiment/thresholds.ts';
import type { Run } from '../../../results/run.ts';
import { damagedLogRun, faultRun, sampleRun } from '../../results/sample-run.ts';
import { exactRun } from '../../results/compare/synthetic-runs.ts';

describe('a threshold', () => {
  it.each([
    ['publish.p99', '< 50ms', { operator: '<', factor: 1, operand: 50_000 }],
    ['publish.p99', '<=0.9 * baseline', { operator: '<=', factor: 0.9, operand: 'baseline' }],
    ['throughput.acknowledged', '>= 0.995 * offered', { operator: '>=', factor: 0.995, operand: 'offered' }],
    ['throughput.acknowledged', '> 90k/s', { operator: '>', factor: 1, operand: 90_000 }],
    ['wire.bytesPerRecord', '< 0.1 KiB', { operator: '<', factor: 1, operand: 102.4 }],
    ['cpu.brokers', '< 5 s', { operator: '<', factor: 1, operand: 5 }],
    ['records.lost', '== 0', { operator: '==', factor: 1, operand: 0 }],
    ['endToEnd.sink.p99', '< 2s', { operator: '<', factor: 1, operand: 2_000_000 }],
    ['group.my.sink.lagMax', '< 5000', { operator: '<', factor: 1, operand: 5000 }],
    ['group.my.sink.catchUp', '< 5s', { operator: '<', factor: 1, operand: 5_000_000 }],
    ['group.sink.drainRate', '> 50k/s', { operator: '>', factor: 1, operand: 50_000 }],
    ['faults.unavailability', '< 500ms', { operator: '<', factor: 1, operand: 500_000 }],
  ])('of %s reads %s', (metric, expression, expected) => {
    expect(parseThreshold(metric, expression)).toMatchObject(expected);
  });

  it.each([
    ['publish.p99', '50ms', /begins with none of/],
    ['publish.p99', '<', /compares with nothing/],
    ['publish.p99', '< 50', /no duration/],
    ['publish.p99', '< 2 * offered', /only throughput can be held against what was offered/],
    ['throughput.acknowledged', '> 90k', /no rate/],
    ['records.lost', '< few', /is no number/],
    ['publish.p99', '< x * 5ms', /no duration/],
  ])('of %s refuses %s', (metric, expression, message) => {
    expect(() => parseThreshold(metric, expression)).toThrow(message);
  });
});

describe('outcomes', () => {
  const outcome = (metric: string, expression: string, runs: readonly Run[], baseline: readonly Run[] = runs) =>
    thresholdOutcomes([parseThreshold(metric, expression)], new Map([['base', baseline], ['variant', runs]]), 'base')[1];

  it('hold the median of the runs against the limit', () => {
    const runs = [10_000, 11_000, 30_000].map((p50Us) => exactRun(p50Us));
    expect(outcome('publish.p50', '< 11ms', runs)).toMatchObject({ value: 11_000, limit: 11_000, passed: false });
    expect(outcome('publish.p50', '<= 11ms', runs)).toMatchObject({ passed: true });
    expect(outcome('publish.p99', '> 32ms', runs)).toMatchObject({ value: 33_000, passed: true });
  });

  it('hold a variant against the baseline', () => {
    expect(outcome('publish.p50', '< 1.5 * baseline', [exactRun(14_000)], [exactRun(10_000)])).toMatchObject({ limit: 15_000, passed: true });
    expect(outcome('publish.p50', '< 1.5 * baseline', [exactRun(16_000)], [exactRun(10_000)])).toMatchObject({ passed: false });
  });

  it('of faults and of groups hold the worst of a run, and take nothing that did not happen for 0', () => {
    const value = (metric: string, run: Run): unknown => outcome(metric, metric.endsWith('Rate') ? '> 1/s' : metric.endsWith('lagMax') ? '< 1' : '< 1s', [run])?.value;
    const metrics = ['faults.unavailability', 'faults.p99', 'faults.p99Recovery', 'faults.isrRecovery', 'group.realtime.lagMax', 'group.realtime.catchUp', 'group.realtime.drainRate', 'group.sink.catchUp', 'group.sink.rebalancePause'];
    expect(metrics.map((metric) => value(metric, faultRun()))).toEqual([659_000, 640_000, 1_796_000, 6_938_000, 3120, 1_000_000, 142_000, 0, 0]);
    expect(metrics.map((metric) => value(metric, sampleRun()))).toEqual(metrics.map(() => null));
  });

  it('hold throughput against what was offered', () => {
    expect(outcome('throughput.acknowledged', '>= 0.995 * offered', [exactRun(10_000)])).toMatchObject({ limit: 99_500, passed: true });
  });

  it('take the worst run for counts of records', () => {
    expect(outcome('records.lost', '== 0', [sampleRun()])).toMatchObject({ value: 0, passed: true });
    expect(outcome('records.lost', '== 0', [sampleRun(), damagedLogRun()])).toMatchObject({ passed: false });
    expect(outcome('records.lost', '== 0', [sampleRun({ verification: { kind: 'skipped', reason: 'off' } })])).toMatchObject({ value: null, passed: false });
  });

  it('do not hold without a run', () => {
    expect(outcome('publish.p99', '< 1 h', [])).toMatchObject({ value: null, passed: false });
    expect(outcome('publish.p99', '< 9 * baseline', [exactRun(1)], [])).toMatchObject({ limit: null, passed: false });
  });
});
