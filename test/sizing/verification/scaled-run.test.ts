import { describe, expect, it } from 'vitest';
import { clusterDefaults } from '../../../sizing/input-defaults.ts';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { assumedLatency, assumedMaximumPerSecond, brokerSecondsPerMillion, diskBytesPerRecord, recordsPerBatch, wireBytesPerRecord, type VerifiedShape } from '../../../sizing/verification/expectations.ts';
import { LOAD_SHARE, scaledRun } from '../../../sizing/verification/scaled-run.ts';

const TOPIC = { groups: [{ name: 'fraud', kind: 'real-time', consumers: 20 }, { name: 'warehouse', kind: 'sink', consumers: 1 }] } as const;

describe('the scale of a run', () => {
  it('is the planned peak where the machine holds it', () => {
    const scale = scaledRun(TOPIC, { plannedPerSecond: 40_000, maximumPerSecond: () => 200_000 });
    expect(scale).toMatchObject({ ratePerSecond: 40_000, factor: 1, limitedBy: 'plan' });
    expect(scale.groups.map(({ members }) => members)).toEqual([20, 1]);
  });

  it('is a share of the predicted maximum where that is less, for rate and members alike, with one member at least', () => {
    const scale = scaledRun(TOPIC, { plannedPerSecond: 100_000, maximumPerSecond: () => 80_000 });
    expect(scale).toMatchObject({ ratePerSecond: 80_000 * LOAD_SHARE, limitedBy: 'machine' });
    expect(scale.factor).toBeCloseTo(100 / 44, 6);
    expect(scale.groups).toEqual([{ name: 'fraud', planned: 20, members: 9 }, { name: 'warehouse', planned: 1, members: 1 }]);
  });

  it('settles where fewer members raise the maximum', () => {
    const maximumPerSecond = ({ members }: { members: number }): number => 120_000 - 2000 * members;
    const scale = scaledRun(TOPIC, { plannedPerSecond: 100_000, maximumPerSecond });
    const members = scale.groups.reduce((sum, each) => sum + each.members, 0);
    expect(scale.ratePerSecond).toBeCloseTo(LOAD_SHARE * maximumPerSecond({ members }), -1);
  });
});

describe("what a plan's inputs say of a run", () => {
  const inputs = readSizingConfig('workload: { name: t, rate: 100k/s, recordSize: 300 B, compressionRatio: { value: 3, low: 2, high: 4 }, key: id }\nconsumers: { a: 5k/s }\n');
  const [topic] = inputs.topics;
  if (topic === undefined) throw new Error('there is a topic');
  const shape: VerifiedShape = { topic, cluster: inputs.cluster, partitions: 20, brokers: 3, producers: 1, ratePerSecond: 40_000, members: 4 };

  it('is bytes between those of the highest and the lowest compression', () => {
    const wire = wireBytesPerRecord(shape);
    expect(wire.value).toBe(100);
    expect(wire.low).toBeGreaterThan(75);
    expect(wire.low).toBeLessThan(90);
    expect(wire.high).toBeGreaterThan(115);
    expect(wire.high).toBeLessThan(150);
  });

  it('gives a figure without doubt five per cent', () => {
    const certain = wireBytesPerRecord({ ...shape, topic: { ...topic, compressionRatio: { ...topic.compressionRatio, low: 3, high: 3 } } });
    expect(certain).toEqual({ value: 100, low: 100 / 1.05, high: 105 });
  });

  it('puts overhead on the disk, but a short run may have none of it', () => {
    const [wire, disk] = [wireBytesPerRecord(shape), diskBytesPerRecord(shape)];
    expect(disk.value).toBeCloseTo(wire.value * (1 + clusterDefaults.storageOverhead.value), 9);
    expect(disk.low).toBeLessThanOrEqual(wire.low);
  });

  it('fills batches by linger.ms and size, the fuller the fewer producers there are', () => {
    expect(recordsPerBatch(shape)).toBeCloseTo(1 + (40_000 / 20) * topic.producer.linger.value, 9);
    expect(recordsPerBatch({ ...shape, producers: 10 })).toBeLessThan(recordsPerBatch(shape));
    expect(recordsPerBatch({ ...shape, ratePerSecond: 1e9 })).toBe(topic.producer.batchBytes.value / 300);
  });

  it('counts processor time in the terms of the plan, and idle brokers the more the lower the rate', () => {
    const [busy, idle] = [brokerSecondsPerMillion(shape), brokerSecondsPerMillion({ ...shape, ratePerSecond: 100 })];
    expect(busy.low).toBeLessThan(busy.value);
    expect(busy.high).toBeGreaterThan(busy.value);
    expect(idle.value).toBeGreaterThan(busy.value * 10);
  });

  it('expects more of more cores, and later answers the nearer the load comes to what they hold', () => {
    const highest = (cores: number, hasBrokers: boolean): number => assumedMaximumPerSecond(shape, { cores, hasBrokers });
    expect(highest(8, true)).toBeGreaterThan(3 * highest(2, true));
    // A machine with the load alone makes more of it.
    expect(highest(2, false)).toBeGreaterThan(2 * highest(2, true));
    const at = (utilization: number): number => assumedLatency(shape, { utilization, percentile: 'p99' }).value;
    expect(at(0.8)).toBeGreaterThan(at(0.2));
    expect(at(0.5)).toBeGreaterThan(assumedLatency(shape, { utilization: 0.5, percentile: 'p50' }).value);
  });
});
