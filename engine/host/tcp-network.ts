/**
 * The real network: TCP streams over node:net, outgoing ones with TLS where it is asked for. One `write` of the engine is one gathered write (writev). All sockets of a
 * thread read into one buffer, which `onData` sees at once and uncopied: a buffer a read would be most of a broker's
 * garbage. Framing, retries and reconnecting belong to the callers.
 */
import net from 'node:net';
import type { Connection, ConnectOptions, Endpoint, Listener, Network } from '../environment.ts';
import { connectTls } from './tls-socket.ts';

/** Large enough for most frames to lie in it whole. */
const READ_BYTES = 256 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

export function createTcpNetwork(): Network {
  return { listen, connect };
}

function listen(endpoint: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const connections = new Set<TcpConnection>();
    const server = net.createServer({ noDelay: true, pauseOnConnect: true }, (accepted) => {
      const connection: TcpConnection = new TcpConnection({
        openSocket: (onread) => withReadBuffer(accepted, onread),
        remote: { host: accepted.remoteAddress ?? '', port: accepted.remotePort ?? 0 },
        onEnd: () => {
          connections.delete(connection);
          accepted.destroy();
        },
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

type OnRead = NonNullable<net.SocketConstructorOpts['onread']>;

/** node:net takes `onread` for outgoing connections only; an accepted one is opened anew over its handle. */
function withReadBuffer(accepted: net.Socket, onread: OnRead): net.Socket {
  const owner = accepted as unknown as { _handle: unknown };
  const handle = owner._handle;
  owner._handle = null;
  return new net.Socket({ handle, onread } as net.SocketConstructorOpts);
}

/** Stops accepting and drops the connections that are still open: `server.close` alone would wait for them. */
function closeServer(server: net.Server, connections: ReadonlySet<TcpConnection>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const connection of connections) connection.close();
  });
}

function connect(endpoint: Endpoint, options: ConnectOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let connection: TcpConnection;
    const onread = onReadOf(() => connection);
    const { tls, fromHost } = options;
    const address = { host: endpoint.host, port: endpoint.port, noDelay: true, onread, ...(fromHost === undefined ? {} : { localAddress: fromHost }) };
    const socket = tls === undefined ? net.connect(address) : connectTls(address, tls);
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
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      connection = new TcpConnection({ openSocket: () => socket, remote: endpoint, onEnd: () => {} });
      resolve(connection);
    });
  });
}

function onReadOf(connectionOf: () => TcpConnection): OnRead {
  return {
    buffer: readBuffer,
    callback: (count, bytes) => {
      connectionOf().onData((bytes as Buffer).subarray(0, count));
      return true;
    },
  };
}

class TcpConnection implements Connection {
  readonly remote: Endpoint;
  onData: (chunk: Buffer) => void = () => {};
  onClose: (error: Error | undefined) => void = () => {};
  onDrain: () => void = () => {};
  private readonly socket: net.Socket;
  private error: Error | undefined;

  /** Nothing arrives before the next tick, so the owner has the rest of this one to set its callbacks. */
  constructor(options: { openSocket: (onread: OnRead) => net.Socket; remote: Endpoint; onEnd: () => void }) {
    const socket = options.openSocket(onReadOf(() => this));
    this.socket = socket;
    this.remote = options.remote;
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
