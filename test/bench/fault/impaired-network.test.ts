/** Slow and cut links over real sockets' interface, on a clock that the test moves: order, delay, rate, silence, and what arrives after healing. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ImpairedNetwork, brokerAddress, peerOf } from '../../../bench/fault/impaired-network.ts';
import type { LinkState } from '../../../bench/fault/fault-state.ts';
import type { Connection, Endpoint, Network } from '../../../engine/environment.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';

/** The accepted end of a stream whose other end is the test. */
class AcceptedStream implements Connection {
  onData: (chunk: Buffer) => void = () => {};
  onClose: (error: Error | undefined) => void = () => {};
  onDrain: () => void = () => {};
  readonly bufferedBytes = 0;
  readonly remote: Endpoint;
  readonly sent: string[] = [];

  constructor(host: string) {
    this.remote = { host, port: 40_000 };
  }

  write(chunks: readonly Uint8Array[]): void {
    this.sent.push(Buffer.concat(chunks).toString());
  }

  pause(): void {}
  resume(): void {}

  close(): void {
    this.onClose(undefined);
  }
}

class AcceptingNetwork implements Network {
  accept: (connection: Connection) => void = () => {};
  calledFrom: string | undefined;

  listen(endpoint: Endpoint, onConnection: (connection: Connection) => void): Promise<{ endpoint: Endpoint; close(): Promise<void> }> {
    this.accept = onConnection;
    return Promise.resolve({ endpoint, close: () => Promise.resolve() });
  }

  connect(endpoint: Endpoint, options: { fromHost?: string }): Promise<Connection> {
    this.calledFrom = options.fromHost;
    return Promise.resolve(new AcceptedStream(endpoint.host));
  }
}

const CUT: LinkState = { delayMs: 0, bytesPerSecond: null, isCut: true };
let clock: VirtualClock;
let inner: AcceptingNetwork;
let network: ImpairedNetwork;

beforeEach(() => {
  clock = new VirtualClock();
  inner = new AcceptingNetwork();
  network = new ImpairedNetwork(inner, { clock, ownHost: brokerAddress(1) });
});

/** The broker's view of a connection from `host`, the stream below it, and what the broker has received with the times. */
async function accepted(host: string): Promise<{ stream: AcceptedStream; connection: Connection; received: [string, number][] }> {
  let connection: Connection | undefined;
  await network.listen({ host: '127.0.0.1', port: 9092 }, (each) => (connection = each));
  const stream = new AcceptedStream(host);
  inner.accept(stream);
  const received: [string, number][] = [];
  const there = connection as unknown as Connection;
  there.onData = (chunk) => void received.push([chunk.toString(), clock.monotonicMs()]);
  return { stream, connection: there, received };
}

function runFor(ms: number): void {
  const untilMs = clock.monotonicMs() + ms;
  while (clock.step(untilMs));
}

describe('a link', () => {
  it('is told by the address that the caller calls from', async () => {
    expect([peerOf({ host: brokerAddress(3), port: 1 }), peerOf({ host: '::ffff:127.0.0.102', port: 1 }), peerOf({ host: '127.0.0.1', port: 1 }), peerOf({ host: '10.1.2.103', port: 1 })]).toEqual(['3', '2', 'clients', 'clients']);
    await network.connect({ host: '127.0.0.1', port: 9092 }, { timeoutMs: 100 });
    expect(inner.calledFrom).toBe('127.0.0.101');
  });

  it('that is well lets everything through at once', async () => {
    const { stream, connection, received } = await accepted('127.0.0.1');
    stream.onData(Buffer.from('request'));
    connection.write([Buffer.from('res'), Buffer.from('ponse')]);
    expect([received, stream.sent]).toEqual([[['request', 0]], ['response']]);
  });

  it('that is slow delays both ways and keeps the order, and only for its peer', async () => {
    network.impair({ clients: { delayMs: 5, bytesPerSecond: null, isCut: false } });
    const slow = await accepted('127.0.0.1');
    const well = await accepted(brokerAddress(2));
    for (const { stream } of [slow, well]) for (const text of ['a', 'b']) stream.onData(Buffer.from(text));
    slow.connection.write([Buffer.from('answer')]);
    expect([slow.received, slow.connection.bufferedBytes, well.received.length]).toEqual([[], 6, 2]);
    runFor(10);
    expect(slow.received).toEqual([['a', 5], ['b', 5]]);
    expect([slow.stream.sent, slow.connection.bufferedBytes]).toEqual([['answer'], 0]);
  });

  it('of a rate shares it among its connections', async () => {
    network.impair({ clients: { delayMs: 0, bytesPerSecond: 1000, isCut: false } });
    const [one, other] = [await accepted('127.0.0.1'), await accepted('127.0.0.1')];
    one.stream.onData(Buffer.alloc(10, 'x'));
    other.stream.onData(Buffer.alloc(20, 'y'));
    runFor(100);
    expect([one.received[0]?.[1], other.received[0]?.[1]]).toEqual([10, 30]);
  });

  it('that is cut is silent, and what was under way arrives in order when it is healed', async () => {
    const { stream, connection, received } = await accepted('127.0.0.1');
    let drains = 0;
    connection.onDrain = () => void drains++;
    network.impair({ clients: CUT });
    stream.onData(Buffer.from('a'));
    runFor(1000);
    stream.onData(Buffer.from('b'));
    connection.write([Buffer.from('answer')]);
    expect([received, stream.sent]).toEqual([[], []]);
    network.impair({});
    expect([received.map(([text]) => text), stream.sent, drains]).toEqual([['a', 'b'], ['answer'], 1]);
    stream.onData(Buffer.from('c'));
    expect(received.at(-1)?.[0]).toBe('c');
  });

  it('delivers nothing to an owner that asked for a pause, and all of it afterwards', async () => {
    network.impair({ clients: CUT });
    const { stream, connection, received } = await accepted('127.0.0.1');
    for (const text of ['a', 'b', 'c']) stream.onData(Buffer.from(text));
    connection.onData = (chunk) => {
      received.push([chunk.toString(), 0]);
      connection.pause();
    };
    network.impair({});
    expect(received.map(([text]) => text)).toEqual(['a']);
    connection.resume();
    stream.onData(Buffer.from('d'));
    connection.resume();
    connection.resume();
    expect(received.map(([text]) => text)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('forgets what was under way on a connection that is closed', async () => {
    network.impair({ clients: CUT });
    const { stream, connection, received } = await accepted('127.0.0.1');
    stream.onData(Buffer.from('a'));
    connection.close();
    network.impair({});
    expect([received, connection.bufferedBytes]).toEqual([[], 0]);
  });
});
