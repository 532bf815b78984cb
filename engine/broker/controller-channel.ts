/** This broker's way to the active controller: one connection, opened on demand, dropped when it breaks. */
import type { Endpoint, Environment } from '../environment.ts';
import { KafkaConnection } from '../client/kafka-connection.ts';
import type { Api, RequestInput, ResponseOf } from '../protocol/api.ts';

export class ControllerChannel {
  readonly #environment: Environment;
  readonly #endpoint: Endpoint;
  readonly #clientId: string;
  readonly #requestTimeoutMs: number;
  #connection: Promise<KafkaConnection> | undefined;
  #isClosed = false;

  constructor(options: { environment: Environment; endpoint: Endpoint; clientId: string; requestTimeoutMs: number }) {
    this.#environment = options.environment;
    this.#endpoint = options.endpoint;
    this.#clientId = options.clientId;
    this.#requestTimeoutMs = options.requestTimeoutMs;
  }

  /** Rejects when the controller cannot be reached or does not answer in time. */
  async request<A extends Api>(api: A, body: RequestInput<A>): Promise<ResponseOf<A>> {
    if (this.#isClosed) throw new Error('the broker stops');
    this.#connection ??= KafkaConnection.open(this.#environment, this.#endpoint, {
      clientId: this.#clientId,
      requestTimeoutMs: this.#requestTimeoutMs,
    });
    const opening = this.#connection;
    try {
      const connection = await opening;
      return await connection.request(api, undefined, body);
    } catch (error) {
      if (this.#connection === opening) this.#connection = undefined;
      void opening.then(
        (connection) => connection.close(),
        () => {},
      );
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    void this.#connection?.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}
