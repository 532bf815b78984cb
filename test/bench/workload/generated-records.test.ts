import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultBenchOptions, type BenchOptions } from '../../../bench/bench-options.ts';
import { compressionRatioOf, withCompressionRatio } from '../../../bench/workload/compressibility.ts';
import { keyOf, numberOf } from '../../../bench/workload/event-stamp.ts';
import { emptySlot, type RecordSource } from '../../../bench/workload/record-source.ts';
import { parseTemplate, RecordTemplate, TemplateError } from '../../../bench/workload/record-template.ts';
import { SizedRecords } from '../../../bench/workload/sized-records.ts';
import { SizeError, sizeTable, type SizeDistribution } from '../../../bench/workload/size-distribution.ts';
import { openRecordSource, type Workload } from '../../../bench/workload/workload.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-records-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NONE = { kind: 'none' } as const;
const KEYS = { kind: 'uniform', keyCount: 500 } as const;
const TIME_US = 1_763_917_612_345_678;

function take(source: RecordSource, n: number): { key: string | undefined; value: Buffer } {
  const slot = emptySlot();
  source.fill(slot, n, TIME_US + n);
  return {
    key: slot.keyEnd < 0 ? undefined : slot.key.toString('latin1', slot.keyStart, slot.keyEnd),
    value: Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd)),
  };
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

describe('sizes', () => {
  const sorted = (sizes: SizeDistribution, seed = 1): number[] => [...sizeTable(sizes, seed)].sort((a, b) => a - b);
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;

  it('of a lognormal distribution have the mean and the p99 that are asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 20_000 }), fc.double({ min: 1.2, max: 12, noNaN: true }), (meanBytes, ratio) => {
        const sizes = sorted({ kind: 'lognormal', meanBytes, p99Bytes: meanBytes * ratio });
        expect(Math.abs(mean(sizes) / meanBytes - 1)).toBeLessThan(0.02);
        expect(Math.abs((sizes[Math.floor(0.99 * sizes.length)] as number) / (meanBytes * ratio) - 1)).toBeLessThan(0.03);
      }),
      { numRuns: 40 },
    );
  });

  it('of a uniform distribution fill its range evenly', () => {
    const sizes = sorted({ kind: 'uniform', minBytes: 100, maxBytes: 1100 });
    expect([sizes[0], sizes.at(-1), Math.round(mean(sizes))]).toEqual([100, 1100, 600]);
  });

  it('of buckets come as often as their weights say', () => {
    const sizes = sorted({ kind: 'buckets', buckets: [{ minBytes: 0, maxBytes: 256, weight: 3 }, { minBytes: 500, maxBytes: 600, weight: 0 }, { minBytes: 1024, maxBytes: 4096, weight: 1 }] });
    expect(sizes.filter((bytes) => bytes <= 256).length / sizes.length).toBeCloseTo(0.75, 3);
    expect(sizes.some((bytes) => bytes > 256 && bytes < 1024)).toBe(false);
    expect(sizes[0]).toBe(1);
  });

  it('of a file keep its order', () => {
    const path = file('sizes.txt', '# bytes\n100\n250\n\n90\n');
    expect([...sizeTable({ kind: 'file', path }, 1)]).toEqual([100, 250, 90]);
    const source = new SizedRecords({ seed: 1, worker: 0, keys: NONE, sizes: { kind: 'file', path }, randomBytesRatio: 0.5 });
    expect([0, 1, 2, 3, 4].map((n) => take(source, n).value.length)).toEqual([100, 250, 90, 100, 250]);
    expect(source.valueBytesMean).toBeCloseTo(440 / 3, 9);
  });

  it.each<[SizeDistribution, RegExp]>([
    [{ kind: 'uniform', minBytes: 0, maxBytes: 5 }, /they must rise, from 1/],
    [{ kind: 'uniform', minBytes: 9, maxBytes: 5 }, /they must rise/],
    [{ kind: 'lognormal', meanBytes: 100, p99Bytes: 90 }, /has its p99 between/],
    [{ kind: 'lognormal', meanBytes: 100, p99Bytes: 1600 }, /between that and 14\d\d bytes, not at 1600/],
    [{ kind: 'buckets', buckets: [{ minBytes: 5, maxBytes: 1, weight: 1 }] }, /sizes must rise/],
    [{ kind: 'buckets', buckets: [{ minBytes: 5, maxBytes: 10, weight: 0 }] }, /sum to 0/],
    [{ kind: 'file', path: '/no/such/file' }, /there is no such file/],
  ])('%j are refused in words', (sizes, message) => {
    expect(() => sizeTable(sizes, 1)).toThrow(SizeError);
    expect(() => sizeTable(sizes, 1)).toThrow(message);
  });

  it.each([['5\nmany\n', /line 2: "many" is no whole number of bytes/], ['0\n', /line 1/], ['#\n', /holds no size/]])('of a file that holds %j are refused with the line', (text, message) => {
    expect(() => sizeTable({ kind: 'file', path: file('bad.txt', text) }, 1)).toThrow(message);
  });
});

