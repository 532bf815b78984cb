import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import { compressSync as snappyBlock } from 'snappy';
import { describe, expect, it } from 'vitest';
import { CompressionError, compress, compressionTypes, decompress, type CompressionType } from '../../../engine/record/compression.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const seed = Date.now() % 1_000_000_000;
const codecs = compressionTypes.filter((type) => type !== 'none');
const ENOUGH = 16 * 1024 * 1024;

/** Bytes of every kind: one byte again and again, words, noise, and noise that comes back far behind. */
function sample(random: SeededRandom, length: number): Buffer {
  const bytes = Buffer.alloc(length, random.nextInt(256));
  const kind = random.nextInt(4);
  if (kind === 1) for (let at = 0; at < length; at++) bytes[at] = 'click view order '.charCodeAt((at * 7 + random.nextInt(2)) % 17);
  if (kind >= 2) for (let at = 0; at < length; at++) bytes[at] = kind === 3 && at >= 30_000 ? (bytes[at - 30_000] as number) : random.nextInt(256);
  return bytes;
}

describe.each(codecs)('%s', (type) => {
  it(`opens to what was packed, with a bound of exactly that (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const lengths = [0, 1, 2, 15, 100, 32_767, 32_768, 32_769, 65_535, 65_536, 65_537, 200_000, ...Array.from({ length: 20 }, () => random.nextInt(5000))];
    for (const length of lengths) {
      const bytes = sample(random, length);
      const packed = compress(type, bytes);
      expect([length, decompress(type, packed, { maxBytes: length }).equals(bytes)]).toEqual([length, true]);
      const window = new Uint8Array(Buffer.concat([Buffer.alloc(3), packed, Buffer.alloc(3, 7)])).subarray(3, 3 + packed.length);
      expect(decompress(type, window, { maxBytes: ENOUGH }).equals(bytes)).toBe(true);
      if (length > 0) expect(() => decompress(type, packed, { maxBytes: length - 1 })).toThrow(CompressionError);
    }
  });

  it('packs a window as the bytes in it, and leaves the packed bytes of before alone', () => {
    const bytes = sample(new SeededRandom(seed), 5000);
    const packed = compress(type, new Uint8Array(bytes).subarray(100, 4000));
    const copy = Buffer.from(packed);
    compress(type, Buffer.alloc(100_000, 1));
    expect(packed.equals(copy)).toBe(true);
    expect(decompress(type, packed, { maxBytes: 3900 }).equals(bytes.subarray(100, 4000))).toBe(true);
  });

  it('refuses a bomb before it takes the memory', () => {
    const bomb = compress(type, Buffer.alloc(64 * 1024 * 1024));
    const before = process.memoryUsage();
    for (let run = 0; run < 3; run++) expect(() => decompress(type, bomb, { maxBytes: 100_000 })).toThrow(new CompressionError(`${type} data opens to more than 100000 bytes`));
    const after = process.memoryUsage();
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8 * 1024 * 1024);
  });

  it('finds every truncation', () => {
    const packed = compress(type, sample(new SeededRandom(5), 70_000));
    const step = Math.max(1, Math.floor(packed.length / 150));
    for (let length = 0; length < packed.length; length += length < 40 || length > packed.length - 40 ? 1 : step) {
      const outcome = outcomeOf(type, packed.subarray(0, length), ENOUGH);
      if (type === 'snappy' && endsBetweenXerialBlocks(packed, length)) expect(outcome).toBeInstanceOf(Buffer);
      else expect([length, outcome]).toEqual([length, expect.any(CompressionError)]);
    }
  });

  it(`opens damaged bytes to something within the bound or throws a CompressionError (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 600; run++) {
      const packed = Buffer.from(compress(type, sample(random, 1 + random.nextInt(2000))));
      for (let flips = 1 + random.nextInt(3); flips > 0; flips--) {
        const bit = random.nextInt(Math.min(packed.length, run % 2 === 0 ? 24 : packed.length) * 8);
        packed[bit >> 3] = (packed[bit >> 3] as number) ^ (1 << (bit & 7));
      }
      expectBounded(type, packed, 4000);
    }
  });

  it(`opens noise to something within the bound or throws a CompressionError (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    const beginning = compress(type, Buffer.alloc(2000, 1)).subarray(0, 16);
    for (let run = 0; run < 600; run++) {
      const noise = Buffer.from(Array.from({ length: random.nextInt(200) }, () => random.nextInt(256)));
      expectBounded(type, run % 2 === 0 ? noise : Buffer.concat([beginning.subarray(0, random.nextInt(17)), noise]), 4000);
    }
  });
});

describe('the formats of other clients', () => {
  const text = Buffer.from('what the Java client wrote, '.repeat(9000));

  it('no compression is the bytes themselves, within the bound', () => {
    expect(compress('none', text).equals(text)).toBe(true);
    expect(decompress('none', text, { maxBytes: text.length }).equals(text)).toBe(true);
    expect(() => decompress('none', text, { maxBytes: text.length - 1 })).toThrow(CompressionError);
  });

  it('snappy is written in xerial blocks of 64 KiB and read raw too', () => {
    const packed = compress('snappy', text);
    expect(packed.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
    let blocks = 0;
    for (let at = 16; at < packed.length; at += 4 + packed.readInt32BE(at)) blocks++;
    expect(blocks).toBe(Math.ceil(text.length / 65_536));
    expect(decompress('snappy', snappyBlock(text) as Buffer, { maxBytes: text.length }).equals(text)).toBe(true);
    expect(() => decompress('snappy', snappyBlock(text) as Buffer, { maxBytes: text.length - 1 })).toThrow(CompressionError);
  });

  it('snappy blocks are bounded together, not each for itself', () => {
    expect(() => decompress('snappy', compress('snappy', Buffer.alloc(200_000)), { maxBytes: 199_999 })).toThrow(CompressionError);
    expect(() => decompress('snappy', Buffer.from('ffffffffff7f', 'hex'), { maxBytes: ENOUGH })).toThrow(/no valid size|opens to more/);
    const negative = Buffer.concat([compress('snappy', Buffer.alloc(0)), Buffer.from('ffffffff', 'hex')]);
    expect(() => decompress('snappy', negative, { maxBytes: ENOUGH })).toThrow(/block of -1 bytes/);
  });

  it('lz4 is a frame of independent 64 KiB blocks with the descriptor that Kafka expects, noise stored as it is', () => {
    const noise = sampleNoise(100_000);
    for (const bytes of [text, noise]) {
      const packed = compress('lz4', bytes);
      expect(packed.subarray(0, 7).toString('hex')).toBe('04224d18604082');
      expect(packed.readUInt32LE(packed.length - 4)).toBe(0);
    }
    expect(compress('lz4', noise).length).toBe(7 + 2 * 4 + noise.length + 4);
  });

  it('lz4 frames with checksums and of another library are read', () => {
    for (const options of [{}, { contentChecksum: true }, { blockChecksums: true }, { contentChecksum: true, blockChecksums: true }]) {
      const frame = compressFrameSync(text, options);
      expect(decompress('lz4', frame, { maxBytes: text.length }).equals(text)).toBe(true);
      expect(() => decompress('lz4', frame, { maxBytes: text.length - 1 })).toThrow(CompressionError);
      for (let cut = 1; cut <= 24; cut++) expect([cut, outcomeOf('lz4', frame.subarray(0, -cut), ENOUGH)]).toEqual([cut, expect.any(CompressionError)]);
    }
  });

  it('gzip of several members and zstd with and without its size in front are read', () => {
    const halves = [text.subarray(0, 1000), text.subarray(1000)];
    expect(decompress('gzip', Buffer.concat(halves.map((half) => gzipSync(half))), { maxBytes: text.length }).equals(text)).toBe(true);
    const sized = zstdCompressSync(text, { pledgedSrcSize: text.length } as object);
    const unsized = zstdCompressSync(text);
    for (const frame of [sized, unsized]) {
      expect(decompress('zstd', frame, { maxBytes: text.length }).equals(text)).toBe(true);
      expect(() => decompress('zstd', frame, { maxBytes: text.length - 1 })).toThrow(CompressionError);
    }
  });

  it('levels are taken: a higher one is no larger', () => {
    for (const [type, low, high] of [['gzip', 1, 9], ['zstd', 1, 19]] as const) {
      const [fast, small] = [low, high].map((level) => compress(type, text, { level })) as [Buffer, Buffer];
      expect(small.length).toBeLessThanOrEqual(fast.length);
      expect([fast, small].every((packed) => decompress(type, packed, { maxBytes: text.length }).equals(text))).toBe(true);
    }
  });
});

function sampleNoise(length: number): Buffer {
  const random = new SeededRandom(9);
  return Buffer.from(Array.from({ length }, () => random.nextInt(256)));
}

function outcomeOf(type: CompressionType, bytes: Buffer, maxBytes: number): unknown {
  try {
    return decompress(type, bytes, { maxBytes });
  } catch (error) {
    return error;
  }
}

function expectBounded(type: CompressionType, bytes: Buffer, maxBytes: number): void {
  const outcome = outcomeOf(type, bytes, maxBytes);
  if (outcome instanceof Buffer) expect(outcome.length).toBeLessThanOrEqual(maxBytes);
  else expect([bytes.toString('hex'), outcome]).toEqual([bytes.toString('hex'), expect.any(CompressionError)]);
}

function endsBetweenXerialBlocks(packed: Buffer, length: number): boolean {
  let at = 16;
  while (at < length) at += 4 + packed.readInt32BE(at);
  return at === length;
}
