/** Builder, reader and kafkajs over the same records: each reads what each writes. */
import { describe, expect, it } from 'vitest';
import { CompressionError, compressionIds, compressionTypes, type CompressionType } from '../../../engine/record/compression.ts';
import { crc32c } from '../../../engine/record/crc32c.ts';
import * as header from '../../../engine/record/record-batch.ts';
import { NO_PRODUCER, RecordBatchBuilder, buildBatch, varintSize, writeVarint, type SimpleRecord } from '../../../engine/record/record-batch-builder.ts';
import { RecordError, forEachRecord, readRecords, recordsCrcOf, type ReadRecord } from '../../../engine/record/record-reader.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { sealCrc } from '../log/sample-batch.ts';
import { kafkajsReadsBatch, kafkajsWritesBatch, type KafkajsRecord } from './kafkajs-records.ts';

const seed = Date.now() % 1_000_000_000;
const NOW_MS = 1_700_000_000_000;

type TestRecord = SimpleRecord & { readonly headers: { key: string; value: Buffer | null }[] };

function randomBytes(random: SeededRandom, maxBytes: number): Buffer {
  return Buffer.alloc(random.nextInt(maxBytes), Buffer.from([random.nextInt(256), random.nextInt(256), ...random.uuid()]));
}

function randomRecords(random: SeededRandom, options: { nullHeaders: boolean }): TestRecord[] {
  const blob = (maxBytes: number): Buffer | null => (random.nextInt(6) === 0 ? null : randomBytes(random, maxBytes));
  return Array.from({ length: 1 + random.nextInt(80) }, () => ({
    key: blob(70),
    value: blob(random.nextInt(20) === 0 ? 40_000 : 200),
    timestampMs: NOW_MS + random.nextInt(200_000) - 100_000,
    headers: Array.from({ length: random.nextInt(3) === 0 ? random.nextInt(4) : 0 }, (_, at) => ({
      key: ['', 'trace', 'größe', 'ключ-☃-😀'][at] as string,
      value: options.nullHeaders && random.nextInt(4) === 0 ? null : randomBytes(random, 100),
    })),
  }));
}

/** Bytes as text: comparing Buffers byte by byte takes its time. */
function text(bytes: Uint8Array | null | undefined): string | null {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString('latin1');
}

function told(records: readonly (TestRecord | ReadRecord)[], baseOffset = 0): object[] {
  return records.map((record, at) => ({
    offset: `${'offset' in record ? record.offset : baseOffset + at}`,
    timestamp: `${record.timestampMs}`,
    key: text(record.key),
    value: text(record.value),
    headers: record.headers.map(({ key, value }) => [key, text(value)]),
  }));
}

function toldByKafkajs(records: readonly KafkajsRecord[]): object[] {
  return records.map(({ offset, timestamp, key, value, headers }) => ({
    offset,
    timestamp,
    key: text(key),
    value: text(value),
    headers: Object.entries(headers).map(([name, each]) => [name, text(each as Buffer)]),
  }));
}

describe.each(compressionTypes)('%s records', (compression) => {
  it(`come back from our reader and from kafkajs as they were built (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 12; run++) {
      const records = randomRecords(random, { nullHeaders: true });
      const identity = { producerId: random.nextInt(2 ** 31) * 1000, producerEpoch: random.nextInt(2 ** 15), baseSequence: random.nextInt(2 ** 31) };
      const isTransactional = random.nextInt(2) === 0;
      const baseOffset = random.nextInt(2 ** 31) * 100;
      const batch = buildBatch(records, { compression, baseOffset, isTransactional, ...identity });
      expect(header.validateBatch(batch, 0, batch.length)).toEqual({ kind: 'valid', bytes: batch.length });
      expect(told(readRecords(batch))).toEqual(told(records, baseOffset));
      const judged = await kafkajsReadsBatch(batch);
      expect(toldByKafkajs(judged.records)).toEqual(told(records, baseOffset));
      expect(judged).toMatchObject({
        firstOffset: `${baseOffset}`,
        firstTimestamp: `${records[0]?.timestampMs}`,
        maxTimestamp: `${Math.max(...records.map((record) => record.timestampMs))}`,
        lastOffsetDelta: records.length - 1,
        partitionLeaderEpoch: -1,
        inTransaction: isTransactional,
        isControlBatch: false,
        producerId: `${identity.producerId}`,
        producerEpoch: identity.producerEpoch,
        firstSequence: identity.baseSequence,
      });
    }
  });

  it(`of kafkajs are read as it wrote them (seed ${seed})`, async () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 12; run++) {
      const records = randomRecords(random, { nullHeaders: false });
      const written = await kafkajsWritesBatch(
        records.map(({ key, value, timestampMs, headers }) => ({ key: key as Buffer, value: value as Buffer, timestampMs, headers: Object.fromEntries(headers.map((each) => [each.key, [each.value as Buffer]])) })),
        { compression: compressionIds[compression], producerId: 7000 + run, producerEpoch: 3, firstSequence: 99 },
      );
      expect(header.validateBatch(written, 0, written.length)).toEqual({ kind: 'valid', bytes: written.length });
      expect(told(readRecords(written))).toEqual(told(records));
      // Uncompressed there is one way to write them, but for the leader epoch that the broker sets.
      if (compression !== 'none') continue;
      written.writeInt32BE(-1, 12);
      expect(buildBatch(records, { producerId: 7000 + run, producerEpoch: 3, baseSequence: 99 }).equals(written)).toBe(true);
    }
  });

  it(`have one CRC whatever the codec, at any place in memory (seed ${seed})`, () => {
    const records = randomRecords(new SeededRandom(seed), { nullHeaders: true });
    const plain = buildBatch(records);
    const expected = crc32c(plain, 61, plain.length);
    const memory = Buffer.concat([Buffer.alloc(5, 1), buildBatch(records, { compression }), Buffer.alloc(5, 2)]);
    expect(recordsCrcOf(memory, 5)).toBe(expected);
  });

  it(`damaged behind a matching CRC throw a RecordError or a CompressionError, or are others (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 300; run++) {
      const batch = buildBatch(randomRecords(random, { nullHeaders: true }).slice(0, 6), { compression });
      for (let flips = 1 + random.nextInt(3); flips > 0; flips--) {
        const bit = (57 + random.nextInt(Math.min(batch.length - 57, 40))) * 8 + random.nextInt(8);
        batch[bit >> 3] = (batch[bit >> 3] as number) ^ (1 << (bit & 7));
      }
      expectReadable(sealCrc(batch));
    }
  });
});

