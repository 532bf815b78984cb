/**
 * Byte streams between simulated hosts: ordered, with a random delay, through links that a test cuts. A cut link either
 * breaks its connections or holds what is under way until it is healed, as TCP's retransmissions do.
 */
import type { Connection, Endpoint, Listener, Network } from '../../engine/environment.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { VirtualClock } from './virtual-clock.ts';

export type CutKind = 'breaks' | 'holds';

const LONGEST_DELAY_MS = 2;
const FIRST_FREE_PORT = 40_000;

interface Bound {
  readonly host: SimulatedHost;
  readonly onConnection: (connection: Connection) => void;
}

export class MemoryNetwork {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  private readonly listeners = new Map<string, Bound>();
  private readonly ends = new Set<MemoryConnection>();
  private readonly cuts = new Map<string, CutKind>();
  private nextPort = FIRST_FREE_PORT;

  constructor(clock: VirtualClock, random: SeededRandom) {
    this.clock = clock;
    this.random = random;
  }

  /** The network as one host sees it. */
  of(host: SimulatedHost): Network {
    return {
      listen: (endpoint, onConnection) => this.listen(host, endpoint, onConnection),
      connect: (endpoint, options) => this.connect(host, endpoint, options),
    };
  }

  cut(a: string, b: string, kind: CutKind): void {
    this.cuts.set(linkOf(a, b), kind);
    if (kind !== 'breaks') return;
    for (const end of [...this.ends]) if (linkOf(end.host.name, end.remote.host) === linkOf(a, b)) end.breaks('link cut');
  }

  heal(): void {
    this.cuts.clear();
    for (const end of this.ends) end.deliver();
  }

  isCut(a: string, b: string): boolean {
    return this.cuts.has(linkOf(a, b));
  }

  /** The host is gone: its listeners vanish and its peers' connections break. */
  hostDied(host: SimulatedHost): void {
    for (const [key, bound] of this.listeners) if (bound.host === host) this.listeners.delete(key);
    for (const end of [...this.ends]) if (end.host === host) end.breaks('connection reset');
  }

  forget(end: MemoryConnection): void {
    this.ends.delete(end);
  }

  delayMs(): number {
    return 0.05 + this.random.next() ** 4 * LONGEST_DELAY_MS;
  }

  private listen(host: SimulatedHost, endpoint: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
    const bound = { host: host.name, port: endpoint.port === 0 ? this.nextPort++ : endpoint.port };
    const key = `${bound.host}:${bound.port}`;
    if (this.listeners.has(key)) return Promise.reject(Object.assign(new Error(`${key} is in use`), { code: 'EADDRINUSE' }));
    this.listeners.set(key, { host, onConnection });
    return Promise.resolve({
      endpoint: bound,
      close: () => {
        this.listeners.delete(key);
        for (const end of [...this.ends]) if (end.host === host && end.isAccepted) end.close();
        return Promise.resolve();
      },
    });
  }

  private connect(host: SimulatedHost, endpoint: Endpoint, options: { timeoutMs: number }): Promise<Connection> {
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    if (this.isCut(host.name, endpoint.host)) {
      this.clock.setTimer(options.timeoutMs, () => host.run(() => reject(new Error('connect timed out'))));
      return promise;
    }
    this.clock.setTimer(this.delayMs(), () => {
      const bound = this.listeners.get(`${endpoint.host}:${endpoint.port}`);
      if (bound === undefined || this.isCut(host.name, endpoint.host)) {
        host.run(() => reject(new Error('connection refused')));
        return;
      }
      const near = new MemoryConnection(this, host, { remote: endpoint, isAccepted: false });
      const far = new MemoryConnection(this, bound.host, { remote: { host: host.name, port: 0 }, isAccepted: true });
      near.peer = far;
      far.peer = near;
      this.ends.add(near).add(far);
      bound.host.run(() => bound.onConnection(far));
      host.run(() => resolve(near));
    });
    return promise;
  }
}

class MemoryConnection implements Connection {
  readonly remote: Endpoint;
  readonly host: SimulatedHost;
  readonly isAccepted: boolean;
  readonly bufferedBytes = 0;
  onData: (chunk: Buffer) => void = () => {};
  onClose: (error: Error | undefined) => void = () => {};
  onDrain: () => void = () => {};
  peer: MemoryConnection | undefined;
  private readonly network: MemoryNetwork;
  /** What the peer sent and this end has not seen; the last item may be the stream's end. */
  private readonly inbox: { dueMs: number; chunk: Buffer | undefined }[] = [];
  private lastDueMs = 0;
  private isPaused = false;
  private isClosed = false;

  constructor(network: MemoryNetwork, host: SimulatedHost, options: { remote: Endpoint; isAccepted: boolean }) {
    this.network = network;
    this.host = host;
    this.remote = options.remote;
    this.isAccepted = options.isAccepted;
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.isClosed || this.host.isDead) return;
    this.peer?.receive(Buffer.concat(chunks));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.deliver();
  }

  close(): void {
    if (this.isClosed) return;
    this.end(undefined);
    this.peer?.receive(undefined);
  }

  /** Both ends lose the stream and what is under way on it. */
  breaks(reason: string): void {
    const error = new Error(reason);
    for (const end of [this, this.peer]) end?.end(error);
  }

  receive(chunk: Buffer | undefined): void {
    this.lastDueMs = Math.max(this.lastDueMs, this.network.clock.monotonicMs() + this.network.delayMs());
    this.inbox.push({ dueMs: this.lastDueMs, chunk });
    this.network.clock.setTimer(this.lastDueMs - this.network.clock.monotonicMs(), () => this.deliver());
  }

  deliver(): void {
    const nowMs = this.network.clock.monotonicMs();
    while (!this.isClosed && !this.isPaused && (this.inbox[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs) {
      if (this.network.isCut(this.host.name, this.remote.host)) return;
      const { chunk } = this.inbox.shift() as { chunk: Buffer | undefined };
      if (chunk === undefined) this.end(undefined);
      else {
        this.host.run(() => {
          if (!this.isClosed) this.onData(chunk);
        });
      }
    }
  }

  private end(error: Error | undefined): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.network.forget(this);
    this.network.clock.setTimer(0, () => this.host.run(() => this.onClose(error)));
  }
}

function linkOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
