import { describe, expect, it } from 'vitest';
import { zstdCompressSync } from 'node:zlib';
import { ClickstreamSource } from '../../../bench/workload/clickstream.ts';
import { epochUsOf, hasStamp, keyOf, numberOf, workerOf } from '../../../bench/workload/event-stamp.ts';
import { KeyPicker } from '../../../bench/workload/key-picker.ts';
import { FixedSizeSource } from '../../../bench/workload/fixed-size.ts';
import { emptySlot, type RecordSource } from '../../../bench/workload/record-source.ts';
import { Xoshiro128 } from '../../../bench/workload/xoshiro128.ts';
import { AliasTable, hottestShare, zipfWeights } from '../../../bench/workload/zipf.ts';

const zipfKeys = { kind: 'zipf', keyCount: 200_000, exponent: 0.8 } as const;
const TIME_US = 1_763_917_612_345_678;

function take(source: RecordSource, n: number, epochUs = TIME_US): { key: string | undefined; value: Buffer } {
  const slot = emptySlot();
  source.fill(slot, n, epochUs);
  return {
    key: slot.keyEnd < 0 ? undefined : slot.key.toString('latin1', slot.keyStart, slot.keyEnd),
    value: Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd)),
  };
}

describe('clickstream', () => {
  it('events are JSON of 200 to 250 bytes whose session id is the key', () => {
    const source = new ClickstreamSource({ seed: 1, worker: 7, keys: zipfKeys });
    for (const n of [0, 1, 9_999, 10_000, 99_999_999, 123_456_789_012]) {
      const { key, value } = take(source, n);
      expect(value.length).toBeGreaterThanOrEqual(190);
      expect(value.length).toBeLessThanOrEqual(250);
      const event = JSON.parse(value.toString()) as Record<string, unknown>;
      expect(event).toMatchObject({ event_id: `07-${String(n).padStart(12, '0')}`, timestamp: 1_763_917_612_345.678 });
      expect(String(event['session_id'])).toBe(key);
    }
    expect(source.valueBytesMean).toBeGreaterThan(200);
    expect(source.valueBytesMean).toBeLessThan(250);
  });

  it('a reader gets worker, number, time and key back from the bytes', () => {
    const source = new ClickstreamSource({ seed: 1, worker: 42, keys: zipfKeys });
    const { key, value } = take(source, 123_456_789_012, TIME_US);
    expect(hasStamp(value, 0, value.length)).toBe(true);
    expect([workerOf(value, 0), numberOf(value, 0), epochUsOf(value, 0), keyOf(value, 0)]).toEqual([42, 123_456_789_012, TIME_US, Number(key)]);
    const text = Buffer.alloc(300, '{"event_id": not ours');
    expect(hasStamp(text, 0, text.length)).toBe(false);
  });

  it('T10: record n is a function of seed, worker and n, whatever was rendered between', () => {
    const [a, b] = [1, 1].map((seed) => new ClickstreamSource({ seed, worker: 0, keys: zipfKeys })) as [ClickstreamSource, ClickstreamSource];
    for (let n = 0; n < 1000; n++) take(b, n, TIME_US + n);
    expect(take(a, 77)).toEqual(take(b, 77));
    expect(take(a, 77).value.equals(take(new ClickstreamSource({ seed: 2, worker: 0, keys: zipfKeys }), 77).value)).toBe(false);
  });
});

describe('fixed size', () => {
  it.each([20, 100, 1024])('records have %i bytes and carry a stamp when there is room', (recordBytes) => {
    const source = new FixedSizeSource({ seed: 1, worker: 0, keys: { kind: 'none' }, recordBytes, randomBytesRatio: 0.5 });
    const { key, value } = take(source, 5);
    expect([value.length, key, source.isStamped]).toEqual([recordBytes, undefined, recordBytes >= 79]);
    if (source.isStamped) expect(numberOf(value, 0)).toBe(5);
  });

  it('the random share sets how far a batch compresses', () => {
    const ratioOf = (randomBytesRatio: number): number => {
      const source = new FixedSizeSource({ seed: 1, worker: 0, keys: { kind: 'none' }, recordBytes: 1024, randomBytesRatio });
      const batch = Buffer.concat(Array.from({ length: 60 }, (_, n) => take(source, n).value));
      return batch.length / zstdCompressSync(batch).length;
    };
    expect(ratioOf(0)).toBeGreaterThan(20);
    expect(ratioOf(0.5)).toBeCloseTo(2, 0);
    expect(ratioOf(1)).toBeLessThan(1.2);
  });
});

describe('key skew', () => {
  it('an alias table draws each rank as often as its weight says', () => {
    const seed = 12;
    const random = new Xoshiro128(seed);
    const weights = zipfWeights(50, 1);
    const table = new AliasTable(weights);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const draws = 400_000;
    const counts = new Float64Array(50);
    for (let i = 0; i < draws; i++) counts[table.sample(random.nextFloat())]! += 1;
    let chiSquare = 0;
    counts.forEach((count, rank) => {
      const expected = (draws * weights[rank]!) / total;
      chiSquare += (count - expected) ** 2 / expected;
    });
    // 49 degrees of freedom: 99.9 % quantile is 85.4
    expect(chiSquare, `seed ${seed}`).toBeLessThan(85.4);
  });

  it('the most frequent session of 200,000 gets the share that the exponent gives', () => {
    const source = new ClickstreamSource({ seed: 3, worker: 0, keys: zipfKeys });
    const draws = 200_000;
    let hottest = 0;
    const slot = emptySlot();
    for (let n = 0; n < draws; n++) {
      source.fill(slot, n, TIME_US);
      if (keyOf(slot.value, slot.valueStart) === 100_000) hottest++;
    }
    expect(hottest / draws).toBeCloseTo(hottestShare(200_000, 0.8), 2);
  });
});

describe('a hot set', () => {
  const share = (distribution: { keyCount: number; hotKeyCount: number; hotShare: number }): number[] => {
    const keys = new KeyPicker({ kind: 'hotSet', ...distribution }, { seed: 3, worker: 0 });
    const first = new KeyPicker({ kind: 'uniform', keyCount: 1 }, { seed: 3, worker: 0 }).keyFor(0);
    const counts = new Array<number>(distribution.keyCount).fill(0);
    for (let n = 0; n < 100_000; n++) counts[keys.keyFor(n) - first]! += 1;
    return counts.map((count) => count / 100_000);
  };

  it('has its share of the records, evenly, and the other keys the rest', () => {
    const shares = share({ keyCount: 100, hotKeyCount: 2, hotShare: 0.8 });
    expect(shares).toHaveLength(100);
    for (const hot of shares.slice(0, 2)) expect(Math.abs(hot - 0.4)).toBeLessThan(0.01);
    for (const cold of shares.slice(2)) expect(Math.abs(cold - 0.2 / 98)).toBeLessThan(0.001);
  });

  it('may be all keys, and may have all records', () => {
    for (const each of share({ keyCount: 4, hotKeyCount: 4, hotShare: 0.5 })) expect(Math.abs(each - 0.25)).toBeLessThan(0.01);
    expect(share({ keyCount: 3, hotKeyCount: 1, hotShare: 1 })).toEqual([1, 0, 0]);
  });
});
