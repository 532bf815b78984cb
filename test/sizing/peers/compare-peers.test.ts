import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PeersRecord, PeersWorkload } from '../../../results/peers/peers-record.ts';
import { peersText } from '../../../results/peers/peers-text.ts';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { comparePeers } from '../../../sizing/peers/compare-peers.ts';
import { peersWorkload } from '../../../sizing/peers-workload.ts';

/** 102.4 MB/s, 97.66 MiB/s. */
const clickstream: PeersWorkload = { eventsPerSecond: 100_000, eventBytes: 1024, replicationFactor: 3, groups: 2, retentionHours: 168, compressionRatio: 1, zones: 3 };

function rowOf(record: PeersRecord, id: string) {
  const found = record.rows.find((row) => row.id === id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

function valuesOf(record: PeersRecord, id: string): number[] {
  return rowOf(record, id).answer.amounts.map(({ value }) => value);
}

describe('100,000 events/s of 1 KiB for 7 days', () => {
  const record = comparePeers(clickstream);

  test.each([
    ['aws.standard', 'brokers', [24, 24, 24, 24], 'storage'],
    ['aws.standard.tiered', 'brokers', [21], 'ingress'],
    ['aws.express', 'brokers', [9], 'ingress'],
    ['aws.equation1', 'brokers', [6, 4, 3], 'EC2 network (m5.large, m5.xlarge), EBS network (m7g.xlarge)'],
    ['redhat.10gbe', 'brokers', [4], 'replication factor + 1'],
    ['redhat.1gbe', 'brokers', [9], 'network'],
    ['syalioune', 'brokers', [34], 'storage'],
    ['syalioune.lz4', 'brokers', [9], 'storage'],
    ['syalioune.hot', 'brokers', [3], 'replication factor'],
    ['purbon', 'brokers', [3], 'replication factor'],
    ['google', 'vCPU', [41], 'CPU'],
    ['alibaba', 'brokers', [4], 'floor of 4'],
    ['akalculator', 'vCPU', [20], 'CPU'],
    ['redpanda', 'cores', [3, 4], 'CPU'],
    ['syalioune.partitions', 'partitions', [6], 'floor of 6'],
    ['throughput.10.5', 'partitions', [21], 'consumer'],
    ['throughput.30.30', 'partitions', [4], 'producer and consumer alike'],
    ['msk.replicator', 'partitions', [334], 'the row of 100 MB/s'],
  ] as const)('by %s are so many %s', (id, unit, values, decidedBy) => {
    expect(rowOf(record, id).answer.unit).toBe(unit);
    expect(valuesOf(record, id)).toEqual(values);
    expect(rowOf(record, id).decidedBy).toBe(decidedBy);
  });

  test('cost what AWS\'s script prints', () => {
    const prices = (id: string) => rowOf(record, id).answer.amounts.map(({ label, usdPerMonth }) => [label, usdPerMonth?.toFixed(2)]);
    expect(prices('aws.standard')).toEqual([['m5.large', '41627.81'], ['m7g.large', '41522.69'], ['m7g.xlarge', '45096.77'], ['m7g.4xlarge', '66541.25']]);
    expect(prices('aws.standard.tiered')).toEqual([['m7g.large', '12549.93']]);
    expect(prices('aws.express')).toEqual([['express.m7g.large', '14296.31']]);
  });

  test.each([
    ['aws.standard', '346,069 GiB of storage'],
    ['redhat.10gbe', '51,096 GB of disk a broker'],
    ['redhat.10gbe', '10 vCPU a broker'],
    ['redhat.1gbe', '8 vCPU a broker'],
    ['google', '164 GiB of memory'],
    ['akalculator', '13.0 vCPU to consume'],
    ['syalioune.hot', 'storage alone: 2 brokers'],
    ['msk.replicator', '0.299 MB/s a partition'],
  ])('by %s come with %s', (id, detail) => expect(rowOf(record, id).answer.details).toContain(detail));

  test.each([
    ['alibaba', 3.584],
    ['akalculator', 19.53125],
  ])('by %s are %f before floors and rounding', (id, exact) => expect(rowOf(record, id).answer.amounts[0]?.exact).toBeCloseTo(exact, 9));

  test('lie 3 to 34 brokers and 4 to 334 partitions apart', () => {
    expect(record.spreads).toContainEqual({ unit: 'brokers', low: 3, high: 34, rowCount: 11 });
    expect(record.spreads).toContainEqual({ unit: 'partitions', low: 4, high: 334, rowCount: 4 });
  });
});

describe('a workload whose average is below its peak', () => {
  const record = comparePeers({ ...clickstream, averageEventsPerSecond: 40_000 });

  test('fills disks by its average with those who tell the two apart, and everything else by its peak', () => {
    expect(rowOf(record, 'aws.standard').answer.details).toEqual(['138,428 GiB of storage']);
    expect(valuesOf(record, 'aws.standard')).toEqual([18, 18, 9, 9]);
    expect(rowOf(record, 'syalioune').answer.details).toEqual(['100 TB of storage', 'storage alone: 14 brokers']);
    expect(valuesOf(record, 'syalioune.partitions')).toEqual([6]);
    expect(valuesOf(record, 'google')).toEqual([41]);
  });

  test('is the peak all the time for those who know one rate, and they say so', () => {
    for (const id of ['redhat.10gbe', 'redhat.1gbe', 'purbon']) expect(rowOf(record, id).inputsAssumed).toContain('the peak all the time, so that storage is too large');
    expect(rowOf(record, 'redhat.10gbe').answer.details).toContain('51,096 GB of disk a broker');
    expect(rowOf(record, 'aws.standard').inputsAssumed).not.toContain('peak = average');
  });

  test('with an average above the peak is refused', () => expect(() => comparePeers({ ...clickstream, averageEventsPerSecond: 200_000 })).toThrow(/averageEventsPerSecond of 200000 is above the peak/));
});

test('the peers are asked for what the plan is sized for: its growth, its average, the retention of what is written', () => {
  const shop = (sizeFor: string) => peersWorkload(readSizingConfig(`topics:
  clicks: { rate: { average: 20k/s, peak: 60k/s }, recordSize: 500 B, retention: 10 d, compression: { codec: none } }
  orders: { rate: 20k/s, recordSize: 500 B, retention: 90 d, compression: { codec: none } }
growth: { perYear: 100 %, horizon: 2 y, sizeFor: ${sizeFor} }
`));
  expect(shop('today')).toMatchObject({ eventsPerSecond: 80_000, averageEventsPerSecond: 40_000, retentionHours: 50 * 24 });
  expect(shop('horizon')).toMatchObject({ eventsPerSecond: 320_000, averageEventsPerSecond: 160_000, retentionHours: 50 * 24 });
});

test('every row names its source, a known flaw and what it assumes', () => {
  for (const row of comparePeers(clickstream).rows) {
    expect(row.source, row.id).not.toBe('');
    expect(row.knownFlaw, row.id).not.toBe('');
    expect(row.inputsAssumed.length, row.id).toBeGreaterThan(0);
  }
});

test('a retention of a day or less has no row for a hot tier', () => {
  const ids = comparePeers({ ...clickstream, retentionHours: 24 }).rows.map(({ id }) => id);
  expect(ids).not.toContain('syalioune.hot');
  expect(ids).not.toContain('aws.standard.tiered');
});

test('beyond a peer\'s table there is no answer and a note says so', () => {
  const record = comparePeers({ ...clickstream, eventsPerSecond: 10_000_000 });
  expect(valuesOf(record, 'msk.replicator')).toEqual([]);
  expect(record.notes.join(' ')).toMatch(/No answer for so much: MSK Replicator/);
});

test('compression that the workload has counts for all but those who assume their own', () => {
  const compressed = comparePeers({ ...clickstream, compressionRatio: 4 });
  expect(valuesOf(compressed, 'syalioune')).toEqual([9]);
  expect(valuesOf(compressed, 'syalioune.lz4')).toEqual([9]);
  expect(valuesOf(compressed, 'syalioune.partitions')).toEqual([6]);
  expect(valuesOf(compressed, 'google')).toEqual([11]);
});

test.each([
  ['eventsPerSecond', 0],
  ['eventBytes', -1],
  ['retentionHours', Number.NaN],
  ['compressionRatio', Number.POSITIVE_INFINITY],
  ['replicationFactor', 2.5],
  ['groups', 0],
  ['zones', 0],
])('%s of %f is refused by name', (name, value) => {
  expect(() => comparePeers({ ...clickstream, [name]: value })).toThrow(new RegExp(`^${name} must be`));
});

const anyWorkload = fc.record({
  eventsPerSecond: fc.double({ min: 1, max: 1e8, noNaN: true }),
  eventBytes: fc.double({ min: 1, max: 1e6, noNaN: true }),
  replicationFactor: fc.integer({ min: 1, max: 5 }),
  groups: fc.integer({ min: 1, max: 20 }),
  retentionHours: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
  compressionRatio: fc.double({ min: 0.5, max: 20, noNaN: true }),
  zones: fc.integer({ min: 1, max: 4 }),
});

test('no peer asks for less when more is sent, and every amount is finite and from 1', () => {
  fc.assert(fc.property(anyWorkload, fc.double({ min: 1, max: 10, noNaN: true }), (workload, factor) => {
    const [less, more] = [comparePeers(workload), comparePeers({ ...workload, eventsPerSecond: workload.eventsPerSecond * factor })];
    for (const { id } of less.rows.filter((row) => !row.id.startsWith('aws.standard.tiered') && row.id !== 'aws.express')) {
      for (const [at, value] of valuesOf(less, id).entries()) {
        expect(value).toBeGreaterThanOrEqual(1);
        expect(valuesOf(more, id)[at] ?? Number.MAX_SAFE_INTEGER, id).toBeGreaterThanOrEqual(value);
      }
    }
    expect(JSON.stringify(more)).not.toMatch(/NaN|Infinity|"value":null/);
  }));
});

test.each([80, 100, 120])('at width %i no line of the table is wider, and all values are in it', (width) => {
  fc.assert(fc.property(anyWorkload, (workload) => {
    const text = peersText(comparePeers(workload), { width, isColored: false });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  }), { numRuns: 10 });
});

test('the table reads as people expect', () => {
  const text = peersText(comparePeers(clickstream), { width: 110, isColored: false });
  expect(text).toMatch(/100,000 events\/s of 1 KiB, uncompressed, replication factor 3, 2 groups, 7 d, 3 zones/);
  expect(text).toMatch(/AWS blog, equation 1 +3 - 6 brokers +EC2 network, EBS network/);
  expect(text).toMatch(/For the same workload: 3 to 34 brokers \(11 answers\)/);
  expect(text).toMatch(/flaw +5 MiB\/s a vCPU is assumed/);
  expect(text).toMatch(/m7g\.4xlarge 24 brokers, \$66,541 a month/);
  const closing = text.slice(text.indexOf('Printed figures that do not hold')).replaceAll(/\s+/g, ' ');
  expect(closing).toContain("* AWS MSK Express, express.m7g.large brokers for 45 MB/s in, 90 MB/s out: 3 brokers printed, AWS's own msk_sizing.py gives 6 brokers: it is the answer without the 75 % utilisation (3 brokers) (Amazon MSK");
  expect(closing.match(/ \* /g)).toHaveLength(comparePeers(clickstream).figuresThatDoNotHold.length);
});

test('colour changes nothing but the colour', () => {
  const record = comparePeers(clickstream);
  const escape = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');
  const colored = peersText(record, { width: 100, isColored: true });
  expect(colored).toMatch(escape);
  expect(colored.replaceAll(escape, '')).toBe(peersText(record, { width: 100, isColored: false }));
});
