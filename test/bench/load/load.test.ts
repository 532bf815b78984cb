import { build } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { ErrorsBySecond } from '../../../bench/load/errors-by-second.ts';
import { AcknowledgementGaps } from '../../../bench/latency/acknowledgement-gaps.ts';
import { hostMonotonicUs, hostTimeFrom } from '../../../bench/load/host-time.ts';
import { IntervalLatencies, type IntervalSnapshot } from '../../../bench/latency/interval-latencies.ts';
import { addSnapshot, emptyHistogram, LatencyCounts, LATENCY_US_MAX } from '../../../bench/latency/latency-counts.ts';
import { closedLoopPacer, countUnsent, openLoopPacer } from '../../../bench/load/pacer.ts';
import { createSchedule } from '../../../bench/load/schedule.ts';
import { Xoshiro128 } from '../../../bench/workload/xoshiro128.ts';

describe('schedule', () => {
  it('T11: workers at a constant rate interleave to the whole rate without an error that adds up', () => {
    const due = [0, 1, 2].flatMap((worker) => {
      const schedule = createSchedule({ arrivals: 'constant', ratePerSecond: 30_000, worker, workerCount: 3, seed: 1 });
      const times: number[] = [];
      for (; schedule.dueUs < 1e6 - 1e-6; schedule.advance()) times.push(schedule.dueUs);
      return times;
    });
    expect(due.length).toBe(30_000);
    due.sort((a, b) => a - b);
    due.forEach((dueUs, n) => expect(Math.abs(dueUs - (n * 1e6) / 30_000)).toBeLessThan(1e-6));
  });

  it('Poisson arrivals are a function of the seed, with the mean and the spread of an exponential', () => {
    const seed = 5;
    const gaps = (): number[] => {
      const schedule = createSchedule({ arrivals: 'poisson', ratePerSecond: 1000, worker: 0, workerCount: 1, seed });
      return Array.from({ length: 20_000 }, () => {
        const before = schedule.dueUs;
        schedule.advance();
        return schedule.dueUs - before;
      });
    };
    const first = gaps();
    expect(first).toEqual(gaps());
    const mean = first.reduce((sum, gap) => sum + gap, 0) / first.length;
    const deviation = Math.sqrt(first.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / first.length);
    expect(mean / 1000, `seed ${seed}`).toBeCloseTo(1, 1);
    expect(deviation / mean, `seed ${seed}`).toBeCloseTo(1, 1);
  });
});

describe('pacer', () => {
  const runOpen = (freezeUs: number): Promise<{ dueUs: number; lateUs: number }[]> =>
    new Promise((resolve) => {
      const sent: { dueUs: number; lateUs: number }[] = [];
      const startUs = performance.now() * 1000;
      const nowUs = (): number => performance.now() * 1000 - startUs;
      const schedule = createSchedule({ arrivals: 'constant', ratePerSecond: 10_000, worker: 0, workerCount: 1, seed: 1 });
      let isFrozen = freezeUs > 0;
      const pacer = openLoopPacer(schedule, {
        nowUs,
        endUs: 200_000,
        graceUs: 2_000_000,
        onEnd: () => resolve(sent),
        send: (dueUs, sentUs) => {
          if (isFrozen && dueUs >= 50_000) {
            isFrozen = false;
            setTimeout(() => pacer.resume(), freezeUs / 1000);
            return false;
          }
          sent.push({ dueUs, lateUs: sentUs - dueUs });
          return true;
        },
      });
      pacer.start();
    });

  it('an open loop sends every due record once, none before it is due', async () => {
    const sent = await runOpen(0);
    expect(sent.length).toBe(2000);
    expect(sent.every(({ dueUs, lateUs }, n) => Math.abs(dueUs - n * 100) < 1e-6 && lateUs >= 0)).toBe(true);
  });

  it('T2: a target that freezes for 100 ms shows in all records that were due meanwhile, falling linearly', async () => {
    const sent = await runOpen(100_000);
    expect(sent.length).toBe(2000);
    const during = sent.filter(({ dueUs }) => dueUs >= 50_000 && dueUs < 150_000);
    expect(during.every(({ dueUs, lateUs }) => lateUs >= 150_000 - dueUs - 2000)).toBe(true);
  });

  it('a closed loop counts from the send and stops at the end', async () => {
    let count = 0;
    await new Promise<void>((resolve) => {
      const startUs = performance.now() * 1000;
      closedLoopPacer({
        nowUs: () => performance.now() * 1000 - startUs,
        endUs: 30_000,
        graceUs: 0,
        onEnd: resolve,
        send: (dueUs, nowUs) => (count++, dueUs === nowUs),
      }).start();
    });
    expect(count).toBeGreaterThan(1000);
  });

  it('sends what is due in the middle of other work, but not from within a send, and not while there is no space', () => {
    let nowUs = 0;
    let hasSpace = true;
    const sent: number[] = [];
    const schedule = createSchedule({ arrivals: 'constant', ratePerSecond: 10_000, worker: 0, workerCount: 1, seed: 1 });
    const pacer = openLoopPacer(schedule, {
      nowUs: () => nowUs,
      endUs: 1e6,
      graceUs: 0,
      onEnd: () => {},
      send: (dueUs) => {
        pacer.pump();
        if (hasSpace) sent.push(dueUs);
        return hasSpace;
      },
    });
    nowUs = 250;
    pacer.pump();
    expect(sent).toEqual([0, 100, 200]);
    hasSpace = false;
    nowUs = 300;
    pacer.pump();
    hasSpace = true;
    pacer.pump();
    expect(sent).toEqual([0, 100, 200]);
    pacer.stop();
  });

  it('what was due and not sent is counted', () => {
    const schedule = createSchedule({ arrivals: 'constant', ratePerSecond: 1000, worker: 0, workerCount: 1, seed: 1 });
    for (let i = 0; i < 400; i++) schedule.advance();
    expect(countUnsent(schedule, 1e6)).toBe(600);
  });
});

