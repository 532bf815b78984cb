/**
 * The real network: TCP streams over node:net. One `write` of the engine is one gathered write (writev);
 * chunks reach `onData` straight from the socket's read buffer, uncopied. Framing, retries and
 * reconnecting belong to the callers.
 */
import net from 'node:net';
import type { Connection, Endpoint, Listener, Network } from '../environment.ts';

export function createTcpNetwork(): Network {
  return { listen, connect };
}

function listen(endpoint: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const connections = new Set<TcpConnection>();
    const server = net.createServer({ noDelay: true }, (socket) => {
      const connection: TcpConnection = new TcpConnection(socket, {
        remote: { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
        onEnd: () => connections.delete(connection),
      });
      connections.add(connection);
      onConnection(connection);
    });
    server.once('error', reject);
    server.listen({ host: endpoint.host, port: endpoint.port, backlog: 511 }, () => {
      server.off('error', reject);
      // A failed accept (out of file descriptors) is not the end of the listener.
      server.on('error', () => {});
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : endpoint.port;
      resolve({ endpoint: { host: endpoint.host, port }, close: () => closeServer(server, connections) });
    });
  });
}

/** Stops accepting and drops the connections that are still open: `server.close` alone would wait for them. */
function closeServer(server: net.Server, connections: ReadonlySet<TcpConnection>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const connection of connections) connection.close();
  });
}

function connect(endpoint: Endpoint, options: { timeoutMs: number }): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
    const timer = setTimeout(() => {
      const timeout = new Error(`no connection to ${endpoint.host}:${endpoint.port} within ${options.timeoutMs} ms`);
      fail(Object.assign(timeout, { code: 'ETIMEDOUT' }));
    }, options.timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.off('error', fail);
      socket.on('error', () => {});
      socket.destroy();
      reject(error);
    };
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(new TcpConnection(socket, { remote: endpoint, onEnd: () => {} }));
    });
  });
}

class TcpConnection implements Connection {
  readonly remote: Endpoint;
  onData: (chunk: Buffer) => void = () => {};
  onClose: (error: Error | undefined) => void = () => {};
  onDrain: () => void = () => {};
  private readonly socket: net.Socket;
  private error: Error | undefined;

  /** The data listener starts the flow on the next tick, so the owner has the rest of this one to set its callbacks. */
  constructor(socket: net.Socket, options: { remote: Endpoint; onEnd: () => void }) {
    this.socket = socket;
    this.remote = options.remote;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('drain', () => this.onDrain());
    socket.on('error', (error) => {
      this.error ??= error;
    });
    socket.once('close', () => {
      options.onEnd();
      this.onClose(this.error);
    });
  }

  get bufferedBytes(): number {
    return this.socket.writableLength;
  }

  write(chunks: readonly Uint8Array[]): void {
    const socket = this.socket;
    if (socket.destroyed || !socket.writable) return;
    if (chunks.length === 1) {
      socket.write(chunks[0] as Uint8Array);
      return;
    }
    socket.cork();
    for (let i = 0; i < chunks.length; i += 1) socket.write(chunks[i] as Uint8Array);
    socket.uncork();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.socket.destroy();
  }
}
