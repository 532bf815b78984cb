import { describe, expect, it } from 'vitest';
import { readSizingConfig } from '../../sizing/config-file.ts';
import { clusterDefaults } from '../../sizing/input-defaults.ts';
import { planFor } from '../../sizing/plan.ts';
import { habitsOf, requestRates, type RequestShape } from '../../sizing/request-rates.ts';

const HABITS = habitsOf(clusterDefaults);

/** One producer; counted in embedded clusters of three brokers on a machine with processors to spare: requests a second of all brokers together. */
const COUNTED = [
  { batches: 95, full: 1, lingerMs: 10, partitions: 20, groups: [2], produce: 95, consumers: 95, followers: 191 },
  { batches: 182, full: 1, lingerMs: 10, partitions: 20, groups: [8], produce: 157, consumers: 182, followers: 315 },
  { batches: 1936, full: 105, lingerMs: 10, partitions: 20, groups: [2, 2], produce: 302, consumers: 1200, followers: 604 },
  { batches: 1910, full: 490, lingerMs: 10, partitions: 20, groups: [2, 2], produce: 288, consumers: 1145, followers: 575 },
  { batches: 1949, full: 105, lingerMs: 10, partitions: 20, groups: [8], produce: 299, consumers: 1949, followers: 600 },
  { batches: 294, full: 105, lingerMs: 10, partitions: 3, groups: [2, 2], produce: 294, consumers: 587, followers: 589 },
  { batches: 7516, full: 175, lingerMs: 5, partitions: 40, groups: [2], produce: 1009, consumers: 1798, followers: 1884 },
  { batches: 7719, full: 105, lingerMs: 2, partitions: 20, groups: [], produce: 2290, consumers: 0, followers: 4317 },
  { batches: 1927, full: 1580, lingerMs: 10, partitions: 20, groups: [], produce: 434, consumers: 0, followers: 795 },
  { batches: 1241, full: 1180, lingerMs: 10, partitions: 6, groups: [], produce: 1094, consumers: 0, followers: 2123 },
  { batches: 589, full: 253, lingerMs: 10, partitions: 6, groups: [], produce: 295, consumers: 0, followers: 589 },
];

const shapeOf = ({ batches, full, lingerMs, partitions, groups }: (typeof COUNTED)[number]): RequestShape => ({
  batchesPerSecond: batches, fullBatchesPerSecond: full, wireBytesPerSecond: 1e6, lingerSeconds: lingerMs / 1000, producers: 1, partitions, brokers: 3, replicationFactor: 3, groups: groups.map((members) => ({ members, isSink: false })),
});

describe('requests that a topic makes', () => {
  it.each(COUNTED)('are those that were counted, within 40 %: $batches batches/s, $partitions partitions, members $groups', (counted) => {
    const rates = requestRates(shapeOf(counted), HABITS);
    for (const [predicted, found] of [[rates.produce, counted.produce], [rates.consumerFetch, counted.consumers], [rates.followerFetch, counted.followers]] as const) {
      if (found === 0) expect(predicted).toBe(0);
      else expect(Math.abs(Math.log(predicted / found))).toBeLessThan(Math.log(1.4));
    }
  });

  it('of readers go on, twice a second on each connection, where nothing is written', () => {
    const idle = requestRates({ ...shapeOf(COUNTED[0] as (typeof COUNTED)[number]), batchesPerSecond: 0, fullBatchesPerSecond: 0 }, HABITS);
    expect(idle).toEqual({ produce: 0, followerFetch: 12, consumerFetch: 12 });
  });

  it('of a sink are as few as its portions, and never more than those of a consumer at the tip beside its waits', () => {
    const shape = shapeOf(COUNTED[3] as (typeof COUNTED)[number]);
    const sink = (wireBytesPerSecond: number): number => requestRates({ ...shape, wireBytesPerSecond, groups: [{ members: 2, isSink: true }] }, HABITS).consumerFetch;
    expect(sink(2_621_440)).toBe(12 + 10);
    expect(sink(1e12)).toBeLessThan(requestRates({ ...shape, groups: [{ members: 2, isSink: false }] }, HABITS).consumerFetch + 13);
  });

  it('are none of followers with one broker or one replica', () => {
    const shape = shapeOf(COUNTED[3] as (typeof COUNTED)[number]);
    expect(requestRates({ ...shape, brokers: 1, replicationFactor: 1 }, HABITS).followerFetch).toBe(0);
    expect(requestRates({ ...shape, replicationFactor: 1 }, HABITS).followerFetch).toBe(0);
  });

  it.each(['real-time', 'sink'])("are the same in a plan's sheet, with a group of kind %s", (kind) => {
    const plan = planFor(readSizingConfig(`topics:\n  t: { rate: { average: 20k/s, peak: 40k/s }, recordSize: 300 B, key: id, retention: 1 d, groups: { a: { kind: ${kind}, rate: 20k/s }, b: { kind: real-time, rate: 5k/s } } }\n`), { draws: 200 });
    const value = (id: string): number => plan.values.find((each) => each.id === id)?.value ?? plan.choices.find((each) => each.id === id)?.value ?? plan.inputs.find((each) => each.id === id)?.value ?? Number.NaN;
    const [topic] = plan.shape.topics;
    const rates = requestRates(
      {
        batchesPerSecond: value('t.batches'),
        fullBatchesPerSecond: (40_000 * 300) / value('t.batch.size'),
        wireBytesPerSecond: value('t.wire'),
        lingerSeconds: value('t.linger'),
        producers: value('t.producers'),
        partitions: value('t.partitions'),
        brokers: value('brokers'),
        replicationFactor: value('t.replication.factor'),
        groups: topic?.groups.map((group) => ({ members: group.consumers, isSink: group.kind === 'sink' })) ?? [],
      },
      HABITS,
    );
    expect(value('t.requests')).toBeCloseTo(rates.produce, 6);
    expect(value('requests.followers')).toBeCloseTo(rates.followerFetch, 6);
    expect(value('t.a.fetches') + value('t.b.fetches')).toBeCloseTo(rates.consumerFetch, 6);
    expect(value('requests')).toBeCloseTo(rates.produce + rates.followerFetch + rates.consumerFetch, 6);
  });
});
