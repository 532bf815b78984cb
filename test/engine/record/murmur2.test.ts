import { describe, expect, it } from 'vitest';
import { createRequire } from 'node:module';
import { murmur2, partitionForKey } from '../../../engine/record/murmur2.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const kafkajsMurmur2 = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2.js') as (key: Buffer) => number;
const seed = Date.now() % 1_000_000_000;

describe('murmur2', () => {
  // Of Kafka's own UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('of %s is the one of the Java client', (text, hash) => {
    const bytes = Buffer.from(`--${text}--`);
    expect(murmur2(bytes, 2, bytes.length - 2)).toBe(hash);
    expect(partitionForKey(bytes, 2, bytes.length - 2, 7)).toBe((hash & 0x7fff_ffff) % 7);
  });

  it(`puts every key where kafkajs puts it, at any place in memory (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 2000; run++) {
      const key = Buffer.from(Array.from({ length: random.nextInt(run % 50 === 0 ? 5000 : 40) }, () => random.nextInt(256)));
      const at = random.nextInt(9);
      const memory = Buffer.concat([Buffer.alloc(at, 0xee), key, Buffer.alloc(4, 0xdd)]);
      const expected = kafkajsMurmur2(key);
      expect([key.toString('hex'), murmur2(memory, at, at + key.length)]).toEqual([key.toString('hex'), expected | 0]);
      const partitions = 1 + random.nextInt(100);
      expect(partitionForKey(memory, at, at + key.length, partitions)).toBe((expected & 0x7fff_ffff) % partitions);
    }
  });
});
