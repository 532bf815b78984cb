/** Bytes that are no Kafka request end their own connection, with one line in the log, and nothing else. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterProcess } from './cluster-process.ts';
import { until } from './until.ts';

const SEED = Number(process.env['SEED'] ?? Math.trunc(Math.random() * 0x7fffffff));
const PRODUCE = 0;
const FETCH = 1;
const METADATA = 3;
const API_VERSIONS = 18;

let cluster: ClusterProcess;
/** Open the whole time: no other connection's bytes may disturb it. */
let healthy: Socket;

beforeAll(async () => {
  cluster = await ClusterProcess.start({ brokers: 1 });
  healthy = await openSocket();
});
afterAll(async () => {
  healthy?.destroy();
  await cluster?.[Symbol.asyncDispose]();
});

describe('a broker closes only the connection, and logs one line, for', { timeout: 10_000 }, () => {
  it.each<[string, Buffer]>([
    ['a size of 2 GiB', int32(0x7fffffff)],
    ['a negative size', int32(-1)],
    ['an empty frame', int32(0)],
    ['a header that is cut short', framed(Buffer.from([0, METADATA, 0]))],
    ['a client id longer than its frame', framed(header(METADATA, 1, { clientIdLength: 30_000 }))],
    ['an API that Kafka does not have', framed(header(9999, 0))],
    ['a version that this API does not have', framed(header(METADATA, 99))],
    ['an array of 2^31 - 1 topics in a small frame', framed(Buffer.concat([header(METADATA, 1), int32(0x7fffffff)]))],
    ['a body that is cut short', framed(Buffer.concat([header(FETCH, 4), Buffer.from([0, 0, 1])]))],
    ['a request of another protocol', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
  ])('%s', async (_, bytes) => {
    await expectOnlyThisConnectionToEnd(bytes);
  });

  it(`random bytes (SEED=${SEED})`, async () => {
    const next = randomBytes(SEED);
    for (let round = 0; round < 20; round++) {
      // A size that is plausible, so that the garbage reaches the header's and the bodies' decoders.
      const body = Buffer.from(Array.from({ length: 16 + (next() % 200) }, next));
      body.writeInt16BE([PRODUCE, FETCH, METADATA, 10, 11, 19][next() % 6] as number, 0);
      body.writeInt16BE(next() % 8, 2);
      body.writeInt16BE(-1, 8);
      const socket = await openSocket();
      socket.write(framed(body));
      // Garbage may happen to be a request: then it has an answer.
      await Promise.race([once(socket, 'close'), once(socket, 'data')]);
      socket.destroy();
    }
    expect(await isServed(healthy)).toBe(true);
  });
});

it('a broker says nothing about a client that leaves in the middle of a frame', async () => {
  const before = cluster.brokerLines.length;
  const socket = await openSocket();
  socket.end(Buffer.concat([int32(1000), header(METADATA, 1)]));
  await once(socket, 'close');
  expect(await isServed(healthy)).toBe(true);
  expect(cluster.brokerLines.slice(before)).toEqual([]);
});

async function expectOnlyThisConnectionToEnd(bytes: Buffer): Promise<void> {
  const before = cluster.brokerLines.length;
  const socket = await openSocket();
  const from = `${socket.localAddress}:${socket.localPort}`;
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  await until('a line about the connection', () => cluster.brokerLines.length > before);
  expect(await isServed(healthy)).toBe(true);
  expect(cluster.brokerLines.slice(before)).toEqual([expect.stringMatching(new RegExp(`closes the connection of ${from}: .{10}`))]);
}

async function openSocket(): Promise<Socket> {
  const socket = connect(cluster.endpoints[0] as { host: string; port: number });
  // A reset is one way to be closed.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket.resume();
}

/** Asks for the API versions and waits for the answer to just this question. */
async function isServed(socket: Socket): Promise<boolean> {
  const correlationId = socket.bytesWritten;
  const answered = once(socket, 'data') as Promise<[Buffer]>;
  socket.write(framed(header(API_VERSIONS, 0, { correlationId })));
  const [answer] = await answered;
  return answer.readInt32BE(4) === correlationId;
}

/** Request header version 1: api key, api version, correlation id, client id (null). */
function header(apiKey: number, apiVersion: number, options: { correlationId?: number; clientIdLength?: number } = {}): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeInt16BE(apiKey, 0);
  bytes.writeInt16BE(apiVersion, 2);
  bytes.writeInt32BE(options.correlationId ?? 7, 4);
  bytes.writeInt16BE(options.clientIdLength ?? -1, 8);
  return bytes;
}

function framed(body: Buffer): Buffer {
  return Buffer.concat([int32(body.length), body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Bytes of a linear congruential generator (Numerical Recipes), from the high end. */
function randomBytes(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
}
