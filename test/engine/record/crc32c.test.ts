import { describe, expect, it } from 'vitest';
import { native, nativeMissingReason } from '../../../engine/native/native.ts';
import { crc32c, portableCrc32c } from '../../../engine/record/crc32c.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const seed = Date.now() % 1_000_000_000;
const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
/** RFC 3720, appendix B.4, and the check value of the Rocksoft catalogue. */
const vectors: { name: string; bytes: Buffer; crc: number }[] = [
  { name: 'nothing', bytes: Buffer.alloc(0), crc: 0 },
  { name: '32 zeros', bytes: Buffer.alloc(32), crc: 0x8a9136aa },
  { name: '32 ones', bytes: Buffer.alloc(32, 0xff), crc: 0x62a8ab43 },
  { name: '32 ascending', bytes: ascending, crc: 0x46dd794e },
  { name: '32 descending', bytes: Buffer.from(ascending).reverse(), crc: 0x113fdb5c },
  {
    name: 'an iSCSI read command',
    bytes: Buffer.from('01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000', 'hex'),
    crc: 0xd9963a56,
  },
  { name: '123456789', bytes: Buffer.from('123456789'), crc: 0xe3069283 },
];

describe('CRC-32C', () => {
  it.each(vectors)('of $name is the published one', ({ bytes, crc }) => {
    expect([crc32c(bytes, 0, bytes.length), portableCrc32c(bytes, 0, bytes.length)]).toEqual([crc, crc]);
  });

  it(`of a range is what one bit at a time gives, however it is cut in two (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const bytes = Buffer.from(Array.from({ length: 700 }, () => random.nextInt(256)));
    for (let run = 0; run < 200; run++) {
      const start = random.nextInt(64);
      const end = start + random.nextInt(bytes.length - start + 1);
      const middle = start + random.nextInt(end - start + 1);
      const expected = bitwiseCrc32c(bytes.subarray(start, end));
      for (const crc of [crc32c, portableCrc32c]) {
        expect([crc.name, start, end, crc(bytes, start, end)]).toEqual([crc.name, start, end, expected]);
        expect([crc.name, start, middle, end, crc(bytes, middle, end, crc(bytes, start, middle))]).toEqual([crc.name, start, middle, end, expected]);
      }
    }
  });

  it.skipIf(native === undefined)(`native equals portable at every length, alignment and seed (seed ${seed}; needs the add-on: ${nativeMissingReason ?? 'it is there'})`, () => {
    const random = new SeededRandom(seed);
    const memory = new Uint8Array(64 * 1024);
    for (let at = 0; at < memory.length; at++) memory[at] = random.nextInt(256);
    // The add-on works in three lanes of 256 and of 4096 bytes: lengths on both sides of their sums.
    const edges = [0, 1, 7, 8, 9, 255, 256, 767, 768, 769, 775, 776, 4096, 12_287, 12_288, 12_289, 13_056, 13_063, 24_576, 40_001];
    for (let run = 0; run < 400; run++) {
      const length = run < edges.length * 8 ? (edges[run >> 3] as number) : random.nextInt(50_000);
      const bytes = memory.subarray(random.nextInt(16));
      const start = run & 7;
      const from = random.nextInt(2 ** 32);
      expect([length, start, native?.crc32c(bytes, start, start + length, from)]).toEqual([length, start, portableCrc32c(bytes, start, start + length, from)]);
    }
  });

  it.skipIf(native === undefined)(`native refuses a range outside the bytes (needs the add-on: ${nativeMissingReason ?? 'it is there'})`, () => {
    const bytes = new Uint8Array(10);
    const ranges: [start: number, end: number][] = [[0, 11], [-1, 5], [6, 5], [0, 2 ** 40], [2 ** 40, 2 ** 40]];
    for (const [start, end] of ranges) expect(() => native?.crc32c(bytes, start, end, 0)).toThrow(RangeError);
    expect(() => native?.crc32c('0123456789' as unknown as Uint8Array, 0, 5, 0)).toThrow(RangeError);
  });
});

function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}
