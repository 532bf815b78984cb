/** The idempotent producer's id and epoch: asked for at the start, renewed when its numbers can no longer be continued. */
import { InitProducerId } from '../../protocol/apis.ts';
import { errorCodes, errorName, isRetriable } from '../../protocol/errors.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { ConnectionLostError } from '../kafka-connection.ts';
import type { ProducerConfig } from '../producer-config.ts';
import type { ProducerIdentity } from './producer-batch.ts';

const NOBODY: ProducerIdentity = { producerId: -1, producerEpoch: -1 };
const TRANSACTION_TIMEOUT_MS = 60_000;
/** First version that bumps an epoch instead of giving a new id (KIP-360). */
const BUMP_VERSION = 3;

export class ProducerIdentitySource {
  current: ProducerIdentity = NOBODY;
  readonly #client: ClusterClient;
  readonly #config: ProducerConfig;
  #isExpired = false;
  #isAsking = false;

  constructor(client: ClusterClient, config: ProducerConfig) {
    this.#client = client;
    this.#config = config;
  }

  /** Batches may be numbered and sent. */
  get isReady(): boolean {
    return !this.#isExpired && (!this.#config.isIdempotent || this.current.producerId >= 0);
  }

  /** Its numbers cannot be continued. */
  expire(): void {
    if (this.#config.isIdempotent) this.#isExpired = true;
  }

  /** Rejects when no broker gives an id within max.block.ms. */
  async start(): Promise<void> {
    if (!this.#config.isIdempotent) return;
    const { clock } = this.#client.environment;
    const deadlineMs = clock.monotonicMs() + this.#config['max.block.ms'];
    for (let attempt = 0; ; attempt++) {
      const reason = await this.#ask();
      if (reason === undefined) return;
      if (this.#client.isClosed || clock.monotonicMs() >= deadlineMs) throw new Error(`no producer id: ${reason}`);
      await this.#client.pause(this.#backoffMs(attempt));
    }
  }

  /** Goes on until a broker answers; one at a time. */
  renew(onRenewed: (identity: ProducerIdentity) => void): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.#renew().then((isRenewed) => {
      this.#isAsking = false;
      if (!isRenewed) return;
      this.#isExpired = false;
      onRenewed(this.current);
    });
  }

  async #renew(): Promise<boolean> {
    for (let attempt = 0; !this.#client.isClosed; attempt++) {
      const reason = await this.#ask().catch((error: unknown) => String(error));
      if (reason === undefined) return true;
      this.#client.environment.log(`producer: no new epoch for producer id ${this.current.producerId} (${reason}); tries again`);
      await this.#client.pause(this.#backoffMs(attempt));
    }
    return false;
  }

  /** Undefined: it worked; else why not, when it is worth another attempt. */
  async #ask(): Promise<string | undefined> {
    try {
      const connection = await this.#client.anyBroker();
      const bumps = (connection.versionOf(InitProducerId) ?? 0) >= BUMP_VERSION;
      const { errorCode, producerId, producerEpoch } = await connection.request(InitProducerId, undefined, {
        transactionalId: null,
        transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
        ...(bumps ? this.current : NOBODY),
      });
      if (errorCode === errorCodes.NONE) {
        this.current = { producerId, producerEpoch };
        return undefined;
      }
      if (isRetriable(errorCode)) return errorName(errorCode);
      // An id that the cluster no longer takes: the next attempt asks for a fresh one.
      if (this.current.producerId >= 0) {
        this.current = NOBODY;
        return errorName(errorCode);
      }
      throw new Error(`the cluster gives no producer id: ${errorName(errorCode)}`);
    } catch (error) {
      if (error instanceof ConnectionLostError) return error.message;
      throw error;
    }
  }

  #backoffMs(attempt: number): number {
    return Math.min(this.#config['retry.backoff.max.ms'], this.#config['retry.backoff.ms'] * 2 ** Math.min(attempt, 20));
  }
}
