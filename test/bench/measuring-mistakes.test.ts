/**
 * Mistakes that load tools have made, each with a test that would fail if headroom made it too. A test carries the number of its mistake
 * (`T13: ...`); most stand beside what they test, the rest here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HistogramSeries } from '../../bench/latency/histogram-series.ts';
import { LatencyCounts } from '../../bench/latency/latency-counts.ts';
import { openLoopPacer } from '../../bench/load/pacer.ts';
import { createSchedule } from '../../bench/load/schedule.ts';
import { defaultBenchOptions } from '../../bench/bench-options.ts';
import { parseConsumerConfig } from '../../engine/client/consumer-config.ts';
import { compareRuns } from '../../results/compare/compare-runs.ts';
import { EQUIVALENCE_RUNS_MIN, RUNS_MIN } from '../../results/compare/verdict.ts';
import { LatencyHistogram } from '../../results/histogram.ts';
import { validateRun } from '../../results/run-schema.ts';
import { compareCommand } from '../../cli/compare.ts';
import { exactRun } from '../results/compare/synthetic-runs.ts';
import { sampleRun } from '../results/sample-run.ts';

const MISTAKES: Readonly<Record<number, string>> = {
  1: 'drops samples of zero or below a millisecond',
  2: 'counts from the actual send instead of the intended one',
  3: 'leaves waiting for room or for the limiter out of the latency',
  4: 'mixes units in a field, or does not name them',
  5: 'measures while it still searches',
  6: 'ends with 0 when a workload failed',
  7: 'ignores misspelt keys',
  8: 'overwrites the result of another run',
  9: 'samples, caps or rounds what it measured',
  10: 'makes payloads anew in the timed path, without a seed',
  11: 'sends in bursts, or hides delay by catching up',
  12: 'averages percentiles',
  13: 'corrects by an expected interval in the wrong unit',
  14: 'clips values above its range',
  15: 'measures consumers with checks turned off',
  16: 'does not say what a closed loop does not show',
  17: 'shows placeholders as measurements',
  18: 'is wrong far out in the tail',
  19: 'grows with the length of the run',
  20: 'assumes a warm-up',
  21: 'compares what differs in more than one thing without saying so',
  22: 'fails on a record larger than a second of its rate',
  23: 'says other thresholds than it uses',
  24: 'lets a baseline follow every run',
  25: 'has no histogram of the sum of its parts',
  26: 'counts what the client appended, not what the target confirmed',
  27: 'leaves host, versions and configuration out of the result',
  28: 'loses the end of a run, or hangs in it',
  29: 'does not tell the generator’s CPU from the brokers’',
  30: 'runs without keys, or never as long as retention',
};

it('has a test for each mistake, named by its number', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.test.ts'));
  const tested = new Set(files.flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/(?:it|describe|\])\(\s*'T(\d+): /g)].map(([, number]) => Number(number))));
  const missing = Object.entries(MISTAKES).filter(([number]) => !tested.has(Number(number)));
  expect(missing).toEqual([]);
});

describe('latency', () => {
  it('T3: a record that waits for room keeps the time at which it was due', async () => {
    const offered: { dueUs: number; latencyUs: number }[] = [];
    await new Promise<void>((resolve) => {
      const startUs = performance.now() * 1000;
      const schedule = createSchedule({ arrivals: 'constant', ratePerSecond: 1000, worker: 0, workerCount: 1, seed: 1 });
      let refusals = 0;
      const pacer = openLoopPacer(schedule, {
        nowUs: () => performance.now() * 1000 - startUs,
        endUs: 60_000,
        graceUs: 1_000_000,
        onEnd: resolve,
        send: (dueUs, nowUs) => {
          if (dueUs >= 20_000 && refusals === 0) {
            refusals++;
            setTimeout(() => pacer.resume(), 30);
            return false;
          }
          offered.push({ dueUs, latencyUs: nowUs - dueUs });
          return true;
        },
      });
      pacer.start();
    });
    const waited = offered.find(({ dueUs }) => dueUs === 20_000);
    expect(waited?.latencyUs).toBeGreaterThan(28_000);
    expect(offered).toHaveLength(60);
  });

  it('T9: two million samples are two million samples, to the microsecond below 2 ms', () => {
    const counts = new LatencyCounts();
    for (let n = 0; n < 2_000_000; n++) counts.record(n % 2000);
    const { totalCount, counts: buckets } = counts.take();
    expect(totalCount).toBe(2_000_000);
    expect([...buckets.subarray(0, 2000)].every((count) => count === 1000)).toBe(true);
  });

  it('T13: one stall of 2 s at 10 records/s is 20 late records among the records that there are, and leaves p50 alone', () => {
    const [stallFromUs, stallToUs, endUs] = [3e6, 5e6, 6e6];
    const schedule = createSchedule({ arrivals: 'constant', ratePerSecond: 10, worker: 0, workerCount: 1, seed: 1 });
    const histogram = new LatencyHistogram();
    for (; schedule.dueUs < endUs - 1; schedule.advance()) histogram.record(schedule.dueUs >= stallFromUs && schedule.dueUs < stallToUs ? Math.round(stallToUs - schedule.dueUs) : 500);
    expect(histogram.count).toBe(60);
    expect(histogram.percentileUs(50)).toBe(500);
    expect(histogram.countsBetween([1000, 3e6])).toEqual([20]);
    expect(histogram.summary().maxUs).toBe(2e6);
  });

  it('T19: hours of seconds are held in the room of minutes, and nothing is lost to the window', () => {
    const series = new HistogramSeries({ fromSecond: 10, toSecond: 3000, openSeconds: 20 });
    const counts = new LatencyCounts();
    const addTo = (second: number, latencyUs: number, count: number): void => {
      counts.record(latencyUs, count);
      series.add({ second, ...counts.take() });
    };
    for (let second = 0; second < 3000; second++) addTo(second, 1000 + (second % 7), 100);
    addTo(500, 9_000_000, 3);
    const { histogram, meanUs } = series.merge(10, 3000);
    expect(histogram.totalCount).toBe(2990 * 100 + 3);
    expect(histogram.maxValue).toBeGreaterThanOrEqual(9_000_000 * 0.999);
    expect(meanUs).toBeGreaterThan(1000);
    expect(series.seconds()).toHaveLength(3000);
    // Too late to be known: no percentile rather than a wrong one.
    expect(series.at(500)).toEqual({ p50Us: null, p99Us: null, maxUs: 9_000_000 });
    expect(series.at(499)?.p99Us).toBe(1000 + (499 % 7));
    expect(() => series.merge(10, 100)).toThrow(/not held apart/);
  });

  it('T22: half a record a second, and five million, are schedules like others', () => {
    for (const ratePerSecond of [0.5, 5e6]) {
      const schedule = createSchedule({ arrivals: 'constant', ratePerSecond, worker: 0, workerCount: 1, seed: 1 });
      const first = schedule.dueUs;
      for (let n = 0; n < 10; n++) schedule.advance();
      expect(schedule.dueUs - first).toBeCloseTo(1e7 / ratePerSecond, 6);
    }
  });
});

describe('results', () => {
  it('T4: every number of a stored run says its unit in its name, or is a plain count', () => {
    const units = /(Us|UsMax|Ms|Seconds?|MhzMean|PerSecond|Bytes|BytesMax|BytesMean|Cores|CoresMean|CoresMax|Records|RecordsMax|RecordsMean|RecordsFinal|Count|CountMax|Periods|Pages)$/;
    const plain = ['schemaVersion', 'workVersion', 'cgroupVersion', 'loadAverages', 'memoryLimitHits', 'seed', 'count', 'offset', 'gaps', 'partition', 'partitions', 'brokerId', 'leader', 'replicationFactor', 'compressionRatio', 'recordsPerBatch', 'batches', 'requests', 'produce', 'consumerFetch', 'followerFetch', 'controller', 'batchesRetried', 'utilization', 'exponent', 'block', 'position', 'rebalances', 'slack', 'value', 'low', 'high', 'demand', 'capacity', 'perSecond', 'busyShare', 'first', 'second', 'records', 'bytes', 'batchesRead', 'recordsRead', 'corruptBatches', 'recordsCheckedSingly'];
    const names = new Set<string>();
    const visit = (value: unknown, name: string): void => {
      if (typeof value === 'number') names.add(name);
      else if (Array.isArray(value)) value.forEach((each) => visit(each, name));
      else if (typeof value === 'object' && value !== null) for (const [key, each] of Object.entries(value)) visit(each, key);
    };
    const { configuration: _configuration, plan: _plan, ...rest } = sampleRun();
    visit(rest, '');
    const unnamed = [...names].filter((name) => !units.test(name) && !plain.includes(name));
    expect(unnamed.filter((name) => !/Partitions$|ByGroup$|ByError$|isr|groups?$/i.test(name) && !['realtime', 'sink', 'Heartbeat', 'OffsetCommit'].includes(name))).toEqual([]);
  });

  it('T15: consumers check what they read unless somebody says otherwise', () => {
    expect(parseConsumerConfig({ 'group.id': 'g' })['check.crcs']).toBe(true);
    for (const { properties } of defaultBenchOptions.groups) expect(properties).not.toHaveProperty(['check.crcs']);
  });

  it('T23: what compare says of its thresholds is what it does', () => {
    const help = compareCommand().helpInformation().replaceAll(/\s+/g, ' ');
    const { criteria } = comparisonOf(RUNS_MIN);
    expect(help).toContain(`${RUNS_MIN} runs a side are the least for a verdict, ${EQUIVALENCE_RUNS_MIN} to 10 give one`);
    expect(help).toContain(`smallest difference that matters (default: "${criteria.minDifference * 100}")`);
    expect(help).toContain(`(default: "${criteria.alpha}")`);
  });

  it('T27: a result without host, versions, seed, command line or configuration is none', () => {
    for (const part of ['host', 'headroom', 'seed', 'commandLine', 'configuration', 'startedAt'] as const) {
      const { [part]: _, ...rest } = sampleRun();
      expect(validateRun(rest), part).toMatchObject({ kind: 'invalid' });
    }
  });
});

function comparisonOf(runsASide: number) {
  const side = (us: number, name: string) => Array.from({ length: runsASide }, (_, at) => exactRun(us + at, { id: `20260805-00000${at}-${name}` }));
  const outcome = compareRuns(side(1000, 'aaaaaa'), side(1000, 'bbbbbb'));
  if (outcome.kind === 'refused') throw new Error('refused');
  return outcome.comparison;
}
