/**
 * One pipelined connection to a broker: requests go out at once, answers come back in request order. `open` negotiates the
 * API versions and authenticates, again before the session ends (KIP-368). A request that is not answered in time, or an answer that makes no sense, closes the connection and fails
 * everything under way on it. No retries and no reconnects: those are the owner's.
 */
import { assert } from '../assert.ts';
import type { Connection, Endpoint, Environment, Timer } from '../environment.ts';
import type { Api, RequestInput, ResponseOf } from '../protocol/api.ts';
import { errorCodes, errorName } from '../protocol/errors.ts';
import { decodeResponse, encodeRequest, FrameReader, ProtocolError } from '../protocol/frame.ts';
import { ApiVersions, SaslAuthenticate, SaslHandshake } from '../protocol/apis.ts';
import { SecurityError, type ClientSecurity, type SaslSettings } from './security/client-security.ts';
import { connectionFailure, foreignAnswer, hintOnClose } from './security/connection-failure.ts';
import { authenticate } from './security/sasl-authentication.ts';

export interface KafkaConnectionOptions {
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  /** Default: as `requestTimeoutMs`, at most 10 s. */
  readonly connectTimeoutMs?: number;
  /** Larger answers close the connection; default 256 MiB. */
  readonly maxFrameBytes?: number;
  /** Absent: plaintext, nobody in particular. */
  readonly security?: ClientSecurity | undefined;
}

/** The connection is gone, or was never there; what was under way may or may not have been done. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** Broker and client have no version of an API in common. */
export class UnsupportedApiError extends Error {
  override readonly name = 'UnsupportedApiError';
}

interface Pending {
  readonly api: Api;
  readonly version: number;
  readonly correlationId: number;
  readonly deadlineMs: number;
  /** The frame behind `body` is lent until the callback returns, unless `keepsFrame`. */
  readonly onResponse: (body: never) => void;
  readonly onError: (error: Error) => void;
  readonly keepsFrame: boolean;
}

export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

const CONNECT_TIMEOUT_MS_MAX = 10_000;
/** Whoever accepts a connection and does not even say what it speaks by then is hung: the next address may do. */
const NEGOTIATION_TIMEOUT_MS_MAX = 5_000;
const FRAME_BYTES_MAX = 256 * 1024 * 1024;
/** Brokers take two authentications within a second for an error. */
const REAUTHENTICATION_MS_MIN = 1100;
const SOFTWARE = { clientSoftwareName: 'headroom', clientSoftwareVersion: '1.0.0' };

export class KafkaConnection {
  /** Called once, with the reason, when the connection ends (also by `close`). */
  onClose: (error: Error) => void = () => {};
  /** Called when everything written was handed to the operating system, after it was not. */
  onDrain: () => void = () => {};
  readonly endpoint: Endpoint;
  readonly #environment: Environment;
  readonly #connection: Connection;
  readonly #options: KafkaConnectionOptions;
  readonly #frames: FrameReader;
  readonly #pending: Pending[] = [];
  #versions = new Map<number, VersionRange>();
  #supportedFeatures = new Map<string, number>();
  #nextCorrelationId = 0;
  /** Answers other than those of ApiVersions and SASL: until the first, an end has a reason that can be guessed. */
  #hasServed = false;
  #hasAnswered = false;
  /** Requests that wait for the end of a repeated authentication; a broker takes no others meanwhile. */
  #held: { readonly chunks: Buffer[]; readonly pending: Pending | undefined }[] | undefined;
  #sessionTimer: Timer | undefined;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #closedBy: Error | undefined;

  private constructor(environment: Environment, connection: Connection, endpoint: Endpoint, options: KafkaConnectionOptions) {
    this.endpoint = endpoint;
    this.#environment = environment;
    this.#connection = connection;
    this.#options = options;
    this.#frames = new FrameReader({ maxFrameBytes: options.maxFrameBytes ?? FRAME_BYTES_MAX });
    connection.onData = (chunk) => this.#onData(chunk);
    connection.onDrain = () => this.onDrain();
    connection.onClose = (error) => {
      const hint = this.#hasServed ? '' : hintOnClose({ hasAnswered: this.#hasAnswered, security: options.security });
      this.#fail(new ConnectionLostError(`${this.#name} closed the connection${error === undefined ? '' : `: ${error.message}`}${hint}`));
    };
  }

