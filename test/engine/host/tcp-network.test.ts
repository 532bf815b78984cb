import { expect, it } from 'vitest';
import type { Connection, Listener } from '../../../engine/environment.ts';
import { createHostClock } from '../../../engine/host/host-clock.ts';
import { createHostRandom } from '../../../engine/host/host-random.ts';
import { createTcpNetwork } from '../../../engine/host/tcp-network.ts';

const network = createTcpNetwork();
const LOOPBACK = { host: '127.0.0.1', port: 0 };

/** A listener and one connection to it: [client end, server end, listener]. */
async function connectPair(): Promise<[Connection, Connection, Listener]> {
  const accepted = Promise.withResolvers<Connection>();
  const listener = await network.listen(LOOPBACK, (connection) => accepted.resolve(connection));
  const client = await network.connect(listener.endpoint, { timeoutMs: 5000 });
  return [client, await accepted.promise, listener];
}

it('carries the bytes of many gathered writes in order', async () => {
  const accepted = Promise.withResolvers<Buffer>();
  const listener = await network.listen(LOOPBACK, (connection) => {
    const parts: Buffer[] = [];
    connection.onData = (chunk) => parts.push(Buffer.from(chunk));
    connection.onClose = () => accepted.resolve(Buffer.concat(parts));
  });
  const client = await network.connect(listener.endpoint, { timeoutMs: 5000 });
  const sent: Buffer[] = [];
  for (let i = 0; i < 200; i += 1) {
    const chunks = [Buffer.alloc(4, i), Buffer.alloc(1 + i * 300, i + 1), Buffer.alloc(0), Buffer.alloc(3, i + 2)];
    sent.push(...chunks);
    client.write(chunks);
  }
  expect(client.bufferedBytes).toBeGreaterThan(0);
  await new Promise<void>((resolve) => {
    client.onDrain = resolve;
  });
  expect(client.bufferedBytes).toBe(0);
  client.close();
  expect((await accepted.promise).equals(Buffer.concat(sent))).toBe(true);
  await listener.close();
});

it('tells both ends once that the stream is over', async () => {
  const [client, server, listener] = await connectPair();
  const closes: string[] = [];
  const over = [client, server].map(
    (connection, at) =>
      new Promise<void>((resolve) => {
        connection.onClose = (error) => {
          closes.push(`${at} ${error === undefined ? 'ended' : 'broke'}`);
          resolve();
        };
      }),
  );
  client.close();
  client.close();
  client.write([Buffer.from('too late')]);
  await Promise.all(over);
  expect(closes.sort()).toEqual(['0 ended', '1 ended']);
  await listener.close();
});

it('drops the open connections of a listener that closes', async () => {
  const [client, , listener] = await connectPair();
  const over = new Promise<void>((resolve) => {
    client.onClose = () => resolve();
  });
  await listener.close();
  await over;
});

it('holds data back while paused', async () => {
  const [client, server, listener] = await connectPair();
  let received = 0;
  const complete = new Promise<void>((resolve) => {
    server.onData = (chunk) => {
      if (received === 0) {
        server.pause();
        setImmediate(() => server.resume());
      }
      received += chunk.length;
      if (received === 1_000_000) resolve();
    };
  });
  client.write([Buffer.alloc(1_000_000)]);
  await complete;
  client.close();
  await listener.close();
});

it('rejects with the operating system’s error', async () => {
  const listener = await network.listen(LOOPBACK, () => {});
  await expect(network.listen(listener.endpoint, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await listener.close();
  await expect(network.connect(listener.endpoint, { timeoutMs: 5000 })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('fires timers unless they are cancelled, and deferred work before the next wait', async () => {
  const clock = createHostClock();
  const order: string[] = [];
  clock.setTimer(0, () => order.push('cancelled')).cancel();
  clock.defer(() => order.push('deferred'));
  order.push('now');
  // The engine's timers do not keep the process alive; this one of the test does.
  await new Promise<void>((resolve) => {
    const alive = setTimeout(() => {}, 10_000);
    clock.setTimer(1, () => {
      clearTimeout(alive);
      resolve();
    });
  });
  expect(order).toEqual(['now', 'deferred']);
});

it('makes version 4 UUIDs and numbers below the bound', () => {
  const random = createHostRandom();
  const uuid = random.uuid();
  expect([uuid.length, (uuid[6] as number) >> 4, (uuid[8] as number) >> 6]).toEqual([16, 4, 2]);
  for (let i = 0; i < 100; i += 1) expect([0, 1, 2]).toContain(random.nextInt(3));
});