describe('latencies', () => {
  it('counts fall into the buckets that hdr-histogram-js would use', () => {
    const seed = 9;
    const random = new Xoshiro128(seed);
    const counts = new LatencyCounts();
    const expected = build({ highestTrackableValue: LATENCY_US_MAX, bitBucketSize: 64 });
    for (let i = 0; i < 100_000; i++) {
      const value = Math.floor(2 ** (random.nextFloat() * 32));
      counts.record(value + random.nextFloat() * 0.9);
      expected.recordValue(value);
    }
    for (const edge of [0, 1, 2047, 2048, 2049, 4095, 4096, LATENCY_US_MAX]) {
      counts.record(edge);
      expected.recordValue(edge);
    }
    const histogram = emptyHistogram();
    addSnapshot(histogram, counts.take());
    expect(counts.totalCount).toBe(0);
    expect(histogram.totalCount).toBe(expected.totalCount);
    expect(histogram.maxValue).toBe(expected.maxValue);
    for (const percentile of [0, 1, 10, 50, 90, 99, 99.9, 99.99, 100]) {
      expect(histogram.getValueAtPercentile(percentile), `p${percentile} seed ${seed}`).toBe(expected.getValueAtPercentile(percentile));
    }
  });

  it('T1: zero and negative count as zero, and values above the range are counted as such', () => {
    const counts = new LatencyCounts();
    counts.record(0);
    counts.record(-3);
    counts.record(2 ** 33, 5);
    expect(counts.take()).toMatchObject({ totalCount: 7, minUs: 0, maxUs: 2 ** 33, overflowCount: 5 });
  });

  it('late samples of an old second are handed out for that second again', () => {
    const intervals: IntervalSnapshot[] = [];
    const latencies = new IntervalLatencies((interval) => intervals.push(interval));
    for (const dueUs of [100, 1_500_000, 200, 9_000_000, 5_000_000, 300]) latencies.record(dueUs, 10);
    latencies.flushBefore(Number.POSITIVE_INFINITY);
    const bySecond = new Map<number, number>();
    for (const { second, totalCount } of intervals) bySecond.set(second, (bySecond.get(second) ?? 0) + totalCount);
    expect([...bySecond].sort()).toEqual([[0, 3], [1, 1], [5, 1], [9, 1]]);
  });

  it('the longest gap of a partition starts when a batch began to wait, not when the last one ended', () => {
    const gaps = new AcknowledgementGaps(3);
    gaps.acknowledged(1, 0, 1000);
    gaps.acknowledged(1, 50_000, 52_000);
    gaps.acknowledged(1, 52_500, 60_000);
    expect(gaps.longest()).toEqual([{ partition: 1, startUs: 52_500, durationUs: 7500 }]);
  });

  it('gaps stand by the second in which they ended, of a partition and of the topic; a batch given up waited too', () => {
    const gaps = new AcknowledgementGaps(2);
    gaps.acknowledged(0, 0, 100_000);
    gaps.acknowledged(1, 50_000, 900_000);
    gaps.failed(0, 150_000, 3_000_000);
    gaps.acknowledged(0, 160_000, 3_500_000);
    expect(gaps.bySecond()).toEqual([
      { partition: 1, startUs: 50_000, durationUs: 850_000, topicStartUs: 100_000, topicDurationUs: 800_000 },
      { partition: 0, startUs: 160_000, durationUs: 3_340_000, topicStartUs: 900_000, topicDurationUs: 2_600_000 },
    ]);
  });

  it('errors by second are what the running totals grew by', () => {
    const errors = new ErrorsBySecond();
    errors.note(0, {});
    errors.note(2, { NETWORK_EXCEPTION: 4 });
    errors.note(2, { NETWORK_EXCEPTION: 5, NOT_LEADER_OR_FOLLOWER: 1 });
    errors.note(3, { NETWORK_EXCEPTION: 5, NOT_LEADER_OR_FOLLOWER: 1 });
    expect(errors.toArray()).toEqual([{}, {}, { NETWORK_EXCEPTION: 5, NOT_LEADER_OR_FOLLOWER: 1 }]);
  });

  it('the host clock of a thread follows the shared monotonic clock', () => {
    const time = hostTimeFrom({ startMonotonicUs: hostMonotonicUs(), startEpochUs: 1e15 });
    const sinceStartUs = time.sinceStartUs();
    expect(sinceStartUs).toBeGreaterThan(-50);
    expect(sinceStartUs).toBeLessThan(50_000);
    expect(time.epochUs(sinceStartUs)).toBe(1e15 + sinceStartUs);
  });
});
