/**
 * A listener, with TLS and SASL if asked for, before each broker of a plaintext cluster: it ends the encryption, asks who is there as Kafka's brokers do
 * (sessions end, and nothing but SASL may come during a repeated authentication), and lets the rest through with the brokers' addresses
 * replaced by its own.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { apiByKey, ApiVersions, DescribeCluster, FindCoordinator, Metadata, Produce, SaslAuthenticate, SaslHandshake } from '../../../engine/protocol/apis.ts';
import type { Api } from '../../../engine/protocol/api.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { decodeRequestBody, decodeRequestHeader, decodeResponse, encodeResponse, FrameReader } from '../../../engine/protocol/frame.ts';
import { ScramServer } from './scram-server.ts';

export interface GatewayOptions {
  /** host:port,host:port of the brokers. */
  readonly bootstrap: string;
  readonly tls?: TlsOptions;
  /** An answer of the gateway's own, in place of the broker's. */
  readonly answer?: (api: Api, request: never) => object | undefined;
  /** What becomes of a broker's answer; addresses are the gateway's already. */
  readonly change?: (api: Api, response: never) => object;
  readonly sasl?: { readonly mechanisms: readonly string[]; readonly passwordOf: (username: string) => string | undefined; readonly sessionLifetimeMs?: number };
}

/** What a gateway answers in part itself: addresses, and that it has SASL. */
const CHANGED: readonly Api[] = [Metadata, FindCoordinator, DescribeCluster, ApiVersions];

export class Gateway implements AsyncDisposable {
  bootstrap = '';
  /** Authentications that succeeded. */
  authentications = 0;
  readonly clientNames = new Set<string>();
  readonly violations: string[] = [];
  readonly portOf = new Map<number, number>();
  readonly options: GatewayOptions;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(options: GatewayOptions) {
    this.options = options;
  }

  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    for (const endpoint of options.bootstrap.split(',')) {
      const port = Number(endpoint.split(':')[1]);
      const onSocket = (socket: Socket): void => gateway.#accept(socket, port);
      const server = options.tls === undefined ? createServer(onSocket) : createTlsServer(options.tls, onSocket);
      server.on('tlsClientError', () => {});
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      gateway.#servers.push(server);
      gateway.portOf.set(port, (server.address() as AddressInfo).port);
    }
    gateway.bootstrap = [...gateway.portOf.values()].map((port) => `127.0.0.1:${port}`).join(',');
    return gateway;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #accept(socket: Socket, port: number): void {
    const upstream = connect(port, '127.0.0.1');
    for (const each of [socket, upstream]) {
      this.#sockets.add(each);
      each.on('error', () => {});
      each.on('close', () => {
        this.#sockets.delete(each);
        socket.destroy();
        upstream.destroy();
      });
    }
    new Passage(this, socket, upstream).open();
  }
}

class Passage {
  readonly #gateway: Gateway;
  readonly #client: Socket;
  readonly #broker: Socket;
  readonly #asked = new Map<number, { api: Api; version: number }>();
  /** In the order of the requests, which is that of the answers: what the gateway answers itself waits for the broker's answers before it. */
  readonly #order: ({ readonly kind: 'broker' } | { readonly kind: 'own'; readonly chunks: Buffer[] })[] = [];
  #scram: ScramServer | undefined;
  #mechanism: string | undefined;
  #sessionEndMs = Number.POSITIVE_INFINITY;
  #isAuthenticated: boolean;

  constructor(gateway: Gateway, client: Socket, broker: Socket) {
    this.#gateway = gateway;
    this.#client = client;
    this.#broker = broker;
    this.#isAuthenticated = gateway.options.sasl === undefined;
  }

  open(): void {
    const [requests, responses] = [new FrameReader({ maxFrameBytes: 1 << 28 }), new FrameReader({ maxFrameBytes: 1 << 28 })];
    const guarded = (step: () => void): void => {
      try {
        step();
      } catch {
        this.#client.destroy();
      }
    };
    this.#client.on('data', (chunk: Buffer) => guarded(() => requests.push(chunk, (frame) => this.#onRequest(Buffer.from(frame)))));
    this.#broker.on('data', (chunk: Buffer) => guarded(() => responses.push(chunk, (frame) => this.#onResponse(Buffer.from(frame)))));
  }