describe('the builder', () => {
  const slice = (value: Buffer | null, timestampMs = NOW_MS) => ({ key: null, keyStart: 0, keyEnd: 0, value, valueStart: 0, valueEnd: value?.length ?? 0, timestampMs });

  it.each<CompressionType>(['none', 'lz4'])('takes records until they do not fit, and is empty again after a reset (%s)', (compression) => {
    const builder = new RecordBatchBuilder({ capacityBytes: 1000, compression });
    const batches: Buffer[] = [];
    for (let round = 0; round < 3; round++) {
      let count = 0;
      while (builder.append(slice(Buffer.alloc(90, round), NOW_MS - round + count))) count++;
      expect([builder.recordCount, builder.sizeInBytes <= 1000, builder.sizeInBytes + 98 > 1000]).toEqual([count, true, true]);
      const sizeBefore = builder.sizeInBytes;
      expect([builder.append(slice(Buffer.alloc(90))), builder.sizeInBytes]).toEqual([false, sizeBefore]);
      const closed = builder.close(NO_PRODUCER);
      expect(closed.uncompressedBytes).toBe(sizeBefore);
      expect(recordsCrcOf(closed.batch, 0)).toBe(closed.recordsCrc);
      batches.push(Buffer.from(closed.batch));
      builder.reset();
      expect([builder.recordCount, builder.sizeInBytes]).toEqual([0, header.RECORD_BATCH_OVERHEAD]);
    }
    const records = readRecords(Buffer.concat(batches));
    expect(records).toHaveLength(batches.reduce((sum, batch) => sum + header.readRecordCount(batch, 0), 0));
    expect(records.every((record, at) => record.value?.equals(Buffer.alloc(90, Math.floor(at / (records.length / 3)))))).toBe(true);
  });

  it('fills its memory to the last byte, however long the record before was', () => {
    for (let valueBytes = 1; valueBytes < 300; valueBytes++) {
      const needed = buildBatch([{ key: null, value: Buffer.alloc(valueBytes), timestampMs: NOW_MS }]).length;
      for (const [capacityBytes, fits] of [[needed, true], [needed - 1, false]] as const) {
        expect(new RecordBatchBuilder({ capacityBytes, compression: 'none' }).append(slice(Buffer.alloc(valueBytes)))).toBe(fits);
      }
    }
  });

  it('copies the windows of key and value that it is told, from any kind of bytes', () => {
    const memory = Buffer.from(Array.from({ length: 400 }, (_, at) => at & 0xff));
    for (const source of [memory, new Uint8Array(memory)]) {
      const builder = new RecordBatchBuilder({ capacityBytes: 2000, compression: 'none' });
      const windows: [number, number, number, number][] = [[0, 0, 0, 400], [3, 10, 7, 7], [100, 147, 200, 248], [50, 99, 201, 250]];
      for (const [keyStart, keyEnd, valueStart, valueEnd] of windows) builder.append({ key: source, keyStart, keyEnd, value: source, valueStart, valueEnd, timestampMs: NOW_MS });
      const read = readRecords(builder.close(NO_PRODUCER).batch);
      expect(read.map(({ key, value }) => [key, value])).toEqual(windows.map(([a, b, c, d]) => [memory.subarray(a, b), memory.subarray(c, d)]));
    }
  });

  it('writes timestamps however far apart, and tells null from empty', () => {
    const stamps = [0, 2 ** 42, -(2 ** 42), 2 ** 30, 2 ** 30 - 1, -(2 ** 30), -(2 ** 30) - 1, 2 ** 31, 2 ** 52, -1];
    const batch = buildBatch(stamps.map((timestampMs, at) => ({ key: at % 2 === 0 ? null : Buffer.alloc(0), value: at % 2 === 1 ? null : Buffer.alloc(0), timestampMs })));
    const records = readRecords(batch);
    expect(records.map((record) => record.timestampMs)).toEqual(stamps);
    expect(records.map(({ key, value }) => [key?.length ?? null, value?.length ?? null])).toEqual(stamps.map((_, at) => (at % 2 === 0 ? [null, 0] : [0, null])));
    expect([header.readBaseTimestamp(batch, 0), header.readMaxTimestamp(batch, 0)]).toEqual([0, 2 ** 52]);
  });

  it('writes varints as the format has them', () => {
    const known: [number, string][] = [[0, '00'], [-1, '01'], [1, '02'], [63, '7e'], [-64, '7f'], [64, '8001'], [-65, '8101'], [8191, 'fe7f'], [8192, '808001'], [2 ** 31 - 1, 'feffffff0f'], [-(2 ** 31), 'ffffffff0f'], [2 ** 31, '8080808010'], [2 ** 53 - 1, 'feffffffffffff1f'], [-(2 ** 53) + 1, 'fdffffffffffff1f']];
    for (const [value, hex] of known) {
      const bytes = Buffer.alloc(10);
      expect([value, bytes.toString('hex', 0, writeVarint(bytes, 0, value)), varintSize(value)]).toEqual([value, hex, hex.length / 2]);
    }
    for (let bit = 0; bit < 53; bit++) {
      for (const value of [2 ** bit, 2 ** bit - 1, -(2 ** bit), -(2 ** bit) - 1]) expect([value, varintSize(value)]).toEqual([value, writeVarint(Buffer.alloc(10), 0, value)]);
    }
  });
});

