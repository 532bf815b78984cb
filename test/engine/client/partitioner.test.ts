import { expect, test } from 'vitest';
import { partitionForKey, StickyPartitioner, type PartitionLoad } from '../../../engine/client/partitioner.ts';
import { createHostEnvironment } from '../../../engine/host/host-environment.ts';

const { random } = createHostEnvironment();

test("a key goes to the partition that Java's clients give it", () => {
  // Utils.toPositive(Utils.murmur2(key)) % 20 of the Java client.
  for (const [key, hash] of [['21', -973932308], ['foobar', -790332482], ['a-little-bit-long-string', -985981536], ['abc', 479470107]] as const) {
    const bytes = Buffer.from(key);
    expect(partitionForKey(bytes, 0, bytes.length, 20)).toBe((hash & 0x7fffffff) % 20);
  }
});

function loads(...queued: number[]): PartitionLoad[] {
  return queued.map((queuedBatches) => ({ queuedBatches, isAvailable: queuedBatches >= 0 }));
}

test('records without a key stay with a partition for a batch and then go on', () => {
  const sticky = new StickyPartitioner(random, { batchBytes: 1000, isAdaptive: true });
  const first = sticky.current;
  sticky.onAppended(999, true, loads(0, 0, 0, 0, 0, 0, 0, 0));
  expect(sticky.current).toBe(first);
  const seen = new Set<number>();
  for (let i = 0; i < 200; i++) {
    sticky.onAppended(1000, true, loads(0, 0, 0, 0, 0, 0, 0, 0));
    seen.add(sticky.current);
  }
  expect(seen.size).toBe(8);
});

test('a partition without a leader is never drawn while another has one', () => {
  const sticky = new StickyPartitioner(random, { batchBytes: 1, isAdaptive: true });
  for (let i = 0; i < 500; i++) {
    sticky.next(loads(0, -1, 3));
    expect(sticky.current).not.toBe(1);
  }
});

test('short queues are drawn more often than long ones', () => {
  const sticky = new StickyPartitioner(random, { batchBytes: 1, isAdaptive: true });
  const counts = [0, 0];
  for (let i = 0; i < 4000; i++) {
    sticky.next(loads(0, 9));
    counts[sticky.current] = (counts[sticky.current] ?? 0) + 1;
  }
  // Weights 10 and 1.
  expect(counts[0] as number).toBeGreaterThan((counts[1] as number) * 5);
});