describe('sized records', () => {
  const sizes: SizeDistribution = { kind: 'uniform', minBytes: 90, maxBytes: 3000 };

  it('are a function of seed, worker and number, and carry a stamp when all have room for one', () => {
    const [a, b] = [1, 1].map((seed) => new SizedRecords({ seed, worker: 3, keys: KEYS, sizes, randomBytesRatio: 0.4 })) as [SizedRecords, SizedRecords];
    for (let n = 0; n < 200; n++) take(b, n);
    for (const n of [0, 7, 5000]) {
      expect(take(a, n)).toEqual(take(b, n));
      expect([numberOf(take(a, n).value, 0), String(keyOf(take(a, n).value, 0))]).toEqual([n, take(a, n).key]);
    }
    const small = new SizedRecords({ seed: 1, worker: 0, keys: NONE, sizes: { kind: 'uniform', minBytes: 10, maxBytes: 3000 }, randomBytesRatio: 0.4 });
    expect([a.isStamped, small.isStamped]).toEqual([true, false]);
  });
});

describe('a compression ratio', () => {
  const options = (workload: Workload, codec: string): BenchOptions => ({ ...defaultBenchOptions, workload, producerProperties: { ...defaultBenchOptions.producerProperties, 'compression.type': codec } });

  it.each([
    ['zstd', 2, { kind: 'fixed', keys: KEYS, recordBytes: 1024 }],
    ['zstd', 5, { kind: 'sized', keys: KEYS, sizes: { kind: 'lognormal', meanBytes: 800, p99Bytes: 4000 } }],
    ['lz4', 3, { kind: 'fixed', keys: NONE, recordBytes: 2048 }],
    ['snappy', 2.5, { kind: 'sized', keys: KEYS, sizes: { kind: 'uniform', minBytes: 100, maxBytes: 2000 } }],
    ['gzip', 4, { kind: 'fixed', keys: KEYS, recordBytes: 500 }],
  ] as const)('of %s is met within three per cent: %d', (codec, ratio, records) => {
    const { workload } = withCompressionRatio(options({ ...records, randomBytesRatio: 0.5, compressionRatio: ratio }, codec));
    if (!('trialRatio' in workload) || workload.trialRatio === undefined) throw new Error('there was no trial');
    expect(Math.abs(workload.trialRatio / ratio - 1)).toBeLessThan(0.03);
    // Another seed and worker have other bytes of the same kind.
    const other = compressionRatioOf(openRecordSource(workload, { seed: 99, worker: 5 }), { codec, level: undefined, batchBytes: 32 << 10 });
    expect(Math.abs(other / ratio - 1)).toBeLessThan(0.1);
  });

  it('leaves other workloads as they are', () => {
    expect(withCompressionRatio(defaultBenchOptions)).toBe(defaultBenchOptions);
  });
});

describe('a template', () => {
  const TEXT = '{"id":"{{uuid}}","at":{{timestamp}},"user":{{ key }},"amount":{{int -5 100}},"kind":"{{pick new|paid | sent}}","note":"{{letters 8}} ü","second":"{{uuid}}"}';
  const source = (seed = 1, worker = 0): RecordTemplate => new RecordTemplate({ seed, worker, keys: KEYS, template: TEXT });

  it('gives records whose placeholders hold what they say', () => {
    const ids = new Set<string>();
    const kinds = new Set<unknown>();
    const from = source();
    for (let n = 0; n < 2000; n++) {
      const { key, value } = take(from, n);
      const record = JSON.parse(value.toString()) as { id: string; second: string; at: number; user: number; amount: number; kind: string; note: string };
      expect(record.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(record).toMatchObject({ at: Math.floor((TIME_US + n) / 1000), user: Number(key) });
      expect(record.amount >= -5 && record.amount <= 100 && /^[a-z]{8} ü$/.test(record.note)).toBe(true);
      ids.add(record.id).add(record.second);
      kinds.add(record.kind);
    }
    expect(ids.size).toBe(4000);
    expect([...kinds].sort()).toEqual(['new', 'paid', 'sent']);
    expect(from.warnings).toEqual([]);
  });

  it('gives record n by seed, worker and number alone', () => {
    const [a, b] = [source(), source()];
    for (let n = 0; n < 100; n++) take(b, n);
    expect(take(a, 42)).toEqual(take(b, 42));
    expect(take(source(2), 42).value.equals(take(a, 42).value)).toBe(false);
    expect(take(source(1, 1), 42).value.equals(take(a, 42).value)).toBe(false);
  });

  it('may stand in a file, and warns when its records are no JSON', () => {
    const from = new RecordTemplate({ seed: 1, worker: 0, keys: NONE, template: `@${file('t.txt', 'level={{pick info}}\n')}` });
    expect([take(from, 0).value.toString(), from.warnings.length]).toEqual(['level=info', 1]);
  });

  it.each([
    ['', /is empty/],
    ['a\n  {{guid}}', /template, line 2, column 3: \{\{guid\}\} is no placeholder: there are uuid, timestamp/],
    ['{{int 5}}', /needs two whole numbers that rise/],
    ['{{int 5 1}}', /needs two whole numbers that rise/],
    ['{{uuid 4}}', /takes no more words/],
    ['{{letters}}', /needs how many/],
    ['{{pick}}', /needs words/],
    ['@/no/such/template', /there is no such file/],
  ])('%j is refused with its place', (template, message) => {
    const open = (): unknown => new RecordTemplate({ seed: 1, worker: 0, keys: NONE, template });
    expect(open).toThrow(TemplateError);
    expect(open).toThrow(message);
  });

  it('without a placeholder is the same record each time', () => {
    expect(parseTemplate('plain')).toEqual([{ kind: 'text', text: 'plain' }]);
  });
});
