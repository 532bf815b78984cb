import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { samplePayload } from '../../../bench/sample/payload-sample.ts';
import { busiestShare } from '../../../sizing/queueing/key-load.ts';
import { exponentOf, ratioAt, sampleInputs } from '../../../sizing/sample-inputs.ts';

let folder: string;
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-sample-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Key k0 in a quarter of the records, the rest evenly over 99 others. */
const events = (count: number): string => Array.from({ length: count }, (_, n) => JSON.stringify({ id: `k${n % 4 === 0 ? 0 : 1 + (n % 99)}`, page: `/item/${(n * 7919) % 1000}`, agent: 'Mozilla/5.0 (X11; Linux x86_64)' })).join('\n');

test('sizes, keys and the whole file are counted once', () => {
  const sample = samplePayload({ path: file('events.jsonl', events(4000)), key: 'id' });
  expect(sample).toMatchObject({ recordCount: 4000, isWhole: true, format: 'json-lines' });
  expect(sample.keys).toMatchObject({ distinctCount: 100, hottestShare: 0.25, withoutKeyCount: 0 });
  expect(sample.keys?.hottestShareLow).toBeLessThan(0.25);
  expect(sample.keys?.hottestShareHigh).toBeGreaterThan(0.25);
  expect(sample.recordBytes.mean).toBeGreaterThan(70);
  expect(sample.recordBytes.max).toBeGreaterThanOrEqual(sample.recordBytes.p99);
});

test('larger batches compress better with every codec, and a range holds the ratio', () => {
  const { compression } = samplePayload({ path: file('batches.jsonl', events(4000)), codecs: ['gzip', 'snappy', 'lz4', 'zstd'], batchBytes: [1024, 65_536] });
  expect(compression).toHaveLength(8);
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    const [small, large] = compression.filter((each) => each.codec === codec);
    expect(large?.ratio).toBeGreaterThan(small?.ratio ?? Number.POSITIVE_INFINITY);
    expect(large?.recordsPerBatch).toBeGreaterThan(small?.recordsPerBatch ?? Number.POSITIVE_INFINITY);
  }
  for (const { ratio, ratioLow, ratioHigh } of compression) {
    expect(ratioLow).toBeLessThanOrEqual(ratio);
    expect(ratioHigh).toBeGreaterThanOrEqual(ratio);
  }
});

test('records without the key are counted apart', () => {
  const { keys } = samplePayload({ path: file('keyless.jsonl', '{"id":"a"}\n{"x":1}\n{"id":"a"}\n{"id":"b"}\n'), key: 'id', batchBytes: [1024] });
  expect(keys).toMatchObject({ distinctCount: 2, withoutKeyCount: 1, hottestShare: 2 / 3 });
});

test('an empty sample is refused', () => {
  expect(() => samplePayload({ path: file('empty.jsonl', '') })).toThrow(/empty/);
});

test('the law made of a sample has its hottest share, and the ratio is read between two measured sizes', () => {
  const sample = samplePayload({ path: file('law.jsonl', events(4000)), key: 'id', codecs: ['zstd'], batchBytes: [4096, 65_536] });
  const measured = sampleInputs(sample, { codec: 'zstd', fillBytes: 16_384 });
  expect(measured.keys).toMatchObject({ kind: 'law', count: { value: 100, source: 'measured' } });
  const exponent = exponentOf({ keys: 100, share: 0.25 });
  expect(busiestShare({ partitions: 1000, keys: 100, exponent })).toBeGreaterThanOrEqual(0.25);
  const [small, large] = sample.compression.map(({ ratio }) => ratio) as [number, number];
  const between = ratioAt(sample, { codec: 'zstd', fillBytes: 16_384 })?.value ?? 0;
  expect(between).toBeGreaterThan(small);
  expect(between).toBeLessThan(large);
  expect(ratioAt(sample, { codec: 'lz4', fillBytes: 16_384 })).toBeUndefined();
});
