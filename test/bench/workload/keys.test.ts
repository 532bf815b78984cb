import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionForKey } from '../../../engine/client/partitioner.ts';
import { EventChecks } from '../../../bench/verify/event-checks.ts';
import { ReportBuilder } from '../../../bench/verify/verification-report.ts';
import { ClickstreamSource } from '../../../bench/workload/clickstream.ts';
import type { KeyDistribution } from '../../../bench/workload/key-picker.ts';
import { bucketOf, KeyWriter, spreadSlotOf, type KeySpread } from '../../../bench/workload/key-writer.ts';
import { emptySlot } from '../../../bench/workload/record-source.ts';

const HOT: KeyDistribution = { kind: 'hotSet', keyCount: 10_000, hotKeyCount: 1, hotShare: 0.8 };

function keysOf(keys: KeyDistribution, { keySpread, seed = 1, worker = 0, count = 20_000 }: { keySpread?: KeySpread; seed?: number; worker?: number; count?: number } = {}): string[] {
  const writer = new KeyWriter({ keys, keySpread, seed, worker });
  const slot = emptySlot();
  return Array.from({ length: count }, (_, n) => {
    writer.write(slot, n);
    return slot.keyEnd < 0 ? '' : slot.key.toString('latin1', slot.keyStart, slot.keyEnd);
  });
}

/** Share of the records on the fullest of 20 partitions. */
function hottestShare(keys: readonly string[]): number {
  const counts = new Array<number>(20).fill(0);
  for (const key of keys) counts[partitionForKey(Buffer.from(key), 0, key.length, 20)]! += 1;
  return Math.max(...counts) / keys.length;
}

describe('keys', () => {
  it('in turn come one after the other and begin elsewhere for another worker', () => {
    expect(keysOf({ kind: 'sequential', keyCount: 3 }, { count: 7 })).toEqual(['100000', '100001', '100002', '100000', '100001', '100002', '100000']);
    expect(keysOf({ kind: 'sequential', keyCount: 1000 }, { count: 2, worker: 7 })).toEqual(['100070', '100071']);
  });

  it('and their suffixes are a function of seed, worker and number', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 99 }), fc.constantFrom<KeySpread>({ kind: 'buckets', buckets: 16 }, { kind: 'salts', salts: 100 }), (seed, worker, keySpread) => {
        const options = { keySpread, seed, worker, count: 50 };
        expect(keysOf(HOT, options)).toEqual(keysOf(HOT, options));
      }),
      { numRuns: 20 },
    );
  });
});

describe('composite keys', () => {
  // From Python: int(hashlib.md5(id.encode()).hexdigest(), 16) % 16
  it.each([['pay_001', 16, 12], ['pay_002', 16, 5], ['pay_003', 16, 3], ['pay_004', 16, 9], ['42', 10, 4]])('%s lies in bucket %i as in Python', (id, buckets, bucket) => {
    expect(bucketOf(id, buckets)).toBe(bucket);
  });

  it('hold every bucket of the hot key about equally often, in key:bucket form', () => {
    const keys = keysOf(HOT, { keySpread: { kind: 'buckets', buckets: 16 } });
    expect(keys.every((key) => /^\d{6}:(?:\d|1[0-5])$/.test(key))).toBe(true);
    const counts = new Map<string, number>();
    for (const key of keys) if (key.startsWith('100000:')) counts.set(key, (counts.get(key) ?? 0) + 1);
    expect(counts.size).toBe(16);
    for (const count of counts.values()) expect(count).toBeGreaterThan(700);
  });

  it('and salts take most of the load off the hot partition', () => {
    const plain = hottestShare(keysOf(HOT));
    const composite = hottestShare(keysOf(HOT, { keySpread: { kind: 'buckets', buckets: 16 } }));
    const salted = hottestShare(keysOf(HOT, { keySpread: { kind: 'salts', salts: 16 } }));
    expect(plain).toBeGreaterThan(0.8);
    for (const share of [composite, salted]) expect(share).toBeLessThan(0.25);
  });

  it('say how long they are on average', () => {
    for (const keySpread of [{ kind: 'buckets', buckets: 16 }, { kind: 'salts', salts: 16 }, { kind: 'salts', salts: 5 }] as const) {
      const keys = keysOf(HOT, { keySpread });
      const mean = keys.reduce((sum, key) => sum + key.length, 0) / keys.length;
      expect(new KeyWriter({ keys: HOT, keySpread, seed: 1, worker: 0 }).keyBytesMean).toBeCloseTo(mean, 1);
    }
  });
});

