/** The add-on's lz4 and snappy against the packages that stand in for it: each opens what the other wrote, and damage is found. */
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync as snappyBlock, uncompressSync } from 'snappy';
import { describe, expect, it } from 'vitest';
import { CompressionError, compress, decompress } from '../../../engine/record/compression.ts';
import { native } from '../../../engine/native/native.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const CASES = 300;
const MUTATIONS = Number(process.env['HEADROOM_MUTATIONS'] ?? 20_000) / 5;
const seed = Number(process.env['HEADROOM_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** Repetitions near and far, runs, text and noise, of any length around the block sizes. */
function sample(random: SeededRandom): Buffer {
  const length = random.pick([random.nextInt(40), random.nextInt(70_000), 65_536, 65_537, 131_072, random.nextInt(200_000)]);
  const bytes = Buffer.alloc(length);
  const kind = random.nextInt(4);
  for (let at = 0; at < length; ) {
    if (kind === 0) bytes[at++] = random.nextInt(256);
    else if (kind === 1) bytes[at++] = random.nextInt(2);
    else if (kind === 2 && at > 4 && random.nextInt(3) === 0) {
      const distance = 1 + random.nextInt(Math.min(at, random.pick([8, 20, 65_535, 100_000])));
      for (let left = 1 + random.nextInt(random.pick([20, 700])); left > 0 && at < length; left--) bytes[at] = bytes[at++ - distance] as number;
    } else bytes[at++] = 'abcdefgh {}":,0123456789'.charCodeAt(random.nextInt(24));
  }
  return bytes;
}

describe.skipIf(native === undefined)('blocks of the add-on', () => {
  it(`are opened by the packages, and theirs by it (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (let count = 0; count < CASES; count++) {
      const bytes = sample(random);
      const bound = { maxBytes: bytes.length };
      const lz4 = compress('lz4', bytes);
      if (bytes.length > 0) expect(decompressFrameSync(lz4).equals(bytes)).toBe(true);
      expect(decompress('lz4', lz4, bound).equals(bytes)).toBe(true);
      expect(decompress('lz4', compressFrameSync(bytes), bound).equals(bytes)).toBe(true);
      const snappy = compress('snappy', bytes);
      const blocks: Buffer[] = [];
      for (let at = 16; at < snappy.length; at += 4 + snappy.readInt32BE(at)) blocks.push(uncompressSync(snappy.subarray(at + 4, at + 4 + snappy.readInt32BE(at)), { asBuffer: true }) as Buffer);
      expect(Buffer.concat(blocks).equals(bytes)).toBe(true);
      expect(decompress('snappy', snappy, bound).equals(bytes)).toBe(true);
      expect(decompress('snappy', snappyBlock(bytes) as Buffer, bound).equals(bytes)).toBe(true);
    }
  });

  it(`with damage are refused, or opened to no more than the bound (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const originals = Array.from({ length: 20 }, () => sample(random)).map((bytes) => ({ bytes, lz4: compress('lz4', bytes), snappy: compress('snappy', bytes) }));
    for (let count = 0; count < MUTATIONS; count++) {
      const { bytes, lz4, snappy } = random.pick(originals);
      for (const [type, packed] of [['lz4', lz4], ['snappy', snappy]] as const) {
        const damaged = Buffer.from(packed);
        for (let flips = 1 + random.nextInt(3); flips > 0; flips--) damaged[random.nextInt(damaged.length)] = random.nextInt(256);
        const maxBytes = random.nextInt(2) === 0 ? bytes.length : random.nextInt(bytes.length + 1);
        try {
          expect(decompress(type, damaged.subarray(0, random.nextInt(4) === 0 ? random.nextInt(damaged.length) : damaged.length), { maxBytes }).length).toBeLessThanOrEqual(maxBytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CompressionError);
        }
      }
    }
  });

  it('of another writer that refer to earlier blocks are opened', () => {
    // FLG 0x40: linked blocks. The second block is one match that reaches back into the first.
    const first = Buffer.from([0xf0, 0x01, ...Buffer.from('0123456789abcdef')]);
    const second = Buffer.from([0x0f, 0x10, 0x00, 0x00, 0x50, ...Buffer.from('tail!')]);
    const length = (block: Buffer): Buffer => Buffer.from([block.length, 0, 0, 0]);
    const frame = Buffer.concat([Buffer.from('04224d184040c0', 'hex'), length(first), first, length(second), second, Buffer.alloc(4)]);
    expect(decompress('lz4', frame, { maxBytes: 100 }).toString()).toBe('0123456789abcdef0123456789abcdef012tail!');
    expect(() => decompress('lz4', frame, { maxBytes: 39 })).toThrow(/more than 39 bytes/);
  });
});
