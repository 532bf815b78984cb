import { describe, expect, it } from 'vitest';
import { EventReader } from '../../bench/consume/event-reader.ts';
import { ServiceTime } from '../../bench/consume/service-time.ts';
import { HistogramSeries } from '../../bench/latency/histogram-series.ts';
import { LatencyCounts } from '../../bench/latency/latency-counts.ts';
import { PerSecond } from '../../bench/latency/per-second.ts';
import { readProcessUsage } from '../../bench/process-usage.ts';
import type { ServedByProcess } from '../../engine/cluster/broker-messages.ts';
import { UsageSampler } from '../../bench/target/usage-sampler.ts';
import { ClickstreamSource } from '../../bench/workload/clickstream.ts';
import { emptySlot } from '../../bench/workload/record-source.ts';
import { buildBatch } from '../../engine/record/record-batch-builder.ts';

describe('reading fetched batches', () => {
  const source = new ClickstreamSource({ seed: 1, worker: 0, keys: { kind: 'none' } });
  const slot = emptySlot();
  const dueUs = (n: number): number => 1_763_917_612_345_678 + n * 1500;
  const batchOf = (first: number, count: number, compression: 'none' | 'zstd'): Buffer => {
    const records = Array.from({ length: count }, (_, i) => {
      source.fill(slot, first + i, dueUs(first + i));
      return { key: null, value: Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd)), timestampMs: Math.floor(dueUs(first + i) / 1000) };
    });
    return buildBatch(records, { baseOffset: first, compression });
  };
  const fetched = Buffer.concat([batchOf(0, 3, 'zstd'), batchOf(3, 4, 'none'), batchOf(7, 2, 'zstd').subarray(0, 80)]);
  const read = (isStamped: boolean, fromOffset: number): { due: number[]; nextOffset: number; records: number } => {
    const due: number[] = [];
    const { nextOffset, records } = new EventReader(isStamped).read(fetched, fromOffset, (epochUs) => due.push(epochUs));
    return { due, nextOffset, records };
  };

  it('gives the due time of each record to the microsecond, and leaves a cut batch for the next fetch', () => {
    expect(read(true, 0)).toEqual({ due: [0, 1, 2, 3, 4, 5, 6].map(dueUs), nextOffset: 7, records: 7 });
  });

  it('skips records that came along with their batch and were read before', () => {
    expect(read(true, 5)).toEqual({ due: [5, 6].map(dueUs), nextOffset: 7, records: 2 });
  });

  it('counts records that come again, because who had read them was gone before it had committed', () => {
    const reader = new EventReader(true);
    expect([0, 3, 5, 7].map((fromOffset) => ({ ...reader.read(fetched, fromOffset, () => {}) })).map(({ records, rereadRecords }) => [records, rereadRecords])).toEqual([[7, 0], [4, 3], [2, 5], [0, 7]]);
  });

  it('without stamps gives the record timestamp in whole milliseconds', () => {
    expect(read(false, 3).due).toEqual([3, 4, 5, 6].map((n) => Math.floor(dueUs(n) / 1000) * 1000));
  });
});

describe('what a run sums up', () => {
  it('a lag that nobody looked at for a second is the last one seen, and not none', () => {
    const lag = new PerSecond();
    for (const [timeUs, records] of [[500_000, 3], [1_200_000, 900], [4_100_000, 5]] as const) lag.set(timeUs, records);
    expect([lag.toHeldArray(), lag.toArray()]).toEqual([[3, 900, 900, 900, 5], [3, 900, 0, 0, 5]]);
  });

  it('histograms of a window are the merged samples of its seconds, with the exact mean', () => {
    const series = new HistogramSeries();
    const add = (second: number, values: readonly number[]): void => {
      const counts = new LatencyCounts();
      for (const value of values) counts.record(value);
      series.add({ second, ...counts.take() });
    };
    add(0, [1_000_000]);
    add(1, [1, 2, 3]);
    add(2, [100_000]);
    add(1, [4]);
    const { histogram, meanUs } = series.merge(1, 3);
    expect([histogram.totalCount, meanUs]).toEqual([5, 100_010 / 5]);
    expect(histogram.getValueAtPercentile(50)).toBe(3);
    expect(histogram.getValueAtPercentile(100)).toBeGreaterThanOrEqual(100_000);
    expect(series.seconds()).toEqual([0, 1, 2]);
  });

  it('counts by second have no holes', () => {
    const counts = new PerSecond();
    counts.add(3_500_000, 2);
    counts.add(-1, 1);
    expect(counts.toArray()).toEqual([1, 0, 0, 2]);
  });

  it('a slow consumer sleeps what its records cost, without CPU', () => {
    const service = new ServiceTime(100);
    const startMs = performance.now();
    for (let i = 0; i < 20; i++) service.spend(10);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(18);
  });

  it.skipIf(process.platform !== 'linux')('CPU of a restarted broker goes on counting from its new process, and what it served is not known', async () => {
    const own = readProcessUsage(process.pid);
    expect(own?.rssBytes).toBeGreaterThan(10 << 20);
    expect(readProcessUsage(2 ** 22 + 1)).toBeUndefined();
    const served = async (): Promise<ServedByProcess> => ({ broker: { byApi: { Produce: 1 }, followerFetches: 0, receivedBytes: 1, sentBytes: 1 }, controller: null });
    const broker = { id: 1, pid: process.pid, served };
    const sampler = new UsageSampler([broker, { id: 2, pid: 2 ** 22 + 1, served }]);
    sampler.begin(0);
    broker.pid = process.ppid;
    const usage = await sampler.finish(1_000_000);
    const parentUs = readProcessUsage(process.ppid)?.cpuUs ?? 0;
    expect(usage.brokers.map(({ brokerId }) => brokerId)).toEqual([1]);
    expect(usage.brokers[0]?.served).toBeUndefined();
    expect(Math.abs((usage.brokers[0]?.cpuUs ?? 0) - parentUs)).toBeLessThan(1_000_000);
    expect(usage.machine?.otherCpuUs).toBeGreaterThanOrEqual(0);
  });

  it.skipIf(process.platform !== 'linux')('requests of the measured window are the difference of its two ends', async () => {
    const reading = (times: number, followerFetches: number): ServedByProcess => ({ broker: { byApi: { Produce: 10 * times, Fetch: 7 * times, Metadata: 1 }, followerFetches, receivedBytes: 100 * times, sentBytes: 50 * times }, controller: null });
    const readings = [reading(2, 9), reading(5, 13)];
    const sampler = new UsageSampler([{ id: 1, pid: process.pid, served: async () => readings.shift() }]);
    sampler.begin(0);
    const { brokers } = await sampler.finish(1_000_000);
    expect(brokers[0]?.served).toEqual({ broker: { byApi: { Produce: 30, Fetch: 21 }, followerFetches: 4, receivedBytes: 300, sentBytes: 150 }, controller: null });
  });
});
