import { describe, expect, it } from 'vitest';
import { ApiVersions, Metadata, Produce } from '../../../engine/protocol/apis.ts';
import { FrameReader, ProtocolError, decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse } from '../../../engine/protocol/frame.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const seed = Date.now() % 1_000_000_000;
const MAX_FRAME_BYTES = 6 * 1024 * 1024;

/** Copies: frames are only lent. */
function read(reader: FrameReader, chunk: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  reader.push(chunk, (frame) => frames.push(Buffer.from(frame)));
  return frames;
}

function sized(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}

describe('the frame reader', () => {
  it(`gives the same frames however the stream is cut (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (let run = 0; run < 60; run++) {
      const lengths = Array.from({ length: 1 + random.nextInt(30) }, () => random.pick([4, 5, 8, 100, random.nextInt(70_000) + 4]));
      if (run === 0) lengths.splice(3, 0, 5 * 1024 * 1024, 4, MAX_FRAME_BYTES);
      const frames = lengths.map((length) => Buffer.alloc(length, random.nextInt(256)));
      const stream = Buffer.concat(frames.map(sized));
      const reader = new FrameReader({ maxFrameBytes: MAX_FRAME_BYTES });
      const got: Buffer[] = [];
      const largest = random.pick([3, 50, 5000, 200_000]);
      for (let at = 0; at < stream.length; ) {
        const end = at + 1 + random.nextInt(largest < 100 && at > 20_000 ? 100_000 : largest);
        // The chunk's memory is used again right after the call, as a socket's may be.
        const chunk = Buffer.from(stream.subarray(at, end));
        got.push(...read(reader, chunk));
        chunk.fill(0xee);
        at = end;
      }
      expect(got.length).toBe(frames.length);
      expect(got.findIndex((frame, at) => !frame.equals(frames[at] as Buffer))).toBe(-1);
    }
  });

  it('gives every frame as soon as its last byte is there, byte by byte', () => {
    const stream = Buffer.concat([Buffer.from('abcd'), Buffer.from('efghi')].map(sized));
    const reader = new FrameReader({ maxFrameBytes: 100 });
    const arrivals = [...stream.keys()].flatMap((at) => read(reader, stream.subarray(at, at + 1)).map((frame) => `${at}:${frame.toString()}`));
    expect(arrivals).toEqual(['7:abcd', '16:efghi']);
    expect(read(reader, Buffer.alloc(0))).toEqual([]);
  });

  it('lends a window on the chunk where the frame is whole in it', () => {
    const chunk = sized(Buffer.from('whole'));
    let lent: Buffer | undefined;
    new FrameReader({ maxFrameBytes: 100 }).push(chunk, (frame) => (lent = frame));
    expect([lent?.buffer === chunk.buffer, lent?.byteOffset]).toEqual([true, chunk.byteOffset + 4]);
  });

  it.each([-(2 ** 31), -1, 0, 3, 101, 2 ** 31 - 1, 0x47455420, 0x16030100])('refuses a frame of %i bytes, in one piece or in four, before it takes memory', (size) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(size);
    for (const ahead of [Buffer.alloc(0), sized(Buffer.from('good'))]) {
      const reader = new FrameReader({ maxFrameBytes: 100 });
      expect(() => read(reader, Buffer.concat([ahead, bytes]))).toThrow(new ProtocolError(`frame of ${size} bytes is outside 4-100: no Kafka client, or another protocol (TLS, HTTP)`));
    }
    const reader = new FrameReader({ maxFrameBytes: 100 });
    for (let at = 0; at < 3; at++) expect(read(reader, bytes.subarray(at, at + 1))).toEqual([]);
    expect(() => read(reader, bytes.subarray(3))).toThrow(ProtocolError);
  });
});

describe('headers', () => {
  it('of requests have no compact client id, flexible or not, and tags only where flexible', () => {
    const bytesOf = (version: number): string => Buffer.concat(encodeRequest(Metadata, version, { correlationId: 0x01020304, clientId: 'ab' }, { topics: null })).toString('hex', 4, 17);
    expect(bytesOf(8)).toBe('000300080102030400026162ff');
    expect(bytesOf(9)).toBe('00030009010203040002616200');
  });

  it('of ApiVersions responses are version 0 in every version, so that an old client can read them', () => {
    for (let version = 0; version <= 4; version++) {
      const frame = Buffer.concat(encodeResponse(ApiVersions, version, 258, { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] }));
      const count = version >= 3 ? '02' : '00000001';
      expect([version, frame.toString('hex', 4, 10 + count.length / 2)]).toEqual([version, `000001020023${count}`]);
      expect(decodeResponse(ApiVersions, version, frame.subarray(4))).toMatchObject({ correlationId: 258, body: { errorCode: 35, apiKeys: [{ apiKey: 18 }] } });
    }
  });

  it('of a version or an API beyond ours are read, their bodies are not', () => {
    const header = (apiKey: number, version: number): Buffer => {
      const bytes = Buffer.from('0000000000000009000163ffffffff', 'hex');
      bytes.writeInt16BE(apiKey, 0);
      bytes.writeInt16BE(version, 2);
      return bytes;
    };
    for (const [apiKey, apiVersion] of [[18, 5], [18, 99], [3, 32_767], [999, 0], [-1, -1]] as const) {
      expect(decodeRequestHeader(header(apiKey, apiVersion))).toEqual({ apiKey, apiVersion, correlationId: 9, clientId: 'c', bodyStart: 11 });
    }
    for (let length = 0; length < 11; length++) expect(() => decodeRequestHeader(header(3, 1).subarray(0, length))).toThrow(ProtocolError);
  });
});

describe('large records', () => {
  it('are sent as they lie in memory, small ones are copied, and the frame is the same', () => {
    const [small, large, larger] = [Buffer.alloc(8191, 1), Buffer.alloc(8192, 2), new Uint8Array(100_000).fill(3)] as const;
    const body = { acks: -1, topicData: [{ name: 't', partitionData: [{ index: 0, records: small }, { index: 1, records: [large, small, larger] }] }] };
    const chunks = encodeRequest(Produce, 9, { correlationId: 1, clientId: null }, body);
    const shared = chunks.filter((chunk) => chunk.buffer === larger.buffer || chunk === large);
    expect(shared.map((chunk) => chunk.length)).toEqual([8192, 100_000]);
    expect(chunks.length).toBe(5);
    const frame = Buffer.concat(chunks);
    expect(frame.readInt32BE(0)).toBe(frame.length - 4);
    expect(frame.indexOf(Buffer.concat([large, small, larger]))).toBeGreaterThan(8192);
    // Written again: the copies of before are not disturbed.
    encodeRequest(Produce, 9, { correlationId: 2, clientId: null }, body);
    expect(Buffer.concat(chunks).equals(frame)).toBe(true);
  });
});
