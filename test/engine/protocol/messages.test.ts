/** Every API in every version: random bodies against a second encoder, and hostile bytes. */
import { describe, expect, it } from 'vitest';
import { isFlexible, type Api } from '../../../engine/protocol/api.ts';
import { apiByKey } from '../../../engine/protocol/apis.ts';
import { ProtocolError, decodeRequestBody, decodeRequestHeader, decodeResponse, encodeRequest, encodeResponse } from '../../../engine/protocol/frame.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { allApis, bigEndian, randomBody, referenceBytes, uvarint, versionsOf } from './random-bodies.ts';

const seed = Date.now() % 1_000_000_000;
const API_VERSIONS = 18;
const HOSTILE = ['7fffffff', 'ffffffff', '80000000', 'ffffffff0f', 'ffffffff07', 'ffffffffff', '7fffffffffffffff', '00', '01', 'ff'].map((hex) => Buffer.from(hex, 'hex'));

describe.each(allApis.map((api) => ({ api, name: api.name })))('$name', ({ api }) => {
  it(`encodes as the format says and decodes to what was encoded, in every version (seed ${seed})`, () => {
    const random = new SeededRandom(seed + api.key);
    for (const version of versionsOf(api)) {
      for (let run = 0; run < 12; run++) {
        // The first is empty: all defaults.
        const given = run === 0 ? 0 : run < 6 ? 0.85 : 1;
        expectRequest(api, version, random, given);
        expectResponse(api, version, random, given);
      }
    }
  });

  it(`finds every truncation (seed ${seed})`, () => {
    const random = new SeededRandom(seed + api.key);
    for (const version of versionsOf(api)) {
      for (const { frame, decode } of frames(api, version, random)) {
        for (let run = 0; run < Math.min(frame.length, 60); run++) {
          const length = frame.length <= 60 ? run : random.nextInt(frame.length);
          expect(outcomeOf(() => decode(frame.subarray(0, length)), { version, length })).toBeInstanceOf(ProtocolError);
        }
      }
    }
  });

  it(`decodes damaged bytes to no more than they can hold, or throws a ProtocolError (seed ${seed})`, () => {
    const random = new SeededRandom(seed + api.key);
    for (const version of versionsOf(api)) {
      for (const { frame, decode } of frames(api, version, random)) {
        for (let run = 0; run < 60; run++) {
          const damaged = Buffer.from(frame);
          const at = random.nextInt(Math.min(frame.length, 400));
          if (run % 2 === 0) damaged[at] = (damaged[at] as number) ^ (1 << random.nextInt(8));
          else random.pick(HOSTILE).copy(damaged, at);
          const outcome = outcomeOf(() => decode(damaged), { version, damaged: damaged.toString('hex', 0, 400) });
          if (!(outcome instanceof ProtocolError)) expect(heldBytes(outcome)).toBeLessThanOrEqual(damaged.length * 4);
        }
      }
    }
  });
});

describe('the registry', () => {
  it('has every API once, by its key', () => {
    expect(allApis.length).toBeGreaterThanOrEqual(29);
    expect(new Set(allApis.map((api) => api.key)).size).toBe(allApis.length);
    for (const api of allApis) expect(apiByKey(api.key)).toBe(api);
    expect([apiByKey(-1), apiByKey(32_767)]).toEqual([undefined, undefined]);
  });
});

describe('tagged fields', () => {
  const flexible = allApis.flatMap((api) => versionsOf(api).filter((version) => isFlexible(api, version)).map((version) => ({ api, version })));

  it('of newer peers are skipped, in headers and bodies', () => {
    const unknown = Buffer.concat([uvarint(2), uvarint(60), uvarint(3), Buffer.from('abc'), uvarint(9000), uvarint(0)]);
    for (const { api, version } of flexible) {
      const { input, decoded } = randomBody(api.response, { version, isFlexible: true }, new SeededRandom(seed), 0);
      const body = referenceBytes(api.response, input, { version, isFlexible: true });
      const head = api.key === API_VERSIONS ? bigEndian(7, 4) : Buffer.concat([bigEndian(7, 4), unknown]);
      expect(decodeResponse(api, version, Buffer.concat([head, body.subarray(0, -1), unknown]))).toEqual({ correlationId: 7, body: decoded });
    }
  });

  it('may not be larger than the frame or than they say', () => {
    for (const { api, version } of flexible) {
      const body = referenceBytes(api.response, {}, { version, isFlexible: true });
      const head = api.key === API_VERSIONS ? bigEndian(7, 4) : Buffer.concat([bigEndian(7, 4), uvarint(0)]);
      for (const tags of ['013c04616263', '013cffffffff0f', 'ffffffff0f', '02', '013c']) {
        const frame = Buffer.concat([head, body.subarray(0, -1), Buffer.from(tags, 'hex')]);
        expect(() => decodeResponse(api, version, frame)).toThrow(ProtocolError);
      }
    }
    // Fetch's cluster id, tag 0: the string takes 3 bytes, 2 and 4 are announced.
    const fetch = apiByKey(1) as Api;
    const body = referenceBytes(fetch.request, {}, { version: 12, isFlexible: true }).subarray(0, -1);
    for (const [announced, outcome] of [[2, 'throws'], [3, 'ab'], [4, 'throws']] as const) {
      const frame = Buffer.concat([body, uvarint(1), uvarint(0), uvarint(announced), uvarint(3), Buffer.from('ab'), Buffer.alloc(4)]);
      const decode = (): unknown => (decodeRequestBody(fetch, 12, frame, 0) as { clusterId: string }).clusterId;
      if (outcome === 'throws') expect(decode).toThrow(/tagged field 0 has another size than announced/);
      else expect(decode()).toBe(outcome);
    }
  });
});