  /** Connects, asks for the broker's API versions, authenticates. Rejects with ConnectionLostError, or with SecurityError when trying again does not help. */
  static async open(environment: Environment, endpoint: Endpoint, options: KafkaConnectionOptions): Promise<KafkaConnection> {
    const timeoutMs = options.connectTimeoutMs ?? Math.min(options.requestTimeoutMs, CONNECT_TIMEOUT_MS_MAX);
    let connection: Connection;
    try {
      connection = await environment.network.connect(endpoint, { timeoutMs, tls: options.security?.tls });
    } catch (error) {
      const { kind, message } = connectionFailure(error, endpoint, options.security);
      throw kind === 'final' ? new SecurityError(message, { cause: error }) : new ConnectionLostError(message, { cause: error });
    }
    const opened = new KafkaConnection(environment, connection, endpoint, options);
    try {
      await opened.#negotiate();
      if (options.security?.sasl !== undefined) await opened.#authenticate(options.security.sasl);
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  get isClosed(): boolean {
    return this.#closedBy !== undefined;
  }

  /** Requests that wait for their answer. */
  get inFlight(): number {
    return this.#pending.length + (this.#held?.length ?? 0);
  }

  /** Bytes written and not yet handed to the operating system. */
  get bufferedBytes(): number {
    return this.#connection.bufferedBytes;
  }

  /** The highest version that both sides speak, at most `atMost`; undefined when there is none. */
  versionOf(api: Api, atMost = Number.MAX_SAFE_INTEGER): number | undefined {
    const theirs = this.#versions.get(api.key);
    if (theirs === undefined) return undefined;
    const version = Math.min(theirs.max, api.maxVersion, atMost);
    return version >= Math.max(theirs.min, api.minVersion) ? version : undefined;
  }

  /** What the broker offers, by API key. */
  get apiVersions(): ReadonlyMap<number, VersionRange> {
    return this.#versions;
  }

  /** Highest level of a feature that the broker's software has, such as `metadata.version`; undefined where it tells none. */
  supportedFeature(name: string): number | undefined {
    return this.#supportedFeatures.get(name);
  }

  /** `version` undefined: the highest in common. The body and the bytes in it belong to the caller. */
  request<A extends Api>(api: A, version: number | undefined, body: RequestInput<A>, options?: { timeoutMs: number }): Promise<ResponseOf<A>> {
    return new Promise((resolve, reject) => {
      this.#send(api, version ?? this.#commonVersion(api), body, resolve, reject, true, options?.timeoutMs);
    });
  }

  /** As `request`, without a promise: bytes in the body are lent until `onResponse` returns. One of the callbacks is called, later. */
  send<A extends Api>(
    api: A,
    version: number | undefined,
    body: RequestInput<A>,
    onResponse: (body: ResponseOf<A>) => void,
    onError: (error: Error) => void,
    options?: { timeoutMs: number },
  ): void {
    this.#send(api, version ?? this.#commonVersion(api), body, onResponse, onError, false, options?.timeoutMs);
  }

  /** For requests that Kafka never answers (acks=0). False: the connection is gone. */
  sendOneWay<A extends Api>(api: A, version: number | undefined, body: RequestInput<A>): boolean {
    if (this.#closedBy !== undefined) return false;
    const header = { correlationId: this.#takeCorrelationId(), clientId: this.#options.clientId };
    const chunks = encodeRequest(api, version ?? this.#commonVersion(api), header, body);
    if (this.#held === undefined) this.#connection.write(chunks);
    else this.#held.push({ chunks, pending: undefined });
    return true;
  }

  /** Fails what is under way. Idempotent. */
  close(): void {
    this.#fail(new ConnectionLostError(`connection to ${this.#name} was closed`));
  }

  get #name(): string {
    return `${this.endpoint.host}:${this.endpoint.port}`;
  }

  #commonVersion(api: Api): number {
    const version = this.versionOf(api);
    if (version !== undefined) return version;
    const theirs = this.#versions.get(api.key);
    const range = theirs === undefined ? 'does not offer it' : `offers ${theirs.min}-${theirs.max}`;
    throw new UnsupportedApiError(`${api.name}: ${this.#name} ${range}, headroom speaks ${api.minVersion}-${api.maxVersion}`);
  }

  #takeCorrelationId(): number {
    const id = this.#nextCorrelationId;
    this.#nextCorrelationId = (id + 1) & 0x7fff_ffff;
    return id;
  }

  #send<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    onResponse: (body: ResponseOf<A>) => void,
    onError: (error: Error) => void,
    keepsFrame: boolean,
    timeoutMs = this.#options.requestTimeoutMs,
  ): void {
    const closedBy = this.#closedBy;
    if (closedBy !== undefined) {
      this.#environment.clock.defer(() => onError(closedBy));
      return;
    }
    const correlationId = this.#takeCorrelationId();
    const chunks = encodeRequest(api, version, { correlationId, clientId: this.#options.clientId }, body);
    const deadlineMs = this.#environment.clock.monotonicMs() + timeoutMs;
    const pending: Pending = { api, version, correlationId, deadlineMs, onResponse: onResponse as Pending['onResponse'], onError, keepsFrame };
    if (this.#held !== undefined && !isSasl(api)) {
      this.#held.push({ chunks, pending });
      return;
    }
    this.#pending.push(pending);
    this.#connection.write(chunks);
    if (deadlineMs < this.#timerAtMs) this.#setTimer(timeoutMs);
  }

  #setTimer(delayMs: number): void {
    this.#timer?.cancel();
    this.#timerAtMs = this.#environment.clock.monotonicMs() + delayMs;
    this.#timer = this.#environment.clock.setTimer(delayMs, this.#onTimer);
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    if (this.#pending.length === 0) return;
    const nowMs = this.#environment.clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending) {
      if (pending.deadlineMs <= nowMs) {
        this.#fail(new ConnectionLostError(`${this.#name} did not answer ${pending.api.name} in time`));
        return;
      }
      nextMs = Math.min(nextMs, pending.deadlineMs);
    }
    this.#setTimer(nextMs - nowMs);
  };

  #onData(chunk: Buffer): void {
    if (this.#closedBy !== undefined) return;
    const foreign = this.#hasAnswered ? undefined : foreignAnswer(chunk);
    if (foreign !== undefined) {
      this.#fail(new ConnectionLostError(`${this.#name} ${foreign}`));
      return;
    }
    try {
      this.#frames.push(chunk, this.#onFrame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#fail(new ConnectionLostError(`${this.#name} sent something malformed: ${error.message}`, { cause: error }));
    }
  }

  readonly #onFrame = (frame: Buffer): void => {
    if (this.#closedBy !== undefined) return;
    const pending = this.#pending.shift();
    if (pending === undefined) throw new ProtocolError('an answer without a request');
    const bytes = pending.keepsFrame ? Buffer.from(frame) : frame;
    let body: unknown;
    try {
      const response = decodeResponse(pending.api, answeredVersion(pending, bytes), bytes);
      if (response.correlationId !== pending.correlationId) throw new ProtocolError(`correlation id ${response.correlationId} instead of ${pending.correlationId}`);
      body = response.body;
    } catch (error) {
      this.#pending.unshift(pending);
      throw error;
    }
    this.#hasAnswered = true;
    if (pending.api !== ApiVersions && !isSasl(pending.api)) this.#hasServed = true;
    pending.onResponse(body as never);
  };

  #fail(error: Error): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = error;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#sessionTimer?.cancel();
    this.#connection.close();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const pending of this.#pending.splice(0)) pending.onError(error);
    for (const { pending } of held) pending?.onError(error);
    this.onClose(error);
  }

  async #negotiate(): Promise<void> {
    for (const version of [3, 0]) {
      const { errorCode, apiKeys, supportedFeatures } = await this.request(ApiVersions, version, SOFTWARE, { timeoutMs: Math.min(this.#options.requestTimeoutMs, NEGOTIATION_TIMEOUT_MS_MAX) });
      if (errorCode === errorCodes.UNSUPPORTED_VERSION && version > 0) continue;
      if (errorCode !== errorCodes.NONE) throw new ConnectionLostError(`${this.#name} refused ApiVersions: ${errorName(errorCode)}`);
      this.#versions = new Map(apiKeys.map((each) => [each.apiKey, { min: each.minVersion, max: each.maxVersion }]));
      this.#supportedFeatures = new Map((supportedFeatures ?? []).map(({ name, maxVersion: most }) => [name, most]));
      return;
    }
    assert(false, 'version 0 never gets here');
  }

  /** The first time before anybody else sends. Later, what others send meanwhile is held back; what is under way is answered in between. */
  async #authenticate(sasl: SaslSettings): Promise<void> {
    this.#held = [];
    const self = { name: this.#name, random: this.#environment.random, offers: (api: Api) => this.versionOf(api) !== undefined, request: this.request.bind(this) };
    const lifetimeMs = await authenticate(self, sasl);
    this.#release();
    if (lifetimeMs <= 0 || this.#closedBy !== undefined) return;
    // As Kafka's client: at 85 to 95 % of it, so that many connections do not come at once.
    const delayMs = Math.max(REAUTHENTICATION_MS_MIN, Math.floor((lifetimeMs * (850 + this.#environment.random.nextInt(100))) / 1000));
    this.#sessionTimer = this.#environment.clock.setTimer(delayMs, () => {
      this.#authenticate(sasl).catch((error: unknown) => this.#fail(error as Error));
    });
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { chunks, pending } of held) {
      if (pending !== undefined) this.#pending.push(pending);
      this.#connection.write(chunks);
    }
    if (held.length > 0 && this.#pending.length > 0) this.#onTimer();
  }
}

function isSasl(api: Api): boolean {
  return api === SaslHandshake || api === SaslAuthenticate;
}

/** A broker answers an ApiVersions request of a version that it does not know in version 0, with an error (KIP-511). */
function answeredVersion({ api, version }: Pending, frame: Buffer): number {
  const isRefused = api.key === ApiVersions.key && frame.length >= 6 && frame.readInt16BE(4) === errorCodes.UNSUPPORTED_VERSION;
  return isRefused ? 0 : version;
}