describe('the reader', () => {
  it('takes the append time of the broker where the attributes say so, and knows control batches', () => {
    const batch = buildBatch([{ key: null, value: null, timestampMs: 5 }, { key: null, value: null, timestampMs: 900 }], { isControl: true });
    batch.writeInt16BE(batch.readInt16BE(21) | 0x08, 21);
    batch.writeBigInt64BE(12_345n, 35);
    const seen: unknown[] = [];
    forEachRecord(sealCrc(batch), 0, (record) => seen.push([record.offset, record.timestampMs, record.isControl]));
    expect(seen).toEqual([[0, 12_345, true], [1, 12_345, true]]);
  });

  it('finds every truncation of a batch, even where the header says otherwise', () => {
    const batch = buildBatch([{ key: Buffer.from('key'), value: Buffer.alloc(200, 1), timestampMs: 1 }, { key: null, value: Buffer.alloc(20), timestampMs: 2, headers: [{ key: 'h', value: Buffer.from('v') }] }]);
    for (let length = 61; length < batch.length; length++) {
      const cut = Buffer.from(batch.subarray(0, length));
      expect(() => readRecords(cut)).toThrow(RecordError);
      cut.writeInt32BE(length - 12, 8);
      expect(() => readRecords(cut)).toThrow(RecordError);
    }
  });

  it('does not trust lengths: none leads out of its record, backwards or around for ever', () => {
    const hostile = (...bytes: number[]): Buffer => {
      const batch = buildBatch([{ key: null, value: Buffer.alloc(40), timestampMs: 1 }]);
      Buffer.from(bytes).copy(batch, 61);
      return sealCrc(batch);
    };
    const huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(() => readRecords(hostile(0x01))).toThrow(RecordError);
    expect(() => readRecords(hostile(0x00))).toThrow(RecordError);
    expect(() => readRecords(hostile(...huge))).toThrow(RecordError);
    expect(() => readRecords(hostile(0x50, 0, 0, 0, 0xfe, ...huge.slice(1)))).toThrow(RecordError);
    expect(() => readRecords(hostile(0x50, 0, 0, 0, 0x60))).toThrow(RecordError);
    expect(() => readRecords(hostile(0x50, 0, 0, 0, 0x01, 0x60))).toThrow(RecordError);
    // 2^31 headers whose keys are -3 bytes long: each step would end where it began.
    expect(() => readRecords(hostile(0x50, 0, 0, 0, 0x01, 0x01, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x05, 0x01))).toThrow(RecordError);
    expect(() => readRecords(hostile(0x50, 0, 0, 0, 0x01, 0x01, 0x02, 0x7e))).toThrow(RecordError);
    for (const length of [-12, 0, 10]) {
      const batch = hostile();
      batch.writeInt32BE(length, 8);
      expect(() => readRecords(batch)).toThrow(RecordError);
    }
  });
});

function expectReadable(batch: Buffer): void {
  try {
    expect(readRecords(batch).length).toBeLessThanOrEqual(batch.length * 255);
  } catch (error) {
    if (!(error instanceof RecordError || error instanceof CompressionError)) throw new Error(batch.toString('hex'), { cause: error });
  }
}