function expectRequest(api: Api, version: number, random: SeededRandom, given: number): void {
  const message = { version, isFlexible: isFlexible(api, version) };
  const { input, decoded } = randomBody(api.request, message, random, given);
  const clientId = random.pick([null, '', 'client-ü']);
  const frame = whole(encodeRequest(api, version, { correlationId: 77, clientId }, input));
  const client = clientId === null ? bigEndian(-1, 2) : Buffer.concat([bigEndian(Buffer.byteLength(clientId), 2), Buffer.from(clientId)]);
  const head = Buffer.concat([bigEndian(api.key, 2), bigEndian(version, 2), bigEndian(77, 4), client, Buffer.alloc(message.isFlexible ? 1 : 0)]);
  expect([version, frame.toString('hex')]).toEqual([version, Buffer.concat([head, referenceBytes(api.request, input, message)]).toString('hex')]);
  expect(decodeRequestHeader(frame)).toEqual({ apiKey: api.key, apiVersion: version, correlationId: 77, clientId, bodyStart: head.length });
  expect(texts(decodeRequestBody(api, version, frame, head.length))).toEqual(texts(decoded));
}

function expectResponse(api: Api, version: number, random: SeededRandom, given: number): void {
  const message = { version, isFlexible: isFlexible(api, version) };
  const { input, decoded } = randomBody(api.response, message, random, given);
  const frame = whole(encodeResponse(api, version, -5, input));
  const tags = Buffer.alloc(message.isFlexible && api.key !== API_VERSIONS ? 1 : 0);
  expect([version, frame.toString('hex')]).toEqual([version, Buffer.concat([bigEndian(-5, 4), tags, referenceBytes(api.response, input, message)]).toString('hex')]);
  expect(texts(decodeResponse(api, version, frame))).toEqual(texts({ correlationId: -5, body: decoded }));
}

function* frames(api: Api, version: number, random: SeededRandom): Generator<{ frame: Buffer; decode(frame: Buffer): unknown }> {
  const message = { version, isFlexible: isFlexible(api, version) };
  const request = whole(encodeRequest(api, version, { correlationId: 1, clientId: 'c' }, randomBody(api.request, message, random, 1).input));
  yield { frame: request, decode: (frame) => decodeRequestBody(api, version, frame, decodeRequestHeader(frame).bodyStart) };
  const response = whole(encodeResponse(api, version, 1, randomBody(api.response, message, random, 1).input));
  yield { frame: response, decode: (frame) => decodeResponse(api, version, frame) };
}

/** The frame without its size, which must be right. */
function whole(chunks: Buffer[]): Buffer {
  const all = Buffer.concat(chunks);
  expect(all.readInt32BE(0)).toBe(all.length - 4);
  return all.subarray(4);
}

/** A ProtocolError or what was decoded; anything else fails the test with the circumstances. */
function outcomeOf(decode: () => unknown, circumstances: object): unknown {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw new Error(JSON.stringify(circumstances), { cause: error });
  }
}

/** Bytes as text: comparing Buffers byte by byte takes its time. */
function texts(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('latin1')}`;
  if (Array.isArray(value)) return value.map(texts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, texts(each)]));
}

/** Array elements, and the bytes of strings and buffers. */
function heldBytes(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return Buffer.alloc(16).equals(value) ? 0 : value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + 1 + heldBytes(each), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, each) => sum + heldBytes(each), 0);
}