describe('salted keys', () => {
  it('of a hot set are the hot ones only, of others all', () => {
    const hot = keysOf(HOT, { keySpread: { kind: 'salts', salts: 16 } });
    for (const key of hot) expect(key.startsWith('100000')).toBe(key.includes('#'));
    expect(keysOf({ kind: 'uniform', keyCount: 10 }, { keySpread: { kind: 'salts', salts: 4 }, count: 100 }).every((key) => /^10000\d#[0-3]$/.test(key))).toBe(true);
  });
});

it('a reader tells the suffix of a key', () => {
  const slotOf = (key: string): number => spreadSlotOf(Buffer.from(key), 0, key.length);
  expect(['100000', '100000:0', '100000:15', '100000#99', '100000;1', '10000', '100000:100'].map(slotOf)).toEqual([0, 1, 16, 100, -1, -1, -1]);
});

describe('the check of events', () => {
  const spread: KeySpread = { kind: 'buckets', buckets: 16 };
  const COUNT = 3000;

  function checked(order: readonly number[], { partitionCount = 20, keySpread = spread as KeySpread | undefined } = {}): string[] {
    const report = new ReportBuilder();
    const checks = new EventChecks({ keyCount: 100, spread: 16, eventCounts: [COUNT] }, report);
    const source = new ClickstreamSource({ seed: 1, worker: 0, keys: { kind: 'hotSet', keyCount: 100, hotKeyCount: 1, hotShare: 0.8 }, keySpread });
    const slot = emptySlot();
    for (const n of order) {
      source.fill(slot, n, 1_763_917_612_345_678);
      const keyBytes = slot.keyEnd - slot.keyStart;
      const bytes = Buffer.concat([slot.key.subarray(slot.keyStart, slot.keyEnd), slot.value.subarray(slot.valueStart, slot.valueEnd)]);
      checks.check({ bytes, keyStart: 0, keyEnd: keyBytes, valueStart: keyBytes, valueEnd: bytes.length }, partitionForKey(bytes, 0, keyBytes, partitionCount), n);
    }
    return [...new Set(report.finish().anomalies.map(({ kind }) => kind))];
  }

  it('takes a key that is spread over buckets for one key a bucket', () => {
    expect(checked(Array.from({ length: COUNT }, (_, n) => n))).toEqual([]);
  });

  it('finds events of one bucket in the wrong order, and a bucket in two partitions', () => {
    const numbers = Array.from({ length: COUNT }, (_, n) => n);
    expect(checked(numbers.toReversed())).toEqual(['reordered']);
    const report = new ReportBuilder();
    const checks = new EventChecks({ keyCount: 100, spread: 16, eventCounts: [COUNT] }, report);
    const source = new ClickstreamSource({ seed: 1, worker: 0, keys: { kind: 'uniform', keyCount: 1 }, keySpread: spread });
    const slot = emptySlot();
    for (const n of numbers.slice(0, 200)) {
      source.fill(slot, n, 1_763_917_612_345_678);
      const bytes = Buffer.concat([slot.key.subarray(0, slot.keyEnd), slot.value.subarray(slot.valueStart, slot.valueEnd)]);
      checks.check({ bytes, keyStart: 0, keyEnd: slot.keyEnd, valueStart: slot.keyEnd, valueEnd: bytes.length }, n % 2, n);
    }
    expect([...new Set(report.finish().anomalies.map(({ kind }) => kind))]).toEqual(['misplaced']);
  });
});
