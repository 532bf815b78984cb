/**
 * Serves Kafka requests on one listener: frames in, handlers, responses out in request order per connection.
 * Guarantees: a malformed frame or an unknown API ends that connection with a log line and harms nothing else; so does a
 * handler that throws, unless its answer can say UNKNOWN_SERVER_ERROR; a client that does not read its answers is not read from.
 */
import type { Connection, Endpoint, Environment, Listener } from '../environment.ts';
import { apiByKey, ApiVersions } from '../protocol/apis.ts';
import type { Api, RequestOf, ResponseInput } from '../protocol/api.ts';
import { errorCodes } from '../protocol/errors.ts';
import { decodeRequestBody, decodeRequestHeader, encodeResponse, FrameReader } from '../protocol/frame.ts';
import { RequestCounter } from './request-counter.ts';

export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly connection: ServedConnection;
}

/** Answers a request once; `undefined` sends nothing (acks=0). May be called at once or later. */
export type Respond<Body> = (body: Body | undefined) => void;

export interface Route {
  readonly api: Api;
  readonly handle: (body: unknown, context: RequestContext, respond: Respond<object>) => void;
}

/** Ties a handler to its API with the API's own types. */
export function route<A extends Api>(
  api: A,
  handle: (body: RequestOf<A>, context: RequestContext, respond: Respond<ResponseInput<A>>) => void,
): Route {
  return { api, handle: handle as Route['handle'] };
}

export interface ServerLimits {
  /** socket.request.max.bytes */
  readonly maxFrameBytes: number;
  /** Requests of one connection that may wait for their answers. */
  readonly maxPendingRequests: number;
  /** Unsent response bytes of one connection above which it is not read from. */
  readonly maxBufferedBytes: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  maxFrameBytes: 100 * 1024 * 1024,
  maxPendingRequests: 1000,
  maxBufferedBytes: 32 * 1024 * 1024,
};

export class RequestServer {
  readonly counter: RequestCounter;
  readonly #environment: Environment;
  readonly #name: string;
  readonly #routes: Map<number, Route>;
  readonly #limits: ServerLimits;
  readonly #connections = new Set<ServedConnection>();
  #listener: Listener | undefined;