  #onRequest(frame: Buffer): void {
    const header = decodeRequestHeader(frame);
    this.#gateway.clientNames.add(header.clientId ?? '');
    if (header.apiKey === SaslHandshake.key && this.#gateway.options.sasl !== undefined) return this.#handshake(frame, header);
    if (header.apiKey === SaslAuthenticate.key && this.#mechanism !== undefined) return this.#authenticate(frame, header);
    const isExpired = performance.now() > this.#sessionEndMs;
    if (header.apiKey !== ApiVersions.key && (!this.#isAuthenticated || this.#mechanism !== undefined || isExpired)) {
      if (this.#isAuthenticated) this.#gateway.violations.push(`API ${header.apiKey} ${isExpired ? 'after the end of the session' : 'during the authentication'}`);
      this.#client.destroy();
      return undefined;
    }
    const api = apiByKey(header.apiKey);
    const own = api === undefined || this.#gateway.options.answer === undefined ? undefined : this.#gateway.options.answer(api, decodeRequestBody(api, header.apiVersion, frame, header.bodyStart) as never);
    if (api !== undefined && own !== undefined) return this.#answer(encodeResponse(api, header.apiVersion, header.correlationId, own as never));
    if (api !== undefined && (CHANGED.includes(api) || this.#gateway.options.change !== undefined)) this.#asked.set(header.correlationId, { api, version: header.apiVersion });
    if (api !== Produce || decodeRequestBody(Produce, header.apiVersion, frame, header.bodyStart).acks !== 0) this.#order.push({ kind: 'broker' });
    this.#broker.write(framed(frame));
    return undefined;
  }

  #onResponse(frame: Buffer): void {
    const correlationId = frame.readInt32BE(0);
    const asked = this.#asked.get(correlationId);
    this.#asked.delete(correlationId);
    this.#order.shift();
    if (asked === undefined) {
      this.#client.write(framed(frame));
      this.#writeOwn();
      return;
    }
    const { body } = decodeResponse(asked.api, asked.version, frame) as { body: { apiKeys?: { apiKey: number; minVersion: number; maxVersion: number }[] } };
    if (asked.api === ApiVersions && this.#gateway.options.sasl !== undefined) body.apiKeys?.push(...[SaslHandshake, SaslAuthenticate].map(({ key, minVersion, maxVersion }) => ({ apiKey: key, minVersion, maxVersion })));
    const own = this.#withOwnPorts(body);
    for (const chunk of encodeResponse(asked.api, asked.version, correlationId, (this.#gateway.options.change?.(asked.api, own as never) ?? own) as never)) this.#client.write(chunk);
    this.#writeOwn();
  }

  #withOwnPorts(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#withOwnPorts(each));
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, name === 'port' ? (this.#gateway.portOf.get(each as number) ?? each) : this.#withOwnPorts(each)]));
  }

  #handshake(frame: Buffer, header: ReturnType<typeof decodeRequestHeader>): void {
    const { mechanisms, passwordOf } = this.#gateway.options.sasl as NonNullable<GatewayOptions['sasl']>;
    const { mechanism } = decodeRequestBody(SaslHandshake, header.apiVersion, frame, header.bodyStart);
    const isKnown = mechanisms.includes(mechanism);
    if (isKnown) this.#mechanism = mechanism;
    if (mechanism.startsWith('SCRAM-')) this.#scram = new ScramServer(mechanism.endsWith('512') ? 'sha512' : 'sha256', passwordOf);
    this.#answer(encodeResponse(SaslHandshake, header.apiVersion, header.correlationId, { errorCode: isKnown ? 0 : errorCodes.UNSUPPORTED_SASL_MECHANISM, mechanisms }));
  }

  #authenticate(frame: Buffer, header: ReturnType<typeof decodeRequestHeader>): void {
    const { passwordOf, sessionLifetimeMs = 0 } = this.#gateway.options.sasl as NonNullable<GatewayOptions['sasl']>;
    const message = decodeRequestBody(SaslAuthenticate, header.apiVersion, frame, header.bodyStart).authBytes.toString();
    const [, username = '', password] = message.split('\0');
    const answer = this.#mechanism === 'PLAIN' ? (passwordOf(username) === password ? { text: '', isLast: true } : undefined) : this.#scram?.answer(message);
    if (answer === undefined) {
      this.#answer(encodeResponse(SaslAuthenticate, header.apiVersion, header.correlationId, { errorCode: errorCodes.SASL_AUTHENTICATION_FAILED, errorMessage: 'Authentication failed: Invalid username or password' }));
      return;
    }
    if (answer.isLast) {
      this.#isAuthenticated = true;
      this.#mechanism = undefined;
      this.#gateway.authentications++;
      if (sessionLifetimeMs > 0) this.#sessionEndMs = performance.now() + sessionLifetimeMs;
    }
    this.#answer(encodeResponse(SaslAuthenticate, header.apiVersion, header.correlationId, { authBytes: Buffer.from(answer.text), sessionLifetimeMs: answer.isLast ? sessionLifetimeMs : 0 }));
  }

  #answer(chunks: Buffer[]): void {
    this.#order.push({ kind: 'own', chunks });
    this.#writeOwn();
  }

  #writeOwn(): void {
    for (let next = this.#order[0]; next?.kind === 'own'; next = this.#order[0]) {
      for (const chunk of next.chunks) this.#client.write(chunk);
      this.#order.shift();
    }
  }
}

function framed(frame: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(frame.length);
  return Buffer.concat([size, frame]);
}
