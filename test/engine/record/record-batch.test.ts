import { describe, expect, it } from 'vitest';
import * as header from '../../../engine/record/record-batch.ts';
import { compressionIds, compressionTypes } from '../../../engine/record/compression-type.ts';
import { sampleBatch, sealCrc } from '../log/sample-batch.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const seed = Date.now() % 1_000_000_000;

describe('the header of a batch', () => {
  it.each([0, 13])('is read field by field at byte %i', (at) => {
    const batch = sampleBatch({ recordCount: 3, timestampMs: 1_699_999_999_123, producerId: 2 ** 52 + 7, producerEpoch: 32_767, baseSequence: 2 ** 31 - 1, baseOffset: 2 ** 53 - 4, leaderEpoch: 77, attributes: 0x3c });
    const buffer = Buffer.concat([Buffer.alloc(at, 0xab), batch, Buffer.alloc(5, 0xcd)]);
    expect(headerOf(buffer, at)).toEqual({
      bytes: batch.length, baseOffset: 2 ** 53 - 4, leaderEpoch: 77, magic: 2, crc: batch.readUInt32BE(17), attributes: 0x3c, lastOffsetDelta: 2,
      baseTimestamp: 1_699_999_999_123, maxTimestamp: 1_699_999_999_125, producerId: 2 ** 52 + 7, producerEpoch: 32_767, baseSequence: 2 ** 31 - 1, recordCount: 3,
    });
  });

  it('has negative numbers too', () => {
    const batch = sampleBatch({ timestampMs: -5_000_000_000, producerId: -1, producerEpoch: -1, baseSequence: -1, baseOffset: -3, leaderEpoch: -1 });
    expect(headerOf(batch, 0)).toMatchObject({ baseOffset: -3, leaderEpoch: -1, baseTimestamp: -5_000_000_000, producerId: -1, producerEpoch: -1, baseSequence: -1 });
  });

  it('keeps its CRC when offset and leader epoch are stamped, and nothing else changes', () => {
    const buffer = Buffer.concat([Buffer.alloc(9, 0xab), sampleBatch({ recordCount: 2 })]);
    const before = Buffer.from(buffer);
    for (const offset of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]) {
      header.stampBaseOffset(buffer, 9, offset);
      header.stampLeaderEpoch(buffer, 9, offset % 2 ** 31);
      expect([buffer.readBigInt64BE(9), buffer.readInt32BE(21)]).toEqual([BigInt(offset), offset % 2 ** 31]);
      expect(header.validateBatch(buffer, 9, buffer.length - 9)).toEqual({ kind: 'valid', bytes: buffer.length - 9 });
      expect(buffer.subarray(25)).toEqual(before.subarray(25));
      expect(buffer.subarray(17, 21)).toEqual(before.subarray(17, 21));
    }
  });

  it('names codec and flags by the bits of the attributes', () => {
    for (const type of compressionTypes) {
      for (const flags of [0, 0x08, 0x10, 0x20, 0x38]) {
        const attributes = compressionIds[type] | flags;
        const found = [header.compressionOf(attributes), header.usesLogAppendTime(attributes), header.isTransactional(attributes), header.isControl(attributes)];
        expect(found).toEqual([type, (flags & 8) !== 0, (flags & 16) !== 0, (flags & 32) !== 0]);
      }
    }
  });
});

describe('the validation of a batch', () => {
  it('finds it valid among others, with its length', () => {
    const first = sampleBatch({ recordCount: 5 });
    const buffer = Buffer.concat([first, sampleBatch()]);
    expect(header.validateBatch(buffer, 0, buffer.length)).toEqual({ kind: 'valid', bytes: first.length });
    expect(header.validateBatch(buffer, first.length, buffer.length - first.length)).toEqual({ kind: 'valid', bytes: buffer.length - first.length });
  });

  it('finds every truncation', () => {
    const batch = sampleBatch({ recordCount: 4, valueBytes: 30 });
    for (let available = 0; available < batch.length; available++) {
      const reason = available < 61 ? `${available} bytes are less than a batch header` : `a batch of ${batch.length} bytes is cut at ${available}`;
      expect(header.validateBatch(batch.subarray(0, available), 0, available)).toEqual({ kind: 'invalid', reason });
    }
  });

  it('finds every flipped bit but those of offset and leader epoch, which no CRC covers', () => {
    const batch = sampleBatch({ recordCount: 2 });
    const unseen = new Set<number>();
    for (let bit = 0; bit < batch.length * 8; bit++) {
      const damaged = Buffer.from(batch);
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      if (header.validateBatch(damaged, 0, damaged.length).kind === 'valid') unseen.add(bit >> 3);
    }
    expect([...unseen]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15]);
  });

  it('names what is wrong', () => {
    const reasonOf = (change: (batch: Buffer) => void): string => {
      const batch = sampleBatch();
      change(batch);
      const verdict = header.validateBatch(batch, 0, batch.length);
      return verdict.kind === 'invalid' ? verdict.reason : verdict.kind;
    };
    for (const length of [-(2 ** 31), -12, -1, 0, 48]) expect(reasonOf((batch) => batch.writeInt32BE(length, 8))).toBe(`batch length ${length} is too small`);
    expect(reasonOf((batch) => batch.writeInt32BE(2 ** 31 - 1, 8))).toMatch(/^a batch of 2147483659 bytes is cut at \d+$/);
    for (const magic of [-1, 0, 1, 3]) expect(reasonOf((batch) => { batch.writeInt8(magic, 16); sealCrc(batch); })).toBe(`magic ${magic} is not 2`);
    expect(reasonOf((batch) => batch.writeUInt32BE(0x0abc, 17))).toMatch(/^CRC 0x00000abc is stored, 0x[0-9a-f]{8} computed$/);
  });

  it(`answers for any bytes, and rightly (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 3000; run++) {
      const bytes = Buffer.from(Array.from({ length: random.nextInt(120) }, () => random.nextInt(256)));
      if (bytes.length > 12 && run % 2 === 0) bytes.writeInt32BE(random.nextInt(bytes.length) - 12, 8);
      if (bytes.length > 16) bytes[16] = 2;
      expect(header.validateBatch(bytes, 0, bytes.length).kind).toBe('invalid');
    }
  });
});

function headerOf(buffer: Buffer, at: number): Record<string, number> {
  return {
    bytes: header.batchSizeInBytes(buffer, at),
    baseOffset: header.readBaseOffset(buffer, at),
    leaderEpoch: header.readPartitionLeaderEpoch(buffer, at),
    magic: header.readMagic(buffer, at),
    crc: header.readCrc(buffer, at),
    attributes: header.readAttributes(buffer, at),
    lastOffsetDelta: header.readLastOffsetDelta(buffer, at),
    baseTimestamp: header.readBaseTimestamp(buffer, at),
    maxTimestamp: header.readMaxTimestamp(buffer, at),
    producerId: header.readProducerId(buffer, at),
    producerEpoch: header.readProducerEpoch(buffer, at),
    baseSequence: header.readBaseSequence(buffer, at),
    recordCount: header.readRecordCount(buffer, at),
  };
}
