import { describe, expect, it } from 'vitest';
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecordInput } from '../../../engine/protocol/metadata-records.ts';
import { metadataRecordSchemas } from '../../../engine/protocol/metadata-record-schemas.ts';
import { ProtocolError } from '../../../engine/protocol/protocol-error.ts';
import type { Fields } from '../../../engine/protocol/schema.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { randomBody, referenceBytes, uvarint } from './random-bodies.ts';

const seed = Date.now() % 1_000_000_000;
const kinds = Object.entries(metadataRecordSchemas).map(([kind, schema]) => ({ kind, key: schema.key as number, version: schema.version as number, fields: schema.fields as Fields }));

describe.each(kinds)('the record $kind', ({ kind, key, version, fields }) => {
  const message = { version, isFlexible: true };

  it(`is written as the format says and comes back (seed ${seed})`, () => {
    const random = new SeededRandom(seed + key);
    for (let run = 0; run < 30; run++) {
      const { input, decoded } = randomBody(fields, message, random, run === 0 ? 0 : 0.9);
      const bytes = encodeMetadataRecord({ kind, ...input } as MetadataRecordInput);
      expect(bytes.toString('hex')).toBe(Buffer.concat([uvarint(1), uvarint(key), uvarint(version), referenceBytes(fields, input, message)]).toString('hex'));
      expect(decodeMetadataRecord(bytes)).toEqual({ kind, ...decoded });
    }
  });

  it(`cut short or damaged is a ProtocolError or another record (seed ${seed})`, () => {
    const random = new SeededRandom(seed + key);
    const bytes = encodeMetadataRecord({ kind, ...randomBody(fields, message, random, 1).input } as MetadataRecordInput);
    for (let length = 0; length < bytes.length; length++) expect(() => decodeMetadataRecord(bytes.subarray(0, length))).toThrow(ProtocolError);
    for (let run = 0; run < 300; run++) {
      const damaged = Buffer.from(bytes);
      const at = random.nextInt(bytes.length);
      damaged[at] = run % 3 === 0 ? 0xff : (damaged[at] as number) ^ (1 << random.nextInt(8));
      try {
        expect(typeof decodeMetadataRecord(damaged).kind).toBe('string');
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw new Error(damaged.toString('hex'), { cause: error });
      }
    }
  });
});

describe('metadata records', () => {
  it('have the keys and the bytes of Kafka', () => {
    expect(Object.fromEntries(kinds.map(({ kind, key }) => [kind, key]))).toEqual({
      registerBroker: 0, unregisterBroker: 1, topic: 2, partition: 3, config: 4, partitionChange: 5, fenceBroker: 7, unfenceBroker: 8,
      removeTopic: 9, featureLevel: 12, producerIds: 15, brokerRegistrationChange: 17, noOp: 20,
    });
    const topicId = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    const written: [MetadataRecordInput, string][] = [
      [{ kind: 'topic', name: 'foo', topicId }, '01020004666f6f00112233445566778899aabbccddeeff00'],
      [{ kind: 'noOp' }, '01140000'],
      [{ kind: 'fenceBroker', id: 3, epoch: 258 }, '01070000000003000000000000010200'],
      [{ kind: 'featureLevel', name: 'metadata.version', featureLevel: 25 }, `010c0011${Buffer.from('metadata.version').toString('hex')}001900`],
      // Tagged fields only where they change something: isr (tag 0, 2 elements) and leader (tag 1).
      [{ kind: 'partitionChange', partitionId: 1, topicId, isr: [1, 2], leader: 2 }, '0105020000000100112233445566778899aabbccddeeff020009030000000100000002010400000002'],
      [{ kind: 'partitionChange', partitionId: 1, topicId, isr: [] }, '0105020000000100112233445566778899aabbccddeeff01000101'],
    ];
    for (const [record, hex] of written) expect(encodeMetadataRecord(record).toString('hex')).toBe(hex);
  });

  it('of kinds that are not known are passed over, those of another frame are not', () => {
    expect(decodeMetadataRecord(Buffer.from('01e8070012345678', 'hex'))).toEqual({ kind: 'unknown', key: 1000 });
    for (const frame of ['00', '02', '8001']) expect(() => decodeMetadataRecord(Buffer.from(`${frame}140000`, 'hex'))).toThrow(/metadata frame version/);
  });

  it('of older versions are read with the defaults of what they lack, of newer ones without what they add', () => {
    const fields = metadataRecordSchemas.registerBroker.fields as Fields;
    for (const version of [0, 1, 2, 3]) {
      const { input, decoded } = randomBody(fields, { version, isFlexible: true }, new SeededRandom(seed), 1);
      const bytes = Buffer.concat([uvarint(1), uvarint(0), uvarint(version), referenceBytes(fields, input, { version, isFlexible: true })]);
      expect(decodeMetadataRecord(bytes)).toEqual({ kind: 'registerBroker', ...decoded });
    }
    const newer = Buffer.concat([uvarint(1), uvarint(7), uvarint(1), Buffer.from('000000030000000000000102010502abcd', 'hex')]);
    expect(decodeMetadataRecord(newer)).toEqual({ kind: 'fenceBroker', id: 3, epoch: 258 });
  });
});