  constructor(options: { environment: Environment; name: string; routes: readonly Route[]; limits?: ServerLimits; counter?: RequestCounter }) {
    this.#environment = options.environment;
    this.#name = options.name;
    const versions = route(ApiVersions, (_body, _context, respond) => respond({ apiKeys: this.#apiKeys() }));
    this.#routes = new Map([...options.routes, versions].map((each) => [each.api.key, each]));
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.counter = options.counter ?? new RequestCounter();
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  async listen(endpoint: Endpoint): Promise<Endpoint> {
    this.#listener = await this.#environment.network.listen(endpoint, (connection) => {
      const served = new ServedConnection({
        connection,
        environment: this.#environment,
        name: this.#name,
        routes: this.#routes,
        limits: this.#limits,
        counter: this.counter,
        onClose: () => this.#connections.delete(served),
      });
      this.#connections.add(served);
    });
    return this.#listener.endpoint;
  }

  /** What this listener serves, for ApiVersions. */
  #apiKeys(): { apiKey: number; minVersion: number; maxVersion: number }[] {
    return [...this.#routes.values()]
      .map(({ api }) => ({ apiKey: api.key, minVersion: api.minVersion, maxVersion: api.maxVersion }))
      .toSorted((a, b) => a.apiKey - b.apiKey);
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.close();
    await this.#listener?.close();
  }
}

interface Slot {
  chunks: readonly Uint8Array[] | undefined;
  isAnswered: boolean;
}

export class ServedConnection {
  readonly #connection: Connection;
  readonly #environment: Environment;
  readonly #name: string;
  readonly #routes: Map<number, Route>;
  readonly #limits: ServerLimits;
  readonly #counter: RequestCounter;
  readonly #reader: FrameReader;
  readonly #onClose: () => void;
  readonly #closers: (() => void)[] = [];
  /** Requests in arrival order whose answers are not sent yet. */
  #slots: Slot[] = [];
  #isFlushDue = false;
  #isPaused = false;
  #isClosed = false;

  constructor(options: {
    connection: Connection;
    environment: Environment;
    name: string;
    routes: Map<number, Route>;
    limits: ServerLimits;
    counter: RequestCounter;
    onClose: () => void;
  }) {
    this.#connection = options.connection;
    this.#environment = options.environment;
    this.#name = options.name;
    this.#routes = options.routes;
    this.#limits = options.limits;
    this.#counter = options.counter;
    this.#onClose = options.onClose;
    this.#reader = new FrameReader({ maxFrameBytes: options.limits.maxFrameBytes });
    this.#connection.onData = (chunk) => this.#receive(chunk);
    this.#connection.onDrain = () => this.#maybeResume();
    this.#connection.onClose = () => this.#closed();
  }

  /** Runs when the connection ends, for what lives as long as it (fetch sessions, parked requests). */
  atClose(closer: () => void): void {
    if (this.#isClosed) closer();
    else this.#closers.push(closer);
  }

  close(): void {
    this.#connection.close();
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      this.#reader.push(chunk, (frame) => this.#handleFrame(frame));
    } catch (error) {
      this.#giveUp(error);
    }
  }

  #giveUp(error: unknown): void {
    const { host, port } = this.#connection.remote;
    this.#environment.log(`${this.#name}: closes the connection of ${host}:${port}: ${reasonOf(error)}`);
    this.#connection.close();
  }

  #handleFrame(frame: Buffer): void {
    if (this.#isClosed) return;
    const header = decodeRequestHeader(frame);
    const known = this.#routes.get(header.apiKey);
    if (known === undefined) {
      throw new Error(`API key ${header.apiKey} (${apiByKey(header.apiKey)?.name ?? 'unknown'}) is not served on this listener`);
    }
    this.#counter.received(header.apiKey, LENGTH_BYTES + frame.length);
    const { api } = known;
    const slot: Slot = { chunks: undefined, isAnswered: false };
    this.#slots.push(slot);
    if (header.apiVersion < api.minVersion || header.apiVersion > api.maxVersion) {
      if (api.key !== ApiVersions.key) {
        throw new Error(`${api.name} version ${header.apiVersion} is outside ${api.minVersion}-${api.maxVersion}`);
      }
      // KIP-511: an unknown ApiVersions version is answered in version 0 with the versions we do speak.
      const own = { apiKey: api.key, minVersion: api.minVersion, maxVersion: api.maxVersion };
      const body = { errorCode: errorCodes.UNSUPPORTED_VERSION, apiKeys: [own] } as ResponseInput<typeof ApiVersions>;
      this.#answer(slot, encodeResponse(ApiVersions, 0, header.correlationId, body));
      return;
    }
    // Frames are lent. Only Produce may use its bytes in place: it copies them into the log before it returns.
    const owned = api.key === PRODUCE_KEY ? frame : Buffer.from(frame);
    const body = decodeRequestBody(api, header.apiVersion, owned, header.bodyStart);
    const context: RequestContext = {
      apiVersion: header.apiVersion,
      clientId: header.clientId ?? '',
      clientHost: this.#connection.remote.host,
      connection: this,
    };
    const respond: Respond<object> = (response) => {
      if (slot.isAnswered || this.#isClosed) return;
      try {
        this.#answer(slot, response === undefined ? [] : encodeResponse(api, header.apiVersion, header.correlationId, response as ResponseInput<Api>));
      } catch (error) {
        // Answers may come from a timer or another connection's request, which must not pay for this one.
        this.#giveUp(error);
      }
    };
    try {
      known.handle(body, context, respond);
    } catch (error) {
      if (slot.isAnswered || !('errorCode' in api.response)) throw error;
      this.#environment.log(`${this.#name}: ${api.name} of ${context.clientId} failed: ${reasonOf(error)}`);
      respond({ errorCode: errorCodes.UNKNOWN_SERVER_ERROR });
    }
    if (this.#slots.length >= this.#limits.maxPendingRequests) this.#pause();
  }

  #answer(slot: Slot, chunks: readonly Uint8Array[]): void {
    slot.chunks = chunks;
    slot.isAnswered = true;
    if (this.#isFlushDue || this.#slots[0]?.isAnswered !== true) return;
    this.#isFlushDue = true;
    this.#environment.clock.defer(() => this.#flush());
  }

  /** Sends every answer that is ready and in order, in one gathered write per wake-up. */
  #flush(): void {
    this.#isFlushDue = false;
    if (this.#isClosed) return;
    let ready = 0;
    let bytes = 0;
    const chunks: Uint8Array[] = [];
    while (ready < this.#slots.length && (this.#slots[ready] as Slot).isAnswered) {
      for (const chunk of (this.#slots[ready] as Slot).chunks ?? []) {
        chunks.push(chunk);
        bytes += chunk.length;
      }
      ready++;
    }
    this.#counter.sent(bytes);
    if (ready === this.#slots.length) this.#slots = [];
    else this.#slots.splice(0, ready);
    if (chunks.length > 0) this.#connection.write(chunks);
    if (this.#connection.bufferedBytes > this.#limits.maxBufferedBytes) this.#pause();
    else this.#maybeResume();
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#connection.pause();
  }

  #maybeResume(): void {
    if (!this.#isPaused || this.#isClosed) return;
    if (this.#connection.bufferedBytes > this.#limits.maxBufferedBytes / 2) return;
    if (this.#slots.length >= this.#limits.maxPendingRequests) return;
    this.#isPaused = false;
    this.#connection.resume();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#slots = [];
    for (const closer of this.#closers.splice(0)) closer();
    this.#onClose();
  }
}

const PRODUCE_KEY = 0;
/** Before each frame. */
const LENGTH_BYTES = 4;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
