/**
 * A broker's network whose links can be slow or cut. Only accepted connections are touched, both ways: each connection between two brokers is
 * accepted by one of them, and those of clients by a broker. Who called is told by the address that brokers call from (127.0.0.101 is broker 1:
 * all of 127.0.0.0/8 is the host itself on Linux). A cut is silence: nothing gets through, nobody is told, and what was under way
 * arrives when it is healed, as TCP's retransmissions do. Bytes stay in order.
 */
import type { Clock, Connection, Endpoint, Listener, Network, Timer } from '../../engine/environment.ts';
import { CLIENTS, type LinkState } from './fault-state.ts';

const FIRST_ADDRESS = 100;

export function brokerAddress(brokerId: number): string {
  return `127.0.0.${FIRST_ADDRESS + brokerId}`;
}

/** A broker's id, or `clients`. */
export function peerOf({ host }: Endpoint): string {
  const last = Number(/^(?:::ffff:)?127\.0\.0\.(\d+)$/.exec(host)?.[1] ?? 0);
  return last > FIRST_ADDRESS ? String(last - FIRST_ADDRESS) : CLIENTS;
}

export class ImpairedNetwork implements Network {
  readonly #network: Network;
  readonly #clock: Clock;
  readonly #ownHost: string;
  readonly #links = new Map<string, Link>();

  constructor(network: Network, options: { clock: Clock; ownHost: string }) {
    this.#network = network;
    this.#clock = options.clock;
    this.#ownHost = options.ownHost;
  }

  listen(endpoint: Endpoint, onConnection: (connection: Connection) => void): Promise<Listener> {
    return this.#network.listen(endpoint, (accepted) => onConnection(new ImpairedConnection(accepted, this.#link(peerOf(accepted.remote)), this.#clock)));
  }

  connect(endpoint: Endpoint, options: { timeoutMs: number }): Promise<Connection> {
    return this.#network.connect(endpoint, { ...options, fromHost: this.#ownHost });
  }

  /** Links that are not named are well. */
  impair(links: Readonly<Record<string, LinkState>>): void {
    for (const [peer, state] of Object.entries(links)) this.#link(peer).state = state;
    for (const [peer, link] of this.#links) {
      if (links[peer] === undefined) link.state = WELL;
      link.tell();
    }
  }

  #link(peer: string): Link {
    let link = this.#links.get(peer);
    if (link === undefined) this.#links.set(peer, (link = new Link()));
    return link;
  }
}

const WELL: LinkState = { delayMs: 0, bytesPerSecond: null, isCut: false };

/** To one peer: its state, and for each way until when it is taken up by what was sent. */
class Link {
  state = WELL;
  readonly busyUntilMs = { in: 0, out: 0 };
  readonly onChange = new Set<() => void>();

  tell(): void {
    for (const changed of [...this.onChange]) changed();
  }
}

interface Queued {
  readonly bytes: Buffer;
  readonly dueMs: number;
}

/** What is on its way in one direction of one connection. */
class Way {
  readonly #link: Link;
  readonly #direction: 'in' | 'out';
  readonly #clock: Clock;
  readonly #deliver: (bytes: Buffer) => void;
  readonly #queue: Queued[] = [];
  #timer: Timer | undefined;
  #bytes = 0;

  constructor(options: { link: Link; direction: 'in' | 'out'; clock: Clock; deliver: (bytes: Buffer) => void }) {
    this.#link = options.link;
    this.#direction = options.direction;
    this.#clock = options.clock;
    this.#deliver = options.deliver;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing to wait for. */
  get isOpen(): boolean {
    const { delayMs, bytesPerSecond, isCut } = this.#link.state;
    return this.#queue.length === 0 && delayMs === 0 && bytesPerSecond === null && !isCut;
  }

  /** `bytes` are the queue's from here on. */
  push(bytes: Buffer): void {
    const { delayMs, bytesPerSecond } = this.#link.state;
    const { busyUntilMs } = this.#link;
    const nowMs = this.#clock.monotonicMs();
    const transmissionMs = bytesPerSecond === null ? 0 : (bytes.length / bytesPerSecond) * 1000;
    busyUntilMs[this.#direction] = Math.max(nowMs, busyUntilMs[this.#direction]) + transmissionMs;
    const sentMs = transmissionMs === 0 ? nowMs : busyUntilMs[this.#direction];
    this.#queue.push({ bytes, dueMs: sentMs + delayMs });
    this.#bytes += bytes.length;
    this.flush();
  }

  /** Delivers what is due; all, once the link is well again. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (;;) {
      const next = this.#queue[0];
      const { isCut, delayMs, bytesPerSecond } = this.#link.state;
      if (next === undefined || isCut) return;
      const isWell = delayMs === 0 && bytesPerSecond === null;
      const waitMs = next.dueMs - this.#clock.monotonicMs();
      if (waitMs > 0 && !isWell) {
        this.#timer = this.#clock.setTimer(waitMs, () => this.flush());
        return;
      }
      this.#queue.shift();
      this.#bytes -= next.bytes.length;
      this.#deliver(next.bytes);
    }
  }

  close(): void {
    this.#timer?.cancel();
    this.#queue.length = 0;
    this.#bytes = 0;
  }
}

class ImpairedConnection implements Connection {
  onData: (chunk: Buffer) => void = () => {};
  onClose: (error: Error | undefined) => void = () => {};
  onDrain: () => void = () => {};
  readonly #inner: Connection;
  readonly #incoming: Way;
  readonly #outgoing: Way;
  #isPaused = false;
  /** Came while the owner had asked for a pause. */
  readonly #withheld: Buffer[] = [];

  constructor(inner: Connection, link: Link, clock: Clock) {
    this.#inner = inner;
    this.#incoming = new Way({ link, direction: 'in', clock, deliver: (bytes) => this.#receive(bytes) });
    this.#outgoing = new Way({ link, direction: 'out', clock, deliver: (bytes) => this.#send(bytes) });
    const flush = (): void => {
      this.#incoming.flush();
      this.#outgoing.flush();
    };
    link.onChange.add(flush);
    inner.onData = (chunk) => (this.#incoming.isOpen && this.#withheld.length === 0 ? this.onData(chunk) : this.#incoming.push(Buffer.from(chunk)));
    inner.onDrain = () => {
      if (this.#outgoing.bytes === 0) this.onDrain();
    };
    inner.onClose = (error) => {
      link.onChange.delete(flush);
      this.#incoming.close();
      this.#outgoing.close();
      this.#withheld.length = 0;
      this.onClose(error);
    };
  }

  get remote(): Endpoint {
    return this.#inner.remote;
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes + this.#outgoing.bytes;
  }

  write(chunks: readonly Uint8Array[]): void {
    if (this.#outgoing.isOpen) this.#inner.write(chunks);
    else this.#outgoing.push(Buffer.concat(chunks));
  }

  pause(): void {
    this.#isPaused = true;
    this.#inner.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (let next = this.#withheld.shift(); next !== undefined; next = this.#withheld.shift()) {
      this.onData(next);
      if (this.#isPaused) return;
    }
    this.#inner.resume();
  }

  close(): void {
    this.#inner.close();
  }

  #receive(bytes: Buffer): void {
    if (this.#isPaused) this.#withheld.push(bytes);
    else this.onData(bytes);
  }

  #send(bytes: Buffer): void {
    this.#inner.write([bytes]);
    if (this.#outgoing.bytes === 0 && this.#inner.bufferedBytes === 0) this.onDrain();
  }
}
