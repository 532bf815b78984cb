/** The sizing file: what is refused, where, and what was probably meant. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sizingJsonSchema } from '../../sizing/config/config-schema.ts';
import { readSizingConfig } from '../../sizing/config-file.ts';

const topic = (lines: string): string => `topics:\n  t:\n${lines.split('\n').map((line) => `    ${line}`).join('\n')}\n`;
const least = 'rate: 1k/s\nrecordSize: 100 B';

test.each([
  ['an unknown setting with a near one', topic('rate: 1k/s\nrecordSzie: 1 B'), 4, 5, /recordSzie: unknown setting in topics\.t; did you mean recordSize\?/],
  ['an unknown setting of the short form', 'workload:\n  rate: 1k/s\n  recordSzie: 1 B\n', 3, 3, /unknown setting in workload; did you mean recordSize\?/],
  ['an unknown setting like nothing there is', topic(`${least}\nxyzzy: 1`), 5, 5, /there are rate, throughput/],
  ['a size without its unit', topic('rate: 1k/s\nrecordSize: 220'), 4, 5, /"220" is no size: 220 of what\? 220 B, 220 KiB/],
  ['a rate without "per second"', topic('rate: 100k\nrecordSize: 1 B'), 3, 5, /write it as 100k\/s/],
  ['bytes where records are asked for', topic('rate: 5 MB/s\nrecordSize: 1 B'), 3, 5, /that is bytes, not records: give it as throughput/],
  ['bits written as b', topic(`${least}\npartitionRate: 100 Mb/s`), 5, 5, /b is bits, B is bytes, 8 times as much: write it as 100 Mbit\/s or as 100 MB\/s/],
  ['thousands parted by points', topic('rate: 100.000/s\nrecordSize: 1 B'), 3, 5, /100 or 100000\?.*write it as 100000\/s/],
  ['a growth without its unit', `${topic(least)}growth: { perYear: 45 }\n`, 5, 11, /write the increase in per cent: 45 %/],
  ['a growth as a multiple', `${topic(least)}growth: { perYear: 2x }\n`, 5, 11, /100 % for twice as much/],
  ['a size where a throughput is asked for', topic(`${least}\npartitionRate: 10 MB`), 5, 5, /if it is a second's, write it as 10 MB\/s/],
  ['a throughput where a size is asked for', topic('rate: 1k/s\nrecordSize: 10 MB/s'), 4, 5, /that is a throughput/],
  ['an average above its peak', topic('rate: { average: 5k/s, peak: 1k/s }\nrecordSize: 1 B'), 3, 13, /are they swapped\?/],
  ['a throughput that does not say of what', topic('throughput: 10 MB/s\nrecordSize: 1 kB'), 3, 5, /before compression.*after compression/],
  ['a rate of nothing', topic('rate: 0/s\nrecordSize: 1 B'), 3, 5, /rate must be more than 0\/s/],
  ['a missing rate', topic('recordSize: 1 B'), 2, 3, /rate is missing in topics\.t/],
  ['a missing rate of the short form', 'workload:\n  recordSize: 1 B\n', 1, 1, /rate is missing/],
  ['broken YAML', 'workload: [1\n', 2, 1, /./],
  ['a range that does not rise', topic('rate: { value: 1k/s, low: 2k/s, high: 3k/s }\nrecordSize: 1 B'), 3, 5, /must rise/],
  ['an unknown codec', topic(`${least}\ncompression: lzma`), 5, 5, /none of none, gzip, snappy, lz4, zstd/],
  ['a share above the whole', `${topic(least)}hardware: { utilization: 60 }\n`, 5, 13, /did you mean 60 %\?/],
  ['an unknown machine', `${topic(least)}hardware: m7g.2xlrge\n`, 5, 1, /did you mean m7g\.2xlarge\?/],
  ['a machine whose quotas count something else', `${topic(least)}hardware: express.m7g.large\n`, 5, 1, /clients' traffic only/],
  ['order without a key', topic(`${least}\nordering: key`), 5, 5, /needs the key/],
  ['a rate and a service time', topic(`${least}\ngroups: { g: { rate: 5k/s, serviceTime: 1 ms } }`), 5, 32, /one is the inverse of the other/],
  ['a compacted topic of unknown size', topic(`${least}\nkey: id\ncleanup: compact`), 2, 3, /liveKeys is missing/],
  ['a zone lost where there is one', `${topic(least)}availability: { survive: [zone] }\n`, 5, 17, /zones: 3/],
  ['idempotence with acks=1', topic(`${least}\nproducer: { acks: 1, idempotence: true }`), 5, 26, /idempotence needs acks: all/],
  ['a tier that is larger than the whole', topic(`${least}\nretention: { time: 1 d, local: 2 d }`), 5, 29, /are they swapped\?/],
])('%s is refused with its place and the way out', (_what, text, line, column, message) => {
  try {
    readSizingConfig(text);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ name: 'SizingConfigError', message: expect.stringMatching(message) as string, line, column });
  }
});

test.each([
  ['powers of 1000 and of 1024 together', `${topic('rate: 1k/s\nrecordSize: 1 KiB')}hardware: { diskThroughput: 250 MB/s }\n`, 'units.mixed'],
  ['a disk in bits', `${topic(least)}hardware: { diskThroughput: 250 Mbps }\n`, 'units.disk-bits'],
  ['a network card in bytes', `${topic(least)}hardware: { network: 10 GB/s }\n`, 'units.network-bits'],
  ['18,750 Mbit/s of a volume taken for MB/s', `${topic(least)}hardware: { profile: m5.4xlarge, diskThroughput: 18750 MB/s }\n`, 'units.disk-bits'],
  ['the burst of a network taken for what it sustains', `${topic(least)}hardware: { profile: m5.2xlarge, network: 5 Gbit/s }\n`, 'units.burst'],
  ['a peak far above its average', topic('rate: { average: 10/s, peak: 1k/s }\nrecordSize: 1 B'), 'units.peak-over-average'],
])('%s is taken and named as a likely slip', (_what, text, code) => {
  expect(readSizingConfig(text).cautions.map((each) => each.code)).toContain(code);
});

test('memory in GiB beside disks in TB is no mixture', () => {
  expect(readSizingConfig(`${topic(least)}hardware: { memory: 32 GiB, disk: 4 TB }\n`).cautions).toEqual([]);
});

test('a service time and its rate are the same answer', () => {
  const rateOf = (group: string): number | undefined => readSizingConfig(topic(`${least}\ngroups: { g: ${group} }`)).topics[0]?.groups[0]?.consumerRate.value;
  expect(rateOf('{ serviceTime: 200 us }')).toBeCloseTo(5000, 9);
  expect(rateOf('5k/s')).toBe(5000);
});

test('throughput before compression and after it differ by the ratio', () => {
  const peakOf = (is: string): number | undefined => readSizingConfig(topic(`throughput: 10 MB/s\nthroughputIs: ${is} compression\nrecordSize: 1 kB\ncompression: { codec: zstd, ratio: 4x }`)).topics[0]?.peakRate.value;
  expect(peakOf('before')).toBeCloseTo(10_000, 6);
  expect(peakOf('after')).toBeCloseTo(40_000, 6);
});

test('a measured quantity keeps its run and its date', () => {
  const consumerRate = readSizingConfig(topic(`${least}\ngroups: { g: { rate: { value: 5k/s, low: 4.8k/s, high: 5.1k/s, run: 20261128-101500, date: 2026-11-28 } } }`)).topics[0]?.groups[0]?.consumerRate;
  expect(consumerRate).toMatchObject({ source: 'measured', runId: '20261128-101500', date: '2026-11-28', low: 4800, high: 5100 });
});

test('the JSON Schema knows every section, for editors', () => {
  const { properties } = sizingJsonSchema() as { properties: Record<string, unknown> };
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(['topics', 'growth', 'latency', 'availability', 'hardware', 'price']));
});

test('the published schema is the one that is read by', () => {
  const published: unknown = JSON.parse(readFileSync(new URL('../../examples/size.schema.json', import.meta.url), 'utf8'));
  expect(published, 'node cli/main.ts size --schema > examples/size.schema.json').toEqual(JSON.parse(JSON.stringify(sizingJsonSchema())));
});
